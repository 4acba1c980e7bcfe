import type { Phrase } from './answers.ts'

// Who looks after an approval: claimed, handed over, signed besides, put off, given away for days, approved in one go.

export const peopleButtons = {
  assign: '指派',
  back: '返回',
  moveToo: '确认并转',
  newOnly: '只转新单',
  confirm: '确认',
  instead: (name: string) => `改给${name}`,
  cancel: '取消',
  bulk: (count: number) => `批量同意${count}单`,
  bulkSure: (count: number) => `确认同意${count}单`,
  bulkShow: (count: number) => `看${count}单`,
  takeOver: '确认交接',
} as const

/** What can be typed for the same as a button. */
export const peopleSayings = {
  claim: (returnId: string) => `${returnId} 我来处理`,
  hand: (returnId: string, name = '') => `${returnId} 转交 ${name}`.trim(),
  assign: (returnId: string, name = '') => `${returnId} 指派 ${name}`.trim(),
  sign: (returnId: string, name = '') => `${returnId} 加签 ${name}`.trim(),
  later: (returnId: string) => `1小时后提醒我 ${returnId}`,
  delegate: (when: string, name: string, end: string) => `${when}我休息 审批给${name} ${end}`.trim(),
  bulk: '批量同意',
  bulkSure: (digest: string) => `批量同意 ${digest}`,
  leave: (from: string, to: string) => `${from}离职 交接给${to} 确认`,
} as const

export type PeopleWish = {
  readonly deed: 'claim' | 'hand' | 'assign' | 'sign'
  readonly returnId?: string
  readonly name?: string
}

const deeds: Readonly<Record<string, PeopleWish['deed']>> = {
  我来处理: 'claim',
  我来跟: 'claim',
  转交: 'hand',
  转给: 'hand',
  指派: 'assign',
  指派给: 'assign',
  加签: 'sign',
}

/** TH2611210019 指派 小周 · 转交给小郑 · 加签 小陈 · 我来处理; undefined for any other line. */
export function peopleSaid(text: string): PeopleWish | undefined {
  const line = text.trim().replace(/[。.！!]$/, '')
  const said =
    /^(?:把)?\s*(TH\d{10})?\s*[,，]?\s*(我来处理|我来跟|转交|转给|指派|加签)\s*(TH\d{10})?\s*(?:给到?|由)?\s*([一-龥]{2,4})?$/i.exec(
      line,
    )
  const deed = deeds[said?.[2] ?? '']
  if (said === null || deed === undefined || (deed === 'claim' && said[4] !== undefined)) return undefined
  const returnId = (said[1] ?? said[3])?.toUpperCase()
  // 转给 alone is how people speak of customers and of parcels, too
  if (said[2] === '转给' && (returnId === undefined || said[4] === undefined)) return undefined
  return { deed, ...(returnId !== undefined && { returnId }), ...(said[4] !== undefined && { name: said[4] }) }
}

/** 小王离职 他的单交给小林 [确认] */
export function leaverSaid(
  text: string,
): { readonly from: string; readonly to: string; readonly sure: boolean } | undefined {
  const said =
    /^([一-龥]{2,4}?)(?:已经|已|要)?离职了?\s*[,，]?\s*(?:他的|她的)?(?:单子?|待审|待办|审批)?\s*(?:都|全部)?\s*(?:交接给|移交给|交给|转给|给)\s*([一-龥]{2,4}?)\s*(确认)?$/.exec(
      text.trim().replace(/[。.]$/, ''),
    )
  if (said?.[1] === undefined || said[2] === undefined) return undefined
  return { from: said[1], to: said[2], sure: said[3] !== undefined }
}

/** 批量同意 [digest], 把所有超时的都批了: approving many at once, never by one line. */
export function bulkSaid(text: string): { readonly all: boolean; readonly digest?: string } | undefined {
  const line = text.trim().replace(/[。.！!]$/, '')
  const sure = /^批量(?:同意|通过|批准)(?:\s+([\w-]{10}))?$/.exec(line)
  if (sure !== null) return { all: false, ...(sure[1] !== undefined && { digest: sure[1] }) }
  const all =
    /^(?:请|帮我)?(?:把)?(?:所有|全部|这些)?的?(?:超时|逾期|待审|待批|待办)?的?(?:单子?|退货|审批)?(?:都|全)(?:给我)?(?:批|通过|同意|审)[了掉过]{0,2}$/
  return all.test(line) || /^(?:一键|全部)(?:全批|通过|同意|批了?)$/.test(line) ? { all: true } : undefined
}

/** 取消代审 · 我回来了: what was given away comes back. */
export const backSaid = (text: string): boolean =>
  /^(?:取消代审|取消代批|收回代审|结束代审|我回来了|我回来上班了)[。.]?$/.test(text.trim())

/** Said at the end of a line of 审批给小林: what one of the buttons means. */
export function delegateEnd(text: string): 'move' | 'new' | undefined {
  if (/确认并转\s*$/.test(text)) return 'move'
  return /只转新单\s*$/.test(text) ? 'new' : undefined
}

export const peopleTexts = {
  claimed: (until: string) => `已记下您在处理，${until}前不再提醒，时限照走。`,
  claimedBy: (name: string, at: string) => `${name}${at}已在处理，无需重复。`,
  whichOne: '哪一单？请带上退货单号，例如：TH2611220015 转交 小林。',
  who: (deed: 'hand' | 'assign' | 'sign', returnId: string): Phrase => ({
    head: { hand: '转交给谁？', assign: '指派给谁？', sign: '请谁加签？' }[deed],
    body: returnId,
  }),
  runsOn: (due: string) => `时限不变，${due}前要处理完`,
  assignLimit: '指派限30分钟，到点没处理会再告诉您',
  noBody: (level: string) => `${level}没有别的同事可以接手。`,
  handed: (returnId: string, name: string, due: string) => `已转交${name}：${returnId}，限${due}前，时限不变。`,
  assigned: (returnId: string, name: string, until: string) =>
    `已指派${name}：${returnId}，限30分钟（${until}前），卡片已发给${name}。到点仍未处理会再告诉您。`,
  signing: (returnId: string, name: string) => `已请${name}加签：${returnId}，两个人都同意才往下走，时限不变。`,
  toHand: (by: string, returnId: string, level: string, due: string) =>
    `${by}把${returnId}（${level}）转交给您，限${due}前处理。`,
  toAssign: (by: string, returnId: string, level: string, until: string) =>
    `${by}把${returnId}（${level}）指派给您，请在${until}前处理。`,
  toSign: (by: string, returnId: string, level: string) =>
    `${by}请您给${returnId}（${level}）加签，同意或驳回都在卡片上点。`,
  noLimit: '未定时限',
  gone: '没有这张退货单，可能已经撤掉。',
  over: '这一级已经处理完了，没有改动。',
  ownReturn: '这张退货您登记过或已审过一级，不能再由您处理，请转给同级的同事。',
  signsAlready: '已经请过这位同事加签了。',
  holdsAlready: '这一单已经在这位同事手里。',
  notYours: (level: string, holder: string | undefined) =>
    `现在是${level}${holder === undefined ? '' : `，在${holder}手里`}，不归您安排。已记录，未改动。`,
  cannot: (name: string, level: string) => `${name}不能接这一单：不是${level}的在岗同事，或者登记过、已审过这张退货。`,
  nobodyNamed: (name: string) => `没有叫${name}的在职同事，请写全名。`,
  severalNamed: (name: string) => `叫${name}的同事不止一位，请在卡片上选。`,
  shown: '请选一位同事',
} as const

export const snoozeTexts = {
  when: '几点提醒？例如：一小时后、15分钟后、到上班、明天早上。',
  whichOne: '提醒哪一单？请带上退货单号，例如：TH2611220015 一小时后再提醒我。',
  line: (returnId: string, said: string) => `${said} ${returnId}`,
  fineFirst: (at: string, fine: string) => `只能推到罚款线：${at}提醒（罚款线 ${fine}）。`,
  finePassed: (fine: string) => `已过罚款线 ${fine}，不能再推迟，请现在处理。`,
  remind: (returnId: string, level: string): Phrase => ({ head: '到点提醒：', body: returnId, tail: `还在等${level}` }),
  due: '时限',
  fine: '罚款线',
  see: '看退货单',
  putOff: (name: string, until: string) => `${name}把提醒推到了${until}`,
} as const

export const delegateTexts = {
  askWho: '审批给谁代？例如：明天我休息 审批给小林。',
  askWhen: (name: string) => `哪天请${name}代审？例如：明天我休息 审批给${name}。`,
  title: (name: string, when: string): Phrase => ({ head: '代审预览：', body: name, tail: `·${when}` }),
  allDay: '全天',
  span: (from: string, to: string) => `${from}～${to}`,
  day: (day: string) => `${day} 全天`,
  who: '代审人',
  when: '时间',
  open: '现有待审',
  openValue: (count: number) => `${count}单，一起转？`,
  none: '没有在您手里的',
  instead: '替换',
  insteadValue: (name: string) => `原来由${name}代审，改为这次的`,
  how: (name: string) => `这段时间${name}能代您审批，卡片写明「代」和两个名字`,
  never: '同一张退货的两级仍不能由同一人审',
  done: (name: string, when: string, moved: number) =>
    `已设代审：${name}，${when}${moved === 0 ? '' : `，现有${moved}单已转过去`}。已通知${name}，提前回来就发「取消代审」。`,
  told: (from: string, when: string, moved: number) =>
    `${from}请您代审：${when}${moved === 0 ? '' : `，现有${moved}单已转给您`}。卡片会直接发给您。`,
  toldLeft: (from: string, moved: number) => `${from}的${moved}单待审已交接给您，卡片会直接发给您。`,
  away: (name: string, duty: string): Phrase => ({
    head: '',
    body: name,
    tail: `不在，值班的是${duty}，改给${duty}？`,
  }),
  awayNobody: (name: string) => `${name}这段时间也不在，同级没有别人在岗，请先找人值班。没有改动。`,
  loop: (name: string) => `不能这样转：${name}的审批这段时间正由您代，转回去就没有人审了。没有改动。`,
  noRight: (name: string) => `${name}不是审批人，不能代审。请找组长、仓管、财务或总监。没有改动。`,
  self: '不能请自己代审，没有改动。',
  past: '这段时间已经过去，没有改动。',
  gone: '这位同事已经不在职，没有改动。',
  revoked: '代审已取消，新的待审由您自己处理。',
  nothingToRevoke: '您没有设代审。',
  toast: '已设代审',
  leaveTitle: (from: string, to: string): Phrase => ({ head: '离职交接：', body: from, tail: `→${to}` }),
  leaveOpen: (count: number) => `${count}单一次转给接手人`,
  leaveHow: '接手人不能审的会放回同级公共待办，谁先处理都行',
  left: (from: string, to: string, moved: number, kept: number) =>
    `已交接：${from}的${moved}单转给${to}${kept === 0 ? '' : `，${kept}单${to}不能审，已放回公共待办`}。`,
  leaveDenied: '离职交接要总监或IT来做。已记录，未改动。',
  nothingHeld: (name: string) => `${name}手里没有待审的退货。`,
} as const

export const bulkTexts = {
  title: (count: number, total: string): Phrase => ({ head: `批量同意${count}单，`, body: `共${total}` }),
  level: '级别',
  reason: '代批理由',
  deputyReason: '已过时限，总监批量代批',
  rule: '范围',
  ruleValue: '500元以内，无欠款无临期',
  row: (mark: string, returnId: string, amount: string, reason: string): Phrase => ({
    head: `${mark} ${returnId} ${amount} `,
    body: reason,
  }),
  pair: (left: string, right: string) => `${left}、${right}`,
  one: (returnId: string, amount: string) => `${returnId}${amount}`,
  again: '再点一次才生效，每单分别记录',
  changedBar: '名单变了，请再看一遍',
  nothing: '没有可以批量同意的低风险单，请逐单看。',
  refused: { head: '不支持一键全批' } as Phrase,
  waiting: '待批',
  waitingValue: (count: number, arrears: number) => (arrears === 0 ? `${count}单` : `${count}单，含${arrears}单欠款`),
  canDo: '可批量',
  canDoValue: (count: number, total: string) => `${count}单低风险，共${total}`,
  todoLine: (count: number, total: string): string => `低风险${count}单，共${total}，可批量同意`,
  done: (count: number, total: string): Phrase => ({ head: `已同意${count}单，`, body: `共${total}` }),
  failed: (count: number): string => `${count}单没有办成，请逐单看`,
  failedRow: (returnId: string, why: string): Phrase => ({ head: `${returnId} `, body: why }),
  why: {
    already: '已由同事处理',
    changed: '情况变了',
    refused: '不能由您批',
    'needs-reason': '要写原因',
    signed: '还等加签',
    material: '在等补材料',
  },
  each: '每单分别记录，2分钟内可在各自的卡片上撤销',
  toast: '已批量同意',
} as const

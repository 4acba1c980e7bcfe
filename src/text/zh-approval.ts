import type { Phrase } from './answers.ts'
import { durationText } from './format.ts'
import { stepName } from './zh-cn.ts'

/** Words of the card a level decides on (product J7 to J9, J13, J14, J18 to J21), and of the applicant's. */

const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs

/** 14分52秒 below an hour, 3时58分 above. */
export function leftText(ms: number): string {
  const left = Math.max(0, ms)
  if (left >= hourMs) return durationText(left)
  const minutes = Math.floor(left / minuteMs)
  return `${minutes}分${String(Math.floor((left % minuteMs) / secondMs)).padStart(2, '0')}秒`
}

const passed: Readonly<Record<string, string>> = { cs_lead: '同意', warehouse: '通过', finance: '通过' }
const refused: Readonly<Record<string, string>> = { cs_lead: '驳回', warehouse: '不通过', finance: '驳回' }

/** What approving and refusing is called at this level's desk. */
export const approveWord = (role: string): string => passed[role] ?? '同意'
export const rejectWord = (role: string): string => refused[role] ?? '驳回'

export const approvalLabels = {
  customer: '客户',
  goods: '商品',
  amount: '金额',
  reason: '原因',
  label: '面单',
  history: '历史',
  shelf: '在架',
  expiry: '效期',
  arrears: '应收',
  paid: '实付',
  discount: '优惠',
  release: '放款',
  request: '退货',
  by: '处理',
  why: '理由',
  next: '下一步',
} as const

export const approvalTexts = {
  pending: (level: number, returnId: string, left: string): Phrase => ({
    head: `【待${stepName(level)}】`,
    body: returnId,
    tail: `·剩${left}`,
  }),
  over: (level: number, returnId: string, over: string): Phrase => ({
    head: `【待${stepName(level)}】`,
    body: returnId,
    tail: `·超${over}`,
  }),
  yellow: (at: string) => `时间不多了，${at}到时限`,
  red: (at: string) => `马上到时限：${at}`,
  late: (at: string) => `已过时限${at}，钟还在走`,
  materialBar: (reason: string): string => `等补材料：${reason}`,
  customer: (name: string, level: string | undefined) => (level === undefined ? name : `${name}（${level}）`),
  reason: (reason: string, pictures: number): Phrase =>
    pictures > 0 ? { head: '', body: reason, tail: `（照片${pictures}）` } : { head: '', body: reason },
  label: (label: string, sure: boolean) => (sure ? `${label}✓` : label),
  parcel: (label: string, state: string): Phrase => ({ head: '', body: label, tail: ` ${state}` }),
  history: (times: number) => (times === 0 ? '90天没退过' : `90天退${times}次`),
  unknownAmount: '未知，由财务核定',
  way: (amount: string, method: string | undefined) =>
    method === undefined ? `${amount}→原路` : `${amount}→原路（${method}）`,
  released: '已放款',
  releaseAfter: '入库后',
  off: (amount: string) => `已摊-${amount}`,
  noOff: '没有优惠',
  held: (who: string, since: string, until: string) => `在${who}手里，${since}起，限${until}前`,
  team: (level: string) => `${level}（谁先处理都行）`,
  claimed: (who: string, at: string) => `${who}${at}说在处理`,
  signers: (names: string) => `加签：${names}`,
  signed: (name: string, decision: 'approve' | 'reject' | undefined) =>
    `${name}${decision === undefined ? '（待）' : decision === 'approve' ? '（已同意）' : '（不同意）'}`,
  material: (who: string, at: string, reason: string) => `${who}${at}要求补材料：${reason}`,
  by: (name: string) => `${name}登记`,
  and: '、',
} as const

/** What the check of a level found. */
export const checkTexts = {
  shelf: (location: string | undefined, onHand: number | undefined): string =>
    [location, onHand === undefined ? undefined : `共${onHand}`].filter((part) => part !== undefined).join(' '),
  zones: { near_expiry: '已在临期区', quarantine: '在隔离区', none: '已不在架', unknown: '未知，仓库没有记录' },
  expiry: (month: string, near: boolean) => `${month}（${near ? '临期' : '不临期'}）`,
  nearExpiry: (month: string, days: number) => `${month}，剩${days}天`,
  noExpiry: '没有效期',
  unknown: '未知',
  more: (count: number): string => `另${count}种`,
  noArrears: (system: string, at: string) => `${system}：无欠款（${at}查）`,
  arrears: (debtor: string | undefined, amount: string) => `${debtor ?? '客户'}欠款${amount}`,
  noAnswer: (system: string) => `${system}未响应，未知`,
  erp: 'ERP',
  unknownBar: '应收未知，不能当作无欠款',
  arrearsBar: '客户有欠款：抵扣，还是挂起？',
} as const

export const approvalButtons = {
  material: '补材料',
  claim: '我来处理',
  hand: '转交',
  sign: '加签',
  hold: '挂起',
  offset: '抵扣并通过',
  still: '仍然退款（需主管）',
  askLater: '5分钟后提醒',
  nearExpiry: '按临期入库',
  changes: '看变化',
  undo: (left: string) => `撤销 ${left}`,
  again: '重新提交',
  record: '看记录',
  back: '返回',
  reduce: (amount: string) => `改为${amount}`,
  both: '看两单',
} as const

/** One per level and deed; what is not among them is typed. */
export const reasonChips = {
  reject: {
    cs_lead: ['面单不符', '超过退货期', '影响二次销售', '凭证不清楚'],
    warehouse: ['商品不符', '临期不收', '影响二次销售', '面单不符'],
    finance: ['金额不符', '客户有欠款', '已经退过款', '凭证不全'],
  },
  material: ['补面单照片', '补商品照片', '补破损照片', '补购买凭证'],
  deputy: ['审批人不在', '即将超时', '已和审批人确认'],
} as const

export const askTexts = {
  rowLine: (label: string, value: string) => `${label}：${value}`,
  why: (role: string, returnId: string): Phrase => ({ head: `${rejectWord(role)}的原因？`, body: returnId }),
  whatMaterial: (returnId: string): Phrase => ({ head: '要补什么材料？', body: returnId }),
  whyDeputy: (returnId: string): Phrase => ({ head: '代批要写原因：', body: returnId }),
  orType: (line: string) => `都不是就直接发：${line}`,
  typed: '您的原因',
  offset: '用应收欠款抵扣',
} as const

export const decidedTexts = {
  own: (word: string, at: string): string => `✅已${word}·您·${at}`,
  ownNo: (word: string, at: string): string => `已${word}·您·${at}`,
  onTo: (level: string, limit: string | undefined) => `→${level}${limit === undefined ? '' : `（限${limit}）`}`,
  onDone: '→三级已过',
  others: (who: string, at: string, word: string): Phrase => ({ head: `已由${who}${at}${word}` }),
  byRule: (at: string, word: string): Phrase => ({ head: `${at}按规则自动${word}` }),
  deputy: (who: string, whom: string | undefined) => (whom === undefined ? `${who}（代）` : `${who}（代${whom}）`),
  next: (level: string) => `${level}，不用您再处理`,
  over: '三级已过，等退货到仓',
  closed: '已结束',
  withdrawn: (returnId: string): Phrase => ({ head: '已撤回：', body: returnId }),
  waiting: (level: number, returnId: string): Phrase => ({
    head: '上一级撤销了：',
    body: returnId,
    tail: `暂不用${stepName(level)}`,
  }),
} as const

/** Answers to taps that decided nothing. */
export const tapTexts = {
  again: (at: string, word: string) => `已由您${at}${word}，无需重复。`,
  byOther: (who: string, at: string, word: string, reason: string | undefined) =>
    `这单已由${who}于${at}${word}${reason === undefined ? '' : `：${reason}`}。`,
  changedBar: '情况变了，请再确认一次',
  changed: '情况变了',
  gone: '没有这张退货单，可能已经撤掉。',
  withdrawn: '这张退货已经撤回，不用处理了。',
  twice: '同一张退货的两级不能由同一个人审，请同级的同事处理。',
  ownReturn: '这张退货是您自己登记的，不能由您审批，请同级的同事处理。',
  notYours: (level: string, holder: string | undefined) =>
    `现在是${level}${holder === undefined ? '' : `，在${holder}手里`}，您不能处理这一级。已记录，未改动。`,
  moved: '这张卡是前一级的，现在已经到下一级了。',
  signed: (names: string) => (names === '' ? '您的意见已记下。' : `您的意见已记下，还等${names}。`),
  materialAsked: '已请登记的同事补材料，时限照走',
  done: (word: string) => `已${word}`,
  shown: '已更新',
  arrears: (amount: string) => `客户有欠款${amount}：请选抵扣或挂起，仍要退款由主管代批。`,
  arrearsUnknown: 'ERP没有响应，不能当作无欠款。恢复后会再查。',
  held: (at: string, fine: string) => `好，${at}提醒（罚款线 ${fine}，不受影响）`,
  notWaiting: '这张退货现在没有人在等，不用提醒。',
  notWaitingForYou: '这一级不归您处理，没有改动提醒。',
  was: (label: string, before: string, now: string) => `${label}：${before}→${now}`,
} as const

export const beyondTexts = {
  title: { head: '不能通过：', body: '累计退款超过实付' } as Phrase,
  bar: (total: string, paid: string) => `累计${total}，实付${paid}`,
  other: (returnId: string, amount: string): string => `另一张${returnId}退${amount}`,
  nothingLeft: '已经没有可以退的金额',
  reduced: (amount: string) => `金额已改为${amount}，请再点一次通过`,
  notNow: '现在不能改这个金额，卡片已更新。',
} as const

/** 1:59 on the button that takes a decision back. */
export function undoLeftText(ms: number): string {
  return leftText(ms).replace('分', ':').replace('秒', '')
}

export const applicantTexts = {
  levelOf: (name: string, returnId: string): Phrase => ({ head: `${name}：`, body: returnId }),
  material: (returnId: string): Phrase => ({ head: '请补材料：', body: returnId }),
  approved: (returnId: string): Phrase => ({ head: '退货三级已过：', body: returnId }),
  rejected: (returnId: string): Phrase => ({ head: '退货被驳回：', body: returnId }),
  what: '要补',
  who: '谁要的',
  how: (returnId: string) => `拍好直接发照片，配上文字：${returnId} 补充说明`,
  waits: (level: string, until: string) => `${level}在等，限${until}前`,
  noteSaying: (returnId: string) => `${returnId} 补充说明`,
} as const

import type { Phrase } from './answers.ts'

/** Words of the way a return takes: applied for with a photo, sent to the first level, booked in when it comes back. */

export const createReasons: readonly string[] = ['破损', '不想要', '有异味']

export const createLabels = {
  goods: '商品',
  amount: '金额',
  reason: '原因',
  label: '面单',
  next: '下一步',
  customer: '客户',
  history: '历史',
} as const

export const createTexts = {
  unknownAmount: '未知，由财务核定',
  sureLabel: (label: string) => `${label}✓`,
  next: (level: string, limit: string) => `${level}，限${limit}`,
  done: (returnId: string): Phrase => ({ head: '已登记退货', body: `·${returnId}` }),
  waiting: (goods: string) => `待提交：${goods}`,
  askReason: (object: string): Phrase => ({ head: '退货原因是什么？', body: object }),
  askLine: (object: string): Phrase => ({ head: '退哪一件？', body: object }),
  askNumber: (number: string): Phrase => ({ head: '面单单号没把握：', body: number, keep: 'end' }),
  askNumberOpen: { head: '面单上的单号没读出来' } as Phrase,
  askNumberHow: '请直接发面单上的快递单号，例如：YT0082452614557',
  askPhoto: (object: string) => `${object} 登记退货：请先发退回包裹的面单照片，收到后接着登记。`,
  readingPhoto: '收到照片，识别中。读好后接着登记退货。',
  askOrder: (number: string) => `已记下面单 ${number}。是哪一单的退货？请发订单号。`,
  afterPhoto: '要登记退货，请接着发订单号和原因',
  all: '全部',
  itIs: '就是这个',
  go: '继续登记',
  status: '看退货',
  approve: '同意',
  reject: '驳回',
  otherReason: '尺码不合适',
} as const

/** What is typed for the same. */
export const createSayings = {
  reason: (order: string, reason: string) => `${order} 要退货 ${reason}`,
} as const

export const createRefusals = {
  stage: {
    pending_payment: { rule: '还没有付款', instead: '没有付款也没有发货，不用退货' },
    paid: { rule: '还没有发货', instead: '可以直接取消：发单号、「取消」和原因' },
    on_hold: { rule: '还没有发货', instead: '可以直接取消：发单号、「取消」和原因' },
    quarantined: { rule: '还没有发货', instead: '可以直接取消：发单号、「取消」和原因' },
    returned: { rule: '已退货', instead: '这一单已经结束' },
    refunded: { rule: '已退款', instead: '这一单的钱已经退过' },
    cancelled: { rule: '已取消', instead: '这一单已经结束' },
  },
  allReturned: (returnId: string) => ({ rule: '都已在退货中', instead: `请看 ${returnId} 的进度` }),
  tooMany: (asked: number, left: number) => ({
    rule: `只能退${left}件`,
    instead: `说的是${asked}件，请核对数量后重发`,
  }),
  returnStands: (returnId: string) => ({
    rule: '这张面单已经登记过',
    instead: `在 ${returnId} 名下，不用重复登记`,
  }),
  labelElsewhere: (order: string) => ({ rule: '面单是别的订单的', instead: `单号在 ${order} 名下，请核对后重拍` }),
} as const

export const receiveLabels = { goods: '商品', qty: '数量', found: '验货', approval: '审批', money: '退款' } as const

export const receiveTexts = {
  deed: '登记入库',
  qty: (received: number, due: number): string => `实收${received}/${due}件`,
  counted: (qty: string, damaged: number) => `${qty}，破损${damaged}件`,
  line: (received: number, due: number, damaged: number) =>
    ` 实收${received}/${due}${damaged > 0 ? ` 破损${damaged}` : ''}`,
  approval: { pending: '还没审批完', approved: '三级已过', rejected: '已驳回', withdrawn: '已撤回' },
  waitingFor: (level: string) => `待${level}`,
  money: {
    release: (amount: string) => `${amount}，登记后2分钟放行`,
    paused: (amount: string) => `${amount}，暂停，财务核对`,
    afterApproval: (amount: string) => `${amount}，审批通过后放行`,
    none: '不退款',
    moved: '款已放行',
    unknown: '金额未知，财务核定',
  },
  done: (received: number, due: number, at: string): Phrase => ({
    head: `已登记入库 ${received}/${due}`,
    body: `·${at}`,
  }),
  released: '退款已放行',
  finishedReleased: '三级已过，货已入库，退款已放行',
  pausedLine: (amount: string | undefined) =>
    amount === undefined ? '退款暂停，金额由财务核定' : `退款暂停，按实收重算${amount}`,
  damagedLine: '有破损，退款暂停，等财务确认',
  shortLine: (missing: number) => `差${missing}件，转客服核实`,
  notApproved: '还没有审批完，货先入库，通过后再退款',
  rejectedLine: '这张退货单没有通过，只登记货物，不退款',
  button: '登记入库',
  status: '看退货',
  short: '数量不符',
  damaged: '有破损',
  say: (returnId: string) => `${returnId} 登记入库`,
  askCount: (name: string): Phrase => ({ head: '实收几件？', body: name }),
  askDamaged: (name: string): Phrase => ({ head: '破损几件？', body: name }),
  askLine: { head: '哪一种商品？' } as Phrase,
  pieces: (count: number) => `${count}件`,
  sayCount: (count: number) => `实收${count}件`,
  sayDamaged: (count: number) => `破损${count}件`,
  again: (at: string) => `${at} 已登记过，没有重复入库。`,
  tooMany: (asked: number, left: number) => ({
    rule: `应收只有${left}件`,
    instead: `说的是${asked}件，多出来的请单独放好，找客服核实`,
  }),
  wrong: (belongs: string): Phrase => ({ head: `这个包裹属于 ${belongs}` }),
  wrongBar: (spoken: string) => `不是 ${spoken} 的包裹`,
  wrongLine: (belongs: string) => `要登记 ${belongs} 吗？`,
  register: (tail: string) => `登记${tail}`,
  cancel: '取消',
  told: {
    whole: (returnId: string): Phrase => ({ head: '【已入库】', body: returnId }),
    differs: (returnId: string): Phrase => ({ head: '【入库有差异】', body: returnId }),
    by: (name: string, at: string) => `${name} ${at}`,
  },
} as const

export const inspectionWords = {
  sound: '验货完好',
  /** 数量不符，少1件；破损1件 */
  of: (missing: number, damaged: number): string => {
    const parts = [missing > 0 ? `数量不符，少${missing}件` : '', damaged > 0 ? `${damaged}件破损` : '']
    return parts.filter((part) => part !== '').join('；')
  },
} as const

const digits: Readonly<Record<string, number>> = {
  零: 0,
  一: 1,
  二: 2,
  两: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
}
const numeral = '(\\d{1,4}|[零一二两三四五六七八九])'
const piece = '\\s*(?:件|罐|盒|包|个|箱|瓶|台|袋|套|条|片)'
const receivedForm = new RegExp(`(?:实收|收到|只有|只收到?|到了|少了?只剩)\\s*${numeral}${piece}?`)
const damagedForm = new RegExp(
  `(?:破损|损坏|坏了?|破了?|漏了?)\\s*${numeral}${piece}|${numeral}${piece}\\s*(?:破损|损坏|坏|破|漏)`,
)

export type ReceiptSaid = { readonly received?: number; readonly damaged?: number | 'some' }

/** 实收1件 有破损: how many came, and how many of them are damaged, as far as it was said. */
export function receiptSaid(text: string): ReceiptSaid {
  const received = countIn(receivedForm.exec(text)?.[1])
  const hurt = damagedForm.exec(text)
  const count = countIn(hurt?.[1] ?? hurt?.[2])
  const none = /(?:没有?|无|未)(?:破损|损坏)/.test(text)
  const some = !none && /破损|损坏|坏了|漏液|漏了/.test(text)
  const damaged = none ? undefined : (count ?? (some ? ('some' as const) : undefined))
  return { ...(received !== undefined && { received }), ...(damaged !== undefined && { damaged }) }
}

function countIn(said: string | undefined): number | undefined {
  if (said === undefined) return undefined
  return /^\d/.test(said) ? Number(said) : digits[said]
}

export const saysShort = (text: string): boolean => /数量(?:不符|不对|有误)|少了|少件/.test(text)
/** The words of the button, typed or sent by a scanner's prefix. */
export const saysReceive = (text: string): boolean => /登记入库|扫码入库|^扫码/.test(text)
export const saysAll = (text: string): boolean => /^(?:全部|全退|都退|整单)(?:退|了|吧)?$/.test(text.trim())

/** A reason without what is none: a count of pieces, the word for the label, the goods themselves. */
export function plainReason(said: string | undefined, product = ''): string | undefined {
  const words = said ?? ''
  const rest = (product === '' ? words : words.replaceAll(product, ' '))
    .replace(new RegExp(`(?:退|共|一共)?${numeral}${piece}`, 'g'), ' ')
    .replace(/(?:退货|退回)?(?:面单|照片|图片)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return rest === '' ? undefined : rest
}

import { beside } from './format.ts'

/** Sentences of the answers. A title has a head and a tail that must stay and a body that may be shortened to fit. */

export type Phrase = {
  readonly head: string
  readonly body?: string
  readonly tail?: string
  /** Which end of the body says most; the other one is cut. The start, when not said. */
  readonly keep?: 'start' | 'end'
}

export const factLabels = {
  order: '订单',
  customer: '客户',
  goods: '商品',
  parcel: '快递',
  dwell: '停留',
  gift: '赠品',
  holder: '负责',
  ordered: '下单',
  paid: '付款',
  shipped: '出库',
  collected: '揽收',
  latest: '最近',
  eta: '预计',
  promise: '承诺',
  given: '您查的',
  searched: '查过',
} as const

export const buttonLabels = {
  script: '复制话术',
  track: '完整时间线',
  back: '返回订单',
  status: '看订单状态',
  waybill: '复制单号',
  none: '都不是',
  again: '重新输入',
} as const

/** What typing does the same as the button, where buttons cannot call back. */
export const sayings = {
  track: (number: string) => `${number} 物流`,
  status: (number: string) => `${number} 到哪了`,
  carrier: (number: string) => `${number} 快递单号`,
  script: (number: string) => `${number} 话术`,
} as const

const bracket = (stage: string): string => `【${stage}】`

export const statusTitles = {
  plain: (stage: string, body: string, tail = ''): Phrase => ({ head: bracket(stage), body, tail }),
  exception: (kind: string, reason: string, holder: string | undefined): Phrase => ({
    head: bracket(`异常·${kind}`),
    body: reason,
    tail: holder === undefined ? '' : `${reason === '' ? '' : '，'}${holder}处理中`,
  }),
  oneOrder: (phrase: Phrase): Phrase => ({ ...phrase, head: `1单${phrase.head}` }),
} as const

export const steps = {
  notPaid: (orderedAt: string) => `${orderedAt}下单，还没有付款`,
  onHold: (reason: string | undefined) => reason ?? '渠道要求先不发货',
  quarantined: (reason: string | undefined) => `${reason ?? '缺必填信息'}，补齐后才发货`,
  preparing: (warehouse: string | undefined) => (warehouse === undefined ? '已付款，备货中' : `${warehouse}备货中`),
  shippedWithoutWaybill: '渠道显示已发货，但没有运单号',
  overdue: (late: string, reason: string | undefined) => `已超承诺${late}${reason === undefined ? '' : `，${reason}`}`,
  waitingForScan: (carrier: string) => `等待${carrier}揽收`,
  collected: (place: string | undefined) => (place === undefined ? '快递已揽收' : `${place}已揽收`),
  reached: (place: string) => `已到${place}`,
  left: (place: string) => `已离开${place}`,
  delivering: '正在派件',
  moving: '在路上',
  carrierSaysSigned: (at: string) => `${at}快递显示签收`,
  noTrack: (at: string) => `${at}出库，还没有物流信息`,
  atStore: (at: string) => `${at}备好，等买家到店取`,
  parcels: (count: number, signed: number) => (signed === 0 ? `共${count}个包裹` : `${count}个包裹已签收${signed}个`),
  signed: (at: string, by: string) => `${at}${by}`,
  self: '本人',
  signedBySelf: '本人签收',
  signedBy: (signer: string) => `由${signer}签收`,
  returnPending: (level: string, holder: string | undefined) => `待${level}${holder === undefined ? '' : `·${holder}`}`,
  returnApproved: '已同意，等买家寄回',
  returnReceived: (at: string) => `${at}已入仓，等财务退款`,
  returned: (at: string) => `${at}退货完成`,
  refunded: (at: string) => `${at}退款完成`,
  cancelled: (at: string, reason: string | undefined) => (reason === undefined ? `${at}取消` : `${at}，${reason}`),
} as const

export const tails = {
  eta: (due: string) => `，预计${due}送达`,
  etaPassed: (day: string) => `，已过预计${day}`,
  shipBy: (due: string) => `，预计${due}发出`,
  timeLeft: (left: string) => `，剩${left}`,
  timeOver: (over: string) => `，已超${over}`,
  awaitingRefund: '，等财务退款',
  refundedOn: (day: string) => `，${day}已退款`,
} as const

export const stageWords = {
  noWaybill: '缺运单号',
  pickup: '待自提',
  quarantined: '已拦下',
  delivered: '已送达',
} as const

export const bars = {
  stale: (source: string, silence: string) => `${source}已${silence}没有消息，内容可能过时`,
  staleTrack: (silence: string) => `轨迹已${silence}没有刷新，可能过时`,
  silent: (silence: string) => `物流已${silence}没有更新`,
  unscanned: (silence: string) => `发货${silence}快递仍未揽收`,
} as const

export const noteParts = {
  asOf: (at: string) => `截至${at}`,
  track: (at: string) => `轨迹${at}`,
  source: (name: string, at: string) => beside(name, at),
} as const

export const factValues = {
  orderTail: (channel: string, tail: string) => `${channel}…${tail}`,
  goodsMore: (count: number) => `等${count}件`,
  times: (qty: number) => `×${qty}`,
  parcelsBelow: (count: number) => `${count}个包裹，见下`,
  chosenCarrier: (carrier: string) => `${carrier}，待出单号`,
  noCarrier: '还没有选择',
  giftWith: (name: string) => `${name}，同包裹`,
  giftApart: (name: string) => `${name}，在另一个包裹`,
  giftLocked: (name: string) => `${name}，已锁定`,
  giftGap: (gap: string) => `未达门槛，差${gap}`,
  giftNone: {
    below_threshold: '未达门槛',
    out_of_stock: '库存不足',
    level_too_low: '等级不够',
    rule_conflict: '规则冲突',
  },
  and: '、',
} as const

export const lineTexts = {
  consignee: (name: string, phone: string) => `收件 ${name} ${phone}`.trim(),
  address: (address: string) => `地址 ${address}`,
  privately: '完整信息已私聊给您',
  parcelState: (state: string) => ` · ${state}`,
  parcelWaiting: ' · 待发出',
  phoneTail: (tail: string) => ` 尾号${tail}`,
  older: (count: number) => `还有${count}条更早的记录`,
  emptyTrack: '还没有物流记录',
  unknown: (number: string) => `没有找到：${number}`,
  narrower: '补充日期、渠道或手机尾号可以缩小范围',
} as const

export const carrierTitles = {
  known: (number: string, step: string): Phrase => ({ head: number, body: step === '' ? '' : `，${step}` }),
  several: (count: number): Phrase => ({ head: `${count}个包裹`, body: '，单号见下' }),
  pickup: { head: '到店自提，没有快递单号' },
  none: (reason: string): Phrase => ({ head: '还没有单号：', body: reason }),
} as const

export const waybillReasons = {
  notPaid: '还没有付款',
  cancelled: '订单已取消',
  quarantined: '下单时未选快递',
  onHold: '暂停发货',
  preparing: '仓库还没有出库',
  claimed: '渠道显示已发货，但没有传单号',
  other: '快递还没有回传',
} as const

export const listTitles = {
  total: (what: string, total: string, shown: number): Phrase => ({
    head: '',
    body: what,
    tail: `共${total}单，最近${shown}单`,
  }),
  page: (what: string, total: string, from: number, to: number): Phrase => ({
    head: '',
    body: what,
    tail: `共${total}单，第${from}～${to}单`,
  }),
  all: (what: string, total: string): Phrase => ({ head: '', body: what, tail: `共${total}单` }),
  atLeast: (count: number) => `${count}+`,
  none: (what: string): Phrase => ({ head: '', body: what, tail: '没有订单' }),
  ordered: (when: string) => `${when}下单的`,
  deeds: { pay: '付款', ship: '发货', sign: '签收' },
  lastDays: (days: number) => `近${days}天`,
  choose: (who: string | undefined, count: string): Phrase => ({
    head: '',
    body: who ?? '',
    tail: `${who === undefined ? '找到' : '有'}${count}单，是哪一单？`,
  }),
} as const

export const notFoundTexts = {
  number: { head: '没有找到这个单号' } as Phrase,
  return: { head: '没有找到这张退货单' } as Phrase,
  person: (who: string, days: number): Phrase => ({ head: '', body: who, tail: `近${days}天没有订单` }),
  personWindow: (who: string, when: string): Phrase => ({
    head: '',
    body: who,
    tail: `${/^\d/.test(when) ? ' ' : ''}${when}没有订单`,
  }),
  lookedIn: { number: '各渠道订单号、运单号、退货单号', person: '全部渠道的订单' },
  near: (channel: string, number: string) => `最接近：${channel} ${number}`,
  nothingNear: '也没有只差一位的单号',
  tail: (tail: string) => `尾号${tail}`,
  see: (tail: string) => `查…${tail}`,
} as const

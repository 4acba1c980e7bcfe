import type { Phrase } from './answers.ts'
import { beside, clockText, dayText } from './format.ts'

/** Sentences of the answers about returns and refunds. Manner as in answers.ts. */

export const returnLabels = {
  applied: '申请',
  passed: '已过',
  next: '下一步',
  waybill: '面单',
  amount: '金额',
  fine: '罚款线',
  request: '退货',
  goods: '商品',
  qty: '数量',
  approval: '审批',
  refund: '退款',
  arrival: '预计到账',
  arrived: '到账',
  asked: '申请金额',
  inspection: '验货',
  method: '方式',
  stage: '阶段',
  limit: '时限',
  ifKept: '按时限',
  signed: '签收',
  kind: '类目',
  opened: '拆封',
  record: '记录',
  term: '期限',
  paid: '实付',
  list: '商品价',
  share: '优惠分摊',
  freight: '运费',
  counted: '算得',
  stored: '系统记录',
  ask: '找谁',
  reason: '原因',
  notes: '备注',
} as const

export const returnButtons = {
  script: '复制话术',
  urge: '催办',
  timeline: '时间线',
  eligible: '能不能退',
  create: '发起退货',
  exception: '申请例外',
  eta: '退款到账',
  inbound: '看入仓',
  status: '看进度',
  amount: '看明细',
} as const

/** Typed, each does what its button does. */
export const returnSayings = {
  status: (no: string) => `${no} 退货进度`,
  timeline: (no: string) => `${no} 退货时间线`,
  inbound: (no: string) => `${no} 入仓了吗`,
  eta: (no: string) => `${no} 退款什么时候到账`,
  amount: (no: string) => `${no} 退多少钱`,
  urge: (no: string) => `催一下 ${no}`,
  eligible: (no: string) => `${no} 能退吗`,
  create: (no: string) => `${no} 要退货`,
  script: (said: string) => `${said} 话术`,
} as const

/** True when the steps one by one are wanted, not where it stands. */
export const wantsTimeline = (text: string): boolean => /时间线|全程|流程|每一?步|经过/.test(text)

/** 11-22 09:31: the day stays in, since the line is pasted and read on another day. */
export const dateTime = (atMs: number, nowMs: number): string => `${dayText(atMs, nowMs)} ${clockText(atMs)}`

const halfYearMs = 183 * 86_400_000
const shortDay = (atMs: number, nowMs: number): string =>
  dayText(atMs, Math.abs(atMs - nowMs) < halfYearMs ? atMs : nowMs)

/** 11-23~11-25; a single day once. */
export function rangeText(range: { readonly fromMs: number; readonly toMs: number }, nowMs: number): string {
  const [from, to] = [shortDay(range.fromMs, nowMs), shortDay(range.toMs, nowMs)]
  return from === to ? from : `${from}~${to}`
}

/** 仓管复核·小周 */
export const heldBy = (level: string, holder: string | undefined): string =>
  holder === undefined ? level : `${level}·${holder}`

export const returnStatusTitles = {
  stuck: (held: string, left: string | undefined, over: boolean): Phrase => ({
    head: `卡在：${held}`,
    tail: left === undefined ? '' : over ? `，已超${left}` : `，剩${left}`,
  }),
  unassigned: { head: '审批中，还没有分到人' } as Phrase,
  rejected: (reason: string | undefined): Phrase => ({ head: '已驳回：', body: reason ?? '没有写原因' }),
  withdrawn: { head: '已撤回，不再退货' } as Phrase,
  approved: { head: '已通过，等寄回' } as Phrase,
  arrived: { head: '已通过，退件已签收，等扫码入库' } as Phrase,
  received: { head: '已入仓，等退款' } as Phrase,
  released: { head: '退款已放行，等到账' } as Phrase,
  refunded: (at: string): Phrase => ({ head: `已退款，${at}` }),
} as const

export const returnWords = {
  allPassed: '三级已过',
  passed: (level: string, at: string) => `${level} ${at}`,
  rejectedAt: (level: string) => `${level}已驳回`,
  waiting: (held: string) => `待${held}`,
  withdrawn: '已撤回',
  next: {
    goods: '买家寄回，到仓扫码',
    scan: '仓库扫码入库',
    release: '财务放款',
    arrival: '等到账',
    resubmit: '有异议可补材料重新提交',
  },
  fineLeft: (at: string, left: string) => `${at}，剩${left}`,
  finePassed: (at: string, over: string) => `${at}，已过${over}`,
  dueLeft: (at: string, left: string) => `${at}前，剩${left}`,
  dueOver: (at: string, over: string) => `${at}，已超${over}`,
  overdueBar: '超24小时未处理，可能触发平台罚款',
  notes: (count: number) => `${count}条`,
  noteBy: (by: string, when: string) => `备注 ${by} ${when}：`,
  pictures: (count: number) => `（${count}张图）`,
  qtyAsked: (asked: number) => `申请${asked}件`,
  qtyReceived: (received: number, due: number, damaged: number) =>
    `实收${received}/${due}件${damaged > 0 ? `，破损${damaged}件` : ''}`,
  lineReceived: (received: number, due: number, damaged: number) =>
    ` 实收${received}/${due}${damaged > 0 ? ` 破损${damaged}` : ''}`,
  lineAsked: (asked: number) => ` 申请${asked}件`,
  warehouseSilent: (silence: string) => `仓库已${silence}没有回传，可能有漏扫`,
  byWarehouse: (at: string) => beside('仓库', at),
} as const

export const choiceWords = {
  /** 找到2位张伟昨天有奶粉退货，是哪一位？ One person with several returns is asked for the return. */
  title: (people: number, count: string, who: string, when: string, product: string): Phrase => ({
    head: people > 1 ? `找到${people}位` : `找到${count}张`,
    body: `${who}${/[\dA-Za-z]$/.test(who) && /^\d/.test(when) ? ' ' : ''}${when}${people > 1 ? '有' : ''}${product}`,
    tail: people > 1 ? '退货，是哪一位？' : '退货，是哪一张？',
  }),
  line: (position: string, tail: string | undefined, channel: string): string =>
    `${position} ${tail === undefined ? '' : `尾号${tail} `}${channel} `,
  appliedOn: (day: string) => ` ${day}申请`,
  atLeast: (count: number) => `${count}+`,
  otherGoods: (product: string) => `没有${product}的退货，这些是其他商品的`,
  narrower: '补充日期、商品或手机尾号可以缩小范围',
  noReturn: { head: '这一单没有退货申请' } as Phrase,
  noReturnHint: '要退货：先看能不能退，再凭退件面单照片登记',
  person: (who: string, when: string): Phrase => ({
    head: '',
    body: who,
    tail: `${/[\dA-Za-z]$/.test(who) && /^\d/.test(when) ? ' ' : ''}${when}没有退货`,
  }),
  lookedIn: '全部渠道订单的退货',
  lastDays: (days: number) => `近${days}天`,
} as const

export const timelineWords = {
  title: (no: string): Phrase => ({ head: `${no} 时间线` }),
  applied: (by: string | undefined, reason: string): string => `申请${by === undefined ? '' : `·${by}`}：${reason}`,
  approved: (held: string) => `${held} 同意`,
  rejected: (held: string, reason: string | undefined) => `${held} 驳回${reason === undefined ? '' : `：${reason}`}`,
  received: (inspection: string | undefined) => `扫码入库${inspection === undefined ? '' : `，${inspection}`}`,
  released: '退款放行',
  refunded: '退款完成',
  withdrawn: '撤回',
} as const

/** Sources write commas and brackets in half width. */
export const fullWidth = (words: string): string =>
  words.replace(/,/g, '，').replace(/\(/g, '（').replace(/\)/g, '）').replace(/;/g, '；')

export const inboundTitles = {
  received: (at: string, inspection: string | undefined): Phrase => ({
    head: `【已入仓】${at}扫码入库`,
    body: inspection === undefined ? '' : `，${inspection}`,
  }),
  part: (received: number, due: number, at: string): Phrase => ({
    head: `【已入仓${received}/${due}】${at}`,
    tail: received < due ? `，差${due - received}件` : `，多${received - due}件`,
  }),
  inApproval: (held: string): Phrase => ({ head: '【未入仓】还在审批：', body: held }),
  rejected: (reason: string | undefined): Phrase => ({
    head: '【未入仓】已驳回',
    body: reason === undefined ? '' : `：${reason}`,
  }),
  withdrawn: { head: '【未入仓】退货已撤回' } as Phrase,
  moving: (carrier: string, step: string, eta: string | undefined): Phrase => ({
    head: `【未入仓】${carrier}`,
    body: step,
    tail: `，预计${eta === undefined ? '未知' : `${eta}到仓`}`,
  }),
  noTrack: '退件还没有轨迹',
  atWarehouse: '退件已签收，等扫码',
  noEta: '快递没有给出退件的预计时间',
  noTracker: '退件面单还没有接入轨迹',
} as const

import type { Phrase } from './answers.ts'
import { durationText } from './format.ts'
import { exceptionName, levelName } from './zh-cn.ts'
import { ordersText } from './zh-stats.ts'

const number = new Intl.NumberFormat('zh-CN')

export const alertNames: Readonly<Record<string, string>> = {
  return_overdue: '退货超时',
  fine_risk: '罚款风险',
  due_soon: '即将超时',
  no_carrier: '缺承运商',
  no_waybill: '缺单号',
  ship_late: '发货超时',
  shipped_late: '发货晚了',
  stalled: '物流停滞',
  unscanned: '未揽收',
  first_sms: '首条短信超时',
  gift_out_of_stock: '赠品库存',
  overdue: '超时',
  risk: '风险',
  abnormal: '异常',
  unreachable: '联系不上',
}

export const troubleName = (kind: string): string => alertNames[kind] ?? exceptionName(kind)

/** What stands on a list, in at most 26 characters. */
const alertFormulas: Readonly<Record<string, string>> = {
  return_overdue: '过了审批时限，或满24小时没批完',
  fine_risk: '退货满24小时没批完，罚款线72时',
  due_soon: '审批时限只剩不到四分之一',
  no_carrier: '下单时没选快递，已拦下',
  no_waybill: '渠道显示已发货，没有运单号',
  ship_late: '过了承诺时间还没有发完',
  stalled: '在途超过48小时没有新轨迹',
  unscanned: '出库超过24小时没有揽收',
  first_sms: '抖音满2小时，没发物流短信',
  overdue: '退货审批超时，和发货超承诺',
  risk: '满24小时没批完，和快到时限的',
  abnormal: '缺快递、超时、停滞、快递异常',
}

export const alertFormula = (name: string): string => alertFormulas[name] ?? '快递报告的异常，还没有签收'

const alertWords: readonly (readonly [RegExp, string])[] = [
  [/罚款/, 'fine_risk'],
  [/首条.{0,4}短信|(?:没|未)发(?:物流)?短信/, 'first_sms'],
  [/快(?:要)?(?:超时|到期|超)|要超|即将超时/, 'due_soon'],
  [/退货?.*(?:超时|逾期|超期|24小时)|(?:超时|逾期|超期).*退货?/, 'return_overdue'],
  [/未揽收|没揽收|不揽收|待揽收|没扫描/, 'unscanned'],
  [/(?:缺|没有?|无)(?:运单|快递单|物流单|面单)?(?:单)?号/, 'no_waybill'],
  [/缺承运商|没选快递/, 'no_carrier'],
  [/(?:发货|未发|没发|出库).*(?:超时|逾期|超承诺)|(?:超时|逾期|超承诺).*(?:发货|未发|没发|出库)/, 'ship_late'],
  [/中转站|转运.{0,3}滞留/, 'stuck'],
  [/没更新|不更新|停滞|不动|滞留|停在/, 'stalled'],
  [/破损/, 'damaged'],
  [/丢失|丢件|丢了/, 'lost'],
  [/拒收/, 'refused'],
  [/派送失败|派件失败/, 'delivery_failed'],
  [/联系不上|地址异常|地址错/, 'unreachable'],
  [/退回/, 'returning'],
  [/异常/, 'abnormal'],
  [/超时|逾期|超期|超过/, 'overdue'],
  [/风险|预警|告警/, 'risk'],
]

/** Which list the words ask for: those of the slot first; everything that is abnormal when they do not say. */
export function alertOf(slot: string | undefined, line: string): string {
  const found = [line, slot ?? ''].map((words) => alertWords.find(([form]) => form.test(words))?.[1])
  const [ofLine, ofSlot] = found
  return (ofLine === 'abnormal' ? (ofSlot ?? ofLine) : (ofLine ?? ofSlot)) ?? 'abnormal'
}

export const alertTexts = {
  title: (what: string, count: string, before: string): Phrase => ({
    head: '',
    body: what,
    tail: `${count}${before}`,
    keep: 'end',
  }),
  none: (what: string): Phrase => ({ head: '没有', body: what, keep: 'end' }),
  noMore: '没有更多了',
  atLeast: (count: number) => `${number.format(count)}+单`,
  hour: (hour: number) => `${hour}点`,
  over: (ms: number) => `已超${durationText(ms)}`,
  fineLeft: (ms: number) => `离罚款线${durationText(ms)}`,
  fineOver: (ms: number) => `已过罚款线${durationText(ms)}`,
  left: (ms: number) => `剩${durationText(ms)}`,
  promise: (ms: number) => `超承诺${durationText(ms)}`,
  lateBy: (ms: number) => `晚发${durationText(ms)}`,
  silent: (ms: number) => `${durationText(ms)}没更新`,
  unscanned: (ms: number) => `出库${durationText(ms)}未揽收`,
  noSms: (ms: number) => `下单${durationText(ms)}没发短信`,
  since: (ms: number) => `已${durationText(ms)}`,
  at: (place: string) => `停在${place}`,
  held: (role: string, holder: string | undefined) =>
    holder === undefined ? levelName(role) : `${levelName(role)}·${holder}`,
  noLevel: '没有审批人',
  more: (count: number) => `还有${number.format(count)}单`,
  moreLine: (count: number) => `还有${number.format(count)}单，点「还有」看下一页`,
  nextPage: '还有',
  page: '本页',
  pageValue: (from: number, to: number) => `第${from}–${to}单`,
  causes: '构成',
  sayPage: (what: string, page: number) => `${what}的单有哪些 第${page}页`,
  sayReturn: (id: string) => `${id} 审批到哪一步`,
  source: '中台',
  applied: '按申请时间',
  ordered: '按下单时间',
  and: '、',
} as const

export const todoTexts = {
  title: (count: number, red: number, yellow: number, green: number): Phrase => ({
    head: `${ordersText(count)}：红${red} 黄${yellow} 绿${green}`,
  }),
  none: { head: '没有待办' } as Phrase,
  ownWaiting: (count: number): Phrase => ({ head: `没有待办，您提的退货在审${ordersText(count)}` }),
  legend: '颜色',
  legendValue: '红 不到5分或已超 · 黄 不到1/4',
  scope: '范围',
  scopeOf: (names: string) => `${names}，您的和没人领的`,
  escalated: '满24小时没批完的退货',
  line: (head: string, time: string, reason: string): Phrase => ({ head: `${head} ${time} `, body: reason }),
  own: (head: string, held: string, time: string): Phrase => ({ head: `${head} ${held} ${time}`.trim() }),
  handed: (clock: string, from: string, question: string): Phrase => ({
    head: `${clock} ${from}转来：`,
    body: question,
  }),
  handedRow: '转来',
  handedCount: (count: number) => `${count}条，请私聊问我`,
  more: (count: number) => `还有${ordersText(count)}，处理后再发「我的待办」`,
  source: '审批记录',
} as const

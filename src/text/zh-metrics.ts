/**
 * The figures by the names people use: what each is called, how it is counted (the row 口径, at most 26 characters) and which
 * words ask for it. Codes are those of hub/stats-metrics.ts. The first entry whose words fit is meant.
 */

type MetricText = {
  readonly name: string
  /** What is counted, over which of its dates. */
  readonly formula: string
  /** Where the counted rows come from, for the note. */
  readonly source: string
  readonly said: RegExp
}

const hub = '中台订单'
const sms = '短信回执'

export const metricTexts = {
  gift_missed_rate: {
    name: '赠品漏发率',
    formula: '期内签收的应送单，没装进包裹的',
    source: hub,
    said: /漏发|赠品.{0,3}(?:漏|少)/,
  },
  sms_opened_rate: { name: '短信打开率', formula: '期内送达的短信，被打开的', source: sms, said: /打开率|点开率/ },
  sms_delivered_rate: {
    name: '短信到达率',
    formula: '期内发出的短信，已送达的',
    source: sms,
    said: /(?:短信|通知).{0,3}(?:到达|送达|成功|失败)率?/,
  },
  photo_failed: {
    name: '签收照片打不开',
    formula: '期内发出的通知，照片打不开的',
    source: sms,
    said: /照片.{0,4}(?:失败|打不开|失效)|(?:失败|打不开).{0,3}照片/,
  },
  direct_rate: { name: '直答率', formula: '一次答完，没有追问和转人工', source: '提问记录', said: /直答|直接回答率/ },
  ship_on_time: {
    name: '准时发货率',
    formula: '期内出库的；到期没发的算不准时',
    source: hub,
    said: /(?:准时|及时|按时)(?:发货|出库)?率|发货(?:准时|及时)率/,
  },
  delivered_on_time: {
    name: '准时送达率',
    formula: '期内签收的包裹，不晚于预计时间',
    source: '快递轨迹',
    said: /(?:准时|及时|按时)(?:送达|妥投|签收|到达)率|(?:送达|妥投)(?:准时|及时)率/,
  },
  abnormal_rate: {
    name: '异常率',
    formula: '按下单时间，有异常的÷全部订单',
    source: hub,
    said: /异常(?:率|占比|比例)/,
  },
  abnormal: {
    name: '异常单',
    formula: '按下单时间，有异常的订单',
    source: hub,
    said: /异常(?:订单)?(?:单)?(?:数|量|单量|单数|多少|几)|(?:多少|几)(?:单|个)?异常/,
  },
  cancel_rate: { name: '取消率', formula: '按下单时间，已取消÷全部订单', source: hub, said: /取消(?:率|占比|比例)/ },
  cancelled: { name: '取消量', formula: '按下单时间，现在已取消的', source: hub, said: /取消/ },
  out_of_stock_rate: {
    name: '缺货率',
    formula: '按下单时间，缺货未发÷全部订单',
    source: hub,
    said: /(?:缺货|断货)(?:率|占比|比例)/,
  },
  out_of_stock: { name: '缺货单', formula: '按下单时间，因缺货还没发的', source: hub, said: /缺货|断货/ },
  return_rate: { name: '退货率', formula: '期内申请的退货÷期内签收的订单', source: hub, said: /退货(?:率|占比|比例)/ },
  refunds: {
    name: '退款金额',
    formula: '按退款时间，退货、取消和丢件',
    source: hub,
    said: /退款(?:总)?(?:金额|额|多少)|退了?多少钱|打款/,
  },
  return_time: {
    name: '退货审批时长',
    formula: '期内申请、已有结论的，平均',
    source: hub,
    said: /(?:退货|审批|审核|售后|处理).{0,6}(?:时长|时间|耗时|多久)/,
  },
  returns: {
    name: '退货量',
    formula: '按申请时间的退货单，含已驳回',
    source: hub,
    said: /退货/,
  },
  ship_time: {
    name: '发货时长',
    formula: '期内出库的，付款到出库平均',
    source: hub,
    said: /(?:发货|出库|配货).{0,4}(?:时长|时间|耗时|时效)/,
  },
  delivery_time: {
    name: '送达时长',
    formula: '期内签收的，出库到签收平均',
    source: hub,
    said: /(?:送达|签收|配送|物流|在途).{0,4}(?:时长|时间|耗时|时效)/,
  },
  reply_time: {
    name: '助手应答时长',
    formula: '本助手从收到到答出，平均',
    source: '提问记录',
    said: /(?:助手|机器人).{0,4}(?:应答|响应|回复)/,
  },
  basket: { name: '客单价', formula: '实付合计÷付款单，不含已取消', source: hub, said: /客单价|均价/ },
  sales: {
    name: '销售额',
    formula: '按下单时间的实付，不含已取消',
    source: hub,
    said: /销售额|销售金额|营业额|成交(?:总)?(?:额|金额)|流水|gmv/i,
  },
  pieces: { name: '销量', formula: '按下单时间的件数，不含已取消', source: hub, said: /销量|卖了?(?:多少|几)|件数/ },
  shipped: {
    name: '发货量',
    formula: '按出库时间，全部发完的订单',
    source: hub,
    said: /发货(?:数量|量|数|单)|发(?:了)?(?:多少|几)(?:单|件)|出库(?:量|数)/,
  },
  signed: { name: '签收量', formula: '按签收时间，全部签收的订单', source: hub, said: /签收(?:数量|量|数|了?多少)/ },
  orders: {
    name: '订单量',
    formula: '按下单时间，含未付款和已取消',
    source: hub,
    said: /订单|单量|单数|(?:多少|几|总共|一共|合计).{0,2}(?:单|笔)/,
  },
} as const satisfies Readonly<Record<string, MetricText>>

export type MetricCode = keyof typeof metricTexts

const codes = Object.keys(metricTexts) as readonly MetricCode[]

export const isMetric = (code: string): code is MetricCode => codes.some((one) => one === code)

/** Figures that need something the hub has not: why, and the nearest it can count. */
const notHere: readonly { readonly said: RegExp; readonly why: string; readonly instead: MetricCode }[] = [
  { said: /转化|访客|浏览|点击|加购|流量|曝光/, why: '流量数据没有接入', instead: 'orders' },
  { said: /客诉|投诉|差评|好评|满意|nps|评价|评分/i, why: '客诉和评价没有接入', instead: 'returns' },
  { said: /复购|回购|留存/, why: '还没有按客户统计复购', instead: 'orders' },
  { said: /利润|毛利|成本|roi|投产/i, why: '成本数据没有接入', instead: 'orders' },
  { said: /响应|接待|首响|咨询|会话/, why: '客服接待系统没有接入', instead: 'reply_time' },
  { said: /月结|应收|回款|欠款|账期/, why: 'ERP没有接入', instead: 'orders' },
  { said: /会员(?:数|量)|新客|拉新/, why: '还没有按客户统计', instead: 'orders' },
]

export type SaidMetric =
  | { readonly known: MetricCode }
  /** `instead` is the nearest figure there is. */
  | { readonly unknown: string; readonly why: string; readonly instead: MetricCode }

/** Which figure the words ask for: those of the slot first, then the whole line. */
export function metricOf(slot: string | undefined, line: string): SaidMetric {
  const words = `${slot ?? ''} ${line}`
  const missing = /(?:助手|机器人)/.test(words) ? undefined : notHere.find(({ said }) => said.test(words))
  if (missing !== undefined) return { unknown: slot ?? '', why: missing.why, instead: missing.instead }
  const known = codes.find((code) => metricTexts[code].said.test(words))
  if (known !== undefined) return { known }
  return { unknown: slot ?? '', why: '没有这个指标', instead: 'orders' }
}

/** What sources write where goods are missing. */
export const outOfStockWords: readonly string[] = ['缺货', '补货', '断货']

/** By what the figures are to be divided, when that was said. */
export function groupSaid(line: string): 'channel' | 'hour' | 'day' | 'warehouse' | undefined {
  if (/(?:各|每|分|按|哪个?|什么)(?:个|一个)?(?:渠道|平台)|渠道(?:分布|对比|排名|排行|占比)/.test(line))
    return 'channel'
  if (/(?:各|每|分|按|哪个?)(?:个|一个)?(?:小时|钟头|时段|点)|时段|几点最/.test(line)) return 'hour'
  if (/(?:各|每|分|按|哪个?)(?:个|一个)?(?:仓库?|库房)/.test(line)) return 'warehouse'
  return /每天|每日|各天|逐日|按[天日]|分[天日]|走势|趋势|哪天/.test(line) ? 'day' : undefined
}

/** The page of a list that was asked for (第2页); the first when none was. */
export function pageSaid(line: string): number {
  const page = Number(/第\s*(\d{1,4})\s*页/.exec(line.normalize('NFKC'))?.[1] ?? 1)
  return Math.max(1, page)
}

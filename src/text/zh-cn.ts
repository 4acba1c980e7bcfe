/** Chinese names of the hub's codes. An unknown code (a newer hub) is shown as it is rather than hidden. */

const channelNames: Readonly<Record<string, string>> = {
  douyin: '抖音',
  tmall: '天猫',
  jd: '京东',
  miniapp: '小程序',
  pos: '门店',
  distributor: '经销商',
}

export const channelName = (code: string): string => channelNames[code] ?? code

/** The hub's code of a channel as the question set writes it; undefined for anything else. */
export function channelCode(said: string): 'douyin' | 'tmall' | 'jd' | 'miniapp' | 'pos' | 'distributor' | undefined {
  switch (said) {
    case '抖音':
      return 'douyin'
    case '天猫':
      return 'tmall'
    case '京东':
      return 'jd'
    case '小程序':
      return 'miniapp'
    case 'POS':
      return 'pos'
    case '经销商':
      return 'distributor'
    default:
      return undefined
  }
}

const carrierNames: Readonly<Record<string, string>> = {
  SF: '顺丰',
  JD: '京东物流',
  JT: '极兔',
  YTO: '圆通',
  DBL: '德邦',
  STO: '申通',
  YUNDA: '韵达',
  ZTO: '中通',
  EMS: 'EMS',
  POST: '邮政',
  CAINIAO: '丹鸟',
  PICKUP: '到店自提',
}

/** `printed` is the name given with carrier OTHER. */
export const carrierName = (code: string, printed?: string): string => carrierNames[code] ?? printed ?? '其他快递'

const stageNames: Readonly<Record<string, string>> = {
  pending_payment: '待付款',
  on_hold: '暂停发货',
  quarantined: '缺承运商',
  paid: '待发货',
  part_shipped: '部分发货',
  shipped: '已发货',
  signed: '已签收',
  returning: '退货中',
  returned: '已退货',
  refunded: '已退款',
  cancelled: '已取消',
}

export const stageName = (code: string): string => stageNames[code] ?? code

const trackStateNames: Readonly<Record<string, string>> = {
  created: '等待揽收',
  collected: '已揽收',
  in_transit: '运输中',
  delivering: '派件中',
  signed: '已签收',
  exception: '异常',
}

export const trackStateName = (code: string): string => trackStateNames[code] ?? code

const exceptionNames: Readonly<Record<string, string>> = {
  stuck: '滞留中转站',
  delivery_failed: '派送失败',
  refused: '收件人拒收',
  unreachable: '地址异常/联系不上',
  damaged: '包裹破损',
  lost: '包裹丢失',
  returning: '退回寄件人',
  unrecognised: '未识别',
}

export const exceptionName = (code: string): string => exceptionNames[code] ?? code

const holderNames: Readonly<Record<string, string>> = {
  customer: '买家',
  cs: '客服',
  cs_lead: '客服组长',
  warehouse: '仓库',
  logistics: '物流组',
  finance: '财务',
  ops: '运营',
}

/** undefined for `nobody`: then the row is dropped. */
export function holderName(group: string, person?: string): string | undefined {
  const name = holderNames[group]
  return name === undefined || person === undefined ? name : `${name}·${person}`
}

const roleNames: Readonly<Record<string, string>> = {
  cs: '客服',
  cs_lead: '客服组长',
  warehouse: '仓管',
  finance: '财务',
  ops: '运营主管',
  director: '运营总监',
  it: 'IT',
}

export const roleName = (code: string): string => roleNames[code] ?? code

const levelNames: Readonly<Record<string, string>> = { cs_lead: '组长初审', warehouse: '仓管复核', finance: '财务终审' }

/** A level by who decides it; with its number also where somebody else than usual does. */
export function levelName(role: string, level?: number): string {
  if (level === undefined || usualDeciders[level - 1] === role) return levelNames[role] ?? role
  return `${roleName(role)}${stepName(level)}`
}

const usualDeciders = ['cs_lead', 'warehouse', 'finance']
const steps = ['初审', '复核', '终审']

/** A level by its number, whoever decides it. */
export const stepName = (level: number): string => steps[level - 1] ?? `L${level}`

const sourceWays: Readonly<Record<string, string>> = {
  push: '推送',
  pull: '拉取',
  form: '审批单',
  stock: '库存',
  purchases: '采购',
  'push-youzan': '推送（有赞）',
  'push-parcels': '出库推送',
  'pull-youzan': '拉取（有赞）',
}
const sourceSystems: Readonly<Record<string, string>> = {
  ...channelNames,
  wms: '仓库',
  erp: 'ERP',
  crm: 'CRM',
  track: '快递',
  hub: '中台',
  kingdee: '金蝶',
}

/** douyin.push → 抖音推送 · sheet.JXS03 → 表格JXS03. */
export function sourceName(source: string): string {
  const [system = '', way = ''] = source.split('.', 2)
  if (system === 'sheet') return way.startsWith('watch-') ? `表格目录${way.slice(6)}` : `表格${way}`
  return `${sourceSystems[system] ?? system}${sourceWays[way] ?? ''}`
}

const intentNames: Readonly<Record<string, string>> = {
  'order.status': '查订单',
  'order.ship_time': '什么时候发货',
  'order.carrier': '查快递单号',
  'order.list': '列订单',
  'order.cancel': '取消订单',
  'order.edit_waybill': '改运单号',
  'order.mark_signer': '标记代收',
  'logistics.track': '查物流',
  'logistics.eta': '什么时候送到',
  'logistics.stalled': '物流停滞',
  'logistics.signed': '签收情况',
  'logistics.missing_waybill': '缺运单号',
  'logistics.call_carrier': '外呼快递',
  'return.create': '登记退货',
  'return.status': '退货进度',
  'return.inbound': '退货入仓',
  'return.add_note': '退货补充说明',
  'return.eligible': '能不能退',
  'refund.eta': '退款到账时间',
  'refund.amount': '退款金额',
  'gift.included': '赠品是否同发',
  'gift.gap': '赠品门槛',
  'gift.missing': '赠品漏发',
  'stock.check': '查库存',
  'approval.todo': '我的待办',
  'approval.decide': '审批',
  'approval.urge': '催办',
  'approval.delegate': '转交审批',
  'approval.snooze': '稍后提醒',
  'alert.list': '超时和异常清单',
  'stats.query': '统计数字',
  'notify.status': '短信和通知',
  'customer.profile': '客户档案',
  'rule.explain': '规则说明',
}

/** What a question is about, in the user's words. */
export const intentName = (intent: string): string => intentNames[intent] ?? intent

type StageCode =
  | 'pending_payment'
  | 'on_hold'
  | 'quarantined'
  | 'paid'
  | 'part_shipped'
  | 'shipped'
  | 'signed'
  | 'returning'
  | 'returned'
  | 'refunded'
  | 'cancelled'

const stageOfStatus: Readonly<Record<string, StageCode>> = {
  待付款: 'pending_payment',
  暂停: 'on_hold',
  缺承运商: 'quarantined',
  待发货: 'paid',
  部分发货: 'part_shipped',
  已发货: 'shipped',
  已签收: 'signed',
  退货中: 'returning',
  已退货: 'returned',
  已退款: 'refunded',
  已取消: 'cancelled',
}

type ParcelStateCode = 'created' | 'collected' | 'in_transit' | 'delivering' | 'exception'

/** Words for where the parcels of an order stand. */
const parcelsOfStatus: Readonly<Record<string, readonly ParcelStateCode[]>> = {
  待揽收: ['created'],
  已揽收: ['collected'],
  运输中: ['in_transit'],
  派件中: ['delivering'],
  异常: ['exception'],
  未签收: ['created', 'collected', 'in_transit', 'delivering', 'exception'],
}

/** What a filter word of the question set asks for; undefined for a word that is none. */
export function statusFilter(
  status: string,
):
  | { readonly stage: StageCode; readonly delayReason?: string }
  | { readonly parcelStates: readonly ParcelStateCode[] }
  | undefined {
  const stage = stageOfStatus[status]
  if (stage !== undefined) return { stage }
  // sources write why an order waits in their own words, and all of them say it with this one
  if (status === '缺货') return { stage: 'paid', delayReason: '缺货' }
  const parcelStates = parcelsOfStatus[status]
  return parcelStates && { parcelStates }
}

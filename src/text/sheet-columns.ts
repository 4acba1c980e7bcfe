/** Words met in distributors' and ERP sheets (聚水潭, 旺店通 and hand-made ones), and what they mean to the hub. */

export type SheetField =
  | 'orderNo'
  | 'internalNo'
  | 'lineNo'
  | 'platform'
  | 'shop'
  | 'createdAt'
  | 'paidAt'
  | 'shippedAt'
  | 'payMethod'
  | 'sku'
  | 'name'
  | 'spec'
  | 'qty'
  | 'lineAmount'
  | 'paid'
  | 'receivable'
  | 'freight'
  | 'status'
  | 'carrier'
  | 'waybill'
  | 'delivery'
  | 'warehouse'
  | 'receiver'
  | 'phone'
  | 'province'
  | 'city'
  | 'district'
  | 'address'
  | 'remark'

/** Column names by field, the surest first: where several columns fit one field, the earliest alias wins. */
const columnAliases: Readonly<Record<SheetField, readonly string[]>> = {
  orderNo: ['线上订单号', '原始线上订单号', '原始单号', '平台单号', '平台订单号', '交易编号', '订单号', '订单编号'],
  internalNo: ['内部订单号', '系统单号', '系统订单号', '出库单号'],
  lineNo: ['子订单编号', '线上子订单编号', '子订单号', '原始子单号', '原始子订单号'],
  platform: ['平台', '平台名称', '来源平台', '订单来源', '平台站点', '渠道', '渠道名称'],
  shop: ['店铺名称', '店铺', '店铺简称', '分销商', '分销商名称', '经销商', '经销商编号'],
  createdAt: ['下单时间', '创建时间', '订单时间', '订单日期', '下单日期', '交易时间', '拍单时间'],
  paidAt: ['付款日期', '付款时间', '支付时间', '支付日期'],
  shippedAt: ['发货日期', '发货时间', '出库时间'],
  payMethod: ['支付方式', '付款方式', '结算方式'],
  sku: ['商品编码', '商家编码', '货品编号', '规格编码', '规格编号', '商家SKU', 'SKU', '款号'],
  name: ['商品名称', '货品名称', '品名', '宝贝标题', '商品'],
  spec: ['颜色及规格', '颜色规格', '规格名称', '规格', '商品规格', '销售属性'],
  qty: ['数量', '商品数量', '申请数量', '实发数量', '件数'],
  lineAmount: ['商品金额', '商品单价×数量', '金额', '货品总价', '小计金额'],
  paid: ['已付金额', '买家实付', '实付金额', '实付款', '实收金额'],
  receivable: ['应付金额', '应收金额', '订单金额'],
  freight: ['收入运费', '运费', '邮费', '预估运费'],
  status: ['状态', '订单状态', '线上状态'],
  carrier: ['快递公司', '物流公司', '承运商', '快递', '物流'],
  waybill: ['快递单号', '物流单号', '运单号', '运单编号'],
  delivery: ['配送方式', '发货方式', '物流方式', '提货方式'],
  warehouse: ['仓库', '发货仓', '发货仓库', '仓库名称'],
  receiver: ['收货人', '收件人', '收货人姓名', '收件人姓名', '客户姓名'],
  phone: ['手机', '手机号', '手机号码', '收件人手机', '收货人手机', '联系电话', '联系方式', '电话'],
  province: ['省份', '省', '收货省份'],
  city: ['城市', '市', '收货城市'],
  district: ['区县', '区', '区/县', '收货区县'],
  address: ['地址', '收货地址', '收件地址', '详细地址', '收件人地址'],
  remark: ['买家留言', '订单备注', '备注', '客户备注', '卖家备注'],
}

/** A header without blanks, brackets and marks, in half width and lower case; what stands in brackets is left out. */
export function plainHeader(text: string): string {
  const flat = text.normalize('NFKC').toLowerCase().replace(/\s/g, '')
  const bare = flat.replace(/\([^)]*\)|\[[^\]]*\]/g, '').replace(/[【】〔〕「」*::_"'()[\]]/g, '')
  return bare === '' ? flat.replace(/[【】〔〕「」*::_"'()[\]]/g, '') : bare
}

const byHeader = new Map(
  (Object.entries(columnAliases) as [SheetField, readonly string[]][]).flatMap(([field, aliases]) =>
    aliases.map((alias, rank) => [plainHeader(alias), { field, rank }] as const),
  ),
)

/** Which field a column of this name fills, and how sure that is (0 = the surest alias); undefined for unknown columns. */
export function fieldOfHeader(header: string): { readonly field: SheetField; readonly rank: number } | undefined {
  return byHeader.get(plainHeader(header))
}

/** Field of a name people give in a mapping (订单号=客户单号): an alias, or the field's own name. */
export function fieldOfName(name: string): SheetField | undefined {
  return name in columnAliases ? (name as SheetField) : fieldOfHeader(name)?.field
}

/** What the desk calls a field when it asks for it; an unknown name is given back. */
export function fieldLabel(name: string): string {
  const field = name in columnAliases ? (name as SheetField) : undefined
  if (field === undefined) return name
  return field === 'orderNo' ? '订单号' : (columnAliases[field][0] ?? name)
}

/** Rows that sum up others, by the first words in them. */
export const totalRow = /^(?:合计|小计|总计|汇总|共计)/

/** The source's word → the hub's stage; `elsewhere`: the order goes on under another internal number. */
export const statusWords: readonly (readonly [RegExp, string])[] = [
  [/^被(?:合并|拆分)/, 'elsewhere'],
  [/部分发货/, 'part_shipped'],
  [/待付款|未付款|等待付款|等待买家付款/, 'pending_payment'],
  [/取消|关闭|作废/, 'cancelled'],
  [/异常|暂停|冻结|锁定|拦截/, 'on_hold'],
  [/已完成|交易成功|已签收|已收货|订单完成/, 'signed'],
  [/已发货|已出库|待收货|卖家已发货/, 'shipped'],
  [/待审核|已审核|待发货|已付款|发货中|配货|拣货|打单|待打印|递交仓库|已递交|待出库|待配货/, 'paid'],
]

/** Printed names of carriers → the hub's code. */
export const carrierWords: readonly (readonly [RegExp, string])[] = [
  [/到店自提|自提|门店自取|上门自取/, 'PICKUP'],
  [/顺丰|^sf/i, 'SF'],
  [/京东|京邦达|^jdl?/i, 'JD'],
  [/极兔|j&t|百世/i, 'JT'],
  [/圆通|^yto/i, 'YTO'],
  [/德邦|deppon/i, 'DBL'],
  [/申通|^sto/i, 'STO'],
  [/韵达|yunda/i, 'YUNDA'],
  [/中通|^zto/i, 'ZTO'],
  [/ems|特快专递/i, 'EMS'],
  [/邮政|china ?post/i, 'POST'],
  [/菜鸟|丹鸟/, 'CAINIAO'],
]

/** A carrier cell that says no carrier. */
export const noCarrierWord = /^(?:无|未选择|未选|待定|-+|\/|其他|其它|其他快递|其它快递)$/
/** … of these, the ones that still choose "another carrier" without naming it. */
export const otherCarrierWord = /^其[他它](?:快递)?$/

/** The platform column, and words in shop names. */
export const platformWords: readonly (readonly [RegExp, string])[] = [
  [/抖音|抖店|放心购|头条/, 'douyin'],
  [/天猫|淘宝|tmall|taobao/i, 'tmall'],
  [/京东|^jd/i, 'jd'],
  [/小程序|微信|视频号|有赞|小店/, 'miniapp'],
  [/pos|门店|线下/i, 'pos'],
  [/分销|经销|代发|jxs/i, 'distributor'],
]

/** Stands as pay method where a sheet says an order is paid and not how. */
export const payMethodUnstated = '表格未注明'

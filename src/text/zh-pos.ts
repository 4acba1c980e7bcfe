/** Labels of the form as firms usually name them; a connector's settings may name others. */
export const posFields = {
  orderNo: '订单号',
  consignee: '客户姓名',
  phone: '联系电话',
  address: '收货地址',
  paid: '实付金额',
  payMethod: '付款方式',
  orderedAt: '下单时间',
  carrier: '物流方式',
  carrierName: '承运商名称',
  freight: '预估运费',
  remark: '备注',
  goods: '商品明细',
  goodsName: '商品',
  goodsSku: '商品编码',
  goodsSpec: '规格',
  goodsQty: '数量',
  goodsAmount: '金额',
} as const

/** What people choose in the carrier field that is no carrier's name. */
export const posCarrierWords = { pickup: /到店自提|自提|门店自取/, other: /^其[他它]/ } as const

export const posTexts = {
  revoked: '原审批单已撤销',
  payMethodUntold: '门店未填',
} as const

/** By the hub's word for why an order is kept back. */
const keptBack: Readonly<Record<string, string>> = {
  carrier_missing: '没有选「物流方式」',
  carrier_name_missing: '「物流方式」选了其他，但没有填物流公司名称',
  carrier_freight_missing: '「物流方式」选了其他，但没有填预估运费',
}

/** To the person who filed a form, in a direct message. */
export const filedTexts = {
  created: (no: string) => `审批单${no}已生成订单，发单号就能查进度。`,
  changed: (no: string) => `审批单${no}的修改已生效。`,
  revoked: (no: string) => `审批单${no}已撤销，对应的订单已取消。`,
  quarantined: (no: string, reason: string) =>
    `审批单${no}${keptBack[reason] ?? '缺少必填内容'}，订单先扣住不发货。请在审批单里点「修改」，补上后重新提交。`,
  unreadable: (no: string, field: string) =>
    `审批单${no}没有生成订单：「${field}」没填或填得不对。请在审批单里点「修改」，改好后重新提交。`,
} as const

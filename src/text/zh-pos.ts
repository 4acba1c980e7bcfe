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

/** What is said about customs. Takes and gives primitives; a field is a SKU, never a person's. */

const problems: Readonly<Record<string, string>> = {
  'payment-order': '支付单与订单的订单号不一致',
  'payment-amount': '支付金额与订单实付不一致',
  payer: '付款人与订购人不一致',
  'sum-paid': '实付不等于货款加运费加税减优惠',
  'sum-goods': '各行金额相加不等于货款',
  'order-amount': '申报实付与平台订单的实付不一致',
  'waybill-order': '运单与订单的订单号不一致',
  'waybill-consignee': '运单与订单的收件人、电话或地址不一致',
  'list-lines': '清单与订单的商品、数量或单价不一致',
  'list-party': '清单与订单的电商平台或电商企业编码不一致',
  'list-buyer': '清单与订单的订购人不一致',
  'id-number': '订购人身份证号校验不通过',
  'single-limit': '超过单次限值',
  'yearly-limit': '超过订购人的年度限值',
  'goods-unknown': '商品没有备案',
  'goods-codes': '商品的税则号、计量单位或原产国代码不对',
}

const states: Readonly<Record<string, string>> = {
  given: '已交申报',
  rejected: '被退单，改好资料后重报',
  accepted: '已受理',
  released: '已放行',
}

export const customsLines = {
  problem: (code: string, field: string | undefined) =>
    field === undefined ? (problems[code] ?? code) : `${problems[code] ?? code}（${field}）`,
  blocked: (first: string, count: number) => `报关未报：${first}${count > 1 ? `等${count}处` : ''}`,
  state: (state: string, preNo: string | undefined) =>
    [`报关：${states[state] ?? state}`, preNo && `预录入号${preNo}`].filter(Boolean).join('，'),
} as const

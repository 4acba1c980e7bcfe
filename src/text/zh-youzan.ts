/** Ways to pay as 有赞 numbers them (order_info.pay_type; unconfirmed). */
export const youzanPayWords: Readonly<Record<string, string>> = {
  '1': '微信支付',
  '2': '支付宝',
  '9': '货到付款',
  '10': '微信支付（代销）',
  '35': '会员余额',
}

/** Words in which the vendor says why a call failed; its codes for these are not confirmed. */
export const youzanWords = {
  quota: /(?:套餐|额度|调用量|调用次数).{0,8}(?:用完|用尽|不足|超限|超出)|欠费|余额不足/,
  busy: /rate.?limit|too (?:many|fast)|并发|限制访问/i,
  notThere: /not (?:exist|found)|订单号?(?:错误|无效)/i,
} as const

/** Ways an order goes out without a carrier (express_type): across the town, or nothing to send. */
export const youzanWays: Readonly<Record<string, string>> = { '2': '同城配送', '9': '无需物流' }

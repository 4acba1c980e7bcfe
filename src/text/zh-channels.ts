/** Ways to pay as Douyin's shop numbers them (order.orderDetail, pay_type; unconfirmed). */
export const douyinPayWords: Readonly<Record<string, string>> = {
  '0': '货到付款',
  '1': '微信支付',
  '2': '支付宝',
  '4': '银行卡',
  '5': '抖音余额',
  '8': 'DOU分期',
  '12': '抖音先用后付',
}

/** Stands as pay method where a platform says that an order is paid and not how. */
export const payMethodUntold = '平台未注明'

/** Words in which vendors say why a call failed, where their codes are not published. Unconfirmed: what arrives is logged. */
export const vendorWords = {
  busy: /限流|系统繁忙|过于频繁|频率|请稍后|服务异常/,
  notThere: /不存在|未找到|查询不到/,
  tokenOver: /(?:授权|令牌|token).{0,6}(?:过期|失效|无效|不存在)/i,
  clockOff: /时间戳/,
} as const

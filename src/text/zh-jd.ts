/** Ways to pay as 京东 numbers them (pop.order, payType; 1 and 4 documented, the rest unconfirmed). */
export const jdPayWords: Readonly<Record<string, string>> = {
  '1': '货到付款',
  '2': '邮局汇款',
  '3': '上门自提',
  '4': '在线支付',
  '5': '公司转账',
  '6': '银行转账',
}

/** Why an order that 京东 split goes no further. */
export const jdSplit = '京东已拆单，请看拆出的子单'

/** Words in which 京东 says what its codes do not (unconfirmed): the error's own texts, Chinese or English. */
export const jdWords = {
  token: /access_?token|令牌|(?:授权|token).{0,6}(?:过期|失效|无效)/i,
  clock: /timestamp|时间戳/i,
  busy: /限流|频率|过于频繁|超限|服务不可用|系统繁忙|请稍后|平台忙|timeout|超时/i,
  notThere: /不存在|未找到|查询不到|没有.{0,4}订单|not (?:exist|found)/i,
  /** The call is open to apps inside 京东's own cloud only, or the shop never gave this right. */
  right: /权限|permission|未授权|云鼎|白名单|not allowed/i,
} as const

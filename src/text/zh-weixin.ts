/** Ways to pay as 微信小店 numbers them (order get, pay_info.payment_method; unconfirmed). */
export const weixinPayWords: Readonly<Record<string, string>> = {
  '1': '微信支付',
  '2': '先用后付',
  '3': '抽奖0元',
  '4': '积分兑换',
}

/** An order with a transaction number of the payment system was paid there. */
export const weixinPaid = '微信支付'

/** Words in which the vendor says that a number does not exist; its codes for that are not published. Unconfirmed. */
export const weixinWords = { notThere: /(?:not|n't) exist|not found/i } as const

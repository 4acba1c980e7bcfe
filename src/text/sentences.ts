/** What the desk says in words, without a card. Ready to show; no exclamation marks, no promises it cannot keep. */

export const sentences = {
  askWhich: '哪一单？请发订单号、运单号、手机号或手机尾号中的任意一个。',
  askWhichList: '列哪些订单？请发手机号、姓名、渠道或日期，例如：17000009354 最近三天的单。',
  askNumberAgain: '请重新发一遍单号，或改发手机号、手机尾号。',
  noneOfThem: '那请补充下单日期或完整单号，我再找一次。',
  oddNumber: (digits: number) =>
    `这个号码有${digits}位，不像完整的单号。抖音、天猫订单号19位，京东12位，请核对后重发。`,
  askFullName: '请发完整姓名，或改发手机尾号，同姓的客户太多。',
  empty: '没有收到文字。请发订单号、运单号、手机号或手机尾号，例如：6936476692437472563 到哪了。',
  tooLong: '这段内容太长，只读了开头，没有找到单号。请只发单号和问题。',
  thanks: '不客气，需要查单随时发单号。',
  smalltalk: '在的。需要查单，直接发单号、手机号或姓名。',
  morning: '早，今天也顺顺利利。要查单直接发单号。',
  tired: '辛苦了，这种时候最磨人。要查的单发来，我先帮您看。',
  praised: '能帮上就好。',
  noted: '好的，有需要再叫我。',
  sorry: '没关系，再发一次单号，我重新查。',
  bye: '好的，回头见。',
  whoIsThis: '我是查单助手，订单、物流、退货退款、赠品、库存都能查。',
  soonTitle: (what: string) => `「${what}」还答不了`,
  soonWriteTitle: (what: string) => `「${what}」还办不了`,
  soon: '这类问题已能听懂，答案还在接入中',
  soonWrite: '还在接入中，这次没有改动任何数据，请先在原系统办理',
  soonButOrder: '这一单的状态和物流现在就能看',
  soonInstead: '现在能查：订单状态、快递单号、物流、订单列表',
  denied: (what: string, roles: string) => `${what}需要「${roles}」，可以找值班组长。这次没有改动任何数据。`,
  forged: '这个按钮认不出来，可能来自别的系统。请重新发单号。',
  expired: '这个按钮已过期，请重新发单号。',
  notYours: '这个按钮是给别人的。请自己发一次单号，我重新回答。',
  orderGone: '这一单现在查不到了，请重新发单号。',
  noWaybill: '这一单还没有运单号。',
  shown: '已更新',
} as const

/** The first that fits says it; a greeting without any of these is answered with what to send. */
const replies: readonly (readonly [RegExp, string])[] = [
  [/谢|辛苦|感谢/, sentences.thanks],
  [/你是谁|叫什么|你是(?:什么|人|机器)/, sentences.whoIsThis],
  [/烦|难缠|难搞|头疼|郁闷|难|受不了|疯|忙死|累|崩溃|气死|无语|唉|服了/, sentences.tired],
  [/^早|早上好|早安/, sentences.morning],
  [/再见|拜拜|88|下班|晚安/, sentences.bye],
  [/抱歉|不好意思|对不起/, sentences.sorry],
  [/厉害|不错|棒|爱你|666|赞|牛/, sentences.praised],
  [/^(?:好的?|收到|ok|嗯+|哦+|好吧|知道了|明白|没事|不用了)[。.!！~]*$/i, sentences.noted],
]

/** A short human line for a greeting, thanks or a sigh. */
export function smalltalkText(line: string): string {
  return replies.find(([form]) => form.test(line.trim()))?.[1] ?? sentences.smalltalk
}

/** 客服、客服组长 … joined for a sentence. */
export const orList = (names: readonly string[]): string => names.join('、')

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
  unsupported: '这件事我办不了，请找值班同事处理。我能查订单、快递单号和物流，发「帮助」看例子。',
  handoff: '我还不能直接转给同事，请在群里找值班组长，并带上单号。查订单、查物流可以直接问我。',
  soonTitle: (what: string) => `「${what}」还答不了`,
  soonWriteTitle: (what: string) => `「${what}」还办不了`,
  soon: '这类问题已能听懂，答案还在接入中',
  soonWrite: '还在接入中，这次没有改动任何数据，请先在原系统办理',
  soonButOrder: '这一单的状态和物流现在就能看',
  soonInstead: '现在能查：订单状态、快递单号、物流、订单列表',
  notOnly: (status: string, wider: string) => `还不能只列「${status}」，先列${wider}的`,
  denied: (what: string, roles: string) => `${what}需要「${roles}」，可以找值班组长。这次没有改动任何数据。`,
  image: '暂时还不能读照片里的面单。请直接发单号，例如：SF1694121245991 物流。',
  forged: '这个按钮认不出来，可能来自别的系统。请重新发单号。',
  expired: '这个按钮已过期，请重新发单号。',
  notYours: '这个按钮是给别人的。请自己发一次单号，我重新回答。',
  orderGone: '这一单现在查不到了，请重新发单号。',
  noWaybill: '这一单还没有运单号。',
  shown: '已更新',
} as const

/** A short human line for a greeting, thanks or a sigh. */
export function smalltalkText(line: string): string {
  return /谢|辛苦|感谢/.test(line) ? sentences.thanks : sentences.smalltalk
}

/** 客服、客服组长 … joined for a sentence. */
export const orList = (names: readonly string[]): string => names.join('、')

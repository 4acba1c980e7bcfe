import type { Phrase } from './answers.ts'

/** What the desk says about the talk itself: which one is meant, who takes it over, what it can do. */

export const talk = {
  whichOne: { head: '哪一单？' } as Phrase,
  whichOneHow: '发退货单号、订单号、手机尾号任一即可',
  whichOrderHow: '发订单号、运单号、手机尾号任一即可',
  lookedAt: (what: string) => `（您刚查过 ${what}）`,
  stillAbout: (what: string) => `您刚查过 ${what}，按这一单答`,
  returnNo: (number: string) => `退货单 ${number}`,
  onlySoMany: (count: number) =>
    count === 1 ? '只有1个可选，请发①或都不是。' : `只有${count}个可选，请发①到第${count}个。`,
  pickOne: (count: number) => `有${count}个可选，请发①、②这样的序号。`,
  nothingToPick: '刚才没有可选的单。请发订单号、运单号、手机号或手机尾号中的任意一个。',
  another: '好，换一单。请发订单号、运单号、手机号或手机尾号中的任意一个。',
  tooManyInAMinute: '一分钟内最多查30次，请过一会儿再查。',
  tooManyToday: '今天已经查了500次，到上限了。要继续查，请找 IT 放开。',
} as const

export const talkButtons = {
  same: '就是它',
  bad: '答得不对',
  toPerson: '转给值班同事',
  cancel: '取消',
} as const

/** What is typed for a button of the talk where buttons cannot call back. */
export const talkSayings = {
  same: '就是它',
  bad: '👎',
  toPerson: '转人工',
  cancel: '取消转交',
} as const

export const onDemandTexts = {
  title: { head: '没有这个单号' } as Phrase,
  /** `seconds` as 2.1. */
  none: (places: string, seconds: string) => `已当场向${places}查过（${seconds}秒），也没有`,
  silent: (places: string) => `${places}没有及时回应，没查成，请过一会儿再查`,
  lookedToday: '（今天您查过）',
  places: (names: readonly string[]) => names.join('、'),
} as const

export const votes = {
  badTitle: { head: '记下了，这条回答会拿去改进' } as Phrase,
  good: '收到，谢谢。',
  unknown: '没有找到刚才的回答。请先问一次，再说哪里不对。',
} as const

export const handoffTexts = {
  done: (who: string, what: string | undefined): Phrase => ({
    head: `已转${who}`,
    body: what === undefined ? '' : `，带上了${what}`,
    tail: what === undefined ? '，带上了您的问题' : '和您的问题',
  }),
  already: (who: string): Phrase => ({ head: `刚才已转${who}，没有重复转` }),
  nobody: '没人在班，没能转出去。请在群里找值班组长，并带上单号和问题。',
  withdrawn: (who: string): Phrase => ({ head: `已取消，也告诉了${who}` }),
  withdrawnBefore: (who: string): Phrase => ({ head: `已经取消过了，${who}知道` }),
  noneToWithdraw: '没有可以取消的转交。',
  received: (who: string): Phrase => ({ head: '', body: who, tail: '转来一个问题' }),
  receivedRows: { order: '单号', role: '身份' },
  question: (text: string) => `问：${text}`,
  noQuestion: '没有写问题，请直接联系对方',
  takenBack: (who: string, what: string | undefined) =>
    `${who}取消了刚才转来的问题${what === undefined ? '' : `（${what}）`}，不用处理了。`,
  see: '看这一单',
  sayStatus: (number: string) => `${number} 到哪了`,
} as const

export const unknownTexts = {
  offTopic: { head: '这件事我办不了，可以转给值班同事' } as Phrase,
  nearest: { head: '没听懂，您想问的是哪一个？' } as Phrase,
  example: (name: string, example: string) => `${name}：${example}`,
} as const

export const helpTexts = {
  title: '发单号、手机号或姓名，我来查',
  lines: [
    '查订单：6936476692437472563 到哪了',
    '查物流：SF1694121245991 物流',
    '查退货：客户张伟昨天退的那盒奶粉是否已入仓',
    '查退款：6936476692437472563 退款什么时候到账',
    '查赠品：6936476692437472563 赠品会一起发吗',
    '查库存：3段奶粉还有库存吗',
    '看待办：我的待办',
    '看数字：今天各渠道异常率',
  ],
  note: '改单也可以：取消订单、改运单号、标记代收、补说明，写清单号和原因',
} as const

/** A line that asks this, for people who do not know how; every one is understood as its intent (tested). */
const examples: Readonly<Record<string, string>> = {
  'order.status': '查一下订单到哪了',
  'order.ship_time': '订单什么时候发货',
  'order.carrier': '发的哪家快递',
  'order.list': '今天京东待发货的有哪些',
  'order.cancel': '取消订单',
  'order.edit_waybill': '改运单号',
  'order.mark_signer': '标记代收',
  'logistics.track': '查物流轨迹',
  'logistics.eta': '预计什么时候送到',
  'logistics.stalled': '物流一直没更新',
  'logistics.signed': '签收了吗',
  'logistics.missing_waybill': '为什么没有快递单号',
  'logistics.call_carrier': '外呼快递',
  'return.create': '申请退货',
  'return.status': '退货审批到哪一步了',
  'return.inbound': '退货入仓了吗',
  'return.add_note': '退货补充说明',
  'return.eligible': '这单能退吗',
  'refund.eta': '退货的钱什么时候到账',
  'refund.amount': '退款退多少',
  'gift.included': '赠品会一起发吗',
  'gift.gap': '为什么没有赠品',
  'gift.missing': '赠品漏发了',
  'stock.check': '3段奶粉还有库存吗',
  'approval.todo': '我的待办',
  'approval.decide': '同意退货',
  'approval.urge': '催一下退货审批',
  'approval.delegate': '明天我休息 审批给小林',
  'approval.snooze': '一小时后再提醒我',
  'alert.list': '超时的退货单有哪些',
  'stats.query': '今天各渠道异常率',
  'notify.status': '发货短信发了吗',
  'customer.profile': '客户是什么会员等级',
  'rule.explain': '为什么分到杭州仓',
}

export const exampleOf = (intent: string): string | undefined => examples[intent]

/** Words around a number or name that ask nothing of their own: 「手机尾号9746的」, 「客户叫张伟」, 「是这个单号」. */
const around =
  /(?:订单|运单|快递|物流|退货|面单|单子?)?(?:编)?[号码]+|订单|单子?|手机|电话|尾号?|后[四4]位|姓名|名字|客户|顾客|买家|先生|女士|小姐|叫做?|查一?[下查]|看一?下|帮我?|麻烦|给[你您我]|[发是的这那个要就说我你您他她它哦嗯喔啊呢吧呀了嘛在用按]|[\p{P}\p{S}\p{Z}]/gu

/**
 * True when a line says nothing beyond what it names: then it only brings what was asked for. `said` are the values that were
 * understood from it.
 */
export function onlyNames(line: string, said: readonly string[]): boolean {
  const plain = line.normalize('NFKC')
  const rest = [...said].sort((a, b) => b.length - a.length).reduce((text, value) => text.replaceAll(value, ''), plain)
  return rest.replace(/[\dA-Za-z]+/g, '').replace(around, '') === ''
}

/** True for a bare call for a person: the question itself stands in an earlier line. */
export function onlyCallsPerson(line: string): boolean {
  const plain = line.normalize('NFKC').replace(/[\p{P}\p{S}\p{Z}]/gu, '')
  return /^(?:请|麻烦|帮我?|我要|给我)*(?:转|找|叫|接|换)*(?:一?[下个])?(?:人工|真人|客服|人|值班(?:的|同事|组长|人)?|组长|主管|同事)(?:客服|服务|处理|来|吧|一下)*$/.test(
    plain,
  )
}

/** 取消转交, 不用转了: takes the last hand-over back. */
export function takesBack(line: string): boolean {
  return /^(?:取消|撤回|撤销|不用|别)(?:了)?(?:转交|转接|转人工|转给.{1,8}|转)(?:了|吧)?[。!！]?$/.test(
    line.normalize('NFKC').trim(),
  )
}

import type { Phrase } from './answers.ts'
import { durationText } from './format.ts'
import { commandName } from './zh-commands.ts'

// What the director, operations and IT hear of limits, and what is sent to a phone.

export const directorButtons = {
  assign: '指派',
  decide: '代批',
  phone: (name: string) => `打电话给${name}`,
  later: '稍后1时',
} as const

export const directorSayings = {
  decide: (returnId: string) => `${returnId} 通过`,
} as const

export const directorTexts = {
  assigned: (name: string | undefined, ms: number): Phrase => ({
    head: '指派',
    body: name === undefined ? '' : `给${name}`,
    tail: `${durationText(ms)}，还没有处理`,
  }),
  shown: '已打开',
  gone: '这张退货单已经处理完了。',
  directorsOnly: '同事的电话只给总监看，已记录。',
  phone: (name: string, phone: string) => `${name}的电话：${phone}`,
  noPhone: (name: string) => `${name}没有登记电话，请直接发消息，或用「指派」换人。`,
  noHolder: '这一级还没有定人，请用「指派」。',
  toldPrivately: '已私聊发给您。',
} as const

export const quarantineTexts = {
  title: (ms: number): Phrase => ({ head: `订单被拦下${durationText(ms)}：`, body: '没有快递公司' }),
  fresh: { head: '订单被拦下：', body: '没有快递公司' } as Phrase,
  button: '看缺什么',
} as const

export const noWaybillTexts = {
  title: (ms: number): Phrase => ({ head: `来源说已发货，${durationText(ms)}还没有运单号` }),
  owner: '负责',
  /** Who can mend it: without a carrier operations, else the warehouse that shipped it. */
  ownerIs: (hasCarrier: boolean) => (hasCarrier ? '仓库' : '运营主管'),
} as const

export const firstSmsTexts = {
  title: (ms: number): Phrase => ({ head: `下单${durationText(ms)}，首条物流短信还没有发` }),
} as const

export const commandAlertTexts = {
  title: (name: string, ms: number): Phrase => ({
    head: '',
    body: commandName(name),
    tail: `${durationText(ms)}没有完成`,
  }),
  labels: { object: '单号', target: '系统', tries: '尝试', error: '原因' },
  tries: (count: number) => `${count}次`,
} as const

/** Words for a phone: no customer in them, short enough for one message. */
export const phoneTexts = {
  one: (title: string, what: string) => `${title}：${what}。请到工作群助手里处理。`,
  several: (title: string, first: string) => `${title}，最急的是${first}。请到工作群助手里处理。`,
  mostUrgent: (first: string) => `最急的是${first}`,
  and: '，',
} as const

export const proofTexts = {
  title: (wrong: number): Phrase => ({ head: `时钟自检：${wrong}档没有准时响` }),
  stuckTitle: (count: number): Phrase => ({ head: `时钟卡住：${count}个时限过点没响` }),
  stuckLine: '请看服务是否在跑，再发「体检」',
  labels: { proved: '已试', fired: '准时' },
  count: (count: number) => `${count}档`,
  rung: (kind: string, rung: number, verdict: string, due: string): Phrase => ({
    head: `${kind}第${rung}档 `,
    body: verdict,
    tail: `，应 ${due}`,
  }),
  verdicts: { missing: '没有响', early: '早响了', late: '迟响了', twice: '响了两次', ok: '准时' } as Readonly<
    Record<string, string>
  >,
  source: '每日自检',
} as const

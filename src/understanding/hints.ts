import { type Trigger, triggers } from '../text/commands.ts'
import { numberOf } from './chinese-number.ts'
import type { Hints, Intent, Slots } from './types.ts'

const circled = '①②③④⑤⑥⑦⑧⑨⑩'
/** Signs and particles at the end of a reply; they change nothing in it. */
const trailing = /[\s,.。!?~、;:]+$|(?:吧|哈|啊|呀|啦|哦|嘛|谢谢|麻烦了)[\s,.。!?~]*$/u

/** A whole line of one of these is an answer to what the desk has just said. */
const replies: readonly (readonly ['sameAgain' | 'restart' | 'yes' | 'no' | 'thumbsDown' | 'thumbsUp', RegExp])[] = [
  [
    'sameAgain',
    /^(?:(?:对|是|嗯|没错|好)+的?[\s,]*)?(?:(?<=[对是])|就是?|是)(?:就|刚才|上面)?(?:它|他|她|这个|那个|这单|那单|这一[单个]|这位|刚才那[个单])(?:没错|对的)?$/,
  ],
  [
    'restart',
    /^(?:那|我?要?|帮我|再)?(?:换(?:一|个|一个|另一个)?(?:单|订单|单子|客户|号|个)|重新(?:查|查询|来|输入|开始)(?:一?[下个])?|另(?:外)?一[个]?单?|查(?:别的|另一[个]?单?|其他的?|下一单)|下一单|不是这(?:个|单|一单|笔))$/,
  ],
  [
    'yes',
    /^(?:好的?|嗯+|对的?|是的?|ok|行)*[\s,]*(?:确认(?:一下|无误|执行|修改|提交)?|确定|是的?|对的?|没错|没问题|就这么办)$/i,
  ],
  [
    'no',
    /^(?:那|还是|先|嗯)?[\s,]*(?:取消|不用|不了|算|不改|不弄|不需要|不确认|不确定|别改|别|放弃|不要确认|不是的?|否|不)(?:了|掉)?$/,
  ],
  [
    'thumbsDown',
    /^(?:👎[\u{1f3fb}-\u{1f3ff}]?)+$|^(?:你?(?:又|回答|答|说|查)?(?:得|的)?(?:错了?|不对|不准|有误)|不对|不准确?|答非所问|(?:没|没有|没什么|毫无)(?:用|帮助)|不是我(?:要|问|想)的?(?:问的?|要的?|这个)?|不是这个意思|乱[答说回]|瞎说|不满意|差评)$/u,
  ],
  ['thumbsUp', /^(?:👍[\u{1f3fb}-\u{1f3ff}]?)+$|^(?:有用|很有用|有帮助|答得好|答对了|很准|准确|好评|满意|点赞)$/u],
]

/** ② · 第二个 · 选2 · 2号 · 就第三个 → its number; 都不是 → 0. A bare character (二) is no choice. */
function pickIn(reply: string): number | undefined {
  if (/^(?:都不是|全都?不是|都不对|没有一个是?|以上都不是|没有我要的)$/.test(reply)) return 0
  const round = /^(?:就|选|要|我选|我要|是)?([①-⑩])(?:号|个)?$/.exec(reply)?.[1]
  if (round !== undefined) return circled.indexOf(round) + 1
  const said =
    /^(?:就|选|要|我选|我要|是|看)?(?:就)?第([一二三四五六七八九十两]|\d{1,2})(?:个|单|条|位|项|笔)?(?:客户|订单)?$/.exec(
      reply,
    )?.[1] ??
    /^(?:就|选|要|我选|我要|看|选择)?(\d{1,2})(?:号|个)?$/.exec(reply)?.[1] ??
    /^(?:选|我选|选择|就要)([一二三四五六七八九十两])(?:号|个)?$/.exec(reply)?.[1]
  const pick = said === undefined ? undefined : numberOf(said)
  return pick === undefined || pick === 0 ? undefined : pick
}

const backward =
  /[它]|[这那](?:单|一单|笔|个|位|件|张|份)|刚才|刚刚(?=[那查说问的])|上面|上一[个单位]|前面(?:那|的|说)|同一[个单]|还是[他她]的|^[他她]的?|^那(?:么)?(?=.{1,8}$)|那个$/
const elliptic = /^(?:那么?|还有|然后|顺便|另外|再看下?)?[^\d]{1,9}呢[?]?$/

/** Names no order, parcel, return or person of its own: a new number always wins over what was looked at. */
function namesNothing(slots: Slots): boolean {
  const { order_no, hub_no, order_tail, return_no, waybill_no, waybill_tail, phone, phone_tail, customer_name } = slots
  return [order_no, hub_no, order_tail, return_no, waybill_no, waybill_tail, phone, phone_tail, customer_name].every(
    (slot) => slot === undefined,
  )
}

const about: readonly (readonly [Intent, readonly Trigger[]])[] = [
  ['order.cancel', ['cancel']],
  ['order.edit_waybill', ['waybillWord', 'wrongNumber']],
  ['order.list', ['list', 'manyOrders']],
  ['order.status', ['where', 'state', 'orderWord']],
  ['order.ship_time', ['ship', 'hurry']],
  ['logistics.track', ['track']],
  ['logistics.eta', ['arrive']],
  ['logistics.stalled', ['stalled']],
  ['logistics.signed', ['signed']],
  ['return.create', ['returnCreate']],
  ['return.eligible', ['eligible']],
  ['return.status', ['approval', 'returned']],
  ['refund.eta', ['money']],
  ['gift.included', ['gift']],
  ['stock.check', ['stock', 'stockLeft']],
  ['approval.todo', ['todo']],
  ['alert.list', ['trouble']],
  ['stats.query', ['metric', 'eachGroup']],
  ['notify.status', ['notice']],
  ['customer.profile', ['profile']],
  ['rule.explain', ['rule']],
]

/** Up to three intents whose words the line uses, most words first. */
function nearest(line: string): readonly Intent[] {
  return about
    .map(([intent, words]) => ({ intent, hits: words.filter((word) => triggers[word].test(line)).length }))
    .filter(({ hits }) => hits > 0)
    .sort((a, b) => b.hits - a.hits)
    .slice(0, 3)
    .map(({ intent }) => intent)
}

/** What a line says about the talk it is part of. `said` is the whole line mended, `line` the one with marks. */
export function talkHints(said: string, line: string, intent: Intent, slots: Slots): Partial<Hints> {
  const reply = said.replace(trailing, '').trim() || said.trim()
  const pick = pickIn(reply)
  if (pick !== undefined) return { pick }
  const answer = replies.find(([, form]) => form.test(reply))?.[0]
  if (answer !== undefined) return { [answer]: true }
  const near = intent === 'unsupported' ? nearest(line) : []
  const back = namesNothing(slots) && intent !== 'help' && (backward.test(line) || elliptic.test(line))
  return { ...(back && { refersBack: true as const }), ...(near.length > 0 && { nearTo: near }) }
}

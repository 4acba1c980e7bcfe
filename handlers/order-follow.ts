import { followedCard } from '../cards/order-followed.ts'
import { orderSummaryCard } from '../cards/order-summary.ts'
import type { Conversation } from '../src/chat/event.ts'
import { type Member, may, roles } from '../src/chat/member.ts'
import type { OutboundMessage } from '../src/chat/ports.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { FollowedChange, Follows } from '../src/hub/follows.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { sentences } from '../src/text/sentences.ts'
import { followSaid, logisticsSentences as say } from '../src/text/zh-logistics.ts'
import { theOrder } from './found-or-not.ts'
import { type Aside, type AskParts, type Question, textReply, traceOf } from './question.ts'
import { questionOf, redrawn, type Tap, type TapHandler, tapText } from './taps.ts'
import { chatEntry } from './tasks.ts'

export type FollowParts = AskParts & { readonly follows: Follows }

/** [关注此单] and [取消关注]: in the direct chat the card shows which of the two it is; in a group only the tapper is told. */
export function followTaps(parts: FollowParts) {
  const { follows } = parts
  return {
    'order.follow': onOrder(parts, async (tap, order) => {
      const { platform, sender } = tap.event
      const place = { memberId: tap.member.id, orderId: order.id, platform, conversationId: sender.id }
      const outcome = await follows.follow(place)
      return { followed: true, toast: outcome === 'already' ? say.followedAlready : say.followed }
    }),
    'order.unfollow': onOrder(parts, async (tap, order) => {
      const outcome = await follows.unfollow(tap.member.id, order.id)
      return { followed: false, toast: outcome === 'unfollowed' ? say.unfollowed : say.notFollowed }
    }),
  } as const satisfies Record<string, TapHandler>
}

type Done = { readonly followed: boolean; readonly toast: string }

function onOrder(parts: FollowParts, act: (tap: Tap, order: OrderFacts) => Promise<Done>): TapHandler {
  return async (tap) => {
    const order = tap.args[0] === undefined ? undefined : await parts.lookup.track(tap.args[0])
    if (order === undefined) return tapText(tap, sentences.orderGone)
    const { followed, toast } = await act(tap, order)
    const question = questionOf(tap, 'order.status')
    // a card in a group is everybody's: it keeps the button for the next one
    const shown = question.group ? false : followed
    const card = orderSummaryCard(order, tap.view, parts.codec, { followed: shown })
    const trace = { ...traceOf(question, 'answer', { orderId: order.id }), slots: { hub_no: order.id } }
    return redrawn(tap, { kind: 'card', card, trace }, toast)
  }
}

/**
 * 「6936… 关注此单」, 「取消关注」 of what was looked at last. Changes are told in the direct chat, so there it is said: where a line
 * stands in a group nobody knows the sender's own chat.
 */
export function followAside(parts: FollowParts): Aside {
  return async (question) => {
    const wish = followSaid(question.text)
    if (wish === undefined) return undefined
    const about = question.remembered?.about
    const named = Object.keys(question.understood.slots).some((slot) =>
      /_no$|_tail$|^phone$|^customer_name$/.test(slot),
    )
    const asked: Question = {
      ...question,
      understood: { ...question.understood, intent: 'order.status', expect: 'answer' },
      ...(!named && about !== undefined && { about: { ...about, how: 'remembered' as const } }),
    }
    if (question.group) return textReply(asked, say.followInDirect, 'clarify')
    const sighting = await theOrder(parts, asked)
    if (sighting.outcome === 'reply') return sighting.reply
    return followed(parts, asked, sighting.order, wish)
  }
}

async function followed(
  { follows }: FollowParts,
  question: Question,
  { id: orderId }: OrderFacts,
  wish: 'follow' | 'unfollow',
): Promise<Reply> {
  const { memberId, platform, conversationId } = question.place
  const about = { orderId }
  if (wish === 'unfollow') {
    const outcome = await follows.unfollow(memberId, orderId)
    return textReply(question, outcome === 'unfollowed' ? say.unfollowed : say.notFollowed, 'answer', about)
  }
  const outcome = await follows.follow({ memberId, orderId, platform, conversationId })
  return textReply(question, outcome === 'already' ? say.followedAlready : say.followed, 'answer', about)
}

/** The message a change becomes, for `follows.tellChanges`: the status as its follower may see it, in their direct chat. */
export function followedEntry({ clock, codec }: Pick<AskParts, 'clock' | 'codec'>) {
  return (change: FollowedChange) => {
    const { order, key, memberId: id, name, platform, conversationId } = change
    const member: Member = { id, name, roles: roles.filter((role) => change.roles.includes(role)) }
    const view = { mode: may(member, 'see-full') ? ('full' as const) : ('masked' as const), nowMs: clock.nowMs() }
    const to: Conversation = { platform: platform as Conversation['platform'], kind: 'direct', id: conversationId }
    const message: OutboundMessage = { key, to, reply: { kind: 'card', card: followedCard(order, view, codec) } }
    return chatEntry(message)
  }
}

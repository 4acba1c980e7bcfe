import { type AnswerParts, answerers } from '../../handlers/answerers.ts'
import { ask } from '../../handlers/ask.ts'
import { cardActions, orderTaps } from '../../handlers/card-actions.ts'
import { remembering } from '../../handlers/conversation-memory.ts'
import { talkTaps } from '../../handlers/conversation-taps.ts'
import { typedWithdrawal } from '../../handlers/handoff.ts'
import { limitedTaps } from '../../handlers/lookup-limit.ts'
import type { Answerer, TalkParts } from '../../handlers/question.ts'
import { routes } from '../../handlers/routes.ts'
import { typedVotes } from '../../handlers/votes.ts'
import type { Button } from '../../src/chat/card.ts'
import { cardText } from '../../src/chat/card.ts'
import type { ChatEvent, Conversation } from '../../src/chat/event.ts'
import type { Member, Role } from '../../src/chat/member.ts'
import type { Reply } from '../../src/chat/reply.ts'
import type { Handoffs } from '../../src/hub/handoffs.ts'
import type { OrderFacts } from '../../src/hub/order-facts.ts'
import { type Clock, fixedClock } from '../../src/runtime/clock.ts'
import type { Intent } from '../../src/understanding/types.ts'
import { codec } from './every-card.ts'
import { memoryLookup } from './memory-lookup.ts'
import { quietParts } from './quiet-parts.ts'
import { nowMs } from './sample-orders.ts'

export type Asking = {
  readonly chat?: Conversation['kind']
  readonly role?: Role
  readonly photo?: boolean
  /** Somebody else of the same role. */
  readonly who?: string
  /** Another chat of the same person. */
  readonly where?: string
}

/** The talk of a desk: what it remembers, whom it asks; answerers that are played instead of the real ones. */
export type Talking = TalkParts & {
  readonly clock?: Clock
  readonly handoffs?: Handoffs
  readonly answers?: Partial<Record<Intent, Answerer>>
}

/** The chat routes over orders in memory, at the moment of the journeys; asks as a CS agent in a direct chat. */
export function askDesk(orders: readonly OrderFacts[], talking?: Talking) {
  const lookup = memoryLookup(orders)
  const send = talking === undefined ? plainDesk(lookup) : talkDesk(lookup, talking)
  let events = 0
  const base = ({ chat = 'direct', where = 'c1' }: Asking) => {
    events += 1
    return {
      id: `e${events}`,
      platform: 'play' as const,
      conversation: { platform: 'play' as const, kind: chat, id: where },
      sender: { id: 'u1', trusted: true },
      sentAtMs: nowMs,
    }
  }
  const memberOf = ({ role = 'cs', who }: Asking): Member => ({
    id: who ?? `mem_${role}`,
    name: who ?? role,
    roles: [role],
  })
  const media = { platform: 'play' as const, id: 'm1' }
  return {
    lookup,
    ask: (text: string, asking: Asking = {}) =>
      send({ ...base(asking), kind: 'text', text, ...(asking.photo && { media: [media] }) }, memberOf(asking)),
    join: () => send({ ...base({}), kind: 'join' }, memberOf({})),
    tapToken: (token: string, asking: Asking = {}) =>
      send({ ...base(asking), kind: 'card-tap', token, cardRef: { platform: 'play', id: 'card1' } }, memberOf(asking)),
  }
}

type Send = (event: ChatEvent, member: Member) => Promise<Reply>

/** Every line by itself, as `cli ask` has it. */
function plainDesk(lookup: ReturnType<typeof memoryLookup>): Send {
  const table = routes({ ...quietParts, lookup, clock: fixedClock(nowMs), codec })
  return async (event, member) => {
    for (const route of table) {
      const taken = route.take(event)
      if (taken !== undefined) return route.handle(taken, member)
    }
    return { kind: 'none' }
  }
}

function talkDesk(lookup: ReturnType<typeof memoryLookup>, talking: Talking): Send {
  const { clock = fixedClock(nowMs), handoffs = quietParts.handoffs, answers = {}, ...talk } = talking
  const parts: AnswerParts = { ...quietParts, lookup, clock, codec, handoffs, ...talk }
  const table = { ...answerers(parts), ...answers }
  const taps = { ...orderTaps(parts, table), ...talkTaps(parts, table) }
  const line = ask(parts, table, [typedVotes(parts), typedWithdrawal(parts)])
  const actions = limitedTaps(parts.budget, taps) as unknown as Parameters<typeof cardActions>[1]
  const tap = remembering(parts.memory, cardActions(parts, actions))
  return async (event, member) => {
    if (event.kind === 'text') return line(event, member)
    return event.kind === 'card-tap' ? tap(event, member) : { kind: 'none' }
  }
}

/** The button of a reply with this label; fails the test when there is none. */
export function buttonOf(reply: Reply, label: string): Button {
  const buttons = 'card' in reply ? reply.card.buttons : []
  const button = buttons.find((one) => one.label === label)
  if (button === undefined) throw new Error(`no button ${label}, only ${buttons.map((one) => one.label).join(' ')}`)
  return button
}

/** A reply as the chat shows it: words, then the buttons; what goes to the direct chat below. */
export function transcript(reply: Reply): string {
  if (reply.kind === 'none') return ''
  const words = reply.kind === 'text' ? reply.text : cardText(reply.card)
  const buttons = 'card' in reply ? reply.card.buttons.map(({ label }) => `[${label}]`).join(' ') : ''
  const own = reply.direct === undefined ? '' : `—— 私聊 ——\n${transcript(reply.direct)}`
  return [words, buttons, own].filter((line) => line !== '').join('\n')
}

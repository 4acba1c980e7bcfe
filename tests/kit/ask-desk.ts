import { routes } from '../../handlers/routes.ts'
import type { Button } from '../../src/chat/card.ts'
import { cardText } from '../../src/chat/card.ts'
import type { ChatEvent, Conversation } from '../../src/chat/event.ts'
import type { Member, Role } from '../../src/chat/member.ts'
import type { Reply } from '../../src/chat/reply.ts'
import type { OrderFacts } from '../../src/hub/order-facts.ts'
import { fixedClock } from '../../src/runtime/clock.ts'
import { codec } from './every-card.ts'
import { memoryLookup } from './memory-lookup.ts'
import { nowMs } from './sample-orders.ts'

export type Asking = { readonly chat?: Conversation['kind']; readonly role?: Role; readonly photo?: boolean }

/** The chat routes over orders in memory, at the moment of the journeys; asks as a CS agent in a direct chat. */
export function askDesk(orders: readonly OrderFacts[]) {
  const lookup = memoryLookup(orders)
  const table = routes({ lookup, clock: fixedClock(nowMs), codec })
  const send = async (event: ChatEvent, role: Role): Promise<Reply> => {
    const member: Member = { id: `mem_${role}`, name: role, roles: [role] }
    for (const route of table) {
      const taken = route.take(event)
      if (taken !== undefined) return route.handle(taken, member)
    }
    return { kind: 'none' }
  }
  const base = (chat: Conversation['kind']) => ({
    id: 'e1',
    platform: 'play' as const,
    conversation: { platform: 'play' as const, kind: chat, id: 'c1' },
    sender: { id: 'u1', trusted: true },
    sentAtMs: nowMs,
  })
  const media = { platform: 'play' as const, id: 'm1' }
  return {
    lookup,
    ask: (text: string, { chat = 'direct', role = 'cs', photo = false }: Asking = {}) =>
      send({ ...base(chat), kind: 'text', text, ...(photo && { media: [media] }) }, role),
    photo: ({ chat = 'direct', role = 'cs' }: Asking = {}) => send({ ...base(chat), kind: 'image', media }, role),
    join: () => send({ ...base('direct'), kind: 'join' }, 'cs'),
    tapToken: (token: string, { chat = 'direct', role = 'cs' }: Asking = {}) =>
      send({ ...base(chat), kind: 'card-tap', token, cardRef: { platform: 'play', id: 'card1' } }, role),
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

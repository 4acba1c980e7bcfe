import { helpCard } from '../cards/help.ts'
import type { ChatEvent } from '../src/chat/event.ts'
import type { Reply } from '../src/chat/reply.ts'
import { sentences } from '../src/text/sentences.ts'
import { answerers } from './answerers.ts'
import { ask } from './ask.ts'
import { cardActions, orderTaps } from './card-actions.ts'
import type { AskParts } from './question.ts'
import type { Route } from './route.ts'

/** What the desk answers in chat. The first route that takes an event has it; files belong to the sheet import. */
export function routes(parts: AskParts): readonly Route[] {
  const table = answerers(parts)
  const taps = orderTaps(parts, table)
  return [
    { name: 'ask', needs: 'ask', take: only('text'), handle: ask(parts, table) },
    { name: 'card-tap', needs: 'ask', take: only('card-tap'), handle: cardActions(parts, taps) },
    { name: 'photo', needs: 'ask', take: only('image'), handle: async (event: ChatEvent) => photo(event) },
    { name: 'welcome', needs: 'ask', take: only('join'), handle: async (event: ChatEvent) => welcome(event) },
  ] satisfies readonly RouteOf[]
}

type RouteOf = { [K in ChatEvent['kind']]: Route<Extract<ChatEvent, { kind: K }>> }[ChatEvent['kind']]

function only<K extends ChatEvent['kind']>(kind: K): (event: ChatEvent) => Extract<ChatEvent, { kind: K }> | undefined {
  return (event) => (event.kind === kind ? (event as Extract<ChatEvent, { kind: K }>) : undefined)
}

/** A picture alone is a return waybill; it is neither fetched nor kept before it can be read. */
function photo(event: ChatEvent): Reply {
  const mask = event.conversation.kind === 'group'
  return { kind: 'text', text: sentences.image, trace: { intent: 'return.create', slots: {}, expect: 'card', mask } }
}

function welcome(event: ChatEvent): Reply {
  const mask = event.conversation.kind === 'group'
  return { kind: 'card', card: helpCard(), trace: { intent: 'help', slots: {}, expect: 'answer', mask } }
}

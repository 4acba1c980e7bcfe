import type { ChatEvent, EpochMs } from '../src/chat/event.ts'
import { holdersOf, type Member, may, type Permission } from '../src/chat/member.ts'
import type { Members } from '../src/chat/ports.ts'
import type { Reply, Trace } from '../src/chat/reply.ts'
import type { Clock } from '../src/runtime/clock.ts'
import type { Ids } from '../src/runtime/ids.ts'
import { errorFields, type Log } from '../src/runtime/log.ts'
import {
  apologyText,
  refusedText,
  strangerText,
  toldPrivatelyText,
  tooLateText,
  unknownSenderText,
  unreadableText,
} from '../src/text/zh-dispatch.ts'
import { inTime } from './in-time.ts'

/** A chat route, shaped like handlers/routes.ts Route: bot and handlers meet in src/services.ts. */
export type DispatchRoute = {
  readonly name: string
  take(event: ChatEvent): ChatEvent | undefined
  readonly needs: Permission
  handle(event: ChatEvent, member: Member): Promise<Reply>
}

export type ThinkParts = {
  readonly members: Members
  /** The first that takes an event answers it. */
  readonly routes: readonly DispatchRoute[]
  readonly clock: Clock
  readonly log: Log
  readonly ids: Ids
  /** A handler that takes longer is given up with an apology. */
  readonly handlerMs?: number
}

/** What an event is answered with, before anybody was told. */
export type Thought = {
  readonly event: ChatEvent
  readonly reply: Reply
  readonly member: Member | undefined
  readonly latencyMs: number
}

/** Who a route with needs `none` sees when the sender is no member. */
const guest: Member = { id: 'guest', name: '', roles: [] }

/** Identify, pick, permit, handle. Never rejects: what breaks becomes an apology whose number stands in the log. */
export async function think(parts: ThinkParts, event: ChatEvent): Promise<Thought> {
  const startMs = performance.now()
  let member: Member | undefined
  let routeName = 'unreadable'
  const thought = (reply: Reply): Thought => ({ event, reply, member, latencyMs: performance.now() - startMs })
  try {
    member = await parts.members.identify(event.platform, event.sender)
    const picked = pickRoute(parts.routes, event)
    if (!picked) return thought(member ? unread(event) : stranger(event))
    routeName = picked.route.name
    if (!may(member, picked.route.needs)) return thought(member ? refused(event, picked.route) : stranger(event))
    const { handlerMs = 25_000 } = parts
    const handling = picked.route.handle(picked.event, member ?? guest)
    return thought(await inTime(handlerMs, handling, () => new Error(`the handler took longer than ${handlerMs} ms`)))
  } catch (error) {
    const traceId = parts.ids.next('t').slice(-8)
    parts.log('error', 'a handler failed', { traceId, route: routeName, event: event.id, ...errorFields(error) })
    return thought({ kind: 'text', text: apologyText(traceId), trace: traceOf(event, routeName, 'handoff') })
  }
}

/** The answer to an event that waited too long for one, because the desk was down. */
export function tooLate(event: ChatEvent, nowMs: EpochMs): Thought {
  const quiet = event.kind === 'join'
  const reply: Reply = quiet ? { kind: 'none' } : { kind: 'text', text: tooLateText(chinaClock(event.sentAtMs)) }
  return { event, reply, member: undefined, latencyMs: nowMs - event.sentAtMs }
}

function pickRoute(routes: readonly DispatchRoute[], event: ChatEvent) {
  for (const route of routes) {
    const taken = route.take(event)
    if (taken) return { route, event: taken }
  }
  return undefined
}

function stranger(event: ChatEvent): Reply {
  const text = event.sender.trusted ? strangerText(event.sender.id) : unknownSenderText
  return privately(event, text, traceOf(event, 'stranger', 'deny'))
}

function refused(event: ChatEvent, { name, needs }: DispatchRoute): Reply {
  const holders = needs === 'none' ? [] : holdersOf(needs)
  return privately(event, refusedText(needs, holders), traceOf(event, name, 'deny'))
}

/** No route takes it. That somebody came in needs no words. */
function unread(event: ChatEvent): Reply {
  if (event.kind === 'join') return { kind: 'none' }
  const what = event.kind === 'unreadable' ? event.what : event.kind
  return { kind: 'text', text: unreadableText(what), trace: traceOf(event, 'unsupported', 'clarify') }
}

/** A group need not read what somebody may not do; who is not vouched for cannot be reached in private. */
function privately(event: ChatEvent, text: string, trace: Trace): Reply {
  if (event.conversation.kind === 'direct' || !event.sender.trusted) return { kind: 'text', text, trace }
  return { kind: 'text', text: toldPrivatelyText, trace, direct: { kind: 'text', text } }
}

function traceOf(event: ChatEvent, intent: string, expect: Trace['expect']): Trace {
  return { intent, slots: {}, expect, mask: event.conversation.kind === 'group' }
}

/** HH:MM in China, which has one zone and no summer time. */
function chinaClock(atMs: EpochMs): string {
  return new Date(atMs + 8 * 3_600_000).toISOString().slice(11, 16)
}

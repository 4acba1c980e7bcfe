import type { WsFrame } from '@wecom/aibot-node-sdk'
import type { Card } from '../../src/chat/card.ts'
import type { ChatEvent } from '../../src/chat/event.ts'
import type { Delivery, EventSink, OutboundMessage } from '../../src/chat/ports.ts'
import type { Reply } from '../../src/chat/reply.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { assertNever, PlatformRefused } from '../../src/runtime/errors.ts'
import { type Json, jsonAt } from '../../src/runtime/json.ts'
import { errorFields, type Log } from '../../src/runtime/log.ts'
import { cutHint } from '../../src/text/zh-wecom.ts'
import { type AibotConnection, type AibotSettings, openAibot } from './aibot-connection.ts'
import { botChatOf, decodeBody } from './aibot-decode.ts'
import { type TemplateCard, taskIdOf, templateCard } from './card.ts'
import { verdictOf } from './errcode.ts'
import { aibotFirstWaitMs, aibotLongestWaitMs, aibotRefusedWaitMs, answerBudgetMs, markdownBytes } from './limits.ts'
import { fitBytes, harmless } from './text.ts'
import { storable } from './wire.ts'

export type AibotParts = {
  readonly settings: AibotSettings
  readonly clock: Clock
  readonly log: Log
  /** Takes an answer the socket did not carry: it is sent again from the outbox. */
  readonly later: (message: OutboundMessage) => Promise<void>
}

export type Aibot = {
  /** Keeps one connection until `stop`; resolves when the last one is closed. */
  listen(sink: EventSink, stop: AbortSignal): Promise<void>
  /** Speaks first or late, to a group or a person who has written to the bot before. */
  send(message: OutboundMessage): Promise<Delivery>
  /** undefined = connected. */
  health(): Promise<string | undefined>
}

type State = { readonly connection?: AibotConnection; readonly fault?: string }

/** WeCom's AI bot over its long connection: the way into groups, where it hears what mentions it [101463]. */
export function aibot(parts: AibotParts): Aibot {
  let state: State = { fault: 'WeCom AI bot: not connected yet' }
  return {
    listen: (sink, stop) =>
      keepConnected(parts, sink, stop, (next) => {
        state = next
      }),
    send: async (message) => {
      const { connection } = state
      if (connection === undefined) return { outcome: 'retry', reason: state.fault ?? 'the AI bot is not connected' }
      return deliver(connection, message)
    },
    health: async () => (state.connection === undefined ? state.fault : undefined),
  }
}

async function keepConnected(
  parts: AibotParts,
  sink: EventSink,
  stop: AbortSignal,
  become: (state: State) => void,
): Promise<void> {
  const underWay = new Set<Promise<void>>()
  const onFrame = (frame: WsFrame, connection: AibotConnection) => {
    const work = answer(parts, sink, connection, frame).catch((error: unknown) =>
      parts.log('error', 'an AI bot frame failed', errorFields(error)),
    )
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }
  let failures = 0
  while (!stop.aborted) {
    const waitMs = await oneConnection(parts, onFrame, stop, become).then(
      (end) => (end === 'kicked' ? aibotRefusedWaitMs : aibotFirstWaitMs),
      (error: unknown) => failed(parts, error, become, ++failures),
    )
    if (waitMs === aibotFirstWaitMs) failures = 0
    // half of it by chance: two processes that kick each other out would do so in step
    if (!stop.aborted) await parts.clock.sleep(waitMs * (0.5 + Math.random() / 2), stop)
  }
  await Promise.allSettled(underWay)
  become({ fault: 'WeCom AI bot: stopped' })
}

async function oneConnection(
  { settings, log }: AibotParts,
  onFrame: (frame: WsFrame, connection: AibotConnection) => void,
  stop: AbortSignal,
  become: (state: State) => void,
): Promise<'kicked' | 'closed'> {
  const connection = await openAibot(settings, onFrame)
  become({ connection })
  log('info', 'the AI bot is connected')
  const leave = () => connection.close()
  stop.addEventListener('abort', leave, { once: true })
  if (stop.aborted) leave()
  try {
    const end = await connection.ended
    if (end === 'kicked') {
      connection.close()
      log('warn', 'another process has connected as the same AI bot: only one may, run the desk with WECOM_BOT_* once')
    }
    become({
      fault: `WeCom AI bot: ${end === 'kicked' ? 'another process is connected as it' : 'the connection is lost'}`,
    })
    return end
  } finally {
    stop.removeEventListener('abort', leave)
  }
}

/** How long to wait: a refused secret is not tried in a loop (the subscription is rate protected). */
function failed({ log }: AibotParts, error: unknown, become: (state: State) => void, failures: number): number {
  const refused = error instanceof PlatformRefused && !error.retryable
  become({ fault: `WeCom AI bot: ${error instanceof Error ? error.message : 'unknown'}` })
  log(refused ? 'error' : 'warn', 'the AI bot could not connect', errorFields(error))
  if (refused) return aibotRefusedWaitMs
  return Math.min(aibotLongestWaitMs, aibotFirstWaitMs * 2 ** Math.min(failures, 20))
}

async function answer(parts: AibotParts, sink: EventSink, connection: AibotConnection, frame: WsFrame): Promise<void> {
  const nowMs = parts.clock.nowMs()
  const event = decodeBody(frame.body as Json, nowMs)
  if (event === undefined) return
  const reply = await sink(event, nowMs + answerBudgetMs)
  if (reply.kind === 'none') return
  try {
    await respond(connection, frame, event, reply)
  } catch (refusal) {
    // the SDK rejects with the vendor's frame or with an Error; either way the words are not lost
    parts.log('warn', 'the AI bot socket did not carry an answer', { event: event.id, ...refusalFields(refusal) })
    const { trace: _trace, direct: _direct, ...said } = reply
    await parts.later({ key: `wecom:${event.id}:bot`, to: event.conversation, reply: said })
  }
}

/** In answer to the frame: words as markdown, cards as cards; a tap takes a redrawn card only, and its words follow. */
async function respond(connection: AibotConnection, frame: WsFrame, event: ChatEvent, reply: Reply): Promise<void> {
  const { client } = connection
  if (event.kind === 'card-tap') {
    if (reply.kind === 'card-update' && reply.cardRef.id === event.cardRef.id)
      await client.updateTemplateCard(frame, vendorCard(reply.card, event.cardRef.id) as never)
    return
  }
  if (event.kind === 'join') {
    if (reply.kind === 'card') await client.replyWelcome(frame, welcomeCard(reply.card, taskIdOf(event.id)) as never)
    else if (reply.kind === 'text') await client.replyWelcome(frame, { msgtype: 'text', text: { content: reply.text } })
    return
  }
  if (reply.kind === 'text') await client.reply(frame, markdown(reply.text))
  else if (reply.kind === 'card' || reply.kind === 'card-update')
    await client.replyTemplateCard(frame, vendorCard(reply.card, taskIdOf(`wecom:${event.id}`)) as never)
}

const welcomeCard = (card: Card, taskId: string) => ({
  msgtype: 'template_card' as const,
  template_card: vendorCard(card, taskId),
})

/** What `respond` could not say to a tap: sent as messages of their own. */
export function botFollowUps(reply: Reply, event: ChatEvent): readonly Reply[] {
  if (event.kind !== 'card-tap') return []
  switch (reply.kind) {
    case 'none':
      return []
    case 'text':
      return [{ kind: 'text', text: reply.text }]
    case 'card':
      return [{ kind: 'card', card: reply.card }]
    case 'card-update':
      return reply.cardRef.id === event.cardRef.id ? [] : [{ kind: 'card', card: reply.card }]
    default:
      return assertNever(reply)
  }
}

/** Refused frames reject with the frame itself; an acknowledgement that did not come with an Error: it may have arrived. */
async function deliver({ client }: AibotConnection, { key, to, reply }: OutboundMessage): Promise<Delivery> {
  const chat = botChatOf(to)
  if (chat === undefined) return { outcome: 'refused', reason: 'that is no chat of the AI bot', alarm: false }
  const body = bodyOf(reply, key)
  if (body === undefined) return { outcome: 'sent' }
  try {
    await client.sendMessage(chat, body as never)
    return { outcome: 'sent' }
  } catch (refusal) {
    const errcode = Number(jsonAt(refusal as Json, 'errcode') ?? Number.NaN)
    if (!Number.isFinite(errcode)) return { outcome: 'retry', reason: 'the AI bot socket gave no acknowledgement' }
    const { act, reason, afterMs } = verdictOf(errcode)
    if (act === 'give-up' || act === 'alarm')
      return { outcome: 'refused', reason: `${reason} (${errcode})`, alarm: act === 'alarm' }
    return { outcome: 'retry', reason: `${reason} (${errcode})`, ...(afterMs !== undefined && { afterMs }) }
  }
}

function bodyOf(reply: Reply, key: string): object | undefined {
  switch (reply.kind) {
    case 'none':
      return undefined
    case 'text':
      return reply.text.trim() === '' ? undefined : markdown(reply.text)
    // the right to redraw ends 5 s after a tap here, so a card that changes later is a new card
    case 'card':
    case 'card-update':
      return { msgtype: 'template_card', template_card: vendorCard(reply.card, taskIdOf(key)) }
    default:
      return assertNever(reply)
  }
}

/** The bot's cards know no `replace_text` [101032]: a decided card is a notice. */
function vendorCard(card: Card, taskId: string): TemplateCard {
  return { ...templateCard(card, taskId), task_id: taskId }
}

/** Words are always markdown here, in which the stars of 张* would vanish: they are exchanged for their full-width twins. */
function markdown(text: string): { msgtype: 'markdown'; markdown: { content: string } } {
  const safe = harmless(storable(text))
    .replaceAll('*', '\uff0a')
    .replace(/^(\s*)(#|>)/gm, '$1\\$2')
  return { msgtype: 'markdown', markdown: { content: fitBytes(safe, markdownBytes, cutHint) } }
}

function refusalFields(refusal: unknown): Readonly<Record<string, unknown>> {
  if (refusal instanceof Error) return errorFields(refusal)
  return { errcode: jsonAt(refusal as Json, 'errcode') }
}

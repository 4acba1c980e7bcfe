import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import type { EventSink } from '../../src/chat/ports.ts'
import type { MovableClock } from '../../src/runtime/clock.ts'
import { BadPayload } from '../../src/runtime/errors.ts'
import { errorFields, type Log } from '../../src/runtime/log.ts'
import { playAssistant, playGroupName, playPersonaTexts } from '../../src/text/play.ts'
import type { ChatLog } from './chat-log.ts'
import { decodeEvent, type PlayMessage, parseMessage, saidEntry } from './decode.ts'
import { encodeReply } from './encode.ts'
import type { Line } from './entry.ts'
import { type FileDrawer, fileRoutes } from './files.ts'
import { ownPagesOnly } from './guard.ts'
import { answerBudgetMs, maxJsonBytes, maxOffsetMs, maxStreams, pageEntries } from './limits.ts'
import { chatKinds, conversationOf, type PersonaId, personaIds, userIdOf } from './personas.ts'
import { parseCursors, streamEntries } from './stream.ts'

export type DoorParts = {
  readonly chats: ChatLog
  readonly clock: MovableClock
  readonly files: FileDrawer
  readonly log: Log
  readonly boundHost: string
  readonly stop: AbortSignal
  /** Questions worth asking of the data that is there. */
  readonly samples: (persona: PersonaId) => Promise<readonly string[]>
}

/** The door of the play chat: everything below /play/api. The page itself is served by pages.ts. */
export function playDoor(parts: DoorParts, sink: EventSink): Hono {
  const app = new Hono()
  const json = [jsonOnly, bodyLimit({ maxSize: maxJsonBytes, onError: (c) => problem(c, 413, 'too-large') })] as const
  app.use('/play/api/*', ownPagesOnly(parts.boundHost), async (c, next) => {
    c.header('Cache-Control', 'no-store')
    c.header('X-Content-Type-Options', 'nosniff')
    await next()
  })
  app.route('/play/api/files', fileRoutes(parts.files))
  app.get('/play/api/personas', (c) => c.json(directory()))
  app.get('/play/api/samples', async (c) => c.json({ questions: await parts.samples(personaQuery(c)) }))
  app.get('/play/api/transcript', (c) => readTranscript(c, parts.chats))
  app.get('/play/api/stream', openStream(parts))
  app.get('/play/api/clock', (c) => c.json(clockState(parts.clock)))
  app.post('/play/api/clock', ...json, (c) => moveClock(c, parts.clock))
  app.post('/play/api/messages', ...json, (c) => takeMessage(c, parts, sink))
  app.onError((error, c) => {
    if (error instanceof BadPayload) return problem(c, 400, 'bad-message')
    parts.log('error', 'play request failed', { path: c.req.path, ...errorFields(error) })
    return problem(c, 503, 'unavailable')
  })
  return app
}

function problem(c: Context, status: 400 | 413 | 415 | 503, name: string): Response {
  return c.json({ problem: name }, status)
}

/** A form of a foreign page can post text/plain without asking the browser's leave; JSON it cannot. */
const jsonOnly = async (c: Context, next: () => Promise<void>): Promise<Response | undefined> => {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) return problem(c, 415, 'json-only')
  await next()
  return undefined
}

/**
 * said → desk → answered, each stored before the next step: so a page that sends again after any failure ends with the
 * same transcript. `later`: the desk answers by the outbox, the stream will bring it.
 */
async function takeMessage(c: Context, { chats, clock, files }: DoorParts, sink: EventSink): Promise<Response> {
  const message = parseMessage(await c.req.text())
  const attachment = message.file === undefined ? undefined : await files.find(message.file)
  if (message.file !== undefined && attachment === undefined) return problem(c, 400, 'no-such-file')
  const conversation = conversationOf(message.persona, message.chat)
  const nowMs = clock.nowMs()
  const said = await chats.append(conversation.id, nowMs, saidEntry(message, attachment))
  const event = decodeEvent(message, attachment, nowMs)
  if (event === undefined) return c.json({ state: 'shown', lines: [said] })
  const reply = await sink(event, nowMs + answerBudgetMs)
  const answer = encodeReply(reply, answerKey(message), message.id)
  if (answer === undefined) return c.json({ state: 'later', lines: [said] })
  const answered = await chats.append(conversation.id, clock.nowMs(), answer)
  return c.json({ state: 'answered', lines: [said, answered] satisfies Line[] })
}

function answerKey(message: PlayMessage): string {
  return `answer:${message.id}`
}

function directory() {
  return {
    assistant: playAssistant,
    group: { name: playGroupName },
    personas: personaIds.map((persona) => ({ persona, userId: userIdOf(persona), ...playPersonaTexts[persona] })),
  }
}

function personaQuery(c: Context): PersonaId {
  const parsed = z.enum(personaIds).safeParse(c.req.query('persona') ?? 'cs')
  if (!parsed.success) throw new BadPayload('play: no such persona')
  return parsed.data
}

async function readTranscript(c: Context, chats: ChatLog): Promise<Response> {
  const chat = z.enum(chatKinds).safeParse(c.req.query('chat'))
  const since = z.coerce
    .number()
    .int()
    .min(0)
    .safeParse(c.req.query('since') ?? 0)
  if (!chat.success || !since.success) throw new BadPayload('play: chat or since is wrong')
  const lines = await chats.since(conversationOf(personaQuery(c), chat.data).id, since.data, pageEntries)
  return c.json({ lines, more: lines.length === pageEntries })
}

/** Last-Event-ID is what a browser sends when it reconnects by itself; it is newer than the address it first opened. */
function openStream(parts: DoorParts): (c: Context) => Response {
  let open = 0
  return (c) => {
    const persona = personaQuery(c)
    if (open >= maxStreams) return problem(c, 503, 'too-many-streams')
    open += 1
    const cursors = parseCursors(c.req.header('last-event-id') ?? c.req.query('since'))
    return streamEntries(c, persona, cursors, {
      ...parts,
      ended: () => {
        open -= 1
      },
    })
  }
}

function clockState(clock: MovableClock): { readonly nowMs: number; readonly offsetMs: number } {
  return { nowMs: clock.nowMs(), offsetMs: clock.offsetMs() }
}

async function moveClock(c: Context, clock: MovableClock): Promise<Response> {
  const body: unknown = await c.req.json().catch((cause: unknown) => {
    throw new BadPayload('play clock: not JSON', { cause })
  })
  const parsed = z.strictObject({ offsetMs: z.number().int().min(-maxOffsetMs).max(maxOffsetMs) }).safeParse(body)
  if (!parsed.success) throw new BadPayload('play clock: offsetMs must be a whole number within a year')
  clock.setOffset(parsed.data.offsetMs)
  return c.json(clockState(clock))
}

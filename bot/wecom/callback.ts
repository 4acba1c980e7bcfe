import { type Context, Hono } from 'hono'
import type { EpochMs } from '../../src/chat/event.ts'
import type { EventSink } from '../../src/chat/ports.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { BadPayload, BadSignature, Unreachable } from '../../src/runtime/errors.ts'
import { errorFields, type Log } from '../../src/runtime/log.ts'
import { inTime } from '../in-time.ts'
import { readBody } from './body.ts'
import { decodeAesKey, decryptEnvelope, sealReply, verifySignature } from './crypt.ts'
import { decodeEvent } from './decode.ts'
import { encodeReply } from './encode.ts'
import { answerBudgetMs, signatureWindowMs } from './limits.ts'
import { one, type Query, queryOf } from './query.ts'
import type { DoorSettings } from './settings.ts'
import { type Fields, parseFields, type Tree, textAt, type Wire, writeTree } from './wire.ts'

export type DoorParts = {
  readonly settings: DoorSettings
  readonly clock: Clock
  readonly log: Log
  /** Another budget for the answer than WeCom's; tests cannot wait for it. */
  readonly budgetMs?: number
}

type Door = DoorParts & { readonly key: Buffer }

/** `POST` and `GET /callback/wecom`: receiving messages [90238] and the check of the address when it is saved. */
export function wecomCallback(parts: DoorParts, sink: EventSink): Hono {
  const door: Door = { ...parts, key: decodeAesKey(parts.settings.encodingAesKey) }
  const app = new Hono()
  app.get('/callback/wecom', async (c) => {
    try {
      return c.text(echo(door, c))
    } catch (error) {
      return refusal(door, c, error)
    }
  })
  app.post('/callback/wecom', (c) => receive(door, c, sink).catch((error: unknown) => refusal(door, c, error)))
  return app
}

/** One answer for everything bad, so that nobody learns which check it was; 503 makes WeCom deliver it again. */
function refusal({ log }: Door, c: Context, error: unknown): Response {
  if (error instanceof BadSignature || error instanceof BadPayload) {
    log('warn', 'wecom callback refused', errorFields(error))
    return c.text('forbidden', 403, { connection: 'close' })
  }
  log('error', 'wecom callback not taken', errorFields(error))
  return c.text('', 503)
}

/** The clear echo text and nothing else; it exceeds 2^53, so it stays text. */
function echo(door: Door, c: Context): string {
  const query = queryOf(c.req.url)
  return open(door, query, { encrypt: one(query, 'echostr'), nowMs: door.clock.nowMs() })
}

/** How far a callback has come when its time is over. */
type Visit = { step: 'coming' | 'thinking' | 'over' }

/** The body's coming and the desk's thinking are bounded together. */
function receive(door: Door, c: Context, sink: EventSink): Promise<Response> {
  const { clock, budgetMs = answerBudgetMs } = door
  const visit: Visit = { step: 'coming' }
  const arrivedMs = clock.nowMs()
  const taking = take({ door, c, sink, visit, arrivedMs, deadlineMs: arrivedMs + budgetMs })
  return inTime(budgetMs, taking, () => {
    const error = lateError(visit.step)
    visit.step = 'over'
    return error
  })
}

/** Without an answer nobody can say whether the event was kept, and an event that is not acknowledged comes again. */
function lateError(step: Visit['step']): Error {
  if (step === 'coming') return new BadPayload('callback refused: its body came too slowly')
  return new Unreachable('the desk gave no answer in time')
}

type Taking = {
  readonly door: Door
  readonly c: Context
  readonly sink: EventSink
  readonly visit: Visit
  readonly arrivedMs: EpochMs
  readonly deadlineMs: EpochMs
}

async function take({ door, c, sink, visit, arrivedMs, deadlineMs }: Taking): Promise<Response> {
  const { settings, clock } = door
  const query = queryOf(c.req.url)
  const encrypt = encryptOf(parseFields(await readBody(c.req.raw)).fields)
  // refused already: what is taken now would be answered to nobody
  if (visit.step === 'over') throw lateError('coming')
  const { wire, fields } = parseFields(open(door, query, { encrypt, nowMs: arrivedMs }))
  const event = decodeEvent(fields, settings)
  if (event === undefined) return c.body(null, 200)
  visit.step = 'thinking'
  const reply = await sink(event, deadlineMs)
  const nowMs = clock.nowMs()
  const tree = encodeReply(reply, event, settings.corpId, nowMs)
  return tree === undefined ? c.body(null, 200) : passive(door, tree, { wire, nonce: one(query, 'nonce'), nowMs })
}

/** Some samples of the JSON variant write the name small. */
function encryptOf(envelope: Fields): string {
  const encrypt = textAt(envelope, 'Encrypt') ?? textAt(envelope, 'encrypt')
  if (encrypt === undefined) throw new BadPayload('callback refused: Encrypt is missing')
  return encrypt.trim()
}

/** Signature, age, decryption, receiver: the clear message of a signed ciphertext. */
function open(
  { settings, key }: Door,
  query: Query,
  { encrypt, nowMs }: { readonly encrypt: string; readonly nowMs: EpochMs },
): string {
  const timestamp = one(query, 'timestamp')
  verifySignature(settings.token, { timestamp, nonce: one(query, 'nonce'), encrypt }, one(query, 'msg_signature'))
  const ageMs = nowMs - Number(timestamp) * 1_000
  if (!/^\d{10}$/.test(timestamp) || Math.abs(ageMs) > signatureWindowMs)
    throw new BadSignature('callback refused: its timestamp is more than an hour from our clock')
  return decryptEnvelope(key, encrypt, settings.corpId)
}

type Stamp = { readonly wire: Wire; readonly nonce: string; readonly nowMs: EpochMs }

/** The nonce is free to choose for an app; an AI bot's must be that of the request, so that one serves both. */
function passive(door: Door, tree: Tree, { wire, nonce, nowMs }: Stamp): Response {
  const { corpId, token } = door.settings
  const timestamp = String(Math.floor(nowMs / 1_000))
  const sealed = sealReply({ key: door.key, token, receiveId: corpId }, writeTree(tree, wire), { timestamp, nonce })
  const { encrypt, msgSignature } = sealed
  const body = { Encrypt: encrypt, MsgSignature: msgSignature, TimeStamp: Number(timestamp), Nonce: nonce }
  const type = wire === 'json' ? 'application/json; charset=utf-8' : 'application/xml; charset=utf-8'
  // not by way of c.body, whose Headers object keeps node-server from its short way out
  return new Response(writeTree(body, wire), { headers: { 'content-type': type } })
}

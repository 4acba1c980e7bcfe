import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Hint, PushReading, ReadPush } from '../hub/channel-port.ts'
import type { TrackTold } from '../hub/track-told.ts'
import type { Tracker, TrackKey } from '../hub/tracker-port.ts'
import { BadPayload } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { adapter, addressForm } from './adapter.ts'
import { sameText } from './digests.ts'
import { type KdniaoCall, kdniaoCalls, kdniaoSign } from './kdniao-calls.ts'
import { shipperOf } from './kdniao-codes.ts'
import { readTrack } from './kdniao-wire.ts'
import { beijingText, listAt } from './wire-values.ts'

const settings = z.strictObject({
  eBusinessId: z.string().regex(/^\w{4,32}$/, 'must be the user id (EBusinessID) of the console'),
  // called AppKey there; it is the secret
  appSecret: z.string().min(8),
  /** The paid versions of the query and the subscription. */
  paid: z.boolean().default(false),
  baseUrl: addressForm('https://api.kdniao.com'),
})

type Settings = z.infer<typeof settings>

/** Unconfirmed; the vendor gives no figure. */
const callsPerSecond = 5
/** Of another tracker, which locks a number that is asked for more often; this one gives no figure. */
const queryGapMs = 30 * 60_000
/** A number nobody has: that there is no track of it is the answer to an account in order. */
const testNumber = { ShipperCode: 'YTO', LogisticCode: 'YT0000000000000' }

/** 快递鸟: subscribed numbers, pushed as signed full snapshots, oldest node first (integrators' pages, 2026-11-22). */
export const kdniao = adapter(settings, (name, given, parts) => {
  const call = kdniaoCalls(given, { at: parts.vendor({ name, perSecond: callsPerSecond }), log: parts.log })
  const types = given.paid ? { query: '8001', subscribe: '8008' } : { query: '1002', subscribe: '1008' }
  const check: Tracker['check'] = async (signal) => {
    await call(types.query, testNumber, signal)
  }
  const tracker: Tracker = {
    name,
    source: 'track.kdniao',
    covers: (carrier) => shipperOf(carrier) !== undefined,
    subscribe: async (key, signal) => {
      const asked = askedFor(key)
      const answer = asked === undefined ? { outcome: 'never' as const } : await call(types.subscribe, asked, signal)
      if (answer.outcome !== 'never') return { outcome: 'subscribed' }
      return { outcome: 'refused', reason: 'it knows no such number of this carrier' }
    },
    readPush: pushReader(given, parts.log),
    query: (key, signal) => queryOnce(call, types.query, key, parts.log, signal),
    queryGapMs,
    check,
  }
  return { tracker, check }
})

/** 顺丰 wants the last four digits of a phone; undefined for a carrier it does not know. */
function askedFor({ carrier, waybillNo, phoneTail }: TrackKey): Readonly<Record<string, string>> | undefined {
  const shipper = shipperOf(carrier)
  if (shipper === undefined) return undefined
  const tail = shipper === 'SF' && phoneTail !== undefined ? { CustomerName: phoneTail } : {}
  return { ShipperCode: shipper, LogisticCode: waybillNo, ...tail }
}

async function queryOnce(
  call: KdniaoCall,
  type: string,
  key: TrackKey,
  log: Log,
  signal: AbortSignal,
): Promise<TrackTold | undefined> {
  const asked = askedFor(key)
  if (asked === undefined) return undefined
  const answer = await call(type, asked, signal)
  if (answer.outcome !== 'ok') return undefined
  const track = readTrack(answer.data, log)
  // Success with a Reason and no node: there is no record yet
  return track.nodes.length === 0 ? undefined : track
}

function pushReader({ eBusinessId, appSecret }: Settings, log: Log): ReadPush {
  return ({ method, raw, nowMs }): PushReading => {
    if (method !== 'POST') return { outcome: 'refused', status: 400, reason: 'pushes are POST' }
    const form = new URLSearchParams(Buffer.from(raw).toString('utf8'))
    const data = form.get('RequestData') ?? ''
    if (!sameText(form.get('DataSign') ?? undefined, kdniaoSign(data, appSecret)))
      return { outcome: 'refused', status: 401, reason: 'signature is wrong' }
    const push = parseJson(data)
    if (jsonText(push, 'EBusinessID') !== eBusinessId)
      return { outcome: 'refused', status: 403, reason: 'another user id' }
    // RequestType is not signed, and parcels look the same in all of them (basic, value-added, cash on delivery)
    const items = listAt(jsonAt(push, 'Data'), 'Data')
    const hints = items.length === 0 ? [nothing('no parcel', data)] : items.map((item) => hintOf(item, log))
    const body = { EBusinessID: eBusinessId, UpdateTime: beijingText(nowMs), Success: true, Reason: '' }
    return { outcome: 'told', hints, answer: { status: 200, body: JSON.stringify(body), type: 'application/json' } }
  }
}

/** The same snapshot is the same push, whenever it is sent. One that cannot be read must not hold up the others of its push. */
function hintOf(item: Json, log: Log): Hint {
  const text = JSON.stringify(item)
  if (jsonAt(item, 'Success') === false) return nothing('no track', text)
  try {
    const track = readTrack(item, log)
    if (track.nodes.length === 0) return nothing('no node', text)
    return { key: `${track.waybillNo}:${hashOf(text)}`, about: { kind: 'parcel', waybillNo: track.waybillNo }, track }
  } catch (error) {
    if (!(error instanceof BadPayload)) throw error
    log('error', 'a pushed parcel cannot be read', { tracker: 'kdniao', problem: error.message, alarm: true })
    return nothing('of another shape', text)
  }
}

function nothing(topic: string, text: string): Hint {
  return { key: `none:${hashOf(text)}`, about: { kind: 'nothing', topic } }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

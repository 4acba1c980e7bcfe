import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Hint, PushReading, ReadPush } from '../hub/channel-port.ts'
import type { ToldNode, TrackTold } from '../hub/track-told.ts'
import type { Tracker, TrackKey } from '../hub/tracker-port.ts'
import { BadPayload } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { sfTook } from '../text/zh-couriers.ts'
import { adapter, addressForm, pathSecretForm } from './adapter.ts'
import { sameText } from './digests.ts'
import { type SfCall, sfCalls } from './sf-calls.ts'
import { isSfCode, sfStep } from './sf-codes.ts'
import { beijingAt, idAt, listAt, needed, readEach, textAt, told } from './wire-values.ts'

const settings = z.strictObject({
  // 顾客编码 of the console
  partnerId: z.string().min(1),
  checkword: z.string().min(8),
  pathSecret: pathSecretForm,
  baseUrl: addressForm('https://sfapi.sf-express.com'),
})

/** Unconfirmed; the vendor gives no figure. */
const callsPerSecond = 10
/** Pushes come node by node and each is confirmed by asking, so the number must not be locked for long (unconfirmed). */
const queryGapMs = 60_000
const searchRoutes = 'EXP_RECE_SEARCH_ROUTES'
/** A number nobody has: that it has no routes is the answer to an account in order. */
const testNumber = 'SF0000000000000'

/** 顺丰: queried, and pushed node by node without a signature, so a push only makes it ask (open-source clients, 2026-11-22). */
export const sfExpress = adapter(settings, (name, given, parts) => {
  const call = sfCalls(given, { at: parts.vendor({ name, perSecond: callsPerSecond }), log: parts.log })
  const check: Tracker['check'] = async (signal) => {
    await call(searchRoutes, asked({ waybillNo: testNumber, carrier: 'SF' }), signal)
  }
  const tracker: Tracker = {
    name,
    source: 'track.sf',
    covers: (carrier) => carrier === 'SF',
    readPush: pushReader(given, parts.log),
    query: (key, signal) => queryOnce(call, key, parts.log, signal),
    queryGapMs,
    check,
  }
  return { tracker, check }
})

/** checkPhoneNo: without the right four digits the vendor answers with no routes instead of an error. */
function asked({ waybillNo, phoneTail }: TrackKey): Json {
  const base = { language: 'zh-CN', trackingType: '1', trackingNumber: [waybillNo], methodType: '1' }
  return phoneTail === undefined ? base : { ...base, checkPhoneNo: phoneTail }
}

async function queryOnce(call: SfCall, key: TrackKey, log: Log, signal: AbortSignal): Promise<TrackTold | undefined> {
  if (key.carrier !== 'SF') return undefined
  const data = await call(searchRoutes, asked(key), signal)
  const found = listAt(jsonAt(data, 'routeResps'), 'routeResps').find(
    (one) => jsonText(one, 'mailNo') === key.waybillNo,
  )
  const { values, faulty } = readEach(
    listAt(jsonAt(found, 'routes'), 'routes'),
    () => undefined,
    (one) => node(one, log),
  )
  for (const { problem } of faulty) log('warn', 'a node cannot be read', { tracker: 'sf-express', problem })
  if (values.length === 0 && faulty.length > 0) throw new BadPayload(`no node can be read: ${faulty[0]?.problem}`)
  const [newest] = values.toSorted((a, b) => b.atMs - a.atMs)
  if (newest === undefined) return undefined
  return { waybillNo: key.waybillNo, nodes: values, ...(newest.state === 'signed' && { ended: true }) }
}

function node(route: Json, log: Log): ToldNode {
  const opCode = idAt(jsonAt(route, 'opCode'), 'opCode')
  const text = textAt(jsonAt(route, 'remark'), 'remark') ?? ''
  if (opCode !== undefined && !isSfCode(opCode))
    log('warn', 'a code that stands in no table', { tracker: 'sf-express', code: opCode })
  return told<ToldNode>({
    atMs: needed(beijingAt(jsonAt(route, 'acceptTime'), 'acceptTime'), 'acceptTime'),
    place: jsonText(route, 'acceptAddress'),
    text,
    ...sfStep(opCode, `${text} ${jsonText(route, 'reasonName') ?? ''}`),
  })
}

const pushOk = {
  status: 200,
  body: JSON.stringify({ return_code: '0000', return_msg: sfTook }),
  type: 'application/json',
} as const

/** Anybody who knows the address could send this: it is answered, and the vendor is asked what is true. */
function pushReader({ pathSecret }: z.infer<typeof settings>, log: Log): ReadPush {
  return (request): PushReading => {
    if (!sameText(request.pathSecret, pathSecret))
      return { outcome: 'refused', status: 403, reason: 'another secret in the address' }
    if (request.method !== 'POST') return { outcome: 'refused', status: 400, reason: 'pushes are POST' }
    const nodes = listAt(jsonAt(parseJson(request.raw), 'Body', 'WaybillRoute'), 'Body.WaybillRoute')
    return { outcome: 'told', hints: hintsOf(nodes, log), answer: pushOk }
  }
}

/**
 * One hint a parcel, however many of its nodes come together; the same nodes again are the same push. A node that cannot be read does
 * not hold up the others. Throws BadPayload when none can.
 */
function hintsOf(nodes: readonly Json[], log: Log): readonly Hint[] {
  const { values, faulty } = readEach(
    nodes,
    () => undefined,
    (one) => ({
      waybillNo: needed(idAt(jsonAt(one, 'mailno'), 'mailno'), 'mailno'),
      id: needed(idAt(jsonAt(one, 'id'), 'id'), 'id'),
    }),
  )
  for (const { problem } of faulty)
    log('error', 'a pushed node cannot be read', { tracker: 'sf-express', problem, alarm: true })
  if (values.length === 0 && faulty[0] !== undefined) throw new BadPayload(faulty[0].problem)
  const ids = new Map<string, readonly string[]>()
  for (const { waybillNo, id } of values) ids.set(waybillNo, [...(ids.get(waybillNo) ?? []), id])
  return [...ids].map(([waybillNo, own]) => {
    const hash = createHash('sha256').update(own.toSorted().join(' ')).digest('hex').slice(0, 32)
    return { key: `${waybillNo}:${hash}`, about: { kind: 'parcel', waybillNo } }
  })
}

import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { PushReading, ReadPush } from '../hub/channel-port.ts'
import type { TrackTold } from '../hub/track-told.ts'
import type { Tracker, TrackKey } from '../hub/tracker-port.ts'
import { parseJson } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { kuaidi100Took } from '../text/zh-couriers.ts'
import { adapter, addressForm, pathSecretForm } from './adapter.ts'
import { md5Hex, sameText } from './digests.ts'
import { type Kuaidi100Calls, kuaidi100Calls } from './kuaidi100-calls.ts'
import { companyOf, wantsPhone } from './kuaidi100-codes.ts'
import { nodesOf, readPush } from './kuaidi100-wire.ts'

const settings = z.strictObject({
  customer: z.string().min(8),
  // called key there; it is the secret
  appSecret: z.string().min(8),
  /** Without one the vendor signs nothing. */
  salt: z.string().min(8),
  pathSecret: pathSecretForm,
  baseUrl: addressForm('https://poll.kuaidi100.com'),
})

type Settings = z.infer<typeof settings>

/** Unconfirmed; the vendor gives no figure. */
const callsPerSecond = 10
/** A number that is asked for more often gets locked (unconfirmed). */
const queryGapMs = 30 * 60_000
/** A number nobody has: that there is no record of it is the answer to an account in order. */
const testNumber = { com: 'yuantong', num: 'YT0000000000000' }

/** 快递100: subscribed numbers, pushed as signed full snapshots, newest node first (official pages, 2026-11-22). */
export const kuaidi100 = adapter(settings, (name, given, parts) => {
  const calls = kuaidi100Calls(given, { at: parts.vendor({ name, perSecond: callsPerSecond }), log: parts.log })
  const check: Tracker['check'] = async (signal) => {
    await calls.query(queryOf(testNumber), signal)
  }
  const { publicUrl } = parts
  const callbackurl = publicUrl === undefined ? undefined : `${publicUrl}/callback/${name}/${given.pathSecret}`
  const tracker: Tracker = {
    name,
    source: 'track.kuaidi100',
    covers: (carrier) => companyOf(carrier) !== undefined,
    // without an address to push to it is only asked
    ...(callbackurl !== undefined && {
      subscribe: (key, signal) => subscribe(calls, key, { callbackurl, salt: given.salt }, signal),
    }),
    readPush: pushReader(given, parts.log),
    query: (key, signal) => queryOnce(calls, key, parts.log, signal),
    queryGapMs,
    check,
  }
  return { tracker, check }
})

type Back = { readonly callbackurl: string; readonly salt: string }

async function subscribe(calls: Kuaidi100Calls, key: TrackKey, back: Back, signal: AbortSignal) {
  const company = companyOf(key.carrier)
  const refused = { outcome: 'refused', reason: 'it knows no such number of this carrier' } as const
  if (company === undefined) return refused
  const answer = await calls.subscribe(
    {
      company,
      number: key.waybillNo,
      from: '',
      to: '',
      parameters: { ...back, resultv2: '4', autoCom: '1', interCom: '0', phone: phoneOf(key) },
    },
    signal,
  )
  return answer.outcome === 'never' ? refused : ({ outcome: 'subscribed' } as const)
}

/** The last four digits are enough. */
function phoneOf({ carrier, phoneTail = '' }: TrackKey): string {
  return wantsPhone.has(carrier) ? phoneTail : ''
}

function queryOf({ com, num, phone = '' }: { readonly com: string; readonly num: string; readonly phone?: string }) {
  return { com, num, phone, from: '', to: '', resultv2: '4', show: '0', order: 'desc' }
}

async function queryOnce(
  calls: Kuaidi100Calls,
  key: TrackKey,
  log: Log,
  signal: AbortSignal,
): Promise<TrackTold | undefined> {
  const com = companyOf(key.carrier)
  if (com === undefined) return undefined
  const answer = await calls.query(queryOf({ com, num: key.waybillNo, phone: phoneOf(key) }), signal)
  if (answer.outcome !== 'ok') return undefined
  const nodes = nodesOf(answer.data, log)
  return nodes.length === 0 ? undefined : { waybillNo: key.waybillNo, nodes }
}

const pushOk = {
  status: 200,
  body: JSON.stringify({ result: true, returnCode: '200', message: kuaidi100Took }),
  type: 'application/json',
} as const

/** The sign is hex in either case. The same snapshot again is the same push. */
function pushReader({ salt, pathSecret }: Settings, log: Log): ReadPush {
  return (request): PushReading => {
    if (!sameText(request.pathSecret, pathSecret))
      return { outcome: 'refused', status: 403, reason: 'another secret in the address' }
    if (request.method !== 'POST') return { outcome: 'refused', status: 400, reason: 'pushes are POST' }
    const form = new URLSearchParams(Buffer.from(request.raw).toString('utf8'))
    const param = form.get('param') ?? ''
    if (!sameText(form.get('sign')?.toLowerCase(), md5Hex(param, salt)))
      return { outcome: 'refused', status: 401, reason: 'signature is wrong' }
    const track = readPush(parseJson(param), log)
    const key = `${track.waybillNo}:${createHash('sha256').update(param).digest('hex').slice(0, 32)}`
    const about = { kind: 'parcel', waybillNo: track.waybillNo } as const
    return { outcome: 'told', hints: [{ key, about, track }], answer: pushOk }
  }
}

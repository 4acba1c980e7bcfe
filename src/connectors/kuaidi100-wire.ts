import type { ToldNode, TrackTold } from '../hub/track-told.ts'
import { BadPayload } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { kuaidi100Words } from '../text/zh-couriers.ts'
import { carrierNamed } from './carrier-codes.ts'
import { isKnown, stepOf } from './kuaidi100-codes.ts'
import { beijingAt, idAt, listAt, needed, readEach, textAt, told } from './wire-values.ts'

/** Where it found nothing in three days: carrier and number may be looked up again after half an hour. */
const againInMs = 30 * 60_000

/**
 * `param` of a push: the whole way so far, and whether more will come. Throws BadPayload without a number, or when no node of it
 * can be read.
 */
export function readPush(param: Json, log: Log): TrackTold {
  const last = jsonAt(param, 'lastResult')
  const waybillNo = needed(idAt(jsonAt(last, 'nu'), 'lastResult.nu'), 'lastResult.nu')
  // abroad the other carrier's nodes stand beside
  const nodes = [...nodesOf(last, log), ...nodesOf(jsonAt(param, 'destResult'), log)]
  const corrected = jsonText(param, 'comNew')
  const carrier = corrected === undefined ? undefined : carrierNamed({ code: corrected }).carrier
  return told<TrackTold>({ waybillNo, nodes, carrier: carrier === 'OTHER' ? undefined : carrier, ...goesOn(param) })
}

/** `status:"200"` inside lastResult is of the transport; this one is of the subscription. */
function goesOn(param: Json): Pick<TrackTold, 'ended' | 'againInMs'> {
  const status = jsonText(param, 'status')
  if (status === 'shutdown') return { ended: true }
  if (status !== 'abort') return {}
  // they corrected the carrier themselves and go on under it
  if (jsonText(param, 'comNew') !== undefined) return {}
  const words = jsonText(param, 'message') ?? ''
  return kuaidi100Words.nothingFound.test(words) ? { againInMs } : { ended: true }
}

/** The nodes of lastResult, of destResult, or of the answer to a query. Newest first as documented; read by their times. */
export function nodesOf(result: Json | undefined, log: Log): readonly ToldNode[] {
  const rows = listAt(jsonAt(result, 'data'), 'data')
  const whole = jsonText(result, 'state')
  const read = readEach(
    rows,
    () => undefined,
    (row) => ({ row, atMs: needed(timeOf(row), 'ftime') }),
  )
  for (const { problem } of read.faulty) log('warn', 'a node cannot be read', { tracker: 'kuaidi100', problem })
  if (read.values.length === 0 && rows.length > 0)
    throw new BadPayload(`no node can be read: ${read.faulty[0]?.problem}`)
  // of nodes of one second the first in the list is the newer
  const newest = read.values.reduce((found, { atMs }, index) => {
    return atMs > (read.values[found]?.atMs ?? 0) ? index : found
  }, 0)
  return read.values.map(({ row, atMs }, index) => node(row, atMs, index === newest ? whole : undefined, log))
}

const timeOf = (row: Json) => beijingAt(jsonAt(row, 'ftime'), 'ftime') ?? beijingAt(jsonAt(row, 'time'), 'time')

/** Its own statusCode; for the newest without one what is said of the whole. */
function node(row: Json, atMs: number, whole: string | undefined, log: Log): ToldNode {
  const text = textAt(jsonAt(row, 'context'), 'context') ?? ''
  const code = jsonText(row, 'statusCode') ?? whole
  if (code !== undefined && !isKnown(code))
    log('warn', 'a code that stands in no table', { tracker: 'kuaidi100', code })
  const place = jsonText(row, 'areaName') ?? jsonText(row, 'location')
  return told<ToldNode>({ atMs, place: place?.replaceAll(',', ' '), text, ...stepOf(code, text) })
}

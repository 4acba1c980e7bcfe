import type { ToldNode, TrackTold } from '../hub/track-told.ts'
import { BadPayload } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { isKnown, isOver, stepOf } from './kdniao-codes.ts'
import { beijingAt, idAt, listAt, needed, readEach, textAt, told } from './wire-values.ts'

/**
 * A snapshot of one parcel, pushed or asked for. A node that cannot be read is left out with a line in the log; the others
 * count. Throws BadPayload without a number or when none of its nodes can be read.
 */
export function readTrack(raw: Json, log: Log): TrackTold {
  const waybillNo = needed(idAt(jsonAt(raw, 'LogisticCode'), 'LogisticCode'), 'LogisticCode')
  const traces = listAt(jsonAt(raw, 'Traces'), 'Traces')
  const whole = jsonText(raw, 'StateEx') ?? jsonText(raw, 'State')
  const read = readEach(
    traces,
    () => undefined,
    (trace) => ({ trace, atMs: needed(beijingAt(jsonAt(trace, 'AcceptTime'), 'AcceptTime'), 'AcceptTime') }),
  )
  for (const { problem } of read.faulty) log('warn', 'a node cannot be read', { tracker: 'kdniao', problem })
  if (read.values.length === 0 && traces.length > 0)
    throw new BadPayload(`no node can be read: ${read.faulty[0]?.problem}`)
  // oldest first as documented; of nodes of one second the later one in the list is the newer
  const newest = read.values.reduce((found, { atMs }, index) => {
    return atMs >= (read.values[found]?.atMs ?? 0) ? index : found
  }, 0)
  const nodes = read.values.map(({ trace, atMs }, index) =>
    node(trace, atMs, index === newest ? whole : undefined, log),
  )
  return { waybillNo, nodes, ...(isOver(whole) && { ended: true }) }
}

/** Its own Action; for the newest without one what the snapshot says of the whole parcel. */
function node(trace: Json, atMs: number, whole: string | undefined, log: Log): ToldNode {
  const text = textAt(jsonAt(trace, 'AcceptStation'), 'AcceptStation') ?? ''
  const code = jsonText(trace, 'Action') ?? whole
  if (code !== undefined && !isKnown(code)) log('warn', 'a code that stands in no table', { tracker: 'kdniao', code })
  return told<ToldNode>({ atMs, place: jsonText(trace, 'Location'), text, ...stepOf(code, text) })
}

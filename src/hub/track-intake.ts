import { createHash } from 'node:crypto'
import type postgres from 'postgres'
import type { Database } from '../db/client.ts'
import type { ExceptionKind, TrackState } from './order-facts.ts'
import { trackPosition } from './track-state.ts'
import type { ToldNode, TrackTold } from './track-told.ts'

type Sql = postgres.ISql<{ bigint: bigint }>

/** Takes what a tracker told of a waybill into every parcel that bears it; returns how many there are. */
export type TakeTrack = (told: TrackTold, source: string, nowMs: number) => Promise<number>

/**
 * Nodes are kept once each, and where the parcel stands is concluded from all of them: pushed twice, late or in any order it ends
 * in the same row. The newest node decides, so an old snapshot that comes late changes nothing.
 */
export function takeTrack({ sql }: Pick<Database, 'sql'>): TakeTrack {
  return (told, source, nowMs) =>
    sql.begin(async (tx) => {
      const parcels = await tx<{ id: string }[]>`
        SELECT id FROM parcels WHERE waybill_no = ${told.waybillNo} ORDER BY id FOR UPDATE`
      for (const { id } of parcels) await takeInto(tx, id, told, source, nowMs)
      return parcels.length
    })
}

async function takeInto(tx: Sql, parcelId: string, told: TrackTold, source: string, nowMs: number): Promise<void> {
  const rows = told.nodes.map((node) => ({
    parcel_id: parcelId,
    at: node.atMs,
    state: node.state,
    sub_state: node.exception ?? null,
    place: node.place ?? null,
    description: node.text,
    source,
    node_hash: hashOf(node),
  }))
  await tx`
    INSERT INTO tracking_events (parcel_id, occurred_at, state, sub_state, place, description, source, node_hash)
    SELECT parcel_id, to_timestamp(at / 1000), state, sub_state, place, description, source, node_hash
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) AS r(parcel_id text, at float8, state text, sub_state text,
      place text, description text, source text, node_hash text)
    ON CONFLICT DO NOTHING`
  const steps = await tx<{ atMs: number; state: TrackState; exception: ExceptionKind | null }[]>`
    SELECT round(extract(epoch FROM occurred_at) * 1000)::float8 AS "atMs", state, sub_state AS exception
    FROM tracking_events WHERE parcel_id = ${parcelId}`
  const position = trackPosition(
    steps.map(({ atMs, state, exception }) => ({ atMs, state, ...(exception !== null && { exception }) })),
  )
  const signedAtMs =
    position?.state === 'signed'
      ? Math.min(...steps.filter(({ state }) => state === 'signed').map(({ atMs }) => atMs))
      : null
  // the newest signature counts, but for what a person has marked
  const signature = told.nodes.filter(({ state }) => state === 'signed').sort((a, b) => a.atMs - b.atMs)
  const signs = position?.state === 'signed' && signature.length > 0
  await tx`
    UPDATE parcels SET
      state = coalesce(${position?.state ?? null}, state),
      sub_state = CASE WHEN ${position !== undefined} THEN ${position?.exception ?? null}::text ELSE sub_state END,
      last_event_at = coalesce(to_timestamp(${position?.atMs ?? null}::float8 / 1000), last_event_at),
      signed_at = CASE WHEN ${position !== undefined} THEN to_timestamp(${signedAtMs}::float8 / 1000) ELSE signed_at END,
      signer = CASE WHEN ${signs} AND NOT EXISTS (
          SELECT 1 FROM order_corrections c WHERE c.order_id = parcels.order_id AND c.field = 'signer'
        ) THEN ${signature.at(-1)?.signer ?? null} ELSE signer END,
      carrier_code = coalesce(${told.carrier ?? null}, carrier_code),
      tracked_at = greatest(tracked_at, to_timestamp(${nowMs}::float8 / 1000)), track_source = ${source}
    WHERE id = ${parcelId}`
}

/** What was said, not who said it: two trackers that quote the carrier give one node. */
function hashOf({ state, exception, place, text }: ToldNode): string {
  return createHash('sha256')
    .update(JSON.stringify([state, exception, place, text]))
    .digest('hex')
    .slice(0, 32)
}

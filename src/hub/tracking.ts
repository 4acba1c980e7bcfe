import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { errorFields, type Log } from '../runtime/log.ts'
import type { CarrierCode } from './order-facts.ts'
import type { Sources } from './sources.ts'
import { takeTrack } from './track-intake.ts'
import type { TrackTold } from './track-told.ts'
import type { Tracker, TrackKey } from './tracker-port.ts'

export type TrackingParts = {
  readonly database: Pick<Database, 'sql'>
  /** The first that covers a carrier is asked. */
  readonly trackers: readonly Tracker[]
  readonly heard: Pick<Sources, 'heard' | 'failed'>
  readonly clock: Clock
  readonly log: Log
}

export type ParcelJob = { readonly connector: string; readonly waybillNo: string; readonly track?: TrackTold }

export type Tracking = {
  /** A push: what it says is taken, and where it is not signed its tracker is asked. */
  heard(job: ParcelJob, signal: AbortSignal): Promise<'taken' | 'not-there' | 'unknown-connector'>
  /** Asks trackers to tell about parcels that went out and nobody tells of yet; a few a turn. */
  subscribeDue(signal: AbortSignal): Promise<number>
  /** Asks about parcels nobody has told of for half a day: pushes get lost. */
  reconcileDue(signal: AbortSignal): Promise<number>
}

const perTurn = 20
const silentMs = 12 * 3_600_000
/** Parcels that went out longer ago are over, whatever the tracker missed. */
const watchedMs = 30 * 86_400_000
const mostTries = 8
const firstRetryMs = 60_000

/** Where parcels are, by the trackers that are joined. */
export function tracking(parts: TrackingParts): Tracking {
  const { trackers, clock } = parts
  const take = takeTrack(parts.database)
  const taken = async (tracker: Tracker, told: TrackTold): Promise<void> => {
    const nowMs = clock.nowMs()
    await take(told, tracker.source, nowMs)
    await parts.heard.heard(tracker.source, nowMs)
    await moveOn(parts, tracker, told)
  }
  return {
    heard: async ({ connector, waybillNo, track }, signal) => {
      const tracker = trackers.find(({ name }) => name === connector)
      if (tracker === undefined) return 'unknown-connector'
      const told = track ?? (await queryFor(parts, tracker, waybillNo, signal))
      if (told === undefined) return 'not-there'
      await taken(tracker, told)
      return 'taken'
    },
    subscribeDue: async (signal) => {
      for (const tracker of trackers) await wantNew(parts, tracker)
      return eachDue(parts, 'wanted', async (tracker, key) => {
        const asked = (await tracker.subscribe?.(key, signal)) ?? { outcome: 'subscribed' }
        // a tracker that is only queried is asked at once
        const waitMs = tracker.subscribe === undefined ? 0 : silentMs
        if (asked.outcome === 'subscribed') await mark(parts, tracker, key, { state: 'confirmed', waitMs })
        else await mark(parts, tracker, key, { state: 'failed', waitMs: 0, problem: asked.reason })
      })
    },
    reconcileDue: (signal) =>
      eachDue(parts, 'confirmed', async (tracker, key) => {
        const told = await tracker.query(key, signal)
        if (told === undefined) await parts.heard.heard(tracker.source, clock.nowMs())
        else await taken(tracker, told)
      }),
  }
}

/** Parcels that went out and were never scanned, of carriers it covers, that no tracker was asked about. */
async function wantNew({ database: { sql }, clock, trackers }: TrackingParts, tracker: Tracker): Promise<void> {
  const before = trackers.slice(0, trackers.indexOf(tracker))
  const covered = carriers.filter((carrier) => tracker.covers(carrier) && !before.some((one) => one.covers(carrier)))
  if (covered.length === 0) return
  await sql`
    INSERT INTO track_subscriptions (tracker, waybill_no, carrier_code, phone_tail, due_at)
    SELECT DISTINCT ON (p.waybill_no) ${tracker.name}, p.waybill_no, p.carrier_code, o.phone_tail, now()
    FROM parcels p JOIN orders o ON o.id = p.order_id
    WHERE p.state = 'created' AND p.shipped_at > to_timestamp(${clock.nowMs() - watchedMs}::float8 / 1000)
      AND p.waybill_no IS NOT NULL AND p.carrier_code = ANY(${covered})
      AND NOT EXISTS (SELECT 1 FROM track_subscriptions t WHERE t.tracker = ${tracker.name} AND t.waybill_no = p.waybill_no)
    ORDER BY p.waybill_no LIMIT 500 ON CONFLICT DO NOTHING`
}

const carriers: readonly CarrierCode[] = [
  ...(['SF', 'JD', 'JT', 'YTO', 'DBL', 'STO', 'YUNDA', 'ZTO', 'EMS', 'POST', 'CAINIAO', 'OTHER'] as const),
]

type Due = { tracker: string; waybillNo: string; carrier: CarrierCode; phoneTail: string | null; tries: number }

/** Claims rows that are due; a failure puts its row off and leaves the others alone. */
async function eachDue(
  parts: TrackingParts,
  state: 'wanted' | 'confirmed',
  work: (tracker: Tracker, key: TrackKey) => Promise<void>,
): Promise<number> {
  const { sql } = parts.database
  const names = parts.trackers.map(({ name }) => name)
  const rows = await sql<Due[]>`
    UPDATE track_subscriptions s SET tries = CASE WHEN ${state} = 'wanted' THEN s.tries + 1 ELSE s.tries END,
      due_at = now() + CASE WHEN ${state} = 'wanted' THEN ${firstRetryMs}::float8 * 2 ^ s.tries ELSE ${silentMs}::float8 END * interval '1 ms'
    FROM (
      SELECT tracker, waybill_no FROM track_subscriptions WHERE state = ${state} AND due_at <= now() AND tracker = ANY(${names})
      ORDER BY due_at LIMIT ${perTurn} FOR UPDATE SKIP LOCKED
    ) due WHERE s.tracker = due.tracker AND s.waybill_no = due.waybill_no
    RETURNING s.tracker, s.waybill_no AS "waybillNo", s.carrier_code AS carrier, s.phone_tail AS "phoneTail", s.tries`
  for (const { tracker: name, phoneTail, tries, ...rest } of rows) {
    const tracker = parts.trackers.find((one) => one.name === name)
    if (tracker === undefined) continue
    const key = { ...rest, ...(phoneTail !== null && { phoneTail }) }
    try {
      await work(tracker, key)
    } catch (error) {
      const over = state === 'wanted' && tries >= mostTries
      parts.log(over ? 'error' : 'warn', 'a tracker was not reached', {
        tracker: name,
        tries,
        ...errorFields(error),
        ...(over && { alarm: true }),
      })
      await parts.heard.failed(tracker.source, 'no answer')
      if (over) await mark(parts, tracker, key, { state: 'failed', waitMs: 0, problem: 'no answer' })
    }
  }
  return rows.length
}

type Mark = { readonly state: 'confirmed' | 'failed'; readonly waitMs: number; readonly problem?: string }

async function mark({ database: { sql } }: TrackingParts, tracker: Tracker, key: TrackKey, to: Mark): Promise<void> {
  await sql`
    UPDATE track_subscriptions SET state = ${to.state}, last_error = ${to.problem ?? null},
      confirmed_at = CASE WHEN ${to.state} = 'confirmed' THEN now() ELSE confirmed_at END,
      due_at = now() + ${to.waitMs}::float8 * interval '1 ms'
    WHERE tracker = ${tracker.name} AND waybill_no = ${key.waybillNo}`
}

/** It spoke: silence counts from now on, or it will speak no more, or wants to be asked again. */
async function moveOn({ database: { sql } }: TrackingParts, tracker: Tracker, told: TrackTold): Promise<void> {
  const state = told.ended === true ? 'ended' : told.againInMs === undefined ? 'confirmed' : 'wanted'
  await sql`
    UPDATE track_subscriptions SET heard_at = now(), state = ${state}, last_error = NULL,
      carrier_code = coalesce(${told.carrier ?? null}, carrier_code),
      due_at = now() + ${told.againInMs ?? silentMs}::float8 * interval '1 ms'
    WHERE tracker = ${tracker.name} AND waybill_no = ${told.waybillNo} AND state <> 'failed'`
}

async function queryFor(
  { database: { sql } }: TrackingParts,
  tracker: Tracker,
  waybillNo: string,
  signal: AbortSignal,
): Promise<TrackTold | undefined> {
  const [row] = await sql<{ carrier: CarrierCode; phoneTail: string | null }[]>`
    SELECT p.carrier_code AS carrier, o.phone_tail AS "phoneTail" FROM parcels p JOIN orders o ON o.id = p.order_id
    WHERE p.waybill_no = ${waybillNo} LIMIT 1`
  if (row === undefined) return undefined
  const { carrier, phoneTail } = row
  return tracker.query({ waybillNo, carrier, ...(phoneTail !== null && { phoneTail }) }, signal)
}

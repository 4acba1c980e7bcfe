import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { errorFields, type Log } from '../runtime/log.ts'
import type { CarrierCode, TrackState } from './order-facts.ts'
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
  /**
   * A push: what it says is taken, and where it is not signed its tracker is asked. not-there: neither parcel nor tracker knows of it
   * yet; too-soon: the tracker was asked a moment ago.
   */
  heard(job: ParcelJob, signal: AbortSignal): Promise<'taken' | 'not-there' | 'too-soon' | 'unknown-connector'>
  /** Asks trackers to tell about parcels that went out and nobody tells of yet; a few a turn. */
  subscribeDue(signal: AbortSignal): Promise<number>
  /** Asks about parcels nobody has told of for half a day: pushes get lost, and trackers give up pushing. */
  reconcileDue(signal: AbortSignal): Promise<number>
}

const perTurn = 20
const silentMs = 12 * 3_600_000
/** Parcels that went out longer ago are over, whatever the tracker missed. */
const watchedMs = 30 * 86_400_000
/** So many tries in a row without an answer are an alarm; from then on it is tried every night. */
const alarmingTries = 8
/** Each subscription costs, and Kuaidi100 takes a number four times a month; it gives up one without record after three days. */
const sameNumberMs = 10 * 86_400_000
const firstRetryMs = 60_000
const nightMs = 24 * 3_600_000
/** Parcels somebody else has told of already (the warehouse, a sheet) are looked for less often: there are many. */
const wideMs = 600_000

/** Where parcels are, by the trackers that are joined. */
export function tracking(parts: TrackingParts): Tracking {
  const { trackers, clock } = parts
  const take = takeTrack(parts.database)
  let wideAtMs = Number.NEGATIVE_INFINITY
  const taken = async (tracker: Tracker, told: TrackTold): Promise<boolean> => {
    const nowMs = clock.nowMs()
    const parcelsTold = await take(told, tracker.source, nowMs)
    await parts.heard.heard(tracker.source, nowMs)
    await moveOn(parts, tracker, told)
    return parcelsTold > 0
  }
  return {
    heard: async ({ connector, waybillNo, track }, signal) => {
      const tracker = trackers.find(({ name }) => name === connector)
      if (tracker === undefined) return 'unknown-connector'
      if (track !== undefined) return (await taken(tracker, track)) ? 'taken' : 'not-there'
      const key = await keyOf(parts, waybillNo)
      if (key === undefined) return 'not-there'
      if (!(await mayAsk(parts, tracker, key))) return 'too-soon'
      const told = await tracker.query(key, signal)
      return told !== undefined && (await taken(tracker, told)) ? 'taken' : 'not-there'
    },
    subscribeDue: async (signal) => {
      const isWide = clock.nowMs() - wideAtMs >= wideMs
      for (const tracker of trackers) {
        await wantNew(parts, tracker, ['created'])
        if (isWide) await wantNew(parts, tracker, ['collected', 'in_transit', 'delivering', 'exception'])
      }
      if (isWide) wideAtMs = clock.nowMs()
      return eachDue(parts, 'wanted', async (tracker, key) => {
        const asked = (await tracker.subscribe?.(key, signal)) ?? { outcome: 'subscribed' }
        // a tracker that is only queried is asked at once
        const waitMs = tracker.subscribe === undefined ? 0 : silentMs
        if (asked.outcome === 'subscribed') return mark(parts, tracker, key, { state: 'confirmed', waitMs })
        await mark(parts, tracker, key, { state: 'failed', waitMs: 0, problem: asked.reason })
        if (!(await handOver(parts, tracker, key)))
          parts.log('error', 'no tracker takes this parcel', {
            tracker: tracker.name,
            reason: asked.reason,
            alarm: true,
          })
      })
    },
    reconcileDue: async (signal) => {
      await endOld(parts)
      return eachDue(parts, 'confirmed', async (tracker, key) => {
        if (!(await mayAsk(parts, tracker, key))) return
        const told = await tracker.query(key, signal)
        if (told === undefined) await parts.heard.heard(tracker.source, clock.nowMs())
        else await taken(tracker, told)
      })
    },
  }
}

/** Parcels that went out, of carriers it covers, that no tracker was asked about: those nobody has told of yet, or all on their way. */
async function wantNew(
  { database: { sql }, clock, trackers }: TrackingParts,
  tracker: Tracker,
  states: readonly TrackState[],
): Promise<void> {
  const before = trackers.slice(0, trackers.indexOf(tracker))
  const covered = carriers.filter((carrier) => tracker.covers(carrier) && !before.some((one) => one.covers(carrier)))
  if (covered.length === 0) return
  await sql`
    INSERT INTO track_subscriptions (tracker, waybill_no, carrier_code, phone_tail, due_at)
    SELECT DISTINCT ON (p.waybill_no) ${tracker.name}, p.waybill_no, p.carrier_code, o.phone_tail, now()
    FROM parcels p JOIN orders o ON o.id = p.order_id
    WHERE p.state = ANY(${[...states]}::text[]) AND p.shipped_at > to_timestamp(${clock.nowMs() - watchedMs}::float8 / 1000)
      AND p.waybill_no IS NOT NULL AND p.carrier_code = ANY(${covered})
      AND NOT EXISTS (SELECT 1 FROM track_subscriptions t WHERE t.waybill_no = p.waybill_no
        AND t.tracker = ANY(${trackers.map(({ name }) => name)}))
    ORDER BY p.waybill_no LIMIT 500 ON CONFLICT DO NOTHING`
}

/** The next tracker that covers its carrier is asked instead; false where there is none. */
async function handOver(
  { database: { sql }, trackers }: TrackingParts,
  from: Tracker,
  key: TrackKey,
): Promise<boolean> {
  const next = trackers.slice(trackers.indexOf(from) + 1).find((one) => one.covers(key.carrier))
  if (next === undefined) return false
  await sql`
    INSERT INTO track_subscriptions (tracker, waybill_no, carrier_code, phone_tail, due_at)
    VALUES (${next.name}, ${key.waybillNo}, ${key.carrier}, ${key.phoneTail ?? null}, now()) ON CONFLICT DO NOTHING`
  return true
}

/** Notes that its tracker is asked now; false when it was asked so short a while ago that it must not be. */
async function mayAsk({ database: { sql } }: TrackingParts, tracker: Tracker, key: TrackKey): Promise<boolean> {
  const rows = await sql`
    INSERT INTO track_subscriptions (tracker, waybill_no, carrier_code, phone_tail, state, due_at, asked_at)
    VALUES (${tracker.name}, ${key.waybillNo}, ${key.carrier}, ${key.phoneTail ?? null}, 'confirmed',
      now() + ${silentMs}::float8 * interval '1 ms', now())
    ON CONFLICT (tracker, waybill_no) DO UPDATE SET asked_at = now()
    WHERE track_subscriptions.asked_at IS NULL
      OR track_subscriptions.asked_at <= now() - ${tracker.queryGapMs}::float8 * interval '1 ms'`
  return rows.count > 0
}

/** What nobody signed for in a month is not asked about for ever. */
async function endOld({ database: { sql } }: TrackingParts): Promise<void> {
  await sql`
    UPDATE track_subscriptions SET state = 'ended', last_error = 'not signed in a month'
    WHERE state = 'confirmed' AND due_at <= now() AND confirmed_at < now() - ${watchedMs}::float8 * interval '1 ms'`
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
      due_at = now() + CASE WHEN ${state} = 'wanted' THEN least(${firstRetryMs}::float8 * 2 ^ least(s.tries, 20), ${nightMs}::float8)
        ELSE ${silentMs}::float8 END * interval '1 ms'
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
      const over = state === 'wanted' && tries === alarmingTries
      parts.log(over ? 'error' : 'warn', 'a tracker was not reached', {
        tracker: name,
        tries,
        ...errorFields(error),
        ...(over && { alarm: true }),
      })
      await parts.heard.failed(tracker.source, 'no answer')
    }
  }
  return rows.length
}

type Mark = { readonly state: 'confirmed' | 'failed'; readonly waitMs: number; readonly problem?: string }

async function mark({ database: { sql } }: TrackingParts, tracker: Tracker, key: TrackKey, to: Mark): Promise<void> {
  await sql`
    UPDATE track_subscriptions SET state = ${to.state}, last_error = ${to.problem ?? null},
      tries = CASE WHEN ${to.state} = 'confirmed' THEN 0 ELSE tries END,
      confirmed_at = CASE WHEN ${to.state} = 'confirmed' THEN now() ELSE confirmed_at END,
      due_at = now() + ${to.waitMs}::float8 * interval '1 ms'
    WHERE tracker = ${tracker.name} AND waybill_no = ${key.waybillNo}`
}

/**
 * It spoke: silence counts from now on, or it will speak no more, or wants to be asked again. That it is no more for a parcel that left
 * so long ago.
 */
async function moveOn(
  { database: { sql }, clock }: TrackingParts,
  tracker: Tracker,
  { waybillNo, carrier, ended, againInMs }: TrackTold,
): Promise<void> {
  const [parcel] =
    againInMs === undefined
      ? []
      : await sql`
          SELECT 1 FROM parcels WHERE waybill_no = ${waybillNo}
            AND shipped_at > to_timestamp(${clock.nowMs() - sameNumberMs}::float8 / 1000) LIMIT 1`
  const givenUp = againInMs !== undefined && parcel === undefined
  const state = ended === true || givenUp ? 'ended' : againInMs === undefined ? 'confirmed' : 'wanted'
  await sql`
    UPDATE track_subscriptions SET heard_at = now(), state = ${state}, last_error = ${givenUp ? 'no record of it for days' : null},
      carrier_code = coalesce(${carrier ?? null}, carrier_code),
      due_at = now() + ${againInMs ?? silentMs}::float8 * interval '1 ms'
    WHERE tracker = ${tracker.name} AND waybill_no = ${waybillNo} AND state <> 'failed'`
}

async function keyOf({ database: { sql } }: TrackingParts, waybillNo: string): Promise<TrackKey | undefined> {
  const [row] = await sql<{ carrier: CarrierCode; phoneTail: string | null }[]>`
    SELECT p.carrier_code AS carrier, o.phone_tail AS "phoneTail" FROM parcels p JOIN orders o ON o.id = p.order_id
    WHERE p.waybill_no = ${waybillNo} LIMIT 1`
  return row && { waybillNo, carrier: row.carrier, ...(row.phoneTail !== null && { phoneTail: row.phoneTail }) }
}

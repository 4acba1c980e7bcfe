import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { intake } from '../../../src/hub/intake.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { sources } from '../../../src/hub/sources.ts'
import { takeTrack } from '../../../src/hub/track-intake.ts'
import type { ToldNode, TrackTold } from '../../../src/hub/track-told.ts'
import type { Tracker } from '../../../src/hub/tracker-port.ts'
import { type Tracking, tracking } from '../../../src/hub/tracking.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { Unreachable } from '../../../src/runtime/errors.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import type { Log } from '../../../src/runtime/log.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { hourMs, noonMs, sampleOrder } from './sample-order.ts'

const personal = personalData('55'.repeat(32))
const clock = fixedClock(noonMs)
const never = new AbortController().signal
const waybillNo = '75312345678901'
const way: readonly ToldNode[] = [
  { atMs: noonMs - 5 * hourMs, state: 'collected', text: '已揽收' },
  { atMs: noonMs - 4 * hourMs, state: 'in_transit', text: '到达杭州', place: '杭州' },
  { atMs: noonMs - 2 * hourMs, state: 'delivering', text: '派送中' },
  { atMs: noonMs - hourMs, state: 'signed', text: '已签收' },
]
let fresh: FreshDatabase
let asked: string[]
let answer: TrackTold | undefined
let isAway = false
let desk: Tracking
let tracker: Tracker
let alarms: string[]
const log: Log = (_level, message, fields) => {
  if (fields?.alarm === true) alarms.push(message)
}

beforeAll(async () => {
  fresh = await freshDatabase({ max: 6 })
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  await fresh.database.sql`TRUNCATE orders, customers, sources, track_subscriptions CASCADE`
  await intake(fresh.database, personal, clock, randomIds()).take(
    sampleOrder({ stage: 'shipped', waybillNo, shippedAtMs: noonMs - 6 * hourMs, phone: '13812345678' }),
  )
  asked = []
  answer = undefined
  isAway = false
  alarms = []
  tracker = {
    name: 'tracker',
    source: 'track.memory',
    covers: (carrier) => carrier === 'ZTO',
    subscribe: async ({ waybillNo: no, phoneTail }) => {
      asked.push(`subscribe ${no} ${phoneTail}`)
      if (isAway) throw new Unreachable('away')
      return { outcome: 'subscribed' }
    },
    query: async ({ waybillNo: no, phoneTail }) => {
      asked.push(`query ${no} ${phoneTail}`)
      return answer
    },
    queryGapMs: 1_800_000,
    check: async () => undefined,
  }
  const { database } = fresh
  desk = tracking({ database, trackers: [tracker], heard: sources(database), clock, log })
})

const parcel = async () => {
  const [row] = await fresh.database.sql`
    SELECT state, sub_state AS exception, round(extract(epoch FROM last_event_at) * 1000)::float8 AS "lastMs",
      round(extract(epoch FROM signed_at) * 1000)::float8 AS "signedMs",
      (SELECT count(*)::int FROM tracking_events) AS nodes FROM parcels`
  return row
}
const subscription = async () => {
  const [row] = await fresh.database.sql`
    SELECT state, tries, due_at > now() + interval '11 hours' AS later FROM track_subscriptions`
  return row
}
const due = () => fresh.database.sql`UPDATE track_subscriptions SET due_at = now()`
const told = (nodes: readonly ToldNode[], more: Partial<TrackTold> = {}): TrackTold => ({ waybillNo, nodes, ...more })

describe('what a tracker tells', () => {
  test('who signed when it was not the buyer, until the buyer does; what a person marked stays', async () => {
    const take = takeTrack(fresh.database)
    const signer = async () => (await fresh.database.sql`SELECT signer FROM parcels`)[0]?.signer
    const station = { atMs: noonMs - hourMs, state: 'signed', text: '驿站代收', signer: '驿站或快递柜' } as const
    await take(told([...way.slice(0, 3), station]), 'track.memory', noonMs)
    expect(await signer()).toBe('驿站或快递柜')
    await take(told([...way.slice(0, 3)]), 'track.memory', noonMs)
    expect(await signer()).toBe('驿站或快递柜')
    const buyer = { atMs: noonMs - 60_000, state: 'signed', text: '本人签收' } as const
    await take(told([station, buyer]), 'track.memory', noonMs)
    expect(await signer()).toBeNull()
    await fresh.database.sql`
      INSERT INTO order_corrections (order_id, field, new_value, by_member_id, at)
      SELECT id, 'signer', 'agent:王姐', 'm1', now() FROM orders`
    await fresh.database.sql`UPDATE parcels SET signer = '王姐'`
    await take(told([station]), 'track.memory', noonMs)
    expect(await signer()).toBe('王姐')
  })

  test('in any order, in parts, any number of times: the same parcel', async () => {
    const take = takeTrack(fresh.database)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.subarray([...way], { minLength: 1 }), { maxLength: 5 }),
        fc.shuffledSubarray([...way], { minLength: way.length }),
        async (before, last) => {
          await fresh.database.sql`TRUNCATE tracking_events`
          await fresh.database
            .sql`UPDATE parcels SET state = 'created', sub_state = NULL, signed_at = NULL, last_event_at = NULL`
          for (const part of before) await take(told(part), 'track.memory', noonMs)
          await take(told(last), 'track.memory', noonMs)
          await take(told(way.slice(0, 1)), 'track.memory', noonMs)
          expect(await parcel()).toEqual({
            state: 'signed',
            exception: null,
            lastMs: noonMs - hourMs,
            signedMs: noonMs - hourMs,
            nodes: 4,
          })
        },
      ),
      { numRuns: 15 },
    )
  })

  test('signed after a refusal is the sender, not the buyer', async () => {
    const refused: ToldNode = { atMs: noonMs - 90 * 60_000, state: 'exception', exception: 'refused', text: '拒收' }
    await takeTrack(fresh.database)(told([...way, refused]), 'track.memory', noonMs)
    expect(await parcel()).toMatchObject({ state: 'exception', exception: 'returning', signedMs: null })
  })

  test('a signed push is taken as it is, an unsigned one is asked about first', async () => {
    expect(await desk.heard({ connector: 'tracker', waybillNo, track: told(way.slice(0, 2)) }, never)).toBe('taken')
    expect(asked).toEqual([])
    expect(await desk.heard({ connector: 'tracker', waybillNo }, never)).toBe('not-there')
    expect(await parcel()).toMatchObject({ state: 'in_transit' })
    answer = told(way)
    await fresh.database.sql`UPDATE track_subscriptions SET asked_at = NULL`
    expect(await desk.heard({ connector: 'tracker', waybillNo }, never)).toBe('taken')
    expect(asked).toEqual([`query ${waybillNo} 5678`, `query ${waybillNo} 5678`])
    expect(await parcel()).toMatchObject({ state: 'signed' })
    expect(await desk.heard({ connector: 'other', waybillNo }, never)).toBe('unknown-connector')
  })
})

describe('parcels that went out', () => {
  test('are subscribed once, and asked about when nobody told of them for half a day', async () => {
    await desk.subscribeDue(never)
    await desk.subscribeDue(never)
    expect(asked).toEqual([`subscribe ${waybillNo} 5678`])
    expect(await subscription()).toEqual({ state: 'confirmed', tries: 0, later: true })
    expect(await desk.reconcileDue(never)).toBe(0)
    await due()
    answer = told(way, { ended: true })
    expect(await desk.reconcileDue(never)).toBe(1)
    expect(await subscription()).toMatchObject({ state: 'ended' })
    expect(await parcel()).toMatchObject({ state: 'signed' })
  })

  test('a tracker that is away is tried again: an alarm at the eighth try, then every night, and it heals', async () => {
    isAway = true
    for (let n = 0; n < 10; n++) {
      await desk.subscribeDue(never)
      await due()
    }
    expect(asked).toHaveLength(10)
    expect(alarms).toEqual(['a tracker was not reached'])
    isAway = false
    await desk.subscribeDue(never)
    expect(await subscription()).toMatchObject({ state: 'confirmed', tries: 0 })
  })

  test('refused by one, the next that covers the carrier is asked; refused by all is an alarm', async () => {
    const { database } = fresh
    const refuses = (name: string): Tracker => ({
      ...tracker,
      name,
      subscribe: async () => {
        asked.push(name)
        return { outcome: 'refused', reason: 'unknown carrier' }
      },
    })
    const both = tracking({
      database,
      trackers: [refuses('first'), refuses('second')],
      heard: sources(database),
      clock,
      log,
    })
    for (let n = 0; n < 3; n++) await both.subscribeDue(never)
    expect(asked).toEqual(['first', 'second'])
    expect(alarms).toEqual(['no tracker takes this parcel'])
  })

  test('what the warehouse told of already is subscribed as well; what is signed is not', async () => {
    const { sql } = fresh.database
    await sql`UPDATE parcels SET state = 'in_transit'`
    await desk.subscribeDue(never)
    expect(asked).toHaveLength(1)
    await sql`TRUNCATE track_subscriptions`
    await sql`UPDATE parcels SET state = 'signed'`
    const { database } = fresh
    await tracking({ database, trackers: [tracker], heard: sources(database), clock, log }).subscribeDue(never)
    expect(asked).toHaveLength(1)
  })

  test('the same parcel is not asked for again within the gap its tracker needs', async () => {
    answer = told(way)
    expect(await desk.heard({ connector: 'tracker', waybillNo }, never)).toBe('taken')
    expect(await desk.heard({ connector: 'tracker', waybillNo }, never)).toBe('too-soon')
    expect(asked).toHaveLength(1)
    await fresh.database.sql`UPDATE track_subscriptions SET asked_at = now() - interval '31 minutes'`
    expect(await desk.heard({ connector: 'tracker', waybillNo }, never)).toBe('taken')
  })

  test('a parcel that nobody signed for in a month is not asked about any more', async () => {
    await desk.subscribeDue(never)
    await due()
    await fresh.database.sql`UPDATE track_subscriptions SET confirmed_at = now() - interval '31 days'`
    expect(await desk.reconcileDue(never)).toBe(0)
    expect(await subscription()).toMatchObject({ state: 'ended' })
  })

  test('a push that comes before its parcel is tried again', async () => {
    const early = '75312345678919'
    expect(
      await desk.heard({ connector: 'tracker', waybillNo: early, track: { waybillNo: early, nodes: way } }, never),
    ).toBe('not-there')
  })

  test('a tracker that found nothing is subscribed again after the time it needs', async () => {
    await desk.subscribeDue(never)
    await desk.heard({ connector: 'tracker', waybillNo, track: told([], { againInMs: 1_800_000 }) }, never)
    expect(await subscription()).toMatchObject({ state: 'wanted', later: false })
    await due()
    await desk.subscribeDue(never)
    expect(asked).toHaveLength(2)
  })

  test('a number without record is not paid for again and again', async () => {
    await desk.subscribeDue(never)
    const nothing = { connector: 'tracker', waybillNo, track: told([], { againInMs: 1_800_000 }) }
    for (const [days, state] of [
      [9, 'wanted'],
      [12, 'ended'],
    ] as const) {
      const leftMs = noonMs - days * 24 * hourMs
      await fresh.database.sql`UPDATE parcels SET shipped_at = to_timestamp(${leftMs}::float8 / 1000)`
      await desk.heard(nothing, never)
      expect(await subscription()).toMatchObject({ state })
    }
  })
})

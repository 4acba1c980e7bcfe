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
import { silentLog } from '../../../src/runtime/log.ts'
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
  const tracker: Tracker = {
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
  desk = tracking({ database, trackers: [tracker], heard: sources(database), clock, log: silentLog })
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
    expect(await subscription()).toEqual({ state: 'confirmed', tries: 1, later: true })
    expect(await desk.reconcileDue(never)).toBe(0)
    await due()
    answer = told(way, { ended: true })
    expect(await desk.reconcileDue(never)).toBe(1)
    expect(await subscription()).toMatchObject({ state: 'ended' })
    expect(await parcel()).toMatchObject({ state: 'signed' })
  })

  test('a tracker that is away is tried again, and given up after eight tries', async () => {
    isAway = true
    for (let n = 0; n < 10; n++) {
      await desk.subscribeDue(never)
      await due()
    }
    expect(asked).toHaveLength(8)
    expect(await subscription()).toMatchObject({ state: 'failed', tries: 8 })
  })

  test('a tracker that found nothing is subscribed again after the time it needs', async () => {
    await desk.subscribeDue(never)
    await desk.heard({ connector: 'tracker', waybillNo, track: told([], { againInMs: 1_800_000 }) }, never)
    expect(await subscription()).toMatchObject({ state: 'wanted', later: false })
    await due()
    await desk.subscribeDue(never)
    expect(asked).toHaveLength(2)
  })
})

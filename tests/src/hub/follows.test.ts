import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type FollowedChange, type Follows, follows } from '../../../src/hub/follows.ts'
import { orderLookup } from '../../../src/hub/orders.ts'
import { outbox } from '../../../src/hub/outbox.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { fixedClock, type MovableClock, movableClock } from '../../../src/runtime/clock.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'

const personal = personalData('11'.repeat(32))
const minuteMs = 60_000
let fresh: FreshDatabase
let clock: MovableClock
let following: Follows
let told: FollowedChange[]

const words = (change: FollowedChange) => {
  told.push(change)
  return { key: change.key, task: 'chat.send', payload: { to: change.conversationId } }
}
const me = { memberId: 'm1', orderId: 'SO1', platform: 'wecom', conversationId: 'LiTing' }

beforeAll(async () => {
  fresh = await freshDatabase()
  await fresh.database.sql`INSERT INTO members (id, name) VALUES ('m1', '小李'), ('m2', '小吴')`
  await fresh.database.sql`INSERT INTO member_roles (member_id, role) VALUES ('m1', 'cs')`
})
afterAll(() => fresh.drop())

beforeEach(async () => {
  const { sql } = fresh.database
  await sql`TRUNCATE follows, outbox, parcels, orders CASCADE`
  await sql`UPDATE members SET active = true`
  await sql`INSERT INTO orders (id, channel, shop, order_no, ordered_at, source, source_modified_at, paid_at, pay_method, paid_fen,
      shipped_at, carrier_code, waybill_no)
    VALUES ('SO1', 'jd', 's', '1', now(), 'jd.pull', now(), now(), 'a', 1, now(), 'YTO', 'YT1')`
  await sql`INSERT INTO parcels (id, order_id, waybill_no, carrier_code, shipped_at, state) VALUES ('P1', 'SO1', 'YT1', 'YTO', now(), 'created')`
  clock = movableClock(fixedClock(Date.parse('2026-11-22T10:05:00+08:00')))
  told = []
  const { database } = fresh
  const lookup = orderLookup(database, personal, clock)
  following = follows({ database, lookup, outbox: outbox(database, personal), clock })
})

const forward = (ms: number) => clock.setOffset(clock.offsetMs() + ms)
const moveTo = async (state: string) =>
  fresh.database.sql`UPDATE parcels SET state = ${state}, sub_state = ${state === 'exception' ? 'stuck' : null}`
const rows = async () => (await fresh.database.sql`SELECT key FROM outbox`).length

describe('following', () => {
  test('is once, ends, and knows orders', async () => {
    expect(await following.follow(me)).toBe('followed')
    expect(await following.follow(me)).toBe('already')
    expect(await following.isFollowed('m1', 'SO1')).toBe(true)
    expect(await following.isFollowed('m2', 'SO1')).toBe(false)
    expect(await following.unfollow('m1', 'SO1')).toBe('unfollowed')
    expect(await following.unfollow('m1', 'SO1')).toBe('not-followed')
    expect(await following.follow({ ...me, orderId: 'SO9' })).toBe('no-order')
  })
})

describe('what changed', () => {
  test('is told once, with the message in the outbox', async () => {
    await following.follow(me)
    await moveTo('collected')
    forward(2 * minuteMs)
    expect(await following.tellChanges(words)).toBe(1)
    expect(told[0]).toMatchObject({
      ...me,
      name: '小李',
      roles: ['cs'],
      order: { id: 'SO1', parcels: [{ state: 'collected' }] },
    })
    expect(await rows()).toBe(1)
    forward(2 * minuteMs)
    expect(await following.tellChanges(words)).toBe(0)
  })

  test('at most once a minute per order and person, and then as it stands', async () => {
    await following.follow(me)
    await moveTo('collected')
    expect(await following.tellChanges(words)).toBe(0)
    forward(minuteMs)
    expect(await following.tellChanges(words)).toBe(1)
    await moveTo('in_transit')
    forward(minuteMs - 1)
    expect(await following.tellChanges(words)).toBe(0)
    await moveTo('exception')
    forward(1)
    expect(await following.tellChanges(words)).toBe(1)
    expect(told.map(({ order }) => order.parcels[0]?.state)).toEqual(['collected', 'exception'])
    expect(new Set(told.map(({ key }) => key)).size).toBe(2)
  })

  test('nothing is told when nothing changed, of other orders, or to who has left', async () => {
    await following.follow(me)
    forward(2 * minuteMs)
    expect(await following.tellChanges(words)).toBe(0)
    await moveTo('delivering')
    await fresh.database.sql`UPDATE members SET active = false WHERE id = 'm1'`
    expect(await following.tellChanges(words)).toBe(0)
    expect(await rows()).toBe(0)
  })

  test('the stage counts as well as the parcels', async () => {
    await following.follow(me)
    await fresh.database.sql`UPDATE orders SET cancelled_at = now(), cancel_reason = 'x'`
    forward(2 * minuteMs)
    expect(await following.tellChanges(words)).toBe(1)
    expect(told[0]?.order.stage).toBe('cancelled')
  })

  test('a failure of the words tells nobody and loses nothing', async () => {
    await following.follow(me)
    await moveTo('collected')
    forward(2 * minuteMs)
    const broken = () => {
      throw new TypeError('no words')
    }
    await expect(following.tellChanges(broken)).rejects.toThrow('no words')
    expect(await rows()).toBe(0)
    expect(await following.tellChanges(words)).toBe(1)
  })

  test('two turns at once tell it once', async () => {
    await following.follow(me)
    await following.follow({ ...me, memberId: 'm2', conversationId: 'WuYue' })
    await moveTo('collected')
    forward(2 * minuteMs)
    const counts = await Promise.all([following.tellChanges(words), following.tellChanges(words)])
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2)
    expect(await rows()).toBe(2)
  })
})

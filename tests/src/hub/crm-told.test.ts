import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { audit } from '../../../src/hub/audit.ts'
import type { CustomerSource } from '../../../src/hub/crm-port.ts'
import { type CrmFeed, crmFeed } from '../../../src/hub/crm-told.ts'
import type { CrmTold } from '../../../src/hub/crm-words.ts'
import { type CustomerMerges, customerMerges } from '../../../src/hub/customer-merge.ts'
import { giftLookup } from '../../../src/hub/gift-facts.ts'
import { type Intake, intake } from '../../../src/hub/intake.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { profileLookup } from '../../../src/hub/profile.ts'
import { sources } from '../../../src/hub/sources.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { Unreachable } from '../../../src/runtime/errors.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { noonMs, sampleOrder } from './sample-order.ts'

const personal = personalData('11'.repeat(32))
const clock = fixedClock(noonMs)
const never = new AbortController().signal
const several = '多渠道活跃'
const phone = '13812345678'
let fresh: FreshDatabase
let desk: Intake
let merges: CustomerMerges
let changed: () => AsyncIterable<readonly CrmTold[]>
let crm: CrmFeed

const source: CustomerSource = {
  name: 'crm',
  pull: async (recordId) => (recordId === 'a1' ? level('V3', 5, recordId) : undefined),
  pullSince: () => changed(),
}
const level = (word: 'V1' | 'V3' | 'V5', atMs: number, id = `l${atMs}`): CrmTold => ({
  id,
  person: { kind: 'phone', value: phone },
  atMs: noonMs + atMs,
  said: { kind: 'level', level: word },
})
const touch = (id: string, channel: 'tmall' | 'miniapp', deed: 'cart' | 'consult', value = phone): CrmTold => ({
  id,
  person: { kind: 'phone', value },
  atMs: noonMs - 60_000,
  said: { kind: 'touch', channel, deed },
})

beforeAll(async () => {
  fresh = await freshDatabase()
  const { database } = fresh
  desk = intake(database, personal, clock, randomIds())
  merges = customerMerges({ database, personal, audit: audit(database, clock), clock, severalChannels: several })
  const heard = sources(database)
  crm = crmFeed({ database, personal, customers: [source], heard, clock, log: silentLog })
})
beforeEach(async () => {
  await fresh.database.sql`TRUNCATE orders, customers, crm_levels, crm_touches, source_cursors, sources CASCADE`
})
afterAll(() => fresh.drop())

const hear = (told: CrmTold) => crm.heard({ connector: 'crm', recordId: told.id, crm: told }, never)
const settle = async () => {
  while ((await merges.settle(100)) > 0);
}
const order = async () => {
  const outcome = await desk.take(sampleOrder({ phone }))
  if (!('id' in outcome)) throw new TypeError(outcome.outcome)
  return outcome.id
}
const profile = async (orderId: string) => {
  await settle()
  const found = await profileLookup(fresh.database, personal).ofOrder(orderId, clock.nowMs(), { arrears: false })
  if (found === undefined) throw new TypeError('no profile')
  return found
}

test('a level reaches the profile and what rules look at; newer wins by the CRM, whatever comes last', async () => {
  const id = await order()
  await hear(level('V5', 20))
  await hear(level('V3', 10))
  expect((await profile(id)).level).toBe('V5')
  expect((await giftLookup(fresh.database).ofOrder(id))?.level).toBe('V5')
  await hear(level('V1', 30))
  expect((await profile(id)).level).toBe('V1')
})

test('who is not known yet has the level from the first order on', async () => {
  await hear(level('V5', 20))
  expect((await profile(await order())).level).toBe('V5')
})

test('a hint is asked for; a record that is gone is not there; another connector is unknown', async () => {
  const id = await order()
  expect(await crm.heard({ connector: 'crm', recordId: 'a1' }, never)).toBe('taken')
  expect((await profile(id)).level).toBe('V3')
  expect(await crm.heard({ connector: 'crm', recordId: 'gone' }, never)).toBe('not-there')
  expect(await crm.heard({ connector: 'other', recordId: 'a1' }, never)).toBe('unknown-connector')
})

test('a cart on 天猫 and a question in the mini program are one customer on three channels, told twice or not', async () => {
  const id = await order()
  for (let time = 0; time < 2; time++) {
    await hear(touch('t1', 'tmall', 'cart'))
    await hear(touch('t2', 'miniapp', 'consult'))
  }
  const found = await profile(id)
  expect(found.channels).toEqual([
    { channel: 'douyin', orders: 1 },
    { channel: 'miniapp', orders: 0 },
    { channel: 'tmall', orders: 0 },
  ])
  expect(found.trail.map(({ channel, deed }) => `${channel} ${deed}`).sort()).toEqual(['miniapp consult', 'tmall cart'])
  expect(found.orders).toBe(1)
  expect(found.tags).toEqual([several])
})

test('a virtual or masked number is nobody', async () => {
  const id = await order()
  await hear(touch('t1', 'tmall', 'cart', '18412345678-3026'))
  await hear(touch('t2', 'miniapp', 'consult', '138****5678'))
  expect((await profile(id)).trail).toEqual([])
  const [row] = await fresh.database.sql`SELECT count(*)::int AS n FROM crm_touches`
  expect(row).toEqual({ n: 0 })
})

test('what no push told is found by the list; a CRM that is away is asked again from where it was', async () => {
  const id = await order()
  // biome-ignore lint/correctness/useYield: a list that fails at once
  changed = async function* () {
    throw new Unreachable('away')
  }
  await crm.pullDue(never)
  const [failed] = await fresh.database.sql`SELECT last_error AS problem FROM sources WHERE name = 'crm.feed'`
  expect(failed).toEqual({ problem: 'not read' })
  await fresh.database.sql`UPDATE source_cursors SET due_at = now()`
  changed = async function* () {
    yield [level('V5', 1)]
    yield [level('V3', 2)]
  }
  await crm.pullDue(never)
  expect((await profile(id)).level).toBe('V3')
  const [healed] = await fresh.database.sql`SELECT last_error AS problem FROM sources WHERE name = 'crm.feed'`
  expect(healed).toEqual({ problem: null })
  changed = async function* () {
    yield [level('V5', 3)]
  }
  await crm.pullDue(never)
  expect((await profile(id)).level).toBe('V3')
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { retention } from '../../../src/hub/retention.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { noonMs } from './sample-order.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

test('bodies of pushes go after 7 days, their keys after 30, touches after 180; what is younger stays', async () => {
  const { sql } = fresh.database
  const days = (n: number) => sql`to_timestamp(${noonMs / 1000 - n * 86_400}::float8)`
  for (const age of [6, 8, 29, 31])
    await sql`
      INSERT INTO source_events (connector, key, about, raw, received_at)
      VALUES ('c', ${String(age)}, '{}', 'x'::bytea, ${days(age)})`
  for (const age of [179, 181])
    await sql`
      INSERT INTO crm_touches (connector, id, kind, value_hash, channel, deed, happened_at)
      VALUES ('c', ${String(age)}, 'phone', 'x'::bytea, 'tmall', 'cart', ${days(age)})`
  await retention(fresh.database, fixedClock(noonMs)).sweep()
  const events = await sql`SELECT key, raw IS NOT NULL AS body FROM source_events ORDER BY key::int`
  expect([...events]).toEqual([
    { key: '6', body: true },
    { key: '8', body: false },
    { key: '29', body: false },
  ])
  expect([...(await sql`SELECT id FROM crm_touches`)]).toEqual([{ id: '179' }])
})

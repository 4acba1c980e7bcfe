import { afterAll, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../../src/db/client.ts'
import { sendBudget } from '../../../src/hub/send-budget.ts'
import { freshDatabase } from '../../kit/database.ts'

const fresh = await freshDatabase()
const second = openDatabase(fresh.target)
const { sql } = fresh.database
afterAll(async () => {
  await second.close()
  await fresh.drop()
})
beforeEach(async () => {
  await sql`TRUNCATE send_budgets`
})

const here = sendBudget(fresh.database)
const there = sendBudget(second)
const perMember = [
  { ms: 60_000, max: 30 },
  { ms: 3_600_000, max: 1_000 },
] as const
const pass = (ms: number) => sql`UPDATE send_budgets SET window_start = window_start - ${ms} * interval '1 ms'`

test('two processes together take exactly what there is', async () => {
  const taken = await Promise.all(Array.from({ length: 50 }, (_, n) => (n % 2 ? here : there).take('user', perMember)))
  expect(taken.filter(({ outcome }) => outcome === 'ok')).toHaveLength(30)
  const waits = taken.flatMap((result) => (result.outcome === 'wait' ? [result.afterMs] : []))
  for (const afterMs of waits) expect(afterMs).toBeGreaterThan(50_000)
  for (const afterMs of waits) expect(afterMs).toBeLessThanOrEqual(65_000)
})

test('receivers have budgets of their own', async () => {
  for (let n = 0; n < 30; n++) await here.take('full', perMember)
  expect((await here.take('full', perMember)).outcome).toBe('wait')
  expect((await here.take('other', perMember)).outcome).toBe('ok')
})

test('a refused take uses up nothing of any window', async () => {
  for (let n = 0; n < 35; n++) await here.take('user', perMember)
  const [hour] = await sql`SELECT sum(used)::int AS used FROM send_budgets WHERE window_ms = 3600000`
  expect(hour?.used).toBe(30)
})

test('the wait it names is long enough, and not by much', async () => {
  for (let n = 0; n < 30; n++) await here.take('user', perMember)
  const refused = await here.take('user', perMember)
  if (refused.outcome !== 'wait') throw new Error('expected to wait')
  await pass(refused.afterMs - 6_000)
  expect((await here.take('user', perMember)).outcome).toBe('wait')
  await pass(6_001)
  expect((await here.take('user', perMember)).outcome).toBe('ok')
})

test('no stretch of a window holds more than it may, wherever it begins', async () => {
  const window = [{ ms: 600, max: 10 }]
  const sent: { beforeMs: number; afterMs: number }[] = []
  const endMs = performance.now() + 2_400
  while (performance.now() < endMs) {
    const beforeMs = performance.now()
    if ((await here.take('user', window)).outcome === 'ok') sent.push({ beforeMs, afterMs: performance.now() })
  }
  // surely within one stretch: the first was not taken before `beforeMs`, the last not after `afterMs`
  const fullest = Math.max(
    ...sent.map(
      ({ beforeMs }) => sent.filter((one) => one.beforeMs >= beforeMs && one.afterMs < beforeMs + 600).length,
    ),
  )
  expect(fullest).toBe(10)
  expect(sent.length).toBeGreaterThanOrEqual(30)
})

test('an hour that is used up stops the minute too', async () => {
  const tight = [
    { ms: 60_000, max: 30 },
    { ms: 3_600_000, max: 3 },
  ]
  for (let n = 0; n < 3; n++) expect((await here.take('user', tight)).outcome).toBe('ok')
  const refused = await here.take('user', tight)
  expect(refused.outcome === 'wait' && refused.afterMs > 3_500_000).toBe(true)
})

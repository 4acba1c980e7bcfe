import { setMaxListeners } from 'node:events'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { clockTicks } from '../../handlers/escalations.ts'
import { openDatabase } from '../../src/db/client.ts'
import { clockEngine } from '../../src/hub/clock-engine.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { defaultClockRules } from '../../src/hub/rungs.ts'
import { hintTasks, pump } from '../../src/jobs/pump.ts'
import type { JobQueue } from '../../src/jobs/queue.ts'
import { schedule } from '../../src/jobs/schedule.ts'
import { type Task, worker } from '../../src/jobs/worker.ts'
import { movableClock, systemClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { testPersonal } from '../kit/cipher.ts'
import { freshDatabase } from '../kit/database.ts'
import { codec } from '../kit/every-card.ts'
import { liesOf, lyingQueue } from '../kit/lying-queue.ts'
import { manyTimers } from '../kit/many-timers.ts'
import { until } from '../kit/until.ts'

// R7f and R7b for the clocks: from the moment a limit is due to the message that leaves, over a queue that lies and a database that
// throws its clients out.

const fresh = await freshDatabase()
const timers = manyTimers(fresh.database)
afterAll(fresh.drop)

let sent: string[] = []
beforeEach(async () => {
  sent = []
  await timers.clean()
})

/** Clocks, outbox and queue of one process, as services.ts joins them. */
function openClocks(queue: JobQueue, name: string, own = fresh.database) {
  const box = outbox(own, testPersonal, { random: () => 0 })
  const send: Task = async (_payload, key) => {
    sent.push(key)
    return { outcome: 'done' }
  }
  const common = { clock: systemClock, log: silentLog }
  const executor = worker({
    outbox: box,
    tasks: { 'chat.send': send },
    wake: () => line.wake(),
    leaseMs: 3_000,
    ...common,
  })
  const line = pump({ outbox: box, queue, executor, patienceMs: 500, ...common })
  const engine = clockEngine({
    database: own,
    time: movableClock(),
    rules: async () => defaultClockRules,
    outbox: box,
    log: silentLog,
    channels: ['wecom'],
    process: name,
  })
  // the real ticks, more often: the test wants to see them meet, not to wait
  const ticks = clockTicks({ engine, codec, wake: line.wake }).map((tick) => ({ ...tick, everyMs: 100 }))
  const stopping = new AbortController()
  setMaxListeners(50, stopping.signal)
  const running = [
    line.run(stopping.signal),
    queue.work(hintTasks(executor), stopping.signal),
    schedule({ ticks, ...common }, stopping.signal),
  ]
  return async () => {
    stopping.abort()
    await Promise.all(running)
  }
}

/** Every limit fired once and not early, every message left once. */
async function allOnce(count: number, ms: number): Promise<void> {
  await until(async () => expect((await timers.wrongs()).open).toBe(0), ms)
  await timers.byDay()
  await until(async () => expect(await timers.waiting()).toBe(0), ms)
  await until(async () => expect(sent.length).toBeGreaterThanOrEqual((await timers.keysWritten()).length), ms)
  const { early, double, told } = await timers.wrongs()
  expect({ early, double, told }).toEqual({ early: 0, double: 0, told: count })
  expect([...sent].sort()).toEqual(await timers.keysWritten())
}

describe('R7f: the queue lies to the clocks', () => {
  test('5 % dropped, 5 % doubled, 5 % late, in two processes: every limit is told once, within the minute', async () => {
    for (let who = 0; who < 5; who++) await timers.put(40, 0, 1_500, `w${who}d`)
    for (let who = 0; who < 5; who++) await timers.makeUrgent(`w${who}d`)
    const stops = [openClocks(lyingQueue(liesOf(11)), 'p1'), openClocks(lyingQueue(liesOf(12)), 'p2')]
    await allOnce(200, 20_000)
    expect(sent.length).toBeGreaterThanOrEqual(100)
    for (const stop of stops) await stop()
  }, 60_000)
})

describe('R7b: Postgres throws its clients out', () => {
  test('again and again while limits fire and are told: each once', async () => {
    for (let who = 0; who < 5; who++) await timers.put(40, 0, 1_500, `w${who}d`)
    for (let who = 0; who < 5; who++) await timers.makeUrgent(`w${who}d`)
    const own = openDatabase(fresh.target, { name: 'clocks' })
    const stop = openClocks(
      lyingQueue(() => 'fair'),
      'p1',
      own,
    )
    for (let cut = 0; cut < 6; cut++) {
      const before = (await timers.wrongs()).open
      await until(
        async () => expect((await timers.wrongs()).open).toBeLessThanOrEqual(Math.max(0, before - 20)),
        10_000,
      )
      await fresh.database.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'clocks'`
    }
    await allOnce(200, 20_000)
    await stop()
    await own.close()
  }, 60_000)
})

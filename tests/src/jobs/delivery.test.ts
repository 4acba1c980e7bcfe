import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../../../src/db/client.ts'
import { type OutboxEntry, outbox } from '../../../src/hub/outbox.ts'
import { bullmqQueue } from '../../../src/jobs/bullmq-queue.ts'
import { hintTasks, pump } from '../../../src/jobs/pump.ts'
import type { JobQueue } from '../../../src/jobs/queue.ts'
import { type Task, worker } from '../../../src/jobs/worker.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { PlatformRefused, Unreachable } from '../../../src/runtime/errors.ts'
import { type LogFields, silentLog } from '../../../src/runtime/log.ts'
import { testPersonal } from '../../kit/cipher.ts'
import { freshDatabase } from '../../kit/database.ts'
import { liesOf, lyingQueue } from '../../kit/lying-queue.ts'
import { hasRedis, ownRedis } from '../../kit/redis.ts'
import { until } from '../../kit/until.ts'

const fresh = await freshDatabase()
const { sql } = fresh.database
afterAll(fresh.drop)

/** Keys in the order the outside world saw them. */
let sent: string[] = []
const logged: (LogFields & { level: string; message: string })[] = []
beforeEach(async () => {
  sent = []
  logged.length = 0
  await sql`TRUNCATE outbox`
})

const box = outbox(fresh.database, testPersonal)
const entry = (key: string, lane?: string, task = 'send'): OutboxEntry => ({ key, task, payload: { key }, lane })
const states = async () => {
  const rows = await sql`SELECT state, count(*)::int AS n FROM outbox GROUP BY state`
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]))
}
const send: Task = async (_payload, key) => {
  sent.push(key)
  return { outcome: 'done' }
}

type Options = {
  tasks?: Record<string, Task>
  patienceMs?: number
  taskMs?: number
  leaseMs?: number
  database?: typeof fresh.database
}

/** Pump, worker and queue of one process, as services.ts joins them. */
function openLine(
  queue: JobQueue,
  { tasks = { send }, patienceMs, taskMs, leaseMs, database = fresh.database }: Options = {},
) {
  const ownBox = outbox(database, testPersonal, { random: () => 0 })
  const log = (level: string, message: string, fields: LogFields = {}) => logged.push({ level, message, ...fields })
  const clock = systemClock
  const executor = worker({
    ...{ outbox: ownBox, tasks, wake: () => line.wake(), clock, log },
    ...(taskMs === undefined ? {} : { taskMs }),
    ...(leaseMs === undefined ? {} : { leaseMs }),
  })
  const line = pump({
    ...{ outbox: ownBox, queue, executor, clock, log },
    ...(patienceMs === undefined ? {} : { patienceMs }),
  })
  const stopping = new AbortController()
  const running = [line.run(stopping.signal), queue.work(hintTasks(executor), stopping.signal)]
  const stop = async () => {
    stopping.abort()
    await Promise.all(running)
    await queue.close()
  }
  stops.push(stop)
  return { wake: line.wake, stop }
}
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const onPostgres = () => bullmqQueue({ target: fresh.target, redisUrl: undefined, log: silentLog })

const deadQueue: JobQueue = {
  ...lyingQueue(() => 'drop'),
  enqueueAll: async () => Promise.reject(new Unreachable('the queue is away')),
}

describe('rows leave', () => {
  test('once each, lanes in order, soon after the wake-up', async () => {
    const line = openLine(onPostgres())
    await box.enqueue(sql, [entry('warm')])
    await until(() => expect(sent).toEqual(['warm']))
    const entries = Array.from({ length: 40 }, (_, n) =>
      entry(`${n % 4}-${String(n).padStart(2, '0')}`, `lane ${n % 4}`),
    )
    await box.enqueue(sql, entries)
    line.wake()
    await until(async () => expect(await states()).toEqual({ done: 41 }))
    expect(sent.slice(1).sort()).toEqual(entries.map(({ key }) => key).sort())
    for (const lane of ['0', '1', '2', '3']) {
      const keys = sent.filter((key) => key.startsWith(`${lane}-`))
      expect(keys).toEqual([...keys].sort())
    }
  })

  test('of two processes, only one carries out each row', async () => {
    openLine(onPostgres())
    const second = openDatabase(fresh.target)
    const { wake, stop } = openLine(onPostgres(), { database: second })
    await box.enqueue(
      sql,
      Array.from({ length: 100 }, (_, n) => entry(`k${n}`)),
    )
    wake()
    await until(async () => expect(await states()).toEqual({ done: 100 }))
    expect(new Set(sent).size).toBe(100)
    expect(sent).toHaveLength(100)
    await stop()
    await second.close()
  })
})

describe('R7f: the queue lies', () => {
  test.each([1, 2, 3])('drops, doubles and delays: every effect once (round %d)', async (round) => {
    openLine(lyingQueue(liesOf(round)), { patienceMs: 500 })
    await box.enqueue(
      sql,
      Array.from({ length: 200 }, (_, n) => entry(`k${n}`, n % 3 ? undefined : `lane ${n % 9}`)),
    )
    await until(async () => expect(await states()).toEqual({ done: 200 }))
    expect(new Set(sent).size).toBe(200)
    expect(sent).toHaveLength(200)
  })

  test('drops everything: the sweep alone is enough', async () => {
    openLine(
      lyingQueue(() => 'drop'),
      { patienceMs: 200 },
    )
    await box.enqueue(
      sql,
      Array.from({ length: 30 }, (_, n) => entry(`k${n}`)),
    )
    await until(async () => expect(await states()).toEqual({ done: 30 }))
    expect(sent).toHaveLength(30)
  })

  test('is away: rows leave without it, at once', async () => {
    const { wake } = openLine(deadQueue, { patienceMs: 60_000 })
    await box.enqueue(
      sql,
      Array.from({ length: 50 }, (_, n) => entry(`k${n}`)),
    )
    wake()
    await until(async () => expect(await states()).toEqual({ done: 50 }), 5_000)
    expect(logged.filter(({ message }) => message.includes('takes no hints')).length).toBeLessThan(10)
  })
})

describe.runIf(hasRedis())('R7a: Redis', () => {
  test('FLUSHALL again and again loses nothing', async () => {
    const redis = await ownRedis()
    const queue = bullmqQueue({ target: fresh.target, redisUrl: redis.url, log: silentLog })
    openLine(queue, { patienceMs: 1_000 })
    const keys: string[] = []
    for (let round = 0; round < 10; round++) {
      const batch = Array.from({ length: 20 }, () => entry(randomUUID()))
      keys.push(...batch.map(({ key }) => key))
      await box.enqueue(sql, batch)
      await redis.command('FLUSHALL')
    }
    await until(async () => expect(await states()).toEqual({ done: 200 }))
    expect(sent.sort()).toEqual(keys.sort())
    for (const stop of stops.splice(0)) await stop()
    await redis.stop()
  })

  test('full: hints are refused, rows leave all the same', async () => {
    const redis = await ownRedis()
    await redis.command('CONFIG', 'SET', 'maxmemory', '1')
    const queue = bullmqQueue({ target: fresh.target, redisUrl: redis.url, log: silentLog })
    openLine(queue)
    await box.enqueue(
      sql,
      Array.from({ length: 20 }, (_, n) => entry(`k${n}`)),
    )
    await until(async () => expect(await states()).toEqual({ done: 20 }))
    expect(sent).toHaveLength(20)
    for (const stop of stops.splice(0)) await stop()
    await redis.stop()
  })

  test('killed and back: nothing is lost, nothing comes twice', async () => {
    const redis = await ownRedis()
    const queue = bullmqQueue({ target: fresh.target, redisUrl: redis.url, log: silentLog })
    openLine(queue, { patienceMs: 1_000 })
    await box.enqueue(sql, [entry('before')])
    await until(() => expect(sent).toEqual(['before']))
    await redis.kill()
    await box.enqueue(sql, [entry('meanwhile')])
    await until(() => expect(sent).toEqual(['before', 'meanwhile']))
    await redis.start()
    await until(() => queue.enqueue({ task: 'nothing', key: 'ping', payload: null }))
    await box.enqueue(sql, [entry('after')])
    await until(async () => expect(await states()).toEqual({ done: 3 }))
    expect(sent).toEqual(['before', 'meanwhile', 'after'])
    for (const stop of stops.splice(0)) await stop()
    await redis.stop()
  })
})

describe('failures', () => {
  const failing = (error: () => Error) => ({ send: async () => Promise.reject(error()) })

  test('what is worth another try gets one; the reason is free of phone numbers', async () => {
    openLine(deadQueue, { tasks: failing(() => new Unreachable('no answer for 17000009354')) })
    await box.enqueue(sql, [entry('a')])
    await until(async () => {
      const [row] = await sql`SELECT state, attempts, last_error AS reason FROM outbox`
      expect(row).toEqual({ state: 'ready', attempts: 1, reason: 'Unreachable: no answer for 170****9354' })
    })
  })

  test('what is not is a dead letter after one try, with an alarm', async () => {
    const refused = () => new PlatformRefused('wrong secret', { retryable: false })
    openLine(deadQueue, { tasks: failing(refused) })
    await box.enqueue(sql, [entry('a')])
    await until(async () => expect(await box.deadLetters(5)).toMatchObject([{ key: 'a', attempts: 1 }]))
    await until(() => expect(logged).toContainEqual(expect.objectContaining({ level: 'error', key: 'a', alarm: true })))
  })

  test('R10: one that never ends is cut off and told so, and the others flow on', async () => {
    const aborted: string[] = []
    const stuck: Task = (_payload, key, stop) => {
      stop.addEventListener('abort', () => aborted.push(key))
      return new Promise(() => {})
    }
    openLine(onPostgres(), { tasks: { send, stuck }, taskMs: 300 })
    await box.enqueue(sql, [entry('stuck', 'a', 'stuck'), entry('flows', 'b')])
    await until(() => expect(sent).toEqual(['flows']))
    await until(async () => {
      const [row] = await sql`SELECT attempts, last_error AS reason FROM outbox WHERE key = 'stuck'`
      expect(row).toEqual({ attempts: 1, reason: 'cut off after 0.3 s' })
    })
    expect(aborted).toEqual(['stuck'])
  })

  test('R10: one that always fails is dead after 8 tries; replay works once', async () => {
    let broken = true
    const tasks: Record<string, Task> = {
      send: async (_payload, key) => {
        if (broken) throw new Error('a bug')
        sent.push(key)
        return { outcome: 'done' }
      },
    }
    openLine(deadQueue, { tasks })
    await box.enqueue(sql, [entry('a')])
    await until(async () => {
      await sql`UPDATE outbox SET due_at = now() WHERE state = 'ready'`
      expect(await box.deadLetters(5)).toMatchObject([{ key: 'a', attempts: 8, reason: 'Error: a bug' }])
    })
    broken = false
    expect(await box.replay('a')).toBe('replayed')
    await until(async () => expect(await states()).toEqual({ done: 1 }))
    expect(await box.replay('a')).toBe('not-dead')
    expect(sent).toEqual(['a'])
  })

  test('a row of a newer release waits for it', async () => {
    openLine(deadQueue)
    await box.enqueue(sql, [entry('a', undefined, 'unheard of')])
    await until(async () => {
      const [row] = await sql`SELECT state, last_error AS reason FROM outbox`
      expect(row).toEqual({ state: 'ready', reason: 'no task unheard of in this release' })
    })
  })

  test('a task longer than the lease keeps its row', async () => {
    const slow: Task = async (_payload, key) => {
      await new Promise((resolve) => setTimeout(resolve, 900))
      sent.push(key)
      return { outcome: 'done' }
    }
    openLine(deadQueue, { tasks: { send: slow }, leaseMs: 300 })
    await box.enqueue(sql, [entry('a')])
    await until(async () => expect(await states()).toEqual({ done: 1 }))
    expect(sent).toEqual(['a'])
  })

  test('R7b: connections cut in the middle of it: all leave, and what was sent is marked rather than sent again', async () => {
    const own = openDatabase(fresh.target)
    const { stop } = openLine(onPostgres(), { database: own, patienceMs: 1_000, leaseMs: 3_000 })
    const keys = Array.from({ length: 150 }, (_, n) => `k${n}`)
    await box.enqueue(
      sql,
      keys.map((key) => entry(key)),
    )
    const killer = openDatabase(fresh.target, { max: 1, name: 'killer' })
    for (let cut = 0; cut < 5; cut++) {
      await until(() => expect(sent.length).toBeGreaterThan(cut * 20))
      await killer.sql`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name <> 'killer'`
    }
    await killer.close()
    await until(async () => expect(await states()).toEqual({ done: 150 }), 25_000)
    expect([...new Set(sent)].sort()).toEqual(keys.sort())
    expect(sent.length).toBe(150)
    await stop()
    await own.close()
  })
})

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FaultPoint } from '../../src/runtime/fault.ts'
import { freshDatabase } from '../kit/database.ts'
import { hasRedis, ownRedis } from '../kit/redis.ts'
import { until } from '../kit/until.ts'

// R5, R7a and R3 for the clocks: processes that are killed, whose own clocks are wrong, whose Redis is wiped or was never there.

const fresh = await freshDatabase()
const { sql } = fresh.database

/** How often each message reached the outside, by key. */
const got = new Map<string, number>()
const effects = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    const { key } = JSON.parse(body) as { key: string }
    got.set(key, (got.get(key) ?? 0) + 1)
    response.end('ok')
  })
}).listen(0, '127.0.0.1')
await once(effects, 'listening')
const { port } = effects.address() as { port: number }

afterAll(async () => {
  effects.closeAllConnections()
  effects.close()
  await fresh.drop()
})

type Child = { readonly process: ChildProcess; readonly exited: Promise<unknown> }
const children: Child[] = []
beforeEach(async () => {
  got.clear()
  await sql`TRUNCATE orders, members, outbox, deadlines, escalations CASCADE`
})
afterEach(async () => {
  for (const child of children.splice(0)) await end(child)
})

async function end({ process, exited }: Child): Promise<void> {
  process.kill('SIGKILL')
  await exited
}

async function start(more: { fault?: string; skewMs?: number; redisUrl?: string } = {}): Promise<Child> {
  const { fault = '', skewMs = 0, redisUrl } = more
  const script = fileURLToPath(new URL('./clock-kill-child.ts', import.meta.url))
  const given = { target: fresh.target, effects: `http://127.0.0.1:${port}/`, skewMs, redisUrl }
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(given)], {
    env: { ...process.env, CHADAN_FAULT: fault },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const started = { process: child, exited: once(child, 'exit') }
  children.push(started)
  await once(createInterface({ input: child.stdout }), 'line')
  return started
}

const directors = 20
/** Hands of one process: what the queue and the pump carry out side by side. */
const mostAtOnce = 12

/** `count` returns whose day ends evenly over the next `spreadMs` from `inMs` on, each for one director of its own. */
async function putTimers(count: number, inMs: number, spreadMs: number): Promise<void> {
  await sql`INSERT INTO members (id, name) SELECT 'd' || i, 'd' || i FROM generate_series(0, ${directors - 1}) i`
  await sql`INSERT INTO member_roles (member_id, role) SELECT id, 'director' FROM members`
  await sql`INSERT INTO member_accounts (platform, user_id, member_id) SELECT 'wecom', id, id FROM members`
  await sql`INSERT INTO orders (id, channel, shop, order_no, ordered_at, source, source_modified_at)
    SELECT 'SO' || i, 'jd', 's', 'N' || i, now(), 'jd.pull', now() FROM generate_series(1, ${count}) i`
  await sql`INSERT INTO returns (id, order_id, reason, applied_at)
    SELECT 'TH' || i, 'SO' || i, 'r', date_trunc('milliseconds', now() - interval '24 hours' + (${inMs}::float8 + ${spreadMs}::float8 * i / ${count}) * interval '1 ms')
    FROM generate_series(1, ${count}) i`
  await sql`INSERT INTO deadlines (subject, clock, rung, basis_at, due_at, plan)
    SELECT 'return:' || id, 'return_total', 2, applied_at, applied_at + interval '24 hours',
      jsonb_build_object('step', 'director', 'tell', jsonb_build_object('members', jsonb_build_array('d' || (substr(id, 3)::int % ${directors}))))
    FROM returns`
}

const wrongs = async () => {
  const [row] = await sql<{ open: number; early: number; lateMs: number; double: number; told: number }[]>`
    SELECT count(*) FILTER (WHERE state = 'open')::int AS open, count(*) FILTER (WHERE fired_at < due_at)::int AS early,
      coalesce(max(extract(epoch FROM fired_at - due_at) * 1000), 0)::float8 AS "lateMs",
      (SELECT count(*) FROM (SELECT 1 FROM escalations GROUP BY deadline_id HAVING count(*) > 1) x)::int AS double,
      (SELECT count(DISTINCT deadline_id) FROM escalations)::int AS told
    FROM deadlines`
  if (row === undefined) throw new Error('no row')
  return row
}
const allFired = (ms: number) => until(async () => expect((await wrongs()).open).toBe(0), ms)
/** Quiet hours keep messages for the morning: what is told is looked at by day alone. */
const allLeft = (ms: number) =>
  until(async () => {
    const states = await sql`SELECT DISTINCT state FROM outbox`
    expect(states).toEqual([{ state: 'done' }])
  }, ms)
const byDay = async () => {
  // an urgent row rings at any hour, so the suite holds at night
  await sql`UPDATE escalations SET urgent = true WHERE state = 'waiting'`
}

describe('R5: a thousand timers', () => {
  test('two processes with clocks ten minutes off that jump, one killed and started again in the middle', async () => {
    await putTimers(1_000, 4_000, 12_000)
    const one = await start({ skewMs: 600_000 })
    await start({ skewMs: -600_000 })
    await until(async () => expect((await wrongs()).open).toBeLessThan(700), 20_000)
    await end(one)
    await start({ skewMs: 300_000 })
    await allFired(30_000)
    const { early, double, told, lateMs } = await wrongs()
    expect({ early, double, told }).toEqual({ early: 0, double: 0, told: 1_000 })
    // the one that lived was there all the time
    expect(lateMs).toBeLessThanOrEqual(5_000)
  }, 60_000)
})

describe('R3: killed on the way of a message', () => {
  const points: readonly FaultPoint[] = ['timer.claimed', 'outbox.claimed', 'send.before', 'send.after', 'mark.before']
  test.each(points)(
    'at %s: every rung fires once, every message arrives, none more than twice',
    async (point) => {
      await putTimers(100, -2_000, 0)
      await sql`UPDATE returns SET applied_at = applied_at - interval '47 hours'`
      await sql`UPDATE deadlines d SET basis_at = r.applied_at FROM returns r WHERE d.subject = 'return:' || r.id`
      const child = await start({ fault: point === 'timer.claimed' ? point : `${point}:3` })
      await child.exited
      expect(child.process.signalCode).toBe('SIGKILL')
      await start()
      await allFired(15_000)
      await byDay()
      await until(
        async () => expect(await sql`SELECT 1 FROM escalations WHERE state = 'waiting'`).toHaveLength(0),
        15_000,
      )
      await allLeft(20_000)
      const { early, double, told } = await wrongs()
      expect({ early, double, told }).toEqual({ early: 0, double: 0, told: 100 })
      const keys = (await sql<{ key: string }[]>`SELECT key FROM outbox`).map(({ key }) => key)
      expect([...got.keys()].sort()).toEqual(keys.sort())
      // messages to different people are under way at the same time: each of them may have been sent and not marked
      expect(Math.max(...got.values())).toBeLessThanOrEqual(2)
      expect([...got.values()].filter((times) => times > 1).length).toBeLessThanOrEqual(mostAtOnce)
    },
    60_000,
  )
})

describe.runIf(hasRedis())('R7a: Redis', () => {
  test('absent at the start, then there, wiped again and again, then gone: every rung fires and arrives once', async () => {
    const redis = await ownRedis({ started: false })
    try {
      await putTimers(400, 3_000, 12_000)
      await sql`UPDATE returns SET applied_at = applied_at - interval '47 hours'`
      await sql`UPDATE deadlines d SET basis_at = r.applied_at FROM returns r WHERE d.subject = 'return:' || r.id`
      await start({ redisUrl: redis.url })
      await until(async () => expect((await wrongs()).open).toBeLessThan(350), 20_000)
      await redis.start()
      for (let round = 0; round < 5; round++) {
        const before = (await wrongs()).open
        await until(async () => expect((await wrongs()).open).toBeLessThanOrEqual(Math.max(0, before - 20)), 15_000)
        await redis.command('FLUSHALL')
      }
      await redis.kill()
      await allFired(30_000)
      await byDay()
      await until(
        async () => expect(await sql`SELECT 1 FROM escalations WHERE state = 'waiting'`).toHaveLength(0),
        15_000,
      )
      await allLeft(30_000)
      const { early, double, told } = await wrongs()
      expect({ early, double, told }).toEqual({ early: 0, double: 0, told: 400 })
      expect([...got.values()].every((times) => times === 1)).toBe(true)
      const messages = await sql`SELECT 1 FROM outbox`
      expect(got.size).toBe(messages.length)
    } finally {
      await redis.stop()
    }
  }, 90_000)
})

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { taskIdOf } from '../../bot/wecom/card.ts'
import type { FaultPoint } from '../../src/runtime/fault.ts'
import { startFakeWecom } from '../fakes/wecom-server.ts'
import { freshDatabase } from '../kit/database.ts'
import { manyTimers } from '../kit/many-timers.ts'
import { hasRedis, ownRedis } from '../kit/redis.ts'
import { until } from '../kit/until.ts'

// R5, R7a and R3 for the clocks: processes that are killed, whose own clocks are wrong, whose Redis is wiped or was never there.

const fresh = await freshDatabase()
const { sql } = fresh.database
const timers = manyTimers(fresh.database)

const wecom = await startFakeWecom()
/** How often each message reached somebody who shows whatever comes, by key. */
const got = new Map<string, number>()
const effects = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    const { key } = JSON.parse(body) as { key: string }
    got.set(key, (got.get(key) ?? 0) + 1)
    // as far away as a platform is: without that hardly two are under way together
    setTimeout(() => response.end('ok'), 25)
  })
}).listen(0, '127.0.0.1')
await once(effects, 'listening')
const { port } = effects.address() as { port: number }

afterAll(async () => {
  effects.closeAllConnections()
  effects.close()
  await wecom.close()
  await fresh.drop()
})

type Child = { readonly process: ChildProcess; readonly exited: Promise<unknown> }
const children: Child[] = []
beforeEach(async () => {
  got.clear()
  wecom.world.messages.length = 0
  await timers.clean()
})
afterEach(async () => {
  for (const child of children.splice(0)) await end(child)
})

async function end({ process, exited }: Child): Promise<void> {
  process.kill('SIGKILL')
  await exited
}

type Start = { readonly fault?: string; readonly skewMs?: number; readonly redisUrl?: string; readonly robot?: string }

async function start({ fault = '', skewMs = 0, redisUrl, robot }: Start = {}): Promise<Child> {
  const script = fileURLToPath(new URL('./clock-kill-child.ts', import.meta.url))
  const given = { target: fresh.target, wecom: wecom.config, skewMs, redisUrl, robot }
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(given)], {
    env: { ...process.env, CHADAN_FAULT: fault },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const started = { process: child, exited: once(child, 'exit') }
  children.push(started)
  await once(createInterface({ input: child.stdout }), 'line')
  return started
}

const { put: putTimers, makeUrgent, byDay, wrongs, waiting, keysWritten } = timers
const allFired = (ms: number) => until(async () => expect((await wrongs()).open).toBe(0), ms)
/** Quiet hours keep messages for the morning: what is told is looked at by day alone. */
const allLeft = (ms: number) =>
  until(async () => {
    const states = await sql`SELECT DISTINCT state FROM outbox`
    expect(states).toEqual([{ state: 'done' }])
  }, ms)
describe('R5: a thousand timers', () => {
  test('two processes with clocks ten minutes off that jump, one killed and started again in the middle', async () => {
    await putTimers(1_000, 3_000, 6_000)
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

/** Everything that had to be told has been told and has left. */
async function settled(): Promise<void> {
  await allFired(15_000)
  await byDay()
  await until(async () => expect(await waiting()).toBe(0), 15_000)
  await allLeft(20_000)
}

const shown = () => wecom.world.messages.map(({ taskId }) => taskId ?? '').sort()
const sends = () => wecom.calls.filter((path) => path === '/cgi-bin/message/send').length

describe('R3: killed on the way of a message', () => {
  test('at every point, one after the other: every rung fires once, and in WeCom every message stands once', async () => {
    const points: readonly FaultPoint[] = [
      'timer.claimed',
      'outbox.claimed',
      'send.before',
      'send.after',
      'mark.before',
    ]
    const sendsBefore = sends()
    for (const [n, point] of points.entries()) {
      await putTimers(40, -2_000, 0, `p${n}d`)
      await makeUrgent(`p${n}d`)
      const child = await start({ fault: point === 'timer.claimed' ? point : `${point}:3` })
      await child.exited
      expect(child.process.signalCode, point).toBe('SIGKILL')
    }
    await start()
    await settled()
    const { early, double, told } = await wrongs()
    expect({ early, double, told }).toEqual({ early: 0, double: 0, told: 200 })
    expect(shown()).toEqual((await keysWritten()).map(taskIdOf).sort())
    expect(wecom.world.dropped).toEqual([])
    // the kills did leave messages in doubt, and they were sent again: it is the platform that tells them from new ones
    expect(sends() - sendsBefore).toBeGreaterThan(shown().length)
  }, 90_000)

  test('where the platform cannot tell a repeat, only the one that was under way comes twice', async () => {
    await putTimers(60, -2_000, 0)
    await makeUrgent()
    const robot = `http://127.0.0.1:${port}/`
    const child = await start({ fault: 'send.after:3', robot })
    await child.exited
    expect(child.process.signalCode).toBe('SIGKILL')
    await start({ robot })
    await settled()
    expect([...got.keys()].sort()).toEqual(await keysWritten())
    expect([...got.values()].filter((times) => times > 1)).toEqual([2])
  }, 60_000)
})

describe.runIf(hasRedis())('R7a: Redis', () => {
  test('absent at the start, then there, wiped again and again, then gone: every rung fires and arrives once', async () => {
    const redis = await ownRedis({ started: false })
    try {
      await putTimers(400, 2_000, 6_000)
      await makeUrgent()
      await start({ redisUrl: redis.url })
      await until(async () => expect((await wrongs()).open).toBeLessThan(350), 20_000)
      await redis.start()
      for (let round = 0; round < 5; round++) {
        const before = (await wrongs()).open
        await until(async () => expect((await wrongs()).open).toBeLessThanOrEqual(Math.max(0, before - 20)), 15_000)
        await redis.command('FLUSHALL')
      }
      await redis.kill()
      await settled()
      const { early, double, told } = await wrongs()
      expect({ early, double, told }).toEqual({ early: 0, double: 0, told: 400 })
      expect(shown()).toEqual((await keysWritten()).map(taskIdOf).sort())
    } finally {
      await redis.stop()
    }
  }, 90_000)
})

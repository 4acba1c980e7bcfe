import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TextEvent } from '../../src/chat/event.ts'
import type { FaultPoint } from '../../src/runtime/fault.ts'
import { freshDatabase } from '../kit/database.ts'
import { until } from '../kit/until.ts'

const fresh = await freshDatabase()
const { sql } = fresh.database

/** Every message the outside world got, by the event it answers, with how often. */
const got = new Map<string, number>()
const effects = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    const { key } = JSON.parse(body) as { key: string }
    const event = key.replace(/^wecom:|:(follow[.]0|late)$/g, '')
    got.set(event, (got.get(event) ?? 0) + 1)
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

type Desk = { readonly url: string; readonly child: ChildProcess; readonly exited: Promise<unknown> }
const desks: Desk[] = []
beforeEach(async () => {
  got.clear()
  await sql`TRUNCATE inbox, outbox, query_log`
})
afterEach(async () => {
  for (const { child, exited } of desks.splice(0)) {
    child.kill('SIGKILL')
    await exited
  }
})

async function startDesk(fault?: string): Promise<Desk> {
  const script = fileURLToPath(new URL('./kill-child.ts', import.meta.url))
  const args = JSON.stringify({ target: fresh.target, effects: `http://127.0.0.1:${port}/` })
  const child = spawn(process.execPath, ['--import', 'tsx', script, args], {
    env: { ...process.env, CHADAN_FAULT: fault ?? '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const [url] = (await once(lines, 'line')) as [string]
  const desk = { url, child, exited }
  desks.push(desk)
  return desk
}

const event = (id: string): TextEvent => ({
  ...{ kind: 'text', id, platform: 'wecom', text: id, sentAtMs: Date.now() },
  conversation: { platform: 'wecom', kind: 'direct', id: 'LiTing' },
  sender: { id: 'LiTing', trusted: true },
})

/** The answer as the platform sees it; undefined when there was none, and the platform will deliver again. */
async function deliver(desk: Desk, id: string): Promise<string | undefined> {
  try {
    const response = await fetch(desk.url, { method: 'POST', body: JSON.stringify(event(id)) })
    return response.ok ? await response.text() : undefined
  } catch {
    return undefined
  }
}

const ids = Array.from({ length: 12 }, (_, n) => `e${n}`)

/** Nothing answered is lost, nothing is handled twice, and what left is known under its key. */
async function checkAfter(answers: ReadonlyMap<string, string>, mostDoubles: number): Promise<void> {
  const restartedAtMs = performance.now()
  const desk = await startDesk()
  for (const id of ids) {
    const again = await deliver(desk, id)
    if (answers.has(id)) expect(again).toBe(answers.get(id))
  }
  expect(performance.now() - restartedAtMs).toBeLessThan(10_000)
  await until(() => expect([...got.keys()].sort()).toEqual([...ids].sort()))
  await until(async () => expect(await sql`SELECT DISTINCT state FROM outbox`).toEqual([{ state: 'done' }]))
  const doubles = [...got.values()].reduce((sum, times) => sum + times - 1, 0)
  expect(doubles).toBeLessThanOrEqual(mostDoubles)
  expect((await sql`SELECT count(*)::int AS n FROM inbox WHERE answered_at IS NOT NULL`)[0]?.n).toBe(ids.length)
}

describe('R1 and R3: killed in the middle of it', () => {
  const points: readonly FaultPoint[] = [
    'inbox.inserted',
    'commit.before',
    'commit.after',
    'ack.before',
    'outbox.claimed',
    'send.before',
    'send.after',
    'mark.before',
  ]
  // R3: at most one duplicate per kill. What takes these messages cannot tell a repeat from a new one.
  const mostDoubles = 1
  test.each(points)('at %s: nothing answered is lost, at most one message comes twice', async (point) => {
    const desk = await startDesk(`${point}:4`)
    const answers = new Map<string, string>()
    for (const id of ids) {
      const answer = await deliver(desk, id)
      if (answer !== undefined) answers.set(id, answer)
    }
    await desk.exited
    expect(desk.child.signalCode).toBe('SIGKILL')
    await checkAfter(answers, mostDoubles)
  })

  test('at random moments, under load', async () => {
    const answers = new Map<string, string>()
    for (let round = 0; round < 3; round++) {
      const desk = await startDesk()
      const deliveries = ids.map(async (id) => {
        const answer = await deliver(desk, id)
        if (answer !== undefined && answer !== '{"kind":"none"}') answers.set(id, answer)
      })
      const enough = Math.floor(Math.random() * ids.length)
      await until(() => expect(answers.size + got.size).toBeGreaterThanOrEqual(Math.min(enough, 6)))
      desk.child.kill('SIGKILL')
      await Promise.all([desk.exited, ...deliveries])
    }
    await checkAfter(answers, 3)
  })
})

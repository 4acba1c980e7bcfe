import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TextEvent } from '../../src/chat/event.ts'
import type { FaultPoint } from '../../src/runtime/fault.ts'
import { putReturn } from '../kit/clock-desk.ts'
import { freshDatabase } from '../kit/database.ts'
import { until } from '../kit/until.ts'

// Approvals by the chat, the desk killed on the way: every return is decided once, whoever tapped hears the same when asked again.

const fresh = await freshDatabase()
const { sql } = fresh.database

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

const returns = ['TH2611230001', 'TH2611230002', 'TH2611230003', 'TH2611230004'] as const
type Desk = { readonly url: string; readonly child: ChildProcess; readonly exited: Promise<unknown> }
const desks: Desk[] = []
beforeEach(async () => {
  got.clear()
  await sql`TRUNCATE inbox, outbox, drafts, query_log, chat_memory, send_budgets, card_copies, orders, members CASCADE`
  for (const [id, name, role] of [
    ['lead', '小林', 'cs_lead'],
    ['keeper', '小周', 'warehouse'],
  ] as const) {
    await sql`INSERT INTO members (id, name) VALUES (${id}, ${name})`
    await sql`INSERT INTO member_roles (member_id, role) VALUES (${id}, ${role})`
    await sql`INSERT INTO member_accounts (platform, user_id, member_id) VALUES ('wecom', ${id}, ${id})`
  }
  for (const id of returns) await putReturn(sql, id, { appliedAtMs: Date.now() - 60_000 })
})
afterEach(async () => {
  for (const { child, exited } of desks.splice(0)) {
    child.kill('SIGKILL')
    await exited
  }
})

async function startDesk(fault = ''): Promise<Desk> {
  const script = fileURLToPath(new URL('./approval-kill-child.ts', import.meta.url))
  const args = JSON.stringify({ target: fresh.target, effects: `http://127.0.0.1:${port}/` })
  const child = spawn(process.execPath, ['--import', 'tsx', script, args], {
    env: { ...process.env, CHADAN_FAULT: fault },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const desk = { url, child, exited }
  desks.push(desk)
  return desk
}

const said = (id: string, text: string): TextEvent => ({
  ...{ kind: 'text', id, platform: 'wecom', text, sentAtMs: Date.now() },
  conversation: { platform: 'wecom', kind: 'direct', id: 'lead' },
  sender: { id: 'lead', trusted: true },
})

const events = returns.flatMap((id, n) => [said(`e${n}a`, `${id} 通过`), said(`e${n}b`, '确认')])

async function deliver(desk: Desk, event: TextEvent): Promise<string | undefined> {
  try {
    const response = await fetch(desk.url, { method: 'POST', body: JSON.stringify(event) })
    return response.ok ? await response.text() : undefined
  } catch {
    return undefined
  }
}

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

describe('R1 and R6: killed while a return is decided', () => {
  test.each(points)(
    'at %s: each is decided once, and what was answered stays answered',
    async (point) => {
      const inTalk = ['inbox.inserted', 'commit.before', 'commit.after', 'ack.before'].includes(point)
      const first = await startDesk(`${point}:${inTalk ? 4 : 2}`)
      const answers = new Map<string, string>()
      for (const event of events) {
        const answer = await deliver(first, event)
        if (answer === undefined) break
        answers.set(event.id, answer)
      }
      await first.exited
      expect(first.child.signalCode).toBe('SIGKILL')
      const second = await startDesk()
      for (const event of events) {
        const again = await until(async () => {
          const answer = await deliver(second, event)
          if (answer === undefined) throw new Error('not taken yet')
          return answer
        }, 10_000)
        if (answers.has(event.id)) expect(again).toBe(answers.get(event.id))
      }
      await until(async () => {
        const levels = await sql<{ id: string; by: string | null }[]>`
        SELECT return_id AS id, decided_by AS by FROM approval_levels WHERE level = 1 AND state = 'approved' ORDER BY return_id`
        expect([...levels]).toEqual(returns.map((id) => ({ id, by: 'lead' })))
      }, 15_000)
      const deeds = await sql<{ subject: string; n: number }[]>`
      SELECT subject, count(*)::int AS n FROM audit WHERE action = 'approval.approve' AND subject LIKE 'return:%'
        AND at > now() - interval '1 hour' AND subject = ANY(${returns.map((id) => `return:${id}`)}::text[])
        AND seq > ${auditStart} GROUP BY subject ORDER BY subject`
      expect([...deeds]).toEqual(returns.map((id) => ({ subject: `return:${id}`, n: 1 })))
      const open = await sql`SELECT 1 FROM approval_levels WHERE level = 2 AND state = 'pending'`
      expect(open).toHaveLength(returns.length)
      // R3 for cards: whoever has to decide next has one card of each return, whatever died on the way
      const cards = () => sql<{ subject: string; key: string }[]>`
        SELECT subject, outbox_key AS key FROM card_copies WHERE kind = 'approval' AND level = 2 AND member_id = 'keeper'
        ORDER BY subject`
      await until(
        async () => expect((await cards()).map(({ subject }) => subject)).toEqual(returns.map((id) => `return:${id}`)),
        20_000,
      )
      await until(async () => {
        const states = await sql<{ state: string }[]>`SELECT DISTINCT state FROM outbox`
        expect(states.every(({ state }) => state === 'done')).toBe(true)
      }, 15_000)
      for (const { key } of await cards()) expect(got.get(key), key).toBeGreaterThanOrEqual(1)
      expect([...got.values()].reduce((sum, times) => sum + times - 1, 0)).toBeLessThanOrEqual(1)
    },
    60_000,
  )
})

/** The chain is never truncated: what stood there before this test. */
let auditStart = 0n
beforeEach(async () => {
  const [row] = await sql<{ seq: bigint | null }[]>`SELECT max(seq) AS seq FROM audit`
  auditStart = row?.seq ?? 0n
})

import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { queryLog } from '../../../src/hub/query-log.ts'
import { retention } from '../../../src/hub/retention.ts'
import { settings } from '../../../src/hub/settings.ts'
import { transcript } from '../../../src/hub/transcript.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { testPersonal } from '../../kit/cipher.ts'
import { freshDatabase } from '../../kit/database.ts'

const fresh = await freshDatabase()
const { sql } = fresh.database
afterAll(fresh.drop)

const nowMs = Date.parse('2026-11-22T02:00:00Z')
const day = 24 * 3_600_000

describe('query log', () => {
  beforeEach(async () => {
    await sql`TRUNCATE query_log`
  })
  const ask = (question: string, slots: Record<string, unknown> = {}) =>
    queryLog(fresh.database, fixedClock(nowMs)).record({
      event: { platform: 'wecom', conversation: { id: 'LiTing', kind: 'direct' } },
      memberId: 'm1',
      question,
      trace: { intent: 'order.list', slots, expect: 'answer' },
      latencyMs: 12.6,
    })

  test.each([
    ['17000009354 最近三天的单', '170****9354 最近三天的单'],
    ['电话170 0000 9354', '电话170****9354'],
    ['170-0000-9354到哪了', '170****9354到哪了'],
    ['+86 17000009354', '+86 170****9354'],
    ['１７０００００９３５４', '170****9354'],
    ['6936476692437472563 到哪了', '6936476692437472563 到哪了'],
    ['75894561230147', '75894561230147'],
    ['a\0b\ud800', 'ab\ufffd'],
  ])('keeps %j as %j', async (question, kept) => {
    await ask(question)
    const [row] = await sql`SELECT question, latency_ms AS ms, at = ${new Date(nowMs)} AS "rightTime" FROM query_log`
    expect(row).toEqual({ question: kept, ms: 13, rightTime: true })
  })

  test('masks phones in slots and survives what jsonb refuses', async () => {
    await ask('x', { phone: '17000009354', names: ['a\0'], date: { raw: '昨天\ud800' }, nothing: undefined })
    const [row] = await sql`SELECT slots FROM query_log`
    expect(row?.slots).toEqual({ phone: '170****9354', names: ['a'], date: { raw: '昨天\ufffd' } })
  })

  test('a 10,000-character question is kept short', async () => {
    await ask('🚚'.repeat(10_000))
    const [row] = await sql`SELECT char_length(question) AS chars FROM query_log`
    expect(row?.chars).toBe(500)
  })
})

test('transcript: lines since a number, per conversation and platform, encrypted at rest', async () => {
  const play = transcript(fresh.database, testPersonal, 'play')
  const first = await play.append('c1', nowMs, { text: '17000009354' })
  await play.append('c2', nowMs, { text: 'other' })
  const second = await play.append('c1', nowMs + 1, { text: 'second' })
  expect(await play.since('c1', 0, 10)).toEqual([
    { seq: first, atMs: nowMs, entry: { text: '17000009354' } },
    { seq: second, atMs: nowMs + 1, entry: { text: 'second' } },
  ])
  expect(await play.since('c1', first, 10)).toHaveLength(1)
  expect(await play.since('c1', 0, 1)).toHaveLength(1)
  expect(await transcript(fresh.database, testPersonal, 'elsewhere').since('c1', 0, 10)).toEqual([])
  const [row] = await sql`SELECT string_agg(entry::text, '') AS text FROM transcript`
  expect(row?.text).not.toContain('17000009354')
})

test('settings: put, get, and the first of many to say something', async () => {
  const facts = settings(fresh.database)
  expect(await facts.get('a')).toBeUndefined()
  await facts.put('a', { n: 1 })
  await facts.put('a', { n: 2 })
  expect(await facts.get('a')).toEqual({ n: 2 })
  const told = await Promise.all([1, 2, 3, 4].map((n) => facts.putOnce('b', n)))
  expect(new Set(told).size).toBe(1)
  expect(await facts.putOnce('b', 9)).toBe(told[0])
})

describe('retention', () => {
  const at = (days: number) => new Date(nowMs - days * day)
  const sweep = (offsetDays = 0) => retention(fresh.database, fixedClock(nowMs + offsetDays * day)).sweep()
  const left = async (table: string) => (await sql.unsafe(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n

  beforeEach(async () => {
    await sql`TRUNCATE inbox, outbox, transcript, query_log, send_budgets, attachments`
    for (const days of [6.9, 7.1]) {
      await sql`
        INSERT INTO inbox (source, event_id, event, claimed_at, answer, answered_at)
        VALUES ('wecom', ${`e${days}`}, '{}', ${at(days)}, '{}', ${at(days)})`
      await sql`
        INSERT INTO transcript (platform, conversation_id, at, entry) VALUES ('play', 'c', ${at(days)}, '{}')`
      await sql`
        INSERT INTO query_log (at, platform, conversation_id, conversation_kind, question, intent, slots, expect, latency_ms)
        VALUES (${at(days)}, 'wecom', 'c', 'direct', '张伟的单', 'order.list', '{"customer_name": "张伟"}', 'answer', 5)`
      await sql`
        INSERT INTO outbox (key, task, payload, state, done_at) VALUES (${`done ${days}`}, 't', '{}', 'done', ${at(days)})`
    }
    await sql`INSERT INTO inbox (source, event_id, event, claimed_at) VALUES ('wecom', 'open', '{}', ${at(30)})`
    await sql`
      INSERT INTO outbox (key, task, payload, state, done_at, created_at)
      VALUES ('dead', 't', '{}', 'dead', ${at(30)}, ${at(30)}), ('long dead', 't', '{}', 'dead', ${at(91)}, ${at(91)}),
        ('ready', 't', '{}', 'ready', NULL, ${at(30)})`
    for (const days of [-1, 1])
      await sql`
        INSERT INTO attachments (id, owner_kind, owner_id, mime, bytes, sha256, stored_as, expires_at)
        VALUES (${`a${days}`}, 'chat', 'c', 'image/png', 1, '', ${`blob ${days}`}, ${at(days)})`
  })

  test('erases what is due, keeps the rest: unanswered events, open rows, dead letters for 90 days', async () => {
    expect(await sweep()).toEqual({ inbox: 1, transcript: 1, questions: 1, outbox: 2, budgets: 0, files: ['blob 1'] })
    expect(await sweep()).toEqual({ inbox: 0, transcript: 0, questions: 0, outbox: 0, budgets: 0, files: [] })
    expect((await sql`SELECT event_id AS id FROM inbox ORDER BY 1`).map(({ id }) => id)).toEqual(['e6.9', 'open'])
    expect((await sql`SELECT key FROM outbox ORDER BY 1`).map(({ key }) => key)).toEqual(['dead', 'done 6.9', 'ready'])
  })

  test('a question loses its words and names and stays in the count', async () => {
    await sweep()
    expect(await sql`SELECT question, slots, intent FROM query_log ORDER BY at`).toEqual([
      { question: null, slots: {}, intent: 'order.list' },
      { question: '张伟的单', slots: { customer_name: '张伟' }, intent: 'order.list' },
    ])
  })

  test('two sweepers and more rows than a batch: everything once', async () => {
    await sql`
      INSERT INTO inbox (source, event_id, event, claimed_at, answer, answered_at)
      SELECT 'wecom', 'many' || n, '{}', ${at(9)}, '{}', ${at(9)} FROM generate_series(1, 3500) n`
    const [a, b] = await Promise.all([sweep(), sweep()])
    const c = await sweep()
    expect(a.inbox + b.inbox + c.inbox).toBe(3_501)
    expect(await left('inbox')).toBe(2)
  })

  test('windows of the send budget that are over go', async () => {
    await sql`
      INSERT INTO send_budgets (key, window_ms, window_start, used)
      VALUES ('a#0', 60000, now() - interval '3 min', 1), ('a#1', 60000, now() - interval '1 min', 1)`
    expect((await sweep()).budgets).toBe(1)
  })
})

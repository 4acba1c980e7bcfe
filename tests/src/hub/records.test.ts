import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { answerKey } from '../../../src/hub/answer-key.ts'
import { lookupBudget } from '../../../src/hub/lookup-budget.ts'
import { queryLog } from '../../../src/hub/query-log.ts'
import { retention } from '../../../src/hub/retention.ts'
import { sendBudget } from '../../../src/hub/send-budget.ts'
import { settings } from '../../../src/hub/settings.ts'
import { transcript } from '../../../src/hub/transcript.ts'
import { fixedClock, movableClock } from '../../../src/runtime/clock.ts'
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
      event: { id: 'e1', platform: 'wecom', conversation: { id: 'LiTing', kind: 'direct' } },
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

describe('what was asked before', () => {
  beforeEach(async () => {
    await sql`TRUNCATE query_log`
  })
  const clock = movableClock(fixedClock(nowMs))
  const log = queryLog(fresh.database, clock)
  const said = (
    id: string,
    over: { memberId?: string; chat?: string; question?: string; intent?: string; about?: object },
  ) =>
    log.record({
      event: { id, platform: 'wecom', conversation: { id: over.chat ?? 'c', kind: 'direct' } },
      memberId: over.memberId ?? 'm1',
      question: over.question ?? id,
      trace: { intent: over.intent ?? 'order.status', slots: {}, expect: 'answer', ...over.about },
      latencyMs: 1,
    })
  const place = { platform: 'wecom', conversationId: 'c', memberId: 'm1' }

  test('is the newest typed question of this person in this chat', async () => {
    await said('old', { about: { about: { orderId: 'SO1', returnId: 'TH1' } } })
    clock.setOffset(1_000)
    await said('asked', { question: '13685578806 的单', about: { about: { orderId: 'SO2' } } })
    clock.setOffset(2_000)
    await said('thanks', { intent: 'smalltalk' })
    await said('person', { intent: 'handoff' })
    await said('tap', { question: '' })
    await said('other', { memberId: 'm2' })
    await said('elsewhere', { chat: 'c2' })
    expect(await log.lastAsked(place, nowMs)).toEqual({
      answerKey: answerKey('wecom', 'asked'),
      question: '136****8806 的单',
      subject: 'SO2',
    })
    expect(await log.lastAsked(place, nowMs + 1_500)).toBeUndefined()
    expect(await log.asked('m1', answerKey('wecom', 'old'))).toMatchObject({ question: 'old', subject: 'TH1' })
    expect(await log.asked('m2', answerKey('wecom', 'old'))).toBeUndefined()
    clock.setOffset(0)
  })

  test('says which orders somebody was answered about', async () => {
    await said('a', { about: { about: { orderId: 'SO1' } } })
    await said('b', { memberId: 'm2', about: { about: { orderId: 'SO2' } } })
    expect(await log.lookedAt('m1', ['SO1', 'SO2', 'SO3'], nowMs - 1)).toEqual(new Set(['SO1']))
    expect(await log.lookedAt('m1', ['SO1'], nowMs + 1)).toEqual(new Set())
  })

  test('gets a vote of its own asker, and lands on the training list', async () => {
    await said('good', {})
    await said('bad', { question: '13685578806 的东西呢' })
    expect(await log.vote('m1', answerKey('wecom', 'good'), 'up')).toBe('noted')
    expect(await log.vote('m1', answerKey('wecom', 'bad'), 'down')).toBe('noted')
    expect(await log.vote('m2', answerKey('wecom', 'good'), 'down')).toBe('unknown')
    expect(await log.vote('m1', 'nothing', 'down')).toBe('unknown')
    expect(await log.trainingList(10)).toEqual([
      { question: '136****8806 的东西呢', intent: 'order.status', slots: {}, expect: 'answer', atMs: nowMs },
    ])
    await log.vote('m1', answerKey('wecom', 'bad'), 'up')
    expect(await log.trainingList(10)).toEqual([])
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

describe('look-ups of one member (R8c)', () => {
  const alarms: unknown[] = []
  const budget = lookupBudget(sendBudget(fresh.database), (level, message, fields) =>
    alarms.push([level, message, fields]),
  )
  /** The minute is over; the day goes on. */
  const nextMinute = () => sql`DELETE FROM send_budgets WHERE window_ms = 60000`
  beforeEach(async () => {
    alarms.length = 0
    await sql`TRUNCATE send_budgets`
  })

  test('the 31st in a minute is refused with an alarm, somebody else is not', async () => {
    const taken = await Promise.all(Array.from({ length: 31 }, () => budget.take('m1')))
    expect(taken.filter(({ outcome }) => outcome === 'ok')).toHaveLength(30)
    expect(taken).toContainEqual({ outcome: 'over', window: 'minute' })
    expect(alarms).toEqual([
      ['error', 'a member looks up more than one person needs', { memberId: 'm1', window: 'minute', alarm: true }],
    ])
    expect(await budget.take('m2')).toEqual({ outcome: 'ok' })
  })

  test('the 501st in a day is refused, however slowly', async () => {
    for (let n = 0; n < 500; n++) {
      if (n % 30 === 0) await nextMinute()
      expect(await budget.take('m1')).toEqual({ outcome: 'ok' })
    }
    await nextMinute()
    expect(await budget.take('m1')).toEqual({ outcome: 'over', window: 'day' })
    await sql`UPDATE send_budgets SET window_start = window_start - interval '26 hours'`
    expect(await budget.take('m1')).toEqual({ outcome: 'ok' })
  })
})

describe('retention', () => {
  const at = (days: number) => new Date(nowMs - days * day)
  const sweep = (offsetDays = 0) => retention(fresh.database, fixedClock(nowMs + offsetDays * day)).sweep()
  const left = async (table: string) => (await sql.unsafe(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n

  beforeEach(async () => {
    await sql`TRUNCATE inbox, outbox, transcript, query_log, send_budgets, attachments, chat_memory, drafts, waybill_photos`
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
    for (const days of [0.5, 1.5])
      await sql`
        INSERT INTO chat_memory (platform, conversation_id, member_id, looked_enc, at)
        VALUES ('play', ${`c${days}`}, 'm', '', ${at(days)})`
    for (const days of [6, 8])
      await sql`
        INSERT INTO drafts (id, kind, subject, member_id, payload_enc, created_at, expires_at)
        VALUES (${`d${days}`}, 'order.cancel', 'SO1', 'm', '', ${at(days)}, ${at(days)})`
    for (const days of [-1, 1])
      await sql`
        INSERT INTO waybill_photos (id, job_key, member_id, platform, conversation_id, sha256, stored_as, created_at, expires_at)
        VALUES (${`ph${days}`}, ${`job${days}`}, 'm', 'play', 'c', '', 'blob', ${at(30)}, ${at(days)})`
  })

  test('erases what is due, keeps the rest: unanswered events, open rows, dead letters for 90 days', async () => {
    const feeds = { pushes: 0, sms: 0, crmTouches: 0 }
    const talk = { ...feeds, memories: 1, drafts: 1, handoffs: 0, photos: 1 }
    const first = { inbox: 1, transcript: 1, questions: 1, ...talk, outbox: 2, budgets: 0, files: ['blob 1'] }
    expect(await sweep()).toEqual(first)
    const none = { ...feeds, memories: 0, drafts: 0, handoffs: 0, photos: 0 }
    expect(await sweep()).toEqual({ inbox: 0, transcript: 0, questions: 0, ...none, outbox: 0, budgets: 0, files: [] })
    for (const [table, count] of [
      ['chat_memory', 1],
      ['drafts', 1],
      ['waybill_photos', 1],
    ] as const)
      expect(await left(table)).toBe(count)
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

  test('the words of a hand-over go after seven days, that it was one stays', async () => {
    for (const days of [6.9, 7.1])
      await sql`
        INSERT INTO handoffs (id, from_member_id, to_role, question, at)
        VALUES (${`h${days}`}, 'm', 'cs_lead', '张伟的退款', ${at(days)})`
    expect((await sweep()).handoffs).toBe(1)
    expect(await sql`SELECT id, question FROM handoffs ORDER BY id`).toEqual([
      { id: 'h6.9', question: '张伟的退款' },
      { id: 'h7.1', question: '' },
    ])
    await sql`TRUNCATE handoffs`
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

import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { directAnswerRate } from '../../../src/hub/direct-rate.ts'
import { queryLog } from '../../../src/hub/query-log.ts'
import { movableClock } from '../../../src/runtime/clock.ts'
import { freshDatabase } from '../../kit/database.ts'

const fresh = await freshDatabase()
const { sql } = fresh.database
const clock = movableClock()
const log = queryLog(fresh.database, clock)
const rate = directAnswerRate(fresh.database)
afterAll(fresh.drop)
beforeEach(async () => {
  await sql`TRUNCATE query_log`
})

const startMs = Date.parse('2026-11-22T09:00:00+08:00')
let events = 0

type Said = {
  readonly expect?: string
  readonly intent?: string
  readonly subject?: string
  readonly member?: string
  readonly chat?: string
  readonly question?: string
}

/** A line `seconds` after the start; gives its event's id. */
async function said(seconds: number, { expect: how = 'answer', intent = 'order.status', ...more }: Said = {}) {
  events += 1
  clock.setOffset(startMs + seconds * 1000 - Date.now())
  await log.record({
    event: { id: `e${events}`, platform: 'wecom', conversation: { id: more.chat ?? 'c1', kind: 'direct' } },
    memberId: more.member ?? 'm1',
    question: more.question ?? '到哪了',
    trace: {
      intent,
      slots: {},
      expect: how,
      ...(more.subject !== undefined && { about: { orderId: more.subject } }),
    },
    latencyMs: 5,
  })
}

const count = () => rate(startMs, startMs + 3_600_000)
const nothing = { asked: 0, direct: 0, askedBack: 0, handedOver: 0, refused: 0, askedAgain: 0 }

describe('the direct answer rate', () => {
  test('of nothing is nothing', async () => {
    expect(await count()).toEqual(nothing)
  })

  test('counts an answer that was not asked after', async () => {
    await said(0, { subject: 'A' })
    await said(200, { subject: 'B' })
    expect(await count()).toEqual({ ...nothing, asked: 2, direct: 2 })
  })

  test('two orders one after the other are two direct answers', async () => {
    await said(0, { subject: 'A' })
    await said(30, { subject: 'B' })
    expect(await count()).toMatchObject({ asked: 2, direct: 2 })
  })

  test.each([
    ['the same order', { subject: 'A' }],
    ['nothing in particular', {}],
  ])('an answer is not direct when the person asks again about %s', async (_, again) => {
    await said(0, { subject: 'A' })
    await said(119, again)
    expect(await count()).toMatchObject({ asked: 2, direct: 1, askedAgain: 1 })
  })

  test.each([
    ['later than two minutes', { subject: 'A' }, 121],
    ['somebody else', { subject: 'A', member: 'm2' }, 30],
    ['in another chat', { subject: 'A', chat: 'c2' }, 30],
  ])('asked again: %s does not count', async (_, again, seconds) => {
    await said(0, { subject: 'A' })
    await said(seconds, again)
    expect(await count()).toMatchObject({ asked: 2, direct: 2 })
  })

  test('thanks and taps are neither questions nor asking again', async () => {
    await said(0, { subject: 'A' })
    await said(5, { question: '', subject: 'A', intent: 'logistics.track' })
    await said(10, { intent: 'smalltalk' })
    expect(await count()).toEqual({ ...nothing, asked: 1, direct: 1 })
  })

  test('a choice with its pick is one question, and not a direct one', async () => {
    await said(0, { expect: 'choose' })
    await said(10, { subject: 'A' })
    expect(await count()).toEqual({ ...nothing, asked: 1, askedBack: 1 })
  })

  test('a refusal, a hand-over', async () => {
    await said(0, { expect: 'deny' })
    await said(300, { expect: 'handoff', intent: 'unsupported' })
    await said(600, { subject: 'A' })
    await sql`UPDATE query_log SET handed_over = true WHERE subject = 'A'`
    expect(await count()).toEqual({ ...nothing, asked: 3, refused: 1, handedOver: 2 })
  })

  test('what is asked again after the end still counts, what was asked before the start does not', async () => {
    await said(-10, { subject: 'A' })
    await said(3_590, { subject: 'B' })
    await said(3_650, { subject: 'B' })
    expect(await count()).toEqual({ ...nothing, asked: 1, askedAgain: 1 })
  })

  test('lines whose words were erased still count, taps still do not', async () => {
    await said(0, { subject: 'A' })
    await said(5, { question: '', subject: 'A' })
    await sql`UPDATE query_log SET question = NULL WHERE question <> ''`
    expect(await count()).toEqual({ ...nothing, asked: 1, direct: 1 })
  })
})

test('a day of 20,000 lines is counted within a second', async () => {
  await sql`
    INSERT INTO query_log (at, platform, conversation_id, conversation_kind, member_id, question, intent, slots, expect,
      latency_ms, subject)
    SELECT to_timestamp(${startMs}::float8 / 1000) + n * interval '4 s', 'wecom', 'c' || n % 40, 'direct', 'm' || n % 40,
      'x', 'order.status', '{}', 'answer', 5, 'S' || n / 80 FROM generate_series(0, 19999) n`
  const beforeMs = performance.now()
  expect(await rate(startMs, startMs + 86_400_000)).toMatchObject({ asked: 20_000 })
  expect(performance.now() - beforeMs).toBeLessThan(1_000)
})

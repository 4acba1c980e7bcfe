import { afterAll, beforeAll, expect, test } from 'vitest'
import { touchCard } from '../../cards/touch-health.ts'
import { touchTick } from '../../handlers/touch-health.ts'
import { sayOnce } from '../../src/hub/say-once.ts'
import { touchLines, touchLookup } from '../../src/hub/touch-health.ts'
import { dayMs, dayStart } from '../../src/runtime/beijing.ts'
import { buttonOf, transcript } from '../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { codec } from '../kit/every-card.ts'
import { type ReturnFlowDesk, returnFlowDesk } from '../kit/return-flow-desk.ts'
import { signedOrder } from '../kit/write-orders.ts'

// J12: at nine the leads hear how yesterday's messages reached customers.

let fresh: FreshDatabase
let desk: ReturnFlowDesk
let yesterday = 0
const hourMs = 3_600_000

beforeAll(async () => {
  fresh = await freshDatabase({ max: 6 })
  desk = returnFlowDesk(fresh)
  await desk.clean()
  yesterday = dayStart(desk.clock.nowMs()) - dayMs
  const orderId = await desk.take(signedOrder())
  // a good day until the evening: of 40 at 20:30 sixteen were read, and eight photos of 18:00 could not be shown
  const sent = [
    ...Array.from({ length: 60 }, (_, n) => ({ hour: 9 + (n % 8), opened: n % 3 !== 0, photo: null })),
    ...Array.from({ length: 40 }, (_, n) => ({ hour: 20, opened: n < 16, photo: null })),
    ...Array.from({ length: 8 }, () => ({ hour: 18, opened: true, photo: false })),
  ]
  for (const [n, { hour, opened, photo }] of sent.entries()) {
    const at = new Date(yesterday + hour * hourMs + 30 * 60_000 + n)
    await fresh.database.sql`
      INSERT INTO notices (id, order_id, kind, channel, state, sent_at, delivered_at, opened_at, photo_ok, source, created_at)
      VALUES (${`N${n}`}, ${orderId}, 'sign', 'sms', 'delivered', ${at}, ${at}, ${opened ? at : null}, ${photo}, 'sms.gateway', ${at})`
  }
})
afterAll(async () => {
  desk.close()
  await fresh.drop()
})

test('09:00 ‹ 触达健康度 › 看明细 › 派给技术, once', async () => {
  desk.clock.setOffset(dayStart(desk.clock.nowMs()) + 9 * hourMs + 10_000 - desk.clock.nowMs())
  const { touch, peopleOf } = desk.parts
  const tick = touchTick({ touch, peopleOf, sayOnce: desk.parts.sayOnce, codec, clock: desk.clock })
  await tick.run(new AbortController().signal)
  await touchTick({ touch, peopleOf, sayOnce: desk.parts.sayOnce, codec, clock: desk.clock }).run(
    new AbortController().signal,
  )
  const told = await desk.told()
  expect(told.map(({ to }) => to)).toEqual(['play-cs_lead'])
  expect(transcript(told[0]?.reply ?? { kind: 'none' })).toBe(
    [
      '触达11-21：打开率59.3%（<60%）',
      '打开率 59.3%（送达108条） | 集中 20–22点·抖音，40.0% | 照片 失败8单（>5），多在18点 | 没送到 没有',
      '截至09:00 · 短信回执',
      '[看明细] [派给技术]',
    ].join('\n'),
  )
  const card = await desk.say('触达健康度', 'cs_lead')
  expect(transcript(await desk.tap(card, '看明细', 'cs_lead'))).toContain('18:30 抖音…2563 签收照片打不开')
  expect(transcript(await desk.tap(card, '派给技术', 'cs_lead'))).toBe('已派给小it，带上了时间段、渠道和失败数。')
  expect(transcript(await desk.tap(card, '派给技术', 'cs_lead'))).toBe('已经派给过小it，没有重复发。')
  expect(transcript(await desk.say('触达健康度', 'cs'))).toMatch(/^触达健康度由/)
  expect((await desk.told()).map(({ to }) => to)).toEqual(['play-cs_lead', 'play-it'])
})

test('a healthy day is one green line; the figures equal a recount', async () => {
  const lookup = touchLookup(fresh.database)
  const [row] = await fresh.database.sql<
    { n: number; opened: number }[]
  >`SELECT count(*)::int AS n, count(opened_at)::int AS opened FROM notices`
  const health = await lookup.of(yesterday)
  expect(health).toMatchObject({
    delivered: row?.n,
    photoFailures: 8,
    photoHour: 18,
    openShare: (row?.opened ?? 0) / (row?.n ?? 1),
  })
  const well = touchCard(
    { dayMs: yesterday, delivered: 50, failed: 0, openShare: 0.7, photoFailures: 2 },
    touchLines,
    desk.clock.nowMs(),
    codec,
  )
  expect([well.title, well.facts.length, well.buttons.length]).toEqual(['触达正常 11-21：打开率70.0%', 0, 0])
  expect(() => buttonOf({ kind: 'card', card: well }, '看明细')).toThrow()
  expect(await sayOnce(fresh.database, { enqueue: async () => undefined })([])).toBe(0)
})

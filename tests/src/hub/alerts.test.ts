import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AlertScope, abnormalKinds, type Trouble } from '../../../src/hub/alert-sql.ts'
import { type AlertItem, type AlertLookup, type AlertWish, alertLookup } from '../../../src/hub/alerts.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { type StatsLookup, statsLookup } from '../../../src/hub/stats.ts'
import { summaryOf } from '../../../src/hub/stats-figures.ts'
import { todoLookup, urgencyOf } from '../../../src/hub/todo.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { seedSample } from '../../../src/seed/seed-sample.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { type Firm, readFirm, troublesOf } from '../../kit/recount.ts'

const nowMs = Date.parse('2026-11-22T10:05:00+08:00')
const hour = 3_600_000
const midnight = Date.parse('2026-11-22T00:00:00+08:00')
const noDirect = async () => ({ asked: 0, direct: 0, askedBack: 0, handedOver: 0, refused: 0, askedAgain: 0 })

let hub: FreshDatabase
let firm: Firm
let alerts: AlertLookup
let stats: StatsLookup
beforeAll(async () => {
  hub = await freshDatabase()
  await seedSample(hub.database, {
    orders: 1500,
    seed: 11,
    nowMs,
    personal: personalData('5a'.repeat(32)),
    log: silentLog,
  })
  firm = await readFirm(hub)
  alerts = alertLookup(hub.database)
  stats = statsLookup(hub.database, noDirect)
})
afterAll(() => hub.drop())

const all = (kinds: AlertWish['kinds'], more: Partial<AlertWish> = {}) =>
  alerts.list({ kinds, scope: {}, nowMs, lasting: false, newestFirst: false, offset: 0, limit: 10_000, ...more })
const ids = (items: readonly AlertItem[]) => items.map(({ orderId }) => orderId).sort()
const time = (value: unknown) => (value as Date).getTime()

describe('lists of orders', () => {
  const single: readonly Trouble[] = [
    'no_carrier',
    'no_waybill',
    'ship_late',
    'stalled',
    'unscanned',
    'damaged',
    'lost',
    'refused',
    'stuck',
  ]

  test('hold exactly what a walk over every order finds', async () => {
    const open = troublesOf(firm, nowMs, true)
    const page = await all(['no_carrier', 'no_waybill', 'exception', 'stalled', 'unscanned', 'ship_late'])
    expect(ids(page.items)).toEqual([...open.keys()].sort())
    expect(page.total).toBe(open.size)
    expect(page.items.length).toBeGreaterThan(20)
    for (const { orderId, kind } of page.items) expect([orderId, kind]).toEqual([orderId, open.get(orderId)])
    const counts = Object.fromEntries(page.kinds.map(({ kind, count }) => [kind, count]))
    for (const kind of new Set(open.values()))
      expect(counts[kind]).toBe([...open.values()].filter((one) => one === kind).length)
  })

  test.each(single)('%s is never empty in the sample, and longest first', async (kind) => {
    const { items } = await all([kind])
    expect(items.length).toBeGreaterThan(0)
    expect(items.every((item) => item.kind === kind)).toBe(true)
    const since = items.map(({ sinceMs }) => sinceMs)
    expect(since).toEqual([...since].sort((a, b) => a - b))
  })

  test('an hour of a channel is the numerator of its rate, whatever the hour (product row 17)', async () => {
    const lasting = troublesOf(firm, nowMs)
    let found = 0
    for (const daysAgo of [0, 1, 2, 3, 5]) {
      const window = { fromMs: midnight - daysAgo * 24 * hour, toMs: midnight - daysAgo * 24 * hour + 24 * hour - 1 }
      for (let of = 0; of < 24; of += 1) {
        const scope: AlertScope = { channel: 'douyin', window, hour: of }
        const page = await all(abnormalKinds, { scope, lasting: true })
        const wish = {
          metric: 'abnormal_rate' as const,
          window,
          nowMs,
          scope: { channel: 'douyin' as const, hour: of },
          outOfStockWords: [],
        }
        const counted = await stats.count(wish)
        if (counted.outcome === 'counted')
          expect(BigInt(page.total)).toBe(summaryOf(counted.cells, counted.span, wish).figure.num)
        const byHand = (firm.orders ?? []).filter((order) => {
          const at = time(order.ordered_at)
          const fits = order.channel === 'douyin' && at >= window.fromMs && at <= window.toMs
          return fits && Math.floor((at - window.fromMs) / hour) === of && lasting.has(order.id)
        })
        expect(ids(page.items)).toEqual(byHand.map(({ id }) => id).sort())
        found += page.total
      }
    }
    expect(found).toBeGreaterThan(3)
  })

  test('pages do not overlap and leave nothing out', async () => {
    const kinds = ['exception', 'ship_late', 'stalled'] as const
    const whole = await all(kinds, { newestFirst: true })
    const paged: AlertItem[] = []
    for (let offset = 0; offset < whole.total; offset += 5)
      paged.push(...(await all(kinds, { newestFirst: true, offset, limit: 5 })).items)
    expect(paged).toEqual(whole.items)
  })
})

describe('lists of returns', () => {
  const pending = () => (firm.returns ?? []).filter((one) => one.approval === 'pending')
  const levelOf = (id: unknown) =>
    (firm.levels ?? []).find((level) => level.return_id === id && level.state === 'pending')

  test('overdue: past the level or past 24 h', async () => {
    const late = pending().filter((one) => {
      const due = levelOf(one.id)?.due_at
      return nowMs - time(one.applied_at) > 24 * hour || (due instanceof Date && due.getTime() < nowMs)
    })
    const { items } = await all(['return_overdue'])
    expect(items.map(({ returnId }) => returnId).sort()).toEqual(late.map(({ id }) => id).sort())
    expect(items.length).toBeGreaterThan(3)
    for (const { level } of items) expect(level?.role).toMatch(/cs_lead|warehouse|finance/)
  })

  test('fine risk: 72 h after the application, fewest minutes left first (product row 49)', async () => {
    const risk = pending().filter((one) => nowMs - time(one.applied_at) > 24 * hour)
    const { items } = await all(['fine_risk'])
    expect(items.map(({ returnId }) => returnId).sort()).toEqual(risk.map(({ id }) => id).sort())
    const dues = items.map(({ dueMs = 0 }) => dueMs)
    expect(dues).toEqual([...dues].sort((a, b) => a - b))
    for (const item of items) expect(item.dueMs).toBe(item.sinceMs + 72 * hour)
  })
})

describe('what waits for whom', () => {
  test('is the pending levels of a role, mine and nobody’s, by colour', async () => {
    const todo = todoLookup(hub.database)
    for (const [id, role] of [
      ['mem_sample_04', 'cs_lead'],
      ['mem_sample_06', 'warehouse'],
      ['mem_sample_08', 'finance'],
    ] as const) {
      const mine = (firm.levels ?? []).filter(
        (level) =>
          level.state === 'pending' && level.role === role && (level.holder_id === null || level.holder_id === id),
      )
      const { items, counts } = await todo.approvals({ id, roles: [role] }, nowMs, 100)
      expect(items.map(({ returnId }) => returnId).sort()).toEqual(mine.map((level) => level.return_id).sort())
      const colours = mine.map((level) => urgencyOf(time(level.started_at), time(level.due_at), nowMs))
      for (const colour of ['red', 'yellow', 'green'] as const)
        expect(counts[colour]).toBe(colours.filter((one) => one === colour).length)
    }
  })

  test('somebody else’s item is not mine, an unheld one is everybody’s', async () => {
    const todo = todoLookup(hub.database)
    const before = await todo.approvals({ id: 'mem_sample_05', roles: ['cs_lead'] }, nowMs, 100)
    const [other] = (await todo.approvals({ id: 'mem_sample_04', roles: ['cs_lead'] }, nowMs, 100)).items
    expect(before.items.map(({ returnId }) => returnId)).not.toContain(other?.returnId)
    await hub.database
      .sql`UPDATE approval_levels SET holder_id = NULL WHERE return_id = ${other?.returnId ?? ''} AND state = 'pending'`
    const after = await todo.approvals({ id: 'mem_sample_05', roles: ['cs_lead'] }, nowMs, 100)
    expect(after.items.map(({ returnId }) => returnId)).toContain(other?.returnId)
  })

  test('red below five minutes or overdue, yellow below a quarter of the limit', () => {
    const minute = 60_000
    expect(urgencyOf(0, 15 * minute, 10 * minute + 1)).toBe('red')
    expect(urgencyOf(0, 15 * minute, 16 * minute)).toBe('red')
    expect(urgencyOf(0, 240 * minute, 181 * minute)).toBe('yellow')
    expect(urgencyOf(0, 240 * minute, 179 * minute)).toBe('green')
    expect(urgencyOf(undefined, undefined, 0)).toBe('green')
  })

  test('what a colleague handed over is there for a day, unless it was withdrawn', async () => {
    const { sql } = hub.database
    const add = (id: string, agoHours: number, withdrawn: boolean) => sql`
      INSERT INTO handoffs (id, from_member_id, to_role, question, at, withdrawn_at)
      VALUES (${id}, 'mem_sample_01', 'finance', ${`问题${id}`}, ${new Date(nowMs - agoHours * hour)}, ${withdrawn ? new Date(nowMs) : null})`
    await Promise.all([add('h1', 1, false), add('h2', 25, false), add('h3', 2, true)])
    const todo = todoLookup(hub.database)
    const handed = await todo.handedOver({ id: 'mem_sample_08', roles: ['finance'] }, nowMs, 5)
    expect(handed).toEqual([{ atMs: nowMs - hour, from: '小李', question: '问题h1' }])
    expect(await todo.handedOver({ id: 'mem_sample_01', roles: ['cs'] }, nowMs, 5)).toEqual([])
  })
})

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { outbox } from '../../../src/hub/outbox.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { refundTimes } from '../../../src/hub/refund-times.ts'
import { settings } from '../../../src/hub/settings.ts'
import { tapDecision } from '../../../src/hub/tap-decision.ts'
import { type UndoDecision, undoDecision } from '../../../src/hub/undo-decision.ts'
import { outwardActions } from '../../../src/outward-parts.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { label, type ReturnFlowDesk, returnFlowDesk } from '../../kit/return-flow-desk.ts'
import { runs } from '../../kit/runs.ts'
import { orderNo, signedOrder } from '../../kit/write-orders.ts'

let fresh: FreshDatabase
let desk: ReturnFlowDesk
let decide: ReturnType<typeof tapDecision>
let undo: UndoDecision

beforeAll(async () => {
  fresh = await freshDatabase({ max: 20 })
  desk = returnFlowDesk(fresh)
  const { database } = fresh
  const personal = personalData('5a'.repeat(32))
  const { clock, chain } = desk
  const outward = outwardActions({
    outbox: outbox(database, personal),
    clock,
    personal,
    refundTimes: () => refundTimes(settings(database)),
  })
  decide = tapDecision({ database, audit: chain, clock, returnApproved: outward.returnApproved })
  undo = undoDecision({ database, audit: chain, clock, closeTodo: outward.closeTodo })
})
afterAll(async () => {
  desk.close()
  await fresh.drop()
})

const deciders = ['cs_lead', 'warehouse', 'warehouse2', 'finance', 'director'] as const
type Who = (typeof deciders)[number]
/** on: for the level that is next, and with own by one of its people; an undo: of the newest decision by who made it. */
type Which = { readonly nth: number; readonly on?: boolean; readonly own?: boolean }
type Step =
  | { readonly do: 'create'; readonly qty: number; readonly who: 'cs' | 'cs_lead' }
  | (Which & {
      readonly do: 'tap'
      readonly level: number
      readonly decision: 'approve' | 'reject' | 'material'
      readonly who: Who
      readonly times: number
      readonly reason?: string
    })
  | (Which & { readonly do: 'say'; readonly yes: boolean; readonly who: Exclude<Who, 'director'> })
  | (Which & { readonly do: 'both'; readonly level: number; readonly who: Who })
  | (Which & { readonly do: 'undo'; readonly level: number; readonly who: Who; readonly times: number })
  | (Which & { readonly do: 'sign'; readonly level: number; readonly who: Who })
  | (Which & { readonly do: 'scan' })
  | { readonly do: 'flow'; readonly said: string }
  | { readonly do: 'erp'; readonly silent: boolean }
  | { readonly do: 'pass'; readonly ms: number }

const nth = fc.nat(2)
const level = fc.constantFrom(1, 2, 3)
const who = fc.constantFrom(...deciders)
const times = fc.integer({ min: 1, max: 3 })
const levelPeople = ['cs_lead', 'warehouse', 'finance'] as const
const on = fc.constant(true)
const own = fc.boolean()
const reason = fc.constant('面单不符')
const kind = <K extends Step['do']>(name: K) => fc.constant(name)
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: kind('create'),
      qty: fc.integer({ min: 1, max: 3 }),
      who: fc.constantFrom('cs', 'cs', 'cs_lead'),
    }),
  },
  // random walks alone rarely reach an end
  {
    weight: 8,
    arbitrary: fc.record({ do: kind('tap'), nth, on, own: on, level, decision: fc.constant('approve'), who, times }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: kind('tap'),
      nth,
      on,
      own,
      level,
      decision: fc.constant('approve'),
      who,
      times,
      reason,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: kind('tap'), nth, on, own, level, decision: fc.constant('reject'), who, times, reason }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: kind('tap'),
      nth,
      level,
      decision: fc.constantFrom('approve', 'reject', 'material'),
      who,
      times,
      reason,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: kind('say'),
      nth,
      on: fc.boolean(),
      own,
      yes: fc.boolean(),
      who: fc.constantFrom('cs_lead', 'warehouse', 'warehouse2', 'finance'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: kind('both'), nth, on, own: on, level, who }) },
  { weight: 5, arbitrary: fc.record({ do: kind('undo'), nth, on, level, who, times }) },
  { weight: 1, arbitrary: fc.record({ do: kind('undo'), nth, level, who, times }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: kind('sign'),
      nth,
      on,
      level,
      who: fc.constantFrom('director', 'finance', 'warehouse2'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: kind('scan'), nth }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: kind('flow'),
      said: fc.constantFrom('终审只审100元以上', '取消复核', '恢复复核', '初审改成20分钟', '流程退回'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: kind('erp'), silent: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: kind('pass'), ms: fc.constantFrom(30_000, 121_000) }) },
) as fc.Arbitrary<Step>

type LevelRow = {
  readonly level: number
  readonly state: string
  readonly by: string | null
  readonly signed: readonly string[]
}
type ReturnRow = {
  readonly id: string
  readonly approval: string
  readonly version: number
  readonly flow: number
  readonly appliedBy: string
  readonly received: boolean
  readonly released: boolean
  readonly fen: bigint | null
  readonly qty: number
  readonly levels: readonly LevelRow[]
  /** Commands that stand, by name. */
  readonly commands: readonly string[]
}

async function returns(): Promise<readonly ReturnRow[]> {
  return fresh.database.sql<ReturnRow[]>`
    SELECT r.id, r.approval, r.version, r.flow_version AS flow, r.applied_by AS "appliedBy", r.received_at IS NOT NULL AS received,
      r.refund_released_at IS NOT NULL AS released, r.refund_fen AS fen,
      (SELECT sum(CASE WHEN r.received_at IS NULL THEN coalesce(l.approved_qty, l.asked_qty) ELSE l.received_qty END)::int
        FROM return_lines l WHERE l.return_id = r.id) AS qty,
      (SELECT json_agg(json_build_object('level', a.level, 'state', a.state, 'by', a.decided_by, 'signed', ARRAY(
          SELECT s.member_id FROM level_signers s WHERE s.return_id = r.id AND s.level = a.level AND s.decision = 'approve'))
          ORDER BY a.level) FROM approval_levels a WHERE a.return_id = r.id) AS levels,
      ARRAY(SELECT c.name FROM commands c WHERE c.subject = 'return:' || r.id AND c.state <> 'withdrawn' ORDER BY c.name) AS commands
    FROM returns r ORDER BY r.applied_at, r.id`
}

/** A step as it is meant at this moment: of the returns that are there, and where it goes on, of the level that is next. */
function meant(one: Step, all: readonly ReturnRow[]): { readonly id: string; readonly one: Step } | undefined {
  if (!('nth' in one)) return { id: '', one }
  const row = all[one.nth % Math.max(1, all.length)]
  if (row === undefined) return undefined
  if (!('on' in one) || !one.on) return { id: row.id, one }
  const open = row.levels.find(({ state }) => state === 'pending')
  const last = row.levels.findLast(({ state }) => state === 'approved' || state === 'rejected')
  if (one.do === 'undo') {
    const by = deciders.find((name) => `mem_${name}` === last?.by)
    return { id: row.id, one: { ...one, ...(last !== undefined && { level: last.level }), ...(by && { who: by }) } }
  }
  const at = open === undefined ? {} : { level: open.level }
  const holder = one.own === true ? { who: levelPeople[(open?.level ?? 1) - 1] ?? 'cs_lead' } : {}
  return { id: row.id, one: { ...one, ...('level' in one && at), ...holder } as Step }
}

async function run(step: Step, index: number, all: readonly ReturnRow[]): Promise<void> {
  const found = meant(step, all)
  if (found === undefined) return
  const { id, one } = found
  switch (one.do) {
    case 'create':
      await desk.photo(label(`YT00824526145${10 + index}`), one.who)
      await desk.say(`${orderNo} 要退货 破损 ${one.qty}罐`, one.who)
      await Promise.all([desk.say('确认', one.who), desk.say('确认', one.who)])
      return
    case 'tap': {
      const { decision, reason } = one
      const tap = { returnId: id, level: one.level, decision, ...(reason && { reason }), memberId: `mem_${one.who}` }
      const outcomes = await Promise.all(Array.from({ length: one.times }, () => decide(tap)))
      expect(outcomes.filter(({ outcome }) => outcome === 'decided').length).toBeLessThanOrEqual(1)
      return
    }
    case 'say':
      await desk.say(one.yes ? `${id} 通过` : `${id} 驳回 面单不符`, one.who)
      await Promise.all([desk.say('确认', one.who), desk.say('确认', one.who)])
      return
    case 'both':
      await desk.say(`${id} 通过`, one.who)
      await Promise.all([
        desk.say('确认', one.who),
        decide({ returnId: id, level: one.level, decision: 'approve', memberId: `mem_${one.who}` }),
      ])
      return
    case 'undo':
      await Promise.all(
        Array.from({ length: one.times }, () => undo({ returnId: id, level: one.level, memberId: `mem_${one.who}` })),
      )
      return
    case 'sign':
      await fresh.database.sql`
        INSERT INTO level_signers (return_id, level, member_id, added_by, added_at)
        SELECT a.return_id, a.level, ${`mem_${one.who}`}, 'mem_ops', now() FROM approval_levels a
        WHERE a.return_id = ${id} AND a.level = ${one.level} AND a.state = 'pending' AND NOT EXISTS (
          SELECT 1 FROM approval_levels b WHERE b.return_id = a.return_id AND b.decided_by = ${`mem_${one.who}`})
        ON CONFLICT DO NOTHING`
      return
    case 'scan':
      await desk.scan(id)
      return
    case 'flow': {
      const shown = await desk.say(one.said, 'ops')
      if (shown.kind === 'card') await desk.tap(shown, '发布', 'ops')
      return
    }
    case 'erp':
      await fresh.database.sql`
        INSERT INTO sources (name, heard_at, stale_after_minutes, last_error)
        VALUES ('erp.u8', to_timestamp(${desk.clock.nowMs()}::float8 / 1000), 1440, ${one.silent ? 'no answer' : null})
        ON CONFLICT (name) DO UPDATE SET last_error = excluded.last_error, heard_at = excluded.heard_at`
      return
    case 'pass':
      return
  }
}

function check(before: readonly ReturnRow[], now: readonly ReturnRow[], one: Step): void {
  for (const row of now) {
    const { levels, approval } = row
    const was = before.find(({ id }) => id === row.id)
    // the levels stand in their order, one is open while the return is undecided, none otherwise
    const states = levels.map(({ state }) => state).join(' ')
    expect(states).toMatch(
      approval === 'pending'
        ? /^(approved )*pending( waiting)*$/
        : approval === 'approved'
          ? /^approved( approved)*$/
          : /^(approved )*rejected( waiting)*$/,
    )
    // nobody has a say in two levels, nor in their own return
    const voices = levels.flatMap(({ state, by, signed }) => [
      ...new Set([...(state === 'approved' ? [by] : []), ...signed]),
    ])
    expect(new Set(voices).size).toBe(voices.length)
    expect(voices).not.toContain(row.appliedBy)
    // what other systems are told follows from the approval and from nothing else, each once
    const told = row.commands.filter((name) => name === 'wms.expect_return' || name === 'crm.notice')
    expect(new Set(told).size).toBe(told.length)
    if (approval !== 'approved') expect(told).toEqual([])
    else if (!row.received) expect(told).toEqual(['crm.notice', 'wms.expect_return'])
    if (row.released) expect(approval).toBe('approved')
    if (was === undefined) continue
    // a return keeps its flow, and nothing of it changes unseen
    expect(row.flow).toBe(was.flow)
    expect(row.levels.map(({ level: n }) => n)).toEqual(was.levels.map(({ level: n }) => n))
    const told2 = JSON.stringify([was.approval, was.levels.map(({ state, by }) => [state, by])])
    if (told2 !== JSON.stringify([approval, levels.map(({ state, by }) => [state, by])]))
      expect(row.version).toBeGreaterThan(was.version)
    // no path leaves a final state but an undo in time
    if (was.approval !== 'pending' && one.do !== 'undo')
      expect([approval, states]).toEqual([was.approval, was.levels.map(({ state }) => state).join(' ')])
    if (was.released) expect([approval, row.released]).toEqual(['approved', true])
  }
}

test('any walk through cards, typed words, undo, signers, scans, a changing flow and a silent ERP', async () => {
  const reached = new Map<string, number>()
  const sold = { qty: 3, paidFen: 30_000n }
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 22 }), async (steps) => {
      await desk.clean()
      await fresh.database.sql`TRUNCATE flow_versions, commands`
      const lines = [{ lineKey: 'A', sku: 'SKU-W', name: '3段奶粉', qty: sold.qty, amountFen: sold.paidFen }]
      await desk.take(signedOrder({ lines, paidFen: sold.paidFen, freightFen: 0n }))
      let offset = 0
      let before: readonly ReturnRow[] = []
      for (const [index, one] of [{ do: 'create', qty: 2, who: 'cs' } as const, ...steps].entries()) {
        offset += one.do === 'pass' ? one.ms : 1_000
        desk.clock.setOffset(offset)
        await run(one, index, before)
        const now = await returns()
        check(before, now, one)
        const open = now.filter(({ approval }) => approval === 'pending' || approval === 'approved')
        expect(open.reduce((sum, { qty }) => sum + qty, 0)).toBeLessThanOrEqual(sold.qty)
        const given = now
          .filter(({ approval }) => approval === 'approved')
          .reduce((sum, { fen }) => sum + (fen ?? 0n), 0n)
        expect(given).toBeLessThanOrEqual(sold.paidFen)
        for (const { approval } of now) reached.set(approval, (reached.get(approval) ?? 0) + 1)
        if (
          one.do === 'undo' &&
          before.some((was, nthRow) => was.approval !== 'pending' && now[nthRow]?.approval === 'pending')
        )
          reached.set('undone', (reached.get('undone') ?? 0) + 1)
        before = now
      }
    }),
    { numRuns: runs(20) },
  )
  expect([...reached.keys()].sort()).toEqual(['approved', 'pending', 'rejected', 'undone'])
  expect(await desk.chain.verifyChain()).toMatchObject({ outcome: 'whole' })
}, 300_000)

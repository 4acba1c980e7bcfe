import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LevelOutcome, LevelTap } from '../../../src/hub/decide-level.ts'
import { checkedFlow, defaultFlow, levelsFor } from '../../../src/hub/flow-rules.ts'
import { closeTodo } from '../../../src/hub/return-actions.ts'
import { tapDecision } from '../../../src/hub/tap-decision.ts'
import { undoDecision } from '../../../src/hub/undo-decision.ts'
import { transcript } from '../../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { label, type ReturnFlowDesk, returnFlowDesk } from '../../kit/return-flow-desk.ts'
import { runs } from '../../kit/runs.ts'
import { orderNo, pendingReturn, signedOrder } from '../../kit/write-orders.ts'

const minuteMs = 60_000
const yto = 'YT0082452614557'
let fresh: FreshDatabase
let desk: ReturnFlowDesk
let decide: (tap: Omit<LevelTap, 'memberId'> & { readonly who: string }) => Promise<LevelOutcome>

beforeAll(async () => {
  fresh = await freshDatabase({ max: 20 })
  desk = returnFlowDesk(fresh)
  const core = tapDecision({ database: fresh.database, audit: desk.chain, clock: desk.clock })
  decide = ({ who, ...tap }) => core({ ...tap, memberId: `mem_${who}` })
})
beforeEach(async () => {
  await desk.clean()
  await fresh.database.sql`DELETE FROM flow_versions`
})
afterAll(async () => {
  desk.close()
  await fresh.drop()
})

/** Applied for by the agent; the label's number makes it another one. */
async function created(change: Parameters<typeof signedOrder>[0] = {}, number = yto): Promise<string> {
  const order = signedOrder(change)
  await desk.take(order)
  await desk.photo(label(number))
  await desk.say(`${order.orderNo} 要退货 破损`)
  return (await desk.say('确认')).trace?.about?.returnId ?? ''
}
const levelsOf = (id: string) => fresh.database.sql<
  { level: number; role: string; state: string; auto: boolean; limit: number | null }[]
>`
  SELECT level, role, state, auto, round(extract(epoch FROM due_at - started_at) / 60)::int AS limit
  FROM approval_levels WHERE return_id = ${id} ORDER BY level`
const approvalOf = async (id: string) => {
  const [row] = await fresh.database.sql<{ approval: string; version: number; flow: number }[]>`
    SELECT approval, version, flow_version AS flow FROM returns WHERE id = ${id}`
  return row
}
const yes = (returnId: string, level: number, who: string) => decide({ returnId, level, decision: 'approve', who })
const three = ['cs_lead', 'warehouse', 'finance'] as const

describe('the flow is data', () => {
  test('初审改成20分钟 › preview › 发布 › live; what runs keeps its version', async () => {
    const before = await created()
    const shown = await desk.say('初审改成20分钟', 'ops')
    expect(transcript(shown)).toContain('流程草稿 v2\nL1 组长初审 限20分')
    expect(transcript(shown)).toContain('原来：组长初审 限15分\n正在审的1单按原来的版本走完')
    const live = await desk.tap(shown, '发布', 'ops')
    expect(transcript(live)).toContain('流程 v2 已生效')
    const after = await created({ orderNo: '6936476692437472564', waybillNo: '75894561230199' }, 'YT0082452614558')
    expect([await approvalOf(before), await approvalOf(after)]).toMatchObject([{ flow: 1 }, { flow: 2 }])
    expect([(await levelsOf(before))[0]?.limit, (await levelsOf(after))[0]?.limit]).toEqual([15, 20])
    expect(transcript(await desk.say('看流程', 'cs'))).toContain('退货审批流程 v2')
    expect((await desk.audits('flow:returns')).map(({ actor, action }) => [actor, action])).toContainEqual([
      'mem_ops',
      'flow.publish',
    ])
  })

  test('nobody else may; the same is nothing; back is a version of its own', async () => {
    expect(transcript(await desk.say('初审改成20分钟', 'cs'))).toMatch(/^改审批流程需要/)
    expect(transcript(await desk.say('初审改成15分钟', 'ops'))).toBe('现在就是这样，没有改动。')
    expect(transcript(await desk.say('初审改成0分钟', 'ops'))).toMatch(/^这样改不成立/)
    expect(transcript(await desk.say('流程退回上一版', 'ops'))).toMatch(/^现在是第一版/)
    await desk.tap(await desk.say('终审改成2小时', 'director'), '发布', 'director')
    const back = await desk.tap(await desk.say('流程退回', 'ops'), '发布', 'ops')
    expect(transcript(back)).toContain('流程 v3 已生效\nL1 组长初审 限15分 | L2 仓管复核 限4时 | L3 财务终审 限4时')
  })

  test('two editors: the later tap sees what is live now and is asked again', async () => {
    const [mine, theirs] = [await desk.say('初审改成20分钟', 'ops'), await desk.say('复核改成2小时', 'director')]
    await desk.tap(theirs, '发布', 'director')
    const again = await desk.tap(mine, '发布', 'ops')
    expect(transcript(again)).toContain('流程草稿 v3\nL1 组长初审 限20分 | L2 仓管复核 限2时')
    expect(transcript(await desk.tap(again, '发布', 'ops'))).toContain('流程 v3 已生效')
  })

  test('终审只审500元以上: a small return is through after two levels', async () => {
    await desk.tap(await desk.say('终审只审500元以上', 'ops'), '发布', 'ops')
    const id = await created()
    expect((await levelsOf(id)).map(({ role }) => role)).toEqual(['cs_lead', 'warehouse'])
    expect(await yes(id, 1, 'cs_lead')).toMatchObject({ outcome: 'decided', next: { role: 'warehouse' } })
    expect(await yes(id, 2, 'warehouse')).toMatchObject({ outcome: 'decided', decision: 'approve' })
    expect(await approvalOf(id)).toMatchObject({ approval: 'approved' })
  })

  test('small safe cases pass by rule, so often a day, and are marked as such', async () => {
    const rules = { ...defaultFlow, autoApprove: { mostFen: '30000', perCustomerPerDay: 1, sampleOneIn: 1_000 } }
    await fresh.database
      .sql`INSERT INTO flow_versions (version, body, live_at) VALUES (2, ${fresh.database.sql.json(rules)}, now())`
    await fresh.database
      .sql`INSERT INTO stock_lots (id, sku, name, warehouse, on_hand, zone) VALUES ('lot-auto', ${signedOrder().lines[0]?.sku ?? 'x'}, 'x', 'w', 9, 'shelf') ON CONFLICT DO NOTHING`
    const first = await created({
      lines: [{ lineKey: 'A', sku: 'SKU-AUTO', name: '3段奶粉', qty: 1, amountFen: 28_600n }],
    })
    await fresh.database.sql`DELETE FROM stock_lots WHERE id = 'lot-auto'`
    const [state] = await levelsOf(first)
    // its SKU is in no lot: not safe, so people decide
    expect(state).toMatchObject({ state: 'pending', auto: false })
    await fresh.database
      .sql`INSERT INTO stock_lots (id, sku, name, warehouse, on_hand, zone) VALUES ('lot-auto', 'SKU-AUTO', 'x', 'w', 9, 'shelf')`
    const lines = [{ lineKey: 'A', sku: 'SKU-AUTO', name: '3段奶粉', qty: 1, amountFen: 28_600n }]
    const second = await created(
      { orderNo: '6936476692437472564', waybillNo: '75894561230199', lines },
      'YT0082452614558',
    )
    expect(await levelsOf(second)).toMatchObject([1, 2, 3].map(() => ({ state: 'approved', auto: true })))
    expect(await approvalOf(second)).toMatchObject({ approval: 'approved' })
    const third = await created(
      { orderNo: '6936476692437472565', waybillNo: '75894561230198', lines },
      'YT0082452614559',
    )
    expect(await approvalOf(third)).toMatchObject({ approval: 'pending' })
    await fresh.database.sql`DELETE FROM stock_lots WHERE id = 'lot-auto'`
  })

  test.each([
    ['no level', { ...defaultFlow, levels: [] }],
    ['a role twice', { ...defaultFlow, levels: [defaultFlow.levels[0], { ...defaultFlow.levels[0], level: 2 }] }],
    ['out of order', { ...defaultFlow, levels: [...defaultFlow.levels].reverse() }],
    [
      'no level for small amounts',
      { ...defaultFlow, levels: [{ level: 1, role: 'finance', limitMinutes: 5, fromFen: '100' }] },
    ],
    ['a word nobody knows', { ...defaultFlow, lunch: true }],
  ])('rules that hold nothing are refused: %s', (_, body) => {
    expect(() => checkedFlow(body)).toThrow(/flow/)
  })

  test('whatever the amount, the levels passed are a part of all, in order, and at least one', () => {
    const level = (n: number, role: (typeof three)[number]) =>
      fc
        .record({ fromFen: fc.option(fc.nat(90_000).map(String), { nil: undefined }) })
        .map(({ fromFen }) => ({ level: n, role, limitMinutes: 9, ...(fromFen !== undefined && { fromFen }) }))
    const levels = fc.tuple(level(1, 'cs_lead'), level(2, 'warehouse'), level(3, 'finance'))
    fc.assert(
      fc.property(levels, fc.option(fc.bigInt(0n, 99_999n), { nil: undefined }), (all, fen) => {
        fc.pre(all.some(({ fromFen }) => fromFen === undefined))
        const passed = levelsFor(checkedFlow({ ...defaultFlow, levels: all }), fen)
        expect(passed.length).toBeGreaterThan(0)
        expect(passed.map(({ level: n }) => n)).toEqual([...passed.map(({ level: n }) => n)].sort())
      }),
    )
  })
})

describe('who may, and what stands against it', () => {
  test('100 races of two approvers: one winner, the other is told who it was (R6)', async () => {
    await fresh.database.sql`INSERT INTO members (id, name) VALUES ('mem_lead2', '小林')`
    await fresh.database.sql`INSERT INTO member_roles (member_id, role) VALUES ('mem_lead2', 'cs_lead')`
    for (let race = 0; race < 100; race++) {
      const number = String(6_936_476_692_437_500_000n + BigInt(race))
      const orderId = await desk.take(signedOrder({ orderNo: number, waybillNo: `758945${61_230_000 + race}` }))
      const id = await pendingReturn(fresh, orderId, `TH26112${String(20_000 + race)}`)
      const reason = '面单不符'
      const both = await Promise.all([
        yes(id, 1, 'cs_lead'),
        race % 2 === 0
          ? yes(id, 1, 'lead2')
          : decide({ returnId: id, level: 1, decision: 'reject', reason, who: 'lead2' }),
      ])
      expect(both.map(({ outcome }) => outcome).sort()).toEqual(['already', 'decided'])
      const loser = both.find(({ outcome }) => outcome === 'already')
      const [row] = await fresh.database.sql<{ by: string }[]>`
        SELECT decided_by AS by FROM approval_levels WHERE return_id = ${id} AND level = 1`
      expect(loser).toMatchObject({ byId: row?.by })
      const deeds = (await desk.audits(`return:${id}`))
        .map(({ action }) => action)
        .filter((one) => /^approval\.(approve|reject)$/.test(one))
      expect(deeds).toHaveLength(1)
    }
  }, 120_000)

  test('a stand-in decides in the place of who is away, and it is marked; outside the dates not', async () => {
    const id = await created()
    const [now] = [desk.clock.nowMs()]
    await fresh.database.sql`
      INSERT INTO delegations (id, from_member, to_member, starts_at, ends_at, made_by, made_at)
      VALUES ('d1', 'mem_cs_lead', 'mem_cs2', to_timestamp(${now + 60 * minuteMs}::float8 / 1000), to_timestamp(${now + 120 * minuteMs}::float8 / 1000), 'mem_cs_lead', now())`
    expect(await yes(id, 1, 'cs2')).toMatchObject({ outcome: 'refused', why: { code: 'not-your-level' } })
    desk.clock.setOffset(61 * minuteMs)
    expect(await yes(id, 1, 'cs2')).toMatchObject({ outcome: 'decided', deputyFor: '小cs_lead' })
    const [row] = await fresh.database
      .sql`SELECT deputy_for AS for FROM approval_levels WHERE return_id = ${id} AND level = 1`
    expect(row).toEqual({ for: 'mem_cs_lead' })
  })

  test('a second signer: the level waits for both, in either order', async () => {
    for (const first of ['cs_lead', 'director'] as const) {
      await desk.clean()
      const id = await created()
      await fresh.database.sql`
        INSERT INTO level_signers (return_id, level, member_id, added_by, added_at) VALUES (${id}, 1, 'mem_director', 'mem_cs_lead', now())`
      const second = first === 'cs_lead' ? 'director' : 'cs_lead'
      expect(await decide({ returnId: id, level: 1, decision: 'approve', who: first, reason: '大额' })).toMatchObject({
        outcome: 'signed',
      })
      expect((await levelsOf(id))[0]).toMatchObject({ state: 'pending' })
      expect(await decide({ returnId: id, level: 1, decision: 'approve', who: second, reason: '大额' })).toMatchObject({
        outcome: 'decided',
      })
    }
  })

  test('a token that was changed, or is over, is refused, answered and written down', async () => {
    const tapped = { kind: 'card', card: { title: '', tone: 'calm', facts: [], buttons: [] } } as const
    const button = (token: string) => ({
      ...tapped,
      card: { ...tapped.card, buttons: [{ label: 'x', token: token as never, style: 'plain' as const }] },
    })
    const shown = await desk.say('初审改成20分钟', 'ops')
    const token = shown.kind === 'card' ? (shown.card.buttons[0]?.token ?? '') : ''
    const changed = `${token.slice(0, -2)}${token.endsWith('A') ? 'Bw' : 'Aw'}`
    expect((await desk.tap(button(changed), 'x', 'ops')).kind).toBe('text')
    expect((await desk.audits('member:mem_ops')).map(({ action }) => action)).toContain('tap.forged')
    expect(await desk.parts.flow.live()).toMatchObject({ version: 1 })
  })

  test('nobody decides their own return, or two levels; the director needs a reason', async () => {
    await desk.take(signedOrder())
    await desk.photo(label(yto), 'cs_lead')
    await desk.say(`${orderNo} 要退货 破损`, 'cs_lead')
    const id = (await desk.say('确认', 'cs_lead')).trace?.about?.returnId ?? ''
    expect(await yes(id, 1, 'cs_lead')).toMatchObject({ outcome: 'refused', why: { code: 'own-return' } })
    expect(await yes(id, 1, 'director')).toEqual({ outcome: 'needs-reason' })
    const because = { returnId: id, decision: 'approve', reason: '审批人不在', who: 'director' } as const
    expect(await decide({ ...because, level: 1 })).toMatchObject({ outcome: 'decided' })
    expect(await decide({ ...because, level: 2 })).toMatchObject({ outcome: 'refused', why: { code: 'twice' } })
  })

  test('two returns of one order never give back more than was paid', async () => {
    const id = await created()
    const [{ orderId } = { orderId: '' }] = await fresh.database.sql<
      { orderId: string }[]
    >`SELECT order_id AS "orderId" FROM returns WHERE id = ${id}`
    await fresh.database.sql`
      INSERT INTO returns (id, order_id, reason, applied_at, approval, approved_at, refund_fen)
      VALUES ('TH2611210150', ${orderId}, 'x', now(), 'approved', now(), 11800)`
    await yes(id, 1, 'cs_lead')
    await yes(id, 2, 'warehouse')
    expect(await yes(id, 3, 'finance')).toEqual({
      outcome: 'refused',
      why: {
        code: 'beyond-paid',
        totalFen: '40400',
        paidFen: '28600',
        other: 'TH2611210150',
        otherFen: '11800',
        leftFen: '16800',
      },
    })
  })

  test('an ERP that is silent is never "no arrears"; healed, it is asked anew', async () => {
    const id = await created()
    await yes(id, 1, 'cs_lead')
    await yes(id, 2, 'warehouse')
    await fresh.database.sql`
      INSERT INTO sources (name, heard_at, stale_after_minutes, last_error)
      VALUES ('erp.u8', to_timestamp(${desk.clock.nowMs()}::float8 / 1000), 1440, 'no answer')`
    expect(await yes(id, 3, 'finance')).toEqual({ outcome: 'refused', why: { code: 'arrears-unknown' } })
    await fresh.database.sql`UPDATE sources SET last_error = NULL WHERE name = 'erp.u8'`
    expect(await yes(id, 3, 'finance')).toMatchObject({ outcome: 'decided', decision: 'approve' })
  })

  test('facts that changed since they were seen are shown first', async () => {
    await fresh.database
      .sql`INSERT INTO stock_lots (id, sku, name, warehouse, on_hand, zone) VALUES ('lot-z', 'SKU-Z', 'x', 'w', 9, 'shelf')`
    const id = await created({ lines: [{ lineKey: 'A', sku: 'SKU-Z', name: '3段奶粉', qty: 2, amountFen: 29_800n }] })
    await yes(id, 1, 'cs_lead')
    const stamp = async () => {
      const [row] = await fresh.database.sql<
        { stamp: string }[]
      >`SELECT facts->>'stamp' AS stamp FROM approval_levels WHERE return_id = ${id} AND level = 2`
      return row?.stamp ?? ''
    }
    const seen = await stamp()
    await fresh.database.sql`UPDATE stock_lots SET zone = 'near_expiry', expires_on = '2027-01-20' WHERE id = 'lot-z'`
    const tap = { returnId: id, level: 2, decision: 'approve', who: 'warehouse' } as const
    expect(await decide({ ...tap, stamp: seen })).toEqual({ outcome: 'changed' })
    expect(await stamp()).not.toBe(seen)
    expect(await decide({ ...tap, stamp: await stamp() })).toMatchObject({ outcome: 'decided' })
    await fresh.database.sql`DELETE FROM stock_lots WHERE id = 'lot-z'`
  })
})

describe('whatever is tapped', () => {
  type Step =
    | {
        readonly who: string
        readonly level: number
        readonly decision: LevelTap['decision']
        readonly reason?: string
        readonly times: number
      }
    | { readonly undo: number; readonly who: string }
    | { readonly passMs: number }
  const who = fc.constantFrom('cs', 'cs_lead', 'warehouse', 'warehouse2', 'finance', 'director')
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .record({
          who,
          level: fc.constantFrom(1, 2, 3),
          decision: fc.constantFrom('approve' as const, 'approve' as const, 'reject' as const, 'material' as const),
          reason: fc.option(fc.constant('x'), { nil: undefined }),
          times: fc.integer({ min: 1, max: 4 }),
        })
        .map(({ reason, ...one }) => ({ ...one, ...(reason !== undefined && { reason }) })),
    },
    { weight: 1, arbitrary: fc.record({ undo: fc.constantFrom(1, 2, 3), who }) },
    { weight: 1, arbitrary: fc.record({ passMs: fc.constantFrom(30_000, 121_000) }) },
  )

  test('no path leaves a final state but an undo in time; one level is open at most; N deliveries are one effect', async () => {
    const undo = undoDecision({
      database: fresh.database,
      audit: desk.chain,
      clock: desk.clock,
      closeTodo: closeTodo({ give: async () => undefined }),
    })
    const ends = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        await desk.clean()
        const id = await created()
        let offset = 0
        for (const one of steps) {
          const before = [await approvalOf(id), await levelsOf(id)] as const
          if ('passMs' in one) {
            offset += one.passMs
            desk.clock.setOffset(offset)
          } else if ('undo' in one) await undo({ returnId: id, level: one.undo, memberId: `mem_${one.who}` })
          else {
            const { times, ...tap } = one
            const outcomes = await Promise.all(Array.from({ length: times }, () => decide({ returnId: id, ...tap })))
            expect(outcomes.filter(({ outcome }) => outcome === 'decided').length).toBeLessThanOrEqual(1)
          }
          const [now, levels] = [await approvalOf(id), await levelsOf(id)]
          const open = levels.filter(({ state }) => state === 'pending')
          expect(open.length).toBe(now?.approval === 'pending' ? 1 : 0)
          const first = open[0]?.level ?? 9
          for (const { level, state } of levels)
            if (level < first && now?.approval !== 'rejected') expect(state).toBe('approved')
          if (now?.approval === 'approved') expect(levels.every(({ state }) => state === 'approved')).toBe(true)
          if (before[0]?.approval !== 'pending' && !('undo' in one))
            expect([now?.approval, levels]).toEqual([before[0]?.approval, before[1]])
        }
        ends.add((await approvalOf(id))?.approval ?? '')
      }),
      { numRuns: runs(20) },
    )
    expect(ends.size).toBeGreaterThan(1)
  }, 180_000)
})

import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Reply } from '../../../src/chat/reply.ts'
import { checkedFlow, defaultFlow, type FlowLevel, levelsFor } from '../../../src/hub/flow-rules.ts'
import { buttonOf, transcript } from '../../kit/ask-desk.ts'
import { faultsOf } from '../../kit/card-faults.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { label, type ReturnFlowDesk, returnFlowDesk } from '../../kit/return-flow-desk.ts'
import { signedOrder } from '../../kit/write-orders.ts'

const dayMs = 86_400_000
let fresh: FreshDatabase
let desk: ReturnFlowDesk
let auditedBefore = 0

beforeAll(async () => {
  fresh = await freshDatabase({ max: 10 })
  desk = returnFlowDesk(fresh)
})
beforeEach(async () => {
  await desk.clean()
  await fresh.database.sql`TRUNCATE flow_versions`
  const [row] = await fresh.database.sql<{ seq: number }[]>`SELECT coalesce(max(seq), 0)::int AS seq FROM audit`
  auditedBefore = row?.seq ?? 0
})
afterAll(async () => {
  desk.close()
  await fresh.drop()
})

const published = async (text: string, who = 'ops') => desk.tap(await desk.say(text, who), '发布', who)
const live = () => desk.parts.flow.live()
const written = async (like: string) =>
  (
    await fresh.database.sql<{ line: string }[]>`
      SELECT actor || ' ' || action || coalesce(' ' || (detail->>'intent'), '') AS line FROM audit
      WHERE seq > ${auditedBefore} AND action LIKE ${like} ORDER BY seq`
  ).map(({ line }) => line)

describe('who may, looked at when it goes live', () => {
  test('a refusal says that it was written down, and it was', async () => {
    for (const who of ['cs', 'cs_lead', 'warehouse', 'finance', 'it'])
      expect(transcript(await desk.say('初审改成20分钟', who))).toMatch(/^改审批流程需要.+已记录，未改动。$/)
    const who = ['cs', 'cs_lead', 'warehouse', 'finance', 'it']
    expect(await written('right.%')).toEqual(who.map((one) => `mem_${one} right.refused flow.edit`))
  })

  test('in a group only the asker reads why', async () => {
    expect(await desk.say('初审改成20分钟', 'cs', 'group')).toMatchObject({
      text: '已私信说明。',
      direct: { kind: 'text', text: expect.stringMatching(/^改审批流程需要/) },
    })
  })

  test('the right that was lost since the preview is lost, whatever the chat believes', async () => {
    const shown = await desk.say('初审改成20分钟', 'ops')
    await fresh.database.sql`DELETE FROM member_roles WHERE member_id = 'mem_ops'`
    expect(transcript(await desk.tap(shown, '发布', 'ops'))).toMatch(/已记录，未改动。$/)
    expect(await live()).toMatchObject({ version: 1 })
    expect(await written('flow.%')).toEqual(['mem_ops flow.refused'])
  })

  test('another’s button is refused by right, not by the card', async () => {
    const shown = await desk.say('初审改成20分钟', 'ops')
    expect(transcript(await desk.tap(shown, '发布', 'cs'))).toMatch(/^改审批流程需要/)
    expect(await live()).toMatchObject({ version: 1 })
  })
})

describe('preview, then live', () => {
  test('typed like the button: only with the version of the draft, and not once somebody was faster', async () => {
    const shown = await desk.say('初审改成20分钟', 'ops')
    const { say = '' } = buttonOf(shown, '发布')
    expect(say).toBe('发布流程v2 初审改成20分钟')
    await desk.say('发布流程 初审改成20分钟', 'ops')
    expect(await live()).toMatchObject({ version: 1 })
    await published('复核改成2小时', 'director')
    expect(transcript(await desk.say(say, 'ops'))).toContain('流程草稿 v3')
    expect(await live()).toMatchObject({ version: 2 })
    expect(transcript(await desk.say('发布流程v3 初审改成20分钟', 'ops'))).toContain('流程 v3 已生效')
  })

  test('the same tap again, and ten at once, are one version', async () => {
    const shown = await desk.say('初审改成20分钟', 'ops')
    const taps = await Promise.all(Array.from({ length: 10 }, () => desk.tap(shown, '发布', 'ops')))
    expect(taps.filter((reply) => transcript(reply).includes('已生效'))).toHaveLength(1)
    expect(new Set(taps.map(transcript)).has('现在就是这样，没有改动。')).toBe(true)
    expect(await live()).toMatchObject({ version: 2 })
    expect(await written('flow.%')).toEqual(['mem_ops flow.publish'])
  })

  test('two changes in one line are both shown and both made; a third that is not understood is named', async () => {
    const shown = await desk.say('初审改成20分钟，终审只审500元以上，复核放宽一点', 'ops')
    expect(transcript(shown)).toContain('没看懂，未改：复核放宽一点')
    expect(transcript(shown)).toContain('L1 组长初审 限20分')
    expect(transcript(shown)).toContain('财务终审 限4时，¥500起')
    expect(transcript(shown)).toContain('不经财务终审的单不查应收欠款')
    await desk.tap(shown, '发布', 'ops')
    const { rules } = await live()
    expect(rules.levels).toMatchObject([{ limitMinutes: 20 }, { limitMinutes: 240 }, { fromFen: '50000' }])
    expect(transcript(await desk.say('初审改成1分钟，复核改成1小时，终审改成1小时，关闭自动通过', 'ops'))).toBe(
      '一次最多改3处，请分开说。没有改动。',
    )
  })

  test('levels that together pass the limit of the whole return are pointed out', async () => {
    expect(transcript(await desk.say('复核改成1000分钟，终审改成20小时', 'ops'))).toMatch(
      /各级时限共36时55分，超过整单24时/,
    )
  })

  test('any three changes fit into a token and say the same when they come back', async () => {
    const role = fc.constantFrom('初审', '复核', '终审')
    const said = fc.oneof(
      fc.tuple(role, fc.integer({ min: 1, max: 9_999 })).map(([who, n]) => `${who}改成${n}分钟`),
      fc.tuple(role, fc.integer({ min: 1, max: 9_999_999 })).map(([who, n]) => `${who}只审${n}元以上`),
      fc.tuple(role, fc.integer({ min: 1, max: 5 })).map(([who, n]) => `${who}跳过V${n}以上`),
      fc
        .tuple(fc.integer({ min: 1, max: 9_999_999 }), fc.integer({ min: 1, max: 10 }))
        .map(([most, n]) => `${most}元以下自动通过，每人每天${n}次`),
      fc.constantFrom('审批后放款', '揽收后放款', '取消复核'),
    )
    let drawn = 0
    await fc.assert(
      fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 3 }), async (lines) => {
        await fresh.database.sql`TRUNCATE flow_versions`
        const shown = await desk.say(lines.join('，'), 'ops')
        if (shown.kind !== 'card') return
        drawn += 1
        expect(faultsOf(shown.card)).toEqual([])
        const drafted = factsOf(shown)
        expect(factsOf(await desk.tap(shown, '发布', 'ops'))).toEqual(drafted)
      }),
      { numRuns: 60 },
    )
    expect(drawn).toBeGreaterThan(20)
  }, 60_000)
})

const factsOf = (reply: Reply) => (reply.kind === 'card' || reply.kind === 'card-update' ? reply.card.facts : reply)

describe('going back', () => {
  test('in one tap from the card that said it is live; a second tap goes nowhere', async () => {
    const done = await published('初审改成20分钟')
    const back = await desk.tap(done, '退回v1', 'ops')
    expect(transcript(back)).toContain('流程 v3 已生效\nL1 组长初审 限15分')
    expect(transcript(await desk.tap(done, '退回v1', 'ops'))).toBe('现在就是这样，没有改动。')
    expect(await live()).toMatchObject({ version: 3, rules: defaultFlow })
  })

  test('昨天那版 is what was live as yesterday ended, however often it was changed today', async () => {
    await published('初审改成20分钟')
    desk.clock.setOffset(dayMs)
    await published('初审改成25分钟')
    await published('复核改成1小时')
    expect(transcript(await desk.say('流程退回昨天那版', 'ops'))).toContain('L1 组长初审 限20分 | L2 仓管复核 限4时')
    expect(transcript(await desk.say('流程退回v3', 'ops'))).toContain('L1 组长初审 限25分 | L2 仓管复核 限4时')
    expect(transcript(await desk.say('流程退回v9', 'ops'))).toBe('没有这个版本可退，现在是v4。')
  })
})

describe('levels and conditions', () => {
  const created = async (change: Parameters<typeof signedOrder>[0], number: string) => {
    const order = signedOrder(change)
    await desk.take(order)
    await desk.photo(label(number))
    await desk.say(`${order.orderNo} 要退货 破损`)
    return (await desk.say('确认')).trace?.about?.returnId ?? ''
  }
  const rolesOf = async (id: string) =>
    (
      await fresh.database.sql<
        { role: string }[]
      >`SELECT role FROM approval_levels WHERE return_id = ${id} ORDER BY level`
    ).map(({ role }) => role)

  test('V3以上免初审: by the level of the person, whichever account bought; what runs keeps all three', async () => {
    const { sql } = fresh.database
    const before = await created({}, 'YT0082452614557')
    await published('V3以上免初审')
    await sql`UPDATE customers SET level = 'V4'`
    const change = { orderNo: '6936476692437472564', waybillNo: '75894561230199' }
    expect(await rolesOf(await created(change, 'YT0082452614558'))).toEqual(['warehouse', 'finance'])
    await sql`INSERT INTO customers (id, display_name, level) VALUES ('low', 'x', 'V2')`
    await sql`UPDATE customers SET merged_into = 'low' WHERE id <> 'low'`
    const third = { orderNo: '6936476692437472565', waybillNo: '75894561230198' }
    expect(await rolesOf(await created(third, 'YT0082452614559'))).toEqual(['cs_lead', 'warehouse', 'finance'])
    expect(await rolesOf(before)).toEqual(['cs_lead', 'warehouse', 'finance'])
  })

  test('a level is left out and comes back; the last one that looks at everything stays', async () => {
    const shown = await desk.say('取消复核', 'ops')
    expect(transcript(shown)).toContain('取消：仓管复核 限4时')
    await desk.tap(shown, '发布', 'ops')
    expect(await rolesOf(await created({}, 'YT0082452614557'))).toEqual(['cs_lead', 'finance'])
    expect(transcript(await desk.say('复核改成1小时', 'ops'))).toBe(
      '流程里现在没有复核这一级。要加回来，请说：恢复复核',
    )
    await published('取消终审')
    expect(transcript(await desk.say('取消初审', 'ops'))).toMatch(/^这样改不成立/)
    expect(transcript(await desk.say('V1以上免初审', 'ops'))).toMatch(/^这样改不成立/)
    expect(transcript(await published('恢复复核，恢复终审'))).toContain(
      'L1 组长初审 限15分 | L2 仓管复核 限4时 | L3 财务终审 限4时',
    )
  })

  test('a typed 确认 after the preview publishes it, and not a change that was shown before; 取消 leaves all as it is', async () => {
    const before = await created({}, 'YT0082452614557')
    await desk.say(`${before} 通过`, 'director')
    await desk.say('初审改成20分钟', 'director')
    expect(transcript(await desk.say('确认', 'director'))).toContain('流程 v2 已生效')
    expect(transcript(await desk.say('确认', 'director'))).toBe('现在就是这样，没有改动。')
    await desk.say('初审改成25分钟', 'director')
    expect(transcript(await desk.say('取消', 'director'))).toBe('好，流程没有改。')
    const [row] = await fresh.database.sql`SELECT state FROM approval_levels WHERE return_id = ${before} AND level = 1`
    expect([row?.state, (await live()).version]).toEqual(['pending', 2])
  })

  test('复核改由财务审，终审改由仓管审: who decides changes, what is checked does not; what runs keeps its people', async () => {
    const before = await created({}, 'YT0082452614557')
    expect(transcript(await desk.say('复核改由财务审', 'ops'))).toMatch(/^这样财务要审复核和终审，一个岗位只审一级。/)
    const shown = await desk.say('复核改由财务审，终审改由仓管审', 'ops')
    expect(transcript(shown)).toContain('L2 财务复核 限4时 | L3 仓管终审 限4时')
    expect(transcript(shown)).toContain('原来：仓管复核 限4时')
    await desk.tap(shown, '发布', 'ops')
    const id = await created({ orderNo: '6936476692437472564', waybillNo: '75894561230199' }, 'YT0082452614558')
    expect([await rolesOf(before), await rolesOf(id)]).toEqual([
      ['cs_lead', 'warehouse', 'finance'],
      ['cs_lead', 'finance', 'warehouse'],
    ])
    const yes = async (who: string) => {
      await desk.say(`${id} 通过`, who)
      return transcript(await desk.say('确认', who))
    }
    const facts = async () =>
      fresh.database
        .sql`SELECT level, role, state, coalesce(decided_facts, facts)->>'kind' AS rests FROM approval_levels
        WHERE return_id = ${id} ORDER BY level`
    await yes('cs_lead')
    expect(transcript(await desk.say(`${id} 通过`, 'warehouse'))).toContain('财务')
    await yes('finance')
    await yes('warehouse')
    expect([...(await facts())]).toEqual([
      { level: 1, role: 'cs_lead', state: 'approved', rests: 'none' },
      { level: 2, role: 'finance', state: 'approved', rests: 'stock' },
      { level: 3, role: 'warehouse', state: 'approved', rests: 'arrears' },
    ])
    await published('流程退回上一版')
    expect((await live()).rules.levels.map(({ role }) => role)).toEqual(['cs_lead', 'warehouse', 'finance'])
  })

  test('a level that opens after hours is due in the hours of its people, by its own limit', async () => {
    await published('复核改成90分钟')
    // a Sunday evening of the sample calendar: the office opens on Monday
    const id = await created({}, 'YT0082452614557')
    const atMs = desk.clock.nowMs()
    await desk.say(`${id} 通过`, 'cs_lead')
    await desk.say('确认', 'cs_lead')
    const [row] = await fresh.database.sql<{ begun: number; due: number; day: number }[]>`
      SELECT extract(epoch FROM started_at)::float8 * 1000 AS begun, extract(epoch FROM due_at)::float8 * 1000 AS due,
        extract(isodow FROM due_at AT TIME ZONE 'Asia/Shanghai')::int AS day
      FROM approval_levels WHERE return_id = ${id} AND level = 2`
    expect(row?.begun).toBeGreaterThanOrEqual(atMs)
    expect(row?.day).toBe(1)
    const monday = Date.parse('2026-11-23T00:00:00+08:00')
    expect(new Date((row?.due ?? 0) - monday).toISOString()).toMatch(/^1970-01-01T(?:09|10|11):/)
  })
})

test('any rules that pass the schema leave at least one level, in order, for any return', () => {
  const one = (level: number, role: 'cs_lead' | 'warehouse' | 'finance') =>
    fc
      .record({
        fromFen: fc.option(fc.nat(90_000).map(String), { nil: undefined, freq: 1 }),
        exceptFrom: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined, freq: 1 }),
      })
      .map(({ fromFen, exceptFrom }) => ({
        level,
        role,
        limitMinutes: 9,
        ...(fromFen !== undefined && { fromFen }),
        ...(exceptFrom !== undefined && { exceptFrom }),
      }))
  const rules = fc
    .tuple(one(1, 'cs_lead'), one(2, 'warehouse'), one(3, 'finance'))
    .chain((all) => fc.subarray(all, { minLength: 1 }))
  const customer = fc.option(fc.constantFrom('V1', 'V2', 'V3', 'V4', 'V5', 'VIP'), { nil: undefined })
  let passed = 0
  fc.assert(
    fc.property(rules, fc.option(fc.bigInt(0n, 99_999n), { nil: undefined }), customer, (levels, fen, level) => {
      try {
        checkedFlow({ ...defaultFlow, levels })
      } catch {
        return
      }
      passed += 1
      const own = levelsFor(checkedFlow({ ...defaultFlow, levels }), fen, level).map(({ level: nth }) => nth)
      expect(own.length).toBeGreaterThan(0)
      expect(own).toEqual([...own].sort())
    }),
  )
  expect(passed).toBeGreaterThan(10)
})

test('the number says what is checked, the role who decides; nobody decides two levels', () => {
  const by = (roles: readonly FlowLevel['role'][]) => ({
    ...defaultFlow,
    levels: defaultFlow.levels.map((one, nth) => ({ ...one, role: roles[nth] })),
  })
  const swapped = ['cs_lead', 'finance', 'warehouse'] as const
  expect(checkedFlow(by(swapped)).levels.map(({ role }) => role)).toEqual(swapped)
  expect(() => checkedFlow(by(['cs_lead', 'finance', 'finance']))).toThrow(/one level/)
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Reply } from '../../src/chat/reply.ts'
import type { Arrivals } from '../../src/hub/arrivals.ts'
import { personalData } from '../../src/hub/personal.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { seedSample } from '../../src/seed/seed-sample.ts'
import { buttonOf, transcript } from '../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { returnDesk } from '../kit/return-desk.ts'

const nowMs = Date.parse('2026-11-22T10:05:00+08:00')
const personal = personalData('5a'.repeat(32))
let hub: FreshDatabase
let desk: ReturnType<typeof returnDesk>

beforeAll(async () => {
  hub = await freshDatabase()
  await seedSample(hub.database, { orders: 1200, seed: 7, nowMs, personal, log: silentLog })
  desk = returnDesk(hub.database, personal, nowMs)
})
afterAll(() => hub.drop())

const say = async (text: string) => transcript(await desk.ask(text))
const title = (reply: Reply) => ('card' in reply ? reply.card.title : reply.kind === 'text' ? reply.text : '')
const rowOf = (reply: Reply, label: string) =>
  'card' in reply ? reply.card.facts.find((fact) => fact.label === label)?.value : undefined

describe('gifts', () => {
  test('J30: how much was missing, what was paid, the threshold, the level and the rule, in red', async () => {
    const reply = await desk.ask('6926704328626645039 为什么没有赠品')
    expect('card' in reply && reply.card).toMatchObject({
      title: '未达赠品门槛：差¥12.5',
      tone: 'alarm',
      bar: '这一单没有赠品：实付差¥12.5',
      facts: [
        { label: '订单', value: '抖音…5039' },
        { label: '实付', value: '¥286.5' },
        { label: '门槛', value: '¥299' },
        { label: '等级', value: 'V2' },
        { label: '规则', value: '规则#3 v5' },
        { label: '赠品', value: '围兜' },
      ],
    })
    expect(buttonOf(reply, '看规则').say).toMatch(/^SO\d{12} /)
    expect(transcript(await desk.tap(buttonOf(reply, '看规则')))).toBe('(rule.explain)')
    expect(transcript(await desk.tap(buttonOf(reply, '复制话术')))).toBe(
      '您好，您的订单（尾号5039）实付¥286.5，赠品活动需要满¥299，还差¥12.5，所以这一单没有赠品。有需要随时联系我们。',
    )
  })

  type Gift = { readonly id: string; readonly verdict: string; readonly parcel: string | null; readonly apart: boolean }
  const gifts = () => hub.database.sql<Gift[]>`
    SELECT * FROM (SELECT g.order_id AS id, g.verdict, p.state AS parcel,
        p.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM parcel_lines l WHERE l.parcel_id = p.id) AS apart,
        row_number() OVER (PARTITION BY g.verdict, p.state, p.id IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM parcel_lines l WHERE l.parcel_id = p.id) ORDER BY g.decided_at DESC) AS n
      FROM gifts g JOIN orders o ON o.id = g.order_id LEFT JOIN parcels p ON p.id = g.parcel_id
      WHERE o.cancelled_at IS NULL AND o.refunded_at IS NULL AND o.returned_at IS NULL) x WHERE n <= 2`

  test('every verdict and every place of the gift has its answers', async () => {
    const seen = new Set<string>()
    for (const { id, verdict, parcel, apart } of await gifts()) {
      const [included, gap, missing] = await Promise.all([
        desk.ask(`${id} 赠品会一起发吗`),
        desk.ask(`${id} 为什么没有赠品`),
        desk.ask(`${id} 客户说赠品漏发了`),
      ])
      for (const reply of [included, gap, missing]) {
        expect(reply.trace?.about).toEqual({ orderId: id })
        expect(transcript(reply)).not.toMatch(/undefined|null|NaN/)
      }
      seen.add(`${verdict} ${apart ? 'apart' : parcel === null ? '-' : 'with'}`)
      if (verdict === 'locked') {
        const usual =
          parcel === null ? /^(?:会发：|不一起：单独发；另发预计未知)/ : apart ? /^不一起：单独/ : /一起发：.+，同包裹$/
        expect(title(included)).toMatch(usual)
        // a row that says it is still kept would deny the title
        if (title(included).startsWith('已一起发')) expect(rowOf(included, '状态')).toBe('已随包裹发出')
        expect(title(gap)).toMatch(/^已达门槛，赠品.+已锁定$/)
        expect(title(missing)).toMatch(/^应有：/)
        expect(rowOf(missing, '下一步')).toBeDefined()
      } else {
        expect(title(included)).toMatch(/^不一起：/)
        expect(title(missing)).toMatch(/^不应有：/)
        expect(title(gap)).toMatch(verdict === 'below_threshold' ? /^未达赠品门槛：差¥[\d.]+$/ : /^已达门槛，/)
      }
      const script = await say(`${id} 赠品会一起发吗 话术`)
      expect(script).toMatch(/^您好，/)
      expect(script).not.toMatch(/规则|锁定|仓库|运营|判定/)
    }
    expect(seen.size).toBeGreaterThanOrEqual(6)
  })

  test('out of stock: when it follows is unknown, and why', async () => {
    const [row] = await hub.database.sql<{ id: string }[]>`
      SELECT g.order_id AS id FROM gifts g JOIN orders o ON o.id = g.order_id
      WHERE g.verdict = 'out_of_stock' AND o.cancelled_at IS NULL AND o.refunded_at IS NULL AND o.returned_at IS NULL LIMIT 1`
    const reply = await desk.ask(`${row?.id} 赠品会一起发吗`)
    expect(title(reply)).toBe('不一起：赠品库存不足；另发预计未知')
    expect(rowOf(reply, '原因')).toBe('补货时间没有记录')
  })

  test('an order that came to nothing, and one that is not paid', async () => {
    const [over] = await hub.database.sql<
      { id: string }[]
    >`SELECT id FROM orders WHERE cancelled_at IS NOT NULL AND paid_at IS NOT NULL LIMIT 1`
    expect(await say(`${over?.id} 赠品会一起发吗`)).toMatch(/^没有赠品：订单已取消或退款/)
    const [unpaid] = await hub.database.sql<
      { id: string }[]
    >`SELECT id FROM orders WHERE paid_at IS NULL AND cancelled_at IS NULL LIMIT 1`
    expect(await say(`${unpaid?.id} 赠品会一起发吗`)).toMatch(/^还没有付款，付款后判定赠品/)
  })

  test('a paid order the gift log has not reached', async () => {
    const { sql } = hub.database
    const [row] = await sql<
      { id: string }[]
    >`SELECT g.order_id AS id FROM gifts g JOIN orders o ON o.id = g.order_id WHERE o.source_stage = 'paid' LIMIT 1`
    await sql`DELETE FROM gifts WHERE order_id = ${row?.id ?? ''}`
    expect(await say(`${row?.id} 客户说赠品漏发了`)).toMatch(/^赠品未知：还没有判定记录/)
  })
})

describe('may it be returned', () => {
  test('by the policy alone where only goods are named', async () => {
    const opened = await desk.ask('开过的湿巾能退吗')
    expect(title(opened)).toBe('不建议：湿巾已拆封，影响卫生；可申请例外')
    expect(transcript(opened)).toContain('能不能收，以仓库验货为准')
    expect(transcript(opened)).toContain('本店政策v1')
    expect(transcript(await desk.tap(buttonOf(opened, '复制话术')))).toBe(
      '您好，湿巾拆封后会影响卫生，不适用七天无理由退货，非常抱歉。如果是质量问题、破损或发错，签收15天内可以申请，请您拍照给我们核实。',
    )
    expect(await say('奶粉没拆封能退吗')).toMatch(/^可以退：签收后未拆封7天内无理由/)
    expect(await say('奶瓶漏液能退吗')).toMatch(/^可以退：质量问题15天内/)
    expect(await say('七天无理由能退吗')).toMatch(
      /^可以退：签收后未拆封7天内无理由\n[\s\S]*食品、卫生用品、贴身和洗护用品拆封后不适用无理由/,
    )
  })

  test('from the order: its day of signing and its goods', async () => {
    const rows = await hub.database.sql<{ id: string; days: number }[]>`
      SELECT * FROM (SELECT id, ((date_trunc('day', to_timestamp(${nowMs}::float8 / 1000) AT TIME ZONE 'Asia/Shanghai')::date)
          - (date_trunc('day', signed_at AT TIME ZONE 'Asia/Shanghai')::date))::int AS days,
        row_number() OVER (PARTITION BY date_trunc('day', signed_at AT TIME ZONE 'Asia/Shanghai') ORDER BY id) AS n
      FROM orders WHERE signed_at IS NOT NULL AND cancelled_at IS NULL AND returned_at IS NULL AND refunded_at IS NULL) x WHERE n = 1`
    const kinds = new Set<string>()
    for (const { id, days } of rows) {
      const reply = await desk.ask(`${id} 能退吗`)
      const said = days === 0 ? '签收当天' : `签收第${days}天`
      expect(title(reply)).toContain(said)
      const expected =
        days <= 7 ? /^可以退：.*7天内无理由$/ : days <= 15 ? /^不建议：.*已过7天无理由/ : /^不建议：.*已过15天/
      expect(title(reply)).toMatch(expected)
      kinds.add(String(expected))
      expect('card' in reply && reply.card.buttons.map(({ label }) => label)).toContain(
        days <= 7 ? '发起退货' : '申请例外',
      )
      expect(await say(`${id} 能退吗 话术`)).toMatch(/^您好，/)
    }
    expect(kinds.size).toBe(3)
  })

  test('a cancelled order needs none', async () => {
    const [over] = await hub.database.sql<
      { id: string }[]
    >`SELECT id FROM orders WHERE cancelled_at IS NOT NULL LIMIT 1`
    expect(await say(`${over?.id} 能退吗`)).toMatch(/^不用退：订单已取消/)
  })
})

describe('stock', () => {
  test('several SKUs are a choice; a tap shows the lots of one', async () => {
    const reply = await desk.ask('2段奶粉库存还有多少')
    expect(title(reply)).toBe('2段奶粉有2种，是哪一种？')
    const shown = await desk.tap(buttonOf(reply, '②'))
    expect(title(shown)).toMatch(/^在架\d+，效期\d{4}-\d\d（不临期）$/)
    expect(rowOf(shown, '商品')).toBe('初芽较大婴儿配方奶粉2段 900g/罐')
    expect(rowOf(shown, '临期')).toMatch(/^\d+件$/)
    expect(transcript(shown)).toMatch(/L-01-0\d \d+件 效期\d{4}-\d\d 临期区/)
    expect(transcript(shown)).toMatch(/截至10:05 · 仓库推送\d\d:\d\d/)
    expect(transcript(await desk.tap(buttonOf(shown, '复制话术')))).toMatch(
      /^您好，初芽较大婴儿配方奶粉2段 900g\/罐目前有货，/,
    )
  })

  test('the numbers are those of the table', async () => {
    const [row] = await hub.database.sql<{ shelf: number; locked: number }[]>`
      SELECT sum(on_hand)::int AS shelf, sum(locked)::int AS locked FROM stock_lots WHERE sku = 'DP-L-46' AND zone = 'shelf'`
    const reply = await desk.ask('L码纸尿裤库存')
    expect(title(reply)).toContain(`在架${row?.shelf}，`)
    expect(rowOf(reply, '锁定')).toBe(`${row?.locked}件`)
    expect(rowOf(reply, '可用')).toBe(`${(row?.shelf ?? 0) - (row?.locked ?? 0)}件`)
  })

  test('sold out everywhere: the day is unknown, and why', async () => {
    const reply = await desk.ask('SL-L9 库存')
    expect(title(reply)).toBe('缺货，预计到货未知')
    expect(rowOf(reply, '原因')).toBe('补货计划还没有接入，到货时间未知')
    expect(await say('SL-L9 库存 话术')).toMatch(/目前缺货，到货时间还没有确定/)
  })

  test('one warehouse, and goods that are not there', async () => {
    expect(rowOf(await desk.ask('杭州仓的L码纸尿裤库存'), '仓')).toBe('杭州仓')
    expect(await say('成都仓的L码纸尿裤库存')).toMatch(/^成都仓没有这个商品的库存/)
    expect(await say('牙胶库存')).toMatch(/^没有找到商品：牙胶/)
  })

  test('all of it promised to orders is no stock to sell', async () => {
    await hub.database.sql`UPDATE stock_lots SET locked = on_hand WHERE sku = 'CS-360'`
    expect(await say('安全座椅库存')).toMatch(/^在架\d+，全部已锁定/)
    expect(await say('安全座椅库存 话术')).toMatch(/缺货/)
  })

  test('only what is near its date is left', async () => {
    await hub.database.sql`UPDATE stock_lots SET on_hand = 0, locked = 0 WHERE sku = 'FP-AP-120' AND zone = 'shelf'`
    expect(await say('FP-AP-120 库存')).toMatch(/^没有找到|^只剩临期\d+，效期\d{4}-\d\d（临期）/)
    expect(await say('苹果泥库存')).toMatch(/^只剩临期\d+，效期\d{4}-\d\d（临期）/)
  })

  test('a count that is too old says so', async () => {
    await hub.database.sql`UPDATE stock_lots SET read_at = read_at - interval '5 hours' WHERE sku = 'WW-80-6'`
    const reply = await desk.ask('WW-80-6 库存')
    expect('card' in reply && reply.card.bar).toMatch(/^仓库推送已5时\d*分?没有消息，内容可能过时$/)
  })
})

describe('when goods that are short come', () => {
  const dayMs = 86_400_000
  const told = { source: 'kingdee.purchases', askedAtMs: nowMs }
  const line = (billNo: string, days: number | undefined, receivedQty = 80) => ({
    billNo,
    sku: 'SL-L9',
    orderedQty: 200,
    receivedQty,
    modifiedAtMs: nowMs,
    ...(days !== undefined && { dueMs: Date.parse('2026-11-22T00:00:00+08:00') + days * dayMs }),
  })
  const coming = (...lines: readonly ReturnType<typeof line>[]): Arrivals => ({
    outcome: 'coming',
    lines,
    incomplete: false,
    ...told,
  })
  const asked: string[] = []
  const answer = (arrivals: Arrivals, text = 'SL-L9 库存') => {
    const wired = returnDesk(hub.database, personal, nowMs, {
      arrivals: async (sku) => {
        asked.push(sku)
        return arrivals
      },
    })
    return wired.ask(text)
  }

  test('the next purchase that is still promised, and the others below', async () => {
    const reply = await answer(coming(line('CG1', -3), line('CG2', 11), line('CG3', undefined), line('CG4', 40)))
    expect(title(reply)).toBe('缺货，采购预计12-03到')
    expect(rowOf(reply, '在途')).toBe('CG1 120件 11-19应到，未到')
    expect(transcript(reply)).toMatch(/CG2 120件 12-03到\nCG3 120件 到货日未知\n还有1张采购单/)
    expect(transcript(reply)).toMatch(/金蝶采购10:05/)
  })

  test('a promise of today holds until the day is over; one that is past says so', async () => {
    expect(title(await answer(coming(line('CG1', 0))))).toBe('缺货，采购预计11-22到')
    expect(title(await answer(coming(line('CG1', -1))))).toBe('缺货，采购交期已过，到货未知')
    expect(title(await answer(coming(line('CG1', undefined))))).toBe('缺货，采购在途，到货日未知')
  })

  test('nothing ordered is said; a system that is silent is not taken for it', async () => {
    const none = await answer({ outcome: 'none', ...told })
    expect([title(none), rowOf(none, '在途')]).toEqual(['缺货，没有在途采购', '没有审核过、还没到齐的采购单'])
    const silent = await answer({ outcome: 'unknown', source: 'kingdee.purchases' })
    expect([title(silent), rowOf(silent, '原因')]).toEqual(['缺货，预计到货未知', '金蝶采购没有回应，到货时间未知'])
  })

  test('nobody is asked while there is stock to sell, and all of it promised counts as none', async () => {
    asked.splice(0)
    await answer(coming(line('CG1', 11)), 'WW-80-6 库存')
    expect(asked).toEqual([])
    const reply = await answer(coming(line('CG1', 11)), 'CS-360 库存')
    expect(asked).toEqual(['CS-360'])
    expect(title(reply)).toMatch(/全部已锁定$/)
    expect(rowOf(reply, '在途')).toBe('CG1 120件 12-03到')
  })
})

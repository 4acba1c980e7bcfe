import { afterAll, describe, expect, test } from 'vitest'
import { type Door, openDoors, type Person } from '../kit/doors.ts'
import { holds, type Stage } from '../kit/transcript.ts'
import { until } from '../kit/until.ts'

// J15 to J17 over the wires of both vendors: a parcel is scanned, something is missing, finance lets the money go.

const keepers = {
  wecom: { name: '小周', role: '仓管', id: 'keeper-1' },
  dingtalk: { name: '小孙', role: '仓管', id: 'keeper-2' },
}
const finance: Person = { name: '小陈', role: '财务', id: 'money-1' }

const second: Person = { name: '小冯', role: '财务', id: 'money-2' }

const doors = await openDoors([keepers.wecom, keepers.dingtalk, finance, second])
const { sql } = doors.real.fresh.database
afterAll(() => doors.close())

type Awaited = { readonly id: string; readonly waybillNo: string; readonly whole: string }

let made = 0

/** An approved return of two pieces of one kind, whose parcel is awaited; each of an order of its own. */
async function awaited(): Promise<Awaited> {
  made += 1
  const [id, waybillNo] = [
    `TH26112499${String(made).padStart(2, '0')}`,
    `YT00990099009${String(made).padStart(2, '0')}`,
  ]
  const [order] = await sql<{ id: string; line: string; fen: string; whole: string }[]>`
    SELECT o.id, l.id AS line, (o.paid_fen - coalesce(o.freight_fen, 0))::text AS fen,
      to_char((o.paid_fen - coalesce(o.freight_fen, 0)) / 100.0, 'FM9990.00') AS whole
    FROM orders o JOIN order_lines l ON l.order_id = o.id AND l.qty = 2
    WHERE o.signed_at IS NOT NULL AND o.cancelled_at IS NULL AND o.paid_fen > coalesce(o.freight_fen, 0)
      AND NOT EXISTS (SELECT 1 FROM returns r WHERE r.order_id = o.id)
      AND (SELECT count(*) FROM order_lines x WHERE x.order_id = o.id AND x.amount_fen IS NOT NULL) = 1
      AND (SELECT count(*) FROM order_lines x WHERE x.order_id = o.id) = 1
    ORDER BY o.signed_at DESC LIMIT 1`
  if (order === undefined) throw new Error('the sample firm has no such order left')
  const at = new Date(doors.real.clock.nowMs() - 86_400_000)
  await sql`
    INSERT INTO returns (id, order_id, reason, applied_at, waybill_no, carrier_code, approval, approved_at, refund_fen)
    VALUES (${id}, ${order.id}, '破损', ${at}, ${waybillNo}, 'YTO', 'approved', ${at}, ${order.fen}::text::bigint)`
  await sql`
    INSERT INTO return_lines (return_id, order_line_id, asked_qty, approved_qty) VALUES (${id}, ${order.line}, 2, 2)`
  return { id, waybillNo, whole: order.whole }
}

const moneyOf = async (id: string) => {
  const [row] = await sql<{ came: number; fen: string; released: boolean }[]>`
    SELECT l.received_qty AS came, to_char(r.refund_fen / 100.0, 'FM9990.00') AS fen, r.refund_released_at IS NOT NULL AS released
    FROM returns r JOIN return_lines l ON l.return_id = r.id WHERE r.id = ${id}`
  return row
}

describe.each([
  { vendor: 'WeCom', keeper: keepers.wecom, door: doors.wecom },
  { vendor: 'DingTalk', keeper: keepers.dingtalk, door: doors.dingtalk },
])('$vendor', ({ keeper, door }: { readonly keeper: Person; readonly door: Door }) => {
  const stage = (words: Readonly<Record<string, string>>): Stage => ({
    chat: () => door.direct(keeper.name),
    direct: () => door.direct(keeper.name),
    words,
  })

  test('J15 the whole parcel: booked in at once, the money two minutes later', async () => {
    const { id, waybillNo, whole } = await awaited()
    await holds(
      stage({ 退货单: id, 运单: waybillNo }),
      `仓管 › {运单}
       ‹ 已登记入库 2/2 | 数量 实收2/2件 | 退款2分钟后放行 | [有破损] | [数量不符]
       › 扫码 {退货单}
       ‹ {刻} 已登记过，没有重复入库。`,
    )
    expect(await moneyOf(id)).toMatchObject({ came: 2, fen: whole, released: false })
    const { clock } = doors.real
    clock.setOffset(clock.offsetMs() + 121_000)
    await until(async () => expect(await moneyOf(id)).toMatchObject({ released: true }), 10_000)
  })

  test('J15 数量不符 › 1: the money waits at the share of one piece, and finance decides', async () => {
    const { id, waybillNo } = await awaited()
    await holds(
      stage({ 运单: waybillNo }),
      `仓管 › {运单}
       ‹ 已登记入库 2/2
       › [数量不符]
       ‹ 实收几件？ | [1件]
       › 1
       ‹ 已记 1/2 | 差1件，转客服核实 | 退款暂停，按实收重算{额} | 财务已收到确认卡`,
    )
    const held = await moneyOf(id)
    expect(held).toMatchObject({ came: 1, released: false })
    const desk = door.direct(finance.name)
    await until(async () => {
      const cards = await desk.stands()
      expect(cards.map(({ words }) => words).join('\n')).toContain(`【待财务确认】${id}`)
    }, 10_000)
    const other = door.direct(second.name)
    const ofThis = async () => (await other.stands()).map(({ words }) => words).filter((words) => words.includes(id))
    await until(async () => expect((await ofThis()).join('\n')).toContain(`【待财务确认】${id}`), 10_000)
    await desk.tap('按实收放款')
    await until(async () => expect(await moneyOf(id)).toEqual({ ...held, released: true }), 10_000)
    // the colleague who did not tap reads who did
    await until(async () => {
      const shown = (await ofThis()).join('\n')
      expect(shown).toMatch(/已放款[\s\S]*小陈 \d\d:\d\d/)
      expect(shown).not.toContain('待财务确认')
    }, 5_000)
  })

  test('J16 somebody else’s parcel is red until it is said to be registered', async () => {
    const [spoken, stranger] = [await awaited(), await awaited()]
    await holds(
      stage({ 说的: spoken.id, 别的: stranger.id, 运单: stranger.waybillNo, 尾号: stranger.id.slice(-4) }),
      `仓管 › {说的} 入仓了吗
       ‹ 【未入仓】 | [登记入库]
       › {运单}
       ‹ 这个包裹属于 {别的} | 不是 {说的} 的包裹 | 要登记 {别的} 吗？ | [登记{尾号}] | [取消]
       › [登记{尾号}]
       ‹ 已登记入库`,
    )
    const [row] = await sql`SELECT received_at IS NOT NULL AS received FROM returns WHERE id = ${spoken.id}`
    expect(row).toEqual({ received: false })
  })
})

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ChannelWorld, PlainOrder } from '../contracts/channel-subject.ts'
import { openDoudian } from '../fakes/doudian.ts'
import { openJd } from '../fakes/jd.ts'
import { openTmall } from '../fakes/tmall.ts'
import { openWeixin } from '../fakes/weixin.ts'
import { openYouzan } from '../fakes/youzan.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { drawOf } from '../kit/paraphrase-draw.ts'
import { monthOf } from '../kit/replay-history.ts'
import { play } from '../kit/replay-player.ts'

// Issue 6: a 30-day replay with random crashes leaves 0 gaps and 0 doubles. Vendors over their real wires, their pushes lost, doubled
// and late, their answers false for hours; two processes that take pushes and read lists side by side, and die at any message to the
// database, before it arrives or after. `SEEDS=20` plays twenty months with the adapters' own windows, and 京东 with the others.

const months = Number(process.env.SEEDS ?? 0)
const startMs = Date.parse('2026-10-20T00:00:00+08:00')
const hourMs = 3_600_000
/** As the vendors allow it: a month of half-hour windows is 20,000 calls. 京东 allows no more than an hour. */
const wide = { mostMs: 12 * hourMs, overlapMs: hourMs }

let fresh: FreshDatabase
let worlds: readonly ChannelWorld[]

beforeAll(async () => {
  fresh = await freshDatabase()
})
// vendors forget nothing: each month has its own
beforeEach(async () => {
  worlds = await Promise.all([
    openDoudian(),
    openWeixin(),
    openYouzan(),
    openTmall(),
    ...(months > 0 ? [openJd()] : []),
  ])
})
afterEach(() => Promise.all(worlds.map((world) => world.close())))
afterAll(() => fresh.drop())

const seeds = months === 0 ? [1] : Array.from({ length: months }, (_, n) => n + 1)

test.each(seeds)(
  'month %i: the hub ends with the orders of the vendors, each once and in its last state',
  {
    timeout: 600_000,
  },
  async (seed) => {
    const { sql } = fresh.database
    await sql`TRUNCATE orders, customers, sources, source_events, source_hints, source_cursors, after_sales, outbox CASCADE`
    const draw = drawOf(seed + 1_000_000)
    const month = monthOf(seed, worlds, startMs, months === 0 ? 8 : 40)
    const channels = worlds.map(({ channel }) =>
      months > 0 ? channel : { ...channel, window: { ...channel.window, ...wide } },
    )
    const { database, target } = fresh
    const played = await play({ database, target, worlds, channels, draw, startMs }, month.happenings)
    expect(played.crashes).toBeGreaterThan(3)
    const wanted = worlds.flatMap((world) => (month.newest.get(world) ?? []).map((order) => told(world, order)))
    expect(await stored()).toEqual(wanted.sort())
  },
)

/** An order and its last state, in one line. */
function told({ channel: { channel, shop } }: ChannelWorld, order: PlainOrder): string {
  const { orderNo, state, modifiedAtMs, waybillNo = '-', remark = '-', lines, paidFen } = order
  const goods = lines.map(({ sku, qty }) => `${sku}*${qty}`).sort()
  const money = state === 'pending_payment' || state === 'cancelled' ? '-' : String(paidFen)
  return [channel, shop, orderNo, state, modifiedAtMs, waybillNo, remark, money, ...goods].join(' ')
}

async function stored(): Promise<readonly string[]> {
  const rows = await fresh.database.sql<Row[]>`
    SELECT channel, shop, order_no AS "orderNo", source_stage AS stage, waybill_no AS waybill, remark,
      round(extract(epoch FROM source_modified_at) * 1000)::float8 AS "modifiedAtMs",
      CASE WHEN paid_at IS NULL THEN NULL ELSE paid_fen::text END AS paid,
      (SELECT array_agg(sku || '*' || qty ORDER BY sku || '*' || qty) FROM order_lines l WHERE l.order_id = o.id) AS goods
    FROM orders o`
  return rows
    .map(({ channel, shop, orderNo, stage, modifiedAtMs, waybill, remark, paid, goods }) =>
      [channel, shop, orderNo, stage, modifiedAtMs, waybill ?? '-', remark ?? '-', paid ?? '-', ...goods].join(' '),
    )
    .sort()
}

type Row = {
  readonly channel: string
  readonly shop: string
  readonly orderNo: string
  readonly stage: string
  readonly modifiedAtMs: number
  readonly waybill: string | null
  readonly remark: string | null
  readonly paid: string | null
  readonly goods: readonly string[]
}

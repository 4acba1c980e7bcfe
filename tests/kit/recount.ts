import type { Metric } from '../../src/hub/stats-metrics.ts'
import type { FreshDatabase } from './database.ts'

/** Everything of the sample that figures are made of, as plain rows; times are epoch ms. */
export type Firm = Awaited<ReturnType<typeof readFirm>>

type Row = Readonly<Record<string, unknown>>

const ms = (value: unknown): number => (value instanceof Date ? value.getTime() : Number.NaN)
const big = (value: unknown): bigint => BigInt((value as bigint | null) ?? 0n)

export async function readFirm({ database: { sql } }: FreshDatabase) {
  const read = async (table: string): Promise<readonly Row[]> => sql.unsafe<Row[]>(`SELECT * FROM ${table}`)
  const [orders, lines, parcels, returns, levels, gifts, notices] = await Promise.all(
    ['orders', 'order_lines', 'parcels', 'returns', 'approval_levels', 'gifts', 'notices'].map(read),
  )
  return { orders, lines, parcels, returns, levels, gifts, notices } as Readonly<Record<string, readonly Row[]>>
}

/** One thing that is counted: when, whose, and the two sums. */
export type Fact = {
  readonly at: number
  readonly channel: string
  readonly warehouse: string
  readonly num: bigint
  readonly den: bigint
  readonly kind?: string
}

const hour = 3_600_000

/** The facts of a metric, told over from its formula row by row: shares no line with the SQL. */
export function factsOfMetric(firm: Firm, metric: Metric, nowMs: number, words: readonly string[]): readonly Fact[] {
  const { orders = [], lines = [], parcels = [], returns = [], gifts = [], notices = [] } = firm
  const byId = new Map(orders.map((order) => [order.id, order]))
  const of = (
    order: Row | undefined,
    at: unknown,
    num: bigint | number | boolean,
    den: bigint | number = 1,
    kind?: string,
  ): Fact => ({
    at: typeof at === 'number' ? at : ms(at),
    channel: String(order?.channel),
    warehouse: String(order?.warehouse ?? ''),
    num: BigInt(num),
    den: BigInt(den),
    ...(kind !== undefined && { kind }),
  })
  const paid = (order: Row) => order.paid_at !== null
  const kept = (order: Row) => paid(order) && order.cancelled_at === null
  const lacks = (order: Row) =>
    kept(order) &&
    order.shipped_at === null &&
    words.some((word) => String(order.delay_reason ?? order.hold_reason ?? '').includes(word))
  const shipped = orders.filter((order) => order.shipped_at !== null)
  const signed = orders.filter((order) => order.signed_at !== null)
  const applied = (num: (one: Row) => bigint | number, den: number) =>
    returns.map((one) => of(byId.get(one.order_id), one.applied_at, num(one), den))
  switch (metric) {
    case 'orders':
      return orders.map((order) => of(order, order.ordered_at, 1, 0))
    case 'shipped':
      return shipped.map((order) => of(order, order.shipped_at, 1, 0))
    case 'signed':
      return signed.map((order) => of(order, order.signed_at, 1, 0))
    case 'cancelled':
      return orders.filter((order) => order.cancelled_at !== null).map((order) => of(order, order.ordered_at, 1, 0))
    case 'cancel_rate':
      return orders.map((order) => of(order, order.ordered_at, order.cancelled_at !== null))
    case 'sales':
    case 'basket':
      return orders.filter(kept).map((order) => of(order, order.ordered_at, big(order.paid_fen)))
    case 'pieces':
      return orders.filter(kept).map((order) => {
        const own = lines.filter((line) => line.order_id === order.id)
        return of(
          order,
          order.ordered_at,
          own.reduce((sum, line) => sum + Number(line.qty), 0),
          0,
        )
      })
    case 'out_of_stock':
      return orders.filter(lacks).map((order) => of(order, order.ordered_at, 1, 0))
    case 'out_of_stock_rate':
      return orders.map((order) => of(order, order.ordered_at, lacks(order)))
    case 'returns':
      return applied(() => 1, 0)
    case 'return_rate':
      return [...applied(() => 1, 0), ...signed.map((order) => of(order, order.signed_at, 0, 1))]
    case 'return_time':
      return returns
        .filter((one) => (one.approved_at ?? one.rejected_at) !== null)
        .map((one) =>
          of(
            byId.get(one.order_id),
            one.applied_at,
            Math.round(ms(one.approved_at ?? one.rejected_at) - ms(one.applied_at)),
          ),
        )
    case 'refunds': {
      const back = returns.filter((one) => one.refunded_at !== null)
      const whole = new Set(back.map((one) => one.order_id))
      return [
        ...back
          .filter((one) => one.refund_fen !== null)
          .map((one) => of(byId.get(one.order_id), one.refunded_at, big(one.refund_fen), 0)),
        ...orders
          .filter((order) => order.refunded_at !== null && order.refund_fen !== null && !whole.has(order.id))
          .map((order) => of(order, order.refunded_at, big(order.refund_fen), 0)),
      ]
    }
    case 'ship_time':
      return shipped
        .filter(paid)
        .map((order) => of(order, order.shipped_at, Math.round(ms(order.shipped_at) - ms(order.paid_at))))
    case 'delivery_time':
      return signed
        .filter((order) => order.shipped_at !== null)
        .map((order) => of(order, order.signed_at, Math.round(ms(order.signed_at) - ms(order.shipped_at))))
    case 'ship_on_time':
      return [
        ...shipped
          .filter((order) => order.promise_ship_at !== null)
          .map((order) => of(order, order.shipped_at, ms(order.shipped_at) <= ms(order.promise_ship_at))),
        ...orders
          .filter((order) => shipsLate(order, nowMs) && order.refunded_at === null)
          .map((order) => of(order, order.promise_ship_at, 0)),
      ]
    case 'delivered_on_time':
      return parcels
        .filter((one) => one.signed_at !== null && one.eta_at !== null)
        .map((one) => of(byId.get(one.order_id), one.signed_at, ms(one.signed_at) <= ms(one.eta_at)))
    case 'abnormal':
      return [...troublesOf(firm, nowMs)].map(([id, kind]) => of(byId.get(id), byId.get(id)?.ordered_at, 1, 0, kind))
    case 'abnormal_rate':
      return [
        ...factsOfMetric(firm, 'abnormal', nowMs, words),
        ...orders.map((order) => of(order, order.ordered_at, 0, 1)),
      ]
    case 'gift_missed_rate':
      return gifts
        .filter((gift) => gift.verdict === 'locked' && byId.get(gift.order_id)?.signed_at !== null)
        .map((gift) => of(byId.get(gift.order_id), byId.get(gift.order_id)?.signed_at, gift.parcel_id === null))
    case 'sms_opened_rate':
      return notices
        .filter((one) => one.channel === 'sms' && one.state === 'delivered')
        .map((one) => of(byId.get(one.order_id), one.created_at, one.opened_at !== null))
    case 'sms_delivered_rate':
      return notices
        .filter((one) => one.channel === 'sms' && one.state !== 'queued')
        .map((one) => of(byId.get(one.order_id), one.created_at, one.state === 'delivered'))
    case 'photo_failed':
      return notices.filter((one) => one.photo_ok === false).map((one) => of(byId.get(one.order_id), one.created_at, 1))
    case 'direct_rate':
    case 'reply_time':
      return []
  }
}

function shipsLate(order: Row, nowMs: number): boolean {
  return (
    order.paid_at !== null &&
    order.shipped_at === null &&
    order.cancelled_at === null &&
    order.on_hold_at === null &&
    order.signed_at === null &&
    order.promise_ship_at !== null &&
    ms(order.promise_ship_at) < nowMs
  )
}

/** The first trouble of each abnormal order, in the order in which they outrank each other. */
export function troublesOf(
  { orders = [], parcels = [], gifts = [] }: Firm,
  nowMs: number,
  open = false,
): ReadonlyMap<unknown, string> {
  const found = new Map<unknown, string>()
  for (const order of orders) {
    const own = parcels.filter((parcel) => parcel.order_id === order.id)
    const over = open && (order.refunded_at !== null || order.returned_at !== null)
    const waits = order.shipped_at === null && order.cancelled_at === null
    const claimed = order.waybill_no === null && /^(part_)?(shipped|signed)/.test(String(order.source_stage))
    const underWay = order.signed_at === null && order.cancelled_at === null && !over
    const moving = own.filter((parcel) => ['collected', 'in_transit', 'delivering'].includes(String(parcel.state)))
    const trouble = own
      .filter((parcel) => parcel.state === 'exception')
      .sort((a, b) => ms(a.last_event_at) - ms(b.last_event_at))
    const kind =
      waits && order.quarantined_at !== null
        ? 'no_carrier'
        : waits &&
            claimed &&
            order.carrier_code !== 'PICKUP' &&
            !over &&
            !own.some((parcel) => parcel.waybill_no !== null)
          ? 'no_waybill'
          : underWay && trouble[0] !== undefined
            ? String(trouble[0].sub_state)
            : underWay && moving.some((parcel) => nowMs - ms(parcel.last_event_at ?? parcel.shipped_at) > 48 * hour)
              ? 'stalled'
              : underWay &&
                  own.some(
                    (parcel) =>
                      parcel.state === 'created' &&
                      parcel.shipped_at !== null &&
                      nowMs - ms(parcel.shipped_at) > 24 * hour,
                  )
                ? 'unscanned'
                : shipsLate(order, nowMs) && !over
                  ? 'ship_late'
                  : !open && ms(order.shipped_at) > ms(order.promise_ship_at)
                    ? 'shipped_late'
                    : !open &&
                        order.cancelled_at === null &&
                        gifts.some((gift) => gift.order_id === order.id && gift.verdict === 'out_of_stock')
                      ? 'gift_out_of_stock'
                      : undefined
    if (kind !== undefined) found.set(order.id, kind)
  }
  return found
}

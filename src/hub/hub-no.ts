import { createHash } from 'node:crypto'

const beijing = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Asia/Shanghai',
  year: '2-digit',
  month: '2-digit',
  day: '2-digit',
})

/** yymmdd of the Beijing day. */
export function beijingDay(atMs: number): string {
  return beijing.format(atMs).replace(/\D/g, '')
}

/**
 * The hub number an order gets: SO, the Beijing date of its order time (yymmdd), six digits. The digits come from the
 * channel's own identity, so writers need no counter to wait for and an order imported again into an empty hub gets its old
 * number; `attempt` gives the next choice when another order of that day holds the number.
 */
export function hubNumber(
  order: { readonly channel: string; readonly shop: string; readonly orderNo: string; readonly orderedAtMs: number },
  attempt: number,
): string {
  const day = beijingDay(order.orderedAtMs)
  const digest = createHash('sha256')
    .update(JSON.stringify([order.channel, order.shop, order.orderNo, attempt]))
    .digest()
  return `SO${day}${String(digest.readUInt32BE(0) % 1_000_000).padStart(6, '0')}`
}

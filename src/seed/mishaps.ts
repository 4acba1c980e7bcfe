import { hourMs } from './beijing.ts'
import type { DraftOrder } from './draft.ts'
import { randomOf } from './prng.ts'

/**
 * Small misfortunes laid over orders that were told already, so that nothing else of the sample moves: in the last full hour
 * before now half of what 抖音 sold came without a carrier (product J24), and now and then a gift is left on the table.
 */
export function mishaps(seed: number, nowMs: number): (order: DraftOrder) => DraftOrder {
  const hourEnds = Math.floor(nowMs / hourMs) * hourMs
  let index = 0
  return (order) => {
    const random = randomOf(seed, 43, index++)
    const [noCarrier, forgotten] = [random.chance(0.5), random.chance(0.008)]
    const inHour = order.orderedAtMs >= hourEnds - hourMs && order.orderedAtMs < hourEnds
    if (noCarrier && inHour && order.channel === 'douyin' && waitsInPeace(order)) {
      const atMs = order.paidAtMs ?? order.orderedAtMs
      return { ...order, carrier: undefined, carrierName: undefined, quarantine: { atMs, reason: 'carrier_missing' } }
    }
    if (forgotten && order.signed !== undefined && order.parcels.length > 0 && order.gift?.verdict === 'locked')
      return { ...order, gift: { ...order.gift, parcelId: undefined } }
    return order
  }
}

/** Paid, unshipped, and nothing else is the matter with it. */
function waitsInPeace({ paidAtMs, parcels, pickingAtMs, cancelled, hold, quarantine }: DraftOrder): boolean {
  return (
    paidAtMs !== undefined && parcels.length === 0 && pickingAtMs === undefined && !cancelled && !hold && !quarantine
  )
}

import type { CarrierCode, Channel, ExceptionKind } from '../hub/order-facts.ts'
import { dayMs, hourMs } from './beijing.ts'
import { cancelReasons, delayReasons } from './catalogue.ts'
import { type Random, weighted } from './prng.ts'
import { type ReturnFate, returnFateOf } from './returning.ts'
import type { ParcelFate } from './track.ts'

/** What happens to an order besides the usual. An empty fate is an order that is paid, shipped, signed and kept. */
export type OrderFate = {
  readonly unpaid?: boolean
  readonly cancelReason?: string
  readonly holdReason?: string
  /** The risk check or the missing carrier is settled after this long; never, when undefined. */
  readonly settledAfterMs?: number
  /** Nobody chose a carrier: held in quarantine. */
  readonly noCarrier?: boolean
  /** The channel says shipped, the hub has no waybill. */
  readonly ghost?: boolean
  /** Ships later than promised, or is still not shipped, because of this. */
  readonly late?: string
  /** Fetched at the store. */
  readonly pickup?: boolean
  readonly parcels?: 1 | 2 | 3
  /** Only the first parcel has left. */
  readonly restWaits?: boolean
  /** The gift travels in a parcel of its own. */
  readonly giftApart?: boolean
  readonly parcel?: ParcelFate
  readonly comesBack?: { readonly fate: ReturnFate; readonly afterMs: number }
  readonly waybillEdits?: number
}

const holdReasons = ['平台风控审核中', '收货地址超出配送范围待确认', '大额订单人工复核']
const kindsAnyAge: readonly ExceptionKind[] = ['lost', 'returning', 'damaged']
const kindsFresh: readonly ExceptionKind[] = [
  'stuck',
  'delivery_failed',
  'refused',
  'unreachable',
  'damaged',
  'lost',
  'returning',
  'unrecognised',
]
const mendable: readonly ExceptionKind[] = ['stuck', 'delivery_failed', 'unreachable', 'unrecognised']

/** Draws a fate in the proportions of the firm (product texts: late 1.3 %, missing carrier 0.3 % after the fix). */
export function drawFate(random: Random, channel: Channel, ageMs: number): OrderFate {
  const dice = random.next()
  if (dice < 0.028) return { unpaid: true }
  if (dice < 0.052) return { cancelReason: random.pick(cancelReasons) }
  const base = {
    ...settling(random, channel, ageMs),
    parcels: parcelsOf(random),
    waybillEdits: random.chance(0.01) ? random.int(1, 3) : 0,
  }
  if (channel === 'pos' ? random.chance(0.4) : channel === 'miniapp' && random.chance(0.04))
    return { pickup: true, ...backOf(random) }
  return {
    ...base,
    ...(random.chance(0.004) && ageMs < 2 * dayMs ? { ghost: true } : {}),
    ...(random.chance(0.016) ? { late: random.pick(delayReasons) } : {}),
    ...(random.chance(0.05) ? { giftApart: true } : {}),
    parcel: parcelFate(random, ageMs),
    ...backOf(random),
  }
}

function settling(random: Random, channel: Channel, ageMs: number): OrderFate {
  const ownForm = channel === 'miniapp' || channel === 'pos' || channel === 'distributor'
  // old cases are long settled: only the last two days still hold any
  const settledAfterMs = ageMs > 2 * dayMs || random.chance(0.7) ? { settledAfterMs: random.around(6) * hourMs } : {}
  if (random.chance(0.012)) return { holdReason: random.pick(holdReasons), ...settledAfterMs }
  if (ownForm && random.chance(0.02)) return { noCarrier: true, ...settledAfterMs }
  return {}
}

function parcelsOf(random: Random): 1 | 2 | 3 {
  const dice = random.next()
  return dice < 0.87 ? 1 : dice < 0.975 ? 2 : 3
}

function parcelFate(random: Random, ageMs: number): ParcelFate {
  const dice = random.next()
  if (dice < 0.03) return { kind: 'exception', exception: random.pick(mendable), mended: true }
  const fresh = ageMs < 7 * dayMs
  if (dice < 0.036)
    return { kind: 'exception', exception: random.pick(fresh ? kindsFresh : kindsAnyAge), mended: false }
  if (dice < 0.042 && fresh) return { kind: 'silent' }
  if (dice < 0.046 && fresh) return { kind: 'unscanned' }
  return { kind: 'normal' }
}

function backOf(random: Random): Pick<OrderFate, 'comesBack'> {
  if (!random.chance(0.085)) return {}
  return { comesBack: { fate: returnFateOf(random), afterMs: random.int(4, 150) * hourMs } }
}

const pickCarrier = weighted<CarrierCode>([
  ['ZTO', 27],
  ['YTO', 18],
  ['SF', 14],
  ['JT', 11],
  ['YUNDA', 10],
  ['STO', 8],
  ['JD', 4],
  ['EMS', 2],
  ['POST', 2],
  ['CAINIAO', 2],
  ['DBL', 2],
])

const heavy = /^(SL|CS|MT|ST)-/

/** The carrier chosen when the order was placed. */
export function carrierOf(random: Random, channel: Channel, skus: readonly string[]): CarrierCode {
  if (channel === 'jd' && random.chance(0.85)) return 'JD'
  if (skus.some((sku) => heavy.test(sku)))
    return random.chance(0.6) ? 'DBL' : channel === 'distributor' ? 'OTHER' : 'SF'
  return pickCarrier(random)
}

export const carrierNames: Readonly<Record<CarrierCode, string>> = {
  SF: '顺丰速运',
  JD: '京东物流',
  JT: '极兔速递',
  YTO: '圆通速递',
  DBL: '德邦快递',
  STO: '申通快递',
  YUNDA: '韵达速递',
  ZTO: '中通快递',
  EMS: 'EMS',
  POST: '邮政快递包裹',
  CAINIAO: '菜鸟速递',
  OTHER: '安能物流',
  PICKUP: '到店自提',
}

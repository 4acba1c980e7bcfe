import type { OrderFacts, ParcelFacts, TrackNode } from '../src/hub/order-facts.ts'
import { beside } from '../src/text/format.ts'
import { trackStep } from '../src/text/track-words.ts'
import { carrierName } from '../src/text/zh-cn.ts'

const hourMs = 3_600_000
/** Product §2.9: a parcel under way that says nothing for so long gets a yellow bar; a label never scanned is another alarm. */
const silentAfterMs = 48 * hourMs
const unscannedAfterMs = 24 * hourMs

const progress = { created: 0, collected: 1, in_transit: 2, delivering: 3, exception: -1, signed: 9 } as const

/** The parcel an answer is about: the one asked for, else the one in trouble, else the one furthest behind. */
export function leadParcel(order: OrderFacts, waybillNo?: string): ParcelFacts | undefined {
  const asked = waybillNo === undefined ? undefined : order.parcels.find((parcel) => parcel.waybillNo === waybillNo)
  if (asked !== undefined) return asked
  const sent = order.parcels.filter(isSent)
  return [...(sent.length > 0 ? sent : order.parcels)].sort((a, b) => progress[a.state] - progress[b.state])[0]
}

/** It has left the warehouse, or a carrier speaks of it. */
export function isSent({ shippedAtMs, waybillNo, state }: ParcelFacts): boolean {
  return shippedAtMs !== undefined || waybillNo !== undefined || state !== 'created'
}

export function newestNode(parcel: ParcelFacts | undefined): TrackNode | undefined {
  return parcel?.nodes.reduce<TrackNode | undefined>(
    (newest, node) => (newest && newest.atMs >= node.atMs ? newest : node),
    undefined,
  )
}

/** 已到杭州萧山转运中心; '' when the carrier said nothing yet. */
export function stepOf(parcel: ParcelFacts | undefined): string {
  const node = newestNode(parcel)
  return node === undefined ? '' : trackStep(node.text, node.state, node.place)
}

/** How long a parcel that should move has been silent, when that is too long; undefined when all is well. */
export function silenceOf(
  parcel: ParcelFacts | undefined,
  nowMs: number,
): { readonly kind: 'silent' | 'unscanned'; readonly ms: number } | undefined {
  if (parcel === undefined || parcel.state === 'signed' || parcel.state === 'exception') return undefined
  if (parcel.state === 'created') {
    const ms = nowMs - (parcel.shippedAtMs ?? nowMs)
    return ms > unscannedAfterMs ? { kind: 'unscanned', ms } : undefined
  }
  const ms = nowMs - (newestNode(parcel)?.atMs ?? parcel.shippedAtMs ?? nowMs)
  return ms > silentAfterMs ? { kind: 'silent', ms } : undefined
}

/** The parcel that has been silent too long for the longest time, else the one the answer is about. */
export function quietParcel(order: OrderFacts, nowMs: number, waybillNo?: string): ParcelFacts | undefined {
  const lead = leadParcel(order, waybillNo)
  if (waybillNo !== undefined && lead?.waybillNo === waybillNo) return lead
  const quiet = order.parcels.flatMap((parcel) => {
    const ms = silenceOf(parcel, nowMs)?.ms
    return ms === undefined ? [] : [{ parcel, ms }]
  })
  return quiet.sort((a, b) => b.ms - a.ms)[0]?.parcel ?? lead
}

/** The channel says shipped, but the hub has no waybill number and may not call it so. */
export function claimedShipped({ sourceStage, carrier }: OrderFacts): boolean {
  return carrier !== 'PICKUP' && /^(?:part_)?(?:shipped|signed)/.test(sourceStage ?? '')
}

/** 中通75894561230147, or the carrier alone while there is no number. */
export function parcelName(parcel: Pick<ParcelFacts, 'carrier' | 'carrierName' | 'waybillNo'>): string {
  return beside(carrierName(parcel.carrier, parcel.carrierName), parcel.waybillNo ?? '')
}

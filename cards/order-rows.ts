import { cardLimits } from '../src/chat/card.ts'
import type { GiftFacts, Holder, LineFacts, OrderFacts, ParcelFacts } from '../src/hub/order-facts.ts'
import { bars, factLabels, factValues, lineTexts, noteParts, type Phrase } from '../src/text/answers.ts'
import { beside, chineseStops, clockText, durationText, fenText, maskPhone, momentText } from '../src/text/format.ts'
import { carrierName, channelName, holderName, sourceName, trackStateName } from '../src/text/zh-cn.ts'
import { claimedShipped, isSent, leadParcel, newestNode, parcelName, quietParcel, silenceOf } from './parcels.ts'
import type { View } from './view.ts'

export type Row = readonly [label: string, value: string | Phrase | undefined]

/** 抖音…2563 */
export function orderRow(order: OrderFacts): Row {
  return [factLabels.order, factValues.orderTail(channelName(order.channel), tailOf(order.orderNo))]
}

/** Last four characters of a number, as people read them out. */
export const tailOf = (number: string): string => number.slice(-4)

/** 张* 170****1234: for questions that named a person. In a full view the person stands in clear below. */
export function customerRow(order: OrderFacts, view: View): Row {
  if (view.mode === 'full') return [factLabels.customer, undefined]
  const phone = order.phone === undefined ? '' : maskPhone(order.phone)
  return [factLabels.customer, `${order.consigneeName ?? ''} ${phone}`]
}

/** 棉云纸尿裤 L 46片 ×2等3件: the first line, and how many pieces there are in all. The size goes first when it is too long. */
export function goodsRow({ lines }: OrderFacts): Row {
  const short = goodsPhrase(lines)
  const spec = lines[0]?.spec
  if (short === undefined || spec === undefined) return [factLabels.goods, short]
  const whole = `${short.body} ${spec} ${short.tail}`
  return [factLabels.goods, [...whole].length > cardLimits.valueChars ? short : whole]
}

export function goodsPhrase(lines: readonly Pick<LineFacts, 'name' | 'qty'>[]): Phrase | undefined {
  const first = lines[0]
  if (first === undefined) return undefined
  const pieces = lines.reduce((sum, line) => sum + line.qty, 0)
  const more = lines.length > 1 ? factValues.goodsMore(pieces) : ''
  return { head: '', body: first.name, tail: `${factValues.times(first.qty)}${more}`, keep: 'end' }
}

/** Carrier and waybill number; the carrier is named from the first contact on (product row 33). */
export function parcelRow(order: OrderFacts, waybillNo?: string): Row {
  const { parcels, carrier } = order
  if (parcels.length > 1 && waybillNo === undefined) return [factLabels.parcel, factValues.parcelsBelow(parcels.length)]
  const parcel = leadParcel(order, waybillNo)
  if (parcel?.waybillNo !== undefined) return [factLabels.parcel, { head: parcelName(parcel) }]
  if (order.waybillNo !== undefined && carrier !== undefined)
    return [factLabels.parcel, { head: beside(carrierName(carrier, order.carrierName), order.waybillNo) }]
  if (carrier === 'PICKUP') return [factLabels.parcel, carrierName(carrier)]
  if (order.stage === 'cancelled') return [factLabels.parcel, undefined]
  if (carrier === undefined)
    return [factLabels.parcel, order.stage === 'pending_payment' ? undefined : factValues.noCarrier]
  return [factLabels.parcel, factValues.chosenCarrier(carrierName(carrier, order.carrierName))]
}

/** How long it has been where it is; dropped when nothing is waited for any more. */
export function dwellRow(order: OrderFacts, nowMs: number, waybillNo?: string): Row {
  const since = dwellingSince(order, waybillNo)
  return [factLabels.dwell, since === undefined || since > nowMs ? undefined : durationText(nowMs - since)]
}

function dwellingSince(order: OrderFacts, waybillNo?: string): number | undefined {
  switch (order.stage) {
    case 'pending_payment':
      return order.orderedAtMs
    case 'paid':
    case 'on_hold':
    case 'quarantined':
      return order.paidAtMs
    case 'part_shipped':
    case 'shipped': {
      const parcel = leadParcel(order, waybillNo)
      return parcel?.state === 'signed' ? undefined : (newestNode(parcel)?.atMs ?? parcel?.shippedAtMs)
    }
    case 'returning':
      return order.returns[0]?.receivedAtMs ?? order.returns[0]?.appliedAtMs
    default:
      return undefined
  }
}

/** 围兜，同包裹 · 未达门槛，差¥12.5 */
export function giftRow(order: OrderFacts): Row {
  // what was locked for an order that came to nothing is no gift
  if (['cancelled', 'refunded', 'returned'].includes(order.stage)) return [factLabels.gift, undefined]
  const said = [...new Set(order.gifts.map((gift) => giftText(order, gift)))]
  return [factLabels.gift, said.length === 0 ? undefined : said.join(factValues.and)]
}

function giftText({ parcels }: OrderFacts, { name, verdict, gapFen, parcelId }: GiftFacts): string {
  if (verdict === 'below_threshold' && gapFen !== undefined) return factValues.giftGap(fenText(gapFen, true))
  if (verdict !== 'locked') return factValues.giftNone[verdict]
  if (parcelId === undefined) return factValues.giftLocked(name)
  const withGoods = parcels.some(({ id, lines }) => id === parcelId && (lines.length > 0 || parcels.length === 1))
  return withGoods ? factValues.giftWith(name) : factValues.giftApart(name)
}

/** Who has to act next; dropped when nobody has. */
export function holderRow(order: OrderFacts): Row {
  const { group, person } = actingHolder(order)
  return [factLabels.holder, holderName(group, person)]
}

/** The hub's holder, but for two things it cannot know from dated facts alone. */
export function actingHolder(order: OrderFacts): Holder {
  const { holder, carrier } = order
  // nobody transports what is fetched at the store
  if (carrier === 'PICKUP' && holder.group === 'logistics') return { group: 'customer' }
  // called shipped by the channel, but nobody chose a carrier: the warehouse cannot mend that
  if (order.stage === 'paid' && carrier === undefined && claimedShipped(order)) return { group: 'ops' }
  return holder
}

/** Why it waits, in the words of the source with our commas; an address is left as stored, or it would not be masked. */
export function delayText({ delayReason, address = '' }: OrderFacts): string | undefined {
  return /[,;:]/.test(address) ? delayReason : delayReason && chineseStops(delayReason)
}

/** One line a parcel when there are several: number, what is in it, where it stands. */
export function parcelLines(order: OrderFacts): readonly Phrase[] {
  if (order.parcels.length < 2) return []
  return order.parcels.map((parcel) => {
    const goods = contentsOf(order, parcel)
    return { head: `${parcelName(parcel)} `, body: goods, tail: parcelStateWords(parcel) }
  })
}

/** · 运输中 */
export function parcelStateWords(parcel: ParcelFacts): string {
  return isSent(parcel) ? lineTexts.parcelState(trackStateName(parcel.state)) : lineTexts.parcelWaiting
}

/** What is in a parcel, gifts too: 3段奶粉×2、围兜. */
export function contentsOf(order: OrderFacts, parcel: ParcelFacts): string {
  const goods = parcel.lines.flatMap(({ lineId, qty }) => {
    const line = order.lines.find(({ id }) => id === lineId)
    return line === undefined ? [] : [`${line.name}${factValues.times(qty)}`]
  })
  const gifts = order.gifts.filter(({ parcelId, verdict }) => parcelId === parcel.id && verdict === 'locked')
  return [...goods, ...gifts.map(({ name }) => name)].join(factValues.and)
}

/** Who receives it, in clear: only for a view that may show it. A long address takes two lines. */
export function consigneeLines(order: OrderFacts, view: View, lineChars: number): readonly string[] {
  if (view.mode !== 'full') return []
  const person = order.consigneeName !== undefined || order.phone !== undefined
  const who = person ? [lineTexts.consignee(order.consigneeName ?? '', order.phone ?? '')] : []
  if (order.address === undefined) return who
  const signs = [...lineTexts.address(order.address)]
  return [...who, signs.slice(0, lineChars).join(''), signs.slice(lineChars).join('')]
}

/** 截至10:05 · 轨迹10:02 · 抖音推送09:58 */
export function noteRow(order: OrderFacts, nowMs: number, waybillNo?: string): readonly (string | undefined)[] {
  const tracked = leadParcel(order, waybillNo)?.trackedAtMs
  return [
    noteParts.asOf(clockText(nowMs)),
    tracked === undefined ? undefined : noteParts.track(momentText(tracked, nowMs)),
    noteParts.source(sourceName(order.source.name), momentText(heardAt(order), nowMs)),
  ]
}

/** The last time the source spoke at all; an order nobody changed is no older than that. */
function heardAt({ source }: OrderFacts): number {
  return Math.max(source.heardAtMs, source.sourceHeardAtMs ?? source.heardAtMs)
}

/** How long a source has been silent beyond its limit; undefined while it is fresh or has no limit. */
export function staleBar(order: OrderFacts, nowMs: number): string | undefined {
  const { name, staleAfterMs } = order.source
  const silence = nowMs - heardAt(order)
  if (staleAfterMs === undefined || silence <= staleAfterMs) return undefined
  return bars.stale(sourceName(name), durationText(silence))
}

/** The same for what the tracker last said of a parcel that is still under way: it goes by the source's own limit. */
export function trackStaleBar(order: OrderFacts, nowMs: number, waybillNo?: string): string | undefined {
  if (order.stage !== 'shipped' && order.stage !== 'part_shipped') return undefined
  const asked = order.parcels.filter((parcel) => waybillNo !== undefined && parcel.waybillNo === waybillNo)
  const open = (asked.length > 0 ? asked : order.parcels).filter(({ state }) => state !== 'signed')
  const silences = open.flatMap(({ trackedAtMs, trackStaleAfterMs }) =>
    trackedAtMs !== undefined && trackStaleAfterMs !== undefined && nowMs - trackedAtMs > trackStaleAfterMs
      ? [nowMs - trackedAtMs]
      : [],
  )
  return silences.length === 0 ? undefined : bars.staleTrack(durationText(Math.max(...silences)))
}

/** The yellow bar of product row 60, and of row 61 for a label nobody scanned. */
export function silenceBar(order: OrderFacts, nowMs: number, waybillNo?: string): string | undefined {
  if (order.stage !== 'shipped' && order.stage !== 'part_shipped') return undefined
  const silence = silenceOf(quietParcel(order, nowMs, waybillNo), nowMs)
  return silence === undefined ? undefined : bars[silence.kind](durationText(silence.ms))
}

/** All bars an answer about the order needs. A doubt about the whole answer comes before a finding in it. */
export function barsOf(order: OrderFacts, nowMs: number, waybillNo?: string): readonly string[] {
  return [staleBar(order, nowMs), trackStaleBar(order, nowMs, waybillNo), silenceBar(order, nowMs, waybillNo)].filter(
    (bar) => bar !== undefined,
  )
}

import type { GiftVerdict } from '../src/hub/gift-facts.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { customerWording } from '../src/text/customer-wording.ts'
import { fenText, spokenDay } from '../src/text/format.ts'
import { giftWording as words } from '../src/text/return-wording.ts'
import { carrierName } from '../src/text/zh-cn.ts'
import { type Given, isOver, mainGift, travelOf } from './gift-answers.ts'
import { tailOf } from './order-rows.ts'
import { isSent } from './parcels.ts'
import { shower } from './view.ts'

/** What the customer is told of the gift; the same for all three questions, since they all ask where it is. */
export function giftScript(given: Given, nowMs: number): string {
  const { order, sheet } = given
  return shower(order, { mode: 'masked', nowMs })(textOf(order, given, mainGift(sheet), nowMs))
}

function textOf(order: OrderFacts, { sheet }: Given, gift: GiftVerdict | undefined, nowMs: number): string {
  const tail = tailOf(order.orderNo)
  if (order.stage === 'cancelled') return words.cancelled(tail)
  if (gift === undefined || isOver(order)) return words.checking(tail)
  switch (gift.verdict) {
    case 'locked':
      return lockedText(order, gift, tail, nowMs)
    case 'below_threshold':
      if (gift.thresholdFen === undefined || sheet.paidFen === undefined || gift.gapFen === undefined)
        return words.notQualified(tail)
      return words.belowThreshold(
        tail,
        fenText(gift.thresholdFen, true),
        fenText(sheet.paidFen, true),
        fenText(gift.gapFen, true),
      )
    case 'level_too_low':
      return words.notQualified(tail)
    case 'out_of_stock':
      return words.outOfStock(tail, gift.name)
    case 'rule_conflict':
      return words.checking(tail)
  }
}

function lockedText(order: OrderFacts, gift: GiftVerdict, tail: string, nowMs: number): string {
  const travel = travelOf(order, gift)
  if (travel.kind === 'unpacked')
    return order.parcels.some(isSent) ? words.apartSoon(tail, gift.name) : words.togetherSoon(tail, gift.name)
  const { parcel } = travel
  if (!isSent(parcel))
    return travel.kind === 'same' ? words.togetherSoon(tail, gift.name) : words.apartSoon(tail, gift.name)
  if (parcel.state === 'signed') return words.signed(tail, gift.name)
  if (travel.kind === 'same') return words.together(tail, gift.name)
  const { waybillNo, carrier, carrierName: printed, etaAtMs } = parcel
  const number =
    waybillNo === undefined ? '' : words.number(customerWording.parcel(carrierName(carrier, printed), waybillNo))
  return words.apart(
    tail,
    gift.name,
    number,
    etaAtMs === undefined || etaAtMs <= nowMs ? undefined : spokenDay(etaAtMs, nowMs),
  )
}

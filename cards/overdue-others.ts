import type { Button, Card } from '../src/chat/card.ts'
import type { CommandAbout, EscalatedItem, OrderAbout, ParcelAbout } from '../src/hub/escalation-facts.ts'
import { factValues, noteParts, type Phrase } from '../src/text/answers.ts'
import { beside, clockText, momentText } from '../src/text/format.ts'
import { carrierTexts } from '../src/text/zh-carrier.ts'
import { commandAlertTexts, firstSmsTexts, noWaybillTexts, quarantineTexts } from '../src/text/zh-clock-cards.ts'
import {
  overdueLabels as labels,
  overdueSayings as sayings,
  overdueTexts as texts,
  overdueButtons as words,
} from '../src/text/zh-clocks.ts'
import { carrierName, channelName } from '../src/text/zh-cn.ts'
import { missingReasons } from '../src/text/zh-logistics.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { type Row, tailOf } from './order-rows.ts'

const asIs = (text: string): string => text

/** 圆通YT0082452614557 */
export function parcelWords({ carrier, carrierName: printed, waybillNo }: ParcelAbout): string {
  return beside(carrierName(carrier, printed), waybillNo ?? '')
}

/** A platform fines an unscanned label; a silent parcel is a delay. */
const finesUnscanned: readonly string[] = ['douyin', 'tmall']

/** A label that nobody scanned, or a parcel that stands still. */
export function parcelAlert(item: EscalatedItem, about: ParcelAbout, nowMs: number, codec: ActionCodec): Card {
  const unscanned = item.clock === 'unscanned'
  const parcel = parcelWords(about)
  const title = unscanned ? texts.unscanned : texts.stalled
  const since: Row = [unscanned ? labels.shipped : labels.last, momentText(item.sinceMs, nowMs)]
  return fitCard(
    {
      title: title(parcel, nowMs - item.sinceMs),
      tone: item.step === 'team' ? 'alarm' : 'warn',
      bar: unscanned && finesUnscanned.includes(about.channel) ? texts.fineLabel : undefined,
      facts: [
        orderFact(about),
        [labels.parcel, { head: parcel }],
        since,
        [labels.place, about.place],
        [labels.call, about.call],
      ],
      lines: [about.call !== undefined && item.step === 'team' ? texts.called : undefined],
      note: [noteParts.asOf(clockText(nowMs)), texts.source],
      buttons: [seeOrder(about, 'logistics.track', words.seeTrack, sayings.seeTrack(about.orderNo), codec)],
    },
    asIs,
  )
}

/** An order past its promise, one that is held back for want of a carrier, or one whose buyer has heard nothing. */
export function orderAlert(item: EscalatedItem, about: OrderAbout, nowMs: number, codec: ActionCodec): Card {
  const { clock, step, sinceMs } = item
  const lasts = nowMs - sinceMs
  // without a carrier it is freed by choosing one; with one the number itself is missing
  const held = clock === 'no_carrier' || (clock === 'no_waybill' && !about.hasCarrier)
  const see = held
    ? seeOrder(about, 'logistics.missing_waybill', quarantineTexts.button, sayings.seeOrder(about.orderNo), codec)
    : seeOrder(about, 'order.status', words.seeOrder, sayings.seeOrder(about.orderNo), codec)
  return fitCard(
    {
      title: orderTitle(item, lasts),
      tone: held && step !== 'nudge' ? 'alarm' : 'warn',
      facts: [
        orderFact(about),
        [clock === 'ship_promise' ? labels.promise : labels.since, momentText(sinceMs, nowMs)],
        [labels.reason, reasonOf(item, about)],
        [noWaybillTexts.owner, clock === 'no_waybill' ? noWaybillTexts.ownerIs(about.hasCarrier) : undefined],
      ],
      note: [noteParts.asOf(clockText(nowMs)), texts.source],
      buttons: [held ? fixButton(about, codec) : undefined, see],
    },
    asIs,
  )
}

const fixButton = ({ orderId, orderNo }: OrderAbout, codec: ActionCodec): Button => ({
  label: carrierTexts.button,
  token: codec.encode('carrier.fix', [orderId]),
  style: 'go',
  say: `${carrierTexts.button} ${orderNo}`,
})

function reasonOf({ clock }: EscalatedItem, about: OrderAbout): string | undefined {
  if (clock === 'no_waybill') return about.hasCarrier ? missingReasons.notTold : missingReasons.noCarrier
  return clock === 'no_carrier' ? about.quarantineReason : about.delayReason
}

function orderTitle({ clock, step }: EscalatedItem, lastsMs: number): Phrase {
  if (clock === 'no_waybill') return noWaybillTexts.title(lastsMs)
  if (clock === 'no_carrier') return step === 'nudge' ? quarantineTexts.fresh : quarantineTexts.title(lastsMs)
  return clock === 'first_sms' ? firstSmsTexts.title(lastsMs) : texts.shipLate(lastsMs)
}

/** Something that another system was told and has not done; for IT. */
export function commandAlert(item: EscalatedItem, about: CommandAbout, nowMs: number, codec: ActionCodec): Card {
  const { labels: rows } = commandAlertTexts
  const { object, orderId } = about
  const token = codec.encode('ask.about', ['order.status', orderId])
  return fitCard(
    {
      title: commandAlertTexts.title(about.name, nowMs - item.sinceMs),
      tone: 'alarm',
      facts: [
        [rows.object, object],
        [rows.target, about.target],
        [rows.tries, commandAlertTexts.tries(about.tries)],
        [rows.error, about.lastError],
      ],
      note: [noteParts.asOf(clockText(nowMs)), texts.source],
      buttons: [{ label: words.seeOrder, token, style: 'plain', say: sayings.seeOrder(object) }],
    },
    asIs,
  )
}

function orderFact({ channel, orderNo }: ParcelAbout | OrderAbout): Row {
  return [labels.order, factValues.orderTail(channelName(channel), tailOf(orderNo))]
}

function seeOrder(
  { orderId }: ParcelAbout | OrderAbout,
  intent: string,
  label: string,
  say: string,
  codec: ActionCodec,
): Button {
  return { label, token: codec.encode('ask.about', [intent, orderId]), style: 'plain', say }
}

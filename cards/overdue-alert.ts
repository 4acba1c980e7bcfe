import type { Button, Card, Tone } from '../src/chat/card.ts'
import type { EscalatedItem, OrderAbout, ParcelAbout, ReturnAbout, Tried } from '../src/hub/escalation-facts.ts'
import { factValues, noteParts, type Phrase } from '../src/text/answers.ts'
import { beside, clockText, fenText, momentText } from '../src/text/format.ts'
import {
  overdueLabels as labels,
  overdueSayings as sayings,
  overdueTexts as texts,
  overdueButtons as words,
} from '../src/text/zh-clocks.ts'
import { carrierName, channelName, levelName } from '../src/text/zh-cn.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { type Row, tailOf } from './order-rows.ts'

/** What a person hears of one item when a rung of its clock fires. No customer is named, so it is the same for everybody. */
export function overdueAlertCard(item: EscalatedItem, nowMs: number, codec: ActionCodec): Card {
  const { about } = item
  switch (about.kind) {
    case 'return':
      return returnAlert(item, about, nowMs, codec)
    case 'parcel':
      return parcelAlert(item, about, nowMs, codec)
    case 'order':
      return orderAlert(item, about, nowMs, codec)
  }
}

const asIs = (text: string): string => text

/** 仓管复核·小周; without a level it says so. */
export function heldWords({ level }: ReturnAbout): string {
  if (level === undefined) return texts.noLevel
  return level.holder === undefined ? levelName(level.role) : `${levelName(level.role)}·${level.holder}`
}

/** 圆通YT0082452614557 */
export function parcelWords({ carrier, carrierName: printed, waybillNo }: ParcelAbout): string {
  return beside(carrierName(carrier, printed), waybillNo ?? '')
}

function returnAlert(item: EscalatedItem, about: ReturnAbout, nowMs: number, codec: ActionCodec): Card {
  const { step } = item
  const acts = step === 'nudge' || step === 'deputy' || step === 'substitute'
  const amount = about.refundFen === undefined ? undefined : fenText(about.refundFen, true)
  return fitCard(
    {
      ...standing(item, about, nowMs),
      facts: [
        [labels.request, texts.back(about.returnId, channelName(about.channel), amount)],
        [labels.held, heldSince(item, about, nowMs)],
        [labels.due, about.level?.dueAtMs === undefined ? undefined : momentText(about.level.dueAtMs, nowMs)],
        [labels.fine, fineText(about, nowMs)],
        [labels.tried, triedText(about.tried, step)],
      ],
      lines: [acts && about.level !== undefined ? texts.how(about.returnId) : undefined],
      note: [noteParts.asOf(clockText(nowMs)), texts.source],
      buttons: [
        acts
          ? undefined
          : {
              label: words.urge,
              token: codec.encode('urge.send', ['return', about.returnId]),
              style: 'go',
              say: sayings.urge(about.returnId),
            },
        seeReturn(about, codec, words.seeReturn),
      ],
    },
    asIs,
  )
}

/** Opens the return, whatever the button is called. */
export function seeReturn({ orderId, returnId }: ReturnAbout, codec: ActionCodec, label: string): Button {
  const token = codec.encode('ask.about', ['return.status', orderId, returnId])
  return { label, token, style: 'plain', say: sayings.seeReturn(returnId) }
}

function standing(
  { clock, step, dueMs }: EscalatedItem,
  about: ReturnAbout,
  nowMs: number,
): { readonly title: Phrase; readonly tone: Tone; readonly bar?: string } {
  const held = heldWords(about)
  if (clock === 'fine') {
    const left = about.fineAtMs - nowMs
    const title = left > 0 ? texts.fineNear(left) : texts.finePassed(-left)
    return { title, tone: 'alarm', bar: texts.fineLabel }
  }
  if (clock === 'return_total') {
    const left = about.wholeDueAtMs - nowMs
    if (step === 'nudge' && left > 0) return { title: texts.wholeNear(left, hoursOf(about)), tone: 'warn' }
    return { title: texts.wholeOver(hoursOf(about)), tone: 'alarm' }
  }
  const left = (about.level?.dueAtMs ?? dueMs) - nowMs
  if (step === 'nudge') return { title: texts.remind(held, left), tone: 'warn' }
  if (step === 'deputy' || step === 'substitute') return { title: texts.standIn(held), tone: 'alarm' }
  return { title: texts.above(held, -left), tone: 'alarm' }
}

const hoursOf = ({ wholeDueAtMs, appliedAtMs }: ReturnAbout): number =>
  Math.round((wholeDueAtMs - appliedAtMs) / 3_600_000)

function heldSince({ sinceMs }: EscalatedItem, about: ReturnAbout, nowMs: number): Phrase {
  const { level } = about
  return texts.held(level === undefined ? texts.noLevel : levelName(level.role), level?.holder, nowMs - sinceMs)
}

function fineText({ fineAtMs }: ReturnAbout, nowMs: number): string {
  const left = fineAtMs - nowMs
  const at = momentText(fineAtMs, nowMs)
  return left > 0 ? texts.fineLeft(left, at) : texts.fineOver(-left, at)
}

/** 提醒3次，代审无人; this rung itself is no history yet. */
function triedText({ nudges, asked }: Tried, step: EscalatedItem['step']): string {
  const before = asked.filter((rung) => rung.step !== step).map((rung) => texts.stepTo(rung.step, rung.names))
  const parts = [...(nudges > 0 ? [texts.nudged(nudges)] : []), ...new Set(before)]
  return parts.length === 0 ? texts.neverTried : parts.join(texts.and)
}

/** A platform fines an unscanned label; a silent parcel is a delay. */
const finesUnscanned: readonly string[] = ['douyin', 'tmall']

function parcelAlert(item: EscalatedItem, about: ParcelAbout, nowMs: number, codec: ActionCodec): Card {
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

function orderAlert(item: EscalatedItem, about: OrderAbout, nowMs: number, codec: ActionCodec): Card {
  return fitCard(
    {
      title: texts.shipLate(nowMs - item.sinceMs),
      tone: 'warn',
      facts: [orderFact(about), [labels.promise, momentText(item.sinceMs, nowMs)], [labels.reason, about.delayReason]],
      note: [noteParts.asOf(clockText(nowMs)), texts.source],
      buttons: [seeOrder(about, 'order.status', words.seeOrder, sayings.seeOrder(about.orderNo), codec)],
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

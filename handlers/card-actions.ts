import type { ActionName } from '../cards/actions.ts'
import { customerScript } from '../cards/customer-script.ts'
import { orderSummaryCard } from '../cards/order-summary.ts'
import { orderCarrierCard, orderTrackCard } from '../cards/order-track.ts'
import type { Card } from '../src/chat/card.ts'
import type { CardTapEvent } from '../src/chat/event.ts'
import type { Member } from '../src/chat/member.ts'
import type { Reply, Trace } from '../src/chat/reply.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { sentences } from '../src/text/sentences.ts'
import type { Intent } from '../src/understanding/types.ts'
import { summaryReply } from './order-query.ts'
import { type AskParts, type Question, viewFor } from './question.ts'

/** A button was tapped. Rights and masks are those of the tapper and of the chat it was tapped in, not of the card. */
export function cardActions(parts: AskParts): (event: CardTapEvent, member: Member) => Promise<Reply> {
  return async (event, member) => {
    const nowMs = parts.clock.nowMs()
    const decoded = parts.codec.decode(event.token, { memberId: member.id, nowMs })
    switch (decoded.outcome) {
      case 'ok':
        return act(parts, event, member, decoded.action, decoded.args[0])
      case 'forged':
        return text(event, sentences.forged)
      case 'expired':
        return text(event, sentences.expired)
      case 'not-yours':
        return text(event, sentences.notYours)
      default:
        return assertNever(decoded)
    }
  }
}

const intentOf: Readonly<Record<ActionName, Intent>> = {
  'order.show': 'order.status',
  'order.open': 'order.status',
  'order.track': 'logistics.track',
  'order.carrier': 'order.carrier',
  'order.script': 'order.status',
  'order.waybill': 'order.carrier',
  'choose.none': 'order.status',
  'ask.again': 'order.status',
}

async function act(
  parts: AskParts,
  event: CardTapEvent,
  member: Member,
  action: ActionName,
  orderId: string | undefined,
): Promise<Reply> {
  if (action === 'choose.none') return text(event, sentences.noneOfThem)
  if (action === 'ask.again') return text(event, sentences.askNumberAgain)
  const order = orderId === undefined ? undefined : await parts.lookup.track(orderId)
  if (order === undefined) return text(event, sentences.orderGone)
  const view = viewFor(event.conversation, member, parts.clock.nowMs())
  const trace = traceOf(event, intentOf[action], order)
  switch (action) {
    case 'order.show':
      return update(event, orderSummaryCard(order, view, parts.codec), trace)
    case 'order.open':
      return summaryReply(parts, questionOf(event, member, view, trace), order, {})
    case 'order.track':
      return update(event, orderTrackCard(order, view, parts.codec), trace)
    case 'order.carrier':
      return update(event, orderCarrierCard(order, view, parts.codec), trace)
    case 'order.script':
      return { kind: 'text', text: customerScript(order, view.nowMs), trace }
    case 'order.waybill':
      return { kind: 'text', text: waybillsOf(order), trace }
    default:
      return assertNever(action)
  }
}

/** The numbers alone, to be pasted. */
function waybillsOf({ parcels, waybillNo }: OrderFacts): string {
  const numbers = parcels.flatMap((parcel) => (parcel.waybillNo === undefined ? [] : [parcel.waybillNo]))
  const all = numbers.length > 0 ? numbers : waybillNo === undefined ? [] : [waybillNo]
  return all.length === 0 ? sentences.noWaybill : all.join('\n')
}

function update(event: CardTapEvent, card: Card, trace: Trace): Reply {
  return { kind: 'card-update', cardRef: event.cardRef, card, toast: sentences.shown, trace }
}

function text(event: CardTapEvent, words: string): Reply {
  const mask = event.conversation.kind === 'group'
  return { kind: 'text', text: words, trace: { intent: 'order.status', slots: {}, expect: 'clarify', mask } }
}

function traceOf(event: CardTapEvent, intent: Intent, order: OrderFacts): Trace {
  return { intent, slots: { hub_no: order.id }, expect: 'answer', mask: event.conversation.kind === 'group' }
}

function questionOf(event: CardTapEvent, member: Member, view: Question['view'], { intent }: Trace): Question {
  const understood = { intent: intent as Intent, slots: {}, expect: 'answer', hints: {} } as const
  return { text: '', understood, member, group: event.conversation.kind === 'group', view }
}

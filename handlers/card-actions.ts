import type { ActionName } from '../cards/actions.ts'
import { orderScript } from '../cards/order-script.ts'
import { orderCarrierCard, orderTrackCard } from '../cards/order-track.ts'
import type { Card } from '../src/chat/card.ts'
import type { CardTapEvent } from '../src/chat/event.ts'
import type { Member } from '../src/chat/member.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { sentences } from '../src/text/sentences.ts'
import { type Intent, intents } from '../src/understanding/types.ts'
import { summaryReply } from './order-query.ts'
import { alsoPrivately } from './privately.ts'
import { type Answerer, type AskParts, traceOf, viewFor } from './question.ts'
import { questionOf, redrawn, type Tap, type TapHandler, tapText } from './taps.ts'

/** A button was tapped: the token is proven first, then the one that knows the action answers. */
export function cardActions(
  parts: AskParts,
  taps: Readonly<Record<ActionName, TapHandler>>,
  /** What somebody hears who tapped a button of another member; for that person alone. */
  foreign: (tap: Pick<Tap, 'event' | 'member'>, action: ActionName) => Promise<Reply> = async (tap) =>
    tapText(tap, sentences.notYours),
  /** Writes down what was no token of ours any more. */
  bad: (tap: {
    readonly memberId: string
    readonly group: boolean
    readonly why: 'forged' | 'expired'
  }) => Promise<void> = async () => undefined,
): (event: CardTapEvent, member: Member) => Promise<Reply> {
  return async (event, member) => {
    const nowMs = parts.clock.nowMs()
    const decoded = parts.codec.decode(event.token, { memberId: member.id, nowMs })
    switch (decoded.outcome) {
      case 'ok': {
        const view = viewFor(event.conversation, member, nowMs)
        return taps[decoded.action]({ event, member, view, args: decoded.args })
      }
      case 'forged':
      case 'expired':
        await bad({ memberId: member.id, group: event.conversation.kind === 'group', why: decoded.outcome })
        return tapText({ event }, sentences[decoded.outcome])
      case 'not-yours':
        return foreign({ event, member }, decoded.action)
      default:
        return assertNever(decoded)
    }
  }
}

/** What buttons do that only show something. */
export function orderTaps(parts: AskParts, answerers: Readonly<Record<Intent, Answerer>>) {
  const { codec } = parts
  return {
    'choose.none': async (tap) => tapText(tap, sentences.noneOfThem),
    'ask.again': async (tap) => tapText(tap, sentences.askNumberAgain),
    'ask.about': async (tap) => askAbout(tap, answerers),
    'order.show': async (tap) => {
      const order = await tapped(parts, tap)
      if (order === undefined) return tapText(tap, sentences.orderGone)
      const reply = await summaryReply(parts, questionOf(tap, 'order.status'), order, {})
      return redrawn(tap, withNumber(reply, order), sentences.shown)
    },
    'order.track': onOrder(parts, 'logistics.track', (tap, order) => orderTrackCard(order, tap.view, codec)),
    'order.carrier': onOrder(parts, 'order.carrier', (tap, order) => orderCarrierCard(order, tap.view, codec)),
    'order.open': async (tap) => {
      const order = await tapped(parts, tap)
      if (order === undefined) return tapText(tap, sentences.orderGone)
      const question = questionOf(tap, 'order.status')
      return alsoPrivately(question, async (asked) => summaryReply(parts, asked, order, {}))
    },
    'order.script': onOrder(parts, 'order.status', (tap, order) =>
      orderScript(order, tap.view.nowMs, tap.args[1] ?? 'order.status'),
    ),
    'order.waybill': onOrder(parts, 'order.carrier', (_, order) => waybillsOf(order)),
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

async function tapped({ lookup }: AskParts, { args: [orderId] }: Tap): Promise<OrderFacts | undefined> {
  return orderId === undefined ? undefined : lookup.track(orderId)
}

/** Tapped answers name their order in the trace as a typed question would. */
function withNumber(reply: Reply, { id }: OrderFacts): Reply {
  return reply.trace === undefined ? reply : { ...reply, trace: { ...reply.trace, slots: { hub_no: id } } }
}

/** A card redraws the one that was tapped, words are a message of their own. */
function onOrder(parts: AskParts, intent: Intent, show: (tap: Tap, order: OrderFacts) => Card | string): TapHandler {
  return async (tap) => {
    const order = await tapped(parts, tap)
    if (order === undefined) return tapText(tap, sentences.orderGone)
    const question = questionOf(tap, intent)
    const trace = { ...traceOf(question, 'answer', { orderId: order.id }), slots: { hub_no: order.id } }
    const shown = show(tap, order)
    if (typeof shown === 'string') return { kind: 'text', text: shown, trace }
    return redrawn(tap, { kind: 'card', card: shown, trace }, sentences.shown)
  }
}

/** One of several was chosen: the question is answered for that one. */
async function askAbout(tap: Tap, answerers: Readonly<Record<Intent, Answerer>>): Promise<Reply> {
  const [said, orderId, returnId] = tap.args
  const intent = intents.find((one) => one === said)
  if (intent === undefined || orderId === undefined) return tapText(tap, sentences.orderGone)
  const subject = { orderId, ...(returnId !== undefined && { returnId }) }
  const question = { ...questionOf(tap, intent), about: { ...subject, how: 'picked' as const } }
  return redrawn(tap, await alsoPrivately(question, answerers[intent]), sentences.shown)
}

/** The numbers alone, to be pasted. */
function waybillsOf({ parcels, waybillNo }: OrderFacts): string {
  const numbers = parcels.flatMap((parcel) => (parcel.waybillNo === undefined ? [] : [parcel.waybillNo]))
  const all = numbers.length > 0 ? numbers : waybillNo === undefined ? [] : [waybillNo]
  return all.length === 0 ? sentences.noWaybill : all.join('\n')
}

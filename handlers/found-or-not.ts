import { numberNotFoundCard, personLabel, personNotFoundCard } from '../cards/not-found.ts'
import { mostChoices, orderChoiceCard } from '../cards/order-choice.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { sentences } from '../src/text/sentences.ts'
import { defaultWindowDays, type FoundOrders, findMore, findOrders, keyOf, type Sought } from './find-orders.ts'
import { type AskParts, type Question, textReply, traceOf } from './question.ts'

export type Sighting =
  | {
      readonly outcome: 'one'
      readonly order: OrderFacts
      /** The question named a person, not a number: the answer says whose order it is. */
      readonly person: boolean
      /** One return of it was chosen. */
      readonly returnId?: string
    }
  /** Not one order: what to say instead. */
  | { readonly outcome: 'reply'; readonly reply: Reply }

/**
 * The one order a question is about, or the reply that asks for more: which of several (a tap on one answers the same
 * question for it), what is near a number nobody knows, or what is missing.
 */
export async function theOrder(parts: AskParts, question: Question): Promise<Sighting> {
  const { understood, view, about } = question
  if (about !== undefined) {
    const order = await parts.lookup.track(about.orderId)
    if (order === undefined) return { outcome: 'reply', reply: textReply(question, sentences.orderGone) }
    return { outcome: 'one', order, person: false, ...(about.returnId !== undefined && { returnId: about.returnId }) }
  }
  const sought = keyOf(understood)
  if (sought === undefined) return { outcome: 'reply', reply: textReply(question, whatIsMissing(question)) }
  const name = understood.slots.customer_name
  if (sought.key.kind === 'name' && [...sought.key.value].length < 2)
    return { outcome: 'reply', reply: textReply(question, sentences.askFullName) }
  const found = await findOrders(parts.lookup, sought, understood, view.nowMs, mostChoices)
  const choice = await withMore(parts, question, sought, found)
  const [order] = choice.orders
  if (order === undefined) return { outcome: 'reply', reply: await notFound(parts, question, sought) }
  const sure = choice.orders.length === 1 && !choice.more && choice.unknown.length === 0
  // found without the product that was said: it may be another order, so the person looks before it is answered
  if (sure && !found.productIgnored) return { outcome: 'one', order, person: sought.person }
  const card = orderChoiceCard({ ...choice, customerName: name }, view, parts.codec, understood.intent)
  const choices = choice.orders.slice(0, mostChoices).map(({ id }) => ({ orderId: id }))
  return { outcome: 'reply', reply: { kind: 'card', card, trace: { ...traceOf(question), choices } } }
}

/** What was found together with the orders of further numbers in the line: none of two numbers is passed over in silence. */
async function withMore({ lookup }: AskParts, { understood }: Question, sought: Sought, found: FoundOrders) {
  const others = await findMore(lookup, understood)
  const orders = [...found.orders, ...others.orders]
  const distinct = orders.filter(({ id }, index) => orders.findIndex((order) => order.id === id) === index)
  const missed = found.orders.length === 0 && others.orders.length > 0 ? [sought.key.value] : []
  return { orders: distinct, more: found.more, unknown: [...missed, ...others.unknown] }
}

/** One question for the one thing that is missing. */
function whatIsMissing({ understood: { hints } }: Question): string {
  if (hints.oddNumber !== undefined) return sentences.oddNumber(hints.oddNumber.replace(/\D/g, '').length)
  return sentences.askWhich
}

async function notFound({ lookup, codec }: AskParts, question: Question, sought: Sought): Promise<Reply> {
  const { view, understood } = question
  const { key } = sought
  const trace = traceOf(question)
  if (!sought.person && key.kind !== 'number-tail') {
    const near = key.kind === 'order-no' || key.kind === 'hub-no' ? await lookup.nearest(key.value, 3) : []
    return { kind: 'card', card: numberNotFoundCard(key.value, near, view, codec, key.kind === 'return-no'), trace }
  }
  const card = personNotFoundCard(personLabel(personOf(question), view), whenOf(question, sought), view, codec)
  return { kind: 'card', card, trace: { ...trace, slots: understood.slots } }
}

/** Who or what tail was asked for. */
export function personOf({ understood: { slots } }: Question) {
  return {
    name: slots.customer_name,
    phone: slots.phone,
    tail: slots.phone_tail ?? slots.order_tail ?? slots.waybill_tail,
  }
}

function whenOf({ understood: { slots } }: Question, { key }: Sought) {
  if (slots.date !== undefined) return { said: slots.date.raw }
  return key.kind === 'phone' || key.kind === 'number-tail' ? { said: '' } : { days: defaultWindowDays }
}

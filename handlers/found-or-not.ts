import { numberNotFoundCard, personLabel, personNotFoundCard } from '../cards/not-found.ts'
import { mostChoices, orderChoiceCard } from '../cards/order-choice.ts'
import { whichOneCard } from '../cards/which-one.ts'
import type { Reply, Subject } from '../src/chat/reply.ts'
import type { PullReport } from '../src/hub/on-demand.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { channelHint } from '../src/hub/order-no.ts'
import { sentences } from '../src/text/sentences.ts'
import { channelCode } from '../src/text/zh-cn.ts'
import { dayOf, isoOf, windowOf } from '../src/understanding/calendar.ts'
import { defaultWindowDays, type FoundOrders, findMore, findOrders, keyOf, type Sought } from './find-orders.ts'
import { type AskParts, type Question, textReply, traceOf } from './question.ts'
import { subjectName } from './still-about.ts'

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
  if (sought === undefined) return { outcome: 'reply', reply: await whatIsMissing(parts, question) }
  const name = understood.slots.customer_name
  if (sought.key.kind === 'name' && [...sought.key.value].length < 2)
    return { outcome: 'reply', reply: textReply(question, sentences.askFullName) }
  const { found, pulled } = await foundOrPulled(parts, question, sought)
  const choice = await withMore(parts, question, sought, found)
  const [order] = choice.orders
  if (order === undefined) return { outcome: 'reply', reply: await notFound(parts, question, sought, pulled) }
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

/** What the hub has; a whole order number that it does not have is asked of the sources, once and for 3 s at most. */
async function foundOrPulled({ lookup, pull }: AskParts, { understood, view }: Question, sought: Sought) {
  const find = () => findOrders(lookup, sought, understood, view.nowMs, mostChoices)
  const found = await find()
  if (found.orders.length > 0 || sought.key.kind !== 'order-no' || pull === undefined) return { found }
  const said = understood.slots.channel
  const channel = (said === undefined ? undefined : channelCode(said)) ?? channelHint(sought.key.value)
  const pulled = await pull.pull(sought.key.value, channel)
  return pulled.outcome === 'found' ? { found: await find(), pulled } : { found, pulled }
}

/** One question for the one thing that is missing; what was looked at or offered last is there to tap. */
async function whatIsMissing(parts: AskParts, question: Question): Promise<Reply> {
  const { understood, remembered, view } = question
  const { hints, intent } = understood
  if (hints.oddNumber !== undefined)
    return textReply(question, sentences.oddNumber(hints.oddNumber.replace(/\D/g, '').length))
  const about = remembered?.about
  if (about !== undefined) {
    const name = await subjectName(parts, about)
    if (name === undefined) return textReply(question, sentences.askWhich)
    return { kind: 'card', card: whichOneCard(intent, { ...about, name }, view, parts.codec), trace: traceOf(question) }
  }
  return (await choiceAgain(parts, question, remembered?.choices ?? [])) ?? textReply(question, sentences.askWhich)
}

/** What was offered last, for another question; undefined when none of it is there any more. */
async function choiceAgain(
  { lookup, codec }: AskParts,
  question: Question,
  offered: readonly Subject[],
): Promise<Reply | undefined> {
  const { view, understood } = question
  // two returns of one order are one order here, and which of them is asked again
  const ids = [...new Set(offered.map(({ orderId }) => orderId))]
  const orders = (await Promise.all(ids.map((id) => lookup.track(id)))).flatMap((order) => order ?? [])
  if (orders.length === 0) return undefined
  const choices = orders.map(({ id }) => {
    const [only, ...more] = offered.filter(({ orderId }) => orderId === id)
    return only !== undefined && more.length === 0 ? only : { orderId: id }
  })
  const card = orderChoiceCard({ orders, more: false }, view, codec, understood.intent)
  return { kind: 'card', card, trace: { ...traceOf(question), choices } }
}

async function notFound(
  parts: AskParts,
  question: Question,
  sought: Sought,
  pulled: PullReport | undefined,
): Promise<Reply> {
  const { view, understood } = question
  const { key } = sought
  const trace = traceOf(question)
  if (!sought.person && key.kind !== 'number-tail') {
    const near = key.kind === 'order-no' || key.kind === 'hub-no' ? await parts.lookup.nearest(key.value, 3) : []
    const seen = await lookedAtToday(parts, question, near)
    const marked = near.map((one) => ({ ...one, seenToday: seen.has(one.id) }))
    const tried = pulled?.tried ?? []
    const card = numberNotFoundCard(key.value, marked, view, parts.codec, { returned: key.kind === 'return-no', tried })
    return { kind: 'card', card, trace }
  }
  const card = personNotFoundCard(personLabel(personOf(question), view), whenOf(question, sought), view, parts.codec)
  return { kind: 'card', card, trace: { ...trace, slots: understood.slots } }
}

/** Which of the near numbers the asker was answered about since midnight in China. */
async function lookedAtToday(
  { asked }: AskParts,
  { member, view }: Question,
  near: readonly { readonly id: string }[],
): Promise<ReadonlySet<string>> {
  if (near.length === 0 || asked === undefined) return new Set()
  const today = isoOf(dayOf(view.nowMs))
  return asked.lookedAt(
    member.id,
    near.map(({ id }) => id),
    windowOf(today, today).fromMs,
  )
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

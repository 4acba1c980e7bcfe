import { personLabel } from '../cards/not-found.ts'
import { mostChoices } from '../cards/order-choice.ts'
import { noReturnOfCard, returnChoiceCard } from '../cards/return-choice.ts'
import type { Back } from '../cards/return-rows.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { NotesOf } from '../src/hub/notes.ts'
import type { OrderFacts, OrderFilter } from '../src/hub/order-facts.ts'
import type { ReturnLookup, ReturnView, SaleFacts } from '../src/hub/return-facts.ts'
import { channelCode } from '../src/text/zh-cn.ts'
import { choiceWords } from '../src/text/zh-returns.ts'
import { windowOf } from '../src/understanding/calendar.ts'
import { catalogueWord } from '../src/understanding/goods.ts'
import type { DateSlot } from '../src/understanding/types.ts'
import { defaultWindowDays, keyOf, type Sought } from './find-orders.ts'
import { personOf, theOrder } from './found-or-not.ts'
import { type AskParts, type Question, traceOf } from './question.ts'

export type ReturnParts = AskParts & {
  readonly returns: ReturnLookup
  /** What people added to a return; left out, only their number is shown. */
  readonly notesOf?: NotesOf | undefined
}

export type ReturnSighting =
  | { readonly outcome: 'one'; readonly back: Back; readonly person: boolean }
  /** The order is known; nothing was ever applied for. */
  | { readonly outcome: 'none'; readonly order: OrderFacts; readonly sale: SaleFacts; readonly person: boolean }
  /** Not one return: what to say instead. */
  | { readonly outcome: 'reply'; readonly reply: Reply }

const dayMs = 86_400_000
/** How long before its return an order may have been placed. */
const placedBeforeDays = 90
/** A refund may come this long after the application. */
const refundAfterDays = 45

/**
 * The one return a question is about: by its number, by the order's, or by whose it is, what came back and when it was
 * applied for. Several are offered to choose from; who has none is told so. The reply for an order nobody knows is theOrder's.
 */
export async function theReturn(parts: ReturnParts, question: Question): Promise<ReturnSighting> {
  const sought = question.about === undefined ? keyOf(question.understood) : undefined
  if (sought?.person === true && canSearch(sought)) return ofPerson(parts, question, sought)
  const sighting = await theOrder(parts, question)
  if (sighting.outcome === 'reply') return sighting
  const { order, person } = sighting
  const found = await parts.returns.ofOrder(order.id)
  if (found === undefined) return { outcome: 'reply', reply: await nobodys(parts, question) }
  const { sale, returns } = found
  const { return_no: returnNo, waybill_no: sentWith } = question.understood.slots
  const wanted = sighting.returnId ?? returnNo
  const named = returns.find(
    ({ id, waybillNo }) => id === wanted || (wanted === undefined && sentWith !== undefined && waybillNo === sentWith),
  )
  const only = named ?? (returns.length === 1 ? returns[0] : undefined)
  if (only !== undefined) return { outcome: 'one', back: { order, sale, request: only }, person }
  if (returns.length === 0) return { outcome: 'none', order, sale, person }
  const pairs = returns.map((request) => ({ order, request }))
  return { outcome: 'reply', reply: choice(parts, question, pairs, { more: false, otherGoods: false }) }
}

/** One sign is a surname: theOrder asks for the whole name. */
function canSearch({ key }: Sought): boolean {
  return key.kind !== 'name' || [...key.value].length >= 2
}

/** Orders of this person with a return in the time that was meant, newest first; then their returns. */
async function ofPerson(parts: ReturnParts, question: Question, sought: Sought): Promise<ReturnSighting> {
  const { slots } = question.understood
  const product = slots.product === undefined ? undefined : catalogueWord(slots.product)
  const first = await search(parts, question, sought, product)
  const otherGoods = product !== undefined && first.pairs.length === 0
  const { pairs, more } = otherGoods ? await search(parts, question, sought, undefined) : first
  const [only] = pairs
  if (only === undefined) return withoutReturn(parts, question)
  if (pairs.length === 1 && !more && !otherGoods) return { outcome: 'one', back: only, person: true }
  return { outcome: 'reply', reply: choice(parts, question, pairs, { more, otherGoods }) }
}

async function search(
  parts: ReturnParts,
  { understood, view }: Question,
  { key }: Sought,
  product: string | undefined,
) {
  const { slots } = understood
  const channel = slots.channel === undefined ? undefined : channelCode(slots.channel)
  const filter: OrderFilter = {
    ...windows(slots.date, view.nowMs),
    limit: mostChoices,
    ...(channel !== undefined && { channel }),
    ...(product !== undefined && { product }),
  }
  const found = await parts.lookup.find(key, filter)
  const all = await Promise.all(
    found.orders.map(async (order) => {
      const held = await parts.returns.ofOrder(order.id)
      return held === undefined ? [] : held.returns.map((request) => ({ order, sale: held.sale, request }))
    }),
  )
  const pairs = all
    .flat()
    .filter(({ request }) => inTime(request, slots.date, filter) && (product === undefined || holds(request, product)))
    .sort((a, b) => b.request.appliedAtMs - a.request.appliedAtMs)
  return { pairs, more: found.more }
}

/** When the order was placed and when the return was applied for, from the day that was said and what happened on it. */
function windows(date: DateSlot | undefined, nowMs: number): Required<Pick<OrderFilter, 'window' | 'returned'>> {
  const days = (count: number) => count * dayMs
  if (date === undefined) {
    const fromMs = nowMs - days(defaultWindowDays)
    return { returned: { fromMs, toMs: nowMs }, window: { fromMs: fromMs - days(placedBeforeDays), toMs: nowMs } }
  }
  const said = windowOf(date.from, date.to)
  switch (date.of) {
    case 'return':
      return { returned: said, window: { fromMs: said.fromMs - days(placedBeforeDays), toMs: said.toMs } }
    case 'refund': {
      const fromMs = said.fromMs - days(refundAfterDays)
      return {
        returned: { fromMs, toMs: said.toMs },
        window: { fromMs: fromMs - days(placedBeforeDays), toMs: said.toMs },
      }
    }
    default:
      // the day of the order, of its payment, shipping or signing: the return came at any time after it
      return {
        returned: { fromMs: said.fromMs, toMs: nowMs },
        window: { fromMs: date.of === 'order' ? said.fromMs : said.fromMs - days(placedBeforeDays), toMs: said.toMs },
      }
  }
}

/** An order may have had another return besides the one in the window. */
function inTime(request: ReturnView, date: DateSlot | undefined, { returned }: OrderFilter): boolean {
  if (returned === undefined) return true
  if (date?.of === 'refund') {
    const { fromMs, toMs } = windowOf(date.from, date.to)
    return request.refundedAtMs !== undefined && request.refundedAtMs >= fromMs && request.refundedAtMs <= toMs
  }
  return request.appliedAtMs >= returned.fromMs && request.appliedAtMs <= returned.toMs
}

function holds({ lines }: ReturnView, product: string): boolean {
  const word = product.toLowerCase()
  return lines.some(({ name, spec }) => `${name} ${spec ?? ''}`.toLowerCase().includes(word))
}

/** Nobody's return fits. Whose order it is decides what is said: one order without a return is named, others are not guessed at. */
async function withoutReturn(parts: ReturnParts, question: Question): Promise<ReturnSighting> {
  if (question.understood.slots.date === undefined) {
    const sighting = await theOrder(parts, question)
    if (sighting.outcome === 'reply') return sighting
    const held = await parts.returns.ofOrder(sighting.order.id)
    const [request] = held?.returns ?? []
    if (held !== undefined && request !== undefined)
      return { outcome: 'one', back: { order: sighting.order, sale: held.sale, request }, person: true }
    if (held !== undefined) return { outcome: 'none', order: sighting.order, sale: held.sale, person: true }
  }
  return { outcome: 'reply', reply: await nobodys(parts, question) }
}

async function nobodys({ codec }: AskParts, question: Question): Promise<Reply> {
  const card = noReturnOfCard(personLabel(personOf(question), question.view), whenOf(question), question.view, codec)
  return { kind: 'card', card, trace: traceOf(question) }
}

function whenOf({ understood: { slots } }: Question): string {
  return slots.date?.raw ?? choiceWords.lastDays(defaultWindowDays)
}

/** Which of several, ① to ⑤; the trace carries them so that 「②」 or 「第二个」 finds the one meant. */
function choice(
  { codec }: AskParts,
  question: Question,
  pairs: readonly { readonly order: OrderFacts; readonly request: ReturnView }[],
  { more, otherGoods }: { readonly more: boolean; readonly otherGoods: boolean },
): Reply {
  const { understood, view } = question
  const { slots } = understood
  const shown = pairs.slice(0, mostChoices)
  const who = personLabel(personOf(question), view)
  const made = {
    found: shown,
    more: more || pairs.length > shown.length,
    who,
    when: slots.date?.raw ?? '',
    product: slots.product ?? '',
    otherGoods,
  }
  const choices = shown.map(({ order, request }) => ({ orderId: order.id, returnId: request.id }))
  const card = returnChoiceCard(made, understood.intent, view, codec)
  return { kind: 'card', card, trace: { ...traceOf(question), choices } }
}

import { personLabel } from '../cards/not-found.ts'
import { mostChoices } from '../cards/order-choice.ts'
import { type OrderListing, orderListCard } from '../cards/order-list.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { OrderFilter, Stage } from '../src/hub/order-facts.ts'
import { listTitles } from '../src/text/answers.ts'
import { beside } from '../src/text/format.ts'
import { sentences } from '../src/text/sentences.ts'
import { channelCode, channelName, stageName, statusStage } from '../src/text/zh-cn.ts'
import { catalogueWord } from '../src/understanding/goods.ts'
import type { Slots } from '../src/understanding/types.ts'
import { defaultWindowDays, findOrders, keyOf, type Sought, saidWindow } from './find-orders.ts'
import { personOf } from './found-or-not.ts'
import { summaryReply } from './order-query.ts'
import { type Answerer, type AskParts, type Question, textReply, traceOf } from './question.ts'

const dayMs = 86_400_000
/** Of one person more are counted than shown. */
const mostOfOnePerson = 20
/** A list without days said: unshipped orders however old, anything else by the week. */
const usualDays = { paid: defaultWindowDays, other: 7 } as const

/** order.list: somebody's orders, or all of a channel, day and stage. One hit is answered like a status question (J6). */
export function orderList(parts: AskParts): Answerer {
  return async (question) => {
    const { slots } = question.understood
    const sought = keyOf(question.understood)
    if (sought === undefined && !slots.channel && !slots.status && !slots.date && !slots.product)
      return textReply(question, sentences.askWhichList)
    const listing = sought === undefined ? await ofFilter(parts, question) : await ofPerson(parts, question, sought)
    const [only] = listing.orders
    if (listing.total === 1 && !listing.more && only !== undefined)
      return summaryReply(parts, question, only, { customer: true, counted: true })
    return {
      kind: 'card',
      card: orderListCard(listing, question.view, parts.codec),
      trace: traceOf(question),
    } satisfies Reply
  }
}

async function ofPerson({ lookup }: AskParts, question: Question, sought: Sought): Promise<OrderListing> {
  const { understood, view } = question
  const { slots } = understood
  const found = await findOrders(lookup, sought, understood, view.nowMs, mostOfOnePerson)
  const { stage, remark } = stageOf(slots)
  const orders = stage === undefined ? found.orders : found.orders.filter((order) => order.stage === stage)
  const when = slots.date?.raw ?? (sought.key.kind === 'phone' ? '' : listTitles.lastDays(defaultWindowDays))
  const channel = slots.channel === undefined ? undefined : channelCode(slots.channel)
  const who = personLabel(personOf(question), { ...view, mode: 'masked' })
  const what = `${beside(who, when)}${channel === undefined ? '' : channelName(channel)}${stage === undefined ? '' : stageName(stage)}`
  return { orders, total: orders.length, more: found.more, what, remark }
}

async function ofFilter({ lookup }: AskParts, question: Question): Promise<OrderListing> {
  const { slots } = question.understood
  const { nowMs } = question.view
  const { stage, remark } = stageOf(slots)
  const days = stage === 'paid' ? usualDays.paid : usualDays.other
  const channel = slots.channel === undefined ? undefined : channelCode(slots.channel)
  const filter: OrderFilter & { readonly stage?: Stage } = {
    window: saidWindow(slots) ?? { fromMs: nowMs - days * dayMs, toMs: nowMs },
    limit: mostChoices,
    ...(channel !== undefined && { channel }),
    ...(slots.product !== undefined && { product: catalogueWord(slots.product) }),
    ...(stage !== undefined && { stage }),
  }
  const found = await lookup.list(filter)
  const when = whenOf(slots, days)
  const what = `${when}${channel === undefined ? '' : channelName(channel)}${stage === undefined ? '' : stageName(stage)}${slots.product ?? ''}`
  return { orders: found.orders, total: found.total, more: found.total >= 10_000, what, remark }
}

/** The list goes by the day of the order; where another deed was said with the day, the title says so. */
function whenOf({ date }: Slots, days: number): string {
  if (date === undefined) return listTitles.lastDays(days)
  return date.of === 'order' || date.of === 'any' ? date.raw : listTitles.ordered(date.raw)
}

/** The stage a filter word stands for; words for parts of a stage list the whole and say so. */
function stageOf({ status }: Slots): { readonly stage?: Stage; readonly remark?: string } {
  if (status === undefined) return {}
  const found = statusStage(status)
  if (found === undefined) return {}
  const { stage, exact } = found
  return exact ? { stage } : { stage, remark: sentences.notOnly(status, stageName(stage)) }
}

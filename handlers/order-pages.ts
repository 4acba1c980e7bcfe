import type { ListPage, PersonBy } from '../cards/order-page.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { daysText } from '../src/text/zh-logistics.ts'
import type { DateSlot, Slots } from '../src/understanding/types.ts'
import type { Sought } from './find-orders.ts'
import type { AskParts, Question } from './question.ts'

/** The page after `page` of the list that was asked for; `orders` are those of this page, one of them stands for its person. */
export function pageAfter(
  { understood }: Question,
  sought: Sought | undefined,
  orders: readonly OrderFacts[],
  page: number,
): ListPage | undefined {
  const { slots } = understood
  const who = sought === undefined ? undefined : whoOf(understood, orders[0])
  if (sought !== undefined && who === undefined) return undefined
  return {
    page: page + 1,
    ...(who !== undefined && { who }),
    ...(slots.channel !== undefined && { channel: slots.channel }),
    ...(slots.status !== undefined && { status: slots.status }),
    ...(slots.product !== undefined && { product: slots.product }),
    ...(slots.date !== undefined && { date: { from: slots.date.from, to: slots.date.to, of: slots.date.of } }),
  }
}

function whoOf({ slots, hints }: Question['understood'], order: OrderFacts | undefined): ListPage['who'] {
  if (order === undefined) return undefined
  const { id: ref } = order
  if (slots.phone !== undefined) return { by: hints.phoneExtension === undefined ? 'phone' : 'extension', ref }
  if (slots.phone_tail !== undefined && slots.customer_name !== undefined) return { by: 'tail-and-name', ref }
  if (slots.phone_tail !== undefined)
    return { by: 'phone-tail', ref: slots.phone_tail + (hints.tailOfPhone ? tailOfPhone : '') }
  if (slots.order_tail !== undefined) return { by: 'order-tail', ref: slots.order_tail }
  if (slots.waybill_tail !== undefined) return { by: 'waybill-tail', ref: slots.waybill_tail }
  return slots.customer_name === undefined ? undefined : { by: 'name', ref }
}

/** Behind a tail that was said to be a phone's. */
const tailOfPhone = '!'

/** What was asked for, again as slots; undefined when the order that stood for its person is gone. */
export async function slotsOf(
  { lookup }: Pick<AskParts, 'lookup'>,
  { who, channel, status, product, date }: ListPage,
): Promise<{ readonly slots: Slots; readonly tailOfPhone: boolean } | undefined> {
  const person = who === undefined ? {} : await personSlots(lookup, who.by, who.ref)
  if (person === undefined) return undefined
  const slots: Slots = {
    ...person,
    ...(channel !== undefined && { channel }),
    ...(status !== undefined && { status }),
    ...(product !== undefined && { product }),
    ...(date !== undefined && { date: dateSlot(date) }),
  }
  return { slots, tailOfPhone: who?.by === 'phone-tail' && who.ref.endsWith(tailOfPhone) }
}

async function personSlots(lookup: AskParts['lookup'], by: PersonBy, ref: string): Promise<Slots | undefined> {
  if (by === 'phone-tail') return { phone_tail: ref.replace(tailOfPhone, '') }
  if (by === 'order-tail') return { order_tail: ref }
  if (by === 'waybill-tail') return { waybill_tail: ref }
  const order = await lookup.track(ref)
  const { phone, consigneeName: name } = order ?? {}
  if (by === 'name') return name === undefined ? undefined : { customer_name: name }
  if (phone === undefined) return undefined
  const [number = phone] = phone.split('-')
  if (by === 'phone') return { phone: number }
  if (by === 'extension') return { phone }
  return name === undefined ? undefined : { phone_tail: number.slice(-4), customer_name: name }
}

const deeds: readonly DateSlot['of'][] = ['order', 'pay', 'ship', 'sign', 'return', 'refund', 'any']

function dateSlot({ from, to, of }: NonNullable<ListPage['date']>): DateSlot {
  return { raw: daysText(from, to), from, to, of: deeds.find((deed) => deed === of) ?? 'any' }
}

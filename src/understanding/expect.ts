import type { Expect, Intent, Slots } from './types.ts'

/** Names a thing: an order, a parcel, a return, or the person whose things are meant. */
function named(slots: Slots): boolean {
  return Boolean(
    slots.order_no ||
      slots.hub_no ||
      slots.order_tail ||
      slots.return_no ||
      slots.waybill_no ||
      slots.waybill_tail ||
      slots.phone ||
      slots.phone_tail ||
      slots.customer_name,
  )
}

/** A name alone is shared by many: with a day, a product or a number it is narrow enough to answer. */
function onlyName(slots: Slots): boolean {
  const { customer_name, ...rest } = slots
  return customer_name !== undefined && !named(rest) && slots.date === undefined && slots.product === undefined
}

type Need = (slots: Slots) => boolean

const order: Need = (slots) =>
  Boolean(
    slots.order_no ||
      slots.hub_no ||
      slots.order_tail ||
      slots.phone ||
      slots.phone_tail ||
      slots.customer_name ||
      slots.return_no ||
      slots.waybill_no,
  )
const returned: Need = (slots) => slots.return_no !== undefined || order(slots)

/** What a write must know before it can be shown for confirmation. */
const writes: Partial<Record<Intent, Need>> = {
  'order.cancel': (slots) => order(slots) && slots.reason !== undefined,
  'order.edit_waybill': (slots) => slots.new_waybill_no !== undefined && named(slots),
  'order.mark_signer': (slots) => order(slots) && slots.signer !== undefined,
  'logistics.call_carrier': named,
  'return.add_note': (slots) => returned(slots) && slots.reason !== undefined,
  'approval.decide': (slots) => slots.return_no !== undefined && slots.decision !== undefined,
  'approval.delegate': (slots) => slots.assignee !== undefined,
  'approval.snooze': (slots) => slots.until !== undefined && slots.return_no !== undefined,
}

/** What a question must know before it can be looked up. */
const questions: Partial<Record<Intent, Need>> = {
  'order.list': (slots) => named(slots) || Boolean(slots.channel || slots.status || slots.date || slots.product),
  'return.eligible': (slots) => named(slots) || slots.product !== undefined,
  'stock.check': (slots) => slots.product !== undefined || slots.sku_hint !== undefined,
  'rule.explain': named,
  'approval.urge': named,
}

const open: readonly Intent[] = ['approval.todo', 'alert.list', 'stats.query', 'help', 'smalltalk']

/**
 * What should happen next, from the words alone; what the data says comes later. `policy` is true for questions about the
 * rules in general (七天无理由能退吗), which need no order.
 */
export function expectOf(intent: Intent, slots: Slots, hasPhoto: boolean, policy: boolean): Expect {
  if (intent === 'handoff' || intent === 'unsupported') return 'handoff'
  if (intent === 'return.create') return hasPhoto || order(slots) ? 'card' : 'clarify'
  const write = writes[intent]
  if (write !== undefined) return write(slots) ? 'confirm' : 'clarify'
  if (open.includes(intent)) return 'answer'
  const enough = questions[intent] ?? named
  if (!enough(slots)) return policy && intent === 'return.eligible' ? 'answer' : 'clarify'
  return intent !== 'order.list' && onlyName(slots) ? 'choose' : 'answer'
}

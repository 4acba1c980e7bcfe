import { type Trigger, triggers } from '../text/commands.ts'
import type { Slots } from './types.ts'

/** What a line is judged by: its shape with marks for what was taken out, the slots found, and whether a picture came with it. */
export type Signals = {
  readonly line: string
  /** The whole line, greetings and all, without marks. */
  readonly said: string
  readonly slots: Slots
  readonly hasPhoto: boolean
  /** A number was written that has no known form. */
  readonly odd: boolean
  /** Days the date spans; 0 without a date. */
  readonly days: number
}

export type Judge = {
  readonly says: (...any: readonly Trigger[]) => boolean
  /** A number or tail that names one order, parcel or return. */
  readonly number: boolean
  /** Something that names a person. */
  readonly person: boolean
  readonly order: boolean
  readonly returned: boolean
  readonly waybill: boolean
  readonly goods: boolean
  readonly signals: Signals
}

export function judgeOf(signals: Signals): Judge {
  const { slots, line } = signals
  const order = Boolean(slots.order_no || slots.hub_no || slots.order_tail)
  const waybill = Boolean(slots.waybill_no || slots.waybill_tail)
  const returned = slots.return_no !== undefined
  return {
    signals,
    says: (...any) => any.some((trigger) => triggers[trigger].test(trigger === 'offTopic' ? signals.said : line)),
    order,
    waybill,
    returned,
    goods: slots.product !== undefined,
    number: order || waybill || returned || signals.odd,
    person: Boolean(slots.phone || slots.phone_tail || slots.customer_name),
  }
}

/** A number over many orders; a single order, a person or a sum that was asked to be explained is none. */
export function isFigure({ says, number, person, signals }: Judge): boolean {
  if (number || person || says('explainSum')) return false
  if (/率|退款总?额|退款量/.test(signals.line) || says('returnsCount')) return true
  if (/退款金额|退(?:款|了)*多少钱/.test(signals.line))
    return signals.days > 0 || signals.slots.channel !== undefined || says('eachGroup')
  return (
    (says('eachGroup') || says('metric')) && !(signals.slots.status !== undefined && says('list')) && !says('money')
  )
}

/** All orders of somebody or of a filter, not one. */
export function isList({ says, number, person, signals }: Judge): boolean {
  const { slots, days } = signals
  if (number || says('track', 'carrierAsk', 'arrive', 'stalled', 'money')) return false
  if (says('signed') && slots.status === undefined) return false
  if (says('list') && (person || slots.channel || slots.status || slots.date || says('orderWord'))) return true
  if (person && says('manyOrders') && days > 1) return true
  if (person && slots.status && /的(?:订单|单子?|件|包裹)[?]?$/.test(signals.line)) return true
  if (!person && slots.channel && slots.date && says('orderWord') && !says('where', 'state', 'shipAsk')) return true
  return (
    !person &&
    Boolean(slots.status) &&
    Boolean(slots.channel || slots.date) &&
    says('things', 'orderWord', 'manyOrders')
  )
}

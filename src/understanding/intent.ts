import { type Trigger, triggers } from '../text/commands.ts'
import type { Intent, Slots } from './types.ts'

/** What a line is judged by: its shape with marks for what was taken out, the slots found, and whether a picture came with it. */
export type Signals = {
  readonly line: string
  readonly slots: Slots
  readonly hasPhoto: boolean
  /** A number was written that has no known form. */
  readonly odd: boolean
  /** Days the date spans; 0 without a date. */
  readonly days: number
}

type Judge = {
  readonly says: (...any: readonly Trigger[]) => boolean
  /** A number or tail that names one order, parcel or return. */
  readonly number: boolean
  /** Something that names a person. */
  readonly person: boolean
  readonly order: boolean
  readonly returned: boolean
  readonly waybill: boolean
  readonly signals: Signals
}

function judgeOf(signals: Signals): Judge {
  const { slots, line } = signals
  const order = Boolean(slots.order_no || slots.hub_no || slots.order_tail)
  const waybill = Boolean(slots.waybill_no || slots.waybill_tail)
  const returned = slots.return_no !== undefined
  return {
    signals,
    says: (...any) => any.some((trigger) => triggers[trigger].test(line)),
    order,
    waybill,
    returned,
    number: order || waybill || returned || signals.odd,
    person: Boolean(slots.phone || slots.phone_tail || slots.customer_name),
  }
}

type Rule = { readonly intent: Intent; readonly when: (judge: Judge) => boolean }

/** Somebody wants something done: the writes and the wishes. Before the questions, because they use the questions' words. */
const wishes: readonly Rule[] = [
  { intent: 'help', when: ({ says, number, person }) => says('help') && !number && !person },
  { intent: 'handoff', when: ({ says }) => says('handoff') },
  {
    intent: 'approval.delegate',
    when: ({ says, number }) => says('delegate') && !number && !says('decided'),
  },
  { intent: 'approval.snooze', when: ({ says, order }) => says('snooze') && !order && !says('notice') },
  { intent: 'approval.snooze', when: ({ says, returned }) => says('snooze') && returned },
  {
    intent: 'order.edit_waybill',
    when: ({ says, signals, waybill }) =>
      signals.slots.new_waybill_no !== undefined ||
      (says('change') && !says('offTopic') && (says('waybillWord') || waybill) && !says('missingWaybill')),
  },
  { intent: 'order.mark_signer', when: ({ says }) => says('markSigner') && !says('metric') },
  { intent: 'unsupported', when: ({ says }) => says('offTopic') && !says('gift', 'notice') },
  {
    intent: 'order.cancel',
    when: ({ says, returned, signals }) =>
      says('cancel') &&
      !says('cancelled') &&
      !returned &&
      !(says('list') && !signals.slots.order_no) &&
      !/退/.test(signals.line),
  },
]

/** Over many orders at once: figures, alarms, to-dos. Only when no single order is named. */
const surveys: readonly Rule[] = [
  { intent: 'approval.todo', when: ({ says, number, person }) => says('todo') && !number && !person && !says('stock') },
  {
    intent: 'stats.query',
    when: ({ says, number, person, signals }) =>
      (!number &&
        !person &&
        (says('eachGroup') || says('metric')) &&
        !(signals.slots.status !== undefined && says('list')) &&
        !says('money')) ||
      (!number && !person && /率|退款额|退款金额|退款量/.test(signals.line)),
  },
  {
    intent: 'alert.list',
    when: ({ says, number, person, signals }) =>
      says('trouble') &&
      !number &&
      !person &&
      (says('list', 'things') || /^(?:今天|当前|现在)?.{0,4}(?:超时|逾期|异常|风险|预警)/.test(signals.line)),
  },
]

const followUps: readonly Rule[] = [
  // 退货中的单有哪些: a filter word, no wish to send something back
  {
    intent: 'order.list',
    when: (judge) => judge.signals.slots.status !== undefined && judge.says('list') && isList(judge),
  },
  { intent: 'notify.status', when: ({ says }) => says('notice') && says('noticeAsk') },
  { intent: 'logistics.call_carrier', when: ({ says }) => says('callCarrier') },
  {
    intent: 'approval.urge',
    when: ({ says, returned }) => says('urge') && (returned || (says('urgeWhom') && !says('ship'))),
  },
  { intent: 'return.add_note', when: ({ says }) => says('addNote') },
  {
    intent: 'approval.decide',
    when: ({ says, returned, order, signals }) =>
      says('approve', 'reject') &&
      !says('decided') &&
      !says('eligible') &&
      (returned || (!order && signals.line.length < 14)),
  },
  { intent: 'rule.explain', when: ({ says }) => says('rule') && !says('gift') },
]

const gifts: readonly Rule[] = [
  {
    intent: 'gift.missing',
    when: ({ says, signals }) =>
      says('gift') &&
      says('giftMissing') &&
      !(says('giftWhyNot') && /为什么|为啥|门槛|差/.test(signals.line) && !/漏|没收到/.test(signals.line)),
  },
  { intent: 'gift.gap', when: ({ says }) => says('gift') && says('giftWhyNot') },
  { intent: 'gift.included', when: ({ says }) => says('gift') },
]

/** Goods on their way back and the money for them. */
const returns: readonly Rule[] = [
  {
    intent: 'stock.check',
    when: ({ says, number, person, signals }) =>
      !number &&
      !person &&
      (says('stock') || (says('stockLeft') && signals.slots.product !== undefined)) &&
      !says('returned'),
  },
  { intent: 'customer.profile', when: ({ says, number }) => says('profile') && !number },
  { intent: 'customer.profile', when: ({ says, person }) => says('profile') && person },
  {
    intent: 'return.eligible',
    when: ({ says, signals }) => says('eligible') && !says('when', 'amount') && !/到账|的钱|退的/.test(signals.line),
  },
  { intent: 'refund.amount', when: ({ says }) => says('money') && says('amount') },
  { intent: 'return.inbound', when: ({ says }) => says('returned') && says('inbound') && !says('money') },
  { intent: 'return.status', when: ({ says }) => says('money') && says('approval') },
  { intent: 'refund.eta', when: ({ says }) => says('money') },
  { intent: 'return.inbound', when: ({ says, signals }) => says('inbound') && /[入进][了]?[仓库]/.test(signals.line) },
  { intent: 'return.create', when: ({ signals }) => signals.hasPhoto && signals.slots.return_no === undefined },
  { intent: 'return.status', when: ({ says, returned }) => returned || (says('returned') && says('approvalState')) },
  { intent: 'return.create', when: ({ says }) => says('returnCreate') },
  { intent: 'return.status', when: ({ says }) => says('decided', 'approval') },
]

/** Goods on their way out. */
const journeys: readonly Rule[] = [
  { intent: 'logistics.missing_waybill', when: ({ says }) => says('missingWaybill') },
  { intent: 'logistics.stalled', when: ({ says }) => says('stalled') },
  { intent: 'order.list', when: isList },
  { intent: 'logistics.signed', when: ({ says }) => says('signed') },
  { intent: 'order.carrier', when: ({ says }) => says('carrierAsk') },
  {
    intent: 'order.ship_time',
    when: ({ says }) => says('ship') && (says('when', 'notYet', 'hurry') || (says('stock') && !says('shipAsk'))),
  },
  {
    intent: 'logistics.eta',
    when: ({ says }) => says('arrive') || says('arriveNotYet') || (says('when') && says('where', 'track')),
  },
  { intent: 'order.ship_time', when: ({ says, number, person }) => says('stock') && (number || person) },
  {
    intent: 'logistics.track',
    when: ({ says, waybill, order }) => says('track') || (waybill && !order),
  },
  { intent: 'logistics.eta', when: ({ says, number, person }) => says('when') && (number || person) },
  {
    intent: 'order.status',
    when: ({ says, number, person, signals }) =>
      says('where', 'state', 'shipAsk') ||
      number ||
      person ||
      (says('ask') && says('orderWord')) ||
      (says('orderWord') && signals.slots.date !== undefined),
  },
  { intent: 'order.status', when: ({ says, signals }) => says('orderWord') && signals.line.length <= 12 },
]

/** All orders of somebody or of a filter, not one. */
function isList({ says, number, person, signals }: Judge): boolean {
  const { slots, days } = signals
  if (number) return false
  if (says('list') && (person || slots.channel || slots.status || slots.date || says('orderWord'))) return true
  if (person && says('manyOrders') && days > 1) return true
  return (
    !person &&
    Boolean(slots.status) &&
    Boolean(slots.channel || slots.date) &&
    says('things', 'orderWord', 'manyOrders')
  )
}

const rules: readonly Rule[] = [...wishes, ...surveys, ...followUps, ...gifts, ...returns, ...journeys]

/** What is wanted, by the first rule that holds; small talk only when nothing of the trade was said. */
export function intentOf(signals: Signals): Intent {
  const judge = judgeOf(signals)
  const rule = rules.find(({ when }) => when(judge))
  if (rule !== undefined) return rule.intent
  return judge.says('smalltalk') ? 'smalltalk' : 'unsupported'
}

/** The closed list of what can be asked. Names are an interface: people script against them (`cli ask`). */
export const intents = [
  'order.status',
  'order.ship_time',
  'order.carrier',
  'order.list',
  'order.cancel',
  'order.edit_waybill',
  'order.mark_signer',
  'logistics.track',
  'logistics.eta',
  'logistics.stalled',
  'logistics.signed',
  'logistics.missing_waybill',
  'logistics.call_carrier',
  'return.create',
  'return.status',
  'return.inbound',
  'return.add_note',
  'return.eligible',
  'refund.eta',
  'refund.amount',
  'gift.included',
  'gift.gap',
  'gift.missing',
  'stock.check',
  'approval.todo',
  'approval.decide',
  'approval.urge',
  'approval.delegate',
  'approval.snooze',
  'alert.list',
  'stats.query',
  'notify.status',
  'customer.profile',
  'rule.explain',
  'help',
  'handoff',
  'unsupported',
  'smalltalk',
] as const

export type Intent = (typeof intents)[number]

export type Expect = 'answer' | 'choose' | 'clarify' | 'card' | 'confirm' | 'deny' | 'handoff'

/** Days as YYYY-MM-DD in Asia/Shanghai, both inclusive. `raw` is what was said. */
export type DateSlot = {
  readonly raw: string
  readonly from: string
  readonly to: string
  readonly of: 'order' | 'pay' | 'ship' | 'sign' | 'return' | 'refund' | 'any'
}

/** Slot names as in the question set; a slot that was not said is absent. */
export type Slots = {
  readonly order_no?: string
  readonly order_tail?: string
  readonly hub_no?: string
  readonly return_no?: string
  readonly waybill_no?: string
  readonly waybill_tail?: string
  readonly channel?: string
  readonly carrier?: string
  readonly customer_name?: string
  readonly phone?: string
  readonly phone_tail?: string
  readonly product?: string
  readonly spec?: string
  readonly qty?: number
  readonly date?: DateSlot
  readonly status?: string
  readonly metric?: string
  readonly decision?: 'approve' | 'reject'
  readonly reason?: string
  readonly assignee?: string
  readonly new_waybill_no?: string
  readonly level?: 'cs_lead' | 'warehouse' | 'finance'
  readonly amount?: number
  readonly signer?: string
  readonly until?: string
  readonly warehouse?: string
  readonly sku_hint?: string
}

/** Slots that name one order, parcel or return by its whole number. */
export type NumberSlot = 'order_no' | 'hub_no' | 'return_no' | 'waybill_no'

/** What the slots have no name for, but a good answer needs. */
export type Hints = {
  /** A run of digits that is no number of any known form, e.g. one digit short. */
  readonly oddNumber?: string
  /** Further numbers of the same line; the slots hold the first. */
  readonly moreNumbers?: readonly { readonly slot: NumberSlot; readonly value: string }[]
  /** `-1234` behind a privacy number. */
  readonly phoneExtension?: string
  /** The tail was said to be a phone's (手机尾号), not just 尾号. */
  readonly tailOfPhone?: boolean
  /** Asked for wording to paste to the customer. */
  readonly script?: boolean
  /** Nothing readable was sent: blank, signs only, or far too much. */
  readonly unreadable?: 'empty' | 'too-long'
  /** Speaks of what was looked at before without naming it (那赠品呢, 它到哪了). */
  readonly refersBack?: true
  /** Which of the things offered, from 1; 0 = none of them. */
  readonly pick?: number
  /** 就是它: what was looked at or offered is meant. */
  readonly sameAgain?: true
  /** 换一单: what was looked at is done with. */
  readonly restart?: true
  readonly yes?: true
  readonly no?: true
  readonly thumbsDown?: true
  readonly thumbsUp?: true
  /** Of a line nobody understands: the intents whose words come nearest. */
  readonly nearTo?: readonly Intent[]
}

export type Understanding = {
  readonly intent: Intent
  readonly slots: Slots
  readonly expect: Expect
  readonly hints: Hints
}

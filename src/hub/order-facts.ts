import type { CustomsFacts } from './customs-papers.ts'
/**
 * What the hub knows of one order, ready to be shown: the view that look-ups return and cards are made from.
 * Times are epoch milliseconds, money is fen, codes are the hub's own (text/ names them in Chinese).
 */

export type Channel = 'douyin' | 'tmall' | 'jd' | 'miniapp' | 'pos' | 'distributor'

export const channels: readonly Channel[] = ['douyin', 'tmall', 'jd', 'miniapp', 'pos', 'distributor']

export type CarrierCode =
  | 'SF'
  | 'JD'
  | 'JT'
  | 'YTO'
  | 'DBL'
  | 'STO'
  | 'YUNDA'
  | 'ZTO'
  | 'EMS'
  | 'POST'
  | 'CAINIAO'
  | 'OTHER'
  | 'PICKUP'

export type TrackState = 'created' | 'collected' | 'in_transit' | 'delivering' | 'signed' | 'exception'

/** The seven of product §0, and what a carrier says that is none of them. */
export type ExceptionKind =
  | 'stuck'
  | 'delivery_failed'
  | 'refused'
  | 'unreachable'
  | 'damaged'
  | 'lost'
  | 'returning'
  | 'unrecognised'

/** The one-word stage, derived from the dated facts (hub/stage.ts). */
export type Stage =
  | 'pending_payment'
  | 'on_hold'
  | 'quarantined'
  | 'paid'
  | 'part_shipped'
  | 'shipped'
  | 'signed'
  | 'returning'
  | 'returned'
  | 'refunded'
  | 'cancelled'

/** Which group, and if known which person, has to act next. */
export type Holder = {
  readonly group: 'customer' | 'cs' | 'cs_lead' | 'warehouse' | 'logistics' | 'finance' | 'ops' | 'nobody'
  readonly person?: string
}

export type LineFacts = {
  readonly id: string
  readonly name: string
  readonly spec?: string
  readonly qty: number
}

export type TrackNode = {
  readonly atMs: number
  readonly state: TrackState
  readonly exception?: ExceptionKind
  readonly place?: string
  readonly text: string
}

/** A call to a carrier about one parcel: the open one, else the newest that was closed. */
export type CallFacts = {
  readonly id: string
  readonly reason: string
  readonly openedAtMs: number
  /** Name of the member; left out when the desk opened it by itself. */
  readonly openedBy?: string
  readonly closedAtMs?: number
  readonly result?: string
}

/** What a person corrected by hand: who, when, from what to what. Newest first. */
export type CorrectionFacts = {
  readonly field: 'waybill_no' | 'signer' | 'cancelled'
  readonly parcelId?: string
  readonly oldValue?: string
  readonly newValue: string
  readonly by?: string
  readonly atMs: number
}

export type ParcelFacts = {
  readonly id: string
  readonly position: number
  readonly waybillNo?: string
  readonly carrier: CarrierCode
  readonly carrierName?: string
  readonly shippedAtMs?: number
  readonly etaAtMs?: number
  readonly state: TrackState
  readonly exception?: ExceptionKind
  readonly signedAtMs?: number
  readonly signer?: string
  readonly signPhotoUrl?: string
  /** When the tracker last answered; undefined = never asked. */
  readonly trackedAtMs?: number
  readonly trackSource?: string
  /** How old what the tracker said may get. */
  readonly trackStaleAfterMs?: number
  readonly call?: CallFacts
  readonly lines: readonly { readonly lineId: string; readonly qty: number }[]
  /** Newest first; look-ups return the newest 20, `track` all. */
  readonly nodes: readonly TrackNode[]
}

export type GiftFacts = {
  readonly name: string
  readonly verdict: 'locked' | 'below_threshold' | 'out_of_stock' | 'level_too_low' | 'rule_conflict'
  readonly gapFen?: bigint
  readonly parcelId?: string
}

export type ReturnFacts = {
  readonly id: string
  readonly approval: 'pending' | 'approved' | 'rejected' | 'withdrawn'
  readonly appliedAtMs: number
  readonly receivedAtMs?: number
  readonly refundedAtMs?: number
  readonly closedAtMs?: number
  readonly level?: {
    readonly role: 'cs_lead' | 'warehouse' | 'finance'
    readonly holder?: string
    readonly dueAtMs?: number
  }
}

export type OrderFacts = {
  /** Hub number. */
  readonly id: string
  readonly channel: Channel
  readonly shop: string
  readonly orderNo: string
  readonly stage: Stage
  readonly holder: Holder
  readonly consigneeName?: string
  /** Full number: cards mask it unless the answer goes to a direct chat of a member with the right. */
  readonly phone?: string
  readonly phoneVirtual: boolean
  readonly address?: string
  readonly region?: string
  readonly orderedAtMs: number
  readonly paidAtMs?: number
  readonly paidFen?: bigint
  readonly promiseShipAtMs?: number
  readonly shippedAtMs?: number
  readonly signedAtMs?: number
  readonly signer?: string
  /** self · agent (took it in for the person) · other */
  readonly signerKind?: 'self' | 'agent' | 'other'
  readonly signPhotoUrl?: string
  readonly returnedAtMs?: number
  readonly refundedAtMs?: number
  readonly cancelledAtMs?: number
  readonly cancelReason?: string
  /** The order of this channel that its platform split, and this is a part of. */
  readonly splitFrom?: string
  readonly onHoldAtMs?: number
  readonly holdReason?: string
  readonly quarantinedAtMs?: number
  readonly quarantineReason?: string
  readonly delayReason?: string
  readonly warehouse?: string
  readonly waveNo?: string
  readonly pickingAtMs?: number
  readonly carrier?: CarrierCode
  readonly carrierName?: string
  readonly waybillNo?: string
  /** What the channel claims; differs from `stage` when mandatory fields are missing (shipped without waybill). */
  readonly sourceStage?: string
  /** When the channel says it was shipped, while fields of the fact are missing and the hub may not call it so. */
  readonly claimedShippedAtMs?: number
  /** When the channel last changed the order. */
  readonly sourceModifiedAtMs?: number
  /** Cross-border orders that were given to customs, or are kept back by their papers. */
  readonly customs?: CustomsFacts
  /** Notes that people wrote about the order; left out when there are none. */
  readonly noteCount?: number
  readonly corrections?: readonly CorrectionFacts[]
  readonly lines: readonly LineFacts[]
  readonly parcels: readonly ParcelFacts[]
  readonly gifts: readonly GiftFacts[]
  readonly returns: readonly ReturnFacts[]
  /** Who told us and when we last heard of this order. */
  readonly source: {
    readonly name: string
    readonly heardAtMs: number
    readonly staleAfterMs?: number
    readonly sourceHeardAtMs?: number
  }
}

/** What a person gave to find an order by; recognised by its form. Window bounds are inclusive epoch ms. */
export type OrderKey =
  | { readonly kind: 'hub-no'; readonly value: string }
  | { readonly kind: 'order-no'; readonly value: string }
  | { readonly kind: 'waybill-no'; readonly value: string }
  | { readonly kind: 'return-no'; readonly value: string }
  | { readonly kind: 'phone'; readonly value: string }
  /** 4 digits of a phone; needs a name or a window. */
  | { readonly kind: 'phone-tail'; readonly value: string; readonly name?: string }
  /** Last 4 to 6 characters of an order or waybill number, or of a phone: all are searched. */
  | { readonly kind: 'number-tail'; readonly value: string }
  /** Only with a window: never by name alone. */
  | { readonly kind: 'name'; readonly value: string }

export type OrderFilter = {
  readonly window?: { readonly fromMs: number; readonly toMs: number }
  readonly channel?: Channel
  readonly product?: string
  /** Only orders with a return that was applied for in this time. */
  readonly returned?: { readonly fromMs: number; readonly toMs: number }
  /** At most this many, newest first. */
  readonly limit: number
}

/** Which orders a list holds; every condition narrows it. */
export type ListFilter = OrderFilter & {
  readonly stage?: Stage
  /** The deed whose time the window is about and the list goes by, newest first; the order's own when left out. */
  readonly by?: 'order' | 'pay' | 'ship' | 'sign'
  /** Orders on their way (shipped or part_shipped) with a parcel in one of these states. Goes by the order's time. */
  readonly parcelStates?: readonly TrackState[]
  /** A word in the reason why it has not shipped; with stage `paid`. */
  readonly delayReason?: string
  /** So many of the newest are passed over. */
  readonly offset?: number
}

/** `more` is true when the limit cut the list. `needs` names what the key lacks; nothing was searched then. */
export type Found = {
  readonly orders: readonly OrderFacts[]
  readonly more: boolean
  readonly needs?: 'window'
}

/** What the handlers see of the order hub. */
export type OrderLookup = {
  find(key: OrderKey, filter: OrderFilter): Promise<Found>
  /** By channel, window, stage …, without a key ("today's JD orders that wait to be shipped"). `total` counts all matches up to 10,000. */
  list(filter: ListFilter): Promise<Found & { readonly total: number }>
  /** Known order numbers one digit off, or with two neighbours swapped; newest first, at most `limit`. */
  nearest(
    orderNo: string,
    limit: number,
  ): Promise<readonly { readonly orderNo: string; readonly channel: Channel; readonly id: string }[]>
  /** All tracking nodes of all parcels. */
  track(orderId: string): Promise<OrderFacts | undefined>
}

/** One order as a source tells it: what every connector and the sheet import hand to `intake`. Money fen, times epoch ms. */
export type SourceOrder = {
  readonly channel: Channel
  readonly shop: string
  readonly orderNo: string
  readonly source: string
  readonly modifiedAtMs: number
  readonly orderedAtMs: number
  readonly stage?: string
  /** Dated facts with the fields they need; what is incomplete is kept back until the rest is told. */
  readonly signedAtMs?: number
  readonly signer?: string
  readonly signPhotoUrl?: string
  readonly cancelledAtMs?: number
  readonly cancelReason?: string
  readonly holdReason?: string
  readonly promiseShipAtMs?: number
  readonly delayReason?: string
  readonly consigneeName?: string
  readonly phone?: string
  readonly address?: string
  readonly region?: string
  readonly totalFen?: bigint
  readonly discountFen?: bigint
  readonly freightFen?: bigint
  readonly paidAtMs?: number
  readonly payMethod?: string
  readonly paidFen?: bigint
  readonly carrier?: CarrierCode
  readonly carrierName?: string
  /** Several numbers of one order stand in one text, separated by commas, bars, slashes or semicolons. */
  readonly waybillNo?: string
  readonly shippedAtMs?: number
  readonly warehouse?: string
  readonly remark?: string
  /** Number of the order that its platform split into this one and others; the parent is told as cancelled beside it. */
  readonly splitFrom?: string
  /**
   * Who placed it, as its channel knows them: an account of the platform (with the shop in the value where ids differ per
   * shop), or the firm's own membership. Never a masked name or number.
   */
  readonly identities?: readonly { readonly kind: 'buyer' | 'member'; readonly value: string }[]
  readonly lines: readonly {
    readonly lineKey: string
    readonly sku?: string
    readonly name: string
    readonly spec?: string
    readonly qty: number
    readonly amountFen?: bigint
  }[]
}

export type IntakeOutcome =
  | {
      readonly outcome: 'created' | 'updated' | 'unchanged' | 'older'
      readonly id: string
      readonly quarantine?: string
    }
  /** Same modification time, other words: the first stays (reliability rule 4); the caller raises an alarm. */
  | { readonly outcome: 'contradiction'; readonly id: string }
  | { readonly outcome: 'refused'; readonly problem: string; readonly field: string }

import type { CrmTold } from './crm-words.ts'
import type { Channel, SourceOrder } from './order-facts.ts'
import type { OutboundTold } from './outbound-told.ts'
import type { SmsReceipt } from './sms-receipts.ts'
import type { TrackTold } from './track-told.ts'

// What the hub asks of an adapter to a sales channel. channels.md §0: a push is a hint, the pull is the truth; both run.

/** An after-sale request as its platform has it now. Platform ids are text, money is fen, times are epoch ms. */
export type SourceReturn = {
  readonly channel: Channel
  readonly shop: string
  readonly orderNo: string
  /** The platform's own number of the request. */
  readonly afterSaleNo: string
  readonly source: string
  readonly modifiedAtMs: number
  readonly appliedAtMs: number
  /** applied: nobody has decided · agreed · refused · closed (withdrawn or timed out) · done (money back). */
  readonly state: 'applied' | 'agreed' | 'refused' | 'closed' | 'done'
  /** Goods are to come back; without them only money. */
  readonly goodsBack: boolean
  readonly reason: string
  readonly refundFen?: bigint
  readonly refundedAtMs?: number
  readonly waybillNo?: string
  /** The platform's own word for the state, kept where no word of ours fits. */
  readonly platformState?: string
}

/** What one answer of a channel told. */
export type Told = {
  readonly orders: readonly SourceOrder[]
  readonly returns: readonly SourceReturn[]
  /** Items that could not be read, so that one of them does not hold up the others: its number, and what is wrong in a few words without values. */
  readonly faulty?: readonly {
    readonly id: string
    readonly problem: string
    /** The order it is about, where that is known: it is fetched again by itself, and is a dead letter while it stays like that. */
    readonly orderNo?: string
  }[]
  /** Who filed an order with a form of a chat platform, and hears there what became of it; `no` is an order's number or a faulty item's id. */
  readonly filed?: readonly FiledBy[]
}

export type FiledBy = {
  readonly no: string
  /** The number that people see on the form. */
  readonly shownNo: string
  readonly platform: 'dingtalk'
  readonly userId: string
  /** When this version of the form was settled: each is told of once. */
  readonly atMs: number
}

/** Where a push points: the truth is fetched by this number. */
export type Hint = {
  /** Unique per push at this connector: the same key twice is the same push. */
  readonly key: string
  readonly about:
    | { readonly kind: 'order'; readonly orderNo: string }
    | { readonly kind: 'return'; readonly afterSaleNo: string; readonly orderNo?: string }
    /** A parcel, by a tracker. */
    | { readonly kind: 'parcel'; readonly waybillNo: string }
    /** What became of a text message: nothing is fetched, it says all itself. */
    | ({ readonly kind: 'sms' } & SmsReceipt)
    /** A record of a CRM, by its number there. */
    | { readonly kind: 'customer'; readonly recordId: string }
    /** A parcel that left, by the warehouse's own number of the event. */
    | { readonly kind: 'outbound'; readonly eventId: string }
    /** A test, or a topic we do not follow: answered and kept, nothing is fetched. */
    | { readonly kind: 'nothing'; readonly topic: string }
  /** When the vendor says it happened. */
  readonly toldAtMs?: number
  /** Not before so long after the push: some lists lag behind their messages. */
  readonly waitMs?: number
  /** What a signed push of a tracker says itself; without it the tracker is asked. JSON. */
  readonly track?: TrackTold
  /** What a signed push of a CRM says itself; without it the CRM is asked. JSON. */
  readonly crm?: CrmTold
  /** What a signed push of a warehouse says: there is nobody to ask. JSON. */
  readonly out?: OutboundTold
}

/** A message that waits at its vendor, and what it points at; `raw` is kept as it came. */
export type Waiting = { readonly id: string; readonly hint: Hint; readonly raw: Uint8Array }

/** Messages that a vendor keeps until they are confirmed; what is not confirmed comes again. */
export type MessageQueue = {
  /** At most so many come at once: fewer mean that no more wait. */
  readonly mostAtOnce: number
  /** How long it is left alone once it is empty. */
  readonly restMs: number
  take(signal: AbortSignal): Promise<readonly Waiting[]>
  confirm(ids: readonly string[], signal: AbortSignal): Promise<void>
}

/** An event that a chat platform's own connection brought; `data` is its JSON text. */
export type PlatformEvent = { readonly type: string; readonly id: string; readonly data: string }

export type PushRequest = {
  readonly method: 'GET' | 'POST'
  readonly query: URLSearchParams
  /** By lower-case name. */
  readonly header: (name: string) => string | undefined
  /** As it came: signatures are over these bytes. */
  readonly raw: Uint8Array
  /** What stands behind the connector's name in the address, the secret of vendors that do not sign; '' for nothing. */
  readonly pathSecret: string
  readonly nowMs: number
}

/** What the vendor wants to read back, exactly. */
export type PushAnswer = { readonly status: number; readonly body: string; readonly type: string }

export type PushReading =
  | { readonly outcome: 'told'; readonly hints: readonly Hint[]; readonly answer: PushAnswer }
  /** A check of the address: nothing is stored. */
  | { readonly outcome: 'echo'; readonly answer: PushAnswer }
  /** Nothing happens. `reason` is for the log: no payload, no secret. */
  | { readonly outcome: 'refused'; readonly status: 400 | 401 | 403; readonly reason: string }

/** Reads a push: pure, no I/O. Throws BadPayload for bodies of another shape than documented. */
export type ReadPush = (request: PushRequest) => PushReading

/** A channel, for one shop. Calls end soon after `signal`; they throw the errors of runtime/errors.ts. */
export type SalesChannel = {
  /** As in connectors.json and in its callback's address. */
  readonly name: string
  readonly channel: Channel
  readonly shop: string
  /** Names in the table of sources: who told it, for the line under each answer. */
  readonly sources: { readonly pull: string; readonly push?: string; readonly single: string }
  readonly readPush?: ReadPush
  /** Of vendors that keep their pushes until somebody fetches them. */
  readonly queue?: MessageQueue
  /** Of events that come with DingTalk's connection instead of a door. Pure. Throws BadPayload. */
  readonly readEvent?: (event: PlatformEvent) => readonly Hint[]
  /** By the number's form alone: false spares the call. */
  couldBe(orderNo: string): boolean
  pullOrder(orderNo: string, signal: AbortSignal): Promise<Told | undefined>
  pullReturn?(afterSaleNo: string, signal: AbortSignal): Promise<Told | undefined>
  /**
   * All that was modified from `fromMs` to `toMs`, in pieces; the vendor's paging traps are its own affair. An error ends it:
   * the window counts only when all of it came.
   */
  pullWindow(fromMs: number, toMs: number, signal: AbortSignal): AsyncIterable<Told>
  readonly window: {
    /** The longest span one call may ask for. */
    readonly mostMs: number
    /** How far the next window reaches back into the last. */
    readonly overlapMs: number
    /** The youngest that is asked for: lists lag behind. */
    readonly lagMs: number
  }
  /** How often, unless the settings say otherwise. */
  readonly everyMs: number
  /** For doctor: one harmless call. Throws with what to do. */
  check(signal: AbortSignal): Promise<void>
}

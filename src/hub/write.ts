import type postgres from 'postgres'
import type { LevelFacts } from './level-facts.ts'
import type { CarrierCode, Channel, ExceptionKind, Stage, TrackState } from './order-facts.ts'

/** The pool or an open transaction of it. */
export type Sql = postgres.ISql<{ bigint: bigint }>

/** A picture that came with the words, to be fetched later from its platform. Shaped like chat/event.ts MediaRef. */
export type PictureRef = { readonly platform: string; readonly id: string; readonly fileName?: string }

export type ApprovalState = 'pending' | 'approved' | 'rejected' | 'withdrawn'
export type ApprovalRole = 'cs_lead' | 'warehouse' | 'finance'

type CancelWish = { readonly kind: 'order.cancel'; readonly orderId: string; readonly reason?: string }
type EditWish = {
  readonly kind: 'order.edit_waybill'
  readonly orderId: string
  /** As normaliseWaybill writes it. */
  readonly newNo: string
  /** The number that is to go, or the parcel that carries it; needed when there are several. */
  readonly oldNo?: string
  readonly parcel?: string
  /** The carrier changed as well: said by a person, never concluded from the number alone. */
  readonly carrier?: CarrierCode
}
type SignerWish = {
  readonly kind: 'order.mark_signer'
  readonly orderId: string
  /** agent: took it in for the buyer · other: somebody else signed. */
  readonly as: 'agent' | 'other'
  readonly signer?: string
  readonly pictures: readonly PictureRef[]
}
type NoteWish = {
  readonly kind: 'return.add_note'
  readonly orderId: string
  readonly owner: 'order' | 'return'
  readonly ownerId: string
  readonly text: string
  readonly pictures: readonly PictureRef[]
}
type CallWish = {
  readonly kind: 'logistics.call_carrier'
  readonly orderId: string
  readonly waybillNo?: string
  readonly parcel?: string
}
type DecideWish = {
  readonly kind: 'approval.decide'
  readonly orderId: string
  readonly returnId: string
  readonly decision: 'approve' | 'reject'
  readonly reason?: string
  /** What the buyer owes is set off against the money; without it arrears stand in the way. */
  readonly offset?: true
}

type CreateWish = {
  readonly kind: 'return.create'
  readonly orderId: string
  /** Id of the order line that comes back, or `all`. */
  readonly line?: string
  /** Pieces of that one line; all that are left of it when not said. */
  readonly qty?: number
  readonly reason?: string
  /** This person's photo of the label the goods come back under: its id in waybill_photos. */
  readonly photo?: string
  /** The number on that label as a person read it, as normaliseWaybill writes it; else the photo's own counts. */
  readonly waybillNo?: string
}
type ReceiveWish = {
  readonly kind: 'return.receive'
  readonly orderId: string
  readonly returnId: string
  /** Every line of the return, what came of it and how much of that is damaged. */
  readonly lines: readonly { readonly lineId: string; readonly received: number; readonly damaged: number }[]
  /** What was found, in the words of answers. */
  readonly inspection: string
  /** A word about what was booked in before: q(uantity) or d(amage) is put right. */
  readonly recount?: 'q' | 'd'
}

/** What somebody wants to have changed, as far as it was said. */
export type Wish = CancelWish | EditWish | SignerWish | NoteWish | CallWish | DecideWish | CreateWish | ReceiveWish
export type WriteKind = Wish['kind']
export type WishOf<K extends WriteKind> = Extract<Wish, { kind: K }>

/** What the change rests on. Shown in the preview; when it is different at the confirmation, the person is asked again. */
type FactsOf = {
  readonly 'order.cancel': {
    readonly stage: Stage
    /** The warehouse holds it in its hands already: it is asked, nothing is cancelled. */
    readonly pickingAtMs?: number
    readonly paidFen?: string
  }
  readonly 'order.edit_waybill': {
    /** Undefined where the order has a number and no parcel of its own. */
    readonly parcelId?: string
    readonly number: string
    readonly carrier: CarrierCode
    readonly carrierName?: string
    readonly newCarrier: CarrierCode
    readonly edits: number
    readonly parcels: number
  }
  readonly 'order.mark_signer': {
    readonly signer?: string
    readonly signerKind?: string
    readonly signedAtMs?: number
  }
  readonly 'return.add_note': { readonly notes: number; readonly pictures: number }
  readonly 'logistics.call_carrier': {
    readonly parcelId: string
    readonly number: string
    readonly carrier: CarrierCode
    readonly carrierName?: string
    readonly state: TrackState
    readonly exception?: ExceptionKind
    readonly lastEventAtMs?: number
  }
  readonly 'approval.decide': {
    readonly level: number
    readonly role: ApprovalRole
    readonly holder?: string
    readonly dueAtMs?: number
    readonly next?: ApprovalRole
    /** How long the next level may take, by the flow of this return. */
    readonly nextLimitMs?: number
    /** By the director in place of the level's people. */
    readonly deputy: boolean
    /** In the place of somebody who is away. */
    readonly deputyFor?: { readonly id: string; readonly name: string }
    /** Several words are needed: the level's own, or one asked for besides. */
    readonly signs?: 'own' | 'beside'
    /** Differs when stock, best-before dates or arrears are others than those that were seen. */
    readonly stamp: string
    readonly refundFen?: string
    readonly why: string
  }
  readonly 'return.create': {
    /** Who decides first, and how long they may take. */
    readonly first: { readonly role: ApprovalRole; readonly limitMs: number }
    readonly lines: readonly { readonly lineId: string; readonly name: string; readonly qty: number }[]
    /** Absent where the order's amounts are not known. */
    readonly refundFen?: string
    readonly waybillNo: string
    readonly carrier?: CarrierCode
    /** The reader is sure of the number; else a person has said it. */
    readonly sure: boolean
  }
  readonly 'return.receive': {
    readonly lines: readonly {
      readonly lineId: string
      readonly name: string
      /** Pieces that were approved, or asked for while nobody has decided. */
      readonly due: number
      readonly received: number
      readonly damaged: number
    }[]
    readonly approval: ApprovalState
    /** Who has to decide next, while it is pending. */
    readonly role?: ApprovalRole
    readonly refundFen?: string
    /** What it was before fewer came, or damaged ones. */
    readonly wasFen?: string
    /** For the pieces that came whole, where some are damaged. */
    readonly soundFen?: string
    /** Everything came, and whole. */
    readonly sound: boolean
    /** It was booked in before; these counts take the place of those. */
    readonly recount?: true
    /** The money was let go before: counts do not move it any more. `movedFen`: how much, where known. */
    readonly moved?: true
    readonly movedFen?: string
  }
}

/** A whole wish with the facts it was looked at with. */
export type Plan = {
  [K in WriteKind]: {
    readonly kind: K
    readonly wish: WishOf<K>
    readonly facts: FactsOf[K]
    /** Of a decision: what was read for its facts, kept as what it rests on. */
    readonly checked?: LevelFacts
  }
}[WriteKind]
export type PlanOf<K extends WriteKind> = Extract<Plan, { kind: K }>

/** Why a change is not made, by rule. `by` are names of members. */
export type Refusal =
  | { readonly code: 'gone' }
  | { readonly code: 'stage'; readonly stage: Stage }
  | { readonly code: 'wish-stands'; readonly by: string; readonly atMs: number }
  | { readonly code: 'edits-used'; readonly edits: number }
  | { readonly code: 'no-number' }
  | { readonly code: 'same-number' }
  | { readonly code: 'number-taken'; readonly channel: Channel; readonly orderNo: string }
  | { readonly code: 'bad-number'; readonly carrier: CarrierCode; readonly carrierName?: string }
  | { readonly code: 'not-signed' }
  | { readonly code: 'pictures'; readonly kept: number; readonly given: number }
  | { readonly code: 'call-stands'; readonly id: string; readonly by: string; readonly atMs: number }
  | { readonly code: 'pickup' }
  | {
      readonly code: 'decided'
      readonly decision: 'approve' | 'reject'
      readonly by?: string
      readonly byId?: string
      readonly atMs: number
    }
  | { readonly code: 'withdrawn' }
  | { readonly code: 'not-your-level'; readonly role: ApprovalRole; readonly holder?: string }
  | { readonly code: 'twice' }
  | { readonly code: 'own-return' }
  /** With this return more would be given back than was paid. `other`: the return that gave back most. */
  | {
      readonly code: 'beyond-paid'
      readonly totalFen: string
      readonly paidFen: string
      readonly other: string
      readonly otherFen: string
      readonly leftFen: string
    }
  | { readonly code: 'arrears'; readonly amountFen: string }
  | { readonly code: 'arrears-unknown' }
  /** Every piece is in a return already; its newest. */
  | { readonly code: 'all-returned'; readonly returnId: string }
  /** More than there is: `left` pieces. */
  | { readonly code: 'too-many'; readonly asked: number; readonly left: number }
  /** An open return has this label. */
  | { readonly code: 'return-stands'; readonly returnId: string }
  | { readonly code: 'received'; readonly atMs: number }

export type Missing = 'reason' | 'signer' | 'parcel' | 'carrier' | 'photo' | 'waybillNo' | 'line'

/** What can be put in place of the missing piece: `value` goes into the wish, `shown` is a number or a code. */
export type Offer = { readonly value: string; readonly shown?: string }

export type Goods = { readonly name: string; readonly qty: number }

export type Look =
  | { readonly outcome: 'ready'; readonly plan: Plan }
  /** One piece is missing. `offers` is empty where only words of people will do. */
  | {
      readonly outcome: 'asks'
      readonly missing: Missing
      readonly offers: readonly Offer[]
      /** Goods that are settled so far. */
      readonly goods?: readonly Goods[]
    }
  | { readonly outcome: 'refused'; readonly why: Refusal }

export type By = { readonly memberId: string; readonly roles: readonly string[]; readonly nowMs: number }

/** What became of it; plain JSON without personal values, kept beside the draft. */
export type Done = {
  /** Number of what was made: a carrier call, a note. */
  readonly id?: string
  /** The wish was passed on to people; nothing was changed yet. */
  readonly passedOn?: true
  /** Approval: who decides next; absent when it is decided. */
  readonly next?: ApprovalRole
  readonly nextLevel?: number
  readonly dueAtMs?: number
  /** Approval: one yes of several was given; who has to say theirs still. */
  readonly waitsFor?: readonly string[]
  /** Small and safe: every level said yes by rule. */
  readonly auto?: true
  /** Returns of this customer in the 90 days before. */
  readonly past?: number
  /** The customer's level, V1 to V5. */
  readonly level?: string
  /** The money was let go. */
  readonly released?: true
  /** The money goes then, unless somebody says a word before. */
  readonly releaseAtMs?: number
  /** The to-do of the warehouse was closed with it. */
  readonly todoClosed?: true
}

export type Applied = {
  readonly done: Done
  readonly audit: { readonly action: string; readonly detail: Readonly<Record<string, unknown>> }
  /** Roles whose people are told. */
  readonly tells: readonly string[]
  /** And these members. */
  readonly tellsMembers?: readonly string[]
}

/** What is written goes through here: a step that did not find its row is a fault, not an outcome. */
export function expectOne(rows: { readonly count: number }, step: string): void {
  if (rows.count !== 1) throw new Error(`${step} met ${rows.count} rows in place of one`)
}

/** Order, return or parcel a wish is about, as audit names it. */
export function subjectOf(wish: Wish): string {
  if (wish.kind === 'approval.decide' || wish.kind === 'return.receive') return `return:${wish.returnId}`
  if (wish.kind === 'return.add_note') return `${wish.owner}:${wish.ownerId}`
  return `order:${wish.orderId}`
}

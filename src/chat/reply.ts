import type { Card } from './card.ts'
import type { CardRef } from './event.ts'

/** How the desk understood a question; kept beside the answer for the query log and `cli ask`, never shown in chat. */
export type Trace = {
  readonly intent: string
  /** Slot names and shapes as in the question set (docs/questions.md). */
  readonly slots: Readonly<Record<string, unknown>>
  readonly expect: 'answer' | 'choose' | 'clarify' | 'card' | 'confirm' | 'deny' | 'handoff'
  /** True when the answer had to be masked (asked in a group). */
  readonly mask: boolean
  /** What the answer was about; remembered for the next line of the same person in the same chat. */
  readonly about?: Subject
  /** What was offered to choose from, in the order shown (①, ② …). */
  readonly choices?: readonly Subject[]
  /** The line that a typed yes to this answer stands for. */
  readonly says?: string
}

/** An order by its hub number, perhaps one return of it. */
export type Subject = { readonly orderId: string; readonly returnId?: string }

type ReplyBase = {
  readonly trace?: Trace
  /** Sent to the sender's direct chat as a message of its own (the unmasked answer to a question asked in a group). */
  readonly direct?: Reply
}

export type Reply = ReplyBase &
  (
    | { readonly kind: 'none' }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'card'; readonly card: Card }
    | { readonly kind: 'card-update'; readonly cardRef: CardRef; readonly card: Card; readonly toast?: string }
  )

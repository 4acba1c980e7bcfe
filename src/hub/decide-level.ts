import type { ApprovalRole } from './write.ts'

/** A decision on the level of a return that is open now: by a tap on its card, by a confirmed line, or one of many at once. */
export type LevelTap = {
  readonly returnId: string
  /** The level the card was drawn for: another one open now means somebody was faster. */
  readonly level: number
  readonly decision: 'approve' | 'reject' | 'material'
  /** Needed for reject and material, and when a director decides in the place of others. */
  readonly reason?: string
  /** Stamp of the facts the person saw (ReturnSheet.stamp); other facts now redraw the card and ask again. */
  readonly stamp?: string
  /** Known arrears are set off against the money (J19): without it they refuse. */
  readonly arrears?: 'offset'
  readonly memberId: string
}

export type LevelOutcome =
  | {
      readonly outcome: 'decided'
      readonly decision: 'approve' | 'reject'
      readonly atMs: number
      /** The level that opened; absent when the return is decided. */
      readonly next?: { readonly level: number; readonly role: ApprovalRole; readonly dueAtMs: number }
      /** In whose place. */
      readonly deputyFor?: string
      readonly undoUntilMs: number
    }
  /** The level waits for the word of these people still. */
  | { readonly outcome: 'signed'; readonly waitsFor: readonly string[] }
  /** More material was asked for; the applicant is told, the limit runs on. */
  | { readonly outcome: 'material'; readonly atMs: number }
  /** Somebody had decided this level before. */
  | {
      readonly outcome: 'already'
      readonly decision: 'approve' | 'reject'
      readonly by?: string
      readonly byId?: string
      readonly deputyFor?: string
      readonly reason?: string
      readonly atMs: number
    }
  /** The facts are others than those that were seen: show them and ask again. */
  | { readonly outcome: 'changed' }
  | { readonly outcome: 'needs-reason' }
  /** Decided levels of one return need different people; a stranger; a withdrawn return; more than was paid. */
  | {
      readonly outcome: 'refused'
      readonly why:
        | { readonly code: 'gone' | 'withdrawn' | 'twice' | 'own-return' }
        | { readonly code: 'not-your-level'; readonly role: ApprovalRole; readonly holder?: string }
        | {
            readonly code: 'beyond-paid'
            readonly totalFen: string
            readonly paidFen: string
            /** Another return of the order and what it gave back or will. */
            readonly other: string
            readonly otherFen: string
            /** What may still be given back. */
            readonly leftFen: string
          }
        | { readonly code: 'arrears'; readonly amountFen: string }
        | { readonly code: 'arrears-unknown' }
    }

/** One transaction: right, state and facts are looked at under locks; state, audit and whatever follows are written together. */
export type DecideLevel = (tap: LevelTap) => Promise<LevelOutcome>

/** Where a SKU stands in the warehouse: what the second level has to know before goods of it come back. */
export type ShelfFacts = {
  readonly name: string
  readonly sku?: string
  /** shelf: sold from there · near_expiry · quarantine · none: not kept any more · unknown: no SKU, or nobody answered. */
  readonly zone: 'shelf' | 'near_expiry' | 'quarantine' | 'none' | 'unknown'
  readonly location?: string
  /** Pieces of all lots in that zone. */
  readonly onHand?: number
  /** yyyy-MM-dd of the lot that ends first; days until then. */
  readonly expiresOn?: string
  readonly daysLeft?: number
  /** When the warehouse told it last. */
  readonly readAtMs?: number
}

/**
 * What a level rests on, as it was checked: when the level opened (approval_levels.facts), and again at the tap in the same
 * transaction (decided_facts). `stamp`, at most 16 characters, differs when what matters for the decision differs; it leaves out
 * times of reading and figures that move by themselves.
 */
export type LevelFacts =
  | { readonly kind: 'none'; readonly stamp: string }
  | {
      readonly kind: 'stock'
      readonly stamp: string
      readonly checkedAtMs: number
      readonly goods: readonly ShelfFacts[]
    }
  | {
      readonly kind: 'arrears'
      readonly stamp: string
      readonly checkedAtMs: number
      /** unknown: the ERP did not answer. Never to be taken for none. */
      readonly arrears: 'none' | 'some' | 'unknown'
      readonly amountFen?: string
      /** The debtor as the ERP calls it: a distributor's code, never a person's name. */
      readonly debtor?: string
      /** System that was asked, as sources are called: erp.u8. */
      readonly source?: string
      /** With unknown: what stood in the copy, and as of when. Old news, no basis for a decision. */
      readonly lastTold?: { readonly amountFen: string; readonly atMs: number }
    }

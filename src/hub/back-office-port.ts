import type { StockLot } from './stock.ts'

// What the hub asks of warehouse and accounts systems. Commands to them are hub/commands.ts. Calls end soon after `signal`; they
// throw the errors of runtime/errors.ts. Money is fen, times are epoch ms, ids are text.

/** Who counts goods. `source` is its name in the table of sources. */
export type StockSource = {
  readonly name: string
  readonly source: string
  /** All lots of these SKUs as they are now; a SKU without lots is not there. */
  stockOf(skus: readonly string[], signal: AbortSignal): Promise<readonly StockLot[]>
  /** All lots of SKUs whose count changed from `fromMs` to `toMs`, in pieces; an error ends it and the window does not count. */
  stockChanged?(fromMs: number, toMs: number, signal: AbortSignal): AsyncIterable<readonly StockLot[]>
  /**
   * For a source that cannot tell what changed: all lots there are, or an error. A SKU that does not come has none, but for those
   * `unread`, of which something could not be read: they stay as they are known.
   */
  stockAll?(signal: AbortSignal): Promise<{ readonly lots: readonly StockLot[]; readonly unread: readonly string[] }>
  readonly everyMs: number
}

/** Goods on order at a supplier. */
export type PurchaseLine = {
  readonly billNo: string
  readonly sku: string
  readonly supplier?: string
  readonly orderedQty: number
  /** Of these, in the warehouse already. */
  readonly receivedQty: number
  /** When they are promised. */
  readonly dueMs?: number
  readonly modifiedAtMs: number
}

export type PurchaseSource = {
  readonly name: string
  readonly source: string
  /** Approved, open orders of this SKU, next one first. */
  openPurchases(sku: string, signal: AbortSignal): Promise<readonly PurchaseLine[]>
}

/** What one customer of the accounts owes now. */
export type Receivable = {
  /** As the accounts know the customer. */
  readonly customerCode: string
  readonly customerName?: string
  /** The distributor's shop it pays for, as orders name it. */
  readonly shop: string
  readonly billNo: string
  readonly amountFen: bigint
  readonly remainFen: bigint
  readonly dueMs?: number
}

export type ReceivableSource = {
  readonly name: string
  readonly source: string
  /** The code of the account that answers for this shop. */
  codeOf(shop: string): string
  /** Bills dated in these days; of one customer, or all. In pieces. */
  receivables(
    wanted: { readonly customerCode?: string; readonly fromMs: number; readonly toMs: number },
    signal: AbortSignal,
  ): AsyncIterable<readonly Receivable[]>
  readonly everyMs: number
}

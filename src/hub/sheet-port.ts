import type { SourceOrder } from './order-facts.ts'

/** What the hub asks of whoever reads spreadsheets (connectors/sheet-orders.ts). */

/** Field → name of its column, as somebody explained it once for this sender's header row. */
export type SheetMapping = Readonly<Partial<Record<string, string>>>

/** One cell that keeps its row out. Holds no content of the cell: it may be a phone or a name. */
export type SheetProblem = {
  /** A1 name. */
  readonly cell: string
  readonly row: number
  /** Header of the column, '' where there is none. */
  readonly column: string
  readonly problem: string
  /** Digits missing or too many, for phones. */
  readonly by?: number
}

export type SheetOrder = {
  readonly order: SourceOrder
  /** Rows of the file that told it. */
  readonly rows: readonly number[]
  /** A1 names by field of SourceOrder, to point at what the hub refuses. */
  readonly cells: Readonly<Partial<Record<string, string>>>
}

/** A row that was not taken, as it stands in the file, to be given back for correction. */
type SheetErrorRow = { readonly row: number; readonly cells: readonly string[] }

export type SheetOrders =
  | {
      readonly outcome: 'read'
      readonly headers: readonly string[]
      readonly headerHash: string
      /** The columns as they were understood, to be remembered. */
      readonly mapping: SheetMapping
      readonly orders: readonly SheetOrder[]
      readonly problems: readonly SheetProblem[]
      readonly errorRows: readonly SheetErrorRow[]
      /** Cells of any row, for giving back rows that the hub refused. */
      readonly cellsOf: (row: number) => readonly string[]
      /** Data rows: without header, totals and blank rows. */
      readonly rows: number
    }
  | {
      readonly outcome: 'needs-columns'
      /** Names of fields as in the mapping. */
      readonly missing: readonly string[]
      readonly headers: readonly string[]
      readonly headerHash: string
    }
  | { readonly outcome: 'refused'; readonly problem: string }

export type SheetFile = { readonly bytes: Uint8Array; readonly fileName: string }

export type SheetContext = {
  /** When the sheet was handed in: its modification time in the rule that newer wins. */
  readonly toldAtMs: number
  /** The distributor a sheet belongs to that does not say so itself (JXS07). */
  readonly defaultShop?: string | undefined
  mappingOf(headerHash: string): Promise<SheetMapping | undefined>
}

export type ReadSheetOrders = (file: SheetFile, context: SheetContext) => Promise<SheetOrders>

import type { Database } from '../db/client.ts'
import type { BlobFiles } from '../runtime/blob-files.ts'
import type { Audit } from './audit.ts'

/** A table that leaves as a file. */
export type ExportTable = { readonly headers: readonly string[]; readonly rows: readonly (readonly string[])[] }

/** Why a list left, and who took it: kept for good. Holds no name, number or address of a customer. */
export type ExportNote = {
  readonly memberId: string
  readonly purpose: string
  /** All that fit the list; the file holds `rows` of them. */
  readonly total: number
  readonly filter: Readonly<Record<string, unknown>>
  /** Whether names and phones stand in it in clear. */
  readonly full: boolean
  readonly group: boolean
}

export type Exports = {
  /** Keeps the file sealed and writes down who took what for what; the id of the file. */
  keep(table: ExportTable, fileName: string, note: ExportNote): Promise<string>
  /** Writes down that a member asked who may not. */
  refused(entry: { readonly memberId: string; readonly group: boolean }): Promise<void>
}

export type ExportsParts = {
  readonly database: Pick<Database, 'sql'>
  readonly audit: Pick<Audit, 'append'>
  readonly files: Pick<BlobFiles, 'put'>
  /** The bytes of a table; every cell comes through a CSV parser as it went in, and none is a formula. */
  readonly write: (table: ExportTable) => Uint8Array
}

/** Lists that leave as files (`orders.export` in the audit log counts them). */
export function orderExports({ database: { sql }, audit, files, write }: ExportsParts): Exports {
  const note = (action: string, memberId: string, detail: Readonly<Record<string, unknown>>) =>
    sql.begin((tx) => audit.append(tx, { actor: memberId, action, subject: `member:${memberId}`, detail }))
  return {
    keep: async (table, fileName, { memberId, ...rest }) => {
      const file = await files.put(write(table), { fileName, mime: 'text/csv; charset=utf-8' })
      // after the file: nobody gets a link to what is not written down
      await note('orders.export', memberId, { ...rest, rows: table.rows.length, file })
      return file
    },
    refused: async ({ memberId, group }) => note('right.refused', memberId, { intent: 'orders.export', group }),
  }
}

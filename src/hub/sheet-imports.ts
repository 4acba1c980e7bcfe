import { createHash } from 'node:crypto'
import type postgres from 'postgres'
import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Ids } from '../runtime/ids.ts'
import type { Audit } from './audit.ts'
import type { Intake } from './intake.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'
import { storableJson, storableText } from './plain-json.ts'
import { settings } from './settings.ts'
import type { ReadSheetOrders, SheetFile, SheetMapping, SheetOrders } from './sheet-port.ts'
import { type ErrorRows, type ImportReport, type ReadSheet, tallyOf } from './sheet-tally.ts'
import { sources } from './sources.ts'

export type ImportOutcome =
  | { readonly outcome: 'imported'; readonly report: ImportReport; readonly errors: ErrorRows }
  /** The same bytes from the same sender were taken in at that time. */
  | { readonly outcome: 'unchanged'; readonly firstAtMs: number; readonly fileName: string }
  | Extract<SheetOrders, { outcome: 'needs-columns' | 'refused' }>

export type ImportRequest = SheetFile & {
  /** Whose file it is: a member id, `cli`. Mappings and "the same file" are per sender. */
  readonly sender: string
  /** When it was handed in. Epoch ms. */
  readonly toldAtMs: number
  /** The distributor the file belongs to (JXS07), where it does not say so itself. */
  readonly shop?: string
  /** Field → column name, for header rows nobody could read; remembered for this sender. */
  readonly columns?: SheetMapping
  /** What must leave once the import stands; written in its transaction, so a crash loses neither or both. */
  readonly follow?: (done: Imported) => readonly OutboxEntry[]
}

type Imported = Extract<ImportOutcome, { outcome: 'imported' }>

export type SheetImports = { importFile(request: ImportRequest): Promise<ImportOutcome> }

export type SheetImportParts = {
  readonly database: Pick<Database, 'sql'>
  readonly read: ReadSheetOrders
  readonly intake: Pick<Intake, 'takeAll'>
  readonly audit: Pick<Audit, 'append'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  /** Keeps the file itself for 30 days; gives the id under which it lies. */
  readonly keep: (bytes: Uint8Array, meta: { readonly fileName: string; readonly mime: string }) => Promise<string>
  readonly clock: Clock
  readonly ids: Ids
}

type Sql = Parameters<Audit['append']>[0]

const mime = 'application/octet-stream'
const keptDays = 30
/** Problems beyond these are not kept: the file has to be made anew. */
const mostListed = 1_000

/** Takes spreadsheets of orders into the hub: each file once per sender, all that is right in one transaction. */
export function sheetImports(parts: SheetImportParts): SheetImports {
  const { database, clock } = parts
  return {
    importFile: async (request) => {
      const sha256 = createHash('sha256').update(request.bytes).digest('hex')
      const before = await firstImport(database.sql, request.sender, sha256)
      if (before !== undefined) return before
      const told = await settings(database).get(`sheet.shop.${request.sender}`)
      const sheet = await parts.read(request, {
        toldAtMs: request.toldAtMs,
        defaultShop: request.shop ?? (typeof told === 'string' ? told : undefined),
        mappingOf: async (hash) => ({
          ...(await rememberedMapping(database.sql, request.sender, hash)),
          ...request.columns,
        }),
      })
      if (sheet.outcome !== 'read') return sheet
      const storedAs = await parts.keep(request.bytes, { fileName: request.fileName, mime })
      const done = await database.sql.begin((tx) => takeIn(tx, parts, request, sheet, { sha256, storedAs }))
      const names = new Set(sheet.orders.map(({ order }) => order.source))
      for (const name of names) await sources(database).heard(name, clock.nowMs())
      return done
    },
  }
}

type Unchanged = Extract<ImportOutcome, { outcome: 'unchanged' }>

/** An import that took nothing does not count: the same file may be tried again. */
async function firstImport(sql: Sql, sender: string, sha256: string): Promise<Unchanged | undefined> {
  const [row] = await sql<{ firstAtMs: number; fileName: string }[]>`
    SELECT round(extract(epoch FROM imported_at) * 1000)::float8 AS "firstAtMs", file_name AS "fileName"
    FROM sheet_imports WHERE sender = ${sender} AND sha256 = ${sha256} AND created + updated + unchanged > 0`
  return row && { outcome: 'unchanged', ...row }
}

async function rememberedMapping(sql: Sql, sender: string, headerHash: string): Promise<SheetMapping | undefined> {
  const [row] = await sql<{ mapping: SheetMapping }[]>`
    SELECT mapping FROM sheet_mappings WHERE sender = ${sender} AND header_hash = ${headerHash}`
  return row?.mapping
}

async function takeIn(
  tx: Sql,
  parts: SheetImportParts,
  request: ImportRequest,
  sheet: ReadSheet,
  stored: { readonly sha256: string; readonly storedAs: string },
): Promise<ImportOutcome> {
  // two copies of one file at once: the second waits and finds the first
  await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`sheet.import ${request.sender}`}, 0))`
  const before = await firstImport(tx, request.sender, stored.sha256)
  if (before !== undefined) return before
  const outcomes = await parts.intake.takeAll(
    sheet.orders.map(({ order }) => order),
    tx,
  )
  const id = parts.ids.next('imp')
  const { report, errors } = tallyOf(id, request.fileName, sheet, outcomes)
  const done: Imported = { outcome: 'imported', report, errors }
  await parts.outbox.enqueue(tx, request.follow?.(done) ?? [])
  await note(tx, parts, request, sheet, report, stored)
  return done
}

async function note(
  tx: Sql,
  { audit, clock, ids }: SheetImportParts,
  request: ImportRequest,
  sheet: ReadSheet,
  report: ImportReport,
  stored: { readonly sha256: string; readonly storedAs: string },
): Promise<void> {
  const atMs = clock.nowMs()
  const fileName = storableText(report.fileName)
  const problems = storableJson(report.problems.slice(0, mostListed)) as postgres.JSONValue
  const mapping = storableJson(sheet.mapping) as postgres.JSONValue
  await tx`
    INSERT INTO sheet_imports (id, sender, file_name, sha256, rows, created, updated, unchanged, quarantined, problems, imported_at)
    VALUES (${report.id}, ${request.sender}, ${fileName}, ${stored.sha256}, ${report.rows}, ${report.created},
      ${report.updated}, ${report.unchanged}, ${report.held.length}, ${tx.json(problems)}, to_timestamp(${atMs}::float8 / 1000))
    ON CONFLICT (sender, sha256) DO UPDATE SET id = excluded.id, rows = excluded.rows, created = excluded.created,
      updated = excluded.updated, unchanged = excluded.unchanged, quarantined = excluded.quarantined,
      problems = excluded.problems, imported_at = excluded.imported_at`
  await tx`
    INSERT INTO sheet_mappings (sender, header_hash, mapping, updated_at)
    VALUES (${request.sender}, ${sheet.headerHash}, ${tx.json(mapping)}, to_timestamp(${atMs}::float8 / 1000))
    ON CONFLICT (sender, header_hash) DO UPDATE SET mapping = excluded.mapping, updated_at = excluded.updated_at`
  await tx`
    INSERT INTO attachments (id, owner_kind, owner_id, file_name, mime, bytes, sha256, stored_as, by_member_id, created_at, expires_at)
    VALUES (${ids.next('att')}, 'import', ${report.id}, ${fileName}, ${mime}, ${request.bytes.length}, ${stored.sha256},
      ${stored.storedAs}, ${request.sender}, to_timestamp(${atMs}::float8 / 1000),
      to_timestamp(${atMs}::float8 / 1000) + ${`${keptDays} days`}::interval)`
  const { rows, taken, repeated, failed, created, updated, held } = report
  await audit.append(tx, {
    actor: request.sender,
    action: 'sheet.import',
    subject: `import:${report.id}`,
    detail: { rows, taken, repeated, failed, created, updated, held: held.length },
  })
}

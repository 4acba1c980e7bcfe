import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Ids } from '../runtime/ids.ts'
import { audit } from './audit.ts'
import { type Columns, claimsOfRow, columnsOf } from './claim-columns.ts'
import { claimsOf, claimsText, contradicts, type LineClaim, mergeClaims } from './claims.ts'
import { type Correction, cancelledByHand, correctionsText, overruled } from './corrections.ts'
import { hubNumber } from './hub-no.ts'
import { type Desk, type Item, insertOrders, type Sql, touchOrders, updateOrders, type Write } from './intake-rows.ts'
import { linesText, lockText } from './intake-sql.ts'
import type { IntakeOutcome, SourceOrder } from './order-facts.ts'
import type { PersonalData } from './personal.ts'
import { tidyOrder } from './source-order.ts'
import { sources } from './sources.ts'

export type Intake = {
  /** One order as its source tells it now. Inside `tx` the caller commits, and notes the source as heard. */
  take(order: SourceOrder, tx?: Sql): Promise<IntakeOutcome>
  /** Many orders, in batches of 200 that commit one by one; outcomes in the order given. */
  takeAll(orders: readonly SourceOrder[], tx?: Sql): Promise<readonly IntakeOutcome[]>
}

const batchSize = 200
/** A day holds a million hub numbers; with half of them given the chance to miss this often is 2^-64. */
const numberAttempts = 64
/** Postgres picks one of two transactions that wait for each other; done again it finds the other's work finished. */
const deadlockTries = 4

/**
 * Takes orders into the hub: newer wins field by field by the source's own time, whatever the order and number of arrivals;
 * facts with missing fields are kept back, orders without carrier are quarantined, real phone numbers join customers.
 */
export function intake(database: Pick<Database, 'sql'>, personal: PersonalData, clock: Clock, ids: Ids): Intake {
  const desk = { personal, clock, ids, audit: audit(database, clock) }
  const heardOf = sources(database)

  const takeAll: Intake['takeAll'] = async (orders, tx) => {
    const outcomes: IntakeOutcome[] = []
    for (const batch of batches(orders, outcomes)) {
      const settle = (sql: Sql) => takeBatch(sql, desk, batch)
      for (const [index, outcome] of tx ? await settle(tx) : await inTransaction(database.sql, settle))
        outcomes[index] = outcome
      if (tx) continue
      for (const name of new Set(batch.map(({ order }) => order.source))) await heardOf.heard(name, clock.nowMs())
    }
    return outcomes
  }

  return {
    takeAll,
    take: async (order, tx) => {
      const [outcome] = await takeAll([order], tx)
      if (!outcome) throw new TypeError('one order gives one outcome')
      return outcome
    },
  }
}

type StoredRow = Columns & {
  readonly id: string
  readonly channel: string
  readonly shop: string
  readonly order_no: string
}
type StoredLine = LineClaim & { readonly lineKey: string; readonly orderId: string }
type Stored = { readonly row: StoredRow; readonly lines: StoredLine[]; readonly corrections: Correction[] }

function identityOf(order: { channel: string; shop: string; orderNo: string }): string {
  return JSON.stringify([order.channel, order.shop, order.orderNo])
}

/** Splits into batches in which no order stands twice; refusals are settled on the way. */
function* batches(orders: readonly SourceOrder[], outcomes: IntakeOutcome[]): Generator<readonly Item[]> {
  let batch = new Map<string, Item>()
  for (const [index, raw] of orders.entries()) {
    const order = tidyOrder(raw)
    if ('outcome' in order) {
      outcomes[index] = order
      continue
    }
    const identity = identityOf(order)
    if (batch.has(identity) || batch.size === batchSize) {
      yield [...batch.values()]
      batch = new Map()
    }
    batch.set(identity, { index, order, claims: claimsOf(order) })
  }
  if (batch.size > 0) yield [...batch.values()]
}

async function inTransaction<T>(sql: Database['sql'], work: (tx: Sql) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await sql.begin((tx) => work(tx))) as T
    } catch (error) {
      const deadlock = error instanceof Error && 'code' in error && error.code === '40P01'
      if (!deadlock || attempt === deadlockTries) throw error
    }
  }
}

/** Locks what is there, inserts what is not, and starts over with those that somebody else inserted in between. */
async function takeBatch(sql: Sql, desk: Desk, items: readonly Item[]): Promise<Map<number, IntakeOutcome>> {
  const outcomes = new Map<number, IntakeOutcome>()
  const nowMs = desk.clock.nowMs()
  let waiting = [...items]
  for (let attempt = 0; waiting.length > 0; attempt++) {
    if (attempt === numberAttempts) throw new RangeError('no hub number is free for this day')
    const known = await lockStored(sql, waiting)
    const updates: MergedWrite[] = []
    const fresh: Write[] = []
    for (const item of waiting) {
      const stored = known.get(identityOf(item.order))
      if (stored) {
        const { outcome, write } = mergeStored(stored, item, desk)
        outcomes.set(item.index, outcome)
        if (write) updates.push(write)
      } else {
        const columns = columnsOf(item.claims, undefined, desk.personal, nowMs)
        fresh.push({ item, id: hubNumber(item.order, attempt), columns, claims: item.claims })
      }
    }
    await updateOrders(sql, desk, updates, nowMs)
    const written = new Set(updates.map(({ id }) => id))
    await touchOrders(
      sql,
      [...known.values()].map(({ row }) => row.id).filter((id) => !written.has(id)),
      nowMs,
    )
    const inserted = await insertOrders(sql, desk, fresh, nowMs)
    for (const { item, id, columns } of inserted)
      outcomes.set(item.index, { outcome: 'created', id, ...quarantineOf(columns) })
    const done = new Set(inserted.map(({ item }) => item))
    for (const write of updates) await noteOverruled(sql, desk, write)
    waiting = fresh.map(({ item }) => item).filter((item) => !done.has(item))
  }
  return outcomes
}

async function lockStored(sql: Sql, items: readonly Item[]): Promise<Map<string, Stored>> {
  const keys = items.map(({ order }) => ({ channel: order.channel, shop: order.shop, order_no: order.orderNo }))
  const rows = await sql.unsafe<StoredRow[]>(lockText, [JSON.stringify(keys)], { prepare: true })
  const found = new Map<string, Stored>()
  const byId = new Map<string, Stored>()
  for (const row of rows) {
    const stored: Stored = { row, lines: [], corrections: [] }
    byId.set(row.id, stored)
    found.set(identityOf({ channel: row.channel, shop: row.shop, orderNo: row.order_no }), stored)
  }
  if (rows.length === 0) return found
  // statements of their own: they must see what whoever held the locks before has committed
  const ids = rows.map(({ id }) => id)
  const lines = await sql.unsafe<StoredLine[]>(linesText, [ids], { prepare: true })
  for (const line of lines) byId.get(line.orderId)?.lines.push(line)
  const corrections = await sql.unsafe<Correction[]>(correctionsText, [ids], { prepare: true })
  for (const correction of corrections) byId.get(correction.orderId)?.corrections.push(correction)
  return found
}

/** A source's newer word beat what a person had put, or goods left that a person had cancelled: never in silence. */
async function noteOverruled(sql: Sql, { audit: chain }: Desk, write: MergedWrite): Promise<void> {
  const { corrections, toldBefore } = write
  const after = write.claims.get('waybillNo')?.value as string | undefined
  const entry = { actor: write.item.order.source, subject: `order:${write.id}` }
  for (const { was, now } of overruled(toldBefore, after ?? toldBefore, corrections))
    await chain.append(sql, {
      ...entry,
      action: 'order.correction-overruled',
      detail: { field: 'waybill_no', was, now },
    })
  if (write.leavesNow && cancelledByHand(corrections) !== undefined)
    await chain.append(sql, { ...entry, action: 'order.shipped-after-cancel', detail: {} })
}

type MergedWrite = Write & {
  readonly corrections: readonly Correction[]
  /** The waybill numbers as the source had told them. */
  readonly toldBefore: string | undefined
  /** Now it is told that the goods went out. */
  readonly leavesNow: boolean
}
type Merged = { readonly outcome: IntakeOutcome; readonly write?: MergedWrite }

function mergeStored({ row, lines, corrections }: Stored, item: Item, { personal, clock }: Desk): Merged {
  const { order, claims } = item
  const told = lines.map(({ orderId: _, ...line }) => line)
  const before = claimsOfRow(row, told, personal)
  if (contradicts(before, claims)) return { outcome: { outcome: 'contradiction', id: row.id } }
  const merged = mergeClaims(before, claims)
  const columns = columnsOf(merged, row, personal, clock.nowMs(), corrections)
  const toldBefore = before.get('waybillNo')?.value as string | undefined
  const leavesNow = row.shipped_at === null && columns.shipped_at !== null
  const write = { item, id: row.id, columns, corrections, toldBefore, leavesNow }
  if (claimsText(before) !== claimsText(merged)) {
    const outcome = { outcome: 'updated', id: row.id, ...quarantineOf(columns) } as const
    return { outcome, write: { ...write, claims: merged } }
  }
  const newestMs = Number(row.source_modified_at)
  const older = order.modifiedAtMs < newestMs
  const outcome = { outcome: older ? 'older' : 'unchanged', id: row.id, ...quarantineOf(row) } as const
  // said again later: only the times move on, so that whatever was said in between comes too late
  const moved = [...merged].some(([field, { atMs }]) => before.get(field)?.atMs !== atMs)
  return moved ? { outcome, write: { ...write, claims: new Map() } } : { outcome }
}

function quarantineOf({ quarantine_reason: reason }: Columns): { readonly quarantine?: string } {
  return typeof reason === 'string' ? { quarantine: reason } : {}
}

import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { PurchaseLine, PurchaseSource, StockSource } from '../hub/back-office-port.ts'
import type { StockLot } from '../hub/stock.ts'
import { BadPayload, Unreachable } from '../runtime/errors.ts'
import type { Json } from '../runtime/json.ts'
import type { Log } from '../runtime/log.ts'
import { adapter } from './adapter.ts'
import { type KingdeeQuery, kingdeeQuery } from './kingdee-calls.ts'
import { approved, open, purchaseFields, purchaseForm, stockFields, stockForm } from './kingdee-codes.ts'
import { all, is, isOneOf } from './kingdee-filter.ts'
import { patiently } from './patience.ts'
import { beijingAt, needed, readEach, textAt, told } from './wire-values.ts'

const loginForm = z.discriminatedUnion('way', [
  z.strictObject({ way: z.literal('signed'), appId: z.string().regex(/^\w+_.+$/), appSecret: z.string().min(1) }),
  z.strictObject({ way: z.literal('app-secret'), appId: z.string().min(1), appSecret: z.string().min(1) }),
  z.strictObject({ way: z.literal('password'), password: z.string().min(1) }),
])
const numbers = z.array(z.string().trim().min(1).max(60)).max(100).default([])

const settings = z.strictObject({
  /** Each firm has an address of its own; the shared gateway ended in 2025. */
  serverUrl: z.url({ protocol: /^https?$/ }).regex(/\/k3cloud\/$/i, 'must end with /k3cloud/'),
  acctId: z.string().trim().min(1),
  user: z.string().trim().min(1),
  lcid: z.number().int().default(2052),
  orgNum: z.string().default(''),
  login: loginForm,
  /** 仓库编码 of those that this system counts. Empty: it is asked for purchases only, since two counts of one shelf are twice the goods. */
  stockWarehouses: numbers,
  nearExpiryWarehouses: numbers,
  quarantineWarehouses: numbers,
  /** Where lots have dates: the name of that field of STK_Inventory there. */
  expiryField: z
    .string()
    .regex(/^F[A-Za-z0-9_.]{1,60}$/)
    .optional(),
  callsPerMinute: z.number().int().min(1).max(600).default(60),
})
type Settings = z.infer<typeof settings>

/** The vendor's limit; newer builds take 10,000 (unconfirmed). */
const pageSize = 2_000
const mostPages = 200
const everyMs = 30 * 60_000
/** SKUs in one question. */
const atOnce = 50

/** 金蝶云星空: stock of warehouses that it counts, and purchase orders on their way (ExecuteBillQuery, 2026-11-22). */
export const kingdee = adapter(settings, (name, given, parts) => {
  const at = parts.vendor({ name, perSecond: given.callsPerMinute / 60, atOnce: 1 })
  const nonce = () => randomBytes(8).toString('hex')
  const query = kingdeeQuery(given, { at, nonce, tokens: parts.tokens, log: parts.log })
  const rowsOf = reader(query)
  const reading = { name, given, rowsOf, log: parts.log, nowMs: () => parts.clock.nowMs() }
  const patient: Rows = (asked, signal) => patiently(parts.clock, signal, () => rowsOf(asked, signal))
  return {
    purchases: purchasesOf(reading),
    ...(given.stockWarehouses.length > 0 && { stock: stockOf(reading, patient) }),
    check: async (signal) => {
      const one = { FormId: purchaseForm, FieldKeys: purchaseFields.billNo, OrderString: purchaseFields.billNo }
      await query({ ...one, FilterString: is(purchaseFields.documentStatus, approved), StartRow: 0, Limit: 1 }, signal)
    },
  }
})

type Row = Readonly<Record<string, Json>>
type Asked = {
  readonly form: string
  readonly fields: Readonly<Record<string, string>>
  readonly filter: string
  /** Makes the order of rows the same on each page; its first field tells rows apart. */
  readonly order: readonly string[]
}
type Rows = (asked: Asked, signal: AbortSignal) => Promise<readonly Row[]>
type Reading = {
  readonly name: string
  readonly given: Settings
  readonly rowsOf: Rows
  readonly log: Log
  readonly nowMs: () => number
}

/**
 * All rows by our names of their fields. The vendor tells no total, so the reading ends with an empty page: half a page in between is
 * seen by the rows behind it, and a repeated page by its ids. Both end it with Unreachable, and it counts for nothing.
 */
function reader(query: KingdeeQuery): Rows {
  return async ({ form, fields, filter, order }, signal) => {
    const keys = Object.keys(fields)
    const id = keys.findIndex((key) => fields[key] === order[0])
    const seen = new Map<string, Row>()
    let short = false
    for (let page = 0; page < mostPages; page++) {
      const rows = await query(
        {
          FormId: form,
          FieldKeys: Object.values(fields).join(','),
          FilterString: filter,
          OrderString: order.join(','),
          StartRow: seen.size,
          Limit: pageSize,
        },
        signal,
      )
      if (rows.length === 0) return [...seen.values()]
      if (short) throw new Unreachable(`kingdee: a page of ${form} was not whole`)
      short = rows.length < pageSize
      for (const cells of rows) {
        if (cells.length !== keys.length) throw new BadPayload(`a row of ${form} has ${cells.length} cells`)
        const key = String(cells[id])
        if (seen.has(key)) throw new Unreachable(`kingdee: a page of ${form} was repeated`)
        seen.set(key, Object.fromEntries(keys.map((name, index) => [name, cells[index] ?? null])))
      }
    }
    throw new BadPayload(`${form} has more than ${mostPages} pages`)
  }
}

/** A second one has a freshness of its own: the silence of one must not hide behind the other. */
const sourceOf = (what: 'stock' | 'purchases', name: string): string =>
  name === 'kingdee' ? `kingdee.${what}` : `kingdee.${what}-${name}`

function stockOf({ name, given, rowsOf, log, nowMs }: Reading, patient: Rows): StockSource {
  const fields = { ...stockFields, ...(given.expiryField !== undefined && { expires: given.expiryField }) }
  const read = async (rows: Rows, filter: string, signal: AbortSignal) => {
    const readAtMs = nowMs()
    const found = await rows({ form: stockForm, fields, filter, order: [stockFields.id] }, signal)
    const { values, faulty } = readEach(
      found,
      (row) => textAt((row as Row).sku, 'sku'),
      (row) => lotOf(row as Row, given, readAtMs),
    )
    for (const { problem } of faulty)
      log('error', 'an item of a source cannot be read', { connector: name, problem, alarm: true })
    const unread = new Set(faulty.map(({ id }) => id))
    return { lots: values.filter(({ sku }) => !unread.has(sku)), unread: [...unread] }
  }
  const counted = isOneOf(stockFields.warehouseNo, given.stockWarehouses)
  return {
    name,
    source: sourceOf('stock', name),
    everyMs,
    stockOf: async (skus, signal) => {
      const lots: StockLot[] = []
      for (let from = 0; from < skus.length; from += atOnce) {
        const filter = all(isOneOf(stockFields.sku, skus.slice(from, from + atOnce)), counted)
        const told = await read(rowsOf, filter, signal)
        if (told.unread.length > 0) throw new BadPayload('a row of the stock asked for cannot be read')
        lots.push(...told.lots)
      }
      return lots
    },
    stockAll: (signal) => read(patient, counted, signal),
  }
}

function lotOf(row: Row, given: Settings, readAtMs: number): StockLot {
  const text = (key: string) => textAt(row[key], key)
  const sku = needed(text('sku'), 'sku')
  const warehouseNo = needed(text('warehouseNo'), 'warehouseNo')
  const onHand = Math.max(0, Math.floor(needed(numberOf(row, 'onHand'), 'onHand')))
  const free = Math.max(0, Math.floor(numberOf(row, 'free') ?? onHand))
  const expires = beijingAt(row.expires, 'expires')
  const held = given.quarantineWarehouses.includes(warehouseNo)
  const near = given.nearExpiryWarehouses.includes(warehouseNo)
  return told<StockLot>({
    sku,
    name: text('name') ?? sku,
    spec: text('spec'),
    warehouse: text('warehouse') ?? warehouseNo,
    onHand,
    // what is not free is promised to somebody
    locked: Math.min(onHand, Math.max(0, onHand - free)),
    expiresOn: expires === undefined ? undefined : new Date(expires + 8 * 3_600_000).toISOString().slice(0, 10),
    zone: held ? 'quarantine' : near ? 'near_expiry' : 'shelf',
    readAtMs,
  })
}

function purchasesOf({ name, rowsOf, log }: Reading): PurchaseSource {
  const { documentStatus, closeStatus, sku: skuField, entryId, due } = purchaseFields
  return {
    name,
    source: sourceOf('purchases', name),
    openPurchases: async (sku, signal) => {
      const filter = all(is(documentStatus, approved), is(closeStatus, open), is(skuField, sku))
      const rows = await rowsOf({ form: purchaseForm, fields: purchaseFields, filter, order: [entryId, due] }, signal)
      // asked again of each row: an answer that ignores the filter must not promise goods
      const approvedOnes = rows.filter((row) => row.documentStatus === approved && row.closeStatus === open)
      const { values, faulty } = readEach(
        approvedOnes,
        () => undefined,
        (row) => purchaseOf(row as Row),
      )
      for (const { problem } of faulty)
        log('error', 'an item of a source cannot be read', { connector: name, problem, alarm: true })
      return values
        .filter((line) => line.sku === sku && line.orderedQty > line.receivedQty)
        .sort((a, b) => (a.dueMs ?? Number.MAX_SAFE_INTEGER) - (b.dueMs ?? Number.MAX_SAFE_INTEGER))
    },
  }
}

function purchaseOf(row: Row): PurchaseLine {
  const number = (key: string) => Math.floor(needed(numberOf(row, key), key))
  return told<PurchaseLine>({
    billNo: needed(textAt(row.billNo, 'billNo'), 'billNo'),
    sku: needed(textAt(row.sku, 'sku'), 'sku'),
    supplier: textAt(row.supplier, 'supplier'),
    orderedQty: number('ordered'),
    receivedQty: number('received'),
    dueMs: beijingAt(row.due, 'due'),
    modifiedAtMs: needed(beijingAt(row.modified, 'modified'), 'modified'),
  })
}

/** Amounts are decimals, bare or as text. */
function numberOf(row: Row, key: string): number | undefined {
  const text = textAt(row[key], key)
  if (text === undefined) return undefined
  if (!/^-?\d{1,12}(?:\.\d+)?$/.test(text)) throw new BadPayload(`${key} is no number`)
  return Number(text)
}

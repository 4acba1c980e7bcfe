import { z } from 'zod'
import type { Receivable, ReceivableSource } from '../hub/back-office-port.ts'
import { BadPayload, Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText } from '../runtime/json.ts'
import { adapter, addressForm } from './adapter.ts'
import { patiently } from './patience.ts'
import { type U8Call, u8Calls } from './u8-calls.ts'
import { beijingText, listAt, needed, wholeAt, yuanAt } from './wire-values.ts'

const accountForm = z.strictObject({
  /** 客户编码 of U8. */
  code: z.string().trim().min(1).max(60),
  /** The distributor's shop, as its orders name it. */
  shop: z.string().trim().min(1).max(64),
})

const settings = z.strictObject({
  fromAccount: z.string().trim().min(1),
  toAccount: z.string().trim().min(1),
  appKey: z.string().trim().min(1),
  appSecret: z.string().min(1),
  dsSequence: z.number().int().min(1).optional(),
  /** Customers of the accounts that are called otherwise than the shop they buy through. */
  accounts: z.array(accountForm).default([]),
  /** Which column holds what is still owed: unconfirmed in the vendor's documents, so look at one row first. */
  remainField: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,40}$/i)
    .default('remain_amount'),
  callsPerMinute: z.number().int().min(1).max(600).default(60),
  baseUrl: addressForm('https://api.yonyouup.com'),
})

/** Unconfirmed: the example of the documents has 20. */
const rowsPerPage = 100
/** What comes beyond it is no book of this firm, but a list that does not end. */
const mostPages = 2_000
/** The issue asks for every night; the agent may be off then, and the copy is late after a day. */
const everyMs = 6 * 3_600_000

/** 用友 U8 OpenAPI: what customers owe, by 应收单 (open.yonyouup.com, V12 and later, 2026-11-23). */
export const u8 = adapter(settings, (name, given, parts) => {
  const at = parts.vendor({ name, perSecond: given.callsPerMinute / 60, atOnce: 1 })
  const call = u8Calls(given, { at, tokens: parts.tokens, log: parts.log })
  const shops = new Map(given.accounts.map(({ code, shop }) => [code, shop]))
  const read = (row: Json) => receivableOf(row, given.remainField, shops)
  const receivables: ReceivableSource = {
    name,
    // a second one has a freshness of its own: the silence of one must not hide behind the other
    source: `erp.${name}`,
    everyMs,
    codeOf: (shop) => given.accounts.find((one) => one.shop === shop)?.code ?? shop,
    receivables: async function* ({ customerCode, fromMs, toMs }, signal) {
      const query = {
        date_begin: dayText(fromMs),
        date_end: dayText(toMs),
        ...(customerCode !== undefined && { cust_vendor_code: customerCode }),
      }
      // somebody waits for one customer, nobody for all of them
      const ask = (page: number) => {
        const run = () => pageOf(call, query, page, signal)
        return customerCode === undefined ? patiently(parts.clock, signal, run) : run()
      }
      for await (const rows of pages(ask)) yield rows.map(read)
    },
  }
  return {
    receivables,
    check: async (signal) => {
      const nowMs = parts.clock.nowMs()
      await pageOf(call, { date_begin: dayText(nowMs), date_end: dayText(nowMs) }, 1, signal)
    },
  }
})

type Page = {
  readonly rows: readonly Json[]
  readonly pageCount: number
  /** Of all pages, where it is told. */
  readonly rowCount?: number | undefined
}

async function pageOf(
  call: U8Call,
  query: Readonly<Record<string, string>>,
  page: number,
  signal: AbortSignal,
): Promise<Page> {
  const paged = { ...query, page_index: String(page), rows_per_page: String(rowsPerPage) }
  const answer = await call('/api/oughtreceivelist/batch_get', paged, signal)
  if (answer === undefined) return { rows: [], pageCount: 0 }
  const rows = listAt(needed(jsonAt(answer, 'oughtreceivelist'), 'oughtreceivelist'), 'oughtreceivelist')
  const pageCount = needed(wholeAt(jsonAt(answer, 'page_count'), 'page_count'), 'page_count')
  return { rows, pageCount, rowCount: wholeAt(jsonAt(answer, 'row_count'), 'row_count') }
}

/**
 * All pages, or Unreachable: half a page, a page that came twice, and a list that ends early would each make a debt smaller than
 * it is. Bills are told apart by their number.
 */
async function* pages(ask: (page: number) => Promise<Page>): AsyncGenerator<readonly Json[]> {
  const seen = new Set<string>()
  for (let page = 1; page <= mostPages; page++) {
    const { rows, pageCount, rowCount = 0 } = await ask(page)
    if (page < pageCount && rows.length < rowsPerPage)
      throw new Unreachable(`page ${page} of ${pageCount} has ${rows.length} rows`)
    if (page > 1 && page === pageCount && rows.length === 0) throw new Unreachable(`page ${page} came without rows`)
    for (const row of rows) {
      const no = needed(jsonText(row, 'code'), 'code')
      if (seen.has(no)) throw new Unreachable(`a bill of page ${page} came before: a page was repeated`)
      seen.add(no)
    }
    if (page >= pageCount && seen.size < rowCount) throw new Unreachable(`${seen.size} of ${rowCount} bills came`)
    yield rows
    if (page >= pageCount) return
  }
  throw new BadPayload(`the list of receivables has more than ${mostPages} pages`)
}

/** A row that cannot be read ends the whole reading: left out, it would be a debt that nobody sees. */
function receivableOf(row: Json, remainField: string, shops: ReadonlyMap<string, string>): Receivable {
  const code = needed(jsonText(row, 'cust_vendor_code'), 'cust_vendor_code')
  const remain = yuanAt(jsonAt(row, remainField), remainField)
  if (remain === undefined)
    throw new BadPayload(`${remainField} is missing: see which column holds what is owed and set remainField`)
  return {
    customerCode: code,
    shop: shops.get(code) ?? code,
    billNo: needed(jsonText(row, 'code'), 'code'),
    amountFen: needed(yuanAt(jsonAt(row, 'natamount') ?? jsonAt(row, 'amount'), 'amount'), 'amount'),
    remainFen: remain,
  }
}

const dayText = (atMs: number): string => beijingText(atMs).slice(0, 10)

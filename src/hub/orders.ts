import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { nearNumbers } from './near-numbers.ts'
import {
  type Channel,
  channels,
  type Found,
  type OrderFacts,
  type OrderFilter,
  type OrderKey,
  type OrderLookup,
  type TrackState,
} from './order-facts.ts'
import { listStatement } from './order-list-sql.ts'
import { normaliseOrderNo } from './order-no.ts'
import { findStatement, nearestText, type Statement, trackText } from './order-sql.ts'
import { type OrderRow, orderView } from './order-view.ts'
import type { PersonalData } from './personal.ts'
import { parsePhone } from './phone.ts'
import { plainToken } from './token.ts'
import { normaliseWaybill } from './waybill-no.ts'

const dayMs = 86_400_000

/** A phone tail alone fits many people: without name or window only orders this young are looked at. */
const tailWindowMs = 60 * dayMs
/** A list without window: unshipped orders are few however old, anything else is asked about by the week. */
const listWindowMs = { unshipped: 60 * dayMs, other: 7 * dayMs } as const
/** Year 9999: the far end of an open window. */
const endOfTimeMs = 253_402_300_799_000

/** In this order, so that one wish is one statement. Signed parcels are no list: their orders are. */
const openStates: readonly TrackState[] = ['created', 'collected', 'in_transit', 'delivering', 'exception']

const mostOrders = 50
/** A privacy number is lent to many buyers and only the extension tells them apart, which stands inside the seal. */
const mostOfOnePrivacyNumber = 200

/** How much one look-up may bring: orders, and tracking nodes of each parcel. */
export type LookupSize = { readonly orders: number; readonly nodes: number }

const shownSize: LookupSize = { orders: mostOrders, nodes: 20 }

/** The look-ups of the order hub; `clock` is for windows that count back from now and for who holds an order. */
export function orderLookup(
  database: Database,
  personal: PersonalData,
  clock: Clock,
  listSize: LookupSize = shownSize,
): OrderLookup {
  const { sql } = database
  const run = async (statement: Statement, values: Values): Promise<OrderRow[]> =>
    sql.unsafe<OrderRow[]>(statement.text, valuesFor(statement, values), { prepare: true })
  const views = (rows: readonly OrderRow[]) => rows.map((row) => orderView(row, personal, clock.nowMs()))

  return {
    find: async (key, filter) => {
      if (key.kind === 'name' && !filter.window) return { orders: [], more: false, needs: 'window' }
      const question = questionOf(key, filter, personal, clock.nowMs())
      if (!question) return nothing
      const orders = views(await run(question.statement, question.values)).filter(question.keep)
      return cut(orders.filter(notInParts(orders)), limitOf(filter))
    },

    list: async (filter) => {
      const { stage, by, parcelStates } = filter
      const delay = plain(filter.delayReason)
      const states = parcelStates && openStates.filter((state) => parcelStates.includes(state))
      if (states?.length === 0) return { ...nothing, total: 0 }
      const statement = listOf({
        product: plain(filter.product) !== undefined,
        stage,
        by,
        parcelStates: states,
        delay: delay !== undefined,
        nodes: listSize.nodes,
      })
      const span = stage === 'paid' ? listWindowMs.unshipped : listWindowMs.other
      const rows = await run(statement, {
        ...windowOf(filter, clock.nowMs() - span),
        channel: filter.channel ? [filter.channel] : [...channels],
        product: plain(filter.product),
        stage,
        delay,
        limit: limitOf(filter, listSize.orders) + 1,
        offset: Math.max(0, Math.trunc(filter.offset ?? 0)),
      })
      return { ...cut(views(rows), limitOf(filter, listSize.orders)), total: Math.min(rows[0]?.total ?? 0, 10_000) }
    },

    nearest: async (orderNo, limit) => {
      const near = nearNumbers(normaliseOrderNo(orderNo))
      const hubNos = near.filter((number) => number.startsWith('SO'))
      type Near = { readonly orderNo: string; readonly channel: Channel; readonly id: string }
      return sql.unsafe<Near[]>(nearestText, [near as string[], hubNos, limit], { prepare: true })
    },

    track: async (orderId) =>
      views(await sql.unsafe<OrderRow[]>(trackText, [plain(orderId) ?? ''], { prepare: true }))[0],
  }
}

/** An order that its platform split is shown by its parts, where they are among what was found. */
function notInParts(found: readonly OrderFacts[]): (order: OrderFacts) => boolean {
  return ({ channel, shop, orderNo, stage }) =>
    stage !== 'cancelled' ||
    found.every((one) => one.splitFrom !== orderNo || one.channel !== channel || one.shop !== shop)
}

const nothing: Found = { orders: [], more: false }

type Values = {
  readonly value?: string | Buffer
  readonly fromMs: number
  readonly toMs: number
  readonly limit: number
  readonly channel?: string | string[] | undefined
  readonly product?: string | undefined
  readonly name?: string | undefined
  readonly stage?: string | undefined
  readonly delay?: string | undefined
  readonly offset?: number | undefined
  readonly backFromMs?: number | undefined
  readonly backToMs?: number | undefined
}

type Question = { readonly statement: Statement; readonly values: Values; keep(order: OrderFacts): boolean }

/** The statement and its values for a key; undefined when nothing can carry such a key (a phone that is no number). */
function questionOf(key: OrderKey, filter: OrderFilter, personal: PersonalData, nowMs: number): Question | undefined {
  const name = key.kind === 'phone-tail' ? plain(key.name) : undefined
  const statement = findOf(key.kind, {
    channel: filter.channel !== undefined,
    product: plain(filter.product) !== undefined,
    name: name !== undefined,
    returned: filter.returned !== undefined,
  })
  const bare = key.kind === 'phone-tail' && name === undefined
  const values = {
    ...windowOf(filter, bare ? nowMs - tailWindowMs : 0),
    channel: filter.channel,
    product: plain(filter.product),
    name,
    backFromMs: filter.returned?.fromMs,
    backToMs: filter.returned?.toMs,
    limit: limitOf(filter) + 1,
  }
  if (key.kind !== 'phone') return { statement, values: { ...values, value: plainValue(key) }, keep: () => true }
  const phone = parsePhone(key.value)
  const hash = personal.phoneHash(key.value)
  if (!phone || !hash) return undefined
  if (!phone.extension) return { statement, values: { ...values, value: hash }, keep: () => true }
  const keep = (order: OrderFacts) => order.phone === phone.text
  return { statement, values: { ...values, value: hash, limit: mostOfOnePrivacyNumber }, keep }
}

function plainValue(key: Exclude<OrderKey, { kind: 'phone' }>): string {
  switch (key.kind) {
    case 'hub-no':
    case 'order-no':
    case 'return-no':
      return normaliseOrderNo(key.value)
    case 'waybill-no':
      return normaliseWaybill(key.value)
    case 'phone-tail':
    case 'number-tail':
      return plainToken(key.value)
    case 'name':
      return plain(key.value) ?? ''
  }
}

/** Typed words without control signs (Postgres takes no NUL) and blanks around them; undefined when nothing is left. */
function plain(text: string | undefined): string | undefined {
  return text?.replace(/\p{Cc}/gu, '').trim() || undefined
}

function windowOf(filter: OrderFilter, defaultFromMs: number): { readonly fromMs: number; readonly toMs: number } {
  return filter.window ?? { fromMs: defaultFromMs, toMs: endOfTimeMs }
}

function limitOf(filter: OrderFilter, most = mostOrders): number {
  return Math.max(1, Math.min(most, Math.trunc(filter.limit)))
}

function cut(orders: readonly OrderFacts[], limit: number): Found {
  return { orders: orders.slice(0, limit), more: orders.length > limit }
}

function valuesFor({ slots }: Statement, values: Values) {
  return slots.map((slot) => values[slot] ?? null)
}

const findOf = remembered(findStatement)
const listOf = remembered(listStatement)

/** Statement texts are built once per form, so that the driver finds each prepared one again under the same text. */
function remembered<A extends readonly unknown[]>(build: (...form: A) => Statement): (...form: A) => Statement {
  const built = new Map<string, Statement>()
  return (...form) => {
    const name = JSON.stringify(form)
    const statement = built.get(name) ?? build(...form)
    built.set(name, statement)
    return statement
  }
}

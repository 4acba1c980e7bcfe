import type { Database } from '../db/client.ts'
import type { Channel } from './order-facts.ts'
import type { PersonalData } from './personal.ts'
import { plainToken } from './token.ts'

/** What a person gave to find a customer by. `shop` is a distributor's code (JXS03). */
export type CustomerKey =
  | { readonly kind: 'phone'; readonly value: string }
  | { readonly kind: 'phone-tail'; readonly value: string; readonly name?: string }
  | { readonly kind: 'name'; readonly value: string }
  | { readonly kind: 'shop'; readonly value: string }

/** Enough to tell one customer from the next. `orderId` is their newest order. */
export type CustomerBrief = {
  readonly customerId: string
  readonly orderId: string
  readonly name: string
  readonly phone?: string
  readonly level: string
  readonly channel: Channel
  readonly region?: string
}

/** What a customer owes, as the ERP last said. */
export type Arrears = { readonly fen: bigint; readonly source: string; readonly checkedAtMs: number }

/** Who somebody is to the firm. Times epoch ms. */
export type CustomerProfile = {
  readonly customerId: string
  readonly name: string
  readonly phone?: string
  readonly level: string
  readonly tags: readonly string[]
  /** Accounts found to be this person's by evidence, newest first; each can be taken out again. */
  readonly merges: readonly { readonly id: string; readonly percent: number }[]
  /** Most used first; 0 orders where only the account is known. */
  readonly channels: readonly { readonly channel: Channel; readonly orders: number }[]
  /** What they did without ordering, newest first, one a channel and deed. */
  readonly trail: readonly { readonly channel: Channel; readonly deed: 'cart' | 'consult'; readonly atMs: number }[]
  readonly orders: number
  readonly firstOrderMs: number
  readonly last: {
    readonly orderId: string
    readonly channel: Channel
    readonly orderNo: string
    readonly atMs: number
  }
  /** Returns applied for in the last 90 days. */
  readonly returns90: number
  /** Only when it was asked for; undefined then = the ERP was never asked, which is not "nothing". */
  readonly arrears?: Arrears
}

export type ProfileLookup = {
  /** Distinct customers behind the newest orders that fit, newest first. */
  find(
    key: CustomerKey,
    limit: number,
  ): Promise<{ readonly customers: readonly CustomerBrief[]; readonly more: boolean }>
  /** The customer of an order; undefined when the order has not been joined to anybody. */
  ofOrder(orderId: string, nowMs: number, wish: { readonly arrears: boolean }): Promise<CustomerProfile | undefined>
}

/** Orders looked at for one key: a name or tail that fits more is too common to choose from anyway. */
const mostOrders = 500

type BriefRow = Omit<CustomerBrief, 'phone' | 'region'> & {
  readonly isAccount: boolean
  readonly phoneEnc: Buffer | null
  readonly region: string | null
}

/** Customers by what people know of them: the orders they placed lead to them, each by an index of its own. */
export function profileLookup({ sql }: Pick<Database, 'sql'>, personal: PersonalData): ProfileLookup {
  const phoneOf = (phoneEnc: Buffer | null) => (phoneEnc === null ? {} : { phone: personal.open(phoneEnc, 'phone') })
  const where = (key: CustomerKey) => {
    switch (key.kind) {
      case 'phone': {
        const hash = personal.phoneHash(key.value)
        return hash && sql`o.phone_hash = ${hash}`
      }
      case 'phone-tail':
        return sql`o.phone_tail = ${plainToken(key.value)}::char(4) ${key.name === undefined ? sql`` : sql`AND o.consignee_name = ${plainWords(key.name)}`}`
      case 'name':
        return sql`o.consignee_name = ${plainWords(key.value)}`
      case 'shop':
        return sql`o.channel = 'distributor' AND o.shop = ${plainToken(key.value)}`
    }
  }
  return {
    find: async (key, limit) => {
      const fits = where(key)
      if (fits === undefined) return { customers: [], more: false }
      // many buy through a distributor, but its own account is the one the ERP keeps receivables of
      const account =
        key.kind === 'shop' ? sql`EXISTS (SELECT 1 FROM receivables v WHERE v.customer_id = c.id)` : sql`false`
      const rows = await sql<BriefRow[]>`
        WITH hit AS MATERIALIZED (
          SELECT o.id, o.customer_id, o.ordered_at FROM orders o WHERE ${fits} AND o.customer_id IS NOT NULL
          ORDER BY o.ordered_at DESC LIMIT ${mostOrders}
        ), person AS (
          SELECT h.*, coalesce(c.merged_into, c.id) AS root FROM hit h JOIN customers c ON c.id = h.customer_id
        ), newest AS (SELECT DISTINCT ON (root) * FROM person ORDER BY root, ordered_at DESC, id DESC)
        SELECT c.id AS "customerId", o.id AS "orderId", c.display_name AS name, c.level, o.channel, o.region, o.phone_enc AS "phoneEnc",
          ${account} AS "isAccount"
        FROM newest n JOIN orders o ON o.id = n.id JOIN customers c ON c.id = n.root
        ORDER BY "isAccount" DESC, n.ordered_at DESC, n.id DESC LIMIT ${limit + 1}`
      const accounts = rows.filter(({ isAccount }) => isAccount)
      const customers = (accounts.length > 0 ? accounts : rows).map(({ phoneEnc, region, isAccount: _, ...row }) => ({
        ...row,
        ...phoneOf(phoneEnc),
        ...(region !== null && { region }),
      }))
      return { customers: customers.slice(0, limit), more: customers.length > limit }
    },
    ofOrder: async (orderId, nowMs, { arrears }) => {
      const [row] = await sql<ProfileRow[]>`${profileText(sql, orderId, nowMs)}`
      if (row === undefined) return undefined
      const { phoneEnc, channels, ...profile } = row
      const owed = arrears ? await arrearsOf(sql, row.customerId) : undefined
      return {
        ...profile,
        channels: channels ?? [],
        ...phoneOf(phoneEnc),
        ...(owed !== undefined && { arrears: owed }),
      }
    },
  }
}

type ProfileRow = Omit<CustomerProfile, 'phone' | 'arrears' | 'channels'> & {
  readonly phoneEnc: Buffer | null
  readonly channels: CustomerProfile['channels'] | null
}

function profileText(sql: Database['sql'], orderId: string, nowMs: number) {
  const ms = (column: string) => sql.unsafe(`round(extract(epoch FROM ${column}) * 1000)::float8`)
  return sql`
    WITH root AS MATERIALIZED (
      SELECT coalesce(c.merged_into, c.id) AS id FROM orders a JOIN customers c ON c.id = a.customer_id WHERE a.id = ${orderId}
    ), person AS MATERIALIZED (
      SELECT id FROM root UNION SELECT c.id FROM customers c JOIN root ON c.merged_into = root.id
    ), own AS MATERIALIZED (
      SELECT o.id, o.channel, o.order_no, o.ordered_at FROM orders o JOIN person ON o.customer_id = person.id
    ), touched AS MATERIALIZED (
      SELECT t.channel, t.deed, t.happened_at AS at FROM customer_identities i
      JOIN crm_touches t ON t.kind = i.kind AND t.value_hash = i.value_hash WHERE i.customer_id IN (SELECT id FROM person)
    ), newest AS (SELECT * FROM own ORDER BY ordered_at DESC, id DESC LIMIT 1)
    SELECT c.id AS "customerId", c.display_name AS name, c.level, c.tags, l.phone_enc AS "phoneEnc",
      (SELECT coalesce(json_agg(json_build_object('id', m.id::text, 'percent', round(m.score * 100)::int) ORDER BY m.id DESC), '[]')
        FROM customer_merges m JOIN person p ON p.id = m.merged_id WHERE m.state = 'merged') AS merges,
      (SELECT json_agg(json_build_object('channel', k.channel, 'orders', k.orders) ORDER BY k.orders DESC, k.channel)
        FROM (SELECT channel, count(id)::int AS orders FROM (SELECT channel, id FROM own UNION ALL
            SELECT split_part(i.kind, '.', 1), NULL FROM customer_identities i
            WHERE i.customer_id IN (SELECT id FROM person) AND i.kind LIKE '%.buyer'
            UNION ALL SELECT channel, NULL FROM touched) known GROUP BY channel) k) AS channels,
      (SELECT coalesce(json_agg(json_build_object('channel', t.channel, 'deed', t.deed, 'atMs', ${ms('t.at')}) ORDER BY t.at DESC), '[]')
        FROM (SELECT channel, deed, max(at) AS at FROM touched GROUP BY channel, deed ORDER BY 3 DESC LIMIT 3) t) AS trail,
      (SELECT count(*) FROM own)::int AS orders, (SELECT ${ms('min(own.ordered_at)')} FROM own) AS "firstOrderMs",
      json_build_object('orderId', n.id, 'channel', n.channel, 'orderNo', n.order_no, 'atMs', ${ms('n.ordered_at')}) AS last,
      (SELECT count(*) FROM own JOIN returns r ON r.order_id = own.id
        WHERE r.applied_at > to_timestamp(${nowMs}::float8 / 1000) - interval '90 days')::int AS "returns90"
    FROM newest n JOIN orders l ON l.id = n.id CROSS JOIN root JOIN customers c ON c.id = root.id`
}

async function arrearsOf(sql: Database['sql'], customerId: string): Promise<Arrears | undefined> {
  const [row] = await sql<Arrears[]>`
    SELECT arrears_fen AS fen, source, round(extract(epoch FROM checked_at) * 1000)::float8 AS "checkedAtMs"
    FROM receivables WHERE customer_id = ${customerId}`
  return row
}

/** Typed words without control signs; Postgres takes no NUL. */
function plainWords(text: string): string {
  return text.replace(/\p{Cc}/gu, '').trim()
}

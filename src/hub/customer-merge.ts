import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Audit } from './audit.ts'
import { applyLevels } from './crm-told.ts'
import { compareNames, type Evidence, mergeFrom, mergeScore, shareAddress, suggestFrom } from './customer-evidence.ts'
import type { PersonalData } from './personal.ts'
import type { Sql } from './write.ts'

export type CustomerMerges = {
  /** Weighs what orders told since the last call, at most `limit` of them; returns how many were weighed. */
  settle(limit: number): Promise<number>
  /** Takes one merge back with everything that came by it; it is never made again by itself. */
  undo(id: string, memberId: string): Promise<'undone' | 'already' | 'unknown'>
}

export type MergeParts = {
  readonly database: Pick<Database, 'sql'>
  readonly personal: PersonalData
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  /** What a customer is called who buys on several channels. */
  readonly severalChannels: string
}

type Link = {
  readonly orderId: string
  readonly kind: string
  readonly hash: Buffer
  readonly phoneOwner: string | null
}

/** Orders compared of each side: enough to know a person by, few enough to open their addresses. */
const mostCompared = 10
/** Any number nobody else locks in this database: merges are made one after the other. */
const mergeLock = 7_238_011

/** Who is one person with whom. Orders keep their own account; only the accounts point to each other, so all of it can be undone. */
export function customerMerges(parts: MergeParts): CustomerMerges {
  const { sql } = parts.database
  return {
    settle: (limit) =>
      sql.begin(async (tx) => {
        await tx`SELECT pg_advisory_xact_lock(${mergeLock})`
        const links = await freshLinks(tx, limit)
        for (const link of links) await settleLink(parts, tx, link)
        const touched = await tx<{ id: string }[]>`
          DELETE FROM customer_touches WHERE customer_id IN (SELECT customer_id FROM customer_touches LIMIT ${limit})
          RETURNING customer_id AS id`
        await tag(
          parts,
          tx,
          touched.map(({ id }) => id),
        )
        return links.length + touched.length
      }),
    undo: (id, memberId) => sql.begin((tx) => undo(parts, tx, id, memberId)),
  }
}

async function freshLinks(tx: Sql, limit: number): Promise<readonly Link[]> {
  return tx<Link[]>`
    WITH taken AS (
      SELECT order_id, kind, value_hash FROM customer_links WHERE fresh ORDER BY order_id LIMIT ${limit} FOR UPDATE SKIP LOCKED
    )
    UPDATE customer_links l SET fresh = false FROM taken t JOIN orders o ON o.id = t.order_id
    LEFT JOIN customer_identities p ON p.kind = 'phone' AND p.value_hash = o.phone_hash AND NOT o.phone_virtual
    WHERE l.order_id = t.order_id AND l.kind = t.kind AND l.value_hash = t.value_hash
    RETURNING l.order_id AS "orderId", l.kind, l.value_hash AS hash, p.customer_id AS "phoneOwner"`
}

/** The account gets a customer of its own; an order without a real phone belongs to it, one with a phone is weighed. */
async function settleLink(parts: MergeParts, tx: Sql, link: Link): Promise<void> {
  const owner = await ownerOf(parts, tx, link)
  if (link.phoneOwner === null) {
    await tx`UPDATE orders SET customer_id = ${owner} WHERE id = ${link.orderId} AND customer_id IS DISTINCT FROM ${owner}`
    await tx`INSERT INTO customer_touches (customer_id) VALUES (${owner}) ON CONFLICT DO NOTHING`
    // an order more of the account's own may say what one with both could not
    for (const other of await phonesOf(tx, link)) await weigh(parts, tx, { ...link, phoneOwner: other }, owner)
    return
  }
  await weigh(parts, tx, { ...link, phoneOwner: link.phoneOwner }, owner)
}

async function ownerOf({ personal }: MergeParts, tx: Sql, { kind, hash, orderId }: Link): Promise<string> {
  const [known] = await tx<{ id: string }[]>`
    SELECT customer_id AS id FROM customer_identities WHERE kind = ${kind} AND value_hash = ${hash}`
  if (known) return known.id
  const id = `cu_${personal.hash('customer', `${kind}:${hash.toString('hex')}`).toString('hex')}`
  await tx`
    INSERT INTO customers (id, display_name) SELECT ${id}, coalesce(consignee_name, '') FROM orders WHERE id = ${orderId}
    ON CONFLICT DO NOTHING`
  await tx`
    INSERT INTO customer_identities (kind, value_hash, customer_id) VALUES (${kind}, ${hash}, ${id}) ON CONFLICT DO NOTHING`
  return id
}

async function phonesOf(tx: Sql, { kind, hash }: Link): Promise<readonly string[]> {
  const rows = await tx<{ id: string }[]>`
    SELECT DISTINCT p.customer_id AS id FROM customer_links l JOIN orders o ON o.id = l.order_id
    JOIN customer_identities p ON p.kind = 'phone' AND p.value_hash = o.phone_hash AND NOT o.phone_virtual
    WHERE l.kind = ${kind} AND l.value_hash = ${hash} LIMIT 4`
  return rows.map(({ id }) => id)
}

type Weighed = Link & { readonly phoneOwner: string }

async function weigh(parts: MergeParts, tx: Sql, link: Weighed, account: string): Promise<void> {
  const [kept, merged] = [await rootOf(tx, link.phoneOwner), await rootOf(tx, account)]
  if (kept === merged) return
  const evidence = await evidenceOf(parts, tx, link)
  const score = mergeScore(evidence)
  if (score < suggestFrom) return
  const state = score >= mergeFrom ? 'merged' : 'suggested'
  const moved = await tx<{ id: string }[]>`SELECT id FROM customers WHERE merged_into = ${merged}`
  const rows = await tx`
    INSERT INTO customer_merges (kept_id, merged_id, moved_ids, score, evidence, state, made_at)
    VALUES (${kept}, ${merged}, ${moved.map(({ id }) => id)}, ${score}, ${tx.json(evidence)}, ${state},
      to_timestamp(${parts.clock.nowMs()}::float8 / 1000))
    ON CONFLICT (kept_id, merged_id) DO UPDATE
    SET score = excluded.score, evidence = excluded.evidence, state = excluded.state, moved_ids = excluded.moved_ids
    WHERE customer_merges.state = 'suggested'
    RETURNING id`
  if (rows.length === 0 || state !== 'merged') return
  await tx`UPDATE customers SET merged_into = ${kept} WHERE id = ${merged} OR merged_into = ${merged}`
  await tag(parts, tx, [kept])
  const detail = { kept, merged, score, ...evidence }
  await parts.audit.append(tx, { actor: 'customers', action: 'customer.merged', subject: `customer:${kept}`, detail })
}

async function rootOf(tx: Sql, id: string): Promise<string> {
  const [row] = await tx<{ root: string }[]>`SELECT coalesce(merged_into, id) AS root FROM customers WHERE id = ${id}`
  return row?.root ?? id
}

type Side = { readonly name: string | null; readonly address: Buffer | null }

async function evidenceOf({ personal }: MergeParts, tx: Sql, link: Weighed): Promise<Evidence> {
  const { kind, hash, phoneOwner } = link
  const [counts] = await tx<{ both: number; phones: number; accounts: number }[]>`
    WITH own AS (
      SELECT o.id, p.customer_id FROM customer_links l JOIN orders o ON o.id = l.order_id
      JOIN customer_identities p ON p.kind = 'phone' AND p.value_hash = o.phone_hash AND NOT o.phone_virtual
      WHERE l.kind = ${kind} AND l.value_hash = ${hash}
    )
    SELECT count(*) FILTER (WHERE customer_id = ${phoneOwner})::int AS both,
      count(DISTINCT customer_id) FILTER (WHERE customer_id <> ${phoneOwner})::int AS phones,
      (SELECT count(DISTINCT x.value_hash) FROM orders o JOIN customer_links x ON x.order_id = o.id
        WHERE o.customer_id = ${phoneOwner} AND x.kind = ${kind} AND x.value_hash <> ${hash})::int AS accounts
    FROM own`
  const [account, phone] = await Promise.all([
    tx<Side[]>`
      SELECT o.consignee_name AS name, o.address_enc AS address FROM customer_links l JOIN orders o ON o.id = l.order_id
      WHERE l.kind = ${kind} AND l.value_hash = ${hash} AND (o.phone_hash IS NULL OR o.phone_virtual)
      ORDER BY o.ordered_at DESC LIMIT ${mostCompared}`,
    tx<Side[]>`
      SELECT o.consignee_name AS name, o.address_enc AS address FROM orders o
      WHERE o.customer_id = ${phoneOwner} ORDER BY o.ordered_at DESC LIMIT ${mostCompared}`,
  ])
  const names = (side: readonly Side[]) => side.flatMap(({ name }) => name ?? [])
  const addresses = (side: readonly Side[]) =>
    side.flatMap(({ address }) => (address === null ? [] : personal.open(address, 'address')))
  return {
    account: kind === 'member' ? 'member' : 'buyer',
    ordersWithBoth: counts?.both ?? 0,
    otherPhones: counts?.phones ?? 0,
    otherAccounts: counts?.accounts ?? 0,
    names: compareNames(names(account), names(phone)),
    sameAddress: shareAddress(addresses(account), addresses(phone)),
  }
}

/** Who buys, fills a cart or asks on two channels or more carries the tag, and nobody else does; levels of a CRM go with it. */
async function tag({ severalChannels }: MergeParts, tx: Sql, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx`
    WITH root AS (SELECT DISTINCT coalesce(c.merged_into, c.id) AS id FROM customers c WHERE c.id = ANY(${[...ids]}::text[])),
    person AS (SELECT root.id AS root, c.id FROM root JOIN customers c ON c.id = root.id OR c.merged_into = root.id),
    told AS (
      SELECT id, count(DISTINCT channel) AS channels FROM (
        SELECT p.root AS id, o.channel FROM person p JOIN orders o ON o.customer_id = p.id
        UNION ALL
        SELECT p.root, t.channel FROM person p JOIN customer_identities i ON i.customer_id = p.id
        JOIN crm_touches t ON t.kind = i.kind AND t.value_hash = i.value_hash
      ) seen GROUP BY id
    )
    UPDATE customers c SET tags = CASE WHEN coalesce(t.channels, 0) >= 2
      THEN array_append(array_remove(c.tags, ${severalChannels}), ${severalChannels})
      ELSE array_remove(c.tags, ${severalChannels}) END
    FROM root LEFT JOIN told t ON t.id = root.id WHERE c.id = root.id
      AND (coalesce(t.channels, 0) >= 2) IS DISTINCT FROM (${severalChannels} = ANY(c.tags))`
  const roots = await tx<{ id: string }[]>`
    SELECT DISTINCT coalesce(merged_into, id) AS id FROM customers WHERE id = ANY(${[...ids]}::text[])`
  await applyLevels(
    tx,
    roots.map(({ id }) => id),
  )
}

async function undo(
  parts: MergeParts,
  tx: Sql,
  id: string,
  memberId: string,
): Promise<'undone' | 'already' | 'unknown'> {
  await tx`SELECT pg_advisory_xact_lock(${mergeLock})`
  if (!/^\d{1,18}$/.test(id)) return 'unknown'
  const [row] = await tx<{ kept: string; merged: string; moved: string[]; state: string }[]>`
    SELECT kept_id AS kept, merged_id AS merged, moved_ids AS moved, state FROM customer_merges WHERE id = ${id}::bigint FOR UPDATE`
  if (row === undefined) return 'unknown'
  if (row.state !== 'merged') return 'already'
  const { kept, merged, moved } = row
  const root = await rootOf(tx, merged)
  await tx`
    UPDATE customer_merges SET state = 'undone', undone_at = to_timestamp(${parts.clock.nowMs()}::float8 / 1000), undone_by = ${memberId}
    WHERE id = ${id}::bigint`
  await tx`UPDATE customers SET merged_into = NULL WHERE id = ${merged}`
  // one that was taken out by itself since then stays out
  await tx`UPDATE customers SET merged_into = ${merged} WHERE id = ANY(${moved}::text[]) AND merged_into IS NOT NULL`
  await tag(parts, tx, [root, merged])
  const entry = {
    actor: memberId,
    action: 'customer.split',
    subject: `customer:${kept}`,
    detail: { kept, merged, moved },
  }
  await parts.audit.append(tx, entry)
  return 'undone'
}

import type { Database } from '../../src/db/client.ts'
import type { SourceOrder } from '../../src/hub/order-facts.ts'
import type { PersonalData } from '../../src/hub/personal.ts'
import { sampleOrder } from '../src/hub/sample-order.ts'
import type { TruthOrder } from './people-truth.ts'

/** An order of the labelled set as a channel tells it; `n` makes its number. */
export function truthOrder({ channel, account, member, phone, name, address }: TruthOrder, n: number): SourceOrder {
  const identities = [
    { kind: 'buyer' as const, value: account },
    ...(member === undefined ? [] : [{ kind: 'member' as const, value: member }]),
  ]
  return sampleOrder({ orderNo: `T${n}`, channel, phone, consigneeName: name, address, identities })
}

/** Of the merges that stand in the hub, how many are right: all accounts and phones they joined are one person's. */
export async function judgedMerges(
  { sql }: Pick<Database, 'sql'>,
  personal: PersonalData,
  truth: readonly TruthOrder[],
): Promise<{ readonly pairs: number; readonly right: number }> {
  const ownerOf = new Map<string, string>()
  const put = (kind: string, value: string, person: string) =>
    ownerOf.set(`${kind}:${personal.hash(kind, value).toString('hex')}`, person)
  for (const { channel, account, member, phone, buyer, receiver } of truth) {
    if (!phone.includes('-')) put('phone', phone, receiver)
    put(`${channel}.buyer`, account, buyer)
    if (member !== undefined) put('member', member, buyer)
  }
  const rows = await sql<{ keys: string[] }[]>`
    SELECT (SELECT array_agg(i.kind || ':' || encode(i.value_hash, 'hex')) FROM customer_identities i
      WHERE i.customer_id IN (m.kept_id, m.merged_id)) AS keys
    FROM customer_merges m WHERE m.state = 'merged'`
  const right = rows.filter(({ keys }) => {
    const owners = new Set(keys.map((key) => ownerOf.get(key)))
    return owners.size === 1 && !owners.has(undefined)
  })
  return { pairs: rows.length, right: right.length }
}

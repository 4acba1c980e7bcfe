/** What speaks for and against an account and a phone number being one person's. Counts are of orders and accounts. */
export type Evidence = {
  /** buyer: a platform's account · member: the firm's own membership, which its holder registered with the phone. */
  readonly account: 'buyer' | 'member'
  /** Orders that carry both the account and the phone number. */
  readonly ordersWithBoth: number
  /** Other real phone numbers the account has had goods sent to: presents, parents, resale. */
  readonly otherPhones: number
  /** Other accounts of the same platform that had goods sent to this phone: a porter's lodge, an agent. */
  readonly otherAccounts: number
  /** Unmasked names on orders of the account alone, beside those of the phone. unknown: there are none to compare. */
  readonly names: 'same' | 'mixed' | 'differ' | 'unknown'
  /** The one was sent without the other to one and the same whole address. */
  readonly sameAddress: boolean
}

/** From here on two are taken for one person; from `suggestFrom` on a person is asked. */
export const mergeFrom = 0.9
export const suggestFrom = 0.6

/** Orders with both: one may be a present, and so may two. */
const byOrders = [0, 0.5, 0.7, 0.85, 0.9] as const

/**
 * 0 to 1. What carries weight is repetition; name and address of orders that the account placed alone must agree with it, since
 * who always sends to the same parent looks like the parent. The weights are argued in docs/decisions/230-customers-by-evidence.md
 * and measured on the labelled set of tests/kit/people-truth.ts.
 */
export function mergeScore(evidence: Evidence): number {
  const { account, ordersWithBoth, otherPhones, otherAccounts, names, sameAddress } = evidence
  if (ordersWithBoth === 0) return 0
  const base = (byOrders[Math.min(ordersWithBoth, 4)] ?? 0) + (account === 'member' ? 0.1 : 0)
  const told = { same: 0.15, mixed: -0.15, differ: -0.4, unknown: 0 }[names] + (sameAddress ? 0.1 : 0)
  const doubt = 0.25 * Math.min(otherPhones, 2) + 0.25 * Math.min(otherAccounts, 2)
  return Math.min(1, Math.max(0, Number((base + told - doubt).toFixed(4))))
}

/** Whether all of our names are among theirs, some, or none; a masked name says nothing. */
export function compareNames(ours: readonly string[], theirs: readonly string[]): Evidence['names'] {
  const [mine, others] = [whole(ours), whole(theirs)]
  if (mine.size === 0 || others.size === 0) return 'unknown'
  const shared = [...mine].filter((name) => others.has(name)).length
  return shared === 0 ? 'differ' : shared === mine.size ? 'same' : 'mixed'
}

function whole(names: readonly string[]): ReadonlySet<string> {
  return new Set(
    names.map((name) => name.replace(/\s+/g, '')).filter((name) => [...name].length >= 2 && !/[*\uff0a]/.test(name)),
  )
}

/** True when some whole address of the one is one of the other; spelt alike but for spaces and width. */
export function shareAddress(ours: readonly string[], theirs: readonly string[]): boolean {
  const known = new Set(theirs.map(plainAddress).filter((text) => text !== undefined))
  return ours.some((address) => known.has(plainAddress(address) ?? ''))
}

/** Shorter ones name a town or a street only, and everybody lives there. */
const leastAddressChars = 12

function plainAddress(address: string): string | undefined {
  const text = address.normalize('NFKC').replace(/[\s,.;:-]+/g, '')
  return /\*/.test(text) || [...text].length < leastAddressChars || !/\d/.test(text) ? undefined : text
}

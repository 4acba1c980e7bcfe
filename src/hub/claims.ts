import type { SourceOrder } from './order-facts.ts'

/** Money is fen as decimal text, so that a claim is plain JSON. */
export type LineClaim = {
  readonly position: number
  readonly sku: string | null
  readonly name: string
  readonly spec: string | null
  readonly qty: number
  readonly amountFen: string | null
}
export type ClaimValue = string | number | LineClaim

/** One thing a source said of an order, and as of when (the source's own modification time). */
export type Claim = { readonly value: ClaimValue; readonly atMs: number }

/** By field name of SourceOrder; each line is a field of its own, `line:` and its key. */
export type Claims = ReadonlyMap<string, Claim>

export const linePrefix = 'line:'

const identity: ReadonlySet<string> = new Set(['channel', 'shop', 'orderNo', 'modifiedAtMs', 'lines', 'identities'])

/** What one snapshot says. A field it leaves out is not denied: sources tell an order in parts. */
export function claimsOf(order: SourceOrder): Claims {
  const atMs = order.modifiedAtMs
  const claims = new Map<string, Claim>()
  for (const [field, value] of Object.entries(order) as [string, string | number | bigint | undefined][]) {
    if (identity.has(field) || value === undefined) continue
    claims.set(field, { value: typeof value === 'bigint' ? String(value) : value, atMs })
  }
  order.lines.forEach((line, index) => {
    const { sku = null, name, spec = null, qty, amountFen } = line
    const value = {
      position: index + 1,
      sku,
      name,
      spec,
      qty,
      amountFen: amountFen === undefined ? null : String(amountFen),
    }
    claims.set(linePrefix + line.lineKey, { value, atMs })
  })
  return claims
}

/**
 * Both together: of each field the newest word stays, and of words of the same time the one that was there. Applied to the
 * same snapshots in any order, any number of times, it ends in the same claims.
 */
export function mergeClaims(stored: Claims, incoming: Claims): Claims {
  const merged = new Map(stored)
  for (const [field, claim] of incoming) {
    const known = merged.get(field)
    if (!known || claim.atMs > known.atMs) merged.set(field, claim)
  }
  return merged
}

/** One text for equal snapshots, whatever the order of their fields. */
export function claimsText(claims: Claims): string {
  return JSON.stringify(
    [...claims].map(([field, { value }]) => [field, value]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  )
}

/** True when two snapshots of the same time say different things of one field. Who told us is not what was told. */
export function contradicts(stored: Claims, incoming: Claims): boolean {
  return [...incoming].some(([field, claim]) => {
    const known = stored.get(field)
    return (
      field !== 'source' && known?.atMs === claim.atMs && JSON.stringify(known.value) !== JSON.stringify(claim.value)
    )
  })
}

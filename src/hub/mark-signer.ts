import { correctOrder } from './apply-corrections.ts'
import { lockOrder } from './cancel-order.ts'
import { signerValue } from './corrections.ts'
import type { PersonalData } from './personal.ts'
import { type Applied, type By, expectOne, type Look, type PlanOf, type Sql, type WishOf } from './write.ts'

type Row = {
  readonly signer: string | null
  readonly signerKind: string | null
  readonly signedAtMs: number | null
  readonly carrierSignedAtMs: number | null
  readonly carrierSaysSigned: boolean
}

/** Only what was signed, by the order's own word or the carrier's, can have been signed by somebody else. */
export async function lookSigner(tx: Sql, wish: WishOf<'order.mark_signer'>, _by: By, lock: boolean): Promise<Look> {
  if (lock) await lockOrder(tx, wish.orderId)
  const [row] = await tx<Row[]>`
    SELECT o.signer, o.signer_kind AS "signerKind", round(extract(epoch FROM o.signed_at) * 1000)::float8 AS "signedAtMs",
      (SELECT round(extract(epoch FROM max(p.signed_at)) * 1000)::float8 FROM parcels p
        WHERE p.order_id = o.id AND p.state = 'signed') AS "carrierSignedAtMs",
      EXISTS (SELECT 1 FROM parcels p WHERE p.order_id = o.id AND p.state = 'signed') AS "carrierSaysSigned"
    FROM orders o WHERE o.id = ${wish.orderId}`
  if (row === undefined) return { outcome: 'refused', why: { code: 'gone' } }
  if (row.signedAtMs === null && !row.carrierSaysSigned) return { outcome: 'refused', why: { code: 'not-signed' } }
  if (wish.signer === undefined) return { outcome: 'asks', missing: 'signer', offers: [] }
  const signedAtMs = row.signedAtMs ?? row.carrierSignedAtMs
  const facts = {
    ...(row.signer !== null && { signer: row.signer }),
    ...(row.signerKind !== null && { signerKind: row.signerKind }),
    ...(signedAtMs !== null && { signedAtMs }),
  }
  return { outcome: 'ready', plan: { kind: 'order.mark_signer', wish, facts } }
}

/** The names stand in order_corrections; the audit, kept for years, says only what kind of signer it was. */
export async function markSigner(
  tx: Sql,
  { wish, facts }: PlanOf<'order.mark_signer'>,
  by: By,
  { personal }: { readonly personal: PersonalData },
): Promise<Applied> {
  const marked = { kind: wish.as, signer: wish.signer ?? '' }
  await correctOrder(
    tx,
    {
      orderId: wish.orderId,
      field: 'signer',
      oldValue: facts.signer ?? null,
      newValue: signerValue(marked),
      byMemberId: by.memberId,
      atMs: by.nowMs,
    },
    personal,
  )
  expectOne(await tx`UPDATE orders SET signer_kind = ${wish.as} WHERE id = ${wish.orderId}`, 'marking a signer')
  await tx`UPDATE parcels SET signer = ${marked.signer} WHERE order_id = ${wish.orderId} AND state = 'signed'`
  const detail = { from: facts.signerKind ?? null, to: wish.as, pictures: wish.pictures.length }
  return { done: {}, audit: { action: 'order.mark-signer', detail }, tells: [] }
}

import type { ExceptionKind, Holder, ParcelFacts, ReturnFacts, Stage } from './order-facts.ts'

/** The dated facts a stage is derived from. All times are epoch milliseconds. */
export type StageFacts = {
  readonly paidAtMs?: number | undefined
  readonly shippedAtMs?: number | undefined
  readonly signedAtMs?: number | undefined
  readonly returnedAtMs?: number | undefined
  readonly refundedAtMs?: number | undefined
  readonly cancelledAtMs?: number | undefined
  readonly onHoldAtMs?: number | undefined
  readonly quarantinedAtMs?: number | undefined
  readonly parcels: readonly Pick<ParcelFacts, 'shippedAtMs' | 'state' | 'exception'>[]
  readonly returns: readonly Pick<ReturnFacts, 'approval' | 'receivedAtMs' | 'refundedAtMs' | 'closedAtMs' | 'level'>[]
}

/** The fields of product §2.11, by the stage that cannot be entered without them. */
export const mandatoryFields = {
  paid: ['paidAt', 'payMethod', 'paidFen'],
  shipped: ['waybillNo', 'carrier', 'shippedAt'],
  signed: ['signedAt', 'signer', 'signPhotoUrl'],
  returned: ['returnNo', 'returnReason', 'refundFen'],
} as const

export type MandatoryStage = keyof typeof mandatoryFields
export type MandatoryField = (typeof mandatoryFields)[MandatoryStage][number]

/** Which of the stage's mandatory fields are missing (undefined, null or ''). Self pick-up ships without a waybill number. */
export function missingStageFields(
  stage: MandatoryStage,
  fields: Readonly<Partial<Record<MandatoryField, unknown>>>,
): readonly MandatoryField[] {
  const given = (field: MandatoryField) => fields[field] !== undefined && fields[field] !== null && fields[field] !== ''
  const pickup = fields.carrier === 'PICKUP'
  return mandatoryFields[stage].filter((field) => !given(field) && !(pickup && field === 'waybillNo'))
}

/**
 * The stage in one word, from the latest fact backwards: what came back outranks what was signed, signed outranks shipped.
 * The same rule is written in SQL in hub/stage-sql.ts; a property test holds the two together.
 */
export function stageOf(facts: StageFacts): Stage {
  if (facts.returnedAtMs !== undefined) return 'returned'
  if (facts.cancelledAtMs !== undefined) return 'cancelled'
  if (facts.returns.some(isOpenReturn)) return 'returning'
  if (facts.refundedAtMs !== undefined) return 'refunded'
  if (facts.signedAtMs !== undefined) return 'signed'
  const out = facts.parcels.filter((parcel) => parcel.shippedAtMs !== undefined).length
  if (facts.shippedAtMs !== undefined) return out > 0 && out < facts.parcels.length ? 'part_shipped' : 'shipped'
  if (out > 0) return 'part_shipped'
  if (facts.onHoldAtMs !== undefined) return 'on_hold'
  if (facts.quarantinedAtMs !== undefined) return 'quarantined'
  return facts.paidAtMs !== undefined ? 'paid' : 'pending_payment'
}

/** Applied for or approved, and goods or money still under way. */
function isOpenReturn(request: StageFacts['returns'][number]): boolean {
  if (request.approval === 'rejected' || request.approval === 'withdrawn' || request.closedAtMs !== undefined)
    return false
  return request.receivedAtMs === undefined || request.refundedAtMs === undefined
}

/** A label that no carrier has scanned within this time was never handed over (product §2.9). */
const firstScanLimitMs = 24 * 3_600_000

/** Who has to act next. `nowMs` decides whether an unscanned label is still on its way to the carrier. */
export function holderOf(facts: StageFacts, nowMs: number): Holder {
  switch (stageOf(facts)) {
    case 'pending_payment':
      return { group: 'customer' }
    case 'on_hold':
      return { group: 'cs' }
    case 'quarantined':
      return { group: 'ops' }
    case 'paid':
      return { group: 'warehouse' }
    case 'part_shipped':
      return transportHolder(facts, nowMs) ?? { group: 'warehouse' }
    case 'shipped':
      return transportHolder(facts, nowMs) ?? { group: allSigned(facts) ? 'nobody' : 'logistics' }
    case 'returning':
      return returnHolder(facts)
    case 'returned':
      return { group: facts.refundedAtMs === undefined ? 'finance' : 'nobody' }
    case 'cancelled':
      return { group: facts.paidAtMs !== undefined && facts.refundedAtMs === undefined ? 'finance' : 'nobody' }
    case 'signed':
    case 'refunded':
      return { group: 'nobody' }
  }
}

/** Who takes up a parcel that has left the way: the customer must be asked, the carrier be called, or the shelf be cleared. */
const exceptionHolder: Readonly<Record<ExceptionKind, Holder['group']>> = {
  stuck: 'logistics',
  delivery_failed: 'logistics',
  lost: 'logistics',
  unrecognised: 'logistics',
  refused: 'cs',
  unreachable: 'cs',
  damaged: 'cs',
  returning: 'warehouse',
}

function transportHolder(facts: StageFacts, nowMs: number): Holder | undefined {
  const trouble = facts.parcels.find((parcel) => parcel.state === 'exception')
  if (trouble) return { group: exceptionHolder[trouble.exception ?? 'unrecognised'] }
  const unscanned = facts.parcels.some(
    ({ state, shippedAtMs }) =>
      state === 'created' && shippedAtMs !== undefined && nowMs - shippedAtMs > firstScanLimitMs,
  )
  return unscanned ? { group: 'warehouse' } : undefined
}

function allSigned(facts: StageFacts): boolean {
  return facts.parcels.length > 0 && facts.parcels.every((parcel) => parcel.state === 'signed')
}

function returnHolder(facts: StageFacts): Holder {
  const request = facts.returns.find(isOpenReturn)
  if (!request) return { group: 'nobody' }
  if (request.approval === 'pending') {
    const { role = 'cs_lead', holder } = request.level ?? {}
    return { group: role, ...(holder !== undefined && { person: holder }) }
  }
  return { group: request.receivedAtMs === undefined ? 'customer' : 'finance' }
}

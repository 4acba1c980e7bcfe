import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { approveLevel, lookDecide } from './approve-level.ts'
import type { Audit } from './audit.ts'
import type { DecideLevel, LevelOutcome, LevelTap } from './decide-level.ts'
import { checkLevel } from './level-checks.ts'
import type { LevelFacts } from './level-facts.ts'
import { maskedQuestion } from './query-log.ts'
import type { ReturnApproved } from './return-actions.ts'
import { rolesOf } from './staff.ts'
import type { By, Refusal, Sql } from './write.ts'

export type TapDecisionParts = {
  readonly database: Pick<Database, 'sql'>
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  /** What follows when the last level has said yes. */
  readonly returnApproved?: ReturnApproved
}

const undoMs = 120_000

/** A tap on a level's card, carried out by the same look and the same step as a decision that was typed and confirmed. */
export function tapDecision({ database, audit, clock, returnApproved }: TapDecisionParts): DecideLevel {
  return (tap) =>
    database.sql.begin(async (tx) => {
      const by = { memberId: tap.memberId, roles: await rolesOf(tx, tap.memberId), nowMs: clock.nowMs() }
      const { outcome, ...note } = await decideIn(tx, tap, by, returnApproved)
      // last: it holds the whole chain until the end
      await audit.append(tx, { actor: tap.memberId, subject: `return:${tap.returnId}`, ...note })
      return outcome
    })
}

type Decided = {
  readonly outcome: LevelOutcome
  readonly action: string
  readonly detail: Readonly<Record<string, unknown>>
}

async function decideIn(tx: Sql, tap: LevelTap, by: By, returnApproved: ReturnApproved | undefined): Promise<Decided> {
  const { returnId, level, reason } = tap
  // what forbids a yes does not forbid asking for more
  const decision: 'approve' | 'reject' = tap.decision === 'approve' ? 'approve' : 'reject'
  // the order first, as everywhere: with the last yes its stage may change
  await tx`SELECT 1 FROM orders WHERE id = (SELECT order_id FROM returns WHERE id = ${returnId}) FOR UPDATE`
  await tx`SELECT 1 FROM returns WHERE id = ${returnId} FOR UPDATE`
  const earlier = await decidedBefore(tx, returnId, level)
  if (earlier !== undefined)
    return { outcome: earlier, action: 'approval.again', detail: { level, decision: tap.decision } }
  const [row] = await tx<{ orderId: string }[]>`SELECT order_id AS "orderId" FROM returns WHERE id = ${returnId}`
  const wish = {
    kind: 'approval.decide' as const,
    orderId: row?.orderId ?? '',
    returnId,
    decision,
    ...(reason !== undefined && { reason }),
    ...(tap.arrears === 'offset' && { offset: true as const }),
  }
  const look = await lookDecide(tx, wish, by, true)
  const aboutFacts = look.outcome === 'ready' || (look.outcome === 'refused' && factCodes.includes(look.why.code))
  const read = look.outcome === 'ready' ? look.plan.checked : undefined
  if (decision === 'approve' && aboutFacts && (await hasChanged(tx, tap, by.nowMs, read)))
    return { outcome: { outcome: 'changed' }, action: 'approval.changed', detail: { level } }
  if (look.outcome === 'refused') return refused(level, whyOf(look.why))
  if (look.outcome === 'asks')
    return { outcome: { outcome: 'needs-reason' }, action: 'approval.asked', detail: { level, decision: tap.decision } }
  const { plan } = look
  if (plan.kind !== 'approval.decide') throw new TypeError(`a decision was looked at as ${plan.kind}`)
  // another level than the card was drawn for waits now
  if (plan.facts.level !== level)
    return { outcome: { outcome: 'changed' }, action: 'approval.changed', detail: { level, open: plan.facts.level } }
  if (tap.decision === 'material') return askMaterial(tx, tap, by)
  const { done, audit } = await approveLevel(tx, plan, by, { returnApproved })
  if (done.waitsFor !== undefined) return { outcome: { outcome: 'signed', waitsFor: done.waitsFor }, ...audit }
  const next =
    done.next === undefined || done.dueAtMs === undefined
      ? {}
      : { next: { level: done.nextLevel ?? level + 1, role: done.next, dueAtMs: done.dueAtMs } }
  const { deputyFor } = plan.facts
  const deputy = deputyFor === undefined ? {} : { deputyFor: deputyFor.name }
  const outcome = {
    outcome: 'decided' as const,
    decision,
    atMs: by.nowMs,
    ...next,
    ...deputy,
    undoUntilMs: by.nowMs + undoMs,
  }
  return { outcome, ...audit, detail: { ...audit.detail, tapped: true } }
}

/** Refusals that rest on what the card showed: other facts are shown first, and asked about again. */
const factCodes: readonly string[] = ['arrears', 'arrears-unknown']

/** Other facts than those the card showed: the level keeps what is true now, so that its copies show it. */
async function hasChanged(
  tx: Sql,
  { returnId, level, stamp }: LevelTap,
  nowMs: number,
  read: LevelFacts | undefined,
): Promise<boolean> {
  const [open] = await tx`
    SELECT 1 FROM approval_levels WHERE return_id = ${returnId} AND level = ${level} AND state = 'pending'`
  if (open === undefined || stamp === undefined) return false
  const checked = read ?? (await checkLevel(tx, returnId, level, nowMs))
  if (checked.stamp === stamp) return false
  await tx`UPDATE approval_levels SET facts = ${tx.json(checked)} WHERE return_id = ${returnId} AND level = ${level}`
  await tx`UPDATE returns SET version = version + 1 WHERE id = ${returnId}`
  return true
}

/** The words are the member's own; the level stays open and its limit runs on. */
async function askMaterial(tx: Sql, { returnId, level, reason = '' }: LevelTap, by: By): Promise<Decided> {
  await tx`
    UPDATE approval_levels SET material_asked_at = to_timestamp(${by.nowMs}::float8 / 1000), material_asked_by = ${by.memberId},
      material_reason = ${maskedQuestion(reason)}
    WHERE return_id = ${returnId} AND level = ${level} AND state = 'pending'`
  await tx`UPDATE returns SET version = version + 1 WHERE id = ${returnId}`
  return { outcome: { outcome: 'material', atMs: by.nowMs }, action: 'approval.material', detail: { level } }
}

/** The level the card was drawn for was decided before, whatever is open now. */
async function decidedBefore(tx: Sql, returnId: string, level: number): Promise<LevelOutcome | undefined> {
  const [row] = await tx<
    {
      state: string
      byId: string | null
      by: string | null
      deputyFor: string | null
      reason: string | null
      atMs: number
    }[]
  >`
    SELECT a.state, a.decided_by AS "byId", m.name AS by, f.name AS "deputyFor", a.reason,
      round(extract(epoch FROM a.decided_at) * 1000)::float8 AS "atMs"
    FROM approval_levels a LEFT JOIN members m ON m.id = a.decided_by LEFT JOIN members f ON f.id = a.deputy_for
    WHERE a.return_id = ${returnId} AND a.level = ${level} AND a.state IN ('approved', 'rejected')`
  if (row === undefined) return undefined
  const { state, byId, by, deputyFor, reason, atMs } = row
  return {
    outcome: 'already',
    decision: state === 'rejected' ? 'reject' : 'approve',
    atMs,
    ...(by !== null && { by }),
    ...(byId !== null && { byId }),
    ...(deputyFor !== null && { deputyFor }),
    ...(reason !== null && { reason }),
  }
}

type Why = Extract<LevelOutcome, { outcome: 'refused' }>['why']

const refused = (level: number, why: Why): Decided => ({
  outcome: { outcome: 'refused', why },
  action: 'approval.refused',
  detail: { level, why: why.code },
})

function whyOf(why: Refusal): Why {
  switch (why.code) {
    case 'withdrawn':
    case 'twice':
      return { code: why.code }
    case 'not-your-level':
    case 'own-return':
    case 'beyond-paid':
    case 'arrears':
    case 'arrears-unknown':
      return why
    default:
      return { code: 'gone' }
  }
}

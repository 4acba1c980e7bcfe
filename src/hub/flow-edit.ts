import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { BadPayload } from '../runtime/errors.ts'
import type { Audit } from './audit.ts'
import { checkedFlow, type FlowRules, flowOf, liveFlow } from './flow-rules.ts'
import type { ApprovalRole, Sql } from './write.ts'

/** One thing somebody wants the flow to do otherwise. Amounts are fen as text. */
export type FlowChange =
  | { readonly kind: 'limit'; readonly role: ApprovalRole; readonly minutes: number }
  /** The level looks only at amounts from here on; undefined: at all. */
  | { readonly kind: 'from'; readonly role: ApprovalRole; readonly fromFen?: string }
  | { readonly kind: 'auto'; readonly mostFen: string; readonly perDay: number }
  | { readonly kind: 'auto-off' }
  | { readonly kind: 'release'; readonly at: FlowRules['releaseAt'] }
  /** The rules of the version before, as a new version. */
  | { readonly kind: 'back' }

export type FlowPreview = {
  readonly outcome: 'ready'
  readonly version: number
  readonly now: FlowRules
  readonly next: FlowRules
  /** Returns that are being decided and keep the version they began with. */
  readonly running: number
}
export type FlowLook =
  | FlowPreview
  | { readonly outcome: 'same' }
  | { readonly outcome: 'invalid'; readonly problem: string }
  | { readonly outcome: 'no-earlier' }

export type Published =
  | { readonly outcome: 'live'; readonly version: number; readonly rules: FlowRules; readonly running: number }
  /** Another version went live since the preview. */
  | { readonly outcome: 'stale' }
  | Exclude<FlowLook, FlowPreview>

export type FlowEdits = {
  live(): Promise<{ readonly version: number; readonly rules: FlowRules; readonly running: number }>
  look(change: FlowChange): Promise<FlowLook>
  /** Puts the change live as the version after `base`, for returns that begin from now on. */
  publish(change: FlowChange, base: number, memberId: string): Promise<Published>
}

/** One in so many small safe cases is looked at by people all the same (product row 84: 5 %). */
const sampleOneIn = 20
/** Any number nobody else locks in this database. */
const flowLock = 7_238_012

export function flowEdits(parts: {
  readonly database: Pick<Database, 'sql'>
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
}): FlowEdits {
  const { sql } = parts.database
  return {
    live: async () => ({ ...(await liveFlow(sql)), running: await runningReturns(sql) }),
    look: (change) => look(sql, change),
    publish: (change, base, memberId) =>
      sql.begin(async (tx): Promise<Published> => {
        await tx`SELECT pg_advisory_xact_lock(${flowLock})`
        const seen = await look(tx, change)
        if (seen.outcome !== 'ready') return seen
        if (seen.version !== base) return { outcome: 'stale' }
        const [version, rules] = [base + 1, seen.next]
        await tx`
          INSERT INTO flow_versions (version, body, made_by, live_at)
          VALUES (${version}, ${tx.json(rules)}, ${memberId}, to_timestamp(${parts.clock.nowMs()}::float8 / 1000))`
        const detail = { version, change, was: seen.now, now: rules }
        await parts.audit.append(tx, { actor: memberId, action: 'flow.publish', subject: 'flow:returns', detail })
        return { outcome: 'live', version, rules, running: seen.running }
      }),
  }
}

async function look(sql: Sql, change: FlowChange): Promise<FlowLook> {
  const { version, rules: now } = await liveFlow(sql)
  if (change.kind === 'back' && version === 1) return { outcome: 'no-earlier' }
  try {
    const next = checkedFlow(change.kind === 'back' ? await flowOf(sql, version - 1) : changed(now, change))
    if (JSON.stringify(next) === JSON.stringify(now)) return { outcome: 'same' }
    return { outcome: 'ready', version, now, next, running: await runningReturns(sql) }
  } catch (error) {
    if (error instanceof BadPayload) return { outcome: 'invalid', problem: error.message }
    throw error
  }
}

function changed(rules: FlowRules, change: Exclude<FlowChange, { kind: 'back' }>): unknown {
  const level = (role: ApprovalRole, edit: (one: FlowRules['levels'][number]) => object) => ({
    ...rules,
    levels: rules.levels.map((one) => (one.role === role ? edit(one) : one)),
  })
  switch (change.kind) {
    case 'limit':
      return level(change.role, (one) => ({ ...one, limitMinutes: change.minutes }))
    case 'from':
      return level(change.role, ({ fromFen: _, ...one }) => ({
        ...one,
        ...(change.fromFen !== undefined && { fromFen: change.fromFen }),
      }))
    case 'auto':
      return { ...rules, autoApprove: { mostFen: change.mostFen, perCustomerPerDay: change.perDay, sampleOneIn } }
    case 'auto-off': {
      const { autoApprove: _, ...rest } = rules
      return rest
    }
    case 'release':
      return { ...rules, releaseAt: change.at }
  }
}

async function runningReturns(sql: Sql): Promise<number> {
  const [row] = await sql<{ n: number }[]>`SELECT count(*)::int AS n FROM returns WHERE approval = 'pending'`
  return row?.n ?? 0
}

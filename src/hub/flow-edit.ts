import type { Database } from '../db/client.ts'
import { dayStart } from '../runtime/beijing.ts'
import type { Clock } from '../runtime/clock.ts'
import { BadPayload } from '../runtime/errors.ts'
import type { Audit } from './audit.ts'
import { checkedFlow, defaultFlow, type FlowLevel, type FlowRules, flowOf, liveFlow } from './flow-rules.ts'
import { rolesOf } from './staff.ts'
import type { ApprovalRole, Sql } from './write.ts'

export type LevelNo = 1 | 2 | 3

/** One thing somebody wants the flow to do otherwise. Amounts are fen as text. */
export type FlowChange =
  | { readonly kind: 'limit'; readonly level: LevelNo; readonly minutes: number }
  /** The level looks only at amounts from here on. */
  | { readonly kind: 'from'; readonly level: LevelNo; readonly fromFen: string }
  /** Customers of this level, 1 to 5, and above pass without it. */
  | { readonly kind: 'except'; readonly level: LevelNo; readonly fromLevel: number }
  /** The level looks at every return again. */
  | { readonly kind: 'every'; readonly level: LevelNo }
  | { readonly kind: 'drop' | 'add'; readonly level: LevelNo }
  /** Who decides the level from now on. */
  | { readonly kind: 'who'; readonly level: LevelNo; readonly role: ApprovalRole }
  | { readonly kind: 'auto'; readonly mostFen: string; readonly perDay: number }
  | { readonly kind: 'auto-off' }
  | { readonly kind: 'release'; readonly at: FlowRules['releaseAt'] }
  /** The rules of an earlier version as a new one: that number, the one live as yesterday ended, or the one before. */
  | { readonly kind: 'back'; readonly to?: number | 'yesterday' }

export type FlowPreview = {
  readonly outcome: 'ready'
  readonly version: number
  readonly now: FlowRules
  readonly next: FlowRules
  /** What was asked for, with versions by their number: the same at any later moment. */
  readonly changes: readonly FlowChange[]
  /** Returns that are being decided and keep the version they began with. */
  readonly running: number
}
export type FlowLook =
  | FlowPreview
  | { readonly outcome: 'same' }
  | { readonly outcome: 'invalid'; readonly problem: string }
  | { readonly outcome: 'no-level'; readonly level: LevelNo }
  /** It would decide two levels of one return. */
  | { readonly outcome: 'role-twice'; readonly role: ApprovalRole; readonly levels: readonly number[] }
  | { readonly outcome: 'no-version'; readonly live: number }

export type Published =
  | { readonly outcome: 'live'; readonly version: number; readonly rules: FlowRules; readonly running: number }
  /** Another version went live since the preview. */
  | { readonly outcome: 'stale' }
  /** The right was lost since the preview; written down. */
  | { readonly outcome: 'forbidden' }
  | Exclude<FlowLook, FlowPreview>

export type FlowEdits = {
  live(): Promise<{ readonly version: number; readonly rules: FlowRules; readonly running: number }>
  look(changes: readonly FlowChange[]): Promise<FlowLook>
  /** Puts the changes live as the version after `base`, for returns that begin from now on. Rights by the roles of this moment. */
  publish(changes: readonly FlowChange[], base: number, memberId: string): Promise<Published>
}

/** Product §2.10: rules are drafted and put live by operations, and by the director. */
const editorRoles: readonly string[] = ['ops', 'director']
/** One in so many small safe cases is looked at by people all the same (product row 84: 5 %). */
const sampleOneIn = 20
/** Any number nobody else locks in this database. */
const flowLock = 7_238_012

type EditParts = {
  readonly database: Pick<Database, 'sql'>
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
}

export function flowEdits(parts: EditParts): FlowEdits {
  const { sql } = parts.database
  return {
    live: async () => ({ ...(await liveFlow(sql)), running: await runningReturns(sql) }),
    look: (changes) => look(sql, changes, parts.clock.nowMs()),
    publish: (changes, base, memberId) => sql.begin((tx) => publish(tx, parts, changes, { base, memberId })),
  }
}

async function publish(
  tx: Sql,
  { audit, clock }: EditParts,
  changes: readonly FlowChange[],
  { base, memberId }: { readonly base: number; readonly memberId: string },
): Promise<Published> {
  const nowMs = clock.nowMs()
  const note = { actor: memberId, subject: 'flow:returns' }
  const roles = await rolesOf(tx, memberId)
  if (!editorRoles.some((role) => roles.includes(role))) {
    await audit.append(tx, { ...note, action: 'flow.refused', detail: { why: 'right', changes } })
    return { outcome: 'forbidden' }
  }
  await tx`SELECT pg_advisory_xact_lock(${flowLock})`
  const seen = await look(tx, changes, nowMs)
  if (seen.outcome !== 'ready') return seen
  if (seen.version !== base) return { outcome: 'stale' }
  const [version, rules] = [base + 1, seen.next]
  await tx`
    INSERT INTO flow_versions (version, body, made_by, live_at)
    VALUES (${version}, ${tx.json(rules)}, ${memberId}, to_timestamp(${nowMs}::float8 / 1000))`
  const detail = { version, changes: seen.changes, was: seen.now, now: rules }
  await audit.append(tx, { ...note, action: 'flow.publish', detail })
  return { outcome: 'live', version, rules, running: seen.running }
}

async function look(sql: Sql, changes: readonly FlowChange[], nowMs: number): Promise<FlowLook> {
  const { version, rules: now } = await liveFlow(sql)
  const settled: FlowChange[] = []
  let next: unknown = now
  for (const change of changes) {
    if (change.kind === 'back') {
      const to = await earlier(sql, change.to, version, nowMs)
      if (to === undefined) return { outcome: 'no-version', live: version }
      settled.push({ kind: 'back', to })
      next = await flowOf(sql, to)
    } else {
      const rules = next as FlowRules
      if ('level' in change && change.kind !== 'add' && !rules.levels.some(({ level }) => level === change.level))
        return { outcome: 'no-level', level: change.level }
      settled.push(change)
      next = changed(rules, change)
    }
  }
  return judged(sql, { version, now, next, changes: settled })
}

async function judged(
  sql: Sql,
  { next, ...seen }: Omit<FlowPreview, 'outcome' | 'running' | 'next'> & { readonly next: unknown },
): Promise<FlowLook> {
  const twice = roleTwice(next as FlowRules)
  if (twice !== undefined) return { outcome: 'role-twice', ...twice }
  try {
    const rules = checkedFlow(next)
    if (JSON.stringify(rules) === JSON.stringify(checkedFlow(seen.now))) return { outcome: 'same' }
    return { outcome: 'ready', ...seen, next: rules, running: await runningReturns(sql) }
  } catch (error) {
    if (error instanceof BadPayload) return { outcome: 'invalid', problem: error.message }
    throw error
  }
}

function roleTwice({
  levels,
}: FlowRules): { readonly role: ApprovalRole; readonly levels: readonly number[] } | undefined {
  const role = levels.find((one) => levels.some((other) => other.level !== one.level && other.role === one.role))?.role
  return role && { role, levels: levels.filter((one) => one.role === role).map(({ level }) => level) }
}

/** The version meant; undefined where there is no such one, or it is no earlier one. */
async function earlier(
  sql: Sql,
  to: Extract<FlowChange, { kind: 'back' }>['to'],
  live: number,
  nowMs: number,
): Promise<number | undefined> {
  if (to !== 'yesterday') {
    const wanted = to ?? live - 1
    return wanted >= 1 && wanted <= live ? wanted : undefined
  }
  const [row] = await sql<{ version: number }[]>`
    SELECT version FROM flow_versions WHERE live_at < to_timestamp(${dayStart(nowMs)}::float8 / 1000)
    ORDER BY version DESC LIMIT 1`
  return row?.version ?? 1
}

function changed(rules: FlowRules, change: Exclude<FlowChange, { kind: 'back' }>): unknown {
  switch (change.kind) {
    case 'limit':
      return withLevel(rules, change.level, (one) => ({ ...one, limitMinutes: change.minutes }))
    case 'from':
      return withLevel(rules, change.level, (one) => ({ ...one, fromFen: change.fromFen }))
    case 'except':
      return withLevel(rules, change.level, (one) => ({ ...one, exceptFrom: change.fromLevel }))
    case 'every':
      return withLevel(rules, change.level, ({ fromFen: _from, exceptFrom: _except, ...one }) => one)
    case 'drop':
      return { ...rules, levels: rules.levels.filter(({ level }) => level !== change.level) }
    case 'add': {
      const there = rules.levels.some(({ level }) => level === change.level)
      const added = there ? [] : defaultFlow.levels.filter(({ level }) => level === change.level)
      return { ...rules, levels: [...rules.levels, ...added].sort((a, b) => a.level - b.level) }
    }
    case 'who':
      return withLevel(rules, change.level, (one) => ({ ...one, role: change.role }))
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

function withLevel(rules: FlowRules, level: LevelNo, edit: (one: FlowLevel) => FlowLevel): FlowRules {
  return { ...rules, levels: rules.levels.map((one) => (one.level === level ? edit(one) : one)) }
}

async function runningReturns(sql: Sql): Promise<number> {
  const [row] = await sql<{ n: number }[]>`SELECT count(*)::int AS n FROM returns WHERE approval = 'pending'`
  return row?.n ?? 0
}

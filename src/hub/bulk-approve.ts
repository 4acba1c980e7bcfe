import { createHash } from 'node:crypto'
import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { DecideLevel, LevelOutcome } from './decide-level.ts'
import { type ReturnSheet, returnSheet, type SheetLevel } from './return-sheet.ts'
import { rolesOf } from './staff.ts'
import type { ApprovalRole } from './write.ts'

export type BulkItem = {
  readonly returnId: string
  readonly orderId: string
  readonly level: number
  readonly amountFen: bigint
  readonly reason: string
  readonly stamp: string
}

/** What one member could approve at once: of one level, each of them low-risk. */
export type BulkOffer = {
  readonly role?: ApprovalRole
  readonly items: readonly BulkItem[]
  readonly totalFen: bigint
  /** Differs when anything of what is offered differs. */
  readonly digest: string
  /** Everything that waits for this member, low-risk or not; with arrears or an ERP that was silent. */
  readonly waiting: number
  readonly arrears: number
  /** Decided in the place of others: each is marked so. */
  readonly deputy: boolean
}

export type BulkDone =
  | {
      readonly outcome: 'done'
      readonly atMs: number
      readonly items: readonly (BulkItem & { readonly decided: LevelOutcome })[]
    }
  /** It is not what was seen: the list as it is now. */
  | { readonly outcome: 'changed'; readonly offer: BulkOffer }

export type BulkApprove = {
  offer(memberId: string): Promise<BulkOffer>
  /** Each one is decided, checked and logged by itself. `reason` is written where it is decided for others. */
  approve(memberId: string, digest: string, reason: string): Promise<BulkDone>
}

export type BulkParts = {
  readonly database: Pick<Database, 'sql'>
  readonly clock: Clock
  readonly decideLevel: DecideLevel
}

/** Product row 83 allows 20; this is what one card can show whole, each with its sum. */
const mostAtOnce = 16
/** Looked at for one offer; the ones due first. */
const mostLooked = 60
const lowRiskFen = 50_000n
const mostPast = 2
/** What is due so soon is looked at by itself. */
const redMs = 5 * 60_000

export function bulkApprove({ database: { sql }, clock, decideLevel }: BulkParts): BulkApprove {
  const offer = (memberId: string) => offerOf(sql, memberId, clock.nowMs())
  return {
    offer,
    approve: async (memberId, digest, reason) => {
      const now = await offer(memberId)
      if (now.digest !== digest || now.items.length === 0) return { outcome: 'changed', offer: now }
      const items: (BulkItem & { decided: LevelOutcome })[] = []
      for (const item of now.items) {
        const { returnId, level, stamp } = item
        const seen = stamp === '' ? {} : { stamp }
        const tap = { returnId, level, ...seen, decision: 'approve' as const, memberId, ...(now.deputy && { reason }) }
        items.push({ ...item, decided: await decideLevel(tap) })
      }
      return { outcome: 'done', atMs: clock.nowMs(), items }
    },
  }
}

async function offerOf(sql: Database['sql'], memberId: string, nowMs: number): Promise<BulkOffer> {
  const roles = await rolesOf(sql, memberId)
  const own = roles.filter((role) => role === 'cs_lead' || role === 'warehouse' || role === 'finance')
  const deputy = own.length === 0 && roles.includes('director')
  const ids = await waitingIds(sql, { memberId, roles: own, deputy, nowMs })
  const low = new Map<ApprovalRole, BulkItem[]>()
  let arrears = 0
  for (const id of ids.slice(0, mostLooked)) {
    const sheet = await returnSheet(sql, id)
    const level = sheet?.levels.find(({ state }) => state === 'pending')
    if (sheet === undefined || level === undefined) continue
    if (level.facts?.kind === 'arrears' && level.facts.arrears !== 'none') arrears += 1
    if (!isLowRisk(sheet, level, { memberId, deputy, nowMs })) continue
    low.set(level.role, [...(low.get(level.role) ?? []), itemOf(sheet, level)])
  }
  // one kind at a time: the one there is most of
  const [best] = [...low.entries()].sort(([, a], [, b]) => b.length - a.length)
  const items = (best?.[1] ?? []).slice(0, mostAtOnce)
  return {
    ...(best !== undefined && { role: best[0] }),
    items,
    totalFen: items.reduce((sum, { amountFen }) => sum + amountFen, 0n),
    digest: digestOf(items),
    waiting: ids.length,
    arrears,
    deputy,
  }
}

type Asker = { readonly memberId: string; readonly deputy: boolean; readonly nowMs: number }

/** A member's own and what nobody holds; a director's are those past their limit, whoever holds them. */
async function waitingIds(
  sql: Database['sql'],
  { memberId, roles, deputy, nowMs }: Asker & { readonly roles: readonly string[] },
): Promise<readonly string[]> {
  const rows = deputy
    ? await sql<{ id: string }[]>`
        SELECT r.id FROM approval_levels a JOIN returns r ON r.id = a.return_id AND r.approval = 'pending'
        WHERE a.state = 'pending' AND a.due_at < to_timestamp(${nowMs}::float8 / 1000) ORDER BY a.due_at, r.id LIMIT 2000`
    : await sql<{ id: string }[]>`
        SELECT r.id FROM approval_levels a JOIN returns r ON r.id = a.return_id AND r.approval = 'pending'
        WHERE a.state = 'pending' AND a.role = ANY(${[...roles]}::text[]) AND (a.holder_id IS NULL OR a.holder_id = ${memberId})
        ORDER BY a.due_at, r.id LIMIT 2000`
  return rows.map(({ id }) => id)
}

/**
 * Small, known, checked without a find, of a customer who returns little, with nobody else's hand in it. What is due within
 * five minutes is no bulk work, but for a director, who sees only what is late.
 */
export function isLowRisk(sheet: ReturnSheet, level: SheetLevel, { memberId, deputy, nowMs }: Asker): boolean {
  const { refundFen, appliedById, past = 0 } = sheet
  const { dueAtMs, facts, claimedBy, materialAskedAtMs, signers = [] } = level
  if (refundFen === undefined || refundFen <= 0n || refundFen > lowRiskFen || past > mostPast) return false
  if (appliedById === memberId || sheet.levels.some(({ decidedById }) => decidedById === memberId)) return false
  if (claimedBy !== undefined || materialAskedAtMs !== undefined || signers.length > 0) return false
  if (!deputy && dueAtMs !== undefined && dueAtMs - nowMs < redMs) return false
  if (facts === undefined) return level.level === 1
  if (facts.kind === 'arrears') return facts.arrears === 'none'
  return facts.kind === 'none' || facts.goods.every(({ zone }) => zone === 'shelf')
}

function itemOf({ id, orderId, refundFen, reason }: ReturnSheet, { level, facts }: SheetLevel): BulkItem {
  return { returnId: id, orderId, level, amountFen: refundFen ?? 0n, reason, stamp: facts?.stamp ?? '' }
}

function digestOf(items: readonly BulkItem[]): string {
  const said = items.map(({ returnId, level, amountFen, stamp }) => `${returnId}/${level}/${amountFen}/${stamp}`)
  return createHash('sha256').update(said.join('|')).digest('base64url').slice(0, 10)
}

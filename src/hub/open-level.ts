import { flowOf, levelDueMs } from './flow-rules.ts'
import { checkLevel } from './level-checks.ts'
import { type ApprovalRole, expectOne, type Sql } from './write.ts'

export type OpenedLevel = { readonly level: number; readonly role: ApprovalRole; readonly dueAtMs: number }

/** Opens the level that waits next, with its limit and what it rests on; undefined when none waits. The return must be locked. */
export async function openNextLevel(tx: Sql, returnId: string, nowMs: number): Promise<OpenedLevel | undefined> {
  const [waiting] = await tx<{ level: number; role: ApprovalRole; version: number }[]>`
    SELECT a.level, a.role, r.flow_version AS version FROM approval_levels a JOIN returns r ON r.id = a.return_id
    WHERE a.return_id = ${returnId} AND a.state = 'waiting' ORDER BY a.level LIMIT 1`
  if (waiting === undefined) return undefined
  const { level, role, version } = waiting
  const rules = await flowOf(tx, version)
  const own = rules.levels.find((one) => one.level === level) ?? { level, limitMinutes: 240 }
  const dueAtMs = await levelDueMs(tx, own, nowMs)
  const facts = await checkLevel(tx, returnId, level, nowMs)
  const opened = await tx`
    UPDATE approval_levels SET state = 'pending', started_at = to_timestamp(${nowMs}::float8 / 1000),
      due_at = to_timestamp(${dueAtMs}::float8 / 1000), facts = ${tx.json(facts)}
    WHERE return_id = ${returnId} AND level = ${level} AND state = 'waiting'`
  expectOne(opened, 'opening a level')
  await tx`UPDATE returns SET version = version + 1 WHERE id = ${returnId}`
  return { level, role, dueAtMs }
}

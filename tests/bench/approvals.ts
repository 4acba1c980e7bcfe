import { type Database, openDatabase } from '../../src/db/client.ts'
import { migrate } from '../../src/db/migrate.ts'
import { audit } from '../../src/hub/audit.ts'
import { tapDecision } from '../../src/hub/tap-decision.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { scratchServer } from '../kit/scratch-server.ts'
import { createDatabase, withDatabase } from '../kit/server.ts'

export type ApprovalsBenchOptions = { readonly taps?: number; readonly hands?: number; readonly rounds?: number }

/**
 * Taps of the first level, `hands` at a time: right, state, level, next level and audit in one transaction each; beside them, in turns
 * on the same rows' twins, the bare update of one level row by key. Taps per second, p95 in ms, ratio of the medians of the rounds.
 */
export async function approvalsBench({
  taps = 400,
  hands = 8,
  rounds = 5,
}: ApprovalsBenchOptions = {}): Promise<object> {
  const server = await scratchServer()
  const target = withDatabase(server.target, 'approvals')
  try {
    await createDatabase(server.target, 'approvals')
    await migrate(target, silentLog)
    const database = openDatabase(target, { max: hands })
    try {
      await fill(database, taps * (rounds + 1) * 2)
      const decide = tapDecision({ database, audit: audit(database, systemClock), clock: systemClock })
      const times: { bare: Round[]; tap: Round[] } = { bare: [], tap: [] }
      for (let round = 0; round <= rounds; round++) {
        const from = round * taps * 2
        const bare = await run(taps, hands, (n) => bareUpdate(database, from + n))
        const tap = await run(taps, hands, async (n) => {
          const { outcome } = await decide({
            returnId: idOf(from + taps + n),
            level: 1,
            decision: 'approve',
            memberId: 'lead',
          })
          if (outcome !== 'decided') throw new Error(`a tap was ${outcome}`)
        })
        // the first round warms caches and plans of both
        if (round > 0) {
          times.bare.push(bare)
          times.tap.push(tap)
        }
      }
      const [bare, tap] = [medians(times.bare), medians(times.tap)]
      return { goal: 'p95Ms <= 300', taps, hands, bare, tap, ratioPerSecond: round2(bare.perSecond / tap.perSecond) }
    } finally {
      await database.close()
    }
  } finally {
    await server.stop()
  }
}

const idOf = (n: number): string => `TH${String(n).padStart(10, '0')}`

async function fill({ sql }: Database, returns: number): Promise<void> {
  console.error(`filling ${returns} returns`)
  await sql`INSERT INTO members (id, name) VALUES ('lead', 'lead')`
  await sql`INSERT INTO member_roles (member_id, role) VALUES ('lead', 'cs_lead')`
  await sql`INSERT INTO orders (id, channel, shop, order_no, ordered_at, paid_fen, source, source_modified_at)
    SELECT 'SO' || i, 'jd', 's', 'N' || i, now(), 16900, 'jd.pull', now() FROM generate_series(0, ${returns}) i`
  await sql`INSERT INTO returns (id, order_id, reason, applied_at, refund_fen)
    SELECT 'TH' || lpad(i::text, 10, '0'), 'SO' || i, 'r', now(), 16900 FROM generate_series(0, ${returns}) i`
  await sql`INSERT INTO approval_levels (return_id, level, role, state, started_at, due_at)
    SELECT r.id, l.level, (ARRAY['cs_lead','warehouse','finance'])[l.level], CASE l.level WHEN 1 THEN 'pending' ELSE 'waiting' END,
      CASE l.level WHEN 1 THEN now() END, CASE l.level WHEN 1 THEN now() + interval '15 minutes' END
    FROM returns r, generate_series(1, 3) AS l (level)`
  await sql`VACUUM ANALYZE`
}

async function bareUpdate({ sql }: Database, n: number): Promise<void> {
  const rows = await sql`
    UPDATE approval_levels SET state = 'approved', decided_at = now(), decided_by = 'lead'
    WHERE return_id = ${idOf(n)} AND level = 1 AND state = 'pending'`
  if (rows.count !== 1) throw new Error(`${rows.count} rows were updated`)
}

type Round = { readonly perSecond: number; readonly p50Ms: number; readonly p95Ms: number }

async function run(count: number, hands: number, one: (n: number) => Promise<unknown>): Promise<Round> {
  const ms: number[] = []
  let next = 0
  const hand = async () => {
    for (let n = next++; n < count; n = next++) {
      const startedAt = performance.now()
      await one(n)
      ms.push(performance.now() - startedAt)
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: hands }, hand))
  const perSecond = (count * 1_000) / (performance.now() - startedAt)
  return { perSecond, p50Ms: share(ms, 0.5), p95Ms: share(ms, 0.95) }
}

function medians(rounds: readonly Round[]): Round {
  const of = (pick: (round: Round) => number) => round2(share(rounds.map(pick), 0.5))
  return {
    perSecond: of(({ perSecond }) => perSecond),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p95Ms: of(({ p95Ms }) => p95Ms),
  }
}

function share(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

const round2 = (value: number): number => Math.round(value * 100) / 100

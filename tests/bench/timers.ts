import { type Database, type DatabaseTarget, openDatabase } from '../../src/db/client.ts'
import { migrate } from '../../src/db/migrate.ts'
import { claimDue, fireDue } from '../../src/hub/fire-deadlines.ts'
import { defaultClockRules } from '../../src/hub/rungs.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { scratchServer } from '../kit/scratch-server.ts'
import { createDatabase, withDatabase } from '../kit/server.ts'

export type TimersBenchOptions = { readonly small?: number; readonly large?: number; readonly rounds?: number }

const due = 1_000

/**
 * 1,000 due deadlines among 10 k open ones and among 1 M: claiming them (rolled back, round by round, the sizes in turn) and
 * firing them once for good, ledger and all. Milliseconds, one connection; medians of the rounds.
 */
export async function timersBench(options: TimersBenchOptions = {}): Promise<object> {
  const { small = 10_000, large = 1_000_000, rounds = 40 } = options
  const server = await scratchServer()
  const desks: Database[] = []
  try {
    for (const size of [small, large]) desks.push(await fill(server.target, size))
    const [few, many] = desks as [Database, Database]
    const times: { few: number[]; many: number[] } = { few: [], many: [] }
    for (let round = 0; round < rounds + 3; round++) {
      const order = round % 2 === 0 ? (['few', 'many'] as const) : (['many', 'few'] as const)
      for (const name of order) {
        const ms = await claimOnce(name === 'few' ? few : many)
        // the first rounds warm the caches of both
        if (round >= 3) times[name].push(ms)
      }
    }
    const claim = { few: median(times.few), many: median(times.many) }
    const fire = { few: await fireOnce(few), many: await fireOnce(many) }
    return {
      goal: 'ratioClaim <= 2',
      due,
      small: { open: small, claimP50Ms: round2(claim.few), fireMs: Math.round(fire.few) },
      large: { open: large, claimP50Ms: round2(claim.many), fireMs: Math.round(fire.many) },
      ratioClaim: round2(claim.many / claim.few),
      ratioFire: round2(fire.many / fire.few),
    }
  } finally {
    await Promise.all(desks.map((database) => database.close()))
    await server.stop()
  }
}

async function fill(server: DatabaseTarget, size: number): Promise<Database> {
  console.error(`filling ${size} open deadlines`)
  const name = `timers_${size}`
  await createDatabase(server, name)
  const target = withDatabase(server, name)
  await migrate(target, silentLog)
  const database = openDatabase(target, { max: 1 })
  const { sql } = database
  await sql`INSERT INTO members (id, name) VALUES ('boss', 'boss')`
  await sql`INSERT INTO member_roles (member_id, role) VALUES ('boss', 'director')`
  await sql`INSERT INTO member_accounts (platform, user_id, member_id) VALUES ('wecom', 'boss', 'boss')`
  await sql`INSERT INTO orders (id, channel, shop, order_no, ordered_at, source, source_modified_at)
    SELECT 'SO' || i, 'jd', 's', 'N' || i, now(), 'jd.pull', now() FROM generate_series(1, ${due}) i`
  await sql`INSERT INTO returns (id, order_id, reason, applied_at)
    SELECT 'TH' || i, 'SO' || i, 'r', date_trunc('milliseconds', now()) - interval '25 hours' FROM generate_series(1, ${due}) i`
  await sql`INSERT INTO deadlines (subject, clock, rung, basis_at, due_at, plan)
    SELECT 'return:' || id, 'return_total', 2, applied_at, applied_at + interval '24 hours',
      '{"step":"director","tell":["director"]}' FROM returns`
  await sql`INSERT INTO deadlines (subject, clock, rung, basis_at, due_at, plan)
    SELECT 'parcel:p' || i, 'stalled', 2, now(), now() + interval '1 hour' + i * interval '50 ms',
      '{"step":"team","tell":["cs"],"act":"carrier-call"}' FROM generate_series(1, ${size - due}) i`
  await sql`VACUUM ANALYZE`
  return database
}

class RolledBack extends Error {}

async function claimOnce({ sql }: Database): Promise<number> {
  let ms = Number.NaN
  await sql
    .begin(async (tx) => {
      const startedAt = performance.now()
      const claimed = await claimDue(tx, Date.now(), due)
      ms = performance.now() - startedAt
      if (claimed.length !== due) throw new Error(`${claimed.length} of ${due} were claimed`)
      throw new RolledBack()
    })
    .catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error
    })
  return ms
}

async function fireOnce(database: Database): Promise<number> {
  const startedAt = performance.now()
  const fired = await fireDue({
    database,
    time: { offsetMs: () => 0 },
    rules: async () => defaultClockRules,
    log: silentLog,
    channels: ['wecom'],
    process: 'bench',
  })
  if (fired !== due) throw new Error(`${fired} of ${due} fired`)
  return performance.now() - startedAt
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

const round2 = (value: number): number => Math.round(value * 100) / 100

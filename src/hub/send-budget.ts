import type postgres from 'postgres'
import type { Database } from '../db/client.ts'

type Window = { readonly ms: number; readonly max: number }
type Taken = { readonly outcome: 'ok' } | { readonly outcome: 'wait'; readonly afterMs: number }

/** Shaped like chat/ports.ts SendBudget. */
type SendBudget = { take(key: string, windows: readonly Window[]): Promise<Taken> }

/**
 * A window is counted in this many slots. The vendor's own counting is unknown (sliding, or fixed from some minute on), and
 * WeCom drops the surplus without a word: with slots no stretch of `ms`, wherever it begins, holds more than `max`.
 */
const slots = 12

type Slot = { readonly key: string; readonly ms: number; readonly startMs: number; readonly used: number }

/** Counts sends per receiver in windows shared by all processes; takes one from every window or none. */
export function sendBudget({ sql }: Pick<Database, 'sql'>): SendBudget {
  return {
    take: (key, windows) =>
      sql.begin(async (tx): Promise<Taken> => {
        // a statement of its own: what follows must see what the last holder of the lock committed
        await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`budget ${key}`}, 0))`
        const [clock] = await tx<{ nowMs: number }[]>`
          SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "nowMs"`
        const nowMs = clock?.nowMs ?? 0
        const used = await readSlots(tx, key, windows)
        const waits = windows.map((window) => waitMs(window, used, nowMs))
        const afterMs = Math.max(0, ...waits)
        if (afterMs > 0) return { outcome: 'wait', afterMs: Math.ceil(afterMs) }
        await count(tx, key, windows, nowMs)
        return { outcome: 'ok' }
      }),
  }
}

async function readSlots(tx: postgres.ISql<{ bigint: bigint }>, key: string, windows: readonly Window[]) {
  const names = Array.from({ length: slots + 1 }, (_, index) => slotKey(key, index))
  return tx<Slot[]>`
    SELECT key, window_ms AS ms, (extract(epoch FROM window_start) * 1000)::float8 AS "startMs", used
    FROM send_budgets WHERE key = ANY(${names}::text[]) AND window_ms = ANY(${windows.map(({ ms }) => ms)}::int[])
    ORDER BY window_start`
}

/** A slot counts until the window has passed its end, so that none is forgotten a slot too early. */
function waitMs({ ms, max }: Window, used: readonly Slot[], nowMs: number): number {
  const slotMs = ms / slots
  const counted = used.filter((slot) => slot.ms === ms && slot.startMs + slotMs + ms > nowMs)
  let sum = counted.reduce((total, slot) => total + slot.used, 0)
  for (const slot of counted) {
    if (sum < max) return 0
    sum -= slot.used
    if (sum < max) return slot.startMs + slotMs + ms - nowMs
  }
  return sum < max ? 0 : ms
}

async function count(
  tx: postgres.ISql<{ bigint: bigint }>,
  key: string,
  windows: readonly Window[],
  nowMs: number,
): Promise<void> {
  const numbers = windows.map(({ ms }) => Math.floor(nowMs / (ms / slots)))
  await tx`
    INSERT INTO send_budgets AS b (key, window_ms, window_start, used)
    SELECT slot, ms, to_timestamp(start / 1000), 1
    FROM unnest(${numbers.map((number) => slotKey(key, number % (slots + 1)))}::text[],
      ${windows.map(({ ms }) => ms)}::int[],
      ${windows.map(({ ms }, index) => (numbers[index] ?? 0) * (ms / slots))}::float8[]) AS slot (slot, ms, start)
    ON CONFLICT (key, window_ms) DO UPDATE SET
      used = CASE WHEN b.window_start = excluded.window_start THEN b.used + 1 ELSE 1 END,
      window_start = excluded.window_start`
}

function slotKey(key: string, index: number): string {
  return `${key}#${index}`
}

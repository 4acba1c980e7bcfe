import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { BadPayload } from '../runtime/errors.ts'
import type { Cipher } from './sealed-json.ts'

type NewToken = { readonly token: string; readonly expiresAtMs: number }
/** `last` is what was handed out before, over by now: some vendors renew with a part of it. */
type FetchNew = (last: string | undefined) => Promise<NewToken>

/** Shaped like chat/ports.ts SharedToken. */
type SharedToken = {
  get(name: string, fetchNew: FetchNew): Promise<string>
  drop(name: string, token: string): Promise<void>
}

/** The tail of a token's life in which it is not handed out any more: a tenth, at most five minutes. */
const marginShare = 0.1
const marginMs = 300_000
/** A fetch has 10 s by the house's rule; the one behind it in the queue waits a little longer. */
const lockWaitMs = 15_000
/**
 * After a refusal that trying again cannot mend (wrong secret) nobody asks for so long: WeCom bars the address for an hour
 * when a wrong secret is used several times (https://developer.work.weixin.qq.com/document/path/90313, 45009, 2026-11-22).
 */
const refusedMs = 600_000

/**
 * A token shared by all processes, encrypted, fetched by one of them at a time (advisory lock; within this process callers
 * share one flight). Rethrows what `fetchNew` throws. Wants a pool without short statement and lock timeouts.
 */
export function sharedToken({ sql }: Pick<Database, 'sql'>, cipher: Cipher, clock: Clock): SharedToken {
  const flights = new Map<string, Promise<string>>()
  const refusals = new Map<string, { readonly error: unknown; readonly untilMs: number }>()

  const fetchOnce = async (name: string, fetchNew: FetchNew): Promise<string> => {
    const refused = refusals.get(name)
    if (refused && refused.untilMs > clock.nowMs()) throw refused.error
    try {
      const token = await fetchLocked(sql, cipher, clock, name, fetchNew)
      refusals.delete(name)
      return token
    } catch (error) {
      if (isFinal(error)) refusals.set(name, { error, untilMs: clock.nowMs() + refusedMs })
      throw error
    }
  }

  return {
    get: async (name, fetchNew) => {
      const known = await stored(sql, cipher, name)
      if (known !== undefined) return known
      const flight = flights.get(name) ?? fetchOnce(name, fetchNew).finally(() => flights.delete(name))
      flights.set(name, flight)
      return flight
    },
    drop: async (name, token) => {
      const [row] = await sql<{ enc: Buffer }[]>`SELECT token_enc AS enc FROM shared_tokens WHERE name = ${name}`
      if (!row || opened(cipher, row.enc) !== token) return
      // it stays readable for the one that renews it
      await sql`UPDATE shared_tokens SET expires_at = now() WHERE name = ${name} AND token_enc = ${row.enc}`
    },
  }
}

async function stored(sql: Database['sql'], cipher: Cipher, name: string): Promise<string | undefined> {
  const [row] = await sql<{ enc: Buffer }[]>`
    SELECT token_enc AS enc FROM shared_tokens WHERE name = ${name} AND expires_at > now()`
  return row && opened(cipher, row.enc)
}

async function fetchLocked(
  sql: Database['sql'],
  cipher: Cipher,
  clock: Clock,
  name: string,
  fetchNew: FetchNew,
): Promise<string> {
  const token = await sql.begin(async (tx) => {
    await tx`SELECT set_config('lock_timeout', ${String(lockWaitMs)}, true),
      set_config('statement_timeout', ${String(lockWaitMs)}, true)`
    await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`token ${name}`}, 0))`
    const [row] = await tx<{ enc: Buffer; alive: boolean }[]>`
      SELECT token_enc AS enc, expires_at > now() AS alive FROM shared_tokens WHERE name = ${name}`
    const last = row && opened(cipher, row.enc)
    if (last !== undefined && row?.alive === true) return last
    const fresh = await fetchNew(last)
    const lifeMs = Math.max(0, fresh.expiresAtMs - clock.nowMs())
    const useForMs = lifeMs - Math.min(lifeMs * marginShare, marginMs)
    // clock_timestamp: now() is the transaction's start, before the fetch
    await tx`
      INSERT INTO shared_tokens (name, token_enc, expires_at)
      VALUES (${name}, ${cipher.seal(fresh.token)}, clock_timestamp() + ${useForMs}::float8 * interval '1 ms')
      ON CONFLICT (name) DO UPDATE SET token_enc = excluded.token_enc, expires_at = excluded.expires_at`
    return fresh.token
  })
  return token
}

/** A token sealed with another key is no token: it is fetched anew. */
function opened(cipher: Cipher, sealed: Buffer): string | undefined {
  try {
    return cipher.open(sealed)
  } catch (error) {
    if (error instanceof BadPayload) return undefined
    throw error
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === false
}

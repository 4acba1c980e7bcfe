import type { Database } from '../db/client.ts'
import type { Hint } from './channel-port.ts'
import { type Cipher, sealJson } from './sealed-json.ts'

/** The job that fetches what a push points at (handlers/feed-task.ts). */
export const feedTask = 'feed.fetch'

export type FeedJob = {
  readonly connector: string
  readonly about: Exclude<Hint['about'], { kind: 'nothing' }>
  readonly track?: Hint['track']
}

export type Push = {
  readonly connector: string
  readonly hints: readonly Hint[]
  readonly raw: Uint8Array
  readonly receivedAtMs: number
}

/** A job about an order or a request. */
export type FetchJob = {
  readonly connector: string
  readonly about: Extract<Hint['about'], { kind: 'order' | 'return' }>
}

/** Stores a push in one statement: the event once, what it points at, and the job that fetches it. Returns how many were new. */
export type TakePush = (push: Push) => Promise<number>

/** Order, request or parcel of a hint as one word; undefined where there is nothing to fetch. */
export function hintSubject(about: Hint['about']): string | undefined {
  if (about.kind === 'order') return `order:${about.orderNo}`
  if (about.kind === 'parcel') return `parcel:${about.waybillNo}`
  return about.kind === 'return' ? `return:${about.afterSaleNo}` : undefined
}

/**
 * $1 connector, $2 keys, $3 abouts, $4 subjects, $5 payloads, $6 waits in ms, $7 told at (ms or null), $8 received at (ms), $9 the
 * sealed body. Everything hangs on the event being new, so a push that comes a thousand times is one row and one job.
 */
const takePushText = `WITH told AS (
    SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[])
      WITH ORDINALITY AS t(key, about, subject, payload, wait_ms, told_ms, n)
  ), fresh AS (
    INSERT INTO source_events (connector, key, about, raw, told_at, received_at)
    SELECT $1, key, about::jsonb, CASE WHEN n = 1 THEN $9::bytea END, to_timestamp(told_ms / 1000), to_timestamp($8::float8 / 1000)
    FROM told ORDER BY key ON CONFLICT DO NOTHING RETURNING key
  ), hint AS (
    INSERT INTO source_hints (connector, about, told_at)
    SELECT DISTINCT $1, t.subject, to_timestamp($8::float8 / 1000) FROM told t JOIN fresh USING (key)
    WHERE t.subject IS NOT NULL ORDER BY 2
    ON CONFLICT (connector, about) DO UPDATE SET told_at = greatest(source_hints.told_at, excluded.told_at)
  ), job AS (
    INSERT INTO outbox (key, task, payload, due_at)
    SELECT 'feed:' || $1 || ':' || t.key, '${feedTask}', t.payload::jsonb, now() + t.wait_ms * interval '1 ms'
    FROM told t JOIN fresh USING (key) WHERE t.subject IS NOT NULL ON CONFLICT (key) DO NOTHING
  )
  SELECT count(*)::int AS fresh FROM fresh`

export function takePush({ sql }: Pick<Database, 'sql'>, cipher: Cipher): TakePush {
  return async (push) => {
    if (push.hints.length === 0) return 0
    const [row] = await sql.unsafe<{ fresh: number }[]>(takePushText, pushValues(push, cipher), { prepare: true })
    return row?.fresh ?? 0
  }
}

type Value = string | number | Buffer | null | (string | number | null)[]

/** The values of takePushText, in order. */
function pushValues({ connector, hints, raw, receivedAtMs }: Push, cipher: Cipher): Value[] {
  const once = hints.filter(({ key }, index) => hints.findIndex((one) => one.key === key) === index)
  return [
    connector,
    once.map(({ key }) => key),
    once.map(({ about }) => JSON.stringify(about)),
    once.map(({ about }) => hintSubject(about) ?? null),
    once.map(({ about, track }) => JSON.stringify(sealJson(cipher, { connector, about, ...(track && { track }) }))),
    once.map(({ waitMs }) => waitMs ?? 0),
    once.map(({ toldAtMs }) => toldAtMs ?? null),
    receivedAtMs,
    cipher.seal(Buffer.from(raw).toString('base64')),
  ]
}

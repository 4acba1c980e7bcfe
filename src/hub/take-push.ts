import type { Database } from '../db/client.ts'
import type { Hint } from './channel-port.ts'
import { type Cipher, sealJson } from './sealed-json.ts'

/** The job that fetches what a push points at (handlers/feed-task.ts). */
export const feedTask = 'feed.fetch'

export type FeedJob = {
  readonly connector: string
  readonly about: Exclude<Hint['about'], { kind: 'nothing' }>
  readonly track?: Hint['track']
  readonly crm?: Hint['crm']
  readonly out?: Hint['out']
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

/**
 * Stores a push: the event once, what it points at, and the job that fetches it, in one statement that it may share with pushes that
 * come in the same moment. Resolves after the commit, with how many events were new.
 */
export type TakePush = (push: Push) => Promise<number>

/** Order, request or parcel of a hint as one word; undefined where there is nothing to fetch. */
export function hintSubject(about: Hint['about']): string | undefined {
  if (about.kind === 'order') return `order:${about.orderNo}`
  if (about.kind === 'parcel') return `parcel:${about.waybillNo}`
  if (about.kind === 'sms') return `sms:${about.id}`
  if (about.kind === 'customer') return `customer:${about.recordId}`
  if (about.kind === 'outbound') return `outbound:${about.eventId}`
  return about.kind === 'return' ? `return:${about.afterSaleNo}` : undefined
}

/**
 * A row per hint: $1 connectors, $2 keys, $3 abouts, $4 subjects, $5 payloads, $6 waits in ms, $7 told at (ms or null), $8 received at
 * (ms), $9 the sealed body (base64) with the first hint of its push. Only of orders and requests is it kept what was last told of
 * them: the others are taken whatever was fetched since. Everything hangs on the event being new, so a push that comes a thousand
 * times is one row and one job. Gives the numbers of the rows that were new, from 1.
 */
export const takePushText = `WITH told AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[], $8::float8[], $9::text[])
      WITH ORDINALITY AS t(connector, key, about, subject, payload, wait_ms, told_ms, received_ms, raw, n)
  ), fresh AS (
    INSERT INTO source_events (connector, key, about, raw, told_at, received_at)
    SELECT connector, key, about::jsonb, decode(raw, 'base64'), to_timestamp(told_ms / 1000), to_timestamp(received_ms / 1000)
    FROM told ORDER BY connector, key ON CONFLICT DO NOTHING RETURNING connector, key
  ), hint AS (
    INSERT INTO source_hints (connector, about, told_at)
    SELECT connector, subject, to_timestamp(max(received_ms) / 1000) FROM told JOIN fresh USING (connector, key)
    WHERE subject LIKE 'order:%' OR subject LIKE 'return:%' GROUP BY connector, subject ORDER BY connector, subject
    ON CONFLICT (connector, about) DO UPDATE SET told_at = greatest(source_hints.told_at, excluded.told_at)
  ), job AS (
    INSERT INTO outbox (key, task, payload, due_at)
    SELECT 'feed:' || connector || ':' || key, '${feedTask}', payload::jsonb, now() + wait_ms * interval '1 ms'
    FROM told JOIN fresh USING (connector, key) WHERE subject IS NOT NULL ON CONFLICT (key) DO NOTHING
  )
  SELECT min(n)::int AS n FROM told JOIN fresh USING (connector, key) GROUP BY connector, key`

/** More statements at once would each carry less, and cost the database as much. */
const atOnce = 2
/** Rows of one statement, but for a push that is larger by itself. */
const mostRows = 200

type Waiting = {
  readonly rows: readonly Row[]
  readonly done: (fresh: number) => void
  readonly failed: (error: unknown) => void
}

/** Pushes that arrive while statements are on their way go together with the next: a burst costs a few commits. */
export function takePush({ sql }: Pick<Database, 'sql'>, cipher: Cipher): TakePush {
  const queue: Waiting[] = []
  let running = 0

  const store = async (rows: readonly Row[]): Promise<ReadonlySet<number>> => {
    const fresh = await sql.unsafe<{ n: number }[]>(takePushText, pushValues(rows), { prepare: true })
    return new Set(fresh.map(({ n }) => n))
  }
  const settle = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const fresh = await store(group.flatMap(({ rows }) => rows))
      let before = 0
      for (const { rows, done } of group) {
        const first = before + 1
        before += rows.length
        done(rows.filter((_, index) => fresh.has(first + index)).length)
      }
    } catch (error) {
      // one that cannot be stored must not take the others with it
      if (group.length > 1) for (const one of group) await settle([one])
      else group[0]?.failed(error)
    }
  }
  const flush = (): void => {
    while (running < atOnce && queue.length > 0) {
      running += 1
      void settle(nextGroup(queue)).finally(() => {
        running -= 1
        flush()
      })
    }
  }
  return (push) => {
    if (push.hints.length === 0) return Promise.resolve(0)
    const rows = rowsOf(push, cipher)
    return new Promise((done, failed) => {
      queue.push({ rows, done, failed })
      flush()
    })
  }
}

function nextGroup(queue: Waiting[]): readonly Waiting[] {
  let rows = 0
  const end = queue.findIndex((one, index) => {
    rows += one.rows.length
    return index > 0 && rows > mostRows
  })
  return queue.splice(0, end < 0 ? queue.length : end)
}

type Row = readonly [
  connector: string,
  key: string,
  about: string,
  subject: string | null,
  payload: string,
  waitMs: number,
  toldAtMs: number | null,
  receivedAtMs: number,
  raw: string | null,
]

/** What is stored of a push, a row per hint. */
export function rowsOf({ connector, hints, raw, receivedAtMs }: Push, cipher: Cipher): readonly Row[] {
  const once = hints.length === 1 ? hints : [...new Map(hints.map((hint) => [hint.key, hint])).values()]
  return once.map(({ key, about, track, crm, out, waitMs, toldAtMs }, index) => [
    connector,
    key,
    JSON.stringify(about),
    hintSubject(about) ?? null,
    JSON.stringify(
      sealJson(cipher, { connector, about, ...(track && { track }), ...(crm && { crm }), ...(out && { out }) }),
    ),
    waitMs ?? 0,
    toldAtMs ?? null,
    receivedAtMs,
    index === 0 ? cipher.seal(Buffer.from(raw).toString('base64')).toString('base64') : null,
  ])
}

/** The values of takePushText, in order. */
export function pushValues(rows: readonly Row[]): Row[number][][] {
  return Array.from({ length: 9 }, (_, column) => rows.map((row) => row[column] ?? null))
}

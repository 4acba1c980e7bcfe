import type { Database } from '../db/client.ts'
import { dayMs } from '../runtime/beijing.ts'

/** How a day's messages reached customers. Shares are 0 to 1; undefined where nothing was sent. */
export type TouchHealth = {
  /** Midnight in Beijing. */
  readonly dayMs: number
  readonly delivered: number
  readonly failed: number
  readonly openShare?: number
  /** The two hours and channel with the most delivered and unread, where its share is under the line. */
  readonly worst?: {
    readonly hour: number
    readonly channel: string
    readonly openShare: number
    readonly delivered: number
  }
  readonly photoFailures: number
  /** The hour in which most of the photos failed. */
  readonly photoHour?: number
}

export type TouchFailure = {
  readonly orderId: string
  readonly channel: string
  readonly orderNo: string
  readonly atMs: number
  readonly why: 'photo' | 'failed'
}

export type TouchLookup = {
  of(dayStartMs: number): Promise<TouchHealth>
  /** Messages of the day that did not arrive, or whose photo could not be shown, newest first. */
  failures(dayStartMs: number, limit: number): Promise<readonly TouchFailure[]>
}

/** Product row 64: under this an hour is abnormal, and over so many failed photos a day is. */
export const touchLines = { openShare: 0.6, photoFailures: 5, leastOfWindow: 20 } as const

/** Figures over one day of notices by the index of their creation; equal to a recount row by row. */
export function touchLookup({ sql }: Pick<Database, 'sql'>): TouchLookup {
  const day = (fromMs: number) => sql`n.channel = 'sms' AND n.created_at >= to_timestamp(${fromMs}::float8 / 1000)
    AND n.created_at < to_timestamp(${fromMs + dayMs}::float8 / 1000)`
  const hour = sql`extract(hour FROM n.created_at AT TIME ZONE 'Asia/Shanghai')::int`
  return {
    of: async (fromMs) => {
      const [all] = await sql<
        { delivered: number; opened: number; failed: number; photos: number; photoHour: number | null }[]
      >`
        SELECT count(*) FILTER (WHERE n.state = 'delivered')::int AS delivered,
          count(*) FILTER (WHERE n.opened_at IS NOT NULL)::int AS opened,
          count(*) FILTER (WHERE n.state = 'failed')::int AS failed, count(*) FILTER (WHERE n.photo_ok = false)::int AS photos,
          mode() WITHIN GROUP (ORDER BY ${hour}) FILTER (WHERE n.photo_ok = false) AS "photoHour"
        FROM notices n WHERE ${day(fromMs)}`
      const [worst] = await sql<{ hour: number; channel: string; delivered: number; opened: number }[]>`
        SELECT ${hour} / 2 * 2 AS hour, o.channel, count(*)::int AS delivered, count(n.opened_at)::int AS opened
        FROM notices n JOIN orders o ON o.id = n.order_id WHERE ${day(fromMs)} AND n.state = 'delivered'
        GROUP BY 1, 2 HAVING count(*) >= ${touchLines.leastOfWindow} AND count(n.opened_at) < ${touchLines.openShare}::float8 * count(*)
        ORDER BY count(*) - count(n.opened_at) DESC, 1, 2 LIMIT 1`
      const { delivered = 0, opened = 0, failed = 0, photos = 0, photoHour = null } = all ?? {}
      return {
        dayMs: fromMs,
        delivered,
        failed,
        ...(delivered > 0 && { openShare: opened / delivered }),
        ...(worst !== undefined && {
          worst: {
            hour: worst.hour,
            channel: worst.channel,
            openShare: worst.opened / worst.delivered,
            delivered: worst.delivered,
          },
        }),
        photoFailures: photos,
        ...(photoHour !== null && { photoHour }),
      }
    },
    failures: (fromMs, limit) => sql<TouchFailure[]>`
      SELECT o.id AS "orderId", o.channel, o.order_no AS "orderNo", round(extract(epoch FROM n.created_at) * 1000)::float8 AS "atMs",
        CASE WHEN n.photo_ok = false THEN 'photo' ELSE 'failed' END AS why
      FROM notices n JOIN orders o ON o.id = n.order_id
      WHERE ${day(fromMs)} AND (n.photo_ok = false OR n.state = 'failed') ORDER BY (n.photo_ok = false) DESC NULLS LAST, n.created_at DESC LIMIT ${limit}`,
  }
}

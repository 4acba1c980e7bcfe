import type { Database } from '../db/client.ts'
import type { Log } from '../runtime/log.ts'

/** What a vendor says became of a message. Times epoch ms. */
export type SmsReceipt = {
  readonly id: string
  readonly isDelivered: boolean
  /** The vendor's or the carrier's, in text. */
  readonly code: string
  readonly atMs?: number
}

type SmsFigures = {
  readonly template: string
  /** The vendor took them. */
  readonly sent: number
  readonly delivered: number
  readonly undelivered: number
  readonly refused: number
}

export type SmsReceipts = {
  /** Takes a receipt once; those of messages that are not ours are passed over. */
  heard(connector: string, receipt: SmsReceipt): Promise<'taken'>
}

/** What became of text messages, by the receipts of their vendor. */
export function smsReceipts({ sql }: Pick<Database, 'sql'>, log: Log): SmsReceipts {
  return {
    heard: async (connector, { id, isDelivered, code, atMs }) => {
      // a receipt also settles a call nobody knows the outcome of
      const rows = await sql<{ template: string }[]>`
        UPDATE sms_messages SET state = ${isDelivered ? 'delivered' : 'undelivered'}, code = ${isDelivered ? null : code},
          reported_at = coalesce(to_timestamp(${atMs ?? null}::float8 / 1000), now())
        WHERE id = ${id} AND connector = ${connector} AND state IN ('sending', 'sent') RETURNING template`
      for (const { template } of rows)
        if (!isDelivered) log('warn', 'a text message did not arrive', { connector, template, code })
      return 'taken'
    },
  }
}

/** What became of the messages since `sinceMs`, by template. */
export async function smsFigures(
  { sql }: Pick<Database, 'sql'>,
  connector: string,
  sinceMs: number,
): Promise<readonly SmsFigures[]> {
  return sql<SmsFigures[]>`
    SELECT template,
      count(*) FILTER (WHERE state IN ('sent', 'delivered', 'undelivered'))::int AS sent,
      count(*) FILTER (WHERE state = 'delivered')::int AS delivered,
      count(*) FILTER (WHERE state = 'undelivered')::int AS undelivered,
      count(*) FILTER (WHERE state = 'refused')::int AS refused
    FROM sms_messages WHERE connector = ${connector} AND created_at >= to_timestamp(${sinceMs}::float8 / 1000)
    GROUP BY template ORDER BY template`
}

import type { Database } from '../db/client.ts'

export type NoticeKind = 'ship' | 'delay' | 'stall' | 'sign' | 'return' | 'refund' | 'survey'

/** Something a customer was told, or was to be told, about an order. Times epoch ms. */
export type Notice = {
  readonly kind: NoticeKind
  readonly channel: 'sms' | 'crm' | 'chat'
  readonly state: 'queued' | 'sent' | 'delivered' | 'failed'
  readonly sentAtMs?: number
  readonly deliveredAtMs?: number
  readonly openedAtMs?: number
  readonly failReason?: string
  /** Whether the sign photo behind the link could be shown; undefined = no photo in it. */
  readonly photoOk?: boolean
  readonly source: string
  readonly createdAtMs: number
}

/** Newest first. `connected`: the hub was told of notices at all (its own of connectors/hub-local.ts aside); without it "none" says nothing. */
export type NoticeList = { readonly notices: readonly Notice[]; readonly connected: boolean }

export type NoticeLookup = { ofOrder(orderId: string): Promise<NoticeList> }

type Row = { readonly [K in keyof Notice]-?: Exclude<Notice[K], undefined> | null }

/** What was sent for an order; at most the newest 20. */
export function noticeLookup({ sql }: Pick<Database, 'sql'>): NoticeLookup {
  const ms = (column: string) => sql.unsafe(`round(extract(epoch FROM ${column}) * 1000)::float8`)
  return {
    ofOrder: async (orderId) => {
      const rows = await sql<Row[]>`
        SELECT kind, channel, state, ${ms('sent_at')} AS "sentAtMs", ${ms('delivered_at')} AS "deliveredAtMs",
          ${ms('opened_at')} AS "openedAtMs", fail_reason AS "failReason", photo_ok AS "photoOk", source,
          ${ms('created_at')} AS "createdAtMs"
        FROM notices WHERE order_id = ${orderId} ORDER BY created_at DESC, id DESC LIMIT 20`
      if (rows.length > 0) return { notices: rows.map(noticeOf), connected: true }
      // newest first by its index: EXISTS would read the table from its start
      const any = await sql`SELECT 1 FROM notices WHERE source <> 'hub' ORDER BY created_at DESC LIMIT 1`
      return { notices: [], connected: any.length > 0 }
    },
  }
}

function noticeOf(row: Row): Notice {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as Notice
}

import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { PlatformRefused } from '../runtime/errors.ts'
import type { Intake } from './intake.ts'
import type { OutboundSource } from './outbound-port.ts'
import type { OutboundTold, ParcelOut } from './outbound-told.ts'
import type { Sources } from './sources.ts'
import type { Sql } from './write.ts'

export type OutboundParts = {
  readonly database: Pick<Database, 'sql'>
  readonly warehouses: readonly OutboundSource[]
  readonly intake: Pick<Intake, 'take'>
  readonly heard: Pick<Sources, 'heard'>
  readonly clock: Clock
}

export type OutboundJob = { readonly connector: string; readonly told: OutboundTold }

export type Outbound = {
  /**
   * Takes one outbound event; not-there: the hub does not know its order yet. Throws PlatformRefused, not to be tried again, with why an
   * event is rejected: it is a dead letter then.
   */
  heard(job: OutboundJob): Promise<'taken' | 'fetched-since' | 'not-there' | 'unknown-connector'>
}

type RejectedParcel = Pick<ParcelOut, 'channel' | 'shop' | 'orderNo' | 'waybillNo'>

/** What leaves the warehouses, by their own signed pushes. */
export function outbound(parts: OutboundParts): Outbound {
  const notedAt = new Map<string, number>()
  /** One row for all of them: once a second is enough, or they would wait for each other. */
  const note = async (source: string) => {
    const nowMs = parts.clock.nowMs()
    if (nowMs - (notedAt.get(source) ?? Number.NEGATIVE_INFINITY) < 1_000) return
    notedAt.set(source, nowMs)
    await parts.heard.heard(source, nowMs)
  }
  return {
    heard: async ({ connector, told }) => {
      const source = parts.warehouses.find(({ name }) => name === connector)?.source
      if (source === undefined) return 'unknown-connector'
      if (told.kind === 'rejected') {
        // a replay of it, after the warehouse has sent the whole event
        if (await isOut(parts, told.about)) return 'fetched-since'
        throw new PlatformRefused(told.reason, { retryable: false })
      }
      const taken = await parts.database.sql.begin((tx) => takeOut(tx, parts, told, source))
      if (taken === 'taken') await note(source)
      return taken
    },
  }
}

type Known = {
  readonly id: string
  readonly orderedAtMs: number
  readonly sourceAtMs: number
  readonly shipped: boolean
}

async function takeOut(
  tx: Sql,
  { intake }: OutboundParts,
  { parcel, toldAtMs }: Extract<OutboundTold, { kind: 'out' }>,
  source: string,
): Promise<'taken' | 'not-there'> {
  const { channel, shop, orderNo, waybillNo, carrier, carrierName, outAtMs, etaAtMs, last, warehouse } = parcel
  // locked, so that two parcels of one order that leave at the same moment both stand there
  const [order] = await tx<Known[]>`
    SELECT id, round(extract(epoch FROM ordered_at) * 1000)::float8 AS "orderedAtMs", shipped_at IS NOT NULL AS shipped,
      round(extract(epoch FROM source_modified_at) * 1000)::float8 AS "sourceAtMs"
    FROM orders WHERE channel = ${channel} AND shop = ${shop} AND order_no = ${orderNo} FOR UPDATE`
  if (order === undefined) return 'not-there'
  const waybills = [...new Set([...(await besides(tx, order.id, last)), waybillNo])].sort()
  const outcome = await intake.take(
    {
      channel,
      shop,
      orderNo,
      source,
      // a parcel that left adds to what is known, so its event is never older than that: late ones and those of one moment count too
      modifiedAtMs: Math.max(toldAtMs, order.sourceAtMs + 1),
      orderedAtMs: order.orderedAtMs,
      waybillNo: waybills.join(','),
      ...(warehouse !== undefined && { warehouse }),
      ...((last || !order.shipped) && { stage: last ? 'shipped' : 'part_shipped', carrier }),
      ...(carrierName !== undefined && { carrierName }),
      ...(last && { shippedAtMs: outAtMs }),
      lines: [],
    },
    tx,
  )
  if (outcome.outcome === 'refused')
    throw new PlatformRefused(`its ${outcome.field} cannot be taken: ${outcome.problem}`, { retryable: false })
  const rows = await tx`
    UPDATE parcels SET eta_at = to_timestamp(${etaAtMs}::float8 / 1000)
    WHERE order_id = ${order.id} AND waybill_no = ${waybillNo}
      AND (${!last} OR EXISTS (SELECT 1 FROM orders o WHERE o.id = order_id AND o.shipped_at IS NOT NULL))`
  if (rows.count === 0)
    throw new PlatformRefused('its waybill or time did not stay: see the corrections of the order', {
      retryable: false,
    })
  return 'taken'
}

/**
 * The order's other parcels. While more follow, and for one that is told late, all that are known stay; with the last one those remain
 * that the warehouse has told (they have a day of arrival): a label that was printed and never used is no parcel.
 */
async function besides(tx: Sql, orderId: string, last: boolean): Promise<readonly string[]> {
  const rows = await tx<{ no: string }[]>`
    SELECT waybill_no AS no FROM parcels
    WHERE order_id = ${orderId} AND waybill_no IS NOT NULL AND (${!last} OR eta_at IS NOT NULL)`
  return rows.map(({ no }) => no)
}

async function isOut({ database: { sql } }: OutboundParts, about: RejectedParcel | undefined): Promise<boolean> {
  if (about === undefined) return false
  const rows = await sql`
    SELECT 1 FROM parcels p JOIN orders o ON o.id = p.order_id
    WHERE p.waybill_no = ${about.waybillNo} AND p.eta_at IS NOT NULL
      AND o.channel = ${about.channel} AND o.shop = ${about.shop} AND o.order_no = ${about.orderNo}`
  return rows.length > 0
}

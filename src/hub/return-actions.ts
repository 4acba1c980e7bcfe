import { isoDay } from '../runtime/beijing.ts'
import type { GiveCommands, GivenCommand } from './commands.ts'
import { undoMs, withdrawCommands } from './give-commands.ts'
import type { PersonalData } from './personal.ts'
import { type DayRange, type PayMethod, type RefundTimes, refundExpectation } from './refund-times.ts'
import type { SaleReturns } from './return-facts.ts'
import { returnLookup } from './return-lookup.ts'
import type { Sql } from './write.ts'

/**
 * What follows when the last level of a return has said yes, in the same transaction: WMS 待收货, the customer's notice, the
 * warehouse's to-do; each once. Call it under the return's lock, after the return was set to approved. Wake the pump after.
 */
export type ReturnApproved = (tx: Sql, returnId: string, nowMs: number) => Promise<void>

/** Closes the to-do of a return whose goods are in; false when there is none. Wake the pump after. */
export type CloseTodo = (tx: Sql, returnId: string) => Promise<boolean>

/** Words for customers, and how what was paid is read; Chinese, so the hub is given them. */
export type CustomerWords = {
  payMethod(refundMethod: string | undefined, paidBy: string | undefined): PayMethod
  /** Days as yyyy-MM-dd. */
  approved(orderNo: string, days: { readonly from: string; readonly until: string } | undefined): string
  /** A return that was approved and is not carried out after all. */
  reversed(orderNo: string): string
}

export type ReturnActionParts = {
  readonly give: GiveCommands
  readonly personal: PersonalData
  readonly refundTimes: () => Promise<RefundTimes>
  readonly words: CustomerWords
}

type Found = {
  readonly sale: SaleReturns['sale']
  readonly request: SaleReturns['returns'][number]
  readonly shop: string
}

export function returnApproved({ give, personal, refundTimes, words }: ReturnActionParts): ReturnApproved {
  return async (tx, returnId, nowMs) => {
    const found = await findReturn(tx, personal, returnId)
    const round = await roundOf(tx, returnId)
    const days = daysOf(expectedDays(found, await refundTimes(), words, nowMs))
    const notice = noticeOf(found, words.approved(found.sale.orderNo, days), days)
    const inAlready = found.request.receivedAtMs !== undefined
    await give(
      tx,
      [
        ...(inAlready ? [] : [{ command: await expectOf(tx, found), holdMs: undoMs }]),
        { command: notice, holdMs: undoMs },
        // people's own list: it is up within seconds, and an undo closes it again
        ...(inAlready ? [] : [{ command: todoOf(found), holdMs: 0 }]),
      ].map(({ command, holdMs }): GivenCommand => {
        const key = `${command.name}:${returnId}:${round}`
        return { key, subject: `return:${returnId}`, command, holdMs }
      }),
    )
  }
}

/** A return whose approval was taken back and given again is told of anew. */
async function roundOf(tx: Sql, returnId: string): Promise<number> {
  const [row] = await tx<{ n: number }[]>`
    SELECT count(*)::int AS n FROM commands
    WHERE subject = ${`return:${returnId}`} AND name = 'crm.notice' AND state = 'withdrawn'`
  return (row?.n ?? 0) + 1
}

/** Throws when there is no such return: it was just approved. */
export async function findReturn(tx: Sql, personal: PersonalData, returnId: string): Promise<Found> {
  const found = await returnLookup({ sql: tx }, personal).byNo(returnId)
  const [order] = await tx<{ shop: string }[]>`
    SELECT o.shop FROM returns r JOIN orders o ON o.id = r.order_id WHERE r.id = ${returnId}`
  if (found === undefined || order === undefined) throw new Error(`there is no return ${returnId}`)
  return { ...found, shop: order.shop }
}

/** The days that refund.eta answers with at this moment. */
function expectedDays({ request, sale }: Found, times: RefundTimes, words: CustomerWords, nowMs: number) {
  const method = words.payMethod(request.refundMethod, sale.payMethod)
  const expected = refundExpectation(request, method, nowMs, times)
  return 'range' in expected ? expected.range : undefined
}

type Days = { readonly from: string; readonly until: string }

const daysOf = (range: DayRange | undefined): Days | undefined =>
  range && { from: isoDay(range.fromMs), until: isoDay(range.toMs) }

export function noticeOf({ sale, request, shop }: Found, text: string, days?: Days) {
  return {
    name: 'crm.notice' as const,
    payload: {
      orderNo: sale.orderNo,
      channel: sale.channel,
      shop,
      about: `return:${request.id}`,
      text,
      ...(days && { fromDay: days.from, untilDay: days.until }),
    },
  }
}

async function expectOf(tx: Sql, { sale, request, shop }: Found) {
  const lines = await tx<{ lineKey: string; sku: string | null; name: string; qty: number }[]>`
    SELECT l.line_key AS "lineKey", l.sku, l.name, coalesce(rl.approved_qty, rl.asked_qty) AS qty
    FROM return_lines rl JOIN order_lines l ON l.id = rl.order_line_id WHERE rl.return_id = ${request.id}
    ORDER BY l.position, l.line_key`
  return {
    name: 'wms.expect_return' as const,
    payload: {
      returnId: request.id,
      channel: sale.channel,
      shop,
      orderNo: sale.orderNo,
      ...parcelOf(request),
      reason: request.reason,
      ...(request.refundFen !== undefined && { refundFen: String(request.refundFen) }),
      lines: lines.map(({ lineKey, sku, name, qty }) => ({ lineKey, ...(sku !== null && { sku }), name, qty })),
    },
  }
}

const parcelOf = ({ waybillNo, carrier }: Found['request']) => ({
  ...(waybillNo !== undefined && { waybillNo }),
  ...(carrier !== undefined && { carrier }),
})

function todoOf({ sale, request }: Found) {
  const goods = request.lines.map(({ name, askedQty, approvedQty }) => ({ name, qty: approvedQty ?? askedQty }))
  const { orderNo, channel } = sale
  return {
    name: 'todo.open' as const,
    payload: { returnId: request.id, orderNo, channel, ...parcelOf(request), goods },
  }
}

export function closeTodo({ give }: Pick<ReturnActionParts, 'give'>): CloseTodo {
  return async (tx, returnId) => {
    const opened = await tx<{ key: string }[]>`
      SELECT key FROM commands c WHERE subject = ${`return:${returnId}`} AND name = 'todo.open' AND state <> 'withdrawn'
        AND NOT EXISTS (SELECT 1 FROM commands d WHERE d.key = ${'todo.close:'} || c.key)`
    for (const { key } of opened) {
      if ((await withdrawCommands(tx, [key])) === 'withdrawn') continue
      const command = { name: 'todo.close', payload: { returnId, opened: key } } as const
      await give(tx, [{ key: `todo.close:${key}`, subject: `return:${returnId}`, command }])
    }
    return opened.length > 0
  }
}

import type { CarrierCode } from '../hub/order-facts.ts'
import { shareOfPieces, sharesOf } from '../hub/refund-shares.ts'
import { arrivalRange, defaultRefundTimes } from '../hub/refund-times.ts'
import { payMethodCode } from '../text/zh-refunds.ts'
import { afterOpenTime, hourMs, minuteMs, whenOpen } from './beijing.ts'
import { returnReasons } from './catalogue.ts'
import type { DraftLevel, DraftLine, DraftReturn } from './draft.ts'
import { type Random, weighted } from './prng.ts'
import { agentOf, holderOf } from './staff.ts'

/** How far the return has come, or is let come. `stuck` levels wait for somebody; the rest runs its course. */
export type ReturnFate =
  | { readonly kind: 'stuck'; readonly level: 1 | 2 | 3 }
  | { readonly kind: 'rejected'; readonly level: 1 | 2 | 3 }
  | { readonly kind: 'withdrawn' }
  /** Approved; the goods never come (yet). */
  | { readonly kind: 'goods-missing' }
  /** Booked in; the money waits (a difference, a check). */
  | { readonly kind: 'money-waits' }
  | { readonly kind: 'done' }

export type ReturnStart = {
  readonly id: string
  readonly appliedAtMs: number
  readonly nowMs: number
  readonly lines: readonly DraftLine[]
  readonly totalFen: number
  readonly paidFen: number
  readonly freightFen: number
  readonly payMethod: string
  readonly carrier: CarrierCode
  readonly waybillNo: string
  readonly fate: ReturnFate
  readonly reason?: string
  /** Holders by level, where a story names them. */
  readonly holderId?: string
  readonly wholeOnly?: boolean
  /** When the parcel was scanned in, where a story names it. */
  readonly goodsAtMs?: number
}

const rejectReasons = ['超过退货期', '面单不符', '已拆封影响二次销售', '凭证不清楚']
const pickFate = weighted<ReturnFate>([
  [{ kind: 'done' }, 84],
  [{ kind: 'rejected', level: 1 }, 4],
  [{ kind: 'rejected', level: 2 }, 2],
  [{ kind: 'rejected', level: 3 }, 1],
  [{ kind: 'withdrawn' }, 4],
  [{ kind: 'money-waits' }, 2],
  [{ kind: 'goods-missing' }, 3],
])

export const returnFateOf = pickFate

const levelRules = [
  { level: 1, role: 'cs_lead', limitMs: 15 * minuteMs, opens: 8, closes: 23, usualMs: 6 * minuteMs },
  { level: 2, role: 'warehouse', limitMs: 4 * hourMs, opens: 9, closes: 21, usualMs: 50 * minuteMs },
  { level: 3, role: 'finance', limitMs: 4 * hourMs, opens: 9, closes: 21, usualMs: 40 * minuteMs },
] as const

/** Runs the three levels up to now. `passedAtMs` is set when all said yes before now. */
function runLevels(
  random: Random,
  start: ReturnStart,
): { levels: DraftLevel[]; passedAtMs?: number; rejectedAtMs?: number } {
  const levels: DraftLevel[] = []
  let at: number | undefined = start.appliedAtMs
  let rejectedAtMs: number | undefined
  for (const rule of levelRules) {
    const waiting = {
      level: rule.level,
      role: rule.role,
      holderId: undefined,
      startedAtMs: undefined,
      dueAtMs: undefined,
    }
    if (at === undefined) {
      levels.push({ ...waiting, state: 'waiting', decidedAtMs: undefined, reason: undefined })
      continue
    }
    const begun: DraftLevel = {
      ...waiting,
      state: 'pending',
      holderId: start.holderId ?? holderOf(random, rule.role).id,
      startedAtMs: at,
      dueAtMs: afterOpenTime(at, rule.limitMs, rule.opens, rule.closes),
      decidedAtMs: undefined,
      reason: undefined,
    }
    const holderId = holderOf(random, rule.role).id
    const decidedAt: number =
      whenOpen(at, rule.opens, rule.closes) + Math.round(random.around(rule.usualMs) / 1000) * 1000
    const stops = start.fate.kind === 'withdrawn' || (start.fate.kind === 'stuck' && start.fate.level === rule.level)
    const refuses = start.fate.kind === 'rejected' && start.fate.level === rule.level
    if (stops || decidedAt > start.nowMs) {
      levels.push(begun)
      at = undefined
    } else if (refuses) {
      rejectedAtMs = decidedAt
      levels.push({ ...begun, holderId, state: 'rejected', decidedAtMs: decidedAt, reason: random.pick(rejectReasons) })
      at = undefined
    } else {
      levels.push({ ...begun, holderId, state: 'approved', decidedAtMs: decidedAt })
      at = decidedAt
    }
  }
  return {
    levels,
    ...(at === undefined ? {} : { passedAtMs: at }),
    ...(rejectedAtMs === undefined ? {} : { rejectedAtMs }),
  }
}

/** Part of the lines or of a line's quantity comes back in a third of the returns. */
function askedOf(random: Random, start: ReturnStart): { line: DraftLine; askedQty: number }[] {
  const all = start.lines.map((line) => ({ line, askedQty: line.qty }))
  const pieces = start.lines.reduce((sum, line) => sum + line.qty, 0)
  if (start.wholeOnly === true || pieces === 1 || !random.chance(0.4)) return all
  const line = random.pick(start.lines)
  return [{ line, askedQty: random.int(1, line.qty) }]
}

/** What was paid for `qty` pieces of each of these lines, to the fen, by the rule of hub/refund-shares.ts. */
function worthOf(start: ReturnStart, lines: readonly { readonly line: DraftLine; readonly qty: number }[]): number[] {
  const amounts = start.lines.map(({ amountFen }) => BigInt(amountFen))
  const paid = sharesOf(BigInt(start.paidFen - start.freightFen), amounts)
  return lines.map(({ line, qty }) => {
    const share = paid[start.lines.indexOf(line)] ?? 0n
    return Number(shareOfPieces(share, line.qty, 0, qty))
  })
}

/** A return as it stands at `nowMs`: approval, goods and money each on their own track. */
export function returnOf(random: Random, start: ReturnStart): DraftReturn {
  const asked = askedOf(random, start)
  const whole = asked.length === start.lines.length && asked.every(({ line, askedQty }) => askedQty === line.qty)
  const { levels, passedAtMs, rejectedAtMs } = runLevels(random, start)
  const withdrawn = start.fate.kind === 'withdrawn'
  const approvedAtMs = withdrawn ? undefined : passedAtMs
  const goodsAt =
    approvedAtMs === undefined || start.fate.kind === 'goods-missing'
      ? undefined
      : approvedAtMs + random.around(38) * hourMs
  const scannedAt = goodsAt === undefined ? undefined : (start.goodsAtMs ?? whenOpen(goodsAt, 9, 20))
  const receivedAtMs = past(scannedAt, start.nowMs)
  const damaged = receivedAtMs !== undefined && random.chance(0.12) && start.goodsAtMs === undefined
  const short =
    receivedAtMs !== undefined &&
    (start.fate.kind === 'money-waits' || (random.chance(0.03) && start.goodsAtMs === undefined))
  const lines = asked.map(({ line, askedQty }) => {
    const receivedQty = receivedAtMs === undefined ? 0 : short && askedQty > 1 ? askedQty - 1 : askedQty
    return { line, askedQty, receivedQty, damagedQty: damaged ? Math.min(1, receivedQty) : 0 }
  })
  const missing = receivedAtMs !== undefined && lines.some(({ askedQty, receivedQty }) => receivedQty < askedQty)
  const amounts = worthOf(
    start,
    lines.map(({ line, askedQty, receivedQty }) => ({
      line,
      qty: receivedAtMs === undefined ? askedQty : receivedQty,
    })),
  )
  const refundFen = amounts.reduce((sum, amount) => sum + amount, 0)
  const releasedAtMs =
    start.fate.kind === 'money-waits'
      ? undefined
      : past(receivedAtMs === undefined ? undefined : receivedAtMs + 2 * minuteMs, start.nowMs)
  const bankMs = Math.round(random.around(14) * 60) * minuteMs
  const refundedAtMs = past(
    releasedAtMs === undefined
      ? undefined
      : arrivalRange(payMethodCode(start.payMethod), releasedAtMs, defaultRefundTimes).fromMs + bankMs,
    start.nowMs,
  )
  const endedAtMs =
    refundedAtMs ?? rejectedAtMs ?? (withdrawn ? past(start.appliedAtMs + 5 * hourMs, start.nowMs) : undefined)
  return {
    id: start.id,
    reason: start.reason ?? random.pick(returnReasons),
    appliedAtMs: start.appliedAtMs,
    appliedBy: agentOf(random).id,
    waybillNo: start.waybillNo,
    carrier: start.carrier,
    approval: approvalOf(approvedAtMs, rejectedAtMs, withdrawn && endedAtMs !== undefined),
    approvedAtMs,
    rejectedAtMs,
    receivedAtMs: receivedAtMs === undefined ? undefined : Math.round(receivedAtMs),
    inspection:
      receivedAtMs === undefined
        ? undefined
        : missing
          ? '数量不符,少1件,核实中'
          : damaged
            ? '1件外包装破损'
            : '验货完好',
    refundFen,
    refundMethod: `原路退回(${start.payMethod})`,
    releasedAtMs: releasedAtMs === undefined ? undefined : Math.round(releasedAtMs),
    refundedAtMs: refundedAtMs === undefined ? undefined : Math.round(refundedAtMs),
    closedAtMs: endedAtMs === undefined ? undefined : Math.round(endedAtMs),
    whole,
    lines: lines.map(({ line, askedQty, receivedQty, damagedQty }, index) => ({
      lineId: line.id,
      askedQty,
      approvedQty: approvedAtMs === undefined ? undefined : askedQty,
      receivedQty,
      damagedQty,
      refundedFen: refundedAtMs === undefined ? undefined : amounts[index],
    })),
    levels: withdrawn && endedAtMs !== undefined ? levels.map(dropped) : levels,
  }
}

/** A level nobody has to decide any more. */
function dropped(level: DraftLevel): DraftLevel {
  return { ...level, state: 'waiting', holderId: undefined, dueAtMs: undefined }
}

function past(atMs: number | undefined, nowMs: number): number | undefined {
  return atMs !== undefined && atMs <= nowMs ? atMs : undefined
}

function approvalOf(
  approvedAtMs: number | undefined,
  rejectedAtMs: number | undefined,
  withdrawn: boolean,
): DraftReturn['approval'] {
  if (withdrawn) return 'withdrawn'
  if (rejectedAtMs !== undefined) return 'rejected'
  return approvedAtMs === undefined ? 'pending' : 'approved'
}

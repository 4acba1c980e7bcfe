import { z } from 'zod'
import { dayMs, dayStart, nextMonthDay } from '../runtime/beijing.ts'
import { BadPayload } from '../runtime/errors.ts'
import { isWorkingDay, publishedDays } from './holidays.ts'
import { type LevelFacts, pendingLevel, type ReturnView } from './return-facts.ts'
import type { Settings } from './settings.ts'

export type PayMethod =
  | 'wechat'
  | 'wechat_balance'
  | 'alipay'
  | 'huabei'
  | 'douyin_pay'
  | 'jd_pay'
  | 'bank_card'
  | 'bank_transfer'
  | 'cash'
  | 'on_account'
  | 'unknown'

/** `days` counts every day, `working-days` only those on which banks settle, `month-day` is a date of the next month. */
export type Span = { readonly n: number; readonly unit: 'days' | 'working-days' | 'month-day' }

/** Earliest and latest day on which the money is seen, counted from the day of release. */
export type RefundTime = { readonly from: Span; readonly to: Span }

export type RefundTimes = {
  readonly methods: Readonly<Record<PayMethod, RefundTime>>
  /** How long a parcel usually takes back to the warehouse. */
  readonly transitDays: { readonly from: number; readonly to: number }
  /** YYYY-MM-DD: days off besides weekends, and weekend days that are worked. */
  readonly holidays: readonly string[]
  readonly workdays: readonly string[]
}

const days = (n: number): Span => ({ n, unit: 'days' })
const working = (n: number): Span => ({ n, unit: 'working-days' })

/**
 * Version 1, 2026-11-22. Sources: WeChat Pay and Alipay merchant help (balance at once, cards 1–3 working days; the hub knows
 * the app, not what stood behind it, so cards set the far end), Douyin and JD pay alike; UnionPay returns 1–5 working days;
 * on account: the next month's statement. The near end is the day after release: channels book refunds overnight.
 */
export const defaultRefundTimes: RefundTimes = {
  methods: {
    wechat: { from: days(1), to: working(3) },
    wechat_balance: { from: days(0), to: days(1) },
    alipay: { from: days(1), to: working(3) },
    huabei: { from: days(1), to: days(3) },
    douyin_pay: { from: days(1), to: working(3) },
    jd_pay: { from: days(1), to: working(3) },
    bank_card: { from: working(1), to: working(5) },
    bank_transfer: { from: working(1), to: working(3) },
    cash: { from: days(0), to: days(3) },
    on_account: { from: { n: 1, unit: 'month-day' }, to: { n: 5, unit: 'month-day' } },
    // the widest of those above that count from release
    unknown: { from: days(0), to: working(5) },
  },
  transitDays: { from: 1, to: 5 },
  ...publishedDays,
}

const spanForm = z.object({ n: z.int().min(0).max(60), unit: z.enum(['days', 'working-days', 'month-day']) })
const form = z.strictObject({
  methods: z.partialRecord(
    z.enum(Object.keys(defaultRefundTimes.methods) as [PayMethod, ...PayMethod[]]),
    z.object({ from: spanForm, to: spanForm }),
  ),
  transitDays: z.object({ from: z.int().min(0), to: z.int().max(60) }),
  holidays: z.array(z.iso.date()),
  workdays: z.array(z.iso.date()),
})

/** The table with what the setting `refund.times` replaces of it. Throws BadPayload when the setting has another shape. */
export async function refundTimes(settings: Pick<Settings, 'get'>): Promise<RefundTimes> {
  const stored = await settings.get('refund.times')
  if (stored === undefined) return defaultRefundTimes
  const read = form.partial().safeParse(stored)
  if (!read.success) throw new BadPayload(`setting refund.times: ${z.prettifyError(read.error)}`)
  const { methods, ...rest } = read.data
  const given = Object.entries(rest).filter(([, value]) => value !== undefined)
  return {
    ...defaultRefundTimes,
    ...Object.fromEntries(given),
    methods: { ...defaultRefundTimes.methods, ...(methods as Partial<RefundTimes['methods']>) },
  }
}

/** Two Beijing midnights, both days included; `fromMs` ≤ `toMs`. */
export type DayRange = { readonly fromMs: number; readonly toMs: number }

/** The days on which money released at `releasedAtMs` is expected. */
export function arrivalRange(method: PayMethod, releasedAtMs: number, times: RefundTimes): DayRange {
  const { from, to } = times.methods[method]
  const fromMs = after(releasedAtMs, from, times)
  return { fromMs, toMs: Math.max(fromMs, after(releasedAtMs, to, times)) }
}

function after(atMs: number, { n, unit }: Span, times: RefundTimes): number {
  const start = dayStart(atMs)
  if (unit === 'days') return start + n * dayMs
  if (unit === 'month-day') return nextMonthDay(atMs, Math.min(28, Math.max(1, n)))
  let at = start
  for (let left = n; left > 0; ) {
    at += dayMs
    if (isWorkingDay(at, times)) left -= 1
  }
  return at
}

/** How far the money is. A range before `released` holds only if the limits still ahead are kept. */
export type RefundExpectation =
  | { readonly stage: 'refunded'; readonly atMs: number }
  | { readonly stage: 'rejected' | 'withdrawn' }
  /** `late`: the last expected day has passed and no arrival is known. */
  | { readonly stage: 'released'; readonly releasedAtMs: number; readonly range: DayRange; readonly late: boolean }
  /** Booked in, not released: counted from now. */
  | { readonly stage: 'release'; readonly range: DayRange }
  /** Approved, the parcel is under way; no range once the usual time has passed. */
  | { readonly stage: 'goods'; readonly range?: DayRange }
  | { readonly stage: 'approval'; readonly level?: LevelFacts; readonly range: DayRange }

type Asked = Pick<
  ReturnView,
  | 'approval'
  | 'wholeDueAtMs'
  | 'approvedAtMs'
  | 'receivedAtMs'
  | 'releasedAtMs'
  | 'refundedAtMs'
  | 'levels'
  | 'comingBack'
>

/** When the money of a return is expected, by its stage and the way it was paid; for answers and notices alike. */
export function refundExpectation(
  request: Asked,
  method: PayMethod,
  nowMs: number,
  times: RefundTimes,
): RefundExpectation {
  if (request.refundedAtMs !== undefined) return { stage: 'refunded', atMs: request.refundedAtMs }
  if (request.approval === 'rejected' || request.approval === 'withdrawn') return { stage: request.approval }
  if (request.releasedAtMs !== undefined) {
    const range = arrivalRange(method, request.releasedAtMs, times)
    return { stage: 'released', releasedAtMs: request.releasedAtMs, range, late: nowMs >= range.toMs + dayMs }
  }
  if (request.receivedAtMs !== undefined) return { stage: 'release', range: arrivalRange(method, nowMs, times) }
  const { from, to } = times.transitDays
  if (request.approval === 'approved') {
    const sentMs = request.approvedAtMs ?? nowMs
    const eta = request.comingBack?.etaAtMs
    const lastMs = eta !== undefined && eta > nowMs ? eta : sentMs + to * dayMs
    if (lastMs < nowMs) return { stage: 'goods' }
    return { stage: 'goods', range: between(method, Math.max(nowMs, sentMs + from * dayMs), lastMs, times) }
  }
  const level = pendingLevel(request)
  const decidedMs = Math.max(nowMs, level?.dueAtMs ?? 0, request.wholeDueAtMs)
  return {
    stage: 'approval',
    ...(level !== undefined && { level }),
    range: between(method, nowMs + from * dayMs, decidedMs + to * dayMs, times),
  }
}

/** Released at the earliest at one moment and at the latest at another. */
function between(method: PayMethod, firstMs: number, lastMs: number, times: RefundTimes): DayRange {
  const fromMs = arrivalRange(method, firstMs, times).fromMs
  return { fromMs, toMs: Math.max(fromMs, arrivalRange(method, lastMs, times).toMs) }
}

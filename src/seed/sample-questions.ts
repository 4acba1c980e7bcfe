import type { Database } from '../db/client.ts'
import { dayStart } from './beijing.ts'

export type SampleQuestion = {
  /** What the question shows, for tests and the README. */
  readonly shows:
    | 'in-transit'
    | 'exception'
    | 'carrier'
    | 'phone-tail'
    | 'several'
    | 'swapped-digits'
    | 'waiting'
    | 'track'
  /** The line to type. */
  readonly text: string
  /** The number, tail or name that stands in it. */
  readonly subject: string
}

type Order = { readonly orderNo: string; readonly waybillNo: string; readonly phoneTail: string | null }

/** Questions with numbers of this hub, for the play page and the README; a hub that lacks a case gets fewer of them. */
export async function sampleQuestions(
  { sql }: Pick<Database, 'sql'>,
  nowMs: number,
): Promise<readonly SampleQuestion[]> {
  const standing = async (state: string, channel: string): Promise<Order | undefined> => {
    const [order] = await sql<Order[]>`
      SELECT o.order_no AS "orderNo", p.waybill_no AS "waybillNo", o.phone_tail AS "phoneTail"
      FROM parcels p JOIN orders o ON o.id = p.order_id
      WHERE p.state = ${state} AND p.waybill_no IS NOT NULL AND o.channel = ${channel} AND o.refunded_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM parcels other WHERE other.order_id = o.id AND other.id <> p.id)
        AND p.last_event_at > to_timestamp(${nowMs}::float8 / 1000) - interval '40 hours'
      -- the orders with a story come first: their numbers stand in the README
      ORDER BY o.order_no <> '6936476692437472563', p.last_event_at DESC, o.id LIMIT 1`
    return order
  }
  const moving = await standing('in_transit', 'douyin')
  const trouble = await standing('exception', 'tmall')
  const signed = await standing('signed', 'tmall')
  const walking = (await standing('delivering', 'jd')) ?? (await standing('delivering', 'tmall'))
  const several = await nameOfSeveral({ sql }, nowMs)
  const swapped = moving && swapDigits(moving.orderNo)
  const waiting = await waitingDay({ sql }, nowMs)
  const questions: (SampleQuestion | undefined)[] = [
    moving ? { shows: 'in-transit', text: `${moving.orderNo} 到哪了`, subject: moving.orderNo } : undefined,
    trouble ? { shows: 'exception', text: `天猫 ${trouble.orderNo} 什么状态`, subject: trouble.orderNo } : undefined,
    signed ? { shows: 'carrier', text: `${signed.orderNo} 发的哪家快递`, subject: signed.orderNo } : undefined,
    walking?.phoneTail
      ? { shows: 'phone-tail', text: `手机尾号${walking.phoneTail} 最近7天的订单到哪了`, subject: walking.phoneTail }
      : undefined,
    several ? { shows: 'several', text: `${several}最近15天的订单`, subject: several } : undefined,
    swapped ? { shows: 'swapped-digits', text: `${swapped} 到哪了`, subject: swapped } : undefined,
    waiting ? { shows: 'waiting', text: `${waiting}京东待发货的有哪些`, subject: waiting } : undefined,
    walking ? { shows: 'track', text: `${walking.waybillNo} 物流`, subject: walking.waybillNo } : undefined,
  ]
  return questions.filter((question) => question !== undefined)
}

/** A name that at least two people bear who ordered in the last 15 days; 张伟 where there is a choice. */
async function nameOfSeveral({ sql }: Pick<Database, 'sql'>, nowMs: number): Promise<string | undefined> {
  const [row] = await sql<{ name: string }[]>`
    SELECT consignee_name AS name FROM orders
    WHERE consignee_name IS NOT NULL AND ordered_at >= to_timestamp(${dayStart(nowMs)}::float8 / 1000) - interval '14 days'
    GROUP BY consignee_name HAVING count(DISTINCT customer_id) > 1
    ORDER BY consignee_name <> '张伟', count(DISTINCT customer_id) DESC, consignee_name LIMIT 1`
  return row?.name
}

/** The latest of today and yesterday on which 京东 orders wait to be shipped. */
async function waitingDay({ sql }: Pick<Database, 'sql'>, nowMs: number): Promise<string | undefined> {
  const [row] = await sql<{ latest: number | null }[]>`
    SELECT (extract(epoch FROM max(ordered_at)) * 1000)::float8 AS latest FROM orders
    WHERE channel = 'jd' AND paid_at IS NOT NULL AND shipped_at IS NULL AND cancelled_at IS NULL
      AND on_hold_at IS NULL AND quarantined_at IS NULL AND refunded_at IS NULL`
  const day = dayStart(nowMs)
  if (row?.latest == null) return undefined
  if (row.latest >= day) return '今天'
  return row.latest >= day - 86_400_000 ? '昨天' : undefined
}

/** The number with two neighbouring digits near its end the other way round, as people mistype it. */
function swapDigits(orderNo: string): string | undefined {
  const digits = [...orderNo]
  for (let at = digits.length - 3; at > 0; at--) {
    const [left, right] = [digits[at], digits[at + 1]]
    if (left === undefined || right === undefined || left === right) continue
    if (!/\d/.test(left) || !/\d/.test(right)) continue
    digits[at] = right
    digits[at + 1] = left
    return digits.join('')
  }
  return undefined
}

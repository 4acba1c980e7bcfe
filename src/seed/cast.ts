import type { Channel, ExceptionKind } from '../hub/order-facts.ts'
import type { Wanted } from './basket.ts'
import { dateDigits, dayMs, dayStart, hourMs, hourOf, minuteMs, weekdayOf } from './beijing.ts'
import type { OrderFate } from './fate.ts'
import type { Crowd, Customer, KnownName } from './people.ts'
import type { Plan } from './plan.ts'
import { staff } from './staff.ts'

/** Orders that somebody will ask for by name: the conversations of the product texts, told relative to now. */
export function namedPlans(crowd: Crowd, nowMs: number): readonly Plan[] {
  const today = dayStart(nowMs)
  const yesterday = today - dayMs
  const plan = (name: KnownName, channel: Channel, orderedAtMs: number, rest: Partial<Plan> = {}): Plan => ({
    customer: crowd.known(name),
    channel,
    orderedAtMs,
    promo: false,
    fate: {},
    ownPhone: true,
    ...rest,
  })
  const back = (
    atMs: number,
    number: string,
    rest: { holderId?: string; reason?: string; goodsAtMs?: number } = {},
  ) => ({
    id: `TH${dateDigits(atMs).slice(2)}${number}`,
    appliedAtMs: atMs,
    ...rest,
  })
  const returning = (fate: NonNullable<OrderFate['comesBack']>['fate']): OrderFate => ({
    comesBack: { fate, afterMs: 0 },
  })
  const tenDaysBefore = (atMs: number) => atMs - 10 * dayMs
  const yesterdayAt = (hour: number, minute = 0) => yesterday + hour * hourMs + minute * minuteMs
  const longAgo = nowMs - 26 * hourMs
  const tuesday = today - ((weekdayOf(nowMs) + 5) % 7) * dayMs + 9 * hourMs
  const lastFriday = today - (((weekdayOf(nowMs) + 6) % 7) + 3) * dayMs + 15 * hourMs
  return [
    plan('wangFang', 'douyin', nowMs, {
      orderNo: '6936476692437472563',
      wanted: [{ sku: 'NF-P3-900', qty: 2 }],
      carrier: 'ZTO',
      waybillNo: '75894561230147',
      warehouse: '广州仓',
      anchor: { state: 'in_transit', agoMs: 84 * minuteMs, place: '杭州萧山转运中心' },
    }),
    plan('zhangTmall', 'tmall', tenDaysBefore(yesterday), {
      wanted: [{ sku: 'NF-P2-900', qty: 1 }],
      fate: returning({ kind: 'stuck', level: 2 }),
      back: back(yesterdayAt(16, 5), '0031', { reason: '宝宝过敏' }),
    }),
    plan('zhangDouyin', 'douyin', tenDaysBefore(yesterday), {
      wanted: [{ sku: 'NF-P3-900', qty: 1 }],
      fate: returning({ kind: 'done' }),
      // scanned in half an hour ago: the answer of product J2
      back: back(yesterdayAt(9, 12), '0033', { reason: '不想要了', goodsAtMs: nowMs - 34 * 60_000 }),
    }),
    plan('zhangJd', 'jd', nowMs, {
      wanted: [{ sku: 'DP-XL-40', qty: 3 }],
      anchor: { state: 'delivering', agoMs: 50 * minuteMs },
    }),
    plan('liNa', 'tmall', nowMs, {
      orderNo: '4257636757147510842',
      wanted: [{ sku: 'PU-L-44', qty: 2 }],
      // not older: just after midnight the order would no longer be one of 最近三天
      anchor: { state: 'delivering', agoMs: 40 * minuteMs },
    }),
    plan('wangJing', 'tmall', tenDaysBefore(nowMs), {
      wanted: [{ sku: 'DP-L-46', qty: 2 }],
      fate: returning({ kind: 'stuck', level: 1 }),
      back: back(nowMs - 8000, '0015', { reason: '外包装破损' }),
    }),
    plan('zhaoMin', 'douyin', nowMs - 9 * hourMs, {
      orderNo: '6926704328626645039',
      wanted: [{ sku: 'NF-P2-900', qty: 1 }],
      paidFen: 28650,
    }),
    plan('liuFangToo', 'douyin', tenDaysBefore(longAgo), {
      wanted: [{ sku: 'WW-80-6', qty: 4 }],
      paidFen: 16900,
      fate: returning({ kind: 'stuck', level: 3 }),
      back: back(longAgo, '0019', { holderId: staffId('小陈') }),
    }),
    plan('jxs03', 'distributor', tenDaysBefore(yesterday), {
      // distributors count from 0001 each day and never come this far
      orderNo: `JXS03-${dateDigits(tenDaysBefore(yesterday))}-9001`,
      shop: 'JXS03',
      wanted: [{ sku: 'DP-M-52', qty: 20 }],
      fate: returning({ kind: 'stuck', level: 3 }),
      back: back(yesterdayAt(14, 20), '0047', { reason: '临期不满意' }),
    }),
    plan('liuFang', 'miniapp', yesterdayAt(11, 3), {
      wanted: [
        { sku: 'DP-L-46', qty: 3 },
        { sku: 'WW-80-6', qty: 1 },
      ],
    }),
    plan('yangLiu', 'tmall', tenDaysBefore(tuesday), {
      wanted: [{ sku: 'BT-PPSU-240', qty: 2 }],
      fate: returning({ kind: 'done' }),
      back: back(tuesday, '0052', { reason: '不想要了' }),
    }),
    plan('gaoJie', 'douyin', tenDaysBefore(lastFriday), {
      wanted: [{ sku: 'RP-80', qty: 2 }],
      fate: returning({ kind: 'money-waits' }),
      back: back(lastFriday, '0060', { reason: '尺码不合适' }),
    }),
    plan('qianYue', 'tmall', doubleEleven(nowMs), {
      wanted: [{ sku: 'SL-L9', qty: 1 }],
      promo: true,
      fate: { late: '缺货,等补货', holdReason: '预售未到期,等待补货' },
    }),
  ]
}

function staffId(name: string): string {
  const person = staff.find((candidate) => candidate.name === name)
  if (person === undefined) throw new RangeError(`nobody is called ${name}`)
  return person.id
}

/** The first hour of the last 11-11 if it lies in the window, else ten days ago. */
function doubleEleven(nowMs: number): number {
  for (let day = dayStart(nowMs); day > nowMs - 55 * dayMs; day -= dayMs)
    if (dateDigits(day).endsWith('1111')) return day + 25 * minuteMs
  return dayStart(nowMs) - 10 * dayMs + 25 * minuteMs
}

type Case = { readonly channel: Channel; readonly fate?: OrderFate; readonly wanted?: readonly Wanted[] } & (
  | { readonly hoursAgo: number }
  | { readonly anchor: NonNullable<Plan['anchor']> }
  | { readonly returnedHoursAgo: number }
)

const several: readonly Wanted[] = [
  { sku: 'NF-P3-900', qty: 2 },
  { sku: 'DP-L-46', qty: 3 },
  { sku: 'WW-80-6', qty: 1 },
]

const exceptions: readonly ExceptionKind[] = [
  'stuck',
  'delivery_failed',
  'refused',
  'unreachable',
  'damaged',
  'lost',
  'returning',
  'unrecognised',
]
const channels: readonly Channel[] = ['douyin', 'tmall', 'jd', 'miniapp', 'distributor']
const turn = (index: number): Channel => channels[index % channels.length] ?? 'douyin'

/** One order at least of every state the desk knows, so that a sample of any size shows them all. */
export function casesOf(nowMs: number): readonly Case[] {
  const anchor = (state: NonNullable<Plan['anchor']>['state'], hours: number) => ({
    state,
    agoMs: Math.round(hours * hourMs),
  })
  const trouble = (exception: ExceptionKind, hours: number, index: number): Case => ({
    channel: turn(index),
    fate: { parcel: { kind: 'exception', exception, mended: false } },
    anchor: anchor('exception', hours),
  })
  return [
    ...exceptions.flatMap((kind, index) => [
      trouble(kind, 2 + index * 1.5, index),
      trouble(kind, 20 + index * 3, index + 2),
    ]),
    ...[49, 55, 63, 78].map(
      (hours, index): Case => ({
        channel: turn(index),
        fate: { parcel: { kind: 'silent' } },
        anchor: anchor('in_transit', hours),
      }),
    ),
    ...[26, 31, 44].map(
      (hours, index): Case => ({
        channel: turn(index),
        fate: { parcel: { kind: 'unscanned' } },
        anchor: anchor('created', hours),
      }),
    ),
    ...[1, 3, 6].map((hours, index): Case => ({ channel: turn(index), anchor: anchor('created', hours) })),
    ...[1, 2, 5].map((hours, index): Case => ({ channel: turn(index + 1), anchor: anchor('collected', hours) })),
    ...[0.7, 2, 4, 9, 15].map((hours, index): Case => ({ channel: turn(index), anchor: anchor('in_transit', hours) })),
    ...[0.4, 1, 1.6, 2.5].map(
      (hours, index): Case => ({ channel: turn(index), anchor: anchor('delivering', walking(nowMs, hours)) }),
    ),
    ...[0.5, 1.5, 3, 5, 7, 9].map(
      (hours, index): Case => ({ channel: turn(index), anchor: anchor('signed', walking(nowMs, hours)) }),
    ),
    ...[2, 7].map(
      (hours, index): Case => ({
        channel: turn(index),
        wanted: several,
        fate: { parcels: 2, restWaits: true },
        anchor: anchor('in_transit', hours),
      }),
    ),
    { channel: 'jd', wanted: several, fate: { parcels: 3 }, anchor: anchor('in_transit', 30) },
    { channel: 'douyin', fate: { giftApart: true }, anchor: anchor('in_transit', 14) },
    ...waiting(),
    ...returnCases(),
  ]
}

/** Couriers walk by day: at night the last delivery was the evening before. */
function walking(nowMs: number, hours: number): number {
  const hour = hourOf(nowMs - hours * hourMs)
  return hour >= 8 && hour <= 21 ? hours : hours + ((hour + 24 - 20) % 24)
}

/** Not shipped yet, each for another reason. */
function waiting(): Case[] {
  return [
    { channel: 'douyin', fate: { unpaid: true }, hoursAgo: 0.1 },
    { channel: 'tmall', fate: { unpaid: true }, hoursAgo: 0.3 },
    { channel: 'tmall', fate: { unpaid: true }, hoursAgo: 5 },
    { channel: 'jd', hoursAgo: 0.4 },
    { channel: 'jd', hoursAgo: 1.1 },
    { channel: 'jd', hoursAgo: 1.8 },
    { channel: 'jd', hoursAgo: 2.6 },
    { channel: 'douyin', fate: { holdReason: '平台风控审核中' }, hoursAgo: 3 },
    { channel: 'tmall', fate: { holdReason: '大额订单人工复核' }, hoursAgo: 6 },
    { channel: 'miniapp', fate: { noCarrier: true }, hoursAgo: 2 },
    { channel: 'distributor', fate: { noCarrier: true }, hoursAgo: 5 },
    { channel: 'pos', fate: { noCarrier: true }, hoursAgo: 8 },
    { channel: 'miniapp', fate: { ghost: true }, hoursAgo: 34 },
    { channel: 'douyin', fate: { ghost: true }, hoursAgo: 40 },
    { channel: 'douyin', fate: { late: '缺货,等补货' }, hoursAgo: 52 },
    { channel: 'tmall', fate: { late: '仓库爆单' }, hoursAgo: 54 },
    { channel: 'jd', fate: { late: '等齐货合并发' }, hoursAgo: 30 },
    { channel: 'tmall', fate: { cancelReason: '重复下单' }, hoursAgo: 20 },
    { channel: 'pos', fate: { pickup: true }, hoursAgo: 6 },
    { channel: 'pos', fate: { pickup: true }, hoursAgo: 70 },
    { channel: 'miniapp', fate: { pickup: true }, hoursAgo: 90 },
  ]
}

/** Returns at every level and in every state of the three tracks. */
function returnCases(): Case[] {
  const comesBack = (
    fate: NonNullable<OrderFate['comesBack']>['fate'],
    returnedHoursAgo: number,
    index: number,
  ): Case => ({
    channel: turn(index),
    fate: { comesBack: { fate, afterMs: 0 } },
    returnedHoursAgo,
  })
  return [
    comesBack({ kind: 'stuck', level: 1 }, 0.05, 0),
    comesBack({ kind: 'stuck', level: 1 }, 0.15, 1),
    comesBack({ kind: 'stuck', level: 1 }, 11, 2),
    comesBack({ kind: 'stuck', level: 1 }, 25, 3),
    comesBack({ kind: 'stuck', level: 2 }, 26, 0),
    comesBack({ kind: 'stuck', level: 2 }, 40, 1),
    comesBack({ kind: 'stuck', level: 3 }, 27, 2),
    comesBack({ kind: 'stuck', level: 3 }, 50, 0),
    comesBack({ kind: 'goods-missing' }, 70, 3),
    comesBack({ kind: 'goods-missing' }, 130, 0),
    comesBack({ kind: 'money-waits' }, 170, 1),
    comesBack({ kind: 'money-waits' }, 200, 2),
    comesBack({ kind: 'rejected', level: 1 }, 60, 0),
    comesBack({ kind: 'rejected', level: 2 }, 80, 1),
    comesBack({ kind: 'rejected', level: 3 }, 100, 3),
    comesBack({ kind: 'withdrawn' }, 48, 0),
    ...[180, 220, 260].map((hours, index) => comesBack({ kind: 'done' }, hours, index)),
  ]
}

/** A case as a plan for this customer. */
export function planOf(oneCase: Case, customer: Customer, nowMs: number): Plan {
  const { channel, fate = {}, wanted } = oneCase
  const base = { customer, channel, promo: false, fate, ...(wanted === undefined ? {} : { wanted }) }
  if ('anchor' in oneCase) return { ...base, orderedAtMs: nowMs, anchor: oneCase.anchor }
  if ('hoursAgo' in oneCase) return { ...base, orderedAtMs: nowMs - Math.round(oneCase.hoursAgo * 3600) * 1000 }
  const appliedAtMs = nowMs - Math.round(oneCase.returnedHoursAgo * 3600) * 1000
  return { ...base, orderedAtMs: appliedAtMs - 14 * dayMs, back: { appliedAtMs, reason: 'partial' } }
}

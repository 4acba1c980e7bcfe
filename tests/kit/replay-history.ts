import type { ChannelWorld, PlainOrder } from '../contracts/channel-subject.ts'
import { type Draw, drawOf } from './paraphrase-draw.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** What happens in a month, in the order of its time. */
export type Happening = { readonly atMs: number } & (
  | { readonly kind: 'change'; readonly world: ChannelWorld; readonly order: PlainOrder }
  /** A push on its way; `tries` are left when nobody takes it. */
  | {
      readonly kind: 'push'
      readonly world: ChannelWorld
      readonly orderNo: string
      readonly key: string
      readonly tries: number
    }
  /** The timed reading of the lists, and whatever jobs are due. */
  | { readonly kind: 'tick' }
  /** A vendor answers with HTTP 503, half pages or the first page for ever, or is well again. */
  | { readonly kind: 'trouble'; readonly world: ChannelWorld; readonly how: Parameters<ChannelWorld['misbehave']>[0] }
)

export type Month = {
  readonly happenings: readonly Happening[]
  /** The last state of each order, as its vendor has it in the end. */
  readonly newest: ReadonlyMap<ChannelWorld, readonly PlainOrder[]>
}

const dayCount = 30
const lies = ['down', 'half-page', 'repeated-page', 'failed', 'busy'] as const

/** A month of a firm's shops, the same for the same seed. */
export function monthOf(seed: number, worlds: readonly ChannelWorld[], startMs: number, ordersEach: number): Month {
  const draw = drawOf(seed)
  const happenings: Happening[] = []
  const newest = new Map<ChannelWorld, readonly PlainOrder[]>()
  for (const world of worlds) {
    const lives = Array.from({ length: ordersEach }, (_, n) => lifeOf(draw, world, seed * 10_000 + n, startMs))
    for (const order of lives.flat()) {
      happenings.push({ kind: 'change', atMs: order.modifiedAtMs, world, order })
      happenings.push(...pushesOf(draw, world, order))
    }
    newest.set(
      world,
      lives.flatMap((life) => life.at(-1) ?? []),
    )
    happenings.push(...troublesOf(draw, world, startMs))
  }
  for (let atMs = startMs; atMs < startMs + dayCount * dayMs; atMs += between(draw, 6 * hourMs, 18 * hourMs))
    happenings.push({ kind: 'tick', atMs })
  return { happenings: happenings.sort((a, b) => a.atMs - b.atMs), newest }
}

/** From the first to the last word about an order; seconds apart at least, since vendors count in them. */
function lifeOf(draw: Draw, world: ChannelWorld, n: number, startMs: number): readonly PlainOrder[] {
  const orderNo = world.orderNo(n)
  const createdAtMs = startMs + Math.floor(draw.next() * dayCount * 24 * 3_600) * 1_000
  const lines = Array.from({ length: 1 + Math.floor(draw.next() * 3) }, (_, line) => ({
    key: `${orderNo.slice(-8)}${line}`,
    sku: draw.of(['NF1-900', 'NF3-900', 'TEA-01']),
    name: draw.of(['奶粉', '绿茶', '盖碗']),
    qty: 1 + Math.floor(draw.next() * 3),
  }))
  const waybillNo = `7${draw.digits(13)}`
  // the lists of 京东 tell no seller of an order that is not paid
  const unpaid: readonly Partial<PlainOrder>[] = world.channel.channel === 'jd' ? [] : [{ state: 'pending_payment' }]
  const path: readonly Partial<PlainOrder>[] = draw.chance(0.15)
    ? [...unpaid, { state: 'cancelled' }]
    : [...unpaid, { state: 'paid' }, { state: 'shipped', waybillNo }, { state: 'signed', waybillNo }]
  const whole = { orderNo, createdAtMs, paidFen: BigInt(100 + Math.floor(draw.next() * 90_000)), lines }
  const life: PlainOrder[] = []
  let modifiedAtMs = createdAtMs
  for (const step of path) {
    life.push({ ...whole, state: 'paid', ...step, modifiedAtMs, remark: `words ${life.length}` })
    // now and then the words change within a minute, sometimes nothing happens for days
    modifiedAtMs += draw.chance(0.2) ? between(draw, 1_000, minuteMs) : between(draw, minuteMs, 6 * dayMs)
    if (modifiedAtMs >= startMs + dayCount * dayMs) break
  }
  return life
}

/** Lost, doubled, or hours late, as the vendors say of themselves; the same key is the same push. */
function pushesOf(draw: Draw, world: ChannelWorld, { orderNo, modifiedAtMs }: PlainOrder): readonly Happening[] {
  const times = draw.of([0, 0, 1, 1, 1, 1, 2, 3])
  const key = `m${draw.digits(9)}`
  return Array.from({ length: times }, () => {
    const lateMs = draw.chance(0.8) ? between(draw, 1_000, 5_000) : between(draw, minuteMs, 12 * hourMs)
    return { kind: 'push', atMs: modifiedAtMs + lateMs, world, orderNo, key, tries: 3 }
  })
}

function troublesOf(draw: Draw, world: ChannelWorld, startMs: number): readonly Happening[] {
  return Array.from({ length: 6 }, () => {
    const atMs = startMs + between(draw, 0, (dayCount - 1) * dayMs)
    return [
      { kind: 'trouble', atMs, world, how: draw.of(lies) },
      { kind: 'trouble', atMs: atMs + between(draw, 10 * minuteMs, 20 * hourMs), world, how: undefined },
    ] as const
  }).flat()
}

/** Whole seconds, as ms. */
export function between(draw: Draw, leastMs: number, mostMs: number): number {
  return Math.floor((leastMs + draw.next() * (mostMs - leastMs)) / 1_000) * 1_000
}

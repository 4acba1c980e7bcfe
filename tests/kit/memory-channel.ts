import type { SalesChannel, Told } from '../../src/hub/channel-port.ts'
import type { SourceOrder } from '../../src/hub/order-facts.ts'
import { Unreachable } from '../../src/runtime/errors.ts'

const minuteMs = 60_000

/** A shop whose orders change while somebody reads its list: what it answers depends on `nowMs()`. */
export type MemoryShop = {
  readonly channel: SalesChannel
  /** Every state an order was ever in, oldest first. */
  readonly history: SourceOrder[]
  /** Called before each page; may throw, as networks do. */
  onPage: () => void
  calls: number
}

/** Lists ascending by modification time, `pageSize` a page, the newest state of each order only, as channels do. */
export function memoryShop(nowMs: () => number, pageSize = 10): MemoryShop {
  const shop: MemoryShop = { channel: undefined as unknown as SalesChannel, history: [], onPage: () => {}, calls: 0 }
  const newest = () => {
    const byNo = new Map<string, SourceOrder>()
    for (const one of shop.history) if (one.modifiedAtMs <= nowMs()) byNo.set(one.orderNo, one)
    return [...byNo.values()].sort((a, b) => a.modifiedAtMs - b.modifiedAtMs)
  }
  async function* pullWindow(fromMs: number, toMs: number): AsyncGenerator<Told> {
    for (let page = 0; ; page++) {
      shop.calls += 1
      shop.onPage()
      const rows = newest().filter(({ modifiedAtMs }) => modifiedAtMs >= fromMs && modifiedAtMs < toMs)
      const orders = rows.slice(page * pageSize, (page + 1) * pageSize)
      yield { orders, returns: [] }
      if (orders.length < pageSize) return
    }
  }
  const channel: SalesChannel = {
    name: 'memory',
    channel: 'douyin',
    shop: 'shop1',
    sources: { pull: 'douyin.pull', push: 'douyin.push', single: 'douyin.single' },
    couldBe: (orderNo) => /^\d+$/.test(orderNo),
    pullOrder: async (orderNo) => {
      shop.calls += 1
      shop.onPage()
      const found = newest().find((one) => one.orderNo === orderNo)
      return found && { orders: [found], returns: [] }
    },
    pullWindow,
    window: { mostMs: 30 * minuteMs, overlapMs: 5 * minuteMs, lagMs: 0 },
    everyMs: 5 * minuteMs,
    check: async () => undefined,
  }
  return Object.assign(shop, { channel })
}

export const away = () => {
  throw new Unreachable('the shop does not answer')
}

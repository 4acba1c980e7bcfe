import type { Found, ListFilter, OrderFacts, OrderFilter, OrderKey, OrderLookup } from '../../src/hub/order-facts.ts'

/** The look-up port over a list of orders, newest first; keeps what was asked of it. */
export function memoryLookup(orders: readonly OrderFacts[]): OrderLookup & { readonly asked: OrderKey[] } {
  const newestFirst = [...orders].sort((a, b) => b.orderedAtMs - a.orderedAtMs)
  const asked: OrderKey[] = []
  return {
    asked,
    find: async (key, filter) => {
      asked.push(key)
      if (key.kind === 'name' && filter.window === undefined) return { orders: [], more: false, needs: 'window' }
      return cut(
        newestFirst.filter((order) => fits(order, key) && passes(order, filter)),
        filter.limit,
      )
    },
    list: async (filter) => {
      const { window, ...rest } = filter
      const all = newestFirst.filter((order) => passes(order, rest) && listed(order, filter))
      return { ...cut(all.slice(filter.offset ?? 0), filter.limit), total: all.length }
    },
    nearest: async (orderNo, limit) =>
      newestFirst
        .filter((order) => slips(order.orderNo, orderNo) <= 2 && order.orderNo.length === orderNo.length)
        .slice(0, limit)
        .map(({ id, channel, orderNo: number }) => ({ id, channel, orderNo: number })),
    track: async (orderId) => orders.find(({ id }) => id === orderId),
  }
}

/** The conditions that only a list has. */
function listed(
  order: OrderFacts,
  { window, stage, by = 'order', parcelStates, delayReason = '' }: ListFilter,
): boolean {
  const at = { order: order.orderedAtMs, pay: order.paidAtMs, ship: order.shippedAtMs, sign: order.signedAtMs }[by]
  if (at === undefined || (window && (at < window.fromMs || at > window.toMs))) return false
  if (stage !== undefined && order.stage !== stage) return false
  const moving = order.stage === 'shipped' || order.stage === 'part_shipped'
  if (parcelStates && !(moving && order.parcels.some(({ state }) => parcelStates.includes(state)))) return false
  return (order.delayReason ?? '').includes(delayReason)
}

function fits(order: OrderFacts, key: OrderKey): boolean {
  const numbers = [order.orderNo, ...order.parcels.flatMap(({ waybillNo }) => waybillNo ?? [])]
  switch (key.kind) {
    case 'hub-no':
      return order.id === key.value
    case 'order-no':
    case 'waybill-no':
      return numbers.includes(key.value)
    case 'return-no':
      return order.returns.some(({ id }) => id === key.value)
    case 'phone':
      return order.phone === key.value
    case 'phone-tail':
      return (order.phone?.endsWith(key.value) ?? false) && (key.name === undefined || key.name === order.consigneeName)
    case 'number-tail':
      return [...numbers, order.phone ?? ''].some((number) => number.endsWith(key.value))
    case 'name':
      return order.consigneeName === key.value
  }
}

function passes(order: OrderFacts, { window, channel, product, returned }: OrderFilter): boolean {
  const back = (atMs: number) => returned !== undefined && atMs >= returned.fromMs && atMs <= returned.toMs
  if (returned && !order.returns.some(({ appliedAtMs }) => back(appliedAtMs))) return false
  if (window && (order.orderedAtMs < window.fromMs || order.orderedAtMs > window.toMs)) return false
  if (channel && order.channel !== channel) return false
  return product === undefined || order.lines.some(({ name }) => name.includes(product))
}

function cut(orders: readonly OrderFacts[], limit: number): Found {
  return { orders: orders.slice(0, limit), more: orders.length > limit }
}

const slips = (a: string, b: string): number => [...a].filter((sign, place) => sign !== b[place]).length

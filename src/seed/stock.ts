import { dayMs, isoDate } from './beijing.ts'
import { giftRules, nearExpiry, products, soldOut } from './catalogue.ts'
import { warehouses } from './places.ts'
import { at, randomOf } from './prng.ts'
import type { Take } from './rows.ts'

/** Lots of every SKU: most on the shelf, some near their date and moved aside, some sold out everywhere. */
export function stockRows(take: Take, seed: number, nowMs: number): void {
  const gifts = giftRules.map((rule) => ({ sku: rule.sku, name: rule.gift, spec: '赠品', keepsMonths: undefined }))
  for (const [index, item] of [...products, ...gifts].entries()) {
    const random = randomOf(seed, 31, index)
    for (const house of warehouses) {
      const onHand = soldOut.includes(item.sku) ? 0 : random.int(4, 900)
      const keeps =
        item.keepsMonths === undefined ? undefined : random.int(Math.floor(item.keepsMonths / 2), item.keepsMonths)
      const spot = `${random.pick(['A', 'B', 'C'])}-${String(random.int(1, 9)).padStart(2, '0')}-${String(random.int(1, 24)).padStart(2, '0')}`
      const id = `${item.sku}-${house.name}`
      const expires = keeps === undefined ? null : isoDate(nowMs + keeps * 30 * dayMs)
      const locked = Math.min(onHand, random.int(0, 40))
      take('stock_lots', [
        `${id}-1`,
        item.sku,
        item.name,
        item.spec,
        house.name,
        spot,
        onHand,
        locked,
        expires,
        'shelf',
        new Date(nowMs - random.int(20, 900) * 1000),
      ])
      if (!nearExpiry.includes(item.sku) || house !== at(warehouses, 0)) continue
      const soon = isoDate(nowMs + random.int(25, 75) * dayMs)
      take('stock_lots', [
        `${id}-2`,
        item.sku,
        item.name,
        item.spec,
        house.name,
        `L-01-0${random.int(1, 9)}`,
        random.int(6, 60),
        0,
        soon,
        'near_expiry',
        new Date(nowMs - 600_000),
      ])
    }
  }
}

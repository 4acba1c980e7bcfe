import { type GiftRule, giftRules, type Product, productOf, products } from './catalogue.ts'
import type { DraftGift, DraftLine } from './draft.ts'
import { at, type Random, weighted } from './prng.ts'

const pickProduct = weighted(products.map((product) => [product, product.weight] as const))
const pickLineCount = weighted([
  [1, 58],
  [2, 25],
  [3, 11],
  [4, 6],
] as const)

export type Basket = {
  readonly lines: readonly DraftLine[]
  readonly totalFen: number
  readonly discountFen: number
  readonly freightFen: number
  readonly paidFen: number
}

export type Wanted = { readonly sku: string; readonly qty: number }

/** A basket of one to four lines; `wanted` fixes the goods, `paidFen` the sum after discount. */
export function basketOf(random: Random, promo: boolean, wanted?: readonly Wanted[], paidFen?: number): Basket {
  const chosen = wanted?.map(({ sku, qty }) => ({ product: productOf(sku), qty })) ?? drawGoods(random)
  const lines = chosen.map(({ product, qty }, index) => ({
    id: `L${index + 1}`,
    sku: product.sku,
    name: product.name,
    spec: product.spec,
    qty,
    amountFen: product.priceFen * qty,
  }))
  const totalFen = lines.reduce((sum, line) => sum + line.amountFen, 0)
  const freightFen = paidFen === undefined && totalFen < 5900 ? 800 : 0
  const discountFen = paidFen === undefined ? discountOf(random, totalFen, promo) : totalFen - paidFen
  return { lines, totalFen, discountFen, freightFen, paidFen: totalFen - discountFen + freightFen }
}

function drawGoods(random: Random): { product: Product; qty: number }[] {
  const goods = new Map<string, { product: Product; qty: number }>()
  for (let left = pickLineCount(random); left > 0; left--) {
    const product = pickProduct(random)
    if (!goods.has(product.sku))
      goods.set(product.sku, { product, qty: random.chance(0.62) ? 1 : random.int(1, product.most) })
  }
  return [...goods.values()]
}

/** Store coupons come in steps, platform cuts do not. */
function discountOf(random: Random, totalFen: number, promo: boolean): number {
  if (!random.chance(promo ? 0.8 : 0.4)) return 0
  const steps = Math.floor(totalFen / 20_000) * (promo ? 3000 : 1500)
  const cut = random.chance(0.35) ? random.int(1, Math.max(1, Math.floor(totalFen / 1200))) * 50 : 0
  return Math.min(steps + cut, Math.floor(totalFen / 3))
}

/** The one verdict of a paid order; `parcelId` carries a locked gift once it has been packed. */
export function giftOf(
  random: Random,
  order: { readonly paidFen: number; readonly level: number; readonly decidedAtMs: number },
  parcelId: string | undefined,
): DraftGift {
  const reached = giftRules.find((rule) => order.paidFen >= rule.thresholdFen)
  const rule = reached ?? lowestRule
  const verdict = verdictOf(random, order, reached)
  return {
    name: rule.gift,
    sku: rule.sku,
    thresholdFen: rule.thresholdFen,
    rule: rule.rule,
    ruleVersion: rule.version,
    decidedAtMs: order.decidedAtMs,
    verdict,
    gapFen: verdict === 'below_threshold' ? rule.thresholdFen - order.paidFen : undefined,
    parcelId: verdict === 'locked' ? parcelId : undefined,
  }
}

const lowestRule = at(giftRules, giftRules.length - 1)

function verdictOf(
  random: Random,
  order: { readonly level: number },
  rule: GiftRule | undefined,
): DraftGift['verdict'] {
  if (rule === undefined) return 'below_threshold'
  if (order.level < rule.level) return 'level_too_low'
  if (random.chance(0.04)) return 'out_of_stock'
  return random.chance(0.02) ? 'rule_conflict' : 'locked'
}

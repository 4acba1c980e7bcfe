import type { DraftOrder } from './draft.ts'
import { regionOf, warehouses } from './places.ts'
import { at, randomOf } from './prng.ts'
import type { Take } from './rows.ts'

type Decision = {
  readonly about: 'warehouse' | 'hold' | 'split'
  readonly rule: string
  readonly version: number
  readonly chosen: string
  readonly reason: string
  readonly atMs: number
}

/** What the rules decided about paid orders, in a sentence each. A few orders went out by hand and have none. */
export function decisionRows(seed: number): (take: Take, order: DraftOrder) => void {
  let index = 0
  return (take, order) => {
    const random = randomOf(seed, 42, index++)
    if (order.paidAtMs === undefined || random.chance(0.03)) return
    for (const [place, one] of decisionsOf(order, order.paidAtMs).entries())
      take('rule_decisions', [
        `${order.id}-D${place + 1}`,
        order.id,
        one.about,
        one.rule,
        one.version,
        one.chosen,
        one.reason,
        new Date(one.atMs),
      ])
  }
}

function decisionsOf(order: DraftOrder, paidAtMs: number): readonly Decision[] {
  const { hold, quarantine, parcels, warehouse } = order
  const made: (Decision | undefined)[] = [
    warehouse === undefined
      ? undefined
      : { about: 'warehouse', ...routing(order, warehouse), chosen: warehouse, atMs: paidAtMs + 1_500 },
    parcels.length < 2
      ? undefined
      : {
          about: 'split',
          rule: '规则#6',
          version: 4,
          chosen: `${parcels.length}个包裹`,
          reason: `商品不在同一货区，拆成${parcels.length}个包裹发`,
          atMs: paidAtMs + 2_500,
        },
    hold === undefined
      ? undefined
      : {
          about: 'hold',
          rule: '规则#5',
          version: 2,
          chosen: '暂停发货',
          reason: `${hold.reason}，确认前先不发`,
          atMs: hold.atMs + 1_000,
        },
    quarantine === undefined
      ? undefined
      : {
          about: 'hold',
          rule: '规则#9',
          version: 1,
          chosen: '拦下',
          reason: '下单时没有选快递，补齐后才发货',
          atMs: quarantine.atMs + 1_000,
        },
  ]
  return made.filter((one) => one !== undefined)
}

/** Rule 12 sends gifts of good customers from the first warehouse, as long as its area has any; else the nearest ships. */
function routing(order: DraftOrder, warehouse: string): Pick<Decision, 'rule' | 'version' | 'reason'> {
  const first = at(warehouses, 0).name
  const preferred = order.channel === 'douyin' && order.gift?.verdict === 'locked' && order.customer.level >= 3
  if (preferred && warehouse === first)
    return { rule: '规则#12', version: 1, reason: `抖音、含赠品、V3以上，优先走${first}A区` }
  if (preferred)
    return { rule: '规则#12', version: 1, reason: `符合优先仓条件，但${first}A区赠品缺货，改走${warehouse}` }
  return {
    rule: '规则#1',
    version: 3,
    reason: `不符合优先仓条件，收货地${regionOf(order.customer.city)}，按就近走${warehouse}`,
  }
}

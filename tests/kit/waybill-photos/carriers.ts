import type { CarrierCode } from '../../../src/hub/order-facts.ts'
import type { Dice } from './dice.ts'

export type PrintedCarrier = {
  readonly code: CarrierCode
  readonly names: readonly string[]
  readonly latin: readonly string[]
  readonly hotline: string
  readonly number: (dice: Dice) => string
  /** What the bars carry, where it is not the bare number. */
  readonly bars?: (waybillNo: string, dice: Dice) => string
  /** How the number is cut into groups under the bars. */
  readonly groups: readonly (readonly number[])[]
  readonly services: readonly string[]
  /** The number alone does not name the carrier: its words must stand somewhere. */
  readonly ambiguous?: true
}

/** The carriers of protocols/waybills.md section 1, in the shares they have on parcels, roughly. */
export const carriers: readonly (readonly [PrintedCarrier, number])[] = [
  [
    {
      code: 'SF',
      names: ['顺丰速运'],
      latin: ['SF EXPRESS', 'SF'],
      hotline: '95338',
      number: (dice) => `SF${dice.pick(['0', '1', '1', '3', '7'])}${dice.digits(12)}`,
      groups: [[3, 3, 3, 3, 3], [15]],
      services: ['顺丰标快', '顺丰特快', '电商标快', '特惠'],
    },
    14,
  ],
  [
    {
      code: 'JD',
      names: ['京东快递', '京东物流'],
      latin: ['JDL', 'JD LOGISTICS'],
      hotline: '950616',
      number: (dice) =>
        dice.chance(0.75)
          ? `JDV${dice.pick(['A', 'B', 'C', 'E', 'G'])}${dice.digits(11)}`
          : `JD${dice.pick(['X', 'K'])}${dice.digits(12)}`,
      bars: (waybillNo, dice) => `${waybillNo}-1-1-${dice.chance(0.3) ? dice.digits(2) : ''}`,
      groups: [[15], [4, 11]],
      services: ['特惠送', '特快送', '电商特惠', '京东标快'],
    },
    12,
  ],
  [
    {
      code: 'JT',
      names: ['极兔速递'],
      latin: ['J&T EXPRESS'],
      hotline: '956025',
      number: (dice) => `JT${dice.pick(['0', '3', '5', '8'])}${dice.digits(12)}`,
      groups: [[15], [3, 4, 4, 4], [2, 4, 4, 5]],
      services: ['标准快递', '电商件', '兔优达'],
    },
    10,
  ],
  [
    {
      code: 'YTO',
      names: ['圆通速递'],
      latin: ['YTO EXPRESS', 'YTO'],
      hotline: '95554',
      number: (dice) => `YT${dice.pick(['1', '2', '6', '7', '8', '9'])}${dice.digits(12)}`,
      groups: [[15], [3, 4, 4, 4], [2, 4, 4, 5]],
      services: ['标准快递', '圆准达', '电商件'],
    },
    12,
  ],
  [
    {
      code: 'DBL',
      names: ['德邦快递'],
      latin: ['DEPPON', 'DEPPON EXPRESS'],
      hotline: '95353',
      number: (dice) => `DPK${dice.digits(12)}`,
      groups: [[15], [3, 4, 4, 4]],
      services: ['大件快递', '标准快递', '360特惠件'],
    },
    7,
  ],
  [
    {
      code: 'STO',
      names: ['申通快递'],
      latin: ['STO EXPRESS', 'STO'],
      hotline: '95543',
      number: (dice) => `77${dice.digits(13)}`,
      groups: [[15], [3, 4, 4, 4], Array(15).fill(1)],
      services: ['标准快递', '电商件'],
      ambiguous: true,
    },
    11,
  ],
  [
    {
      code: 'YUNDA',
      names: ['韵达快递', '韵达速递'],
      latin: ['YUNDA', 'YUNDA EXPRESS'],
      hotline: '95546',
      number: (dice) => `${dice.pick(['31', '32', '43', '46', '46', '35'])}${dice.digits(13)}`,
      groups: [[15], [3, 4, 4, 4], Array(15).fill(1)],
      services: ['标准快递', '电商件', '智橙网'],
      ambiguous: true,
    },
    11,
  ],
  [
    {
      code: 'ZTO',
      names: ['中通快递'],
      latin: ['ZTO EXPRESS', 'ZTO'],
      hotline: '95311',
      number: (dice) => `7${dice.pick(['3', '5', '6', '8', '8'])}${dice.digits(12)}`,
      groups: [[14], [5, 4, 5], [3, 4, 4, 3], Array(14).fill(1)],
      services: ['标准快递', '尊享', '好快'],
      ambiguous: true,
    },
    12,
  ],
  [
    {
      code: 'EMS',
      names: ['EMS', '特快专递', '邮政速递物流'],
      latin: ['EMS'],
      hotline: '11183',
      number: (dice) => (dice.chance(0.7) ? `1${dice.int(0, 3)}${dice.digits(11)}` : s10(`E${dice.letters(1)}`, dice)),
      groups: [[13], [3, 5, 5]],
      services: ['特快专递', '标准快递', '电商标快'],
      ambiguous: true,
    },
    7,
  ],
  [
    {
      code: 'POST',
      names: ['中国邮政', '邮政快递包裹', '快递包裹'],
      latin: ['CHINA POST'],
      hotline: '11183',
      number: (dice) =>
        dice.chance(0.8)
          ? `${dice.pick(['98', '99', '96', '43'])}${dice.digits(11)}`
          : s10(`${dice.pick(['C', 'R'])}${dice.letters(1)}`, dice),
      groups: [[13], [3, 5, 5]],
      services: ['快递包裹', '电商包裹'],
      ambiguous: true,
    },
    7,
  ],
  [
    {
      code: 'CAINIAO',
      names: ['菜鸟速递', '丹鸟', '菜鸟裹裹'],
      latin: ['CAINIAO'],
      hotline: '95188',
      number: (dice) => `621${dice.digits(12)}`,
      groups: [[15], [3, 4, 4, 4]],
      services: ['标准快递', '半日达', '商家配送'],
      ambiguous: true,
    },
    5,
  ],
  [other(['安能物流', '安能快运'], 'ANE', '400-104-0088'), 2],
  [other(['壹米滴答'], 'YIMIDIDA', '400-862-0000'), 2],
]

/** Lines that the desk knows only as others: 12 bare digits. */
function other(names: readonly string[], latin: string, hotline: string): PrintedCarrier {
  return {
    code: 'OTHER',
    names,
    latin: [latin],
    hotline,
    number: (dice) => `${dice.pick(['30', '31', '82', '17'])}${dice.digits(10)}`,
    groups: [[12], [4, 4, 4]],
    services: ['标准快运', 'MINI电商', '定时达'],
    ambiguous: true,
  }
}

/** An international postal number of the S10 standard that ends in CN, with its right check digit. */
function s10(service: string, dice: Dice): string {
  const serial = dice.digits(8)
  return `${service}${serial}${s10CheckDigit(serial)}CN`
}

/** Weights 8 6 4 2 3 5 9 7; 11 − sum mod 11, 10 → 0, 11 → 5. */
export function s10CheckDigit(serial: string): string {
  const weights = [8, 6, 4, 2, 3, 5, 9, 7]
  const sum = weights.reduce((total, weight, index) => total + weight * Number(serial[index]), 0)
  const check = 11 - (sum % 11)
  return String(check === 10 ? 0 : check === 11 ? 5 : check)
}

/** The number as it stands under the bars: in groups with blanks. */
export function grouped(waybillNo: string, groups: readonly number[]): string {
  const parts: string[] = []
  let at = 0
  for (const length of groups) {
    parts.push(waybillNo.slice(at, at + length))
    at += length
  }
  return [...parts, waybillNo.slice(at)].filter((part) => part !== '').join(' ')
}

import type { CarrierCode, Channel } from '../hub/order-facts.ts'
import { dateDigits, timeDigits } from './beijing.ts'
import { stores } from './places.ts'
import { at, type Random, scattered } from './prng.ts'

const billion = 1_000_000_000

/** Hands out numbers in the form of every channel and carrier; none comes twice. */
export type NumberBook = {
  hubNo(atMs: number): string
  returnNo(atMs: number): string
  /** The channel's number and the shop it belongs to. */
  orderNo(random: Random, channel: Channel, atMs: number): { readonly orderNo: string; readonly shop: string }
  waybillNo(random: Random, carrier: CarrierCode): string
}

const shops: Readonly<Record<Exclude<Channel, 'pos' | 'distributor'>, readonly string[]>> = {
  douyin: ['棉云母婴旗舰店', '初芽官方旗舰店'],
  tmall: ['棉云旗舰店', '初芽母婴旗舰店'],
  jd: ['棉云京东自营旗舰店'],
  miniapp: ['棉云会员商城'],
}

/** Distributors JXS01–JXS12 and the POS stores count their orders per day, 4 digits. */
export function numberBook(): NumberBook {
  const perDay = new Map<string, number>()
  let serial = 0
  const count = (key: string): number => {
    const next = (perDay.get(key) ?? 0) + 1
    perDay.set(key, next)
    return next
  }
  // nine digits that never repeat, scattered so that neighbours in time do not look alike
  const unique = () => String(scattered(++serial, billion, 123_456_789)).padStart(9, '0')
  return {
    hubNo: (atMs) => {
      const day = dateDigits(atMs).slice(2)
      return `SO${day}${String(scattered(count(`SO${day}`), 1_000_000, 271_828)).padStart(6, '0')}`
    },
    returnNo: (atMs) => {
      const day = dateDigits(atMs).slice(2)
      // the first 200 of a day are kept for numbers that stories name
      return `TH${day}${String(200 + count(`TH${day}`)).padStart(4, '0')}`
    },
    orderNo: (random, channel, atMs) => {
      const day = dateDigits(atMs)
      switch (channel) {
        case 'douyin':
          return { orderNo: `69${random.digits(8)}${unique()}`, shop: random.pick(shops.douyin) }
        case 'tmall': {
          const head = random.pick(['31', '40', '42', '43'])
          return {
            orderNo: `${head}${random.digits(random.chance(0.08) ? 7 : 8)}${unique()}`,
            shop: random.pick(shops.tmall),
          }
        }
        case 'jd':
          return { orderNo: `${random.pick(['29', '30', '31'])}${random.int(0, 9)}${unique()}`, shop: at(shops.jd, 0) }
        case 'miniapp':
          return {
            orderNo: random.chance(0.7) ? `E${timeDigits(atMs)}${unique()}` : `37${random.digits(8)}${unique()}`,
            shop: at(shops.miniapp, 0),
          }
        case 'pos': {
          const store = random.pick(stores)
          return { orderNo: `POS-${store.code}-${day}-${pad4(count(store.code + day))}`, shop: store.name }
        }
        case 'distributor': {
          const shop = `JXS${String(random.int(1, 12)).padStart(2, '0')}`
          return { orderNo: `${shop}-${day}-${pad4(count(shop + day))}`, shop }
        }
      }
    },
    waybillNo: (random, carrier) => waybill(random, carrier, unique()),
  }
}

function pad4(value: number): string {
  return String(value).padStart(4, '0')
}

/** A number in the carrier's present form (see docs on waybills); `nine` are the digits that never repeat. */
function waybill(random: Random, carrier: CarrierCode, nine: string): string {
  switch (carrier) {
    case 'SF':
      return `SF${random.pick(['0', '1', '3'])}${random.digits(3)}${nine}`
    case 'JD':
      return `JDV${random.pick(['A', 'B', 'C', 'E'])}${random.digits(2)}${nine}`
    case 'JT':
      return `JT${random.pick(['3', '5'])}${random.digits(3)}${nine}`
    case 'YTO':
      return `YT${random.pick(['00', '88'])}${random.digits(2)}${nine}`
    case 'DBL':
      return `DPK${random.digits(3)}${nine}`
    case 'STO':
      return `77${random.digits(4)}${nine}`
    case 'YUNDA':
      return `${random.pick(['31', '32', '46'])}${random.digits(4)}${nine}`
    case 'ZTO':
      return `7${random.int(3, 8)}${random.digits(3)}${nine}`
    case 'EMS':
      return `1${random.int(0, 3)}${random.digits(2)}${nine}`
    case 'POST':
      return `98${random.digits(2)}${nine}`
    case 'CAINIAO':
      return `621${random.digits(3)}${nine}`
    case 'OTHER':
      return `80${random.digits(1)}${nine}`
    case 'PICKUP':
      throw new RangeError('a parcel fetched at the store has no waybill')
  }
}

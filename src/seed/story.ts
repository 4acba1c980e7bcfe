import type { CarrierCode, Channel } from '../hub/order-facts.ts'
import { type Basket, basketOf, giftOf } from './basket.ts'
import { dateDigits } from './beijing.ts'
import { courseOf } from './course.ts'
import type { DraftOrder, DraftReturn } from './draft.ts'
import { carrierNames, carrierOf } from './fate.ts'
import { heardOf } from './hearing.ts'
import { privacyNumber } from './people.ts'
import { warehouseFor, warehouses } from './places.ts'
import type { Plan, Telling } from './plan.ts'
import type { Random } from './prng.ts'
import { returnOf } from './returning.ts'

const payMethods: Readonly<Record<Channel, readonly string[]>> = {
  douyin: ['微信', '支付宝', '抖音支付'],
  tmall: ['支付宝', '支付宝', '花呗'],
  jd: ['京东支付', '微信', '银行卡'],
  miniapp: ['微信'],
  pos: ['微信', '支付宝', '银行卡'],
  distributor: ['月结', '银行转账'],
}
const remarks = ['请尽快发货', '宝宝急用', '不要放驿站', '送货前请打电话', '麻烦多放一层气泡膜', '请开电子发票']

/** Tells one order from the click on "buy" to the present. */
export function tellOrder(random: Random, telling: Telling, plan: Plan): DraftOrder {
  const { nowMs, book } = telling
  const { customer, channel, fate } = plan
  const basket = basketOf(random, plan.promo, plan.wanted, plan.paidFen)
  const carrier =
    fate.pickup === true
      ? 'PICKUP'
      : (plan.carrier ??
        carrierOf(
          random,
          channel,
          basket.lines.map((line) => line.sku),
        ))
  const warehouse = warehouses.find((house) => house.name === plan.warehouse) ?? warehouseFor(random, customer.city)
  const course = courseOf(random, telling, plan, basket, carrier, warehouse)
  const masked =
    !telling.lean && plan.ownPhone !== true && (channel === 'douyin' || channel === 'tmall') && random.chance(0.55)
  const numbered = book.orderNo(random, channel, course.orderedAtMs)
  const payMethod = random.pick(payMethods[channel])
  const returned = telling.lean
    ? undefined
    : backOf(random, telling, plan, { basket, payMethod, carrier, signedAtMs: course.signed?.atMs })
  const known = course.quarantine === undefined && course.sourceStage !== 'shipped-without-waybill'
  const modifiedAtMs = Math.max(course.modifiedAtMs, returned?.refundedAtMs ?? 0)
  return {
    id: book.hubNo(course.orderedAtMs),
    channel,
    shop: plan.shop ?? numbered.shop,
    orderNo: plan.orderNo ?? numbered.orderNo,
    customer,
    phone: masked ? privacyNumber(random) : customer.phone,
    orderedAtMs: course.orderedAtMs,
    ...basket,
    payMethod,
    paidAtMs: course.paidAtMs,
    carrier: known ? carrier : undefined,
    carrierName: known && carrier === 'OTHER' ? carrierNames.OTHER : undefined,
    warehouse: course.paidAtMs === undefined ? undefined : warehouse.name,
    waveNo:
      course.pickingAtMs === undefined ? undefined : `W${dateDigits(course.pickingAtMs).slice(4)}-${random.int(1, 36)}`,
    pickingAtMs: course.pickingAtMs,
    promiseShipAtMs: course.promiseShipAtMs,
    delayReason: course.delayReason,
    shippedAtMs: course.shippedAtMs,
    signed: course.signed,
    cancelled: course.cancelled,
    hold: course.hold,
    quarantine: course.quarantine,
    remark: random.chance(0.08) ? random.pick(remarks) : undefined,
    waybillEdits: course.shippedAtMs === undefined ? 0 : (fate.waybillEdits ?? 0),
    sourceStage: course.sourceStage === 'shipped-without-waybill' ? 'shipped' : course.sourceStage,
    modifiedAtMs,
    ...heardOf(random, channel, plan.shop ?? numbered.shop, { orderedAtMs: course.orderedAtMs, modifiedAtMs }, nowMs),
    parcels: course.parcels,
    gift: giftFor(random, telling, plan, basket, course),
    refund: course.refund,
    returned,
  }
}

type Course = ReturnType<typeof courseOf>

function giftFor(random: Random, telling: Telling, plan: Plan, basket: Basket, course: Course): DraftOrder['gift'] {
  if (telling.lean || course.paidAtMs === undefined) return undefined
  const order = { paidFen: basket.paidFen, level: plan.customer.level, decidedAtMs: course.paidAtMs + 2000 }
  return giftOf(random, order, course.giftParcelId)
}

type Sold = {
  readonly basket: Basket
  readonly payMethod: string
  readonly carrier: CarrierCode
  readonly signedAtMs: number | undefined
}

function backOf(random: Random, telling: Telling, plan: Plan, sold: Sold): DraftReturn | undefined {
  const { comesBack } = plan.fate
  if (comesBack === undefined || sold.signedAtMs === undefined) return undefined
  const appliedAtMs = plan.back?.appliedAtMs ?? sold.signedAtMs + comesBack.afterMs
  if (appliedAtMs > telling.nowMs || appliedAtMs < sold.signedAtMs) return undefined
  const carrier = sold.carrier === 'PICKUP' || sold.carrier === 'OTHER' ? 'YTO' : sold.carrier
  return returnOf(random, {
    id: plan.back?.id ?? telling.book.returnNo(appliedAtMs),
    appliedAtMs,
    nowMs: telling.nowMs,
    ...sold.basket,
    payMethod: sold.payMethod,
    carrier,
    waybillNo: telling.book.waybillNo(random, carrier),
    fate: comesBack.fate,
    // 'partial' only says that part of it may come back; the reason is left to chance
    ...(plan.back?.reason === undefined || plan.back.reason === 'partial' ? {} : { reason: plan.back.reason }),
    ...(plan.back?.goodsAtMs === undefined ? {} : { goodsAtMs: plan.back.goodsAtMs }),
    ...(plan.back?.holderId === undefined ? {} : { holderId: plan.back.holderId }),
    wholeOnly: plan.back !== undefined && plan.back.reason !== 'partial',
  })
}

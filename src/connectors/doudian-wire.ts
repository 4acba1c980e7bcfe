import type { Hint, SourceReturn } from '../hub/channel-port.ts'
import type { SourceOrder } from '../hub/order-facts.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import { douyinPayWords, payMethodUntold } from '../text/zh-channels.ts'
import { carrierNamed } from './carrier-codes.ts'
import { afterSaleStates, goodsBackType, moneyTypes, orderStage, refundDone, topicOf } from './doudian-codes.ts'
import { fenAt, inOrder, listAt, needed, secondsAt, textAt, told, wholeAt } from './wire-values.ts'

type Shop = { readonly shop: string; readonly defaultCarrier?: SourceOrder['carrier'] }

/** An order of order.orderDetail or order.searchList. Throws BadPayload that names the field which is not as documented. */
export function readOrder(raw: Json, { shop, defaultCarrier }: Shop): SourceOrder {
  const at = (field: string) => jsonAt(raw, field)
  const status = needed(textAt(at('order_status'), 'order_status'), 'order_status')
  const paidAtMs = secondsAt(at('pay_time'), 'pay_time')
  const shipTimeMs = secondsAt(at('ship_time'), 'ship_time')
  const stage = orderStage(status, jsonText(raw, 'main_status'), paidAtMs !== undefined, shipTimeMs !== undefined)
  const createdMs = needed(secondsAt(at('create_time'), 'create_time'), 'create_time')
  const buyer = jsonText(raw, 'doudian_open_id')
  return told<SourceOrder>({
    channel: 'douyin',
    shop,
    orderNo: needed(textAt(at('order_id'), 'order_id'), 'order_id'),
    source: 'douyin',
    modifiedAtMs: secondsAt(at('update_time'), 'update_time') ?? createdMs,
    orderedAtMs: createdMs,
    stage,
    paidAtMs,
    paidFen: paidAtMs === undefined ? undefined : fenAt(at('pay_amount'), 'pay_amount'),
    payMethod:
      paidAtMs === undefined ? undefined : (douyinPayWords[jsonText(raw, 'pay_type') ?? ''] ?? payMethodUntold),
    totalFen: fenAt(at('order_amount'), 'order_amount'),
    freightFen: fenAt(at('post_amount'), 'post_amount'),
    // part shipped has a ship_time too: the fact is only told when all of it went out
    shippedAtMs: stage === 'part_shipped' ? undefined : shipTimeMs,
    signedAtMs: stage === 'signed' ? secondsAt(at('finish_time'), 'finish_time') : undefined,
    promiseShipAtMs: secondsAt(at('exp_ship_time'), 'exp_ship_time'),
    cancelReason: stage === 'cancelled' ? jsonText(raw, 'cancel_reason') : undefined,
    holdReason: stage === 'on_hold' ? 'risk_check' : undefined,
    remark: [jsonText(raw, 'buyer_words'), jsonText(raw, 'seller_words')]
      .filter((one) => one !== undefined)
      .join(' / '),
    identities: buyer === undefined ? undefined : [{ kind: 'buyer', value: buyer }],
    ...receiver(raw),
    ...logistics(raw, defaultCarrier),
    lines: inOrder(listAt(at('sku_order_list'), 'sku_order_list').map(line)),
  })
}

function line(raw: Json): SourceOrder['lines'][number] {
  const sku = jsonText(raw, 'code') ?? jsonText(raw, 'out_sku_id')
  const name = jsonText(raw, 'product_name') ?? sku ?? jsonText(raw, 'product_id')
  const spec = listAt(jsonAt(raw, 'spec'), 'spec').flatMap((one) => jsonText(one, 'value') ?? [])
  return told<SourceOrder['lines'][number]>({
    lineKey: needed(textAt(jsonAt(raw, 'order_id'), 'sku_order_list.order_id'), 'sku_order_list.order_id'),
    sku,
    name: needed(name, 'sku_order_list.product_name'),
    spec: spec.length === 0 ? undefined : spec.join(' '),
    qty: needed(wholeAt(jsonAt(raw, 'item_num'), 'item_num'), 'item_num'),
    amountFen: fenAt(jsonAt(raw, 'pay_amount'), 'sku_order_list.pay_amount'),
  })
}

/** Masked texts only: the ciphertext beside them is neither kept nor decrypted. */
function receiver(raw: Json) {
  const place = (part: string) => jsonText(raw, 'post_addr', part, 'name')
  const detail = jsonText(raw, 'mask_post_addr', 'detail')
  const whole = [place('province'), place('city'), place('town'), place('street'), detail]
  const region = [place('province'), place('city')].filter((part) => part !== undefined)
  const address = whole.filter((part) => part !== undefined).join('')
  return {
    consigneeName: jsonText(raw, 'mask_post_receiver'),
    phone: jsonText(raw, 'mask_post_tel'),
    region: region.length === 0 ? undefined : [...new Set(region)].join(' '),
    address: address === '' ? undefined : address,
  }
}

function logistics(raw: Json, usual: SourceOrder['carrier']) {
  const parcels = listAt(jsonAt(raw, 'logistics_info'), 'logistics_info')
  const numberOf = (one: Json) => textAt(jsonAt(one, 'tracking_no'), 'tracking_no')
  const numbers = parcels.flatMap((one) => numberOf(one) ?? []).sort()
  const [waybillNo] = numbers
  if (waybillNo === undefined) return { carrier: usual }
  // of several parcels the carrier is that of the number in front, in whatever order the list and the detail name them
  const named = parcels.find((one) => numberOf(one) === waybillNo)
  const [code, name] = [jsonText(named, 'company'), jsonText(named, 'company_name')]
  return { waybillNo: [...new Set(numbers)].join(','), ...carrierNamed({ code, name, waybillNo }) }
}

/**
 * A request of afterSale.Detail, undefined where neither money nor goods come back (exchange, resend, repair). Names inside the
 * answer are unconfirmed: two spellings are met, `after_sale_info` under process_info and `aftersale_info` beside order_info.
 */
export function readReturn(raw: Json, shop: string): SourceReturn | undefined {
  const info = jsonAt(raw, 'process_info', 'after_sale_info') ?? jsonAt(raw, 'aftersale_info') ?? raw
  const either = (name: string) => jsonAt(info, `after_sale_${name}`) ?? jsonAt(info, `aftersale_${name}`)
  const type = needed(textAt(either('type'), 'after_sale_type'), 'after_sale_type')
  const status = needed(textAt(either('status'), 'after_sale_status'), 'after_sale_status')
  const appliedAtMs = needed(secondsAt(jsonAt(info, 'apply_time'), 'apply_time'), 'apply_time')
  const modifiedAtMs = secondsAt(jsonAt(info, 'update_time'), 'update_time') ?? appliedAtMs
  if (!moneyTypes.has(type)) return undefined
  const goods = fenAt(jsonAt(info, 'refund_total_amount') ?? jsonAt(info, 'refund_amount'), 'refund_amount')
  const state = afterSaleStates[status]
  const refunded = state === 'done' && jsonText(info, 'refund_status') === refundDone
  return told<SourceReturn>({
    channel: 'douyin',
    shop,
    orderNo: needed(textAt(orderOf(raw, info), 'shop_order_id'), 'shop_order_id'),
    afterSaleNo: needed(textAt(either('id'), 'after_sale_id'), 'after_sale_id'),
    source: 'douyin',
    modifiedAtMs,
    appliedAtMs,
    state: state ?? 'applied',
    goodsBack: type === goodsBackType,
    reason: jsonText(info, 'reason') ?? jsonText(info, 'reason_code') ?? 'unstated',
    refundFen: goods,
    refundedAtMs: refunded ? (secondsAt(jsonAt(info, 'refund_time'), 'refund_time') ?? modifiedAtMs) : undefined,
    waybillNo:
      jsonText(raw, 'process_info', 'logistics_info', 'return', 'tracking_no') ??
      jsonText(info, 'return_logistics_code'),
    platformState: state === undefined ? status : undefined,
  })
}

function orderOf(raw: Json, info: Json): Json | undefined {
  return jsonAt(raw, 'order_info', 'shop_order_id') ?? jsonAt(info, 'p_id') ?? jsonAt(info, 'related_id')
}

/**
 * What one message of a push points at. Orders give update_time in seconds, requests as RFC 3339 text; neither decides anything.
 * A message that cannot be read points nowhere: the timed reading brings what it was about, and the others in it go on.
 */
export function readHint(message: Json): Hint {
  const tag = jsonText(message, 'tag') ?? 'untagged'
  const topic = topicOf(tag)
  const data = topic === undefined ? undefined : dataOf(message)
  const orderNo = jsonText(data, 'p_id')
  const afterSaleNo = jsonText(data, 'aftersale_id')
  const key = jsonText(message, 'msg_id') ?? `${tag}:${afterSaleNo ?? orderNo}:${jsonText(data, 'update_time')}`
  const toldAtMs = timeOf(data)
  const said = toldAtMs === undefined ? { key } : { key, toldAtMs }
  if (topic === 'after-sale' && afterSaleNo !== undefined)
    return { ...said, about: { kind: 'return', afterSaleNo, ...(orderNo !== undefined && { orderNo }) } }
  if (topic === 'order' && orderNo !== undefined) return { ...said, about: { kind: 'order', orderNo } }
  return { ...said, about: { kind: 'nothing', topic: `tag ${tag}` } }
}

function dataOf(message: Json): Json | undefined {
  const data = jsonAt(message, 'data')
  if (typeof data !== 'string') return data
  try {
    return parseJson(data)
  } catch {
    return undefined
  }
}

function timeOf(data: Json | undefined): number | undefined {
  const value = jsonAt(data, 'update_time')
  const ms = typeof value === 'number' ? value * 1_000 : Date.parse(typeof value === 'string' ? value : '')
  return Number.isNaN(ms) ? undefined : ms
}

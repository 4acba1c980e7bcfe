import type { SourceReturn } from '../hub/channel-port.ts'
import type { SourceOrder } from '../hub/order-facts.ts'
import { type Json, jsonAt, jsonText } from '../runtime/json.ts'
import { payMethodUntold } from '../text/zh-channels.ts'
import { carrierNamed } from './carrier-codes.ts'
import { orderStage, refundStates } from './tmall-codes.ts'
import { beijingAt, idAt, inOrder, listAt, needed, textAt, told, wholeAt, yuanAt } from './wire-values.ts'

type Shop = { readonly shop: string; readonly defaultCarrier?: SourceOrder['carrier'] | undefined }

/** Fields an order is asked for; the vendor gives none that is not named. */
export const orderFields = [
  'tid,status,type,created,pay_time,consign_time,end_time,modified,payment,post_fee,discount_fee,buyer_open_uid',
  'buyer_message,seller_memo,receiver_name,receiver_mobile,receiver_phone,receiver_state,receiver_city',
  'receiver_district,receiver_town,receiver_address,orders',
].join(',')

export const refundFields =
  'refund_id,tid,oid,status,created,modified,refund_fee,has_good_return,reason,sid,company_name'

/** `trade` of trade.fullinfo.get. Throws BadPayload that names the field which is not as documented. */
export function readOrder(raw: Json, { shop, defaultCarrier }: Shop): SourceOrder {
  const at = (field: string) => jsonAt(raw, field)
  const items = itemsOf(raw)
  const createdMs = needed(beijingAt(at('created'), 'created'), 'created')
  const paidAtMs = beijingAt(at('pay_time'), 'pay_time')
  const sentMs = beijingAt(at('consign_time'), 'consign_time')
  const stage = orderStage(needed(textAt(at('status'), 'status'), 'status'), sentMs !== undefined)
  const payment = yuanAt(at('payment'), 'payment')
  const freightFen = yuanAt(at('post_fee'), 'post_fee')
  const buyer = jsonText(raw, 'buyer_open_uid')
  return told<SourceOrder>({
    channel: 'tmall',
    shop,
    orderNo: needed(idAt(at('tid'), 'tid'), 'tid'),
    source: 'tmall',
    modifiedAtMs: beijingAt(at('modified'), 'modified') ?? createdMs,
    orderedAtMs: createdMs,
    stage,
    paidAtMs,
    paidFen: paidAtMs === undefined ? undefined : payment,
    payMethod: paidAtMs === undefined ? undefined : payMethodUntold,
    totalFen: payment,
    freightFen,
    // set with the first parcel: the fact is only told when all of it went out
    shippedAtMs: stage === 'part_shipped' ? undefined : sentMs,
    signedAtMs: stage === 'signed' ? beijingAt(at('end_time'), 'end_time') : undefined,
    cancelledAtMs: stage === 'cancelled' ? beijingAt(at('end_time'), 'end_time') : undefined,
    remark: [jsonText(raw, 'buyer_message'), jsonText(raw, 'seller_memo')]
      .filter((one) => one !== undefined && one !== '')
      .join(' / '),
    identities: buyer === undefined ? undefined : [{ kind: 'buyer', value: buyer }],
    ...receiver(raw),
    ...parcels(items, defaultCarrier),
    // the payment of an only line holds the postage too, that of several does not
    lines: inOrder(items.map((item) => line(item, items.length === 1 ? (freightFen ?? 0n) : 0n))),
  })
}

/** Numbers of the refunds that the lines of an order name. */
export function refundsOf(raw: Json): readonly string[] {
  const numbers = itemsOf(raw).flatMap((item) => idAt(jsonAt(item, 'refund_id'), 'orders.refund_id') ?? [])
  return [...new Set(numbers)]
}

function itemsOf(raw: Json): readonly Json[] {
  return listAt(jsonAt(raw, 'orders', 'order') ?? onlyEmpty(jsonAt(raw, 'orders')), 'orders')
}

/** `orders` that is something else than the documented wrapping goes on, to be refused as no list. */
function onlyEmpty(value: Json | undefined): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : value
}

function line(raw: Json, postageFen: bigint): SourceOrder['lines'][number] {
  const sku = jsonText(raw, 'outer_sku_id') ?? jsonText(raw, 'outer_iid')
  const payment = yuanAt(jsonAt(raw, 'payment'), 'orders.payment')
  return told<SourceOrder['lines'][number]>({
    lineKey: needed(idAt(jsonAt(raw, 'oid'), 'orders.oid'), 'orders.oid'),
    sku,
    name: needed(jsonText(raw, 'title') ?? sku, 'orders.title'),
    spec: jsonText(raw, 'sku_properties_name'),
    qty: needed(wholeAt(jsonAt(raw, 'num'), 'orders.num'), 'orders.num'),
    amountFen: payment === undefined || payment < postageFen ? payment : payment - postageFen,
  })
}

/** Masked texts as they are: nothing is decrypted. */
function receiver(raw: Json) {
  const place = (field: string) => textAt(jsonAt(raw, `receiver_${field}`), `receiver_${field}`)
  const region = [place('state'), place('city')].filter((part) => part !== undefined)
  const rest = [place('district'), place('town'), place('address')].filter((part) => part !== undefined)
  const address = [...new Set(region), ...rest].join('')
  return {
    consigneeName: place('name'),
    phone: place('mobile') ?? place('phone'),
    region: region.length === 0 ? undefined : [...new Set(region)].join(' '),
    address: address === '' ? undefined : address,
  }
}

function parcels(items: readonly Json[], usual: SourceOrder['carrier']) {
  const sent = items
    .flatMap((item) => {
      const waybillNo = textAt(jsonAt(item, 'invoice_no'), 'orders.invoice_no')
      return waybillNo === undefined ? [] : [{ waybillNo, name: jsonText(item, 'logistics_company') }]
    })
    .sort((a, b) => (a.waybillNo < b.waybillNo ? -1 : 1))
  const [first] = sent
  if (first === undefined) return { carrier: usual }
  const known = carrierNamed(first)
  const waybillNo = [...new Set(sent.map((one) => one.waybillNo))].join(',')
  return { waybillNo, carrier: known.carrier ?? usual, carrierName: known.carrierName }
}

/** A refund of refunds.receive.get or refund.get, which tell the same fields. Throws BadPayload. */
export function readReturn(raw: Json, shop: string): SourceReturn {
  const status = needed(textAt(jsonAt(raw, 'status'), 'status'), 'status')
  const appliedAtMs = needed(beijingAt(jsonAt(raw, 'created'), 'created'), 'created')
  const modifiedAtMs = beijingAt(jsonAt(raw, 'modified'), 'modified') ?? appliedAtMs
  const state = refundStates[status]
  const goods = jsonAt(raw, 'has_good_return')
  return told<SourceReturn>({
    channel: 'tmall',
    shop,
    orderNo: needed(idAt(jsonAt(raw, 'tid'), 'tid'), 'tid'),
    afterSaleNo: needed(idAt(jsonAt(raw, 'refund_id'), 'refund_id'), 'refund_id'),
    source: 'tmall',
    modifiedAtMs,
    appliedAtMs,
    state: state ?? 'applied',
    goodsBack: goods === true || goods === 'true',
    reason: jsonText(raw, 'reason') ?? 'unstated',
    refundFen: yuanAt(jsonAt(raw, 'refund_fee'), 'refund_fee'),
    refundedAtMs: state === 'done' ? modifiedAtMs : undefined,
    waybillNo: textAt(jsonAt(raw, 'sid'), 'sid'),
    platformState: state === undefined ? status : undefined,
  })
}

import type { Hint, SourceReturn } from '../hub/channel-port.ts'
import type { SourceOrder } from '../hub/order-facts.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import { payMethodUntold } from '../text/zh-channels.ts'
import { weixinPaid, weixinPayWords } from '../text/zh-weixin.ts'
import { carrierNamed } from './carrier-codes.ts'
import { afterSaleStates, goodsBackType, moneyAlone, moneyTypes, orderStage } from './weixin-codes.ts'
import { fenAt, idAt, inOrder, listAt, needed, secondsAt, textAt, told, wholeAt } from './wire-values.ts'

type Shop = { readonly shop: string; readonly appId: string; readonly defaultCarrier?: SourceOrder['carrier'] }

/** `order` of order/get. Throws BadPayload that names the field which is not as documented. */
export function readOrder(raw: Json, { shop, appId, defaultCarrier }: Shop): SourceOrder {
  const detail = jsonAt(raw, 'order_detail')
  const price = (field: string) => fenAt(jsonAt(detail, 'price_info', field), `price_info.${field}`)
  const status = needed(textAt(jsonAt(raw, 'status'), 'status'), 'status')
  const createdMs = needed(secondsAt(jsonAt(raw, 'create_time'), 'create_time'), 'create_time')
  const paidAtMs = secondsAt(jsonAt(detail, 'pay_info', 'pay_time'), 'pay_info.pay_time')
  const parcels = parcelsOf(detail)
  const stage = orderStage(status, parcels.lastSentMs !== undefined)
  // unconfirmed field; without it the platform's own "signed" has no time and waits for the carrier's
  const confirmedMs = secondsAt(jsonAt(detail, 'ext_info', 'confirm_receipt_time'), 'ext_info.confirm_receipt_time')
  const openId = jsonText(raw, 'openid')
  return told<SourceOrder>({
    channel: 'miniapp',
    shop,
    orderNo: needed(idAt(jsonAt(raw, 'order_id'), 'order_id'), 'order_id'),
    source: 'weixin',
    modifiedAtMs: secondsAt(jsonAt(raw, 'update_time'), 'update_time') ?? createdMs,
    orderedAtMs: createdMs,
    stage,
    paidAtMs,
    paidFen: paidAtMs === undefined ? undefined : price('order_price'),
    payMethod: paidAtMs === undefined ? undefined : payMethodOf(jsonAt(detail, 'pay_info')),
    totalFen: price('order_price'),
    discountFen: price('discounted_price'),
    freightFen: price('freight'),
    // part shipped has a time too: the fact is only told when all of it went out
    shippedAtMs: stage === 'part_shipped' ? undefined : parcels.lastSentMs,
    signedAtMs: stage === 'signed' ? confirmedMs : undefined,
    remark: [jsonText(detail, 'ext_info', 'customer_notes'), jsonText(detail, 'ext_info', 'merchant_notes')]
      .filter((one) => one !== undefined)
      .join(' / '),
    // ids of people differ per app
    identities: openId === undefined ? undefined : [{ kind: 'buyer', value: `${appId}:${openId}` }],
    ...receiver(jsonAt(detail, 'delivery_info', 'address_info')),
    ...(parcels.waybillNo === undefined ? { carrier: defaultCarrier } : parcels.carried),
    lines: linesOf(detail),
  })
}

function payMethodOf(pay: Json | undefined): string {
  const named = weixinPayWords[jsonText(pay, 'payment_method') ?? '']
  return named ?? (jsonText(pay, 'transaction_id') === undefined ? payMethodUntold : weixinPaid)
}

/** Lines have no number of their own: product and sku, and which of them where one stands twice. */
function linesOf(detail: Json | undefined): SourceOrder['lines'] {
  const lines = listAt(jsonAt(detail, 'product_infos'), 'product_infos').map(line)
  const rank = (one: SourceOrder['lines'][number]) => `${one.lineKey} ${one.qty} ${one.amountFen}`
  const sorted = [...lines].sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
  const seen = new Map<string, number>()
  return inOrder(
    sorted.map((one) => {
      const nth = (seen.get(one.lineKey) ?? 0) + 1
      seen.set(one.lineKey, nth)
      return nth === 1 ? one : { ...one, lineKey: `${one.lineKey}#${nth}` }
    }),
  )
}

function line(raw: Json): SourceOrder['lines'][number] {
  const productId = needed(idAt(jsonAt(raw, 'product_id'), 'product_infos.product_id'), 'product_infos.product_id')
  const skuId = idAt(jsonAt(raw, 'sku_id'), 'product_infos.sku_id')
  const sku = jsonText(raw, 'sku_code')
  const spec = listAt(jsonAt(raw, 'sku_attrs'), 'sku_attrs').flatMap((one) => jsonText(one, 'attr_value') ?? [])
  return told<SourceOrder['lines'][number]>({
    lineKey: skuId === undefined ? productId : `${productId}:${skuId}`,
    sku,
    name: jsonText(raw, 'title') ?? sku ?? productId,
    spec: spec.length === 0 ? undefined : spec.join(' '),
    qty: needed(wholeAt(jsonAt(raw, 'sku_cnt'), 'sku_cnt'), 'sku_cnt'),
    amountFen: fenAt(jsonAt(raw, 'real_price'), 'real_price'),
  })
}

/** What a lent number begins and ends with; the rest is covered, so that it can be neither dialled nor taken for a person. */
const wholeMobile = /^(1\d{2})\d{4}(\d{4})$/

/**
 * The number as it came. One that is lent for this order looks like any other and will be somebody else's: only the fields beside it tell
 * (use_tel_number, tel_number_ext_info; their values are unconfirmed), and the hub must not take it for who the buyer is.
 */
function phoneOf(raw: Json | undefined): string | undefined {
  const number = jsonText(raw, 'tel_number')
  const isLent =
    ['1', 'true'].includes(String(jsonAt(raw, 'use_tel_number'))) ||
    (number !== undefined && number === jsonText(raw, 'tel_number_ext_info', 'virtual_tel_number'))
  return isLent ? number?.replace(wholeMobile, '$1****$2') : number
}

/** As they came, stars included. */
function receiver(raw: Json | undefined) {
  const at = (field: string) => jsonText(raw, field)
  const region = [at('province_name'), at('city_name')].filter((part) => part !== undefined)
  const address = [...region, at('county_name'), at('detail_info')].filter((part) => part !== undefined).join('')
  return {
    consigneeName: at('user_name'),
    phone: phoneOf(raw),
    region: region.length === 0 ? undefined : [...new Set(region)].join(' '),
    address: address === '' ? undefined : address,
  }
}

function parcelsOf(detail: Json | undefined) {
  const where = 'delivery_product_info'
  const parcels = listAt(jsonAt(detail, 'delivery_info', where), where)
  const numbers = parcels.flatMap((one) => textAt(jsonAt(one, 'waybill_id'), 'waybill_id') ?? []).sort()
  const times = parcels.flatMap((one) => secondsAt(jsonAt(one, 'delivery_time'), 'delivery_time') ?? [])
  const [waybillNo] = numbers
  const named = parcels.find((one) => jsonText(one, 'waybill_id') === waybillNo)
  return {
    lastSentMs: times.length === 0 ? undefined : Math.max(...times),
    waybillNo,
    carried: {
      ...(numbers.length > 0 && { waybillNo: [...new Set(numbers)].join(',') }),
      ...carrierNamed({ code: jsonText(named, 'delivery_id'), name: jsonText(named, 'delivery_name'), waybillNo }),
    },
  }
}

/** `after_sale_order` of aftersale/getaftersaleorder; undefined for an exchange. Throws BadPayload. */
export function readReturn(raw: Json, shop: string): SourceReturn | undefined {
  const type = needed(textAt(jsonAt(raw, 'type'), 'type'), 'type')
  const status = needed(textAt(jsonAt(raw, 'status'), 'status'), 'status')
  const appliedAtMs = needed(secondsAt(jsonAt(raw, 'create_time'), 'create_time'), 'create_time')
  const modifiedAtMs = secondsAt(jsonAt(raw, 'update_time'), 'update_time') ?? appliedAtMs
  if (!moneyTypes.has(type)) return undefined
  const state = afterSaleStates[status]
  return told<SourceReturn>({
    channel: 'miniapp',
    shop,
    orderNo: needed(idAt(jsonAt(raw, 'order_id'), 'order_id'), 'order_id'),
    afterSaleNo: needed(idAt(jsonAt(raw, 'after_sale_order_id'), 'after_sale_order_id'), 'after_sale_order_id'),
    source: 'weixin',
    modifiedAtMs,
    appliedAtMs,
    state: state ?? 'applied',
    goodsBack: type === goodsBackType && status !== moneyAlone,
    reason: jsonText(raw, 'reason_text') ?? jsonText(raw, 'reason') ?? 'unstated',
    refundFen: fenAt(jsonAt(raw, 'refund_info', 'amount'), 'refund_info.amount'),
    refundedAtMs: state === 'done' ? modifiedAtMs : undefined,
    waybillNo: jsonText(raw, 'return_info', 'waybill_id'),
    platformState: state === undefined ? status : undefined,
  })
}

const xmlValue = /<(\w+)>(?:<!\[CDATA\[([\s\S]*?)\]\]>|([^<]*))<\/\1>/g

/** Leaves of a message by name, as JSON or XML (chosen in the console): events nest one level, and no name stands twice. */
export function messageFields(text: string): ReadonlyMap<string, string> {
  if (text.trimStart().startsWith('<')) {
    return new Map(
      [...text.matchAll(xmlValue)].map(([, name = '', quoted, bare]) => [name, (quoted ?? bare ?? '').trim()]),
    )
  }
  const fields = new Map<string, string>()
  const walk = (value: Json) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    for (const [name, inner] of Object.entries(value)) {
      const leaf = jsonText(value, name)
      if (leaf === undefined) walk(inner)
      else fields.set(name, leaf)
    }
  }
  walk(parseJson(text))
  return fields
}

/** The ciphertext of a push, as JSON or XML; read before anything is verified, hence by a form that cannot be made slow. */
export function encryptedPart(raw: Uint8Array): string | undefined {
  const text = Buffer.from(raw).toString('utf8')
  if (text.trimStart().startsWith('<')) return /<Encrypt>(?:<!\[CDATA\[)?([0-9A-Za-z+/=]+)/.exec(text)?.[1]
  return jsonText(parseJson(raw), 'Encrypt')
}

/** What an event points at. Events carry no number of their own: event, order, time and status make it unique. */
export function readHint(fields: ReadonlyMap<string, string>): Hint {
  const event = fields.get('Event') ?? fields.get('MsgType') ?? 'untitled'
  const [orderNo, afterSaleNo, made] = ['order_id', 'after_sale_order_id', 'CreateTime'].map((name) => fields.get(name))
  const state = fields.get('status') ?? fields.get('finish_delivery') ?? ''
  const key = [event, afterSaleNo ?? orderNo ?? fields.get('MsgId') ?? '', made ?? '', state].join(':')
  const toldAtMs = /^\d{9,11}$/.test(made ?? '') ? Number(made) * 1_000 : undefined
  const said = toldAtMs === undefined ? { key } : { key, toldAtMs }
  if (event.startsWith('channels_ec_aftersale') && afterSaleNo !== undefined)
    return { ...said, about: { kind: 'return', afterSaleNo, ...(orderNo !== undefined && { orderNo }) } }
  if (event.startsWith('channels_ec_order') && orderNo !== undefined)
    return { ...said, about: { kind: 'order', orderNo } }
  return { ...said, about: { kind: 'nothing', topic: event.slice(0, 64) } }
}

import { createDecipheriv } from 'node:crypto'
import type { Hint, SourceReturn } from '../hub/channel-port.ts'
import type { SourceOrder } from '../hub/order-facts.ts'
import { BadPayload } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import { payMethodUntold } from '../text/zh-channels.ts'
import { youzanPayWords, youzanWays } from '../text/zh-youzan.ts'
import { carrierNamed } from './carrier-codes.ts'
import { beijingAt, idAt, inOrder, listAt, needed, textAt, told, wholeAt, yuanAt } from './wire-values.ts'
import { orderStage, pickUp, refundStates, topicOf } from './youzan-codes.ts'

type Shop = { readonly shop: string; readonly kdtId: string; readonly defaultCarrier?: SourceOrder['carrier'] }

/** `data` of trade.get. Throws BadPayload that names the field which is not as documented. */
export function readOrder(raw: Json, { shop, kdtId, defaultCarrier }: Shop): SourceOrder {
  const whole = jsonAt(raw, 'full_order_info')
  const info = jsonAt(whole, 'order_info')
  const at = (field: string) => jsonAt(info, field)
  const parcels = parcelsOf(raw)
  const sentMs = beijingAt(at('consign_time'), 'consign_time')
  const { status, refundState } = stateOf(raw)
  const main = orderStage(status, refundState, sentMs !== undefined || parcels.length > 0)
  const stage = main === 'paid' && parcels.length > 0 ? 'part_shipped' : main
  const createdMs = needed(beijingAt(at('created'), 'created'), 'created')
  const paidAtMs = beijingAt(at('pay_time'), 'pay_time')
  const payment = yuanAt(jsonAt(whole, 'pay_info', 'payment'), 'pay_info.payment')
  const buyer = jsonText(whole, 'buyer_info', 'yz_open_id')
  return told<SourceOrder>({
    channel: 'miniapp',
    shop,
    orderNo: needed(idAt(at('tid'), 'tid'), 'tid'),
    source: 'youzan',
    modifiedAtMs: beijingAt(at('update_time'), 'update_time') ?? createdMs,
    orderedAtMs: createdMs,
    stage,
    paidAtMs,
    paidFen: paidAtMs === undefined ? undefined : payment,
    payMethod:
      paidAtMs === undefined ? undefined : (youzanPayWords[jsonText(info, 'pay_type') ?? ''] ?? payMethodUntold),
    totalFen: payment,
    freightFen: yuanAt(jsonAt(whole, 'pay_info', 'post_fee'), 'pay_info.post_fee'),
    // set with the first parcel: the fact is only told when all of it went out
    shippedAtMs: stage === 'part_shipped' ? undefined : sentMs,
    signedAtMs: stage === 'signed' ? beijingAt(at('success_time'), 'success_time') : undefined,
    remark: [jsonText(whole, 'remark_info', 'buyer_message'), jsonText(whole, 'remark_info', 'trade_memo')]
      .filter((one) => one !== undefined)
      .join(' / '),
    // ids of people differ per shop
    identities: buyer === undefined ? undefined : [{ kind: 'buyer', value: `${kdtId}:${buyer}` }],
    ...receiver(jsonAt(whole, 'address_info')),
    ...wayOf(jsonText(info, 'express_type'), parcels, defaultCarrier),
    lines: inOrder(listAt(jsonAt(whole, 'orders'), 'orders').map(line)),
  })
}

/** Status and refund state of trade.get's `data`. Throws BadPayload without a status. */
export function stateOf(raw: Json): { readonly status: string; readonly refundState: string } {
  const info = jsonAt(raw, 'full_order_info', 'order_info')
  return {
    status: needed(textAt(jsonAt(info, 'status'), 'status'), 'status'),
    refundState: jsonText(info, 'refund_state') ?? '0',
  }
}

/** Numbers of the requests that trade.get names. */
export function refundsOf(raw: Json): readonly string[] {
  return listAt(jsonAt(raw, 'refund_order'), 'refund_order').flatMap((one) => jsonText(one, 'refund_id') ?? [])
}

function line(raw: Json): SourceOrder['lines'][number] {
  const sku = jsonText(raw, 'outer_sku_id') ?? jsonText(raw, 'outer_item_id')
  return told<SourceOrder['lines'][number]>({
    lineKey: needed(idAt(jsonAt(raw, 'oid'), 'orders.oid'), 'orders.oid'),
    sku,
    name: needed(jsonText(raw, 'title') ?? sku ?? jsonText(raw, 'item_id'), 'orders.title'),
    spec: specOf(jsonText(raw, 'sku_properties_name')),
    qty: needed(wholeAt(jsonAt(raw, 'num'), 'num'), 'num'),
    amountFen: yuanAt(jsonAt(raw, 'payment'), 'orders.payment'),
  })
}

/** `[{"k":"…","v":"…"}]` inside a text; what is no such list is shown as it is. */
function specOf(text: string | undefined): string | undefined {
  if (text === undefined || !text.startsWith('[')) return text
  const values = listAt(parseJson(text), 'sku_properties_name').flatMap((one) => jsonText(one, 'v') ?? [])
  return values.length === 0 ? undefined : values.join(' ')
}

/** What a shop's key encrypted; the form is unconfirmed. It is neither shown nor decrypted. */
const ciphertext = /^\$.+\$\d+\$$|^[0-9A-Za-z+/=]{40,}$/

function receiver(raw: Json | undefined) {
  const at = (field: string) => {
    const text = jsonText(raw, field)
    return text === undefined || ciphertext.test(text) ? undefined : text
  }
  const region = [at('delivery_province'), at('delivery_city')].filter((part) => part !== undefined)
  const rest = [at('delivery_district'), at('delivery_address')].filter((part) => part !== undefined)
  const address = [...region, ...rest].join('')
  return {
    consigneeName: at('receiver_name'),
    phone: at('receiver_tel'),
    region: region.length === 0 ? undefined : [...new Set(region)].join(' '),
    address: address === '' ? undefined : address,
  }
}

type Parcel = { readonly waybillNo: string; readonly name?: string | undefined }

/** delivery_order[].dists[].express_info (names unconfirmed; some answers hold the number one step higher). */
function parcelsOf(raw: Json): readonly Parcel[] {
  return listAt(jsonAt(raw, 'delivery_order'), 'delivery_order')
    .flatMap((one) => [one, ...listAt(jsonAt(one, 'dists'), 'dists')])
    .flatMap((one) => {
      const express = jsonAt(one, 'express_info') ?? one
      const waybillNo = jsonText(express, 'express_no')
      return waybillNo === undefined ? [] : [{ waybillNo, name: jsonText(express, 'express_name') }]
    })
    .sort((a, b) => (a.waybillNo < b.waybillNo ? -1 : 1))
}

/** Carriers come as numbers of the vendor's that are not published: a name, the form of the waybill, or the shop's usual one tell. */
function wayOf(
  expressType: string | undefined,
  parcels: readonly Parcel[],
  usual: SourceOrder['carrier'],
): Pick<SourceOrder, 'carrier' | 'carrierName' | 'waybillNo'> {
  const [first] = parcels
  if (first !== undefined) {
    const known = carrierNamed(first)
    const waybillNo = [...new Set(parcels.map((one) => one.waybillNo))].join(',')
    return told({ waybillNo, carrier: known.carrier ?? usual, carrierName: known.carrierName })
  }
  if (expressType === pickUp) return { carrier: 'PICKUP' }
  const carrierName = youzanWays[expressType ?? '']
  return carrierName === undefined ? told({ carrier: usual }) : { carrier: 'OTHER', carrierName }
}

/** `data` of trade.refund.get (names of fields unconfirmed). Throws BadPayload. */
export function readReturn(raw: Json, shop: string): SourceReturn {
  const status = needed(textAt(jsonAt(raw, 'status'), 'status'), 'status')
  const appliedAtMs = needed(beijingAt(jsonAt(raw, 'created'), 'created'), 'created')
  const modifiedAtMs = beijingAt(jsonAt(raw, 'modified'), 'modified') ?? appliedAtMs
  const state = refundStates[status]
  const goods = jsonAt(raw, 'return_goods')
  return told<SourceReturn>({
    channel: 'miniapp',
    shop,
    orderNo: needed(idAt(jsonAt(raw, 'tid'), 'tid'), 'tid'),
    afterSaleNo: needed(idAt(jsonAt(raw, 'refund_id'), 'refund_id'), 'refund_id'),
    source: 'youzan',
    modifiedAtMs,
    appliedAtMs,
    state: state ?? 'applied',
    goodsBack: goods === true || goods === 'true' || goods === 1,
    reason: jsonText(raw, 'desc') ?? jsonText(raw, 'reason') ?? 'unstated',
    refundFen: yuanAt(jsonAt(raw, 'refund_fee'), 'refund_fee'),
    refundedAtMs: state === 'done' ? modifiedAtMs : undefined,
    waybillNo: jsonText(raw, 'logistics_no'),
    platformState: state === undefined ? status : undefined,
  })
}

/** A message of the cloud's: AES-128 in CBC, key = first 16 characters of the secret, a fixed iv (vendor SDK's test). */
export function openCloudMessage(clientSecret: string, sealed: string): string {
  try {
    const decipher = createDecipheriv('aes-128-cbc', clientSecret.slice(0, 16), '0102030405060708')
    return Buffer.concat([decipher.update(Buffer.from(sealed, 'base64')), decipher.final()]).toString('utf8')
  } catch (cause) {
    throw new BadPayload('the message of a push cannot be opened', { cause })
  }
}

/** The message: JSON in the clear, URL-encoded with + for blanks, or sealed. */
function messageOf(message: string, clientSecret: string): Json {
  if (message.startsWith('{')) return parseJson(message)
  const plain = new URLSearchParams(`m=${message.replaceAll('&', '%26')}`).get('m') ?? ''
  // base64 holds + itself: a blank that came of it goes back
  return parseJson(plain.startsWith('{') ? plain : openCloudMessage(clientSecret, plain.replaceAll(' ', '+')))
}

/** A signed message of another shape tells nothing: the push's own id says what to read, and the vendor need not send it again. */
function readable(message: string, clientSecret: string): Json | undefined {
  try {
    return messageOf(message, clientSecret)
  } catch (error) {
    if (error instanceof BadPayload) return undefined
    throw error
  }
}

/** The list of refunds lags up to 30 s behind its message; orders and requests by number do not. */
const listLagMs = 31_000

/**
 * What a push points at. `version` grows per business id, so that id and version make a push unique however often it is sent; an older
 * version that comes late only makes the order be read once more. The body's own signature covers `msg` alone, so it is asked first.
 */
export function readHint(push: Json, clientSecret: string, kdtId: string): Hint {
  const type = jsonText(push, 'type') ?? 'untyped'
  const id = jsonText(push, 'id') ?? jsonText(push, 'msg_id')
  const key = [type, id ?? '', jsonText(push, 'version') ?? ''].join(':')
  const topic = topicOf(type)
  const shop = jsonText(push, 'kdt_id')
  if (topic === undefined || (shop !== undefined && shop !== kdtId))
    return { key, about: { kind: 'nothing', topic: topic === undefined ? type.slice(0, 64) : 'another shop' } }
  const message = readable(jsonText(push, 'msg') ?? '{}', clientSecret)
  const inner = jsonText(message, 'tid') ?? jsonText(message, 'full_order_info', 'order_info', 'tid')
  const orderNo = inner ?? jsonText(push, 'id')
  const refundNo = jsonText(message, 'refund_id')
  if (topic === 'refund' && refundNo !== undefined)
    return { key, about: { kind: 'return', afterSaleNo: refundNo, ...(inner !== undefined && { orderNo: inner }) } }
  if (orderNo === undefined) return { key, about: { kind: 'nothing', topic: type.slice(0, 64) } }
  return { key, about: { kind: 'order', orderNo }, ...(topic === 'refund' && { waitMs: listLagMs }) }
}

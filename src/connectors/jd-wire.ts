import type { CarrierCode, SourceOrder } from '../hub/order-facts.ts'
import { carrierOf } from '../hub/waybill-no.ts'
import { type Json, jsonAt, jsonText } from '../runtime/json.ts'
import { payMethodUntold } from '../text/zh-channels.ts'
import { jdPayWords, jdSplit } from '../text/zh-jd.ts'
import { carriersById, orderStage } from './jd-codes.ts'
import { beijingAt, idAt, inOrder, listAt, needed, textAt, told, wholeAt, yuanAt } from './wire-values.ts'

type Shop = { readonly shop: string; readonly defaultCarrier?: CarrierCode | undefined }

/** What is not named does not come. */
export const orderFields = [
  'orderId,parentOrderId,orderType,payType,orderState,orderTotalPrice,orderSellerPrice,orderPayment,freightPrice',
  'sellerDiscount,orderStartTime,paymentConfirmTime,orderEndTime,modified,orderRemark,venderRemark,consigneeInfo',
  'itemInfoList,waybill,logisticsId,returnOrder',
].join(',')

/** 1 cash on delivery: no money has come when the order is placed. */
const cashOnDelivery = '1'

/**
 * An order of enSearch or enGet, and beside a part of a split order its parent, which is told nowhere any more.
 * Throws BadPayload that names the field which is not as documented.
 */
export function readOrders(raw: Json, shop: Shop): readonly SourceOrder[] {
  const order = readOrder(raw, shop)
  const parent = order.splitFrom === undefined ? [] : [parentOf(order, order.splitFrom)]
  return [order, ...parent]
}

function readOrder(raw: Json, { shop, defaultCarrier }: Shop): SourceOrder {
  const at = (field: string) => jsonAt(raw, field)
  const orderNo = needed(idAt(at('orderId'), 'orderId'), 'orderId')
  const state = needed(textAt(at('orderState'), 'orderState'), 'orderState')
  const stage = orderStage(state)
  const orderedAtMs = needed(beijingAt(at('orderStartTime'), 'orderStartTime'), 'orderStartTime')
  const modifiedAtMs = beijingAt(at('modified'), 'modified') ?? orderedAtMs
  const endedAtMs = beijingAt(at('orderEndTime'), 'orderEndTime')
  const payType = /^\d+/.exec(textAt(at('payType'), 'payType') ?? '')?.[0]
  const paidAtMs = payType === cashOnDelivery ? undefined : beijingAt(at('paymentConfirmTime'), 'paymentConfirmTime')
  const parent = idAt(at('parentOrderId'), 'parentOrderId')
  const sent = parcels(raw, defaultCarrier)
  return told<SourceOrder>({
    channel: 'jd',
    shop,
    orderNo,
    source: 'jd',
    modifiedAtMs,
    orderedAtMs,
    stage,
    paidAtMs,
    paidFen: paidAtMs === undefined ? undefined : yuanAt(at('orderPayment'), 'orderPayment'),
    payMethod: paidAtMs === undefined ? undefined : (jdPayWords[payType ?? ''] ?? payMethodUntold),
    totalFen: yuanAt(at('orderTotalPrice'), 'orderTotalPrice'),
    discountFen: yuanAt(at('sellerDiscount'), 'sellerDiscount'),
    freightFen: yuanAt(at('freightPrice'), 'freightPrice'),
    // no field says when it went out: the change that made it "shipped" does (decision 280)
    shippedAtMs: stage === 'shipped' && sent.waybillNo !== undefined ? modifiedAtMs : undefined,
    signedAtMs: stage === 'signed' ? endedAtMs : undefined,
    cancelledAtMs: stage === 'cancelled' ? endedAtMs : undefined,
    remark: [textAt(at('orderRemark'), 'orderRemark'), textAt(at('venderRemark'), 'venderRemark')]
      .filter((one) => one !== undefined)
      .join(' / '),
    splitFrom: parent === orderNo ? undefined : parent,
    ...receiver(at('consigneeInfo')),
    ...sent,
    lines: lines(raw),
  })
}

/** No money, no goods: its parts carry both. */
function parentOf(part: SourceOrder, orderNo: string): SourceOrder {
  const { channel, shop, source, modifiedAtMs, orderedAtMs } = part
  const over = { stage: 'cancelled', cancelledAtMs: orderedAtMs, cancelReason: jdSplit }
  return { channel, shop, orderNo, source, modifiedAtMs, orderedAtMs, ...over, lines: [] }
}

/** What each line cost after discounts is told for an only line, by the order's sum. */
function lines(raw: Json): SourceOrder['lines'] {
  const items = listAt(jsonAt(raw, 'itemInfoList'), 'itemInfoList')
  const only = items.length === 1 ? yuanAt(jsonAt(raw, 'orderSellerPrice'), 'orderSellerPrice') : undefined
  return inOrder(
    items.map((item) => {
      const skuId = needed(idAt(jsonAt(item, 'skuId'), 'itemInfoList.skuId'), 'itemInfoList.skuId')
      const sku = textAt(jsonAt(item, 'outerSkuId'), 'itemInfoList.outerSkuId') ?? skuId
      return told<SourceOrder['lines'][number]>({
        lineKey: skuId,
        sku,
        name: needed(jsonText(item, 'skuName') ?? sku, 'itemInfoList.skuName'),
        qty: needed(wholeAt(jsonAt(item, 'itemTotal'), 'itemInfoList.itemTotal'), 'itemInfoList.itemTotal'),
        amountFen: only,
      })
    }),
  )
}

/** Carriers are divided by `|`, several numbers of one carrier by `,`; their ids likewise. */
function parcels(raw: Json, usual: CarrierCode | undefined) {
  const groups = split(textAt(jsonAt(raw, 'waybill'), 'waybill'), '|')
  const ids = split(textAt(jsonAt(raw, 'logisticsId'), 'logisticsId'), '|')
  const [first] = groups.flatMap((group) => split(group, ','))
  if (first === undefined) return { carrier: usual, waybillNo: undefined }
  const guess = carrierOf(first)
  const certain = guess?.certainty === 'certain' ? guess.carriers[0] : undefined
  const waybillNo = [...new Set(groups.flatMap((group) => split(group, ',')))].join(',')
  return { waybillNo, carrier: certain ?? carriersById[ids[0] ?? ''] ?? usual }
}

function split(text: string | undefined, by: string): readonly string[] {
  return (text ?? '')
    .split(by)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** `en…` calls give base64 of a cipher for name, phone and address, which nothing here opens. */
const cipherForm = /^[A-Za-z0-9+/]{16,}={0,2}$/
const hidden = '***'

function receiver(raw: Json | undefined) {
  const open = (field: string) => {
    const text = textAt(jsonAt(raw, field), `consigneeInfo.${field}`)
    return text !== undefined && cipherForm.test(text) ? hidden : text
  }
  const phone = [open('mobile'), open('telephone')].find((one) => one !== undefined && one !== hidden)
  const region = [...new Set([open('province'), open('city')])].filter((part) => part !== undefined)
  const full = open('fullAddress')
  const places = [...region, open('county'), open('town')].filter((part) => part !== undefined)
  const address =
    full === undefined || full === hidden ? [...places, ...(full === undefined ? [] : [hidden])].join('') : full
  return {
    consigneeName: open('fullname'),
    phone,
    region: region.length === 0 ? undefined : region.join(' '),
    address: address === '' ? undefined : address,
  }
}

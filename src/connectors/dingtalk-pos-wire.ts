import type { SourceOrder } from '../hub/order-facts.ts'
import { BadPayload } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import { posCarrierWords, type posFields, posTexts } from '../text/zh-pos.ts'
import { carrierNamed } from './carrier-codes.ts'
import { beijingAt, inOrder, listAt, needed, textAt, told, wholeAt, yuanAt } from './wire-values.ts'

// A finished form as an order (open.dingtalk.com, oa-formcomponent-message, 2026-11-22).

export type PosFields = { readonly [K in keyof typeof posFields]: string }

/** Where a form stands: only one that is finished and agreed to is an order. */
export type Standing = 'order' | 'change' | 'revoke' | 'nothing'

export function standingOf(instance: Json): Standing {
  if (jsonText(instance, 'status') !== 'COMPLETED' || jsonText(instance, 'result') !== 'agree') return 'nothing'
  const action = jsonText(instance, 'bizAction') ?? 'NONE'
  return action === 'MODIFY' ? 'change' : action === 'REVOKE' ? 'revoke' : 'order'
}

/** The number people see on the form; a change bears that of the form it changes. */
export const businessIdOf = (instance: Json): string =>
  needed(textAt(jsonAt(instance, 'businessId'), 'businessId'), 'businessId')

/** When it was agreed to: a form of minute precision, in Beijing whatever letter it ends with. */
export function finishedMs(instance: Json): number {
  return needed(formTime(jsonAt(instance, 'finishTime'), 'finishTime'), 'finishTime')
}

/** `2023-05-09T19:23Z` is 19:23 in Beijing (one sample with an epoch beside it); newer answers may carry seconds. */
function formTime(value: Json | undefined, field: string): number | undefined {
  const text = textAt(value, field)
  const [, day, time] = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d)?Z?$/.exec(text ?? '') ?? []
  return day === undefined ? beijingAt(text, field) : beijingAt(`${day} ${time}:00`, field)
}

export type PosForm = {
  readonly instance: Json
  readonly orderNo: string
  readonly fields: PosFields
  readonly shop: string
}

/** The order a form describes. Throws BadPayload that names the field. */
export function readForm({ instance, orderNo, fields, shop }: PosForm): SourceOrder {
  const values = listAt(jsonAt(instance, 'formComponentValues'), 'formComponentValues')
  const at = (name: keyof PosFields) => componentOf(values, fields[name])
  const text = (name: keyof PosFields) => textAt(at(name), fields[name])
  const atMs = finishedMs(instance)
  const paidFen = yuanAt(at('paid')?.toString().replaceAll(',', ''), fields.paid)
  return told<SourceOrder>({
    channel: 'pos',
    shop,
    orderNo,
    source: 'pos.pull',
    modifiedAtMs: atMs,
    orderedAtMs:
      orderedMs(at('orderedAt'), fields.orderedAt) ?? formTime(jsonAt(instance, 'createTime'), 'createTime') ?? atMs,
    stage: paidFen === undefined ? 'pending_payment' : 'paid',
    consigneeName: text('consignee'),
    phone: text('phone'),
    address: text('address'),
    freightFen: yuanAt(at('freight'), fields.freight),
    paidAtMs: paidFen === undefined ? undefined : atMs,
    payMethod: paidFen === undefined ? undefined : (text('payMethod') ?? posTexts.payMethodUntold),
    paidFen,
    ...carrierOf(text('carrier'), text('carrierName')),
    remark: text('remark'),
    lines: linesOf(at('goods'), fields),
  })
}

function orderedMs(value: Json | undefined, field: string): number | undefined {
  const text = textAt(value, field)
  if (text === undefined) return undefined
  return formTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text} 00:00` : text, field)
}

/** Row 12: pick-up needs none, 其他 needs its name; what was left out is kept back by the hub, with the field named. */
function carrierOf(chosen: string | undefined, name: string | undefined): Partial<SourceOrder> {
  if (chosen === undefined) return {}
  if (posCarrierWords.pickup.test(chosen)) return { carrier: 'PICKUP' }
  if (posCarrierWords.other.test(chosen)) return { carrier: 'OTHER', ...(name !== undefined && { carrierName: name }) }
  return carrierNamed({ name: chosen })
}

/** By alias, by id of the component, by its label: labels get edited, the others do not. */
function componentOf(values: readonly Json[], wanted: string): Json | undefined {
  const by = (key: string) => values.find((one) => jsonText(one, key) === wanted)
  return jsonAt(by('bizAlias') ?? by('id') ?? by('name'), 'value')
}

function linesOf(table: Json | undefined, fields: PosFields): SourceOrder['lines'] {
  const rows = typeof table === 'string' ? parseJson(table) : table
  const lines = listAt(rows, fields.goods).flatMap((row, index) => {
    const cells = listAt(jsonAt(row, 'rowValue'), fields.goods)
    const cell = (name: keyof PosFields) => {
      const found = cells.find((one) => ['bizAlias', 'key', 'label'].some((key) => jsonText(one, key) === fields[name]))
      return jsonAt(found, 'value')
    }
    const name = textAt(cell('goodsName'), fields.goodsName)
    if (name === undefined) return []
    const sku = textAt(cell('goodsSku'), fields.goodsSku)
    const line = {
      lineKey: `${String(index + 1).padStart(2, '0')}:${sku ?? name}`,
      sku,
      name,
      spec: textAt(cell('goodsSpec'), fields.goodsSpec),
      qty: wholeAt(cell('goodsQty'), fields.goodsQty) ?? 1,
      amountFen: yuanAt(cell('goodsAmount')?.toString().replaceAll(',', ''), fields.goodsAmount),
    }
    return [told<SourceOrder['lines'][number]>(line)]
  })
  if (lines.length === 0) throw new BadPayload(`${fields.goods} has no row with ${fields.goodsName}`)
  return inOrder(lines)
}

/** The order of a form that was agreed to be revoked: what it said, and that it is off. */
export function revoked(order: SourceOrder, atMs: number): SourceOrder {
  return { ...order, modifiedAtMs: atMs, stage: 'cancelled', cancelledAtMs: atMs, cancelReason: posTexts.revoked }
}

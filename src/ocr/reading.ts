import type { Barcode } from './barcodes.ts'
import { carriersNamed } from './carrier-words.ts'
import { phonesIn, recipientPhone } from './label-phones.ts'
import { inReadingOrder, joinedRows } from './label-rows.ts'
import { type TimeSeen, timesIn } from './label-times.ts'
import { ownLines } from './own-label.ts'
import type { PageText } from './page.ts'
import { whyUnreadable } from './quality.ts'
import { type OrderSeen, ordersIn } from './shop-orders.ts'
import type { Crop, FieldName, Picture, ReaderName, SentAt, TextLine, WaybillReading, Why } from './types.ts'
import { judgeCarrier, type NumberVerdict } from './verdict.ts'

type Parts = {
  readonly reader: ReaderName
  readonly photo: Picture
  readonly text: PageText
  readonly barcodes: readonly Barcode[]
  readonly number: NumberVerdict
  readonly nowMs: number
  readonly phash: string
  readonly crop: Crop | null
}

/** A digit read with less than this may be another one. */
const firmDigit = 0.75
/** A phone's last four have no form to check them by. */
const clearTail = 0.9
/** In 19 digits that nothing can check one misread goes unseen (seen: a 5 for a 6 at 0.93, a 3 for an 8 at 0.95): each has to be clear. */
const clearSign = 0.97

type Field<T> = { readonly value: T | null; readonly sure: boolean; readonly why: Why }

const missing = { value: null, sure: false, why: 'missing' } as const

/** Everything the photo says, each field with how sure it is and why. */
export function readingOf({ reader, photo, text, barcodes, number, nowMs, phash, crop }: Parts): WaybillReading {
  const { page, lines } = text
  const own = ownLines(lines, number)
  const rows = [...inReadingOrder(own), ...joinedRows(own)]
  const waybillNo = number.best?.guess.value ?? null
  const carrier = judgeCarrier(number, carriersNamed(lines))
  // where it is open which label is meant, nothing else of it is certain either
  const settled = <T>(field: Field<T>): Field<T> =>
    number.rivals.length > 0 && field.sure ? { ...field, sure: false, why: 'rival' } : field
  const sentAt = settled(timeField(timesIn(rows, nowMs)))
  const phone = settled(phoneField(rows, waybillNo !== null))
  const order = settled(orderField(ordersIn(rows, barcodes).filter(({ orderNo }) => orderNo !== waybillNo)))
  const sure = {
    carrier: carrier.sure,
    waybillNo: number.sure,
    sentAt: sentAt.sure,
    phoneTail: phone.sure,
    orderNo: order.sure,
  }
  const values = {
    carrier: carrier.carrier,
    waybillNo,
    sentAt: sentAt.value,
    phoneTail: phone.value,
    orderNo: order.value,
  }
  return {
    reader,
    ...values,
    evidence: number.evidence,
    ...(number.best?.parcel === undefined ? {} : { parcel: number.best.parcel }),
    sure,
    why: {
      carrier: carrier.why,
      waybillNo: number.why,
      sentAt: sentAt.why,
      phoneTail: phone.why,
      orderNo: order.why,
    },
    ask: toAsk(values, sure),
    rivals: number.rivals,
    unreadable: waybillNo === null ? whyUnreadable(photo, text, barcodes) : null,
    crop,
    uprightTurnDeg: Math.round((page.at.angle * 180) / Math.PI),
    phash,
  }
}

const always: readonly FieldName[] = ['waybillNo', 'carrier']
const ifSeen: readonly FieldName[] = ['sentAt', 'phoneTail', 'orderNo']

/** Number and carrier are needed; the others are asked for only when something was seen that may be wrong. */
function toAsk(values: Readonly<Record<FieldName, unknown>>, sure: Readonly<Record<FieldName, boolean>>): FieldName[] {
  return [
    ...always.filter((field) => !sure[field]),
    ...ifSeen.filter((field) => values[field] !== null && !sure[field]),
  ]
}

function timeField(times: readonly TimeSeen[]): Field<SentAt> {
  const [best] = times
  if (best === undefined) return missing
  const { text, atMs, precision, label } = best
  const value = { text, atMs, precision, ...(label === undefined ? {} : { label }) }
  const disputed = times.some((other) => other.rank === best.rank && Math.abs(other.atMs - atMs) >= 60_000)
  if (best.inTheFuture) return { value, sure: false, why: 'in-the-future' }
  if (disputed) return { value, sure: false, why: 'rival' }
  return {
    value,
    sure: best.weakest >= (precision === 'day' ? clearTail : firmDigit),
    why: label === undefined ? 'by-form' : 'labelled',
  }
}

/** The recipient's, called sure only on a label whose number was read and only beside the mark of their side. */
function phoneField(rows: readonly TextLine[], numbered: boolean): Field<string> {
  const phone = recipientPhone(phonesIn(rows))
  if (phone === undefined) return missing
  const { tail, weakest, by } = phone
  const why = by === 'rival' ? 'rival' : by === 'mark' ? 'labelled' : 'by-form'
  return { value: tail, sure: numbered && by === 'mark' && weakest >= clearTail, why }
}

function orderField(orders: readonly OrderSeen[]): Field<string> {
  const [best] = orders
  if (best === undefined) return missing
  const disputed = orders.some(({ orderNo, places }) => orderNo !== best.orderNo && places >= best.places)
  const proven = best.labelled && (best.places > 1 || (best.weakest >= clearSign && !best.short))
  return {
    value: best.orderNo,
    sure: !disputed && proven,
    why: disputed ? 'rival' : best.labelled ? 'labelled' : 'by-form',
  }
}

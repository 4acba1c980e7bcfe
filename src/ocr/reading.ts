import type { Barcode } from './barcodes.ts'
import { carriersNamed } from './carrier-words.ts'
import { type PhoneSeen, phonesIn } from './label-phones.ts'
import { inReadingOrder, joinedRows } from './label-rows.ts'
import { type TimeSeen, timesIn } from './label-times.ts'
import type { PageText } from './page.ts'
import { whyUnreadable } from './quality.ts'
import { type OrderSeen, ordersIn } from './shop-orders.ts'
import type { Crop, FieldName, Picture, ReaderName, SentAt, WaybillReading, Why } from './types.ts'
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

type Field<T> = { readonly value: T | null; readonly sure: boolean; readonly why: Why }

/** Everything the photo says, each field with how sure it is and why. */
export function readingOf({ reader, photo, text, barcodes, number, nowMs, phash, crop }: Parts): WaybillReading {
  const { page, lines } = text
  const rows = [...inReadingOrder(lines), ...joinedRows(lines)]
  const carrier = judgeCarrier(number, carriersNamed(lines))
  const sentAt = timeField(timesIn(rows, nowMs))
  const phone = phoneField(phonesIn(rows))
  const waybillNo = number.best?.guess.value ?? null
  const order = orderField(ordersIn(rows, barcodes).filter(({ orderNo }) => orderNo !== waybillNo))
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
    unreadable: waybillNo === null ? whyUnreadable(photo, text) : null,
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
  if (best === undefined) return { value: null, sure: false, why: 'missing' }
  const { text, atMs, precision, label } = best
  const value = { text, atMs, precision, ...(label === undefined ? {} : { label }) }
  const disputed = times.some((other) => other.rank === best.rank && Math.abs(other.atMs - atMs) >= 60_000)
  if (best.inTheFuture) return { value, sure: false, why: 'in-the-future' }
  if (disputed) return { value, sure: false, why: 'rival' }
  return { value, sure: best.weakest >= firmDigit, why: label === undefined ? 'by-form' : 'labelled' }
}

/** The recipient's; the sender's alone is not it. */
function phoneField(all: readonly PhoneSeen[]): Field<string> {
  const phones = all.filter(({ side }) => side !== 'sender')
  const [best] = phones
  if (best === undefined) return { value: null, sure: false, why: 'missing' }
  const disputed = phones.some(({ side, tail }) => side === best.side && tail !== best.tail)
  return {
    value: best.tail,
    sure: !disputed && best.weakest >= firmDigit,
    why: disputed ? 'rival' : best.side === 'unknown' ? 'by-form' : 'labelled',
  }
}

function orderField(orders: readonly OrderSeen[]): Field<string> {
  const [best] = orders
  if (best === undefined) return { value: null, sure: false, why: 'missing' }
  const disputed = orders.some(({ orderNo, labelled }) => orderNo !== best.orderNo && labelled === best.labelled)
  const sure = !disputed && (best.barred || best.weakest >= firmDigit)
  return { value: best.orderNo, sure, why: disputed ? 'rival' : best.labelled ? 'labelled' : 'by-form' }
}

import type { Barcode } from './barcodes.ts'
import { carriersNamed } from './carrier-words.ts'
import { cropAround, placeOf } from './crop.ts'
import { phonesIn, recipientPhone } from './label-phones.ts'
import { inReadingOrder, joinedRows } from './label-rows.ts'
import { speaksAgainst, type TimeSeen, timesIn } from './label-times.ts'
import { otherLabels, ownLines } from './own-label.ts'
import type { PageText } from './page.ts'
import { whyUnreadable } from './quality.ts'
import { type OrderSeen, ordersIn } from './shop-orders.ts'
import type { FieldName, Picture, ReaderName, SentAt, TextLine, TurnedBox, WaybillReading, Why } from './types.ts'
import { judgeCarrier, type NumberVerdict } from './verdict.ts'

type Parts = {
  readonly reader: ReaderName
  readonly photo: Picture
  /** Brightness of the photo's paper as it came, 0 to 255. */
  readonly light: number
  readonly text: PageText
  readonly barcodes: readonly Barcode[]
  readonly number: NumberVerdict
  readonly nowMs: number
  readonly phash: string
}

/** A digit of a time or of a phone's tail read with less than this may be another one (seen: a 0 for a 9 at 0.86). */
const firmDigit = 0.93
/** In 19 digits that nothing can check one misread goes unseen (seen: a 5 for a 6 at 0.93, a 3 for an 8 at 0.95): each has to be clear. */
const clearSign = 0.97

type Field<T> = {
  readonly value: T | null
  readonly sure: boolean
  readonly why: Why
  readonly at?: TurnedBox | undefined
}

const missing = { value: null, sure: false, why: 'missing' } as const

/** Everything the photo says, each field with how sure it is and why. */
export async function readingOf(parts: Parts): Promise<WaybillReading> {
  const { reader, photo, light, text, barcodes, number, nowMs, phash } = parts
  const { page, lines } = text
  const own = ownLines(lines, number)
  const rows = [...inReadingOrder(own), ...joinedRows(own)]
  const waybillNo = number.best?.guess.value ?? null
  const carrier = judgeCarrier(number, carriersNamed(lines))
  // where it is open which label is meant, nothing else of it is certain either
  const open = otherLabels(number).length > 0
  const settled = <T>(field: Field<T>): Field<T> =>
    open && field.sure ? { ...field, sure: false, why: 'rival' } : field
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
  const ask = toAsk(values, sure)
  const places = {
    waybillNo: placeOf(number.best),
    carrier: undefined,
    sentAt: sentAt.at,
    phoneTail: phone.at,
    orderNo: order.at,
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
    ask,
    rivals: number.rivals,
    unreadable: waybillNo === null ? whyUnreadable({ picture: photo, light }, text, barcodes) : null,
    ...(await askedCrop(page, ask, places)),
    uprightTurnDeg: Math.round((page.at.angle * 180) / Math.PI),
    phash,
  }
}

const always: readonly FieldName[] = ['waybillNo', 'carrier']
const ifSeen: readonly FieldName[] = ['sentAt', 'phoneTail', 'orderNo']

type Places = Readonly<Record<FieldName, TurnedBox | undefined>>

async function askedCrop(page: PageText['page'], ask: readonly FieldName[], places: Places) {
  const asked = leading.filter((field) => ask.includes(field))
  const cropOf = [...asked, 'waybillNo' as const].find((field) => places[field] !== undefined) ?? null
  return { crop: await cropAround(page, cropOf === null ? undefined : places[cropOf]), cropOf }
}

/** What leads to an order comes before what only tells of the parcel: of one field there is a crop. */
const leading: readonly FieldName[] = ['waybillNo', 'orderNo', 'phoneTail', 'sentAt']

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
  const disputed = times.some((other) => speaksAgainst(other, best))
  if (best.inTheFuture) return { value, sure: false, why: 'in-the-future', at: best.at }
  if (disputed) return { value, sure: false, why: 'rival', at: best.at }
  return {
    value,
    at: best.at,
    sure: best.weakest >= firmDigit,
    why: label === undefined ? 'by-form' : 'labelled',
  }
}

/** The recipient's, called sure only on a label whose number was read, and beside their mark or opposite the sender's. */
function phoneField(rows: readonly TextLine[], numbered: boolean): Field<string> {
  const phone = recipientPhone(phonesIn(rows))
  if (phone === undefined) return missing
  const { tail, weakest, by, at } = phone
  const marked = by === 'mark' || by === 'other-mark'
  const why = by === 'rival' ? 'rival' : marked ? 'labelled' : 'by-form'
  return { value: tail, sure: numbered && marked && weakest >= firmDigit, why, at }
}

function orderField(orders: readonly OrderSeen[]): Field<string> {
  const [best] = orders
  if (best === undefined) return missing
  const disputed = orders.some(({ orderNo, places }) => orderNo !== best.orderNo && places >= best.places)
  const proven = best.labelled && (best.places > 1 || (best.weakest >= clearSign && !best.short))
  return {
    value: best.orderNo,
    at: best.at,
    sure: !disputed && proven,
    why: disputed ? 'rival' : best.labelled ? 'labelled' : 'by-form',
  }
}

import { z } from 'zod'
import type { Hint, PushAnswer, PushReading } from '../hub/channel-port.ts'
import { channels } from '../hub/order-facts.ts'
import { normaliseOrderNo } from '../hub/order-no.ts'
import type { OutboundTold, ParcelOut } from '../hub/outbound-told.ts'
import { normaliseWaybill } from '../hub/waybill-no.ts'
import { noCarrierWord } from '../text/sheet-columns.ts'
import { adapter, shopForm } from './adapter.ts'
import { carrierNamed } from './carrier-codes.ts'
import { fieldsOf, signedEvent, takenAnswer } from './signed-events.ts'

const settings = z.strictObject({
  /** Both sides know it; a reference. */
  secret: z.string().min(24),
  /** What the warehouse calls each shop, and which shop of the hub it is. */
  shops: z
    .array(z.strictObject({ code: z.string().trim().min(1).max(64), channel: z.enum(channels), shop: shopForm }))
    .min(1)
    .refine((shops) => new Set(shops.map(({ code }) => code)).size === shops.length, 'a code stands there twice'),
})
type Shops = z.infer<typeof settings>['shops']

/** Any warehouse system by signed posts: what leaves it, the moment the scanner says so (docs/connectors.md). */
export const webhookWms = adapter(settings, (name, { secret, shops }) => ({
  outbound: {
    name,
    source: 'wms.push-parcels',
    readPush: (request): PushReading => {
      const said = signedEvent(secret, request)
      if (said.outcome === 'refused') return said
      const { id, event, atMs, data } = said
      if (event !== 'parcel.out')
        return answered({ key: id, about: { kind: 'nothing', topic: event }, toldAtMs: atMs }, takenAnswer)
      const { told, missing } = parcelOut(shops, fieldsOf(dataForm, data), { toldAtMs: atMs, nowMs: request.nowMs })
      // sent again with the same id once it is whole, it is another push
      const key = told.kind === 'out' ? id : `${id} without ${missing.join(',')}`
      return answered(
        { key, about: { kind: 'outbound', eventId: key }, toldAtMs: atMs, out: told },
        told.kind === 'out' ? takenAnswer : rejected(missing),
      )
    },
  },
  // it is only listened to: there is nobody to call
  check: async () => undefined,
}))

const answered = (hint: Hint, answer: PushAnswer): PushReading => ({ outcome: 'told', hints: [hint], answer })

/** Kept, and told so: nothing of it will move until it is whole. */
const rejected = (missing: readonly string[]): PushAnswer => ({
  status: 422,
  body: JSON.stringify({ ok: false, missing }),
  type: 'application/json',
})

/** What is of another type counts as missing: the event is kept with that as its reason. */
const word = z.string().trim().max(64).optional().catch(undefined)
const dataForm = z.object({
  shop: word,
  orderNo: word,
  waybillNo: word,
  carrier: word,
  outAt: word,
  eta: word,
  warehouse: word,
  last: z.boolean().optional().catch(undefined),
})
type Data = z.infer<typeof dataForm>

/** A scanner's clock may run ahead of ours by so much. */
const aheadMs = 300_000

/** The event with its five facts, or which of them are missing or cannot be. */
function parcelOut(
  shops: Shops,
  { shop: code, orderNo: rawOrderNo, waybillNo: rawWaybillNo, carrier: rawCarrier, ...data }: Data,
  { toldAtMs, nowMs }: { readonly toldAtMs: number; readonly nowMs: number },
): { readonly told: OutboundTold; readonly missing: readonly string[] } {
  const shop = code ? shops.find((one) => one.code === code) : shops.length === 1 ? shops[0] : undefined
  const orderNo = normaliseOrderNo(rawOrderNo ?? '')
  const waybillNo = normaliseWaybill(rawWaybillNo ?? '')
  const { carrier, carrierName } =
    rawCarrier && !noCarrierWord.test(rawCarrier)
      ? carrierNamed({ code: rawCarrier, name: rawCarrier, waybillNo: waybillNo || undefined })
      : {}
  const outAtMs = momentOf(data.outAt)
  const etaAtMs = momentOf(data.eta)
  const missing = [
    shop === undefined && 'shop',
    orderNo === '' && 'orderNo',
    waybillNo === '' && 'waybillNo',
    carrier === undefined && 'carrier',
    (outAtMs === undefined || outAtMs > nowMs + aheadMs) && 'outAt',
    (etaAtMs === undefined || etaAtMs < (outAtMs ?? 0)) && 'eta',
  ].filter((field) => field !== false)
  const about = shop &&
    orderNo !== '' &&
    waybillNo !== '' && { channel: shop.channel, shop: shop.shop, orderNo, waybillNo }
  if (missing.length > 0 || !about || carrier === undefined || outAtMs === undefined || etaAtMs === undefined) {
    const reason = `an outbound event without ${missing.join(', ')} is rejected: ask the warehouse to send it whole`
    return { told: { kind: 'rejected', toldAtMs, reason, ...(about && { about }) }, missing }
  }
  const { warehouse, last } = data
  const parcel: ParcelOut = {
    ...about,
    carrier,
    outAtMs,
    etaAtMs,
    last: last !== false,
    ...(carrierName !== undefined && { carrierName }),
    ...(warehouse && { warehouse }),
  }
  return { told: { kind: 'out', toldAtMs, parcel }, missing: [] }
}

const timeForm = z.iso.datetime({ offset: true })

/** Only with its offset: a time without one is anybody's. */
function momentOf(text: string | undefined): number | undefined {
  return timeForm.safeParse(text).success ? Date.parse(text ?? '') : undefined
}

import type { Button, Card } from '../src/chat/card.ts'
import type { OrderFacts, ParcelFacts } from '../src/hub/order-facts.ts'
import { factLabels, steps } from '../src/text/answers.ts'
import { momentText } from '../src/text/format.ts'
import { courierIn } from '../src/text/track-words.ts'
import { trackStateName } from '../src/text/zh-cn.ts'
import {
  logisticsButtons,
  logisticsLabels,
  logisticsSayings,
  logisticsValues,
  missingOfSignature,
  signedTitles,
  signerKinds,
  signerName,
} from '../src/text/zh-logistics.ts'
import type { ActionCodec } from './actions.ts'
import { eachParcel, logisticsCard, nowRow } from './logistics-answer.ts'
import { holderRow, parcelRow, type Row } from './order-rows.ts'
import { type Headline, headline } from './order-title.ts'
import { leadParcel, newestNode } from './parcels.ts'
import type { View } from './view.ts'

/** What is known of a signature. `whole`: all that has to be known before it may be called signed. */
export type Signature = {
  readonly atMs?: number | undefined
  readonly signer?: string | undefined
  readonly kind?: keyof typeof signerKinds | undefined
  readonly photoUrl?: string | undefined
  readonly parcel?: ParcelFacts | undefined
  readonly whole: boolean
}

/** The signature of the order, of the parcel asked for, or what a carrier says that is not a signature yet. */
export function signatureOf(order: OrderFacts, waybillNo?: string): Signature | undefined {
  const asked = waybillNo === undefined ? undefined : order.parcels.find((parcel) => parcel.waybillNo === waybillNo)
  const several = order.parcels.length > 1
  if (order.signedAtMs !== undefined && !(asked !== undefined && several)) return ofOrder(order, asked)
  const parcel = asked ?? (several ? undefined : order.parcels[0])
  if (parcel !== undefined) return parcel.state === 'signed' ? ofParcel(order, parcel, several) : undefined
  const all = order.parcels.length > 0 && order.parcels.every(({ state }) => state === 'signed')
  const last = [...order.parcels].sort((a, b) => (b.signedAtMs ?? 0) - (a.signedAtMs ?? 0))[0]
  return all && last !== undefined ? ofParcel(order, last, false) : undefined
}

function ofOrder(order: OrderFacts, asked: ParcelFacts | undefined): Signature {
  const { signedAtMs: atMs, signer, signPhotoUrl: photoUrl } = order
  const parcel = asked ?? leadParcel(order)
  return { atMs, signer, kind: kindOf(order, signer), photoUrl, parcel, whole: true }
}

/** One of several parcels may be signed while the order is not; a single one is only signed when its order is. */
function ofParcel(order: OrderFacts, parcel: ParcelFacts, partOfMany: boolean): Signature {
  const signer = parcel.signer ?? (partOfMany ? undefined : order.signer)
  const photoUrl = parcel.signPhotoUrl ?? (partOfMany ? undefined : order.signPhotoUrl)
  const atMs = parcel.signedAtMs ?? newestNode(parcel)?.atMs
  const whole = partOfMany && atMs !== undefined && signer !== undefined && photoUrl !== undefined
  return { atMs, signer, kind: kindOf(order, signer), photoUrl, parcel, whole }
}

/** As it was marked; else 本人 where the signer is the buyer, and otherwise left open. */
function kindOf({ signerKind, consigneeName, signer: ofOrderSigner }: OrderFacts, signer: string | undefined) {
  if (signerKind !== undefined && signer === ofOrderSigner) return signerKind
  if (signer === undefined) return undefined
  return signer.includes(steps.self) || (consigneeName !== undefined && signer.includes(consigneeName))
    ? ('self' as const)
    : undefined
}

/** logistics.signed: who signed and when, with the photo; what is not signed is never called so. */
export function signedCard(order: OrderFacts, view: View, codec: ActionCodec, waybillNo?: string): Card {
  const { nowMs } = view
  const signature = signatureOf(order, waybillNo)
  const parcel = signature?.parcel ?? leadParcel(order, waybillNo)
  const marked = order.corrections?.find(({ field }) => field === 'signer')
  const rows: readonly Row[] = [
    parcelRow(order, waybillNo),
    [logisticsLabels.photo, signature === undefined ? undefined : photoText(signature)],
    [logisticsLabels.place, placeOf(signature)],
    [logisticsLabels.courier, courierOf(parcel)],
    [
      logisticsLabels.corrected,
      marked === undefined ? undefined : logisticsValues.corrected(marked.by, momentText(marked.atMs, nowMs)),
    ],
    signature?.whole === true ? standingRow(order, nowMs) : whereRow(order, parcel, nowMs),
    signature?.whole === true ? [factLabels.holder, undefined] : holderRow(order),
    [logisticsLabels.notes, order.noteCount === undefined ? undefined : logisticsValues.notes(order.noteCount)],
  ]
  return logisticsCard(order, view, codec, 'logistics.signed', {
    headline: titleOf(order, signature, nowMs),
    rows,
    lines: [
      marked?.oldValue === undefined ? undefined : logisticsValues.was(marked.oldValue),
      ...eachParcel(order, (one) => signedOf(one, nowMs)),
    ],
    buttons: [signature?.photoUrl === undefined ? undefined : photoButton(order, codec)],
    waybillNo,
  })
}

function titleOf(order: OrderFacts, signature: Signature | undefined, nowMs: number): Headline {
  const signed = order.parcels.filter(({ state }) => state === 'signed').length
  if (signature === undefined && signed > 0 && signed < order.parcels.length)
    return { title: signedTitles.part(order.parcels.length, signed), tone: 'warn' }
  if (signature === undefined) return { title: signedTitles.not, tone: 'warn' }
  const at = signature.atMs === undefined ? '' : momentText(signature.atMs, nowMs)
  if (!signature.whole) return { title: signedTitles.carrierSays(at, lackOf(signature)), tone: 'warn' }
  const kind = signature.kind === undefined ? undefined : signerKinds[signature.kind]
  return { title: signedTitles.signed(at, signerName(signature.signer), kind), tone: 'calm' }
}

function lackOf({ signer, photoUrl }: Signature): string {
  const lack = [
    signer === undefined ? missingOfSignature.signer : undefined,
    photoUrl === undefined ? missingOfSignature.photo : undefined,
  ]
  return lack.filter((word) => word !== undefined).join(missingOfSignature.and)
}

function photoText({ photoUrl }: Signature): string {
  return photoUrl === undefined ? logisticsValues.noPhoto : logisticsValues.photo
}

function placeOf(signature: Signature | undefined): string | undefined {
  return signature?.parcel?.nodes.find(({ state }) => state === 'signed')?.place
}

function courierOf(parcel: ParcelFacts | undefined): string | undefined {
  const told = parcel?.nodes.filter(({ state }) => state === 'delivering' || state === 'signed') ?? []
  return told.map(({ text }) => courierIn(text)).find((name) => name !== undefined)
}

/** What came after the signature: 【退货中】… */
function standingRow(order: OrderFacts, nowMs: number): Row {
  if (order.stage === 'signed') return [logisticsLabels.now, undefined]
  return [logisticsLabels.now, headline(order, nowMs).title]
}

/** Where it is instead. */
function whereRow(order: OrderFacts, parcel: ParcelFacts | undefined, nowMs: number): Row {
  const moving = (order.stage === 'shipped' || order.stage === 'part_shipped') && newestNode(parcel) !== undefined
  return moving ? nowRow(parcel, nowMs) : [logisticsLabels.now, headline(order, nowMs).title]
}

function signedOf({ state, signedAtMs }: ParcelFacts, nowMs: number): string {
  if (state !== 'signed') return logisticsValues.parcelUnsigned(trackStateName(state))
  return signedAtMs === undefined ? '' : logisticsValues.parcelSigned(momentText(signedAtMs, nowMs))
}

function photoButton({ id }: OrderFacts, codec: ActionCodec): Button {
  return {
    label: logisticsButtons.photo,
    token: codec.encode('sign.photo', [id]),
    style: 'plain',
    say: logisticsSayings.photo(id),
  }
}

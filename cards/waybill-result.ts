import type { Button, Card } from '../src/chat/card.ts'
import type { CarrierCode, OrderFacts } from '../src/hub/order-facts.ts'
import type { PhotoField, PhotoReading } from '../src/hub/photo-reading.ts'
import type { PhotoMatch, Twin } from '../src/hub/photos.ts'
import { factValues, noteParts, type Phrase, sayings } from '../src/text/answers.ts'
import { beside, circled, clockText, dayText, maskName, momentText } from '../src/text/format.ts'
import { carrierName, channelName } from '../src/text/zh-cn.ts'
import { photoTexts } from '../src/text/zh-photos.ts'
import { createTexts } from '../src/text/zh-return-flow.ts'
import type { ActionCodec } from './actions.ts'
import type { DraftMark } from './draft-mark.ts'
import { type Draft, fitCard } from './fit.ts'
import { tailOf } from './order-rows.ts'
import { receiveButton, wrongParcelCard } from './return-receive.ts'
import type { View } from './view.ts'

export type ReadPhotoFacts = {
  readonly photoId: string
  readonly reading: PhotoReading
  readonly match?: PhotoMatch | undefined
  /** A shop order of the hub that was read without being sure: asked about. */
  readonly askOrder?: { readonly orderNo: string; readonly orderId: string }
  /** The matched order. */
  readonly order?: OrderFacts | undefined
  readonly twin?: Twin | undefined
  /** The sender may book parcels in, or apply for returns. */
  readonly mayReceive?: boolean
  readonly mayCreate?: boolean
  /** Draft of the return that waits for this photo. */
  readonly resumes?: string
  /** Another return than the one this parcel belongs to was spoken of. */
  readonly spoken?: { readonly returnId: string; readonly draft?: DraftMark }
}

/** The field a person is asked for; undefined where nothing is open that matters. */
export function askedField({ reading, match, askOrder, mayCreate }: ReadPhotoFacts): PhotoField | undefined {
  if (reading.waybillNo !== null && !reading.sure) return 'waybillNo'
  if (match !== undefined) return undefined
  if (askOrder !== undefined) return 'orderNo'
  if (reading.sure && mayCreate && reading.doubtful?.phoneTail !== undefined) return 'phoneTail'
  return reading.sure ? undefined : 'waybillNo'
}

const { titles, labels, buttons } = photoTexts
const mostChoices = 4

/** What the photo of a waybill said, and what to do with it; asks for exactly the field that is open. */
export function waybillResultCard(facts: ReadPhotoFacts, view: View, codec: ActionCodec): Card {
  const { reading, match, spoken } = facts
  if (spoken !== undefined && match?.kind === 'return')
    return wrongParcelCard({ belongs: match.returnId, spoken: spoken.returnId, ...markOf(spoken) }, view, codec)
  const draft =
    reading.rivals.length > 0
      ? choiceDraft(facts, codec)
      : reading.waybillNo === null
        ? openDraft(facts, codec)
        : reading.sure
          ? sureDraft(facts, codec)
          : doubtDraft(facts, codec)
  const twin = facts.twin === undefined ? undefined : photoTexts.seenBefore(momentText(facts.twin.atMs, view.nowMs))
  return fitCard(
    {
      ...draft,
      facts: [...rows(facts, view)],
      lines: [...(draft.lines ?? []), twin],
      note: [noteParts.asOf(clockText(view.nowMs))],
    },
    (text) => text,
  )
}

const markOf = ({ draft }: NonNullable<ReadPhotoFacts['spoken']>) => (draft === undefined ? {} : { draft })

type Part = Pick<Draft, 'title' | 'tone' | 'lines' | 'buttons'>

/** Acted on without asking. */
function sureDraft(facts: ReadPhotoFacts, codec: ActionCodec): Part {
  const { reading, match, askOrder, mayCreate, resumes } = facts
  const number = numbered(reading.carrier, reading.waybillNo ?? '')
  const title = match === undefined ? titles.unmatched(number) : titles[match.kind](number)
  return {
    title,
    tone: match === undefined ? 'warn' : 'calm',
    lines: [
      match === undefined ? photoTexts.noMatch : undefined,
      askOrder === undefined ? undefined : photoTexts.orderPerhaps(askOrder.orderNo),
      match === undefined && askOrder === undefined && mayCreate ? tailLine(reading) : undefined,
      match === undefined && mayCreate && resumes === undefined ? createTexts.afterPhoto : undefined,
      openCarrier(reading),
    ],
    buttons: [orderButton(facts, codec), resumeButton(facts, codec), ...matchButtons(facts, codec), typeButton(codec)],
  }
}

/** A number with one witness: shown to be confirmed, never acted on. */
function doubtDraft({ photoId, reading }: ReadPhotoFacts, codec: ActionCodec): Part {
  const number = reading.waybillNo ?? ''
  return {
    title: titles.check(number),
    tone: 'warn',
    lines: [reading.ask.includes('carrier') ? photoTexts.carrierConflict : undefined],
    buttons: [isButton(photoId, number, buttons.yes, 'go', codec), retakeButton(codec), typeButton(codec)],
  }
}

function choiceDraft({ photoId, reading }: ReadPhotoFacts, codec: ActionCodec): Part {
  const numbers = [...(reading.waybillNo === null ? [] : [reading.waybillNo]), ...reading.rivals].slice(0, mostChoices)
  return {
    title: titles.choose(numbers.length),
    tone: 'warn',
    lines: numbers.map((number, index) => `${circled(index + 1)} ${number}`),
    buttons: [
      ...numbers.map((number, index) => isButton(photoId, number, circled(index + 1), 'plain', codec)),
      typeButton(codec),
    ],
  }
}

/** No number: why, and what helps. The shop order may say which order it is all the same. */
function openDraft(facts: ReadPhotoFacts, codec: ActionCodec): Part {
  const { reading, match, askOrder } = facts
  const { unreadable } = reading
  const why = unreadable === undefined ? titles.ask : photoTexts.unreadableTitle(unreadable)
  const advice = unreadable === undefined ? undefined : photoTexts.advice(unreadable)
  if (match !== undefined)
    return {
      title: titles.byOrder,
      tone: 'warn',
      lines: [unreadable === undefined ? photoTexts.numberOpen : photoTexts.numberOpenSince(unreadable)],
      buttons: [resumeButton(facts, codec), ...matchButtons(facts, codec), retakeButton(codec)],
    }
  const perhaps = askOrder === undefined ? undefined : photoTexts.orderPerhaps(askOrder.orderNo)
  return {
    title: why,
    tone: 'warn',
    lines: [perhaps, advice],
    buttons: [orderButton(facts, codec), retakeButton(codec), typeButton(codec)],
  }
}

/** Read, but with a sign that may be another one: that is the order is for a person to say. */
function orderButton({ photoId, askOrder }: ReadPhotoFacts, codec: ActionCodec): Button | undefined {
  if (askOrder === undefined) return undefined
  const { orderNo, orderId } = askOrder
  return { label: buttons.yes, token: codec.encode('photo.order', [photoId, orderId]), style: 'go', say: orderNo }
}

/** With the phone's tail an order can be looked for that the number did not lead to. */
function tailLine({ phoneTail, doubtful }: PhotoReading): string | undefined {
  if (phoneTail !== null) return photoTexts.byTail(phoneTail)
  return doubtful?.phoneTail === undefined ? undefined : photoTexts.tailPerhaps(doubtful.phoneTail)
}

function* rows(
  { reading, order }: ReadPhotoFacts,
  view: View,
): Generator<readonly [string, string | Phrase | undefined]> {
  const { carrier, waybillNo, sentAt, phoneTail, orderNo, doubtful, evidence, ask } = reading
  const [tail, shop] = [phoneTail ?? doubtful?.phoneTail, orderNo ?? doubtful?.orderNo]
  if (carrier !== null) yield [labels.carrier, carrierName(carrier)]
  // which label the rest stands on is just what is asked
  if (reading.rivals.length > 0) return
  if (waybillNo !== null) yield [labels.number, waybillNo]
  if (sentAt !== null) yield [labels.sent, sentText(sentAt, ask.includes('sentAt'), view.nowMs)]
  if (tail !== undefined) yield [labels.phone, photoTexts.phone(tail, phoneTail === null)]
  if (order !== undefined) yield [labels.order, orderText(order)]
  else if (shop !== undefined) yield [labels.shop, photoTexts.shop(shop, orderNo === null)]
  if (evidence !== null) yield [labels.evidence, photoTexts.evidence[evidence]]
}

/** A chat may be a group: the buyer only as 张*. */
function orderText(order: OrderFacts): string {
  const tail = factValues.orderTail(channelName(order.channel), tailOf(order.orderNo))
  return order.consigneeName === undefined ? tail : `${tail} ${maskName(order.consigneeName)}`
}

/** A time that may have lost a digit is shown as one to look at. */
function sentText(sentAt: NonNullable<PhotoReading['sentAt']>, open: boolean, nowMs: number): string {
  const { atMs, precision, label } = sentAt
  const day = dayText(atMs, nowMs)
  return photoTexts.sentBy(precision === 'day' ? day : `${day} ${clockText(atMs)}`, label, open)
}

const numbered = (carrier: CarrierCode | null, number: string): string =>
  carrier === null ? number : beside(carrierName(carrier), number)

const openCarrier = ({ carrier }: PhotoReading): string | undefined =>
  carrier === null ? photoTexts.askCarrier : undefined

/** The return that waits for just this photo goes on with it. */
function resumeButton({ photoId, resumes }: ReadPhotoFacts, codec: ActionCodec): Button | undefined {
  if (resumes === undefined) return undefined
  return { label: createTexts.go, token: codec.encode('return.photo', [resumes, photoId]), style: 'go' }
}

function matchButtons(facts: ReadPhotoFacts, codec: ActionCodec): readonly Button[] {
  const { match, mayReceive, resumes } = facts
  if (match === undefined) return []
  const { orderId } = match
  const about = (label: string, intent: string, say: string, args: readonly string[], style: Button['style']) => ({
    label,
    token: codec.encode('ask.about', [intent, ...args]),
    style,
    say,
  })
  const order = about(buttons.order, 'order.status', sayings.status(orderId), [orderId], 'plain')
  if (match.kind === 'return') {
    const { returnId } = match
    return [
      ...(mayReceive ? [receiveButton(returnId, codec)] : []),
      about(
        buttons.progress,
        'return.status',
        `${returnId} ${buttons.progress}`,
        [orderId, returnId],
        mayReceive ? 'plain' : 'go',
      ),
      order,
    ]
  }
  if (resumes !== undefined) return [order]
  return [about(buttons.register, 'return.create', `${orderId} ${buttons.register}`, [orderId], 'go'), order]
}

function isButton(photoId: string, number: string, label: string, style: Button['style'], codec: ActionCodec): Button {
  return { label, token: codec.encode('photo.is', [photoId, number]), style, say: number }
}

const retakeButton = (codec: ActionCodec): Button => ({
  label: buttons.retake,
  token: codec.encode('photo.retake', []),
  style: 'plain',
  say: photoTexts.say.retake,
})

const typeButton = (codec: ActionCodec): Button => ({
  label: buttons.type,
  token: codec.encode('photo.type', []),
  style: 'plain',
  say: photoTexts.say.type,
})

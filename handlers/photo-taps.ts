import type { ActionCodec, ActionName } from '../cards/actions.ts'
import { type ReadPhotoFacts, waybillResultCard } from '../cards/waybill-result.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { PhotoReading } from '../src/hub/photo-reading.ts'
import type { PhotoMatch, Photos } from '../src/hub/photos.ts'
import { photoTexts } from '../src/text/zh-photos.ts'
import { flowOf, type PhotoFlowParts } from './photo-flow.ts'
import { placeOf, traceOf } from './question.ts'
import { questionOf, redrawn, type Tap, type TapHandler, tapText } from './taps.ts'

export type PhotoTapParts = Pick<PhotoFlowParts, 'lookup' | 'drafts'> & {
  readonly photos: Photos
  readonly codec: ActionCodec
}

/** Buttons below a reading. */
export function photoTaps(parts: PhotoTapParts) {
  return {
    'photo.retake': async (tap) => tapText(tap, photoTexts.retake),
    'photo.type': async (tap) => tapText(tap, photoTexts.type),
    'photo.is': async (tap) => {
      const [photoId, waybillNo] = tap.args
      if (photoId === undefined || waybillNo === undefined) return tapText(tap, photoTexts.type)
      const match = await parts.photos.confirm(photoId, waybillNo)
      return settledCard(parts, tap, { photoId, reading: confirmed(waybillNo), match }, waybillNo)
    },
    'photo.order': async (tap) => {
      const [photoId, orderId] = tap.args
      if (photoId === undefined || orderId === undefined) return tapText(tap, photoTexts.type)
      const said = await parts.photos.confirmOrder(photoId, orderId)
      if (said === undefined) return tapText(tap, photoTexts.type)
      const { match, orderNo, reading } = said
      return settledCard(parts, tap, { photoId, reading: withOrder(reading, orderNo), match }, orderNo)
    },
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

type Said = { readonly photoId: string; readonly reading: PhotoReading; readonly match: PhotoMatch | undefined }

/** The card drawn anew with what the person has said. */
async function settledCard(parts: PhotoTapParts, tap: Tap, said: Said, toast: string): Promise<Reply> {
  const { match } = said
  const order = match === undefined ? undefined : await parts.lookup.track(match.orderId)
  const seen: ReadPhotoFacts = { ...said, order }
  const photo = { ...seen, ...(await flowOf(parts, placeOf(tap.event, tap.member), seen, tap.member.roles)) }
  const about = match === undefined ? undefined : { orderId: match.orderId }
  const trace = traceOf(questionOf(tap, 'return.create', 'card'), 'card', about)
  const card = waybillResultCard(photo, { ...tap.view, mode: 'masked' }, parts.codec)
  return redrawn(tap, { kind: 'card', card, trace }, toast)
}

/** A number that a person has looked at. */
function confirmed(waybillNo: string): PhotoReading {
  const nothing = { carrier: null, evidence: null, sentAt: null, phoneTail: null, orderNo: null } as const
  return { ...nothing, waybillNo, sure: true, ask: [], rivals: [] }
}

/** A shop order that a person has looked at, beside what else was read. */
function withOrder({ doubtful, ...reading }: PhotoReading, orderNo: string): PhotoReading {
  const tail = doubtful?.phoneTail
  const ask = reading.ask.filter((field) => field !== 'orderNo')
  return { ...reading, orderNo, ask, ...(tail !== undefined && { doubtful: { phoneTail: tail } }) }
}

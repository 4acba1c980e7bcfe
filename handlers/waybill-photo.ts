import type { ActionCodec, ActionName } from '../cards/actions.ts'
import { type ReadPhotoFacts, waybillResultCard } from '../cards/waybill-result.ts'
import type { ChatEvent, Conversation, EpochMs, FileEvent, ImageEvent, MediaRef } from '../src/chat/event.ts'
import type { Member, Role } from '../src/chat/member.ts'
import type { MediaSource, OutboundMessage } from '../src/chat/ports.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { Drafts } from '../src/hub/drafts.ts'
import type { OrderLookup } from '../src/hub/order-facts.ts'
import type { OutboxEntry } from '../src/hub/outbox.ts'
import type { PhotoRead, PhotoReading, ReadPhoto } from '../src/hub/photo-reading.ts'
import type { PhotoRow, Photos } from '../src/hub/photos.ts'
import type { Task } from '../src/jobs/worker.ts'
import type { Clock } from '../src/runtime/clock.ts'
import { assertNever, BadPayload, PlatformRefused } from '../src/runtime/errors.ts'
import { photoTexts } from '../src/text/zh-photos.ts'
import { type ChatMemory, type Place, placeOf, type Question, type Remembered, traceOf } from './question.ts'
import { type BookByPhoto, type MemberOf, scansParcel } from './receive-photo.ts'
import { rolesMay } from './rights.ts'
import type { Route } from './route.ts'
import { questionOf, redrawn, type TapHandler, tapText } from './taps.ts'

export const photoTaskName = 'photo.read'

/** A photo that waits to be fetched and read; the payload of the outbox row. */
export type PhotoJob = {
  readonly media: MediaRef
  readonly to: Conversation
  readonly memberId: string
  readonly toldAtMs: EpochMs
  /** Roles of the sender when it was sent: what is offered goes by them, what is done by those of that moment. */
  readonly roles?: readonly Role[]
}

type PhotoRouteParts = {
  /** Writes the job to the outbox; the same key twice is one job. */
  readonly request: (key: string, job: PhotoJob) => Promise<void>
}

type Sender = Pick<Member, 'id' | 'roles'>

const pictureName = /\.(?:jpe?g|png|webp|heic|heif|avif|bmp|gif)$/i

/** A picture, also one sent as a file, is read as a waybill: answered at once, read by a job, the result in the same chat. */
export function photoRoutes({ request }: PhotoRouteParts): readonly [Route<ImageEvent>, Route<FileEvent>] {
  const handle = async (event: ImageEvent | FileEvent, { id: memberId, roles }: Sender): Promise<Reply> => {
    const { media, conversation: to, sentAtMs: toldAtMs } = event
    await request(`photo:${event.platform}:${event.id}`, { media, to, memberId, toldAtMs, roles })
    const mask = to.kind === 'group'
    return {
      kind: 'text',
      text: photoTexts.reading,
      trace: { intent: 'return.create', slots: {}, expect: 'card', mask },
    }
  }
  return [
    { name: 'photo', needs: 'ask', take: (event) => (event.kind === 'image' ? event : undefined), handle },
    { name: 'photo-file', needs: 'ask', take: (event) => (isPictureFile(event) ? event : undefined), handle },
  ]
}

/** A picture that came with a line, as the row of the outbox that has it read. */
export function photoEntry(media: MediaRef, { place, group, member, view }: Question): OutboxEntry {
  const { platform, conversationId: id } = place
  const to: Conversation = { platform, kind: group ? 'group' : 'direct', id }
  const job: PhotoJob = { media, to, memberId: member.id, toldAtMs: view.nowMs, roles: member.roles }
  return { key: `photo:${media.platform}:${media.id}`, task: photoTaskName, payload: job }
}

function isPictureFile(event: ChatEvent): event is FileEvent {
  return event.kind === 'file' && pictureName.test(event.fileName.trim())
}

export type PhotoParts = {
  readonly photos: Photos
  readonly read: ReadPhoto
  readonly media: MediaSource
  readonly lookup: Pick<OrderLookup, 'track'>
  readonly memory: Pick<ChatMemory, 'remember'> & Partial<Pick<ChatMemory, 'recall'>>
  /** What this person was about to do in this chat: a return may wait for just this photo. */
  readonly drafts?: Pick<Drafts, 'newest'> | undefined
  /** Queues a message to a conversation; the same key twice is one message. */
  readonly say: (message: OutboundMessage) => Promise<void>
  /** A short-lived address of the number region; undefined where the desk knows no address of its own. */
  readonly cropLink: (photoId: string) => string | undefined
  readonly codec: ActionCodec
  readonly clock: Clock
  /** Books in the parcel whose barcode a keeper photographed. */
  readonly bookByPhoto?: BookByPhoto | undefined
  /** Who a member is by now. */
  readonly memberOf?: MemberOf | undefined
}

/** Fetches the photo, keeps it, reads it and tells the chat. A second try starts from the kept bytes; repeats say the same. */
export function photoTask(parts: PhotoParts): Task {
  return async (payload, key) => {
    if (!isJob(payload)) return { outcome: 'give-up', reason: 'the row holds no photo', alarm: true }
    const tell = (reply: Reply, part = 'result') => parts.say({ key: `${key}:${part}`, to: payload.to, reply })
    const kept = await keepOnce(parts, key, payload)
    if (kept === undefined) {
      await tell({ kind: 'text', text: photoTexts.lost })
      return { outcome: 'done', receipt: { result: 'lost' } }
    }
    const bytes = await parts.photos.bytesOf(kept.storedAs)
    if (bytes === undefined) return { outcome: 'done', receipt: { result: 'deleted' } }
    const read = await parts.read(bytes)
    const { reply, photo } = await resultOf(parts, kept, read, payload)
    await tell(reply)
    // a link opens for whoever has it: it goes to the sender's own chat only
    const shows = photo !== undefined && !photo.reading.sure && hasCrop(read) && payload.to.kind === 'direct'
    const link = shows ? parts.cropLink(kept.id) : undefined
    if (link !== undefined) await tell({ kind: 'text', text: photoTexts.crop(link) }, 'crop')
    return { outcome: 'done', receipt: { result: read.outcome } }
  }
}

const hasCrop = (read: PhotoRead): boolean => read.outcome === 'read' && read.crop !== undefined

/** undefined when the platform will never give the bytes out again. Too big counts as bytes nobody decodes. */
async function keepOnce({ photos, media }: PhotoParts, key: string, job: PhotoJob): Promise<PhotoRow | undefined> {
  const before = await photos.ofJob(key)
  if (before !== undefined) return before
  const bytes = await media.fetch(job.media).catch((error: unknown) => {
    if (error instanceof BadPayload || (error instanceof PlatformRefused && !error.retryable)) return undefined
    throw error
  })
  if (bytes === undefined) return undefined
  const { platform, id: conversationId } = job.to
  return photos.keep(bytes, { jobKey: key, memberId: job.memberId, platform, conversationId })
}

async function resultOf(
  parts: PhotoParts,
  { id: photoId }: PhotoRow,
  read: PhotoRead,
  job: PhotoJob,
): Promise<{ readonly reply: Reply; readonly photo?: ReadPhotoFacts }> {
  switch (read.outcome) {
    case 'refused':
      await parts.photos.settle(photoId, read)
      return { reply: { kind: 'text', text: photoTexts.refused(read.reason) } }
    case 'failed':
      await parts.photos.settle(photoId, read)
      return { reply: { kind: 'text', text: photoTexts.failed[read.reason] } }
    case 'read': {
      const seen = await recognise(parts, photoId, read)
      const place = { platform: job.to.platform, conversationId: job.to.id, memberId: job.memberId }
      const photo = { ...seen, ...(await flowOf(parts, place, seen, job.roles ?? [])) }
      const booked = await bookedIn(parts, photo, place, job)
      if (booked !== undefined) return { reply: booked }
      await rememberOpen(parts, photo, job)
      const view = { mode: 'masked', nowMs: parts.clock.nowMs() } as const
      return { reply: { kind: 'card', card: waybillResultCard(photo, view, parts.codec) }, photo }
    }
    default:
      return assertNever(read)
  }
}

/** A barcode in a keeper's photo is a scan; undefined where it is anything else. */
async function bookedIn(
  { bookByPhoto, memberOf, memory, clock }: PhotoParts,
  { photoId, reading, match, resumes, spoken }: ReadPhotoFacts,
  place: Place,
  { to }: PhotoJob,
): Promise<Reply | undefined> {
  if (match?.kind !== 'return' || resumes !== undefined || spoken !== undefined) return undefined
  const member = await memberOf?.(place.memberId)
  if (bookByPhoto === undefined || member === undefined || !scansParcel(reading, member.roles)) return undefined
  const scan = { place, member, group: to.kind === 'group', key: photoId, nowMs: clock.nowMs() }
  const reply = await bookByPhoto(scan, match.returnId)
  const about = { orderId: match.orderId, returnId: match.returnId }
  await memory.remember(place, { intent: 'return.inbound', slots: {}, answerKey: photoId, about, waiting: false })
  return reply
}

/** The reading beside what the hub knows of it. Only a sure number is matched. */
async function recognise(
  { photos, lookup }: Pick<PhotoParts, 'photos' | 'lookup'>,
  photoId: string,
  read: Extract<PhotoRead, { outcome: 'read' }>,
): Promise<ReadPhotoFacts> {
  const { reading } = read
  const match = reading.sure ? await photos.match(reading) : undefined
  const twin = reading.phash === undefined ? undefined : await photos.twinOf(photoId, reading.phash)
  await photos.settle(photoId, read, match)
  const order = match === undefined ? undefined : await lookup.track(match.orderId)
  return { photoId, reading, match, order, twin: sameResult(twin, reading) ? twin : undefined }
}

const sameResult = (twin: { readonly reading: PhotoReading } | undefined, reading: PhotoReading): boolean =>
  twin?.reading.waybillNo === reading.waybillNo

/** The next line of the sender may bring what could not be read. */
async function rememberOpen({ memory }: PhotoParts, photo: ReadPhotoFacts, job: PhotoJob): Promise<void> {
  const { reading, match } = photo
  const place = { platform: job.to.platform, conversationId: job.to.id, memberId: job.memberId }
  const base = { intent: 'return.create', slots: {}, answerKey: photo.photoId } as const
  if (match !== undefined) {
    const about = { orderId: match.orderId, ...(match.kind === 'return' && { returnId: match.returnId }) }
    await memory.remember(place, { ...base, about, waiting: false })
  } else if (!reading.sure || photo.mayCreate) await memory.remember(place, { ...base, waiting: true })
}

/**
 * What the person is in the middle of: a return that waits for this photo goes on with it; a parcel of another return than the
 * one that is being booked in, or was looked at last, is named (product J16).
 */
async function flowOf(
  {
    drafts,
    memory,
    lookup,
  }: Pick<PhotoParts, 'drafts' | 'lookup'> & {
    readonly memory?: PhotoParts['memory'] | undefined
  },
  place: Place,
  { match }: ReadPhotoFacts,
  roles: readonly Role[],
): Promise<Pick<ReadPhotoFacts, 'mayReceive' | 'mayCreate' | 'resumes' | 'spoken'>> {
  const may = { mayReceive: rolesMay(roles, 'return.receive'), mayCreate: rolesMay(roles, 'return.create') }
  const newest = await drafts?.newest(place)
  const open = newest?.settled === undefined ? newest : undefined
  // counts that are put right do not stand in the way of the next parcel
  const draft = open?.wish.kind === 'return.receive' && open.wish.recount !== undefined ? undefined : open
  const missing = draft?.asked?.missing
  const waits = draft?.wish.kind === 'return.create' && (missing === 'photo' || missing === 'waybillNo')
  if (draft !== undefined && waits && (match === undefined || match.orderId === draft.wish.orderId))
    return { ...may, resumes: draft.id }
  if (match?.kind !== 'return' || !may.mayReceive) return may
  const looked = draft?.wish.kind === 'return.receive' ? undefined : await memory?.recall?.(place)
  const spoken = draft?.wish.kind === 'return.receive' ? draft.wish.returnId : await comingIn(lookup, looked)
  if (spoken === undefined || spoken === match.returnId) return may
  return { ...may, spoken: { returnId: spoken, ...(draft?.wish.kind === 'return.receive' && { draft }) } }
}

/** The return this person asked about last, as something that is to come in; not one that is in by now. */
async function comingIn(
  lookup: Pick<OrderLookup, 'track'>,
  looked: Remembered | undefined,
): Promise<string | undefined> {
  const about = looked?.intent === 'return.inbound' ? looked.about : undefined
  if (about?.returnId === undefined) return undefined
  const order = await lookup.track(about.orderId)
  const waits = order?.returns.some(({ id, receivedAtMs }) => id === about.returnId && receivedAtMs === undefined)
  return waits ? about.returnId : undefined
}

export type PhotoTapParts = Pick<PhotoParts, 'photos' | 'lookup' | 'codec' | 'drafts'>

/** Buttons below a reading. */
export function photoTaps(parts: PhotoTapParts) {
  return {
    'photo.retake': async (tap) => tapText(tap, photoTexts.retake),
    'photo.type': async (tap) => tapText(tap, photoTexts.type),
    'photo.is': async (tap) => {
      const [photoId, waybillNo] = tap.args
      if (photoId === undefined || waybillNo === undefined) return tapText(tap, photoTexts.type)
      const match = await parts.photos.confirm(photoId, waybillNo)
      const order = match === undefined ? undefined : await parts.lookup.track(match.orderId)
      const place = placeOf(tap.event, tap.member)
      const seen = { photoId, reading: confirmed(waybillNo), match, order }
      const photo = { ...seen, ...(await flowOf(parts, place, seen, tap.member.roles)) }
      const about = match === undefined ? undefined : { orderId: match.orderId }
      const trace = traceOf(questionOf(tap, 'return.create', 'card'), 'card', about)
      const card = waybillResultCard(photo, { ...tap.view, mode: 'masked' }, parts.codec)
      return redrawn(tap, { kind: 'card', card, trace }, waybillNo)
    },
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

/** A number that a person has looked at. */
function confirmed(waybillNo: string): PhotoReading {
  const nothing = { carrier: null, evidence: null, sentAt: null, phoneTail: null, orderNo: null } as const
  return { ...nothing, waybillNo, sure: true, ask: [], rivals: [] }
}

function isJob(payload: unknown): payload is PhotoJob {
  if (typeof payload !== 'object' || payload === null) return false
  return ['media', 'to', 'memberId', 'toldAtMs'].every((field) => field in payload)
}

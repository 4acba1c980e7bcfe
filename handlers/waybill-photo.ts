import type { ActionCodec } from '../cards/actions.ts'
import { askedField, type ReadPhotoFacts, waybillResultCard } from '../cards/waybill-result.ts'
import type { ChatEvent, Conversation, EpochMs, FileEvent, ImageEvent, MediaRef } from '../src/chat/event.ts'
import type { Member, Role } from '../src/chat/member.ts'
import type { MediaSource, OutboundMessage } from '../src/chat/ports.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { OutboxEntry } from '../src/hub/outbox.ts'
import type { PhotoField, PhotoRead, PhotoReading, ReadPhoto } from '../src/hub/photo-reading.ts'
import type { PhotoRow, Photos } from '../src/hub/photos.ts'
import type { Task } from '../src/jobs/worker.ts'
import type { Clock } from '../src/runtime/clock.ts'
import { assertNever, BadPayload, PlatformRefused } from '../src/runtime/errors.ts'
import { photoTexts } from '../src/text/zh-photos.ts'
import { flowOf, type PhotoFlowParts } from './photo-flow.ts'
import type { ChatMemory, Place, Question } from './question.ts'
import { type BookByPhoto, type MemberOf, scansParcel } from './receive-photo.ts'
import type { Route } from './route.ts'

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

export type PhotoParts = Pick<PhotoFlowParts, 'lookup' | 'drafts'> & {
  readonly photos: Photos
  readonly read: ReadPhoto
  readonly media: MediaSource
  readonly memory: Pick<ChatMemory, 'remember'> & Partial<Pick<ChatMemory, 'recall'>>
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
    const asked = photo === undefined || payload.to.kind !== 'direct' ? undefined : askedField(photo)
    const link = asked !== undefined && showsField(read, asked) ? parts.cropLink(kept.id) : undefined
    if (asked !== undefined && link !== undefined)
      await tell({ kind: 'text', text: photoTexts.crop(link, asked) }, 'crop')
    return { outcome: 'done', receipt: { result: read.outcome } }
  }
}

function showsField(read: PhotoRead, field: PhotoField): boolean {
  return read.outcome === 'read' && read.crop !== undefined && (read.reading.cropOf ?? 'waybillNo') === field
}

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

/**
 * The reading beside what the hub knows of it. Only a sure number is matched; where no number is in view, the shop order. A shop
 * order that is not sure is looked up to be asked about.
 */
async function recognise(
  { photos, lookup }: Pick<PhotoParts, 'photos' | 'lookup'>,
  photoId: string,
  read: Extract<PhotoRead, { outcome: 'read' }>,
): Promise<ReadPhotoFacts> {
  const { reading } = read
  const settled = reading.sure || (reading.waybillNo === null && reading.orderNo !== null)
  const match = settled ? await photos.match(reading) : undefined
  const guess = match === undefined && (settled || reading.waybillNo === null) ? reading.doubtful?.orderNo : undefined
  const known = guess === undefined ? undefined : await photos.match({ waybillNo: null, orderNo: guess })
  const twin = reading.phash === undefined ? undefined : await photos.twinOf(photoId, reading.phash)
  await photos.settle(photoId, read, match)
  const order = match === undefined ? undefined : await lookup.track(match.orderId)
  const seen = { photoId, reading, match, order, twin: sameResult(twin, reading) ? twin : undefined }
  if (known === undefined || guess === undefined) return seen
  return { ...seen, askOrder: { orderNo: guess, orderId: known.orderId } }
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

function isJob(payload: unknown): payload is PhotoJob {
  if (typeof payload !== 'object' || payload === null) return false
  return ['media', 'to', 'memberId', 'toldAtMs'].every((field) => field in payload)
}

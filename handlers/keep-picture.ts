import type { MediaRef } from '../src/chat/event.ts'
import type { MediaSource } from '../src/chat/ports.ts'
import type { Attachments, PictureOwner } from '../src/hub/attachments.ts'
import type { OutboxEntry } from '../src/hub/outbox.ts'
import type { Task } from '../src/jobs/worker.ts'
import { BadPayload, PlatformRefused } from '../src/runtime/errors.ts'

export const keepPictureTaskName = 'picture.keep'

/** A picture of a confirmed note that waits to be fetched; the payload of the outbox row. */
export type PictureJob = { readonly media: MediaRef; readonly owner: PictureOwner; readonly memberId: string }

/** One row per picture. Nothing is fetched while a door waits: the job does that after the confirmation stands. */
export function pictureEntries(
  key: string,
  pictures: readonly MediaRef[],
  of: Omit<PictureJob, 'media'>,
): readonly OutboxEntry[] {
  return pictures.map((media, index) => ({
    key: `${key}:picture.${index}`,
    task: keepPictureTaskName,
    payload: { ...of, media } satisfies PictureJob,
  }))
}

export type KeepPictureParts = { readonly media: MediaSource; readonly attachments: Attachments }

/** Fetches the picture from its platform and keeps it. Repeats keep it once. */
export function keepPictureTask({ media, attachments }: KeepPictureParts): Task {
  return async (payload, key) => {
    if (!isJob(payload)) return { outcome: 'give-up', reason: 'the row holds no picture', alarm: true }
    const bytes = await media.fetch(payload.media).catch(unlessLost)
    if (typeof bytes === 'string') return { outcome: 'give-up', reason: bytes, alarm: false }
    const kept = await attachments.keep(bytes, { jobKey: key, owner: payload.owner, memberId: payload.memberId })
    if (kept === 'kept') return { outcome: 'done' }
    return { outcome: 'give-up', reason: 'what was sent is no picture', alarm: false }
  }
}

/** What the platform will never give out is listed as a dead letter; everything else is tried again. */
function unlessLost(error: unknown): string {
  if (error instanceof BadPayload) return 'the picture is too big'
  if (error instanceof PlatformRefused && !error.retryable) return 'the platform does not give the picture out'
  throw error
}

function isJob(payload: unknown): payload is PictureJob {
  if (typeof payload !== 'object' || payload === null) return false
  return ['media', 'owner', 'memberId'].every((field) => field in payload)
}

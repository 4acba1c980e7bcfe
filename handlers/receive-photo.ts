import type { Member } from '../src/chat/member.ts'
import type { Reply } from '../src/chat/reply.ts'
import { answerKey } from '../src/hub/answer-key.ts'
import type { PhotoReading } from '../src/hub/photo-reading.ts'
import type { Place, Question } from './question.ts'
import { bookAtOnce } from './receipt.ts'
import type { ReturnReceiveParts } from './return-receive.ts'

/** A parcel whose code was read outside a typed line: off a photo, or on the page of the to-do. */
export type ParcelScan = {
  readonly place: Place
  readonly member: Member
  readonly group: boolean
  /** Stands for this scan in answers and logs. */
  readonly key: string
  readonly nowMs: number
}

/** The scan as a question, for rights, memory and traces. */
export function scanQuestion({ place, member, group, key, nowMs }: ParcelScan): Question {
  return {
    text: '',
    understood: { intent: 'return.inbound', slots: {}, expect: 'confirm', hints: {} },
    member,
    group,
    view: { mode: 'masked', nowMs },
    place,
    answerKey: answerKey(place.platform, key),
    media: [],
    scanned: true,
  }
}

/** A barcode that was decoded is a scan; a number that was only read as text is shown with a button. */
export function scansParcel(reading: Pick<PhotoReading, 'sure' | 'evidence'>, roles: readonly string[]): boolean {
  return reading.sure && (reading.evidence?.startsWith('barcode') ?? false) && roles.includes('warehouse')
}

/** The member of an id by now; undefined for leavers. */
export type MemberOf = (memberId: string) => Promise<Member | undefined>

export type BookByPhoto = (scan: ParcelScan, returnId: string) => Promise<Reply>

export const bookByPhoto =
  (parts: ReturnReceiveParts): BookByPhoto =>
  (scan, returnId) =>
    bookAtOnce(parts, scanQuestion(scan), returnId)

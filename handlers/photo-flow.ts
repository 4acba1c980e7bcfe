import type { ReadPhotoFacts } from '../cards/waybill-result.ts'
import type { Role } from '../src/chat/member.ts'
import type { Drafts } from '../src/hub/drafts.ts'
import type { OrderLookup } from '../src/hub/order-facts.ts'
import type { ChatMemory, Place, Remembered } from './question.ts'
import { rolesMay } from './rights.ts'

export type PhotoFlowParts = {
  readonly lookup: Pick<OrderLookup, 'track'>
  /** What this person was about to do in this chat: a return may wait for just this photo. */
  readonly drafts?: Pick<Drafts, 'newest'> | undefined
  readonly memory?: Partial<Pick<ChatMemory, 'recall'>> | undefined
}

/**
 * What the person is in the middle of: a return that waits for this photo goes on with it; a parcel of another return than the
 * one that is being booked in, or was looked at last, is named (product J16).
 */
export async function flowOf(
  { drafts, memory, lookup }: PhotoFlowParts,
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

import type { CardTapEvent, Conversation } from '../../src/chat/event.ts'
import { digest, placeOf } from './card.ts'
import { type Fields, fieldsIn, fieldsOf, rawIn, textIn } from './fields.ts'

export type TapFrame = { readonly frameId: string | undefined; readonly receivedAtMs: number }

/**
 * A tap on one of our cards, from the `data` of a card callback; undefined when it is not one or carries no token.
 * https://open.dingtalk.com/document/development/event-callback-card, 2026-11-22.
 */
export function decodeCardTap(data: unknown, frame: TapFrame): CardTapEvent | undefined {
  const tap = fieldsOf(data)
  const outTrackId = textIn(tap, 'outTrackId')
  const userId = textIn(tap, 'userId')
  if (outTrackId === undefined || userId === undefined) return undefined
  // one official page says `content`, another `value`; some SDKs hand over the parsed object
  const action = unpacked(rawIn(tap, 'content') ?? rawIn(tap, 'value'))
  const privateData = fieldsIn(action, 'cardPrivateData')
  const params = fieldsIn(privateData, 'params') ?? fieldsIn(action, 'params') ?? {}
  // a template built by hand may say `action`, as the vendor's samples do
  const token = textIn(params, 'token') ?? textIn(params, 'action')
  if (token === undefined) return undefined
  const userIdType = rawIn(tap, 'userIdType')
  return {
    kind: 'card-tap',
    id: tapId([outTrackId, userId, JSON.stringify(rawIn(privateData, 'actionIds') ?? [])], params, frame.frameId),
    platform: 'dingtalk',
    conversation: conversationOf(outTrackId, userId, textIn(tap, 'spaceId')),
    // the callback's userId is the only proof of who tapped; userIdType 2 would be a unionId, which names nobody here
    sender: { id: userId, trusted: userIdType === undefined || userIdType === 1 || userIdType === '1' },
    sentAtMs: frame.receivedAtMs,
    token,
    cardRef: { platform: 'dingtalk', id: outTrackId },
  }
}

/**
 * A repeated delivery must have the id of the first; a second tap must not. The frame's id does not tell them apart (nobody
 * says whether a repeat keeps it), but the card's `round` does: it is redrawn with every answer. Without one, the frame's id.
 */
function tapId(what: readonly string[], params: Fields, frameId: string | undefined): string {
  const sorted = JSON.stringify(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)))
  return `tap:${digest(...what, sorted, textIn(params, 'round') ?? frameId ?? '')}`
}

function conversationOf(outTrackId: string, userId: string, spaceId: string | undefined): Conversation {
  const place = placeOf(outTrackId)
  const inGroup = place === undefined ? spaceId?.startsWith('cid') === true : place.kind === 'group'
  const groupId = (place?.kind === 'group' ? place.id : undefined) ?? spaceId
  if (inGroup && groupId !== undefined) return { platform: 'dingtalk', kind: 'group', id: groupId }
  return { platform: 'dingtalk', kind: 'direct', id: userId }
}

function unpacked(value: unknown): Fields | undefined {
  if (typeof value !== 'string') return fieldsOf(value)
  try {
    return fieldsOf(JSON.parse(value))
  } catch {
    return undefined
  }
}

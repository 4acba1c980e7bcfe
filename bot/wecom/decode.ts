import { createHash } from 'node:crypto'
import type { CardTapEvent, ChatEvent, EventId } from '../../src/chat/event.ts'
import { BadPayload } from '../../src/runtime/errors.ts'
import type { DoorSettings } from './settings.ts'
import { type Fields, fieldsAt, textAt } from './wire.ts'

type Base = Pick<ChatEvent, 'id' | 'platform' | 'conversation' | 'sender' | 'sentAtMs'>

/**
 * A decrypted callback as an event of the desk; undefined for what the desk has no use for (unsubscribe, menus, alerts,
 * whatever comes next year). Throws BadPayload when it is not of the documented shape or not for this app.
 * Messages [90239], events [90240]. The envelope is not looked at: only what was encrypted for us is believed.
 */
export function decodeEvent(fields: Fields, settings: Pick<DoorSettings, 'corpId' | 'agentId'>): ChatEvent | undefined {
  const kind = required(fields, 'MsgType')
  refuseOthers(fields, settings, kind)
  const base = baseOf(fields)
  return kind === 'event' ? decodeHappening(fields, base) : decodeMessage(fields, kind, base)
}

function decodeMessage(fields: Fields, kind: string, base: Base): ChatEvent {
  const mediaId = textAt(fields, 'MediaId')
  if (kind === 'text') return { ...base, kind: 'text', text: (textAt(fields, 'Content') ?? '').trim() }
  if (kind === 'image' && mediaId !== undefined)
    return { ...base, kind: 'image', media: { platform: 'wecom', id: mediaId } }
  return { ...base, kind: 'unreadable', what: kind }
}

function decodeHappening(fields: Fields, base: Base): ChatEvent | undefined {
  // old samples write CLICK, new ones click: compared without case
  switch (required(fields, 'Event').toLowerCase()) {
    // enter_agent comes at each opening of the app; a greeting then would be spam
    case 'subscribe':
      return { ...base, kind: 'join' }
    // the menu event comes from cards that carry an action_menu; ours do not, but an operator's may
    case 'template_card_event':
    case 'template_card_menu_event':
      return tapOf(fields, base)
    case 'scancode_waitmsg':
      return { ...base, kind: 'text', text: scanned(fieldsAt(fields, 'ScanCodeInfo')), scanned: true }
    default:
      return undefined
  }
}

/** EventKey and TaskId are what the card was sent with, echoed by somebody's client: untrusted. */
function tapOf(fields: Fields, base: Base): CardTapEvent {
  const updateCode = textAt(fields, 'ResponseCode')
  const cardRef = { platform: 'wecom', id: required(fields, 'TaskId'), ...(updateCode && { updateCode }) } as const
  return { ...base, kind: 'card-tap', token: required(fields, 'EventKey'), cardRef }
}

/** A scanned barcode comes as "CODE_128,75894561230147"; the symbology is of no use. */
function scanned(info: Fields): string {
  return (textAt(info, 'ScanResult') ?? '').trim().replace(/^(?:CODE|EAN|UPC|ITF|CODABAR|RSS|QR|PDF)[A-Z0-9_]*,/, '')
}

function baseOf(fields: Fields): Base {
  const userId = required(fields, 'FromUserName')
  const seconds = required(fields, 'CreateTime')
  if (!/^\d{1,10}$/.test(seconds)) throw new BadPayload('callback refused: CreateTime is no time in seconds')
  return {
    id: idOf(fields),
    platform: 'wecom',
    // an app has no groups [90235]: every chat is the one between a member and the app
    conversation: { platform: 'wecom', kind: 'direct', id: userId },
    sender: { id: userId, trusted: true },
    sentAtMs: Number(seconds) * 1_000,
  }
}

/**
 * Messages have a MsgId. Events have none, and who + when is too weak (two in one second): everything that was said counts.
 */
function idOf(fields: Fields): EventId {
  const messageId = textAt(fields, 'MsgId')
  if (messageId !== undefined && /^[\w-]{1,64}$/.test(messageId)) return messageId
  const said = Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1))
  return `event-${createHash('sha256').update(JSON.stringify(said)).digest('hex')}`
}

function refuseOthers(fields: Fields, settings: Pick<DoorSettings, 'corpId' | 'agentId'>, kind: string): void {
  if (textAt(fields, 'ToUserName') !== settings.corpId)
    throw new BadPayload('callback refused: ToUserName is another corp, compare WECOM_CORP_ID')
  const agentId = textAt(fields, 'AgentID')
  // some events come without AgentID, empty or 0; messages never do
  const unnamed = kind === 'event' && (agentId === undefined || agentId === '0')
  if (!unnamed && agentId !== String(settings.agentId))
    throw new BadPayload('callback refused: it is for another app, compare WECOM_AGENT_ID')
}

function required(fields: Fields, name: string): string {
  const value = textAt(fields, name)
  if (value === undefined) throw new BadPayload(`callback refused: ${name} is missing`)
  return value
}

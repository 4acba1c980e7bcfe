import type { ChatEvent, Conversation, MediaRef } from '../../src/chat/event.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../../src/runtime/json.ts'

// Bodies of the AI bot's frames [100719, 101027], read 2026-11-22. Every field is somebody else's: looked at before it is used.

/** Direct chats with the bot are other chats than those with the app, though the person is the same. */
const directPrefix = 'bot:'

/** The chat with the bot that a conversation id means: whom or which group `aibot_send_msg` names; undefined for the app's. */
export function botChatOf({ kind, id }: Conversation): string | undefined {
  if (kind === 'group') return id
  return id.startsWith(directPrefix) ? id.slice(directPrefix.length) : undefined
}

type Base = Pick<ChatEvent, 'id' | 'platform' | 'conversation' | 'sender' | 'sentAtMs'>

/**
 * A pushed body as an event of the desk; undefined for what it has no use for (feedback, what comes next year) and for what
 * is not of the documented shape. `nowMs` stands in where the frame carries no time, which messages do not.
 */
export function decodeBody(body: Json, nowMs: number): ChatEvent | undefined {
  const base = baseOf(body, nowMs)
  if (base === undefined) return undefined
  const kind = jsonText(body, 'msgtype')
  switch (kind) {
    case 'event':
      return happening(body, base)
    case 'text':
      return textOf(base, jsonText(jsonAt(body, 'text'), 'content'), quoted(body))
    case 'voice':
      return textOf(base, jsonText(jsonAt(body, 'voice'), 'content'), [])
    case 'mixed':
      return mixed(body, base)
    case 'image': {
      const media = picture(jsonAt(body, 'image'))
      return media === undefined ? { ...base, kind: 'unreadable', what: kind } : { ...base, kind: 'image', media }
    }
    case 'file': {
      const media = picture(jsonAt(body, 'file'))
      // the name comes with the download's headers only; what it is decides who takes it
      return media === undefined
        ? { ...base, kind: 'unreadable', what: kind }
        : { ...base, kind: 'file', media, fileName: jsonText(jsonAt(body, 'file'), 'filename') ?? 'file' }
    }
    case undefined:
      return undefined
    default:
      return { ...base, kind: 'unreadable', what: kind }
  }
}

function happening(body: Json, base: Base): ChatEvent | undefined {
  const event = jsonAt(body, 'event')
  const kind = jsonText(event, 'eventtype')
  if (kind === 'enter_chat') return { ...base, kind: 'join' }
  if (kind !== 'template_card_event') return undefined
  // the docs nest key and task id, the SDK's types have them flat: nested first
  const inner = jsonAt(event, kind) ?? event
  const token = jsonText(inner, 'event_key') ?? jsonText(event, 'event_key')
  const taskId = jsonText(inner, 'task_id') ?? jsonText(event, 'task_id')
  if (token === undefined || taskId === undefined) return undefined
  return { ...base, kind: 'card-tap', token, cardRef: { platform: 'wecom', id: taskId } }
}

function mixed(body: Json, base: Base): ChatEvent {
  const items = jsonAt(jsonAt(body, 'mixed'), 'msg_item')
  const parts = Array.isArray(items) ? items : []
  const text = parts
    .map((item) => (jsonText(item, 'msgtype') === 'text' ? jsonText(jsonAt(item, 'text'), 'content') : undefined))
    .filter((part) => part !== undefined)
    .join(' ')
  const media = [...parts, jsonAt(body, 'quote')].flatMap((item) => picture(jsonAt(item, 'image')) ?? [])
  return textOf(base, text, media)
}

/** A picture that was sent earlier is handed over by quoting it. */
function quoted(body: Json): readonly MediaRef[] {
  const media = picture(jsonAt(jsonAt(body, 'quote'), 'image'))
  return media === undefined ? [] : [media]
}

/** A picture with nothing but the mention beside it is a picture. */
function textOf(base: Base, said: string | undefined, media: readonly MediaRef[]): ChatEvent {
  const text = base.conversation.kind === 'group' ? withoutMention(said ?? '') : (said ?? '').trim()
  const [first] = media
  if (text === '' && media.length === 1 && first !== undefined) return { ...base, kind: 'image', media: first }
  return { ...base, kind: 'text', text, ...(media.length > 0 && { media }) }
}

/** In groups the text begins with the mention of the bot that brought it here. */
function withoutMention(text: string): string {
  return text.trim().replace(/^@\S+\s*/, '')
}

/** Address and key of an encrypted file, good for 5 minutes; a right, so it is only ever kept sealed. */
function picture(image: Json | undefined): MediaRef | undefined {
  const url = jsonText(image, 'url')?.trim()
  if (url === undefined || url === '') return undefined
  const key = jsonText(image, 'aeskey')
  const id = Buffer.from(JSON.stringify({ url, ...(key !== undefined && { key }) })).toString('base64url')
  return { platform: 'wecom', id: `${directPrefix}${id}` }
}

/** Where a picture of the bot's lies; undefined for ids of the app's own media. */
export function pictureAt({ id }: MediaRef): { readonly url: string; readonly key?: string } | undefined {
  if (!id.startsWith(directPrefix)) return undefined
  const parsed = parseJson(Buffer.from(id.slice(directPrefix.length), 'base64url'))
  const url = jsonText(parsed, 'url')
  const key = jsonText(parsed, 'key')
  return url === undefined ? undefined : { url, ...(key !== undefined && { key }) }
}

function baseOf(body: Json, nowMs: number): Base | undefined {
  const id = jsonText(body, 'msgid')
  const from = jsonAt(body, 'from')
  const userId = jsonText(from, 'userid')
  if (id === undefined || userId === undefined) return undefined
  const chatId = jsonText(body, 'chatid')
  const group = jsonText(body, 'chattype') === 'group'
  if (group && chatId === undefined) return undefined
  const conversation: Conversation =
    group && chatId !== undefined
      ? { platform: 'wecom', kind: 'group', id: chatId }
      : { platform: 'wecom', kind: 'direct', id: `${directPrefix}${userId}` }
  const seconds = Number(jsonText(body, 'create_time') ?? Number.NaN)
  return {
    id,
    platform: 'wecom',
    conversation,
    // somebody of another corp may bear the same userid as one of ours
    sender: { id: userId, trusted: jsonText(from, 'corpid') === undefined },
    sentAtMs: Number.isFinite(seconds) ? seconds * 1_000 : nowMs,
  }
}

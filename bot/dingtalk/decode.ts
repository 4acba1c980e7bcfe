import type { ChatEvent, Conversation, MediaRef, PlatformUser } from '../../src/chat/event.ts'
import { namelessFile } from '../../src/text/zh-dingtalk.ts'
import { epochMsIn, type Fields, fieldsIn, fieldsOf, listIn, rawIn, textIn } from './fields.ts'
import { isReplyHost } from './hosts.ts'

/**
 * What a push turned out to be. `quota-gone`: the organisation's monthly messages are used up, somebody has to buy more.
 * `not-for-us`: well-formed JSON that is no robot message; to be acknowledged, else it comes again.
 */
export type Decoded =
  | { readonly outcome: 'event'; readonly event: ChatEvent }
  | { readonly outcome: 'quota-gone' }
  | { readonly outcome: 'not-for-us'; readonly reason: string }

export type Arrival = {
  /** The Stream frame's id, for a message that lacks its own. */
  readonly frameId?: string
  readonly receivedAtMs: number
  /** DINGTALK_OAPI_BASE: reply addresses lead there or to the vendor's own host, nowhere else. */
  readonly oapiBase: string
}

/**
 * A robot message, as it comes in the `data` of a Stream frame and as an HTTP body alike. Pure; pictures and files stay
 * references. https://open.dingtalk.com/document/development/receive-message, 2026-11-22.
 */
export function decodeRobotMessage(data: unknown, arrival: Arrival): Decoded {
  const message = fieldsOf(data)
  const msgtype = textIn(message, 'msgtype')
  const chat = message === undefined ? undefined : conversationOf(message, arrival.oapiBase)
  if (message === undefined || msgtype === undefined || chat === undefined)
    return { outcome: 'not-for-us', reason: 'not the shape of a robot message' }
  if (isOverQuota(message)) return { outcome: 'quota-gone' }
  const id = textIn(message, 'msgId') ?? arrival.frameId
  if (id === undefined || !/^\S{1,200}$/.test(id))
    return { outcome: 'not-for-us', reason: 'a message without a usable id' }
  const base = {
    id,
    platform: 'dingtalk',
    conversation: chat,
    sender: senderOf(message),
    sentAtMs: epochMsIn(message, 'createAt') ?? arrival.receivedAtMs,
  } as const
  return { outcome: 'event', event: { ...base, ...bodyOf(message, msgtype, chat.kind === 'group') } }
}

/** Code 20001: the message comes without its text or content. */
function isOverQuota(message: Fields): boolean {
  const bare = fieldsIn(message, 'text') === undefined && fieldsIn(message, 'content') === undefined
  return bare && rawIn(message, 'errorCode') !== undefined
}

function conversationOf(message: Fields, oapiBase: string): Conversation | undefined {
  const conversationId = textIn(message, 'conversationId')
  const type = rawIn(message, 'conversationType')
  if (conversationId === undefined || (type !== '1' && type !== '2')) return undefined
  const kind = type === '2' ? 'group' : 'direct'
  const id = kind === 'group' ? conversationId : senderOf(message).id
  const url = textIn(message, 'sessionWebhook')
  const expiresAtMs = epochMsIn(message, 'sessionWebhookExpiredTime')
  if (url === undefined || expiresAtMs === undefined || !isReplyHost(url, oapiBase))
    return { platform: 'dingtalk', kind, id }
  return { platform: 'dingtalk', kind, id, replyAddress: { url, expiresAtMs } }
}

/** Staff ids are unique only inside one organisation, and absent for outsiders and before the robot is published. */
function senderOf(message: Fields): PlatformUser {
  const staffId = textIn(message, 'senderStaffId')
  const corpId = textIn(message, 'senderCorpId')
  const trusted = staffId !== undefined && corpId !== undefined && corpId === textIn(message, 'chatbotCorpId')
  const id = staffId ?? textIn(message, 'senderId') ?? 'unknown'
  const name = textIn(message, 'senderNick')
  return name === undefined ? { id, trusted } : { id, name, trusted }
}

type Body =
  | { kind: 'text'; text: string; media?: readonly MediaRef[] }
  | { kind: 'image'; media: MediaRef }
  | { kind: 'file'; media: MediaRef; fileName: string }
  | { kind: 'unreadable'; what: string }

function bodyOf(message: Fields, msgtype: string, group: boolean): Body {
  const content = fieldsIn(message, 'content')
  switch (msgtype) {
    case 'text':
      return words(plain(textIn(fieldsIn(message, 'text'), 'content') ?? '', group), quoted(message))
    case 'richText':
      return words(plain(richWords(content), group), richPictures(content))
    case 'picture': {
      const [media] = picture(content)
      return media === undefined ? { kind: 'unreadable', what: 'image' } : { kind: 'image', media }
    }
    case 'audio': {
      const said = textIn(content, 'recognition')?.trim()
      return said ? { kind: 'text', text: said } : { kind: 'unreadable', what: 'voice' }
    }
    case 'file':
      return fileOf(content) ?? { kind: 'unreadable', what: 'file' }
    default:
      return { kind: 'unreadable', what: msgtype === 'video' ? 'video' : 'unknown' }
  }
}

/** Words with what hangs on them; a lone picture or file without words is itself the message. */
function words(said: string, media: readonly MediaRef[]): Body {
  const [first] = media
  if (said === '' && media.length === 1 && first !== undefined)
    return first.fileName === undefined
      ? { kind: 'image', media: first }
      : { kind: 'file', media: first, fileName: first.fileName }
  return media.length === 0 ? { kind: 'text', text: said } : { kind: 'text', text: said, media }
}

const mention = '@[^\\s@]{1,64}'
const leadingMentions = new RegExp(`^(?:\\s*${mention}(?=\\s))+`)
const trailingMention = new RegExp(`\\s${mention}\\s*$`)

/** In groups the server takes its own @robot out but leaves a blank; some clients keep `@name`, in front or at the end. */
function plain(raw: string, group: boolean): string {
  const trimmed = raw.trim()
  if (!group) return trimmed
  const bare = `${trimmed} `.replace(leadingMentions, '').replace(trailingMention, ' ')
  return bare.trim()
}

const kindOf = (part: Fields): string => textIn(part, 'type') ?? textIn(part, 'msgType') ?? 'text'

const richWords = (content: Fields | undefined): string =>
  listIn(content, 'richText')
    .filter((part) => kindOf(part) === 'text')
    .map((part) => textIn(part, 'text') ?? textIn(part, 'content') ?? '')
    .join('')

const richPictures = (content: Fields | undefined): readonly MediaRef[] =>
  listIn(content, 'richText')
    .filter((part) => kindOf(part) === 'picture')
    .flatMap(picture)

/** `pictureDownloadCode` answered HTTP 500 in the field: only when there is no other. */
function picture(content: Fields | undefined): readonly MediaRef[] {
  const id = textIn(content, 'downloadCode') ?? textIn(content, 'pictureDownloadCode')
  return id === undefined ? [] : [{ platform: 'dingtalk', id }]
}

function fileOf(content: Fields | undefined): (Body & { kind: 'file' }) | undefined {
  const id = textIn(content, 'downloadCode')
  if (id === undefined) return undefined
  const fileName = textIn(content, 'fileName') ?? namelessFile
  return { kind: 'file', media: { platform: 'dingtalk', id, fileName }, fileName }
}

/** Groups cannot send a photo or file to the robot: people quote it instead (text.repliedMsg, seen in the field, on no page). */
function quoted(message: Fields): readonly MediaRef[] {
  const reply = fieldsIn(fieldsIn(message, 'text'), 'repliedMsg')
  const content = fieldsIn(reply, 'content')
  switch (textIn(reply, 'msgType')) {
    case 'picture':
      return picture(content)
    case 'richText':
      return richPictures(content)
    case 'file': {
      const file = fileOf(content)
      return file === undefined ? [] : [file.media]
    }
    default:
      return []
  }
}

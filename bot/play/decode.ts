import { z } from 'zod'
import type { ChatEvent, EpochMs } from '../../src/chat/event.ts'
import { BadPayload } from '../../src/runtime/errors.ts'
import { playAssistant } from '../../src/text/play.ts'
import { type Attachment, type SaidEntry, storable } from './entry.ts'
import { maxLabelChars, maxTextChars, maxTokenChars } from './limits.ts'
import { chatKinds, conversationOf, personaIds, userOf } from './personas.ts'

/** `id` is the page's own and stays the same when it sends again. Exactly one of text/file and token is there. */
const messageSchema = z
  .strictObject({
    id: z.string().regex(/^[0-9A-Za-z-]{8,64}$/),
    persona: z.enum(personaIds),
    chat: z.enum(chatKinds),
    text: z.string().max(maxTextChars).optional(),
    /** Id of an uploaded photo or file. */
    file: z.string().min(1).max(100).optional(),
    token: z.string().min(1).max(maxTokenChars).optional(),
    cardId: z.string().min(1).max(300).optional(),
    /** What the tapped button says; for the transcript only. */
    label: z.string().max(maxLabelChars).optional(),
  })
  .refine((message) => (message.token === undefined) === (message.cardId === undefined))
  .refine((message) => (message.token === undefined) !== (message.text === undefined && message.file === undefined))

export type PlayMessage = z.infer<typeof messageSchema>

/** Reads the body of `POST /play/api/messages`. Throws BadPayload. */
export function parseMessage(body: string): PlayMessage {
  const parsed = messageSchema.safeParse(jsonOf(body))
  if (!parsed.success)
    throw new BadPayload(`play message: ${parsed.error.issues[0]?.path.join('.') || 'shape'} is wrong`)
  const text = parsed.data.text === undefined ? undefined : storable(parsed.data.text).trim()
  if (text === '' && parsed.data.file === undefined) throw new BadPayload('play message: text is empty')
  return { ...parsed.data, text }
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw new BadPayload('play message: not JSON', { cause })
  }
}

/** Whether the desk hears it: in the group only what mentions the bot, and taps on its cards. */
function asked(message: PlayMessage): boolean {
  return (
    message.chat === 'direct' || message.token !== undefined || (message.text ?? '').includes(playAssistant.mention)
  )
}

/** How the message stands in the transcript. */
export function saidEntry(message: PlayMessage, attachment: Attachment | undefined): SaidEntry {
  return {
    kind: 'said',
    key: `said:${message.id}`,
    eventId: message.id,
    persona: message.persona,
    text: message.text ?? '',
    ...(attachment && { attachment }),
    ...(message.token !== undefined && { tapped: storable(message.label ?? '') }),
    asked: asked(message),
  }
}

/**
 * The event for the desk; undefined when it is only shown. A photo with words is a text with a picture; a file goes alone
 * (its words are shown, not asked), as in WeCom and DingTalk, where a file message carries no text. Pure.
 */
export function decodeEvent(
  message: PlayMessage,
  attachment: Attachment | undefined,
  nowMs: EpochMs,
): ChatEvent | undefined {
  if (!asked(message)) return undefined
  const base = {
    id: message.id,
    platform: 'play',
    conversation: conversationOf(message.persona, message.chat),
    sender: userOf(message.persona),
    sentAtMs: nowMs,
  } as const
  if (message.token !== undefined && message.cardId !== undefined)
    return { ...base, kind: 'card-tap', token: message.token, cardRef: { platform: 'play', id: message.cardId } }
  const text = withoutMention(message.text ?? '')
  if (attachment === undefined) return { ...base, kind: 'text', text }
  const media = { platform: 'play', id: attachment.id, fileName: attachment.fileName } as const
  if (!attachment.image) return { ...base, kind: 'file', media, fileName: attachment.fileName }
  return text === '' ? { ...base, kind: 'image', media } : { ...base, kind: 'text', text, media: [media] }
}

/** The mention may stand anywhere; WeCom's input box puts U+2005 after it, ours a blank. */
function withoutMention(text: string): string {
  return text.replaceAll(playAssistant.mention, ' ').trim()
}

import { type Card, cardText } from '../../src/chat/card.ts'
import type { ChatEvent } from '../../src/chat/event.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { assertNever } from '../../src/runtime/errors.ts'
import { buttonsFollow, cutHint } from '../../src/text/zh-wecom.ts'
import { cardTree, hasButtons, updatedCard } from './card.ts'
import { textBytes } from './limits.ts'
import { fitBytes, harmless } from './text.ts'
import { storable, type Tree } from './wire.ts'

/**
 * The passive reply [90241] to `event`, in clear; undefined when the callback is to be answered empty. Messages take words
 * only, taps take card updates only: what does not fit follows through message/send (see followUps).
 */
export function encodeReply(reply: Reply, event: ChatEvent, corpId: string, nowMs: number): Tree | undefined {
  const content = contentOf(reply, event)
  if (content === undefined) return undefined
  const head = { ToUserName: event.sender.id, FromUserName: corpId, CreateTime: Math.floor(nowMs / 1_000) }
  return { ...head, ...content }
}

function contentOf(reply: Reply, event: ChatEvent): Tree | undefined {
  switch (reply.kind) {
    case 'none':
      return undefined
    case 'text':
      // whether words are shown after a tap is documented nowhere, so they are not risked
      return event.kind === 'card-tap' ? undefined : textTree(messageText(reply.text))
    case 'card':
      return event.kind === 'card-tap' ? undefined : textTree(cardWords(reply.card))
    case 'card-update':
      if (!standsUnder(reply, event)) return undefined
      return { MsgType: 'update_template_card', TemplateCard: cardTree(updatedCard(reply.card, reply.toast)) }
    default:
      return assertNever(reply)
  }
}

/** What `encodeReply` could not say: sent as messages of their own. */
export function followUps(reply: Reply, event: ChatEvent): readonly Reply[] {
  switch (reply.kind) {
    case 'none':
      return []
    case 'text':
      return event.kind === 'card-tap' ? [{ kind: 'text', text: reply.text }] : []
    case 'card':
      return event.kind === 'card-tap' || hasButtons(reply.card) ? [{ kind: 'card', card: reply.card }] : []
    case 'card-update': {
      const { cardRef, card, toast } = reply
      return standsUnder(reply, event) ? [] : [{ kind: 'card-update', cardRef, card, ...(toast && { toast }) }]
    }
    default:
      return assertNever(reply)
  }
}

/** Words as WeCom takes them: at most 2048 bytes, nothing in them that would become a link. */
export function messageText(text: string): string {
  return fitBytes(harmless(storable(text)), textBytes, cutHint)
}

function cardWords(card: Card): string {
  const words = harmless(storable(cardText(card)))
  if (!hasButtons(card)) return fitBytes(words, textBytes, cutHint)
  const more = `\n${buttonsFollow}`
  return fitBytes(words, textBytes - Buffer.byteLength(more), cutHint) + more
}

/** Only the card that was tapped can be redrawn in the answer to the tap. */
function standsUnder(reply: Extract<Reply, { kind: 'card-update' }>, event: ChatEvent): boolean {
  return event.kind === 'card-tap' && event.cardRef.id === reply.cardRef.id
}

/** Empty words are no message: the platform would refuse them (44004). */
function textTree(content: string): Tree | undefined {
  return content.trim() === '' ? undefined : { MsgType: 'text', Content: content }
}

import { createHash } from 'node:crypto'
import type { Card } from '../../src/chat/card.ts'
import type { CardRef } from '../../src/chat/event.ts'
import type { Delivery, OutboundMessage, SendBudget } from '../../src/chat/ports.ts'
import { assertNever, PlatformRefused, Unreachable } from '../../src/runtime/errors.ts'
import { jsonAt, jsonText } from '../../src/runtime/json.ts'
import type { ApiAnswer, WecomApi } from './api.ts'
import { taskIdOf, templateCard, updatedCard } from './card.ts'
import { messageText } from './encode.ts'
import { verdictOf } from './errcode.ts'
import { cardRepeatSeconds, memberWindows, textRepeatSeconds } from './limits.ts'

export type SendParts = { readonly api: WecomApi; readonly sendBudget: SendBudget; readonly agentId: number }

/** [90313]; the id itself is always well-formed, see taskIdOf. */
const taskIdTaken = 42014
/** [90313]: "msgid expired". */
const tooLateToRecall = 42052

/** A userid [90195]. "a|b" would be several people and "@all" the whole corp. */
const oneMember = /^[0-9A-Za-z][\w\-@.]{0,63}$/

/**
 * One message to one member [90236]. Its outbox key decides the card's task_id, so a repeat is the same request and the
 * platform drops it (enable_duplicate_check). The receipt has messageId, and for a card with buttons cardId and updateCode
 * (one redraw within 72 h).
 */
export async function sendMessage(parts: SendParts, { key, to, reply }: OutboundMessage): Promise<Delivery> {
  if (to.kind === 'group') return refused('WeCom apps have no groups: send to a member')
  if (!oneMember.test(to.id)) return refused('that is no userid of one WeCom member')
  try {
    switch (reply.kind) {
      case 'none':
        return { outcome: 'sent' }
      case 'text':
        return await sendText(parts, to.id, reply.text, key)
      case 'card':
        return await sendCard(parts, to.id, reply.card, key)
      case 'card-update':
        return await redraw(parts, to.id, { ...reply, key })
      default:
        return assertNever(reply)
    }
  } catch (error) {
    return undelivered(error)
  }
}

async function sendText(parts: SendParts, userId: string, text: string, key: string): Promise<Delivery> {
  const content = messageText(text)
  if (content.trim() === '') return { outcome: 'sent' }
  const body = { msgtype: 'text', text: { content }, duplicate_check_interval: repeatSecondsOf(key) }
  return send(parts, userId, body)
}

/**
 * Repeats are told by the request's whole JSON, and a text has no field for a key: so the key decides how long the check lasts. A
 * retry is the same request; the same words under another key differ in this figure (docs/decisions/209).
 */
function repeatSecondsOf(key: string): number {
  const { least, most } = textRepeatSeconds
  return least + (createHash('sha256').update(key).digest().readUInt32BE(0) % (most - least + 1))
}

async function sendCard(parts: SendParts, userId: string, card: Card, key: string): Promise<Delivery> {
  const made = templateCard(card, taskIdOf(key))
  const body = { msgtype: 'template_card', template_card: made, duplicate_check_interval: cardRepeatSeconds }
  return send(parts, userId, body, made.task_id)
}

type Redraw = { readonly cardRef: CardRef; readonly card: Card; readonly toast?: string; readonly key: string }

/** With the right to redraw spent (60140) or never given, the person gets the card anew rather than a stale one. */
async function redraw(parts: SendParts, userId: string, { cardRef, card, toast, key }: Redraw): Promise<Delivery> {
  if (cardRef.updateCode === undefined) return sendCard(parts, userId, card, key)
  const answer = await parts.api.post('/cgi-bin/message/update_template_card', {
    userids: [userId],
    agentid: parts.agentId,
    response_code: cardRef.updateCode,
    template_card: updatedCard(card, toast),
  })
  if (verdictOf(answer.errcode).act === 'replace') return sendCard(parts, userId, card, key)
  return deliveryOf(answer, { cardId: cardRef.id })
}

/**
 * message/recall [94867]: within 24 h, in WeCom alone; the person reads that a message was taken back. `sent` also when it is too
 * late for that (42052): the message stays.
 */
export async function recallMessage({ api }: Pick<SendParts, 'api'>, messageId: string): Promise<Delivery> {
  try {
    const answer = await api.post('/cgi-bin/message/recall', { msgid: messageId })
    return answer.errcode === tooLateToRecall ? { outcome: 'sent' } : deliveryOf(answer, {})
  } catch (error) {
    return undelivered(error)
  }
}

async function send(parts: SendParts, userId: string, body: object, cardId?: string): Promise<Delivery> {
  // what goes over the budget is dropped by the platform without a word, so it is counted here, before
  const taken = await parts.sendBudget.take(`wecom:${parts.agentId}:${userId.toLowerCase()}`, memberWindows)
  if (taken.outcome === 'wait') {
    const reason = 'the member has had 30 messages this minute or 1000 this hour'
    return { outcome: 'retry', reason, afterMs: taken.afterMs }
  }
  const answer = await parts.api.post('/cgi-bin/message/send', {
    touser: userId,
    agentid: parts.agentId,
    ...body,
    enable_duplicate_check: 1,
  })
  // the id comes from our key: an earlier try got through, and the card has been drawn differently since
  if (cardId !== undefined && answer.errcode === taskIdTaken) return { outcome: 'sent', receipt: { cardId } }
  return deliveryOf(answer, cardId === undefined ? {} : { cardId })
}

/** errcode 0 is a yes only when nobody was left out: the message went to one person. */
function deliveryOf({ errcode, body }: ApiAnswer, known: Readonly<Record<string, string>>): Delivery {
  const { act, reason, afterMs } = verdictOf(errcode)
  const said = `${reason} (${errcode})`
  if (act === 'ok') {
    if (named(jsonAt(body, 'unlicenseduser'))) return refused('the member has no interface licence: assign one', true)
    if (named(jsonAt(body, 'invaliduser')))
      return refused("the member is unknown or outside the app's visible range", true)
    const messageId = jsonText(body, 'msgid')
    const updateCode = jsonText(body, 'response_code')
    return {
      outcome: 'sent',
      receipt: { ...known, ...(messageId && { messageId }), ...(updateCode && { updateCode }) },
    }
  }
  if (act === 'alarm') return refused(said, true)
  if (act === 'give-up' || act === 'replace') return refused(said)
  return { outcome: 'retry', reason: said, ...(afterMs !== undefined && { afterMs }) }
}

/** Ids come as "a|b" from message/send and as a list from update_template_card. */
function named(ids: unknown): boolean {
  return Array.isArray(ids) ? ids.length > 0 : typeof ids === 'string' && ids !== ''
}

function undelivered(error: unknown): Delivery {
  if (error instanceof Unreachable) return { outcome: 'retry', reason: error.message }
  if (!(error instanceof PlatformRefused)) throw error
  if (!error.retryable) return refused(error.message, true)
  const { retryAfterMs } = error
  return { outcome: 'retry', reason: error.message, ...(retryAfterMs !== undefined && { afterMs: retryAfterMs }) }
}

function refused(reason: string, alarm = false): Delivery {
  return { outcome: 'refused', reason, alarm }
}

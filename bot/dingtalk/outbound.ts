import type { Card } from '../../src/chat/card.ts'
import type { CardRef, Conversation } from '../../src/chat/event.ts'
import type { Delivery, Outbound, OutboundMessage } from '../../src/chat/ports.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { assertNever } from '../../src/runtime/errors.ts'
import type { Log } from '../../src/runtime/log.ts'
import type { DingtalkAccount, DingtalkApi } from './api.ts'
import { type CardParams, cardParams, outTrackIdOf, roundOf } from './card.ts'
import { apiMessage, cardMessage, type RobotMessage, sessionBody, textMessage } from './encode.ts'
import { sessionGone, type Verdict } from './errcode.ts'
import { replyAddressMarginMs, tapBudgetMs } from './limits.ts'
import type { Taps } from './taps.ts'

export type OutboundParts = {
  readonly config: DingtalkAccount
  readonly api: DingtalkApi
  readonly taps: Taps
  readonly clock: Clock
  readonly log: Log
}

/** Everything the desk says in DingTalk leaves here (docs/decisions/041 shows the ways and their order). */
export function dingtalkOutbound(parts: OutboundParts): Outbound {
  return { send: (message) => send(parts, message) }
}

async function send(parts: OutboundParts, message: OutboundMessage): Promise<Delivery> {
  const { reply, key, to } = message
  switch (reply.kind) {
    case 'none':
      return { outcome: 'sent' }
    case 'text':
      return sendMessage(parts, to, textMessage(reply.text))
    case 'card':
      return sendCard(parts, key, to, reply.card)
    case 'card-update':
      return updateCard(parts, message, reply.cardRef, reply.card)
    default:
      return assertNever(reply)
  }
}

/** An interactive card where a template is set and DingTalk takes it, else an action card: same words, buttons that send text. */
async function sendCard(parts: OutboundParts, key: string, to: Conversation, card: Card): Promise<Delivery> {
  if (parts.config.cardTemplateId !== undefined) {
    const created = await createCard(parts, parts.config.cardTemplateId, key, to, card)
    if (created.outcome !== 'refused') return created
    parts.log(created.alarm ? 'error' : 'warn', 'DingTalk refused a card, an action card goes instead', {
      reason: created.reason,
    })
  }
  return sendMessage(parts, to, cardMessage(card))
}

/** https://open.dingtalk.com/document/development/create-and-deliver-cards, 2026-11-22. */
async function createCard(
  { config, api }: OutboundParts,
  cardTemplateId: string,
  key: string,
  to: Conversation,
  card: Card,
): Promise<Delivery> {
  const outTrackId = outTrackIdOf(key, to)
  const params = cardParams(card, roundOf(key))
  const { verdict, body } = await api.request('POST', '/v1.0/card/instances/createAndDeliver', {
    cardTemplateId,
    outTrackId,
    callbackType: 'STREAM',
    userIdType: 1,
    cardData: { cardParamMap: params },
    ...spaceOf(config.robotCode, to, params.lastMessage ?? ''),
  })
  const receipt = { outTrackId }
  // our own earlier try got through, its answer did not
  if (verdict.outcome === 'refused' && /cardAlreadyExist/.test(verdict.code)) return { outcome: 'sent', receipt }
  if (verdict.outcome !== 'ok') return deliveryOf(verdict)
  // HTTP 200 also carries cards that reached nobody
  return wasDelivered(body)
    ? { outcome: 'sent', receipt }
    : { outcome: 'refused', reason: 'the card was made but not delivered', alarm: false }
}

function spaceOf(robotCode: string, to: Conversation, summary: string): Readonly<Record<string, unknown>> {
  // a forwarded card would be tapped by people it was not meant for
  const space = { supportForward: false, lastMessageI18n: { ZH_CN: summary } }
  if (to.kind === 'group')
    return {
      openSpaceId: `dtv1.card//IM_GROUP.${to.id}`,
      imGroupOpenSpaceModel: space,
      imGroupOpenDeliverModel: { robotCode },
    }
  return {
    openSpaceId: `dtv1.card//IM_ROBOT.${to.id}`,
    imRobotOpenSpaceModel: space,
    imRobotOpenDeliverModel: { spaceType: 'IM_ROBOT', robotCode },
  }
}

function wasDelivered(body: Readonly<Record<string, unknown>>): boolean {
  const { success, result } = body as { success?: unknown; result?: { deliverResults?: unknown } }
  const spaces = Array.isArray(result?.deliverResults) ? result.deliverResults : []
  const yes = (value: unknown) => value === true || value === 'true'
  return yes(success) && spaces.length > 0 && spaces.every((space: { success?: unknown }) => yes(space?.success))
}

/** https://open.dingtalk.com/document/development/interactive-card-update-interface, 2026-11-22. */
async function updateCard(
  parts: OutboundParts,
  { key, to }: OutboundMessage,
  ref: CardRef,
  card: Card,
): Promise<Delivery> {
  const params = cardParams(card, roundOf(key))
  await parts.taps.quiet(ref.id, tapBudgetMs)
  const { verdict } = await parts.api.request('PUT', '/v1.0/card/instances', updateBody(ref.id, params))
  if (verdict.outcome === 'refused' && /cardNotExist/.test(verdict.code)) return sendCard(parts, key, to, card)
  return deliveryOf(verdict)
}

/** Both options default to false, which wipes every variable that is not sent. */
function updateBody(outTrackId: string, params: CardParams): Readonly<Record<string, unknown>> {
  return {
    outTrackId,
    cardData: { cardParamMap: params },
    cardUpdateOptions: { updateCardDataByKey: true, updatePrivateDataByKey: true },
    userIdType: 1,
  }
}

/** By the reply address while it lives (no token, no quota), else by the API. */
async function sendMessage(parts: OutboundParts, to: Conversation, message: RobotMessage): Promise<Delivery> {
  const address = to.replyAddress
  if (address !== undefined && address.expiresAtMs - replyAddressMarginMs > parts.clock.nowMs()) {
    const verdict = await parts.api.postToSession(address.url, sessionBody(message))
    if (!(verdict.outcome === 'refused' && verdict.code === sessionGone)) return deliveryOf(verdict)
  }
  return to.kind === 'group' ? sendToGroup(parts, to.id, message) : sendToPerson(parts, to.id, message)
}

async function sendToGroup({ api, config }: OutboundParts, openConversationId: string, message: RobotMessage) {
  const body = { robotCode: config.robotCode, openConversationId, ...apiMessage(message) }
  const { verdict, body: answer } = await api.request('POST', '/v1.0/robot/groupMessages/send', body)
  return deliveryOf(verdict, receiptOf(answer))
}

/** HTTP 200 hides the person's own outcome in two lists. */
async function sendToPerson({ api, config }: OutboundParts, userId: string, message: RobotMessage): Promise<Delivery> {
  const body = { robotCode: config.robotCode, userIds: [userId], ...apiMessage(message) }
  const { verdict, body: answer } = await api.request('POST', '/v1.0/robot/oToMessages/batchSend', body)
  if (verdict.outcome !== 'ok') return deliveryOf(verdict)
  const listed = (list: unknown) => Array.isArray(list) && list.includes(userId)
  if (listed(answer.invalidStaffIdList))
    return { outcome: 'refused', reason: 'DingTalk knows no such person', alarm: false }
  if (listed(answer.flowControlledStaffIdList)) return { outcome: 'retry', reason: 'too much for this person' }
  return deliveryOf(verdict, receiptOf(answer))
}

function receiptOf({
  processQueryKey,
}: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> | undefined {
  return typeof processQueryKey === 'string' ? { processQueryKey } : undefined
}

/** What a verdict means for a message: gone out, later, or never. */
export function deliveryOf(verdict: Verdict, receipt?: Readonly<Record<string, string>>): Delivery {
  switch (verdict.outcome) {
    case 'ok':
      return receipt === undefined ? { outcome: 'sent' } : { outcome: 'sent', receipt }
    case 'busy':
    case 'banned': {
      const { reason, afterMs } = verdict
      return afterMs === undefined ? { outcome: 'retry', reason } : { outcome: 'retry', reason, afterMs }
    }
    // nobody knows whether it arrived; once more may double it, never again may lose it (reliability R3)
    case 'unclear':
      return { outcome: 'retry', reason: verdict.reason }
    case 'stale-token':
      return { outcome: 'refused', reason: 'a fresh token is refused too', alarm: true }
    case 'refused':
      return { outcome: 'refused', reason: verdict.reason, alarm: verdict.alarm }
    default:
      return assertNever(verdict)
  }
}

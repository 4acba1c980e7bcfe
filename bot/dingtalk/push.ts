import type { CardTapEvent } from '../../src/chat/event.ts'
import type { EventSink } from '../../src/chat/ports.ts'
import type { Reply } from '../../src/chat/reply.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { errorFields, type Log } from '../../src/runtime/log.ts'
import { cardParams, roundOf } from './card.ts'
import { type Connection, cardTopic, type PushFrame, robotTopic } from './connection.ts'
import { decodeRobotMessage } from './decode.ts'
import { decodeCardTap } from './decode-tap.ts'
import { bodyBytes, messageBudgetMs, tapBudgetMs } from './limits.ts'
import type { Taps } from './taps.ts'
import { within } from './within.ts'

export type PushParts = {
  readonly sink: EventSink
  readonly taps: Taps
  readonly clock: Clock
  readonly log: Log
  readonly config: { readonly oapiBase: string }
  /** Called for a message that says the month's messages are used up. */
  readonly quotaGone: () => void
}

/** Takes one push to the desk and answers it. Never rejects. */
export async function takePush(parts: PushParts, frame: PushFrame, connection: Connection): Promise<void> {
  try {
    if (frame.topic === robotTopic) await takeMessage(parts, frame, connection)
    else if (frame.topic === cardTopic) await takeTap(parts, frame, connection)
    else parts.log('warn', 'a push of an unknown topic', { topic: frame.topic })
  } catch (error) {
    // unanswered on purpose: nothing was kept of it, and what is unanswered may be pushed again
    parts.log('error', 'a push could not be taken', { topic: frame.topic, ...errorFields(error) })
  }
}

const answered = { response: null }

/**
 * Acknowledged when the desk has stored the event, not when the work is done: the sink is back by its deadline, and answers
 * never travel on the socket. Acknowledging first would lose the message if the process died in between.
 */
async function takeMessage(parts: PushParts, frame: PushFrame, connection: Connection): Promise<void> {
  const receivedAtMs = parts.clock.nowMs()
  const arrival = { receivedAtMs, oapiBase: parts.config.oapiBase }
  const { messageId } = frame
  const decoded = decodeRobotMessage(
    dataOf(frame),
    messageId === undefined ? arrival : { ...arrival, frameId: messageId },
  )
  if (decoded.outcome === 'event') await parts.sink(decoded.event, receivedAtMs + messageBudgetMs)
  else if (decoded.outcome === 'quota-gone') parts.quotaGone()
  else parts.log('warn', 'a push is not for us', { reason: decoded.reason })
  connection.answer(frame, answered)
}

/** Answered with what the card shall show to the one who tapped, within the budget; with nothing when that is over. */
async function takeTap(parts: PushParts, frame: PushFrame, connection: Connection): Promise<void> {
  const receivedAtMs = parts.clock.nowMs()
  const event = decodeCardTap(dataOf(frame), { frameId: frame.messageId, receivedAtMs })
  if (event === undefined) {
    parts.log('warn', 'a tap on a card that is not ours, or without a token')
    return connection.answer(frame, { response: {} })
  }
  const done = parts.taps.open(event.cardRef.id)
  try {
    const work = parts.sink(event, receivedAtMs + tapBudgetMs)
    const reply = await within(work, tapBudgetMs, (error) =>
      parts.log('error', 'a tap failed after its answer was due', errorFields(error)),
    )
    connection.answer(frame, { response: reply === undefined ? {} : tapAnswer(reply, event) })
  } finally {
    done()
  }
}

/**
 * What the answer changes on the tapped card, for the one who tapped. Whatever the reply, it makes a new round: this tap was
 * heard, and the next on the same button is another one. https://open.dingtalk.com/document/development/event-callback-card, 2026-11-22.
 */
function tapAnswer(reply: Reply, event: CardTapEvent): Readonly<Record<string, unknown>> {
  const round = roundOf(event.id)
  const here = reply.kind === 'card-update' && reply.cardRef.id === event.cardRef.id
  return {
    // both default to false, which wipes every variable that is not sent
    cardUpdateOptions: { updateCardDataByKey: true, updatePrivateDataByKey: true },
    cardData: { cardParamMap: here ? cardParams(reply.card, round, reply.toast) : { round } },
    userPrivateData: { cardParamMap: {} },
  }
}

function dataOf({ data }: PushFrame): unknown {
  if (Buffer.byteLength(data) > bodyBytes) return undefined
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}

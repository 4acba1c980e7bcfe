import { nothingWaitsCard, timeLeft, urgeCard, urgedCard, whatWaits } from '../cards/urge.ts'
import { orderObject } from '../cards/write-rows.ts'
import type { Conversation } from '../src/chat/event.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { NudgeItem, Nudges, Waiting } from '../src/hub/nudges.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { Receiver } from '../src/hub/staff.ts'
import { clockText } from '../src/text/format.ts'
import { sentences } from '../src/text/sentences.ts'
import { toldTexts, urgeTexts } from '../src/text/zh-writes.ts'
import { theOrder } from './found-or-not.ts'
import { type Answerer, textReply, traceOf } from './question.ts'
import { questionOf, redrawn, type Tap, type TapHandler, tapText } from './taps.ts'
import { chatEntry } from './tasks.ts'
import { isOpen } from './write-answers.ts'
import { guarded, type WriteParts } from './write-flow.ts'

export type UrgeParts = WriteParts & { readonly nudges: Nudges }

/** approval.urge: who holds it since when, with a button that reminds them; words alone remind nobody. */
export function approvalUrge(parts: UrgeParts): Answerer {
  return guarded(parts, async (question) => {
    const sighting = await theOrder(parts, question)
    if (sighting.outcome === 'reply') return sighting.reply
    const { order } = sighting
    const { return_no: said, level } = question.understood.slots
    const waiting = await firstWaiting(parts.nudges, order, sighting.returnId ?? said)
    const returnId = waiting?.item.kind === 'return' ? { returnId: waiting.item.id } : {}
    const card =
      waiting === undefined
        ? nothingWaitsCard(order, question.view, parts.codec)
        : urgeCard(waiting, order, question.view, parts.codec, level)
    return { kind: 'card', card, trace: traceOf(question, undefined, { orderId: order.id, ...returnId }) }
  })
}

/** The return that was meant, else any open one of the order, else the order itself. */
async function firstWaiting(
  nudges: Nudges,
  order: OrderFacts,
  returnId: string | undefined,
): Promise<Waiting | undefined> {
  const own = order.returns.find(({ id }) => id === returnId)
  const returns = own === undefined ? order.returns.filter(isOpen) : [own]
  const items: readonly NudgeItem[] = [
    ...returns.map(({ id }) => ({ kind: 'return' as const, id })),
    { kind: 'order', id: order.id },
  ]
  for (const item of items) {
    const waiting = await nudges.look(item)
    if (waiting !== undefined) return waiting
  }
  return undefined
}

/** 催办 was tapped: once per 10 minutes and item, whoever taps. */
export function urgeTap(parts: UrgeParts): TapHandler {
  return async (tap) => {
    const [kind, id] = tap.args
    if ((kind !== 'return' && kind !== 'order') || id === undefined) return tapText(tap, sentences.orderGone)
    const question = questionOf(tap, 'approval.urge')
    const reply = await guarded(parts, async () => nudge(parts, tap, { kind, id }))(question)
    return redrawn(tap, reply, urgeTexts.sentToast)
  }
}

async function nudge(parts: UrgeParts, tap: Tap, item: NudgeItem): Promise<Reply> {
  const { member, view, event } = tap
  const question = questionOf(tap, 'approval.urge')
  const before = await parts.nudges.look(item)
  const order = before === undefined ? undefined : await parts.lookup.track(before.orderId)
  if (before === undefined || order === undefined) return textReply(question, urgeTexts.gone)
  const object = item.kind === 'return' ? item.id : orderObject(order)
  const said = (waiting: Waiting) =>
    toldTexts.urged(member.name, object, whatWaits(waiting), timeLeft(waiting.dueAtMs, view.nowMs))
  const nudged = await parts.nudges.nudge(
    item,
    { memberId: member.id, platform: event.platform },
    ({ id, waiting, to }) =>
      to.map((receiver) => messageTo(receiver, `nudge:${id}:${receiver.memberId}`, said(waiting))),
  )
  switch (nudged.outcome) {
    case 'sent': {
      const { waiting, atMs, to } = nudged
      const card = urgedCard({ waiting, names: to.map(({ name }) => name), atMs }, order, view)
      return { kind: 'card', card, trace: traceOf(question, undefined, { orderId: order.id }) }
    }
    case 'too-soon':
      return textReply(
        question,
        urgeTexts.tooSoon(nudged.by, clockText(nudged.atMs), clockText(nudged.againAtMs)),
        undefined,
        { orderId: order.id },
      )
    case 'nothing-waits':
      return textReply(question, urgeTexts.gone, undefined, { orderId: order.id })
  }
}

/** Words to the direct chat of one person, as a row of the outbox. */
function messageTo(receiver: Receiver, key: string, text: string) {
  return replyTo(receiver, key, { kind: 'text', text })
}

/** The same for a card. */
export function replyTo({ platform, userId }: Receiver, key: string, reply: Reply) {
  const to: Conversation = { platform: platform as Conversation['platform'], kind: 'direct', id: userId }
  return chatEntry({ key, to, reply })
}

import type { ActionName } from '../cards/actions.ts'
import { wrongParcelCard } from '../cards/return-receive.ts'
import type { Reply } from '../src/chat/reply.ts'
import { sentences } from '../src/text/sentences.ts'
import { receiptTexts } from '../src/text/zh-receipt.ts'
import type { ReceiptSaid } from '../src/text/zh-return-flow.ts'
import { receiveTexts } from '../src/text/zh-return-flow.ts'
import { spentTexts } from '../src/text/zh-writes.ts'
import { type Question, textReply, traceOf } from './question.ts'
import {
  amend,
  dueOf,
  linesSaid,
  type ReceiveDraft,
  type ReturnReceiveParts,
  receivingDraft,
  saidLater,
  wishOf,
} from './return-receive.ts'
import { deniedReply, permitted } from './rights.ts'
import { questionOf, redrawn, type Tap, type TapHandler } from './taps.ts'
import { asWrite, refusedReply, subjectOf } from './write-flow.ts'
import { confirmDraft } from './write-taps.ts'

/**
 * A scan is its own confirmation (product J15): everything is booked in as whole at once, and what is missing or broken is said
 * after it, while the money waits. A second scan is told when the first was (J17).
 */
export async function bookAtOnce(parts: ReturnReceiveParts, asked: Question, returnId: string): Promise<Reply> {
  const question = asWrite(asked, 'return.receive')
  const refused = await permitted(parts.rights)(question, 'return.receive')
  if (refused !== undefined) return refused
  const found = await parts.returns.byNo(returnId)
  if (found === undefined) return textReply(question, sentences.orderGone)
  const due = found.request.lines.map(dueOf)
  const wish = wishOf({ orderId: found.sale.orderId, returnId: found.request.id }, due, linesSaid(due, {}))
  const { place, member } = question
  const opened = await parts.drafts.open(wish, { place, roles: member.roles }, () => [])
  if (opened.outcome === 'ready') return confirmDraft(parts, question, opened.draft.id)
  const order = await parts.lookup.track(wish.orderId)
  if (order === undefined || opened.outcome === 'asks') return textReply(question, sentences.orderGone)
  return refusedReply(parts, question, order, { wish, why: opened.why })
}

/** The return this person is busy with in this chat and that is not in yet: one being booked in, or looked at as coming in. */
export async function spokenReturn(
  parts: ReturnReceiveParts,
  question: Question,
): Promise<{ readonly returnId: string; readonly draft?: ReceiveDraft } | undefined> {
  const draft = await receivingDraft(parts, question)
  if (draft !== undefined && draft.wish.recount === undefined) return { returnId: draft.wish.returnId, draft }
  const { remembered } = question
  const looked = remembered?.intent === 'return.inbound' ? remembered.about?.returnId : undefined
  if (looked === undefined) return undefined
  const found = await parts.returns.byNo(looked)
  return found?.request.receivedAtMs === undefined ? { returnId: looked } : undefined
}

/** This parcel belongs to another return than the one spoken of (product J16). Nothing is booked in. */
export function wrongParcel(
  parts: ReturnReceiveParts,
  asked: Question,
  spoken: { readonly returnId: string; readonly draft?: ReceiveDraft },
  belongs: string,
): Reply {
  const question = asWrite(asked, 'return.receive')
  const card = wrongParcelCard({ belongs, spoken: spoken.returnId, ...draftOf(spoken) }, question.view, parts.codec)
  const about = spoken.draft && subjectOf(spoken.draft.wish)
  return { kind: 'card', card, trace: traceOf(question, undefined, about) }
}

const draftOf = ({ draft }: { readonly draft?: ReceiveDraft }) => (draft === undefined ? {} : { draft })

/** 数量不符 or 有破损 about what is in already: asked how many, or written down at once where that was said. */
export async function startRecount(
  parts: ReturnReceiveParts,
  asked: Question,
  returnId: string,
  what: 'q' | 'd',
  said: ReceiptSaid = {},
): Promise<Reply> {
  const question = asWrite(asked, 'return.receive')
  const refused = await permitted(parts.rights)(question, 'return.receive')
  if (refused !== undefined) return refused
  const found = await parts.returns.byNo(returnId)
  if (found === undefined) return textReply(question, sentences.orderGone)
  const { request, sale } = found
  const lines = request.lines.map(({ lineId, receivedQty, damagedQty }) => ({
    lineId,
    received: receivedQty,
    damaged: damagedQty,
  }))
  const of = { orderId: sale.orderId, returnId: request.id }
  const wish = { ...wishOf(of, request.lines.map(dueOf), lines), recount: what }
  const opened = await parts.drafts.open(wish, { place: question.place, roles: question.member.roles }, () => [])
  if (opened.outcome !== 'ready') {
    const order = await parts.lookup.track(wish.orderId)
    if (order === undefined || opened.outcome === 'asks') return textReply(question, sentences.orderGone)
    return refusedReply(parts, question, order, { wish, why: opened.why })
  }
  const draft = { ...opened.draft, wish }
  const told = said.received !== undefined || (said.damaged !== undefined && said.damaged !== 'some')
  return told && lines.length === 1 ? saidLater(parts, question, draft, said) : amend(parts, question, draft, what)
}

/** What the buttons of a booked parcel do. Each is checked by the server: member, right, state. */
export function receiptTaps(parts: ReturnReceiveParts) {
  return {
    'receipt.book': async (tap) => {
      const [returnId = '', draftId] = tap.args
      const question = asWrite(questionOf(tap, 'return.inbound', 'confirm'), 'return.receive')
      if (draftId !== undefined) {
        // the red card stands in the chat of the one who scanned; of somebody else's it books nothing in
        const dropped = await parts.drafts.drop(draftId, tap.member.id)
        if (dropped.outcome === 'not-yours') return deniedReply(question, spentTexts.notYours)
      }
      return redrawn(tap, await bookAtOnce(parts, question, returnId), receiveTexts.deed)
    },
    'receipt.leave': async (tap) => textReply(questionOf(tap, 'return.inbound'), receiptTexts.left),
    'receipt.amend': (tap) => amendedLater(parts, tap),
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

async function amendedLater(parts: ReturnReceiveParts, tap: Tap): Promise<Reply> {
  const [returnId = '', what] = tap.args
  const question = questionOf(tap, 'return.inbound', 'confirm')
  if (what !== 'q' && what !== 'd') return textReply(question, spentTexts.unknown)
  return redrawn(tap, await startRecount(parts, question, returnId, what), sentences.shown)
}

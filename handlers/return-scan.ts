import { wrongParcelCard } from '../cards/return-receive.ts'
import type { Reply } from '../src/chat/reply.ts'
import { normaliseWaybill } from '../src/hub/waybill-no.ts'
import { receiptSaid, saysReceive, saysShort } from '../src/text/zh-return-flow.ts'
import { spentTexts } from '../src/text/zh-writes.ts'
import { type Aside, type Question, textReply, traceOf } from './question.ts'
import {
  amend,
  linesSaid,
  type ReceiveDraft,
  type ReturnReceiveParts,
  receivingDraft,
  startReceiving,
  wishOf,
} from './return-receive.ts'
import { rolesMay } from './rights.ts'
import { asWrite, previewAnew, subjectOf } from './write-flow.ts'

/**
 * What a keeper types or scans: the number of a return's parcel alone, the words of the button, counts for what is shown, and
 * the number of another parcel than the one that is being booked in (product J15, J16). Undefined for everything else.
 */
export function scanAside(parts: ReturnReceiveParts): Aside {
  return async (question) => {
    if (!rolesMay(question.member.roles, 'return.receive')) return undefined
    const { slots } = question.understood
    const scanned = await scannedReturn(parts, question)
    const draft = scanned === undefined && !countsLike(question) ? undefined : await receivingDraft(parts, question)
    if (scanned !== undefined && draft !== undefined && draft.wish.returnId !== scanned)
      return wrongParcel(parts, question, draft, scanned)
    // the director may, but types a number to ask about it
    const scans = slots.waybill_no !== undefined && question.member.roles.includes('warehouse')
    const starts = scans || saysReceive(question.text) || draft !== undefined
    if (scanned !== undefined)
      return starts ? startReceiving(parts, question, scanned, receiptSaid(question.text)) : undefined
    const other = slots.return_no !== undefined && slots.return_no !== draft?.wish.returnId
    return draft === undefined || other ? undefined : countsTyped(parts, asWrite(question, 'return.receive'), draft)
  }
}

const shortLine = 30

/** No number in it, and words about what came. */
function countsLike({ text, understood: { slots } }: Question): boolean {
  if (([...text].length > shortLine || slots.order_no) ?? slots.hub_no ?? slots.waybill_no) return false
  const { received, damaged } = receiptSaid(text)
  return received !== undefined || damaged !== undefined || saysShort(text)
}

/** The return a bare number names: its own, or its parcel's. Anything that is asked about it is a question. */
async function scannedReturn(parts: ReturnReceiveParts, { text, understood }: Question): Promise<string | undefined> {
  const { return_no: returnNo, waybill_no: waybillNo } = understood.slots
  const bare = onlyNumber(text, returnNo ?? waybillNo)
  if (returnNo !== undefined) {
    if (!bare && !saysReceive(text)) return undefined
    return (await parts.returns.byNo(returnNo))?.request.id
  }
  if (waybillNo === undefined || !bare) return undefined
  const number = normaliseWaybill(waybillNo)
  const { orders } = await parts.lookup.find({ kind: 'waybill-no', value: number }, { limit: 1 })
  const [order] = orders
  const held = order && (await parts.returns.ofOrder(order.id))
  return held?.returns.find((request) => request.waybillNo === number)?.id
}

function onlyNumber(text: string, number: string | undefined): boolean {
  const signs = (said: string) => said.replace(/[^\dA-Za-z]/g, '').toUpperCase()
  return number !== undefined && signs(text) === signs(number) && !/\p{Script=Han}/u.test(text)
}

function wrongParcel(parts: ReturnReceiveParts, asked: Question, draft: ReceiveDraft, belongs: string): Reply {
  const question = asWrite(asked, 'return.receive')
  const card = wrongParcelCard({ belongs, spoken: draft.wish.returnId, draft }, question.view, parts.codec)
  return { kind: 'card', card, trace: traceOf(question, undefined, subjectOf(draft.wish)) }
}

/** 实收1件 · 有破损 · 数量不符, for what is shown. */
async function countsTyped(parts: ReturnReceiveParts, question: Question, draft: ReceiveDraft): Promise<Reply> {
  const said = receiptSaid(question.text)
  if (draft.wish.lines.length > 1 || (said.received === undefined && said.damaged === undefined))
    return amend(parts, question, draft, said.damaged !== undefined && said.received === undefined ? 'd' : 'q')
  const [only] = draft.wish.lines
  if (only === undefined || draft.plan?.kind !== 'return.receive') return textReply(question, spentTexts.unknown)
  const received = said.received ?? only.received
  if (said.damaged === 'some' && received > 1 && said.received === undefined) return amend(parts, question, draft, 'd')
  const [line] = linesSaid([{ lineId: only.lineId, due: received }], { ...said, received })
  if (line === undefined) return textReply(question, spentTexts.unknown)
  const kept = said.damaged === undefined ? { ...line, damaged: Math.min(only.damaged, received) } : line
  return previewAnew(parts, question, draft, wishOf(draft.wish, draft.plan.facts.lines, [kept]))
}

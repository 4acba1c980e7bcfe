import type { PlatformName } from '../src/chat/event.ts'
import type { Reply } from '../src/chat/reply.ts'
import { normaliseWaybill } from '../src/hub/waybill-no.ts'
import { asksForPage, bareCount, receiptTexts, scanPrefix } from '../src/text/zh-receipt.ts'
import { type ReceiptSaid, receiptSaid, saysReceive, saysShort } from '../src/text/zh-return-flow.ts'
import { rightsTexts, spentTexts } from '../src/text/zh-writes.ts'
import { type Aside, type Question, textReply } from './question.ts'
import { bookAtOnce, spokenReturn, startRecount, wrongParcel } from './receipt.ts'
import {
  amend,
  linesSaid,
  type ReceiveDraft,
  type ReturnReceiveParts,
  receivingDraft,
  saidLater,
  startReceiving,
  wishOf,
} from './return-receive.ts'
import { permitted, rolesMay } from './rights.ts'
import { asWrite, previewAnew } from './write-flow.ts'

/**
 * What a keeper types or scans: the number of a return's parcel alone is booked in at once (product J15), the words of the button
 * are shown first, counts are for what is shown or was just booked in, and the number of another parcel than the one spoken of is
 * red (J16). Undefined for everything else.
 */
export function scanAside(parts: ReturnReceiveParts): Aside {
  return async (question) => {
    if (!rolesMay(question.member.roles, 'return.receive')) return undefined
    const scanned = await scannedReturn(parts, question)
    if (scanned !== undefined) return parcelSaid(parts, question, scanned)
    if (!countsLike(question)) return undefined
    const draft = await receivingDraft(parts, question)
    if (draft !== undefined) return countsTyped(parts, asWrite(question, 'return.receive'), draft)
    return countsLater(parts, question)
  }
}

export type ReceivePageParts = {
  /** The address of the page on which this member books in; undefined where the desk knows no address of its own. */
  readonly receiveLink?:
    | ((grant: {
        readonly memberId: string
        readonly platform: PlatformName
        readonly conversationId: string
      }) => string | undefined)
    | undefined
}

/** 扫码 alone: the keeper's own page, told in private; whoever has the address works under their name. */
export function receivePageAside({ receiveLink, rights }: ReceivePageParts & ReturnReceiveParts): Aside {
  return async (question) => {
    if (receiveLink === undefined || !asksForPage(question.text)) return undefined
    const refused = await permitted(rights)(question, 'return.receive')
    if (refused !== undefined) return refused
    const { place, group } = question
    const url = receiveLink(place)
    if (url === undefined) return textReply(question, receiptTexts.noPage, 'clarify')
    const text = receiptTexts.pageLink(url)
    if (!group) return textReply(question, text)
    return { ...textReply(question, rightsTexts.toldPrivately), direct: { kind: 'text', text } }
  }
}

async function parcelSaid(parts: ReturnReceiveParts, question: Question, scanned: string): Promise<Reply | undefined> {
  const { slots } = question.understood
  const spoken = await spokenReturn(parts, question)
  const said = receiptSaid(question.text)
  const counts = said.received !== undefined || said.damaged !== undefined
  // the director may, but types a number to ask about it; a return's number alone is a question, unless a scanner read it
  const keeper = question.member.roles.includes('warehouse')
  const scans = question.scanned === true || scanPrefix(question.text) || (keeper && slots.waybill_no !== undefined)
  if (!scans && !saysReceive(question.text) && spoken?.draft === undefined) return undefined
  if (spoken !== undefined && spoken.returnId !== scanned) return wrongParcel(parts, question, spoken, scanned)
  return scans && !counts ? bookAtOnce(parts, question, scanned) : startReceiving(parts, question, scanned, said)
}

/** 有破损 · 数量不符 · 实收1件, a while after this person booked the parcel in in this chat. */
async function countsLater(parts: ReturnReceiveParts, question: Question): Promise<Reply | undefined> {
  const { remembered, text } = question
  const returnId = remembered?.intent === 'return.inbound' ? remembered.about?.returnId : undefined
  if (returnId === undefined || bareCount(text) !== undefined) return undefined
  const found = await parts.returns.byNo(returnId)
  if (found?.request.receivedAtMs === undefined) return undefined
  const said = receiptSaid(text)
  return startRecount(
    parts,
    question,
    returnId,
    said.damaged !== undefined && said.received === undefined ? 'd' : 'q',
    said,
  )
}

const shortLine = 30

/** No number in it, and words about what came. */
function countsLike({ text, understood: { slots } }: Question): boolean {
  if (([...text].length > shortLine || slots.order_no) ?? slots.hub_no ?? slots.waybill_no) return false
  const { received, damaged } = receiptSaid(text)
  if (bareCount(text) !== undefined) return true
  return received !== undefined || damaged !== undefined || saysShort(text)
}

/** The return a bare number names: its own, or its parcel's. Anything that is asked about it is a question. */
async function scannedReturn(parts: ReturnReceiveParts, { text, understood }: Question): Promise<string | undefined> {
  const { return_no: returnNo, waybill_no: waybillNo } = understood.slots
  const bare = onlyNumber(scanPrefix(text) ? text.trim().slice(2) : text, returnNo ?? waybillNo)
  if (returnNo !== undefined) {
    if (!bare && !saysReceive(text)) return undefined
    return (await parts.returns.byNo(returnNo))?.request.id
  }
  return waybillNo === undefined || !bare ? undefined : returnOfParcel(parts, waybillNo)
}

async function returnOfParcel(parts: ReturnReceiveParts, waybillNo: string): Promise<string | undefined> {
  const number = normaliseWaybill(waybillNo)
  const { orders } = await parts.lookup.find({ kind: 'waybill-no', value: number }, { limit: 1 })
  const [order] = orders
  const held = order && (await parts.returns.ofOrder(order.id))
  return held?.returns.find((request) => request.waybillNo === number)?.id
}

const returnNoIn = /TH\d{10}/i

/** The return a code on a parcel names: its number, also inside an address, or that of its waybill. */
export async function returnOfCode(parts: ReturnReceiveParts, code: string): Promise<string | undefined> {
  const returnNo = returnNoIn.exec(code)?.[0]
  if (returnNo !== undefined) return (await parts.returns.byNo(returnNo))?.request.id
  const number = code.trim()
  return /^[A-Za-z0-9-]{8,30}$/.test(number) ? returnOfParcel(parts, number) : undefined
}

function onlyNumber(text: string, number: string | undefined): boolean {
  const signs = (said: string) => said.replace(/[^\dA-Za-z]/g, '').toUpperCase()
  return number !== undefined && signs(text) === signs(number) && !/\p{Script=Han}/u.test(text)
}

/** 实收1件 · 有破损 · 数量不符, for what is shown. */
async function countsTyped(
  parts: ReturnReceiveParts,
  question: Question,
  draft: ReceiveDraft,
): Promise<Reply | undefined> {
  const bare = bareCount(question.text)
  // a number alone answers the question that stands there: only what is in already was asked about one
  if (bare !== undefined && draft.wish.recount === undefined) return undefined
  const said: ReceiptSaid =
    bare === undefined
      ? receiptSaid(question.text)
      : draft.wish.recount === 'd'
        ? { damaged: bare }
        : { received: bare }
  if (draft.wish.lines.length > 1 || (said.received === undefined && said.damaged === undefined))
    return amend(parts, question, draft, said.damaged !== undefined && said.received === undefined ? 'd' : 'q')
  const [only] = draft.wish.lines
  if (only === undefined || draft.plan?.kind !== 'return.receive') return textReply(question, spentTexts.unknown)
  const received = said.received ?? only.received
  if (said.damaged === 'some' && received > 1 && said.received === undefined) return amend(parts, question, draft, 'd')
  const [line] = linesSaid([{ lineId: only.lineId, due: received }], { ...said, received })
  if (line === undefined) return textReply(question, spentTexts.unknown)
  if (draft.wish.recount !== undefined) return saidLater(parts, question, draft, said)
  const kept = said.damaged === undefined ? { ...line, damaged: Math.min(only.damaged, received) } : line
  return previewAnew(parts, question, draft, wishOf(draft.wish, draft.plan.facts.lines, [kept]))
}

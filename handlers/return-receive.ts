import type { ActionName } from '../cards/actions.ts'
import { type CountOf, receiveCountCard } from '../cards/return-receive.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { Draft } from '../src/hub/draft-rows.ts'
import type { ReturnLookup, ReturnView } from '../src/hub/return-facts.ts'
import type { WishOf } from '../src/hub/write.ts'
import { sentences } from '../src/text/sentences.ts'
import { receiptTexts } from '../src/text/zh-receipt.ts'
import { inspectionWords, type ReceiptSaid } from '../src/text/zh-return-flow.ts'
import { spentTexts } from '../src/text/zh-writes.ts'
import { type Question, textReply, traceOf } from './question.ts'
import { deniedReply, permitted } from './rights.ts'
import { questionOf, redrawn, type Tap, type TapHandler } from './taps.ts'
import { asWrite, preview, previewAnew, refusedReply, subjectOf } from './write-flow.ts'
import { confirmDraft, type WriteTapParts } from './write-taps.ts'

type ReceiveWish = WishOf<'return.receive'>
type Line = ReceiveWish['lines'][number]
type Due = { readonly lineId: string; readonly due: number }

export type ReturnReceiveParts = WriteTapParts & { readonly returns: Pick<ReturnLookup, 'byNo' | 'ofOrder'> }

/** Counts typed with the return, as a token carries them: r1, d1, d (some, nobody said how many). */
export function receiptArg({ received, damaged }: ReceiptSaid): string {
  const hurt = damaged === undefined ? '' : damaged === 'some' ? 'd' : `d${damaged}`
  return `${received === undefined ? '' : `r${received}`}${hurt}`
}

function receiptOf(arg = ''): ReceiptSaid {
  const [, received, damaged] = /^(?:r(\d+))?(?:d(\d*))?$/.exec(arg) ?? []
  return {
    ...(received !== undefined && { received: Number(received) }),
    ...(damaged !== undefined && { damaged: damaged === '' ? ('some' as const) : Number(damaged) }),
  }
}

/** Shows what booking this return in means: everything came and is whole, but for what was said. Nothing is booked in here. */
export async function startReceiving(
  parts: ReturnReceiveParts,
  asked: Question,
  returnId: string,
  said: ReceiptSaid,
): Promise<Reply> {
  const question = asWrite(asked, 'return.receive')
  const refused = await permitted(parts.rights)(question, 'return.receive')
  if (refused !== undefined) return refused
  const found = await parts.returns.byNo(returnId)
  if (found === undefined) return textReply(question, sentences.orderGone)
  const { request, sale } = found
  const due = request.lines.map(dueOf)
  const wish = wishOf({ orderId: sale.orderId, returnId: request.id }, due, linesSaid(due, said))
  const reply = await preview(parts, question, wish)
  const shown = reply.kind === 'card' && reply.trace?.expect === 'confirm'
  return shown && asksStill(due, said) ? askCounts(parts, question, said) : reply
}

export const dueOf = ({ lineId, approvedQty, askedQty }: ReturnView['lines'][number]): Due => ({
  lineId,
  due: approvedQty ?? askedQty,
})

/** What was said fits one line; of several lines it is asked which one is meant. */
export function linesSaid(due: readonly Due[], { received, damaged }: ReceiptSaid): readonly Line[] {
  const [only] = due
  if (due.length !== 1 || only === undefined)
    return due.map((line) => ({ lineId: line.lineId, received: line.due, damaged: 0 }))
  const came = received ?? only.due
  const hurt = damaged === 'some' ? (came === 1 ? 1 : 0) : Math.min(damaged ?? 0, came)
  return [{ lineId: only.lineId, received: came, damaged: hurt }]
}

function asksStill(due: readonly Due[], { received, damaged }: ReceiptSaid): boolean {
  const sum = due.reduce((all, line) => all + line.due, 0)
  if (due.length > 1) return (received !== undefined && received < sum) || damaged !== undefined
  return damaged === 'some' && (received ?? sum) > 1
}

/** The preview stands as a draft; the question goes on from it. */
async function askCounts(parts: ReturnReceiveParts, question: Question, said: ReceiptSaid): Promise<Reply> {
  const draft = await receivingDraft(parts, question)
  if (draft === undefined) return textReply(question, spentTexts.unknown)
  const sum = draft.wish.lines.reduce((all, { received }) => all + received, 0)
  const what: CountOf = said.received !== undefined && said.received < sum ? 'q' : 'd'
  return countReply(parts, question, draft, { what, ...(draft.wish.lines.length === 1 && { line: 0 }) })
}

/** The wish with these counts, and what was found in words. */
export function wishOf(
  of: Pick<ReceiveWish, 'orderId' | 'returnId'>,
  due: readonly Due[],
  lines: readonly Line[],
): ReceiveWish {
  const sum = (from: readonly number[]) => from.reduce((all, one) => all + one, 0)
  const missing = sum(due.map((line) => line.due)) - sum(lines.map(({ received }) => received))
  const damaged = sum(lines.map((line) => line.damaged))
  const inspection = missing <= 0 && damaged === 0 ? inspectionWords.sound : inspectionWords.of(missing, damaged)
  return { kind: 'return.receive', ...of, lines, inspection }
}

export type ReceiveDraft = Draft & { readonly wish: ReceiveWish }

/** The parcel this person is about to book in in this chat. */
export async function receivingDraft(
  { drafts }: Pick<WriteTapParts, 'drafts'>,
  { place }: Question,
): Promise<ReceiveDraft | undefined> {
  return receiving(await drafts.newest(place))
}

function receiving(draft: Draft | undefined): ReceiveDraft | undefined {
  if (draft === undefined || draft.settled !== undefined || draft.wish.kind !== 'return.receive') return undefined
  return { ...draft, wish: draft.wish }
}

type Counting = { readonly what: CountOf; readonly line?: number }

async function countReply(
  parts: ReturnReceiveParts,
  question: Question,
  draft: ReceiveDraft,
  counting: Counting,
): Promise<Reply> {
  const order = await parts.lookup.track(draft.wish.orderId)
  if (order === undefined || draft.plan?.kind !== 'return.receive') return textReply(question, spentTexts.unknown)
  const card = receiveCountCard({ plan: draft.plan, ...counting }, order, draft, question.view, parts.codec)
  return { kind: 'card', card, trace: traceOf(question, undefined, subjectOf(draft.wish)) }
}

/** A count for one line: the wish with it, shown again. Fewer that came cannot be more that are damaged. */
async function counted(
  parts: ReturnReceiveParts,
  question: Question,
  draft: ReceiveDraft,
  { what, line, count }: { readonly what: CountOf; readonly line: number; readonly count: number },
): Promise<Reply> {
  const { wish, plan } = draft
  if (plan?.kind !== 'return.receive') return textReply(question, spentTexts.unknown)
  const refused = await permitted(parts.rights)(question, 'return.receive')
  if (refused !== undefined) return refused
  const { lines: facts } = plan.facts
  const lines = facts.map(({ lineId, received, damaged }, index) => {
    if (index !== line) return { lineId, received, damaged }
    if (what === 'q') return { lineId, received: count, damaged: Math.min(damaged, count) }
    return { lineId, received, damaged: Math.min(count, received) }
  })
  return recounted(parts, question, draft, wishOf(wish, facts, lines))
}

/** Before it is in, other counts are shown again; after it, they are written down: the money waits for them anyway. */
async function recounted(
  parts: ReturnReceiveParts,
  question: Question,
  draft: ReceiveDraft,
  wish: ReceiveWish,
): Promise<Reply> {
  const { recount } = draft.wish
  if (recount === undefined) return previewAnew(parts, question, draft, wish)
  if (JSON.stringify(wish.lines) === JSON.stringify(draft.wish.lines)) {
    await parts.drafts.drop(draft.id, question.member.id)
    return textReply(question, sameText(draft, recount), undefined, subjectOf(wish))
  }
  const { place, member } = question
  const opened = await parts.drafts.open({ ...wish, recount }, { place, roles: member.roles }, () => [])
  await parts.drafts.drop(draft.id, member.id)
  if (opened.outcome === 'ready') return confirmDraft(parts, question, opened.draft.id)
  const order = await parts.lookup.track(wish.orderId)
  if (order === undefined || opened.outcome === 'asks') return textReply(question, spentTexts.unknown)
  return refusedReply(parts, question, order, { wish, why: opened.why })
}

function sameText({ wish, plan }: ReceiveDraft, recount: CountOf): string {
  const sum = (of: readonly number[]) => of.reduce((all, one) => all + one, 0)
  if (recount === 'd') return receiptTexts.sameDamaged(sum(wish.lines.map(({ damaged }) => damaged)))
  const due = plan?.kind === 'return.receive' ? sum(plan.facts.lines.map((line) => line.due)) : 0
  return receiptTexts.same(sum(wish.lines.map(({ received }) => received)), due)
}

/** 实收1件 · 1件破损, in answer to a question about a parcel of one kind of goods. */
export async function saidLater(
  parts: ReturnReceiveParts,
  question: Question,
  draft: ReceiveDraft,
  said: ReceiptSaid,
): Promise<Reply> {
  const [only] = draft.wish.lines
  const fact = draft.plan?.kind === 'return.receive' ? draft.plan.facts.lines[0] : undefined
  if (only === undefined || fact === undefined) return textReply(question, spentTexts.unknown)
  const received = said.received ?? only.received
  const damaged = said.damaged === undefined ? only.damaged : said.damaged === 'some' ? 1 : said.damaged
  const lines = [{ ...only, received, damaged: Math.min(damaged, received) }]
  return recounted(parts, question, draft, wishOf(draft.wish, [fact], lines))
}

/** What the buttons of booking in do. Each is checked by the server: member, right, state. */
export function returnReceiveTaps(parts: ReturnReceiveParts) {
  return {
    'return.receive': async (tap) => {
      const [returnId = '', said] = tap.args
      const reply = await startReceiving(parts, questionOf(tap, 'return.inbound', 'confirm'), returnId, receiptOf(said))
      return redrawn(tap, reply, sentences.shown)
    },
    'return.amend': async (tap) => amended(parts, tap),
    'return.count': async (tap) => {
      const [, what, line, count] = tap.args
      if ((what !== 'q' && what !== 'd') || line === undefined || count === undefined)
        return textReply(questionOf(tap, 'return.inbound'), spentTexts.unknown)
      return onDraft(parts, tap, (question, draft) =>
        counted(parts, question, draft, { what, line: Number(line), count: Number(count) }),
      )
    },
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

async function amended(parts: ReturnReceiveParts, tap: Tap): Promise<Reply> {
  const [, what, said] = tap.args
  if (what !== 'q' && what !== 'd') return textReply(questionOf(tap, 'return.inbound'), spentTexts.unknown)
  return onDraft(parts, tap, (question, draft) => amend(parts, question, draft, what, said))
}

/** 数量不符 or 有破损: one piece that came and is damaged needs no count. */
export async function amend(
  parts: ReturnReceiveParts,
  question: Question,
  draft: ReceiveDraft,
  what: CountOf,
  said?: string,
): Promise<Reply> {
  const { lines } = draft.wish
  const line = said !== undefined ? Number(said) : lines.length === 1 ? 0 : undefined
  if (what === 'd' && line !== undefined && lines[line]?.received === 1)
    return counted(parts, question, draft, { what, line, count: 1 })
  return countReply(parts, question, draft, { what, ...(line !== undefined && { line }) })
}

/** The draft a button of this flow was made for, when it is this member's and still open. */
async function onDraft(
  parts: ReturnReceiveParts,
  tap: Tap,
  go: (question: Question, draft: ReceiveDraft) => Promise<Reply>,
): Promise<Reply> {
  const question = asWrite(questionOf(tap, 'return.inbound', 'confirm'), 'return.receive')
  const found = await parts.drafts.find(tap.args[0] ?? '')
  if (found === undefined) return textReply(question, spentTexts.unknown)
  if (found.memberId !== tap.member.id) return deniedReply(question, spentTexts.notYours)
  if (tap.view.nowMs >= found.expiresAtMs) return textReply(question, spentTexts.expired)
  const draft = receiving(found)
  if (draft === undefined) return textReply(question, spentTexts.unknown)
  return redrawn(tap, await go(question, draft), sentences.shown)
}

import type { ActionName } from '../cards/actions.ts'
import { receiptCard } from '../cards/receipt.ts'
import { writeDoneCard } from '../cards/write-done.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { Confirmed, Spent } from '../src/hub/drafts.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { Receiver } from '../src/hub/staff.ts'
import type { Wish, WriteKind } from '../src/hub/write.ts'
import { sentences } from '../src/text/sentences.ts'
import { createSayings, createTexts } from '../src/text/zh-return-flow.ts'
import { doneTexts, secondsText, spentTexts, writeSayings } from '../src/text/zh-writes.ts'
import { type DecideParts, decideTapped } from './decide.ts'
import { type Question, textReply, traceOf } from './question.ts'
import { deniedReply, permitted, rolesMay } from './rights.ts'
import { questionOf, redrawn, type TapHandler, tapText } from './taps.ts'
import { type UrgeParts, urgeTap } from './urge.ts'
import {
  asWrite,
  preview,
  previewReply,
  questionReply,
  refusedReply,
  subjectOf,
  type WriteParts,
} from './write-flow.ts'
import { followOf } from './write-follow.ts'

export type WriteTapParts = DecideParts & UrgeParts

/** What the buttons of a change do. The server checks member, right and state at every tap, not the card. */
export function writeTaps(parts: WriteTapParts) {
  return {
    'write.confirm': async (tap) => redrawn(tap, await confirmDraft(parts, tapped(tap), tap.args[0]), doneTexts.toast),
    'write.cancel': async (tap) => drop(parts, tapped(tap), tap.args[0]),
    'write.fill': async (tap) => redrawn(tap, await fill(parts, tapped(tap), tap.args), sentences.shown),
    'write.decide': async (tap) => {
      const [returnId, orderId, said] = tap.args
      if (returnId === undefined || orderId === undefined) return tapText(tap, sentences.orderGone)
      const decision = said === 'a' ? 'approve' : 'reject'
      const question = questionOf(tap, 'approval.decide', 'confirm')
      return redrawn(tap, await decideTapped(parts, question, { returnId, orderId }, decision), sentences.shown)
    },
    'urge.send': urgeTap(parts),
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

/** The kind of change is known once its draft is read. */
const tapped = (tap: Parameters<TapHandler>[0]): Question => questionOf(tap, 'order.status', 'confirm')

/**
 * A typed 确认 or 取消 means the change this person was shown last in this chat, done or not: said twice it is one. Undefined:
 * nothing was shown, or the line says something else.
 */
export function settleTyped(parts: WriteTapParts): (question: Question) => Promise<Reply | undefined> {
  return async (question) => {
    const { yes, no } = question.understood.hints
    if (yes === undefined && no === undefined) return undefined
    const draft = await parts.drafts.newest(question.place)
    if (draft === undefined) return undefined
    // a mere "fine" after it is done is talk, not a second confirmation
    const said = yes ? writeSayings.confirm : writeSayings.cancel
    if (draft.settled !== undefined && !question.text.includes(said)) return undefined
    return yes ? confirmDraft(parts, question, draft.id) : drop(parts, question, draft.id)
  }
}

/** A bare 确认 with nothing shown before it, and nothing offered that it could take. */
export function nothingToConfirm(question: Question): Promise<Reply | undefined> {
  const bare = question.text.replace(/[\s\u3002.\uff01!]/g, '') === writeSayings.confirm
  const reply = bare && question.remembered?.offered !== true
  return Promise.resolve(reply ? textReply(question, spentTexts.nothingOpen) : undefined)
}

/** Makes the change of a draft, as its 确认 does; whoever calls it stands for the person's yes. */
export async function confirmDraft(parts: WriteTapParts, asked: Question, id = ''): Promise<Reply> {
  const { drafts, lookup } = parts
  const { member } = asked
  const draft = await drafts.find(id)
  const order = draft === undefined ? undefined : await lookup.track(draft.wish.orderId)
  if (draft === undefined || order === undefined) return textReply(asked, spentTexts.unknown)
  const question = asWrite(asked, draft.kind)
  let told: readonly Receiver[] | undefined
  const follow = followOf({ member, order, codec: parts.codec })
  const outcome = await drafts.confirm(id, member.id, {
    may: (kind, roles) => rolesMay(roles, kind),
    follow: (done) => {
      told = done.to
      return follow(done)
    },
  })
  return confirmedReply(parts, question, order, outcome, told)
}

async function confirmedReply(
  parts: WriteTapParts,
  question: Question,
  order: OrderFacts,
  outcome: Confirmed,
  told: readonly Receiver[] | undefined,
): Promise<Reply> {
  switch (outcome.outcome) {
    case 'done': {
      const { plan, done, atMs } = outcome
      const names =
        tells(plan.wish, done.next !== undefined) || toldSome(plan.wish, told)
          ? (told ?? []).map(({ name }) => name)
          : undefined
      const write = { done, atMs, ...(names !== undefined && { told: names }) }
      const card =
        plan.kind === 'return.receive'
          ? receiptCard({ ...write, plan, memberId: question.member.id }, order, question.view, parts.codec)
          : writeDoneCard({ ...write, plan }, order, question.view)
      const made = plan.kind === 'return.create' && done.id !== undefined ? { returnId: done.id } : {}
      return { kind: 'card', card, trace: traceOf(question, undefined, { ...subjectOf(plan.wish), ...made }) }
    }
    case 'changed':
      return previewReply(parts, question, order, outcome)
    case 'asks':
      return questionReply(parts, question, order, outcome)
    case 'refused':
      return refusedReply(parts, question, order, { wish: outcome.draft.wish, why: outcome.why })
    case 'forbidden':
      return (await permitted(parts.rights)(question, outcome.draft.kind)) ?? textReply(question, spentTexts.unknown)
    default:
      return spentReply(question, outcome)
  }
}

/** Nobody has to hear of a parcel that came; those who do are named. */
const toldSome = ({ kind }: Wish, told: readonly Receiver[] = []): boolean =>
  kind === 'return.receive' && told.length > 0

const toldAlways: readonly WriteKind[] = ['order.cancel', 'logistics.call_carrier', 'return.create']

/** Changes whose people are told something; where nobody could be reached, that is said. */
function tells({ kind }: Wish, next: boolean): boolean {
  return toldAlways.includes(kind) || (kind === 'approval.decide' && next)
}

async function drop({ drafts }: WriteParts, asked: Question, id = ''): Promise<Reply> {
  const dropped = await drafts.drop(id, asked.member.id)
  if (dropped.outcome !== 'dropped') return spentReply(asked, dropped)
  const { draft } = dropped
  return textReply(asWrite(asked, draft.kind), doneTexts.dropped, undefined, subjectOf(draft.wish))
}

/** A tap that came too late, or from somebody else. */
function spentReply(asked: Question, spent: Spent): Reply {
  switch (spent.outcome) {
    case 'unknown':
      return textReply(asked, spentTexts.unknown)
    case 'not-yours':
      return deniedReply(asked, spentTexts.notYours)
    case 'expired':
      return textReply(asWrite(asked, spent.draft.kind), spentTexts.expired, undefined, subjectOf(spent.draft.wish))
    case 'already': {
      const { draft, settled } = spent
      const text = spentTexts[settled.outcome](secondsText(settled.atMs))
      return textReply(asWrite(asked, draft.kind), text, undefined, subjectOf(draft.wish))
    }
  }
}

/** One of the offers was tapped: the wish is whole now, and is shown. */
async function fill(parts: WriteParts, asked: Question, [id = '', place]: readonly string[]): Promise<Reply> {
  const draft = await parts.drafts.find(id)
  if (draft === undefined) return textReply(asked, spentTexts.unknown)
  const question = asWrite(asked, draft.kind)
  if (draft.memberId !== asked.member.id) return deniedReply(question, spentTexts.notYours)
  if (asked.view.nowMs >= draft.expiresAtMs) return textReply(question, spentTexts.expired)
  const offer = draft.asked?.offers[Number(place)]
  if (draft.asked === undefined || offer === undefined) return textReply(question, spentTexts.unknown)
  if (offer.value === '') return textReply(question, howToType(draft.wish), 'clarify', subjectOf(draft.wish))
  const refused = await permitted(parts.rights)(question, draft.kind)
  return refused ?? preview(parts, question, { ...draft.wish, [draft.asked.missing]: offer.value } as Wish)
}

/** 其他: what to send for a reason of one's own. */
function howToType(wish: Wish): string {
  if (wish.kind === 'order.mark_signer') return spentTexts.otherSigner
  if (wish.kind === 'return.create')
    return spentTexts.typeReason(createSayings.reason(wish.orderId, createTexts.otherReason))
  const reason = spentTexts.otherReason
  const example =
    wish.kind === 'approval.decide'
      ? writeSayings.decide(wish.returnId, wish.decision === 'approve', reason)
      : writeSayings.cancelOrder(wish.orderId, reason)
  return spentTexts.typeReason(example)
}

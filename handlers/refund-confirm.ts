import type { ActionName } from '../cards/actions.ts'
import { refundByOtherCard, refundCaseCard, refundSaidCard, type ToConfirm } from '../cards/refund-case.ts'
import type { Card } from '../src/chat/card.ts'
import type { CardRef } from '../src/chat/event.ts'
import type { Reply } from '../src/chat/reply.ts'
import { type ConfirmRefund, countsMark, type RefundCase, type RefundSaid } from '../src/hub/confirm-refund.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { OutboxEntry } from '../src/hub/outbox.ts'
import type { Receiver } from '../src/hub/staff.ts'
import type { PlanOf } from '../src/hub/write.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { sentences } from '../src/text/sentences.ts'
import { caseTexts } from '../src/text/zh-receipt.ts'
import { secondsText } from '../src/text/zh-writes.ts'
import type { AskParts, Question } from './question.ts'
import { textReply, traceOf } from './question.ts'
import { deniedReply } from './rights.ts'
import { questionOf, redrawn, type Tap, type TapHandler } from './taps.ts'
import { replyTo } from './urge.ts'

export type RefundConfirmParts = Pick<AskParts, 'lookup' | 'codec'> & {
  readonly confirmRefund: ConfirmRefund
  /** Finance and directors, once for each platform they can be reached on. */
  readonly decidersOfMoney: () => Promise<readonly Receiver[]>
  readonly sayOnce: (entries: readonly OutboxEntry[]) => Promise<number>
  /** What the platform said when it took a message: where its card stands. */
  readonly receiptOf: (key: string) => Promise<Readonly<Record<string, string>> | undefined>
}

const words: Readonly<Record<string, 'received' | 'sound' | 'hang-up'>> = { r: 'received', s: 'sound', h: 'hang-up' }

/** Finance's word on money that a count has stopped; the hub looks at right, state and counts once more. */
export function refundTaps(parts: RefundConfirmParts) {
  return {
    'refund.confirm': async (tap) => {
      const [returnId = '', said = '', counts = ''] = tap.args
      const word = words[said]
      const question = questionOf(tap, 'refund.amount', 'confirm')
      if (word === undefined) return textReply(question, caseTexts.nothing)
      const outcome = await parts.confirmRefund({ returnId, word, counts, memberId: tap.member.id })
      if (outcome.outcome === 'settled') await greyOthers(parts, tap, outcome, counts)
      return redrawn(tap, await saidReply(parts, tap, question, outcome), caseTexts.toast)
    },
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

/** One truth, many copies: the cards of colleagues say who has decided. A tap on one that cannot be redrawn is told the same. */
async function greyOthers(
  parts: RefundConfirmParts,
  { member }: Tap,
  said: Extract<RefundSaid, { outcome: 'settled' }>,
  counts: string,
): Promise<void> {
  const order = await parts.lookup.track(said.case.orderId)
  if (order === undefined) return
  const people = await parts.decidersOfMoney()
  const card = refundByOtherCard(said, order, member.name)
  const entries: OutboxEntry[] = []
  for (const one of people.filter(({ memberId }) => memberId !== member.id)) {
    const key = caseKey(said.case.returnId, counts, one)
    const cardRef = refOf(one, await parts.receiptOf(key))
    if (cardRef !== undefined) entries.push(replyTo(one, `${key}:said`, { kind: 'card-update', cardRef, card }))
  }
  if (entries.length > 0) await parts.sayOnce(entries)
}

function refOf(one: Receiver, receipt: Readonly<Record<string, string>> | undefined): CardRef | undefined {
  const { cardId, outTrackId, updateCode } = receipt ?? {}
  const id = cardId ?? outTrackId
  const platform = one.platform as CardRef['platform']
  if (id === undefined || (platform === 'wecom' && updateCode === undefined)) return undefined
  return { platform, id, ...(updateCode !== undefined && { updateCode }) }
}

/** One card per person and state of the counts: the same counts again are the same card. */
const caseKey = (returnId: string, counts: string, { memberId, platform }: Receiver): string =>
  `case:${returnId}:${counts}:${memberId}:${platform}`

/** Under which key `caseFor`'s card goes out. */
export const caseKeyOf = ({ wish, facts }: PlanOf<'return.receive'>, to: Receiver): string =>
  caseKey(wish.returnId, countsIn(facts), to)

function countsIn(facts: PlanOf<'return.receive'>['facts']): string {
  const sum = (of: (line: (typeof facts.lines)[number]) => number) =>
    facts.lines.reduce((all, line) => all + of(line), 0)
  const { refundFen: receivedFen, soundFen } = facts
  return countsMark({ received: sum((l) => l.received), damaged: sum((l) => l.damaged), receivedFen, soundFen })
}

async function saidReply(parts: RefundConfirmParts, tap: Tap, question: Question, said: RefundSaid): Promise<Reply> {
  switch (said.outcome) {
    case 'refused':
      if (said.why === 'right') return deniedReply(question, caseTexts.right)
      return textReply(question, said.why === 'gone' ? sentences.orderGone : caseTexts.rejected)
    case 'already':
      return textReply(question, alreadyText(said.case, question), undefined, aboutOf(said.case))
    case 'changed':
    case 'settled':
    case 'hung-up': {
      const order = await parts.lookup.track(said.case.orderId)
      if (order === undefined) return textReply(question, sentences.orderGone)
      const card = cardOf(parts, tap, order, said)
      return { kind: 'card', card, trace: traceOf(question, undefined, aboutOf(said.case)) }
    }
    default:
      return assertNever(said)
  }
}

function cardOf(
  { codec }: RefundConfirmParts,
  { member, view }: Tap,
  order: OrderFacts,
  said: Extract<RefundSaid, { outcome: 'changed' | 'settled' | 'hung-up' }>,
): Card {
  const how = { view, memberId: member.id, codec }
  if (said.outcome === 'changed') return refundCaseCard(said.case, order, { ...how, bar: caseTexts.changedBar })
  const { atMs } = said
  if (said.outcome === 'hung-up') return refundSaidCard({ one: said.case, atMs, said: 'hung-up' }, order, how)
  const { amountFen, went } = said
  const amount = amountFen === undefined ? {} : { amountFen }
  return refundSaidCard({ one: said.case, atMs, ...amount, said: went ? 'went' : 'agreed' }, order, how)
}

const aboutOf = ({ orderId, returnId }: RefundCase) => ({ orderId, returnId })

function alreadyText({ settled, releasedAtMs }: RefundCase, { member }: Question): string {
  const who = settled?.byId === member.id ? caseTexts.you : settled?.by
  if (settled !== undefined && who !== undefined) return caseTexts.already(who, secondsText(settled.atMs))
  return releasedAtMs === undefined ? caseTexts.nothing : caseTexts.gone(secondsText(releasedAtMs))
}

/** What finance gets when a parcel came short or damaged; undefined for everybody else. */
export function caseFor(
  { wish, facts }: PlanOf<'return.receive'>,
  to: Receiver,
  order: OrderFacts,
  atMs: number,
  codec: AskParts['codec'],
): Card | undefined {
  const decides = to.roles?.some((role) => role === 'finance' || role === 'director') ?? false
  if (!decides || facts.approval === 'rejected' || facts.approval === 'withdrawn') return undefined
  if (facts.sound && facts.moved === undefined) return undefined
  const sum = (of: (line: (typeof facts.lines)[number]) => number) =>
    facts.lines.reduce((all, line) => all + of(line), 0)
  const [due, received, damaged] = [sum((l) => l.due), sum((l) => l.received), sum((l) => l.damaged)]
  const { refundFen: receivedFen, soundFen, wasFen, approval } = facts
  const one: ToConfirm = {
    returnId: wish.returnId,
    orderId: wish.orderId,
    approval,
    due,
    received,
    damaged,
    counts: countsIn(facts),
    ...(wasFen !== undefined && { wasFen }),
    ...(receivedFen !== undefined && { receivedFen }),
    ...(soundFen !== undefined && { soundFen }),
    ...(facts.moved && { moved: facts.movedFen === undefined ? {} : { movedFen: facts.movedFen } }),
  }
  return refundCaseCard(one, order, { view: { mode: 'masked', nowMs: atMs }, memberId: to.memberId, codec })
}

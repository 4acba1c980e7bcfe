import type { Button, Card } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { Done, PlanOf } from '../src/hub/write.ts'
import { noteParts, type Phrase } from '../src/text/answers.ts'
import { clockText, fenText } from '../src/text/format.ts'
import { receiptTexts } from '../src/text/zh-receipt.ts'
import { receiveTexts } from '../src/text/zh-return-flow.ts'
import { doneTexts, secondsText, writeLabels } from '../src/text/zh-writes.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { minutesUntil, receiptCounts, receiveLines, receiveRows } from './return-receive.ts'
import { shower, type View } from './view.ts'

type ReceivePlan = PlanOf<'return.receive'>

type Receipt = {
  readonly plan: ReceivePlan
  readonly done: Done
  readonly atMs: number
  /** Names of those who were told. */
  readonly told?: readonly string[]
  /** Who booked it in: the chips are theirs. */
  readonly memberId: string
}

/** 已登记入库 2/2·10:52, and what may still be said about it (product J15). */
export function receiptCard(receipt: Receipt, order: OrderFacts, view: View, codec: ActionCodec): Card {
  const { plan, atMs, told } = receipt
  const { received, due } = receiptCounts(plan.facts)
  const title = plan.facts.recount
    ? receiptTexts.recounted(received, due)
    : receiveTexts.done(received, due, clockText(atMs))
  return fitCard(
    {
      title,
      tone: plan.facts.sound ? 'done' : 'warn',
      facts: [...receiveRows(plan).slice(0, -1), [writeLabels.by, doneTexts.by(secondsText(atMs))]],
      lines: [
        ...receiptLines(receipt),
        ...receiveLines(plan),
        told === undefined || told.length === 0 ? undefined : doneTexts.told(told),
      ],
      note: [noteParts.asOf(clockText(view.nowMs))],
      buttons: [recountChip(receipt, 'd', codec), recountChip(receipt, 'q', codec)],
    },
    shower(order, view),
  )
}

function receiptLines({ plan: { facts }, done, atMs }: Receipt): readonly (string | Phrase | undefined)[] {
  const { received, due, damaged } = receiptCounts(facts)
  const missing = received < due ? receiveTexts.shortLine(due - received) : undefined
  const todo = done.todoClosed ? receiptTexts.todoClosed : undefined
  if (facts.moved) return [missing, movedLine(facts), todo]
  if (facts.approval === 'rejected' || facts.approval === 'withdrawn') return [receiveTexts.rejectedLine, missing, todo]
  const amount = facts.refundFen === undefined ? undefined : fenText(BigInt(facts.refundFen))
  const paused = missing ? receiveTexts.pausedLine(amount) : damaged > 0 ? receiveTexts.damagedLine : undefined
  return [
    missing,
    paused,
    facts.sound ? undefined : receiptTexts.financeTold,
    facts.approval === 'pending' ? receiveTexts.notApproved : undefined,
    done.releaseAtMs === undefined ? undefined : receiptTexts.releasesIn(minutesUntil(done.releaseAtMs, atMs)),
    todo,
  ]
}

/** What is gone stays gone: how much more it was than what came is worth. */
function movedLine({ movedFen, refundFen, sound }: ReceivePlan['facts']): string {
  if (movedFen === undefined || refundFen === undefined) return receiptTexts.movedUnknown
  const over = BigInt(movedFen) - BigInt(refundFen)
  const gone = fenText(BigInt(movedFen))
  if (over > 0n) return receiptTexts.moved(gone, fenText(BigInt(refundFen)), fenText(over))
  return sound ? receiptTexts.movedWhole(gone) : receiptTexts.movedUnknown
}

const dayMs = 86_400_000

/** Tapped late, it is told by the state of the return, not by a bare "expired". */
function recountChip({ plan, memberId, atMs }: Receipt, what: 'q' | 'd', codec: ActionCodec): Button {
  const label = what === 'q' ? receiveTexts.short : receiveTexts.damaged
  const token = codec.encode('receipt.amend', [plan.wish.returnId, what], { memberId, expiresAtMs: atMs + 7 * dayMs })
  return { label, token, style: 'plain', say: label }
}

import type { Card } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { Done, Plan, PlanOf } from '../src/hub/write.ts'
import { noteParts, type Phrase } from '../src/text/answers.ts'
import { beside, clockText, durationText } from '../src/text/format.ts'
import { carrierName, levelName } from '../src/text/zh-cn.ts'
import { createTexts, receiveTexts } from '../src/text/zh-return-flow.ts'
import { doneTexts, previewTexts, secondsText, signerText, writeLabels } from '../src/text/zh-writes.ts'
import { fitCard } from './fit.ts'
import type { Row } from './order-rows.ts'
import { createRows } from './return-create.ts'
import { shower, type View } from './view.ts'
import { newCarrierName, objectOf, planRows } from './write-rows.ts'

/** A parcel that was booked in has a card of its own (cards/receipt.ts). */
type DonePlan = Exclude<Plan, { readonly kind: 'return.receive' }>

export type DoneWrite = {
  readonly plan: DonePlan
  readonly done: Done
  readonly atMs: number
  /** Names of those who were told. Undefined: nobody had to be. */
  readonly told?: readonly string[]
}

/** What was done, in the past tense: from what to what, who and when to the second. */
export function writeDoneCard({ plan, done, atMs, told }: DoneWrite, order: OrderFacts, view: View): Card {
  const object = objectOf(plan.wish, order)
  const rows: readonly Row[] = [...doneRows(plan, done, atMs), [writeLabels.by, doneTexts.by(secondsText(atMs))]]
  const lines = [...linesOf(plan, done), told === undefined ? undefined : toldLine(told)]
  return fitCard(
    {
      title: titleOf(plan, done, object),
      tone: 'done',
      facts: rows,
      lines,
      note: [noteParts.asOf(clockText(view.nowMs))],
      buttons: [],
    },
    shower(order, view),
  )
}

function toldLine(names: readonly string[]): string {
  return names.length === 0 ? doneTexts.nobodyTold : doneTexts.told(names)
}

function titleOf(plan: DonePlan, done: Done, object: string): Phrase {
  switch (plan.kind) {
    case 'order.cancel':
      return done.passedOn ? doneTexts.passedOn(object) : doneTexts.cancelled(object)
    case 'order.edit_waybill':
      return doneTexts.edited(object)
    case 'order.mark_signer':
      return doneTexts.marked(object)
    case 'return.add_note':
      return doneTexts.noted(object)
    case 'logistics.call_carrier':
      return doneTexts.called(done.id ?? '')
    case 'approval.decide':
      return plan.wish.decision === 'approve' ? doneTexts.approved(object) : doneTexts.rejected(object)
    case 'return.create':
      return createTexts.done(done.id ?? '')
  }
}

function linesOf(plan: DonePlan, done: Done): readonly (string | Phrase | undefined)[] {
  switch (plan.kind) {
    case 'order.cancel':
      return [done.passedOn ? doneTexts.passedOnLine : doneTexts.cancelledLine]
    case 'approval.decide':
      if (plan.wish.decision !== 'approve' || done.next !== undefined) return []
      return [done.released ? receiveTexts.finishedReleased : doneTexts.finished]
    default:
      return []
  }
}

function doneRows(plan: DonePlan, done: Done, atMs: number): readonly Row[] {
  switch (plan.kind) {
    case 'order.edit_waybill':
      return editedRows(plan)
    case 'order.mark_signer': {
      const { wish, facts } = plan
      const was = facts.signer === undefined ? undefined : signerText(facts.signerKind, facts.signer)
      return [
        [writeLabels.was, was],
        [writeLabels.now, signerText(wish.as, wish.signer ?? '')],
      ]
    }
    case 'approval.decide':
      return decidedRows(plan, done)
    case 'return.create':
      return createRows(plan)
    default: {
      // what was asked for, without what was a warning before the confirmation
      const kept: readonly string[] = [writeLabels.reason, writeLabels.add, writeLabels.photo, writeLabels.parcel]
      return planRows(plan, atMs).filter(([label]) => kept.includes(label))
    }
  }
}

function editedRows({ wish, facts }: PlanOf<'order.edit_waybill'>): readonly Row[] {
  return [
    [writeLabels.was, { head: beside(carrierName(facts.carrier, facts.carrierName), facts.number) }],
    [writeLabels.now, { head: beside(newCarrierName(facts), wish.newNo) }],
    [writeLabels.times, previewTexts.edit.times(facts.edits + 1, 3)],
  ]
}

function decidedRows({ wish, facts }: PlanOf<'approval.decide'>, done: Done): readonly Row[] {
  const next = done.next
  const limit = facts.nextLimitMs === undefined ? '' : durationText(facts.nextLimitMs)
  return [
    [writeLabels.was, previewTexts.decide.waiting(levelName(facts.role, facts.level), facts.holder)],
    [writeLabels.now, next === undefined ? undefined : previewTexts.decide.next(levelName(next), limit)],
    [writeLabels.reason, wish.reason],
  ]
}

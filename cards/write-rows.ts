import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { Plan, PlanOf, Wish } from '../src/hub/write.ts'
import { beside, durationText, fenText, momentText } from '../src/text/format.ts'
import { carrierName, channelName, exceptionName, levelName, stageName, trackStateName } from '../src/text/zh-cn.ts'
import { createReasons } from '../src/text/zh-return-flow.ts'
import { deedName, offeredReasons, previewTexts, signerText, writeLabels } from '../src/text/zh-writes.ts'
import { type Row, tailOf } from './order-rows.ts'
import { createRows } from './return-create.ts'
import { receiveRows } from './return-receive.ts'

/** hub/edit-waybill.ts and hub/notes.ts hold the rules; cards only say them. */
const most = { edits: 3, pictures: 9 } as const

/** What the change is about, as short as people say it: 抖音…2563 · TH2611220015. */
export function objectOf(wish: Wish, order: OrderFacts): string {
  if (wish.kind === 'approval.decide' || wish.kind === 'return.receive') return wish.returnId
  if (wish.kind === 'return.add_note' && wish.owner === 'return') return wish.ownerId
  return orderObject(order)
}

export function orderObject(order: Pick<OrderFacts, 'channel' | 'orderNo'>): string {
  return previewTexts.orderTail(channelName(order.channel), tailOf(order.orderNo))
}

/** 取消订单 · 驳回退货 */
export function deedOf(wish: Wish): string {
  return wish.kind === 'approval.decide' ? previewTexts.decideDeed[wish.decision] : deedName(wish.kind)
}

/** 现在 改成 影响 次数 of one change, from what was looked at. */
export function planRows(plan: Plan, nowMs: number): readonly Row[] {
  switch (plan.kind) {
    case 'order.cancel':
      return cancelRows(plan, nowMs)
    case 'order.edit_waybill':
      return editRows(plan)
    case 'order.mark_signer':
      return signerRows(plan, nowMs)
    case 'return.add_note':
      return noteRows(plan)
    case 'logistics.call_carrier':
      return callRows(plan, nowMs)
    case 'approval.decide':
      return decideRows(plan)
    case 'return.create':
      return createRows(plan)
    case 'return.receive':
      return receiveRows(plan)
  }
}

function cancelRows({ wish, facts }: PlanOf<'order.cancel'>, nowMs: number): readonly Row[] {
  const { cancel } = previewTexts
  const paid = facts.paidFen === undefined ? undefined : fenText(BigInt(facts.paidFen))
  const picking = facts.pickingAtMs
  const now = picking === undefined ? stageName(facts.stage) : cancel.picking(momentText(picking, nowMs))
  return [
    [writeLabels.now, cancel.paid(now, paid)],
    [writeLabels.to, picking === undefined ? cancel.to : cancel.askTo],
    [writeLabels.reason, wish.reason],
    [writeLabels.effect, picking === undefined ? cancel.effect : cancel.askEffect],
  ]
}

function editRows({ wish, facts }: PlanOf<'order.edit_waybill'>): readonly Row[] {
  const { edit } = previewTexts
  return [
    [writeLabels.now, { head: beside(carrierName(facts.carrier, facts.carrierName), facts.number) }],
    [writeLabels.to, { head: beside(newCarrierName(facts), wish.newNo) }],
    [writeLabels.times, edit.times(facts.edits + 1, most.edits)],
    [writeLabels.effect, edit.effect],
  ]
}

export function newCarrierName(facts: PlanOf<'order.edit_waybill'>['facts']): string {
  const { carrier, newCarrier, carrierName: printed } = facts
  return carrierName(newCarrier, newCarrier === carrier ? printed : undefined)
}

function signerRows({ wish, facts }: PlanOf<'order.mark_signer'>, nowMs: number): readonly Row[] {
  const { signer } = previewTexts
  const at = facts.signedAtMs === undefined ? '' : `${momentText(facts.signedAtMs, nowMs)} `
  const now = facts.signer === undefined ? signer.none : signerText(facts.signerKind, facts.signer)
  return [
    [writeLabels.now, `${at}${now}`],
    [writeLabels.to, signerText(wish.as, wish.signer ?? '')],
    [writeLabels.photo, wish.pictures.length === 0 ? undefined : signer.photos(wish.pictures.length)],
    [writeLabels.effect, signer.effect],
  ]
}

function noteRows({ wish, facts }: PlanOf<'return.add_note'>): readonly Row[] {
  const { note } = previewTexts
  const given = wish.pictures.length
  const standing = facts.notes === 0 ? note.none : note.have(facts.notes, facts.pictures)
  return [
    [writeLabels.now, standing],
    [writeLabels.add, wish.text === '' ? note.onlyPictures : wish.text],
    [writeLabels.photo, given === 0 ? undefined : note.pictures(given, most.pictures)],
    [writeLabels.effect, note.effect],
  ]
}

function callRows({ facts }: PlanOf<'logistics.call_carrier'>, nowMs: number): readonly Row[] {
  const { call } = previewTexts
  const state = facts.exception === undefined ? trackStateName(facts.state) : exceptionName(facts.exception)
  return [
    [writeLabels.parcel, { head: beside(carrierName(facts.carrier, facts.carrierName), facts.number) }],
    [writeLabels.now, state],
    [writeLabels.last, facts.lastEventAtMs === undefined ? undefined : momentText(facts.lastEventAtMs, nowMs)],
    [writeLabels.to, call.to],
    [writeLabels.effect, call.effect],
  ]
}

function decideRows({ wish, facts }: PlanOf<'approval.decide'>): readonly Row[] {
  const { decide } = previewTexts
  const now = decide.waiting(levelName(facts.role, facts.level), facts.holder)
  const approved =
    facts.next === undefined ? decide.last : decide.next(levelName(facts.next), durationText(facts.nextLimitMs ?? 0))
  const to = wish.decision === 'approve' ? approved : decide.rejected
  return [
    [writeLabels.now, now],
    [writeLabels.to, facts.deputy ? decide.deputy(to) : to],
    [writeLabels.amount, facts.refundFen === undefined ? undefined : fenText(BigInt(facts.refundFen))],
    [writeLabels.reason, wish.reason],
    [writeLabels.effect, decide.effect],
  ]
}

/** Words that are offered where a reason is missing. */
export function reasonsFor(wish: Wish): readonly string[] {
  if (wish.kind === 'order.cancel') return offeredReasons.cancel
  if (wish.kind === 'return.create') return createReasons
  if (wish.kind !== 'approval.decide') return []
  return wish.decision === 'reject' ? offeredReasons.reject : offeredReasons.deputy
}

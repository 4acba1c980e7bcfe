import type { Intent } from '../src/understanding/types.ts'
import { type AlertParts, alertList } from './alerts.ts'
import { approvalDecide } from './decide.ts'
import { approvalDelegate, type DelegateParts } from './delegate.ts'
import { type GiftParts, giftGap, giftIncluded, giftMissing } from './gift-answers.ts'
import { type HandoffParts, handoff } from './handoff.ts'
import { help, smalltalk } from './help.ts'
import { logisticsEta, logisticsMissingWaybill, logisticsStalled, orderShipTime } from './logistics-answers.ts'
import { logisticsSigned } from './logistics-signed.ts'
import { notYet } from './not-yet.ts'
import { type NoticeParts, notifyStatus } from './notices.ts'
import { orderList } from './order-list.ts'
import { orderCarrier, orderStatus } from './order-query.ts'
import { orderTrack } from './order-track.ts'
import { customerProfile, type ProfileParts } from './profile.ts'
import type { Answerer } from './question.ts'
import { type RefundParts, refundAmount, refundEta, returnInbound, returnStatus } from './return-answers.ts'
import { type ReturnCreateParts, returnCreate } from './return-create.ts'
import { type EligibleParts, returnEligible } from './return-eligible.ts'
import { type RuleParts, ruleExplain } from './rule-explain.ts'
import { approvalSnooze, type SnoozeParts } from './snooze.ts'
import { statsQuery } from './stats.ts'
import { type StockParts, stockCheck } from './stock-check.ts'
import { approvalTodo, type TodoParts } from './todo.ts'
import { notUnderstood } from './unsupported.ts'
import { approvalUrge } from './urge.ts'
import { logisticsCallCarrier, orderCancel, orderEditWaybill, orderMarkSigner, returnAddNote } from './write-answers.ts'
import { guarded } from './write-flow.ts'
import type { WriteTapParts } from './write-taps.ts'

/** Everything the answers are made from. */
export type AnswerParts = AlertParts &
  DelegateParts &
  SnoozeParts &
  EligibleParts &
  GiftParts &
  HandoffParts &
  NoticeParts &
  ProfileParts &
  RefundParts &
  ReturnCreateParts &
  RuleParts &
  StockParts &
  TodoParts &
  WriteTapParts

/** Who answers which intent: one line each. Nobody is answered who may not ask for it. */
export function answerers(parts: AnswerParts): Readonly<Record<Intent, Answerer>> {
  const later = notYet(parts)
  const onReturn = returnStatus(parts)
  return eachGuarded(parts, {
    'order.status': orderStatus(parts),
    'order.ship_time': orderShipTime(parts),
    'order.carrier': orderCarrier(parts),
    'order.list': orderList(parts),
    'order.cancel': orderCancel(parts),
    'order.edit_waybill': orderEditWaybill(parts),
    'order.mark_signer': orderMarkSigner(parts),
    'logistics.track': orderTrack(parts),
    'logistics.eta': logisticsEta(parts),
    'logistics.stalled': logisticsStalled(parts),
    'logistics.signed': logisticsSigned(parts),
    'logistics.missing_waybill': logisticsMissingWaybill(parts),
    'logistics.call_carrier': logisticsCallCarrier(parts),
    'return.create': returnCreate(parts),
    'return.status': onReturn,
    'return.inbound': returnInbound(parts),
    'return.add_note': returnAddNote(parts),
    'return.eligible': returnEligible(parts),
    'refund.eta': refundEta(parts),
    'refund.amount': refundAmount(parts),
    'gift.included': giftIncluded(parts),
    'gift.gap': giftGap(parts),
    'gift.missing': giftMissing(parts),
    'stock.check': stockCheck(parts),
    'approval.todo': approvalTodo({ ...parts, returnStatus: onReturn }),
    'approval.decide': approvalDecide(parts),
    'approval.urge': approvalUrge(parts),
    'approval.delegate': approvalDelegate(parts, later),
    'approval.snooze': approvalSnooze(parts, later),
    'alert.list': alertList({ ...parts, returnStatus: onReturn }),
    'stats.query': statsQuery(parts),
    'notify.status': notifyStatus(parts),
    'customer.profile': customerProfile(parts),
    'rule.explain': ruleExplain(parts),
    help,
    handoff: handoff(parts),
    unsupported: notUnderstood(parts),
    smalltalk,
  })
}

function eachGuarded(
  parts: AnswerParts,
  table: Readonly<Record<Intent, Answerer>>,
): Readonly<Record<Intent, Answerer>> {
  const guardedOnes = Object.entries(table).map(([intent, answer]) => [intent, guarded(parts, answer)])
  return Object.fromEntries(guardedOnes) as Record<Intent, Answerer>
}

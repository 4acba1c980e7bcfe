import type { Intent } from '../src/understanding/types.ts'
import { help, smalltalk } from './help.ts'
import { notYet } from './not-yet.ts'
import { orderList } from './order-list.ts'
import { orderCarrier, orderStatus } from './order-query.ts'
import { orderTrack } from './order-track.ts'
import type { Answerer, AskParts } from './question.ts'
import { handoff, unsupported } from './unsupported.ts'

/** Who answers which intent: one line each. */
export function answerers(parts: AskParts): Readonly<Record<Intent, Answerer>> {
  const rest = notYet(parts)
  return {
    'order.status': orderStatus(parts),
    'order.ship_time': rest,
    'order.carrier': orderCarrier(parts),
    'order.list': orderList(parts),
    'order.cancel': rest,
    'order.edit_waybill': rest,
    'order.mark_signer': rest,
    'logistics.track': orderTrack(parts),
    'logistics.eta': rest,
    'logistics.stalled': rest,
    'logistics.signed': rest,
    'logistics.missing_waybill': rest,
    'logistics.call_carrier': rest,
    'return.create': rest,
    'return.status': rest,
    'return.inbound': rest,
    'return.add_note': rest,
    'return.eligible': rest,
    'refund.eta': rest,
    'refund.amount': rest,
    'gift.included': rest,
    'gift.gap': rest,
    'gift.missing': rest,
    'stock.check': rest,
    'approval.todo': rest,
    'approval.decide': rest,
    'approval.urge': rest,
    'approval.delegate': rest,
    'approval.snooze': rest,
    'alert.list': rest,
    'stats.query': rest,
    'notify.status': rest,
    'customer.profile': rest,
    'rule.explain': rest,
    help,
    handoff,
    unsupported,
    smalltalk,
  }
}

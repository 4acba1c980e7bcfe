import { notYetCard } from '../cards/not-yet.ts'
import { orList, sentences } from '../src/text/sentences.ts'
import { intentName, roleName } from '../src/text/zh-cn.ts'
import { findOrders, keyOf } from './find-orders.ts'
import { type Answerer, type AskParts, textReply, traceOf } from './question.ts'
import { isWrite, refusedTo } from './rights.ts'

/**
 * A question that is understood but not answered yet: names it, changes nothing, and offers the order it is about. Who may
 * not ask for it at all is told who may.
 */
export function notYet(parts: AskParts): Answerer {
  return async (question) => {
    const { understood, member, view } = question
    const what = intentName(understood.intent)
    const allowed = refusedTo(member, understood.intent)
    if (allowed !== undefined) return textReply(question, sentences.denied(what, orList(allowed.map(roleName))), 'deny')
    const sought = keyOf(understood)
    const found = sought === undefined ? undefined : await findOrders(parts.lookup, sought, understood, view.nowMs, 2)
    const order = found?.orders.length === 1 && !found.productIgnored ? found.orders[0] : undefined
    const card = notYetCard(what, { write: isWrite(understood.intent), order }, view, parts.codec)
    return { kind: 'card', card, trace: traceOf(question) }
  }
}

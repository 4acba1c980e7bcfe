import { actionCodec } from '../../cards/actions.ts'
import { giftGap, giftIncluded, giftMissing } from '../../handlers/gift-answers.ts'
import { alsoPrivately } from '../../handlers/privately.ts'
import { type Answerer, type Question, textReply } from '../../handlers/question.ts'
import { refundAmount, refundEta, returnInbound, returnStatus } from '../../handlers/return-answers.ts'
import { returnEligible } from '../../handlers/return-eligible.ts'
import { returnTaps } from '../../handlers/return-taps.ts'
import { type StockParts, stockCheck, stockTaps } from '../../handlers/stock-check.ts'
import type { Tap } from '../../handlers/taps.ts'
import type { Button } from '../../src/chat/card.ts'
import type { Reply } from '../../src/chat/reply.ts'
import type { Database } from '../../src/db/client.ts'
import { giftLookup } from '../../src/hub/gift-facts.ts'
import { notesOf } from '../../src/hub/notes.ts'
import { orderLookup } from '../../src/hub/orders.ts'
import type { PersonalData } from '../../src/hub/personal.ts'
import { refundTimes } from '../../src/hub/refund-times.ts'
import { returnLookup } from '../../src/hub/return-lookup.ts'
import { returnPolicy } from '../../src/hub/return-policy.ts'
import { settings } from '../../src/hub/settings.ts'
import { stockLookup } from '../../src/hub/stock.ts'
import { fixedClock } from '../../src/runtime/clock.ts'
import { type Intent, intents } from '../../src/understanding/types.ts'
import { understand } from '../../src/understanding/understand.ts'

type Chat = 'direct' | 'group'

/** The answers about returns, refunds, gifts and stock over a real hub; a CS agent asks and taps at `nowMs`. */
export function returnDesk(database: Database, personal: PersonalData, nowMs: number, more: Partial<StockParts> = {}) {
  const codec = actionCodec(new Uint8Array(32).fill(3))
  const clock = fixedClock(nowMs)
  const store = settings(database)
  const parts = {
    lookup: orderLookup(database, personal, clock),
    returns: returnLookup(database, personal),
    notesOf: notesOf(database),
    gifts: giftLookup(database),
    stock: stockLookup(database),
    refundTimes: async () => refundTimes(store),
    returnPolicy: async () => returnPolicy(store),
    clock,
    codec,
    ...more,
  }
  const other: Answerer = async (question) => textReply(question, `(${question.understood.intent})`)
  const own: Partial<Record<Intent, Answerer>> = {
    'return.status': returnStatus(parts),
    'return.inbound': returnInbound(parts),
    'return.eligible': returnEligible(parts),
    'refund.eta': refundEta(parts),
    'refund.amount': refundAmount(parts),
    'gift.included': giftIncluded(parts),
    'gift.gap': giftGap(parts),
    'gift.missing': giftMissing(parts),
    'stock.check': stockCheck(parts),
  }
  const table = Object.fromEntries(intents.map((intent) => [intent, own[intent] ?? other])) as Record<Intent, Answerer>
  const taps = { ...returnTaps(parts, table), ...stockTaps(parts) }

  const member = { id: 'mem_1', name: '小李', roles: ['cs' as const] }
  const view = (chat: Chat) => ({ mode: chat === 'direct' ? ('full' as const) : ('masked' as const), nowMs })
  const questionOf = (text: string, chat: Chat): Question => ({
    text,
    understood: understand(text, { atMs: nowMs, hasPhoto: false }),
    member,
    group: chat === 'group',
    view: view(chat),
    place: { platform: 'play', conversationId: 'c1', memberId: member.id },
    answerKey: 'k',
    media: [],
  })
  const ask = async (text: string, chat: Chat = 'direct'): Promise<Reply> => {
    const question = questionOf(text, chat)
    return alsoPrivately(question, table[question.understood.intent])
  }
  const tap = async (button: Button, chat: Chat = 'direct'): Promise<Reply> => {
    const decoded = codec.decode(button.token, { memberId: member.id, nowMs })
    if (decoded.outcome !== 'ok') throw new Error(`the token of ${button.label} is ${decoded.outcome}`)
    const { action, args } = decoded
    if (action === 'ask.about') {
      const [intent, orderId = '', returnId] = args
      const about = { orderId, ...(returnId !== undefined && { returnId }), how: 'picked' as const }
      const understood = { intent: intent as Intent, slots: {}, expect: 'answer' as const, hints: {} }
      return table[intent as Intent]({ ...questionOf('', chat), understood, about })
    }
    const event: Tap['event'] = {
      id: 'e1',
      platform: 'play',
      conversation: { platform: 'play', kind: chat, id: 'c1' },
      sender: { id: 'u1', trusted: true },
      sentAtMs: nowMs,
      kind: 'card-tap',
      token: button.token,
      cardRef: { platform: 'play', id: 'card1' },
    }
    const handler = taps[action as keyof typeof taps]
    if (handler === undefined) throw new Error(`nobody here takes ${action}`)
    return handler({ event, member, view: view(chat), args })
  }
  return { ...parts, ask, tap }
}

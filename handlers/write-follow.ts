import { shower } from '../cards/view.ts'
import { orderObject } from '../cards/write-rows.ts'
import type { MediaRef } from '../src/chat/event.ts'
import type { Member } from '../src/chat/member.ts'
import type { Follow } from '../src/hub/drafts.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { OutboxEntry } from '../src/hub/outbox.ts'
import type { Done, PictureRef, Plan } from '../src/hub/write.ts'
import { beside, durationText } from '../src/text/format.ts'
import { carrierName, levelName } from '../src/text/zh-cn.ts'
import { toldTexts } from '../src/text/zh-writes.ts'
import { pictureEntries } from './keep-picture.ts'
import { messageTo } from './urge.ts'

type FollowParts = { readonly member: Member; readonly order: OrderFacts }

/** What leaves with a confirmed change, in its transaction: words to those who have to know, pictures to be fetched. */
export function followOf({ member, order }: FollowParts): Follow {
  return ({ draft, plan, done, to, atMs }): readonly OutboxEntry[] => {
    // who is told may not be allowed to read everything: nobody is named in clear
    const show = shower(order, { mode: 'masked', nowMs: atMs })
    const text = wordsOf(plan, done, member.name, order, atMs)
    const messages =
      text === undefined
        ? []
        : to.map((receiver) => messageTo(receiver, `write:${draft.id}:${receiver.memberId}`, show(text)))
    return [...messages, ...picturesOf(plan, done, draft.id, member.id)]
  }
}

function wordsOf(plan: Plan, done: Done, by: string, order: OrderFacts, nowMs: number): string | undefined {
  switch (plan.kind) {
    case 'order.cancel': {
      const words = done.passedOn ? toldTexts.cancelAsked : toldTexts.cancelled
      return words(by, orderObject(order), plan.wish.reason ?? '')
    }
    case 'logistics.call_carrier': {
      const { carrier, carrierName: printed, number } = plan.facts
      return toldTexts.called(by, done.id ?? '', beside(carrierName(carrier, printed), number))
    }
    case 'approval.decide':
      return done.next === undefined || done.dueAtMs === undefined
        ? undefined
        : toldTexts.nextLevel(plan.wish.returnId, levelName(done.next), durationText(done.dueAtMs - nowMs))
    default:
      return undefined
  }
}

function picturesOf(plan: Plan, done: Done, draftId: string, memberId: string): readonly OutboxEntry[] {
  const key = `write:${draftId}`
  if (plan.kind === 'return.add_note' && done.id !== undefined)
    return pictureEntries(key, mediaOf(plan.wish.pictures), { owner: { kind: 'note', id: done.id }, memberId })
  if (plan.kind === 'order.mark_signer')
    return pictureEntries(key, mediaOf(plan.wish.pictures), {
      owner: { kind: 'order', id: plan.wish.orderId },
      memberId,
    })
  return []
}

function mediaOf(pictures: readonly PictureRef[]): readonly MediaRef[] {
  return pictures as readonly MediaRef[]
}

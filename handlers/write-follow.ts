import type { ActionCodec } from '../cards/actions.ts'
import { receivedToldCard } from '../cards/return-receive.ts'
import { shower } from '../cards/view.ts'
import { orderObject } from '../cards/write-rows.ts'
import type { Card } from '../src/chat/card.ts'
import type { MediaRef } from '../src/chat/event.ts'
import type { Member } from '../src/chat/member.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { Follow } from '../src/hub/drafts.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { OutboxEntry } from '../src/hub/outbox.ts'
import type { Done, PictureRef, Plan } from '../src/hub/write.ts'
import { beside } from '../src/text/format.ts'
import { carrierName } from '../src/text/zh-cn.ts'
import { toldTexts } from '../src/text/zh-writes.ts'
import { pictureEntries } from './keep-picture.ts'
import { caseFor, caseKeyOf } from './refund-confirm.ts'
import { replyTo } from './urge.ts'

type FollowParts = { readonly member: Member; readonly order: OrderFacts; readonly codec: ActionCodec }

/** What leaves with a confirmed change, in its transaction: words to those who have to know, pictures to be fetched. */
export function followOf({ member, order, codec }: FollowParts): Follow {
  return ({ draft, plan, done, to, atMs }): readonly OutboxEntry[] => {
    // who is told may not be allowed to read everything: nobody is named in clear
    const show = shower(order, { mode: 'masked', nowMs: atMs })
    const text = wordsOf(plan, done, member.name, order)
    const card = cardOf({ plan, done, by: member.name, atMs }, order, codec)
    const reply: Reply | undefined =
      card !== undefined ? { kind: 'card', card } : text !== undefined ? { kind: 'text', text: show(text) } : undefined
    const messages = to.flatMap((one) => {
      const own = plan.kind === 'return.receive' ? caseFor(plan, one, order, atMs, codec) : undefined
      const said: Reply | undefined = own === undefined ? reply : { kind: 'card', card: own }
      const key =
        own !== undefined && plan.kind === 'return.receive' ? caseKeyOf(plan, one) : `write:${draft.id}:${one.memberId}`
      return said === undefined ? [] : [replyTo(one, key, said)]
    })
    return [...messages, ...picturesOf(plan, done, draft.id, member.id)]
  }
}

type Deed = { readonly plan: Plan; readonly done: Done; readonly by: string; readonly atMs: number }

/** Where people have to decide or look, a card with the facts in place of words. */
function cardOf({ plan, done, by, atMs }: Deed, order: OrderFacts, codec: ActionCodec): Card | undefined {
  if (plan.kind === 'return.receive') return receivedToldCard({ plan, done, by, atMs }, order, codec)
  return undefined
}

function wordsOf(plan: Plan, done: Done, by: string, order: OrderFacts): string | undefined {
  switch (plan.kind) {
    case 'order.cancel': {
      const words = done.passedOn ? toldTexts.cancelAsked : toldTexts.cancelled
      return words(by, orderObject(order), plan.wish.reason ?? '')
    }
    case 'logistics.call_carrier': {
      const { carrier, carrierName: printed, number } = plan.facts
      return toldTexts.called(by, done.id ?? '', beside(carrierName(carrier, printed), number))
    }
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

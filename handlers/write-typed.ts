import type { Draft } from '../src/hub/draft-rows.ts'
import type { Wish } from '../src/hub/write.ts'
import { writeButtons } from '../src/text/zh-writes.ts'
import type { Intent, Slots } from '../src/understanding/types.ts'
import { understand } from '../src/understanding/understand.ts'
import type { Aside, Question } from './question.ts'
import { asWrite, guarded, previewAnew, type WriteParts } from './write-flow.ts'

/** Lines that ask for nothing by themselves, or for the very change: with a reason asked for, they are it. */
const reasonLike: readonly Intent[] = ['unsupported', 'order.cancel', 'return.create']
const named: readonly (keyof Slots)[] = [
  ...(['order_no', 'hub_no', 'return_no', 'order_tail', 'waybill_no', 'waybill_tail'] as const),
  ...(['phone', 'phone_tail', 'customer_name'] as const),
]
const longestReason = 30
/** Words around an offer: 客户重复下单了. */
const aroundOffer = 4

/**
 * The reason or the signer in words, where this desk asked for it last: 客户重复下单, 拍错了, ②. Undefined where nothing waits, the
 * talk went on, or the line is a question of its own. Returns that are applied for have an aside of their own.
 */
export function typedReason(parts: WriteParts): Aside {
  return async (question) => {
    if (
      [...question.text].length > longestReason ||
      named.some((slot) => question.understood.slots[slot] !== undefined)
    )
      return undefined
    const draft = await askedLast(parts, question)
    const missing = draft?.asked?.missing
    if (draft === undefined || (missing !== 'reason' && missing !== 'signer')) return undefined
    const value = offered(draft, question) ?? (missing === 'reason' ? ownWords(question) : undefined)
    if (value === undefined) return undefined
    const wish = { ...draft.wish, [missing]: value } as Wish
    return guarded(parts, (one) => previewAnew(parts, one, draft, wish))(asWrite(question, draft.kind))
  }
}

/** The change whose question was the last thing said in this talk. */
async function askedLast({ drafts }: WriteParts, { place, remembered }: Question): Promise<Draft | undefined> {
  if (remembered?.about === undefined || remembered.choices !== undefined) return undefined
  const draft = await drafts.newest(place)
  if (draft === undefined || draft.settled !== undefined || draft.wish.kind === 'return.create') return undefined
  return remembered.intent === draft.kind && remembered.about.orderId === draft.wish.orderId ? draft : undefined
}

function offered({ asked }: Draft, { text, understood }: Question): string | undefined {
  const offers = (asked?.offers ?? []).map(({ value }) => value).filter((value) => value !== '')
  const { pick } = understood.hints
  if (pick !== undefined) return offers[pick - 1]
  const said = text.trim()
  return offers.find((value) => said.includes(value) && said.length <= value.length + aroundOffer)
}

/** As the understanding takes the reason out of a whole wish: without 客户 and other words around it. */
function ownWords({ text, understood, view }: Question): string | undefined {
  const plain = Object.keys(understood.hints).length === 0 && text.trim() !== writeButtons.other
  if (!plain || !reasonLike.includes(understood.intent)) return undefined
  const { intent, slots } = understand(`${writeButtons.cancel} ${text}`, { atMs: view.nowMs, hasPhoto: false })
  return intent === 'order.cancel' && [...(slots.reason ?? '')].length > 1 ? slots.reason : undefined
}

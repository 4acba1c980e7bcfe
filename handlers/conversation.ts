import type { Subject } from '../src/chat/reply.ts'
import { sentences } from '../src/text/sentences.ts'
import { onlyNames, talk } from '../src/text/zh-conversation.ts'
import { expectOf } from '../src/understanding/expect.ts'
import type { Intent, Slots, Understanding } from '../src/understanding/types.ts'
import type { Question, Remembered } from './question.ts'

/** A line seen in the light of what was looked at before. */
export type Turn =
  | { readonly outcome: 'ask'; readonly question: Question }
  /** It is about the talk itself. `memory`: what becomes of what was remembered. */
  | { readonly outcome: 'say'; readonly text: string; readonly memory: 'keep' | 'forget' | 'drop-choices' }

/** Intents that are not about one order: nothing that was looked at can be meant by them. */
const ofNoOrder: readonly Intent[] = [
  'order.list',
  'stock.check',
  'approval.todo',
  'approval.delegate',
  'alert.list',
  'stats.query',
  'help',
  'handoff',
  'unsupported',
  'smalltalk',
]

export const isOfOneOrder = (intent: Intent): boolean => !ofNoOrder.includes(intent)

/**
 * The question a line stands for, given what its person looked at last in this chat. What a line names itself always wins;
 * without anything remembered every line stands alone.
 */
export function inContext(question: Question, remembered: Remembered | undefined): Turn {
  const { understood } = question
  const { hints } = understood
  if (names(understood)) {
    const brings = remembered?.waiting === true && hints.restart === undefined && onlyBrings(question)
    return asks(brings ? completed(question, remembered) : question)
  }
  if (hints.pick !== undefined) return picked(question, remembered, hints.pick)
  if (hints.restart) return { outcome: 'say', text: talk.another, memory: 'forget' }
  if (hints.sameAgain || (hints.yes && remembered?.offered)) return same(question, remembered)
  if (remembered === undefined) return asks(question)
  if (remembered.waiting && (onlyBrings(question) || bringsWords(question, remembered)))
    return asks(completed(question, remembered))
  if (hints.refersBack && remembered.about !== undefined && isOfOneOrder(understood.intent))
    return asks(aboutIt(question, understood, remembered.about, 'remembered'))
  // 话术: the words for the customer to what was just answered
  if (hints.script && understood.intent === 'unsupported' && remembered.about !== undefined)
    return asks(aboutIt(question, { ...waitingOf(remembered), hints }, remembered.about, 'remembered'))
  return asks({ ...question, remembered })
}

const asks = (question: Question): Turn => ({ outcome: 'ask', question })

/** The line itself says whose or which order, parcel or return is meant. */
function names({ slots, hints }: Understanding): boolean {
  return hints.oddNumber !== undefined || [...numberSlots, ...personSlots].some((slot) => slots[slot] !== undefined)
}

const numberSlots = ['order_no', 'hub_no', 'return_no', 'waybill_no', 'order_tail', 'waybill_tail'] as const
const personSlots = ['phone', 'phone_tail', 'customer_name'] as const

/** Nothing but the piece that was asked for: a number, a tail, a name, a day, a product. */
function onlyBrings({ text, understood: { slots, hints } }: Question): boolean {
  if (hints.oddNumber !== undefined || Object.keys(slots).length === 0) return false
  const said = Object.values(slots).flatMap((value) => {
    if (typeof value === 'string') return [value]
    return typeof value === 'object' ? [value.raw] : []
  })
  return onlyNames(text, said)
}

/** What is asked for in words of the person's own, where a write lacks it. */
const ownWords: Partial<Record<Intent, 'reason' | 'signer'>> = {
  'order.cancel': 'reason',
  'return.add_note': 'reason',
  'order.mark_signer': 'signer',
}
const mostOwnWords = 60

/** An answer in own words (客户拍错了) to a question of this desk: no question that is known, and not long. */
function bringsWords({ text, understood }: Question, { intent, slots, about, offered }: Remembered): boolean {
  const slot = ownWords[intent]
  if (slot === undefined || slots[slot] !== undefined || about === undefined || offered) return false
  const { intent: said, hints } = understood
  const plain = hints.no === undefined && hints.yes === undefined && hints.unreadable === undefined
  return (
    plain && [...text].length <= mostOwnWords && (said === 'unsupported' || said === 'return.create' || said === intent)
  )
}

/** The question that waited, with what this line brings. */
function completed(question: Question, remembered: Remembered): Question {
  const { intent, about, offered } = remembered
  const { understood, text } = question
  const brought = broughtSlots(understood, remembered)
  const ownSlot = ownWords[intent]
  const inOwnWords = bringsWords(question, remembered) && ownSlot !== undefined
  const own = inOwnWords && brought[ownSlot] === undefined ? { [ownSlot]: text.trim() } : {}
  const slots: Slots = { ...withoutRivals(remembered.slots, brought), ...brought, ...own }
  const meant = { intent, slots, expect: understood.expect, hints: understood.hints }
  const still = names({ ...understood, slots: brought }) || offered ? undefined : about
  if (still !== undefined) return aboutIt(question, meant, still, 'picked')
  return { ...question, understood: { ...meant, expect: expectOf(intent, slots, question.media.length > 0, false) } }
}

/** A waybill number that is all a change of it still lacks is the new one. */
function broughtSlots({ slots }: Understanding, { intent, slots: before, about, offered }: Remembered): Slots {
  const { waybill_no: number, carrier, ...rest } = slots
  const known = (about !== undefined && !offered) || names({ intent, slots: before, expect: 'answer', hints: {} })
  if (intent !== 'order.edit_waybill' || before.new_waybill_no !== undefined || number === undefined || !known)
    return slots
  return { ...rest, ...(carrier !== undefined && { carrier }), new_waybill_no: number }
}

/** A new number, phone or name takes the place of what was said before; a tail narrows a name, and a name a tail. */
function withoutRivals(before: Slots, brought: Slots): Slots {
  const brings = (slots: readonly (keyof Slots)[]) => slots.some((slot) => brought[slot] !== undefined)
  const strong = brings(['order_no', 'hub_no', 'return_no', 'waybill_no', 'phone'])
  const tail = brings(['phone_tail', 'order_tail', 'waybill_tail'])
  const dropped: readonly (keyof Slots)[] = strong
    ? [...numberSlots, ...personSlots]
    : tail
      ? [...numberSlots, 'phone', 'phone_tail']
      : brings(['customer_name'])
        ? [...numberSlots, 'phone', 'customer_name']
        : []
  return Object.fromEntries(Object.entries(before).filter(([slot]) => !dropped.some((one) => one === slot))) as Slots
}

/** ②: the question that was answered with a choice, for that one. */
function picked(question: Question, remembered: Remembered | undefined, place: number): Turn {
  if (place === 0) return { outcome: 'say', text: sentences.noneOfThem, memory: 'drop-choices' }
  const choices = choicesOf(remembered)
  if (remembered === undefined || choices.length === 0)
    return { outcome: 'say', text: talk.nothingToPick, memory: 'keep' }
  const chosen = choices[place - 1]
  if (chosen === undefined) return { outcome: 'say', text: talk.onlySoMany(choices.length), memory: 'keep' }
  return asks(aboutIt(question, waitingOf(remembered), chosen, 'picked'))
}

/** 就是它. */
function same(question: Question, remembered: Remembered | undefined): Turn {
  const choices = remembered?.choices ?? []
  const it = remembered?.about ?? (choices.length === 1 ? choices[0] : undefined)
  if (remembered !== undefined && it !== undefined) return asks(aboutIt(question, waitingOf(remembered), it, 'picked'))
  if (choices.length > 1) return { outcome: 'say', text: talk.pickOne(choices.length), memory: 'keep' }
  return { outcome: 'say', text: sentences.askWhich, memory: 'keep' }
}

/** What ①, ② … stand for: what was offered last. */
function choicesOf(remembered: Remembered | undefined): readonly Subject[] {
  if (remembered?.choices !== undefined) return remembered.choices
  return remembered?.about !== undefined && remembered.offered ? [remembered.about] : []
}

/** A list is chosen from to see the one. */
function waitingOf({ intent, slots }: Remembered): Understanding {
  return { intent: isOfOneOrder(intent) ? intent : 'order.status', slots, expect: 'answer', hints: {} }
}

/** The same question with the order it is about: nothing is missing any more but what a write needs besides. */
function aboutIt(
  question: Question,
  understood: Understanding,
  subject: Subject,
  how: 'picked' | 'remembered',
): Question {
  const { orderId, returnId } = subject
  const known: Slots = { ...understood.slots, hub_no: orderId, ...(returnId !== undefined && { return_no: returnId }) }
  const expect = expectOf(understood.intent, known, question.media.length > 0, false)
  const about = { orderId, ...(returnId !== undefined && { returnId }), how }
  return { ...question, understood: { ...understood, expect }, about }
}

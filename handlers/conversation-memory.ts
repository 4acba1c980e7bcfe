import type { ChatEvent } from '../src/chat/event.ts'
import type { Member } from '../src/chat/member.ts'
import type { Reply } from '../src/chat/reply.ts'
import { type Intent, intents, type Slots } from '../src/understanding/types.ts'
import { isOfOneOrder } from './conversation.ts'
import { answerKeyOf, type ChatMemory, type Place, placeOf, type Question, type Remembered } from './question.ts'

type Handler<E> = (event: E, member: Member) => Promise<Reply>

/**
 * For routes whose events are no lines (taps, photos): what their answers were about, or offered to choose from, is remembered
 * for the next line of the same person in the same chat. `ask` remembers by itself.
 */
export function remembering<E extends ChatEvent>(memory: ChatMemory | undefined, handler: Handler<E>): Handler<E> {
  return async (event, member) => {
    const reply = await handler(event, member)
    await rememberAnswer(memory, placeOf(event, member), answerKeyOf(event), reply)
    return reply
  }
}

/** Remembers by the reply alone; one that is about nothing and offers nothing changes nothing. */
export async function rememberAnswer(
  memory: ChatMemory | undefined,
  place: Place,
  answerKey: string,
  reply: Reply,
): Promise<void> {
  const { trace } = reply
  const intent = intents.find((one) => one === trace?.intent)
  if (memory === undefined || trace === undefined || intent === undefined) return
  if (trace.about === undefined && trace.choices === undefined && trace.says === undefined) return
  await memory.remember(place, {
    ...(trace.about !== undefined && { about: trace.about }),
    ...(trace.choices !== undefined && { choices: trace.choices }),
    ...(trace.says !== undefined && { says: trace.says }),
    intent,
    slots: trace.slots as Slots,
    waiting: asksBack(reply),
    answerKey,
  })
}

/** Talk that leaves what was looked at as it is. */
const asides: readonly Intent[] = ['help', 'handoff', 'unsupported', 'smalltalk']

/** What is to be remembered after a line was answered; undefined when nothing changes. */
export function afterwards(
  { understood, answerKey, about, remembered }: Question,
  reply: Reply,
): Omit<Remembered, 'atMs'> | undefined {
  const { trace } = reply
  const { intent, slots } = understood
  if (trace === undefined || trace.expect === 'deny' || asides.includes(intent)) return undefined
  const base = { intent, slots, answerKey }
  const choices = trace.choices !== undefined && { choices: trace.choices }
  if (trace.about !== undefined) return { ...base, about: trace.about, ...choices, waiting: asksBack(reply) }
  // an order that was meant and is gone, or a line that named something: what was looked at before is not meant any more
  const earlier = about === undefined ? remembered : undefined
  const waiting = asksBack(reply) || isOfOneOrder(intent)
  if (!waiting && trace.choices === undefined) return undefined
  const offered = earlier?.about !== undefined && { about: earlier.about, offered: true }
  const again = trace.choices === undefined && earlier?.choices !== undefined && { choices: earlier.choices }
  return { ...base, ...offered, ...choices, ...again, waiting }
}

function asksBack({ trace }: Reply): boolean {
  return trace?.expect === 'clarify' || trace?.expect === 'choose'
}

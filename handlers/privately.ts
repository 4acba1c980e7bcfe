import { toldPrivately } from '../cards/told-privately.ts'
import type { Reply } from '../src/chat/reply.ts'
import { type Answerer, privateView, type Question } from './question.ts'
import { isWrite } from './rights.ts'

/**
 * The answer; in a group masked, and the whole of it to the asker's direct chat when they may see more than the group
 * (product J6). Wishes for a change are previewed once, where they were typed.
 */
export async function alsoPrivately(question: Question, answer: Answerer): Promise<Reply> {
  const reply = await answer(question)
  const own = privateView(question)
  // only what is known of one order is worth a second message; a choice or "not found" says nothing more in private
  if (own === undefined || reply.kind !== 'card' || reply.trace?.about === undefined) return reply
  if (isWrite(question.understood.intent)) return reply
  const whole = await answer({ ...question, view: own })
  if (whole.kind !== 'card' || JSON.stringify(whole.card) === JSON.stringify(reply.card)) return reply
  return { ...reply, card: toldPrivately(reply.card), direct: { kind: 'card', card: whole.card } }
}

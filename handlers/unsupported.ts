import { sentences } from '../src/text/sentences.ts'
import { type Answerer, textReply } from './question.ts'

/** unsupported: outside the product, or nothing that could be read. Says where to turn and what works. */
export const unsupported: Answerer = async (question) => {
  const { hints } = question.understood
  if (hints.unreadable === 'empty') return textReply(question, sentences.empty, 'clarify')
  if (hints.unreadable === 'too-long') return textReply(question, sentences.tooLong, 'clarify')
  return textReply(question, sentences.unsupported)
}

/** handoff: who is there to help until the desk can hand over by itself. */
export const handoff: Answerer = async (question) => textReply(question, sentences.handoff)

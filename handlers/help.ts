import { helpCard } from '../cards/help.ts'
import { smalltalkText } from '../src/text/sentences.ts'
import { type Answerer, textReply, traceOf } from './question.ts'

/** help: what can be asked, with lines to copy. */
export const help: Answerer = async (question) => ({ kind: 'card', card: helpCard(), trace: traceOf(question) })

/** smalltalk: one short human line. */
export const smalltalk: Answerer = async (question) => textReply(question, smalltalkText(question.text))

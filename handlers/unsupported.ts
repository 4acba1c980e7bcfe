import { toPersonButton } from '../cards/handoff.ts'
import { nearestCard } from '../cards/nearest.ts'
import { triggers } from '../src/text/commands.ts'
import { sentences } from '../src/text/sentences.ts'
import { type Answerer, type AskParts, textReply, traceOf } from './question.ts'

/** unsupported: outside the product, or nothing that could be read. Says what the words come nearest to, and who takes it. */
export function notUnderstood({ codec }: Pick<AskParts, 'codec'>): Answerer {
  return async (question) => {
    const { hints } = question.understood
    if (hints.unreadable === 'empty') return textReply(question, sentences.empty, 'clarify')
    if (hints.unreadable === 'too-long') return textReply(question, sentences.tooLong, 'clarify')
    const toPerson = toPersonButton(codec, question.member.id, question.answerKey)
    // a red packet is no late parcel, however near the words are
    const near = triggers.offTopic.test(question.text) ? [] : (hints.nearTo ?? [])
    return { kind: 'card', card: nearestCard(near, toPerson, codec), trace: traceOf(question) }
  }
}

import type { TextEvent } from '../src/chat/event.ts'
import type { Member } from '../src/chat/member.ts'
import type { Reply } from '../src/chat/reply.ts'
import { buttonLabels } from '../src/text/answers.ts'
import { sentences } from '../src/text/sentences.ts'
import type { Intent } from '../src/understanding/types.ts'
import { understand } from '../src/understanding/understand.ts'
import { alsoPrivately } from './privately.ts'
import { type Answerer, type AskParts, answerKeyOf, placeOf, type Question, textReply, viewFor } from './question.ts'

/** Every typed line: understood, then answered by the one that knows its intent. */
export function ask(
  parts: AskParts,
  answerers: Readonly<Record<Intent, Answerer>>,
): (event: TextEvent, member: Member) => Promise<Reply> {
  return async (event, member) => {
    const nowMs = parts.clock.nowMs()
    const media = event.media ?? []
    const question: Question = {
      text: event.text,
      understood: understand(event.text, { atMs: nowMs, hasPhoto: media.length > 0 }),
      member,
      group: event.conversation.kind === 'group',
      view: viewFor(event.conversation, member, nowMs),
      place: placeOf(event, member),
      answerKey: answerKeyOf(event),
      media,
    }
    const button = saidForButton(event.text)
    if (button !== undefined) return textReply(question, button, 'clarify')
    return alsoPrivately(question, answerers[question.understood.intent])
  }
}

/** Where buttons cannot call back, tapping one sends its words. */
function saidForButton(text: string): string | undefined {
  if (text.trim() === buttonLabels.none) return sentences.noneOfThem
  return text.trim() === buttonLabels.again ? sentences.askNumberAgain : undefined
}

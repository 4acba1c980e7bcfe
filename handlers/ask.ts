import type { TextEvent } from '../src/chat/event.ts'
import type { Member } from '../src/chat/member.ts'
import type { Reply } from '../src/chat/reply.ts'
import { buttonLabels } from '../src/text/answers.ts'
import { sentences } from '../src/text/sentences.ts'
import type { Intent } from '../src/understanding/types.ts'
import { understand } from '../src/understanding/understand.ts'
import { inContext, type Turn } from './conversation.ts'
import { afterwards, rememberAnswer } from './conversation-memory.ts'
import { looksUp, overBudget } from './lookup-limit.ts'
import { alsoPrivately } from './privately.ts'
import {
  type Answerer,
  type Aside,
  type AskParts,
  answerKeyOf,
  placeOf,
  type Question,
  type Remembered,
  textReply,
  viewFor,
} from './question.ts'
import { saysWhichOne } from './still-about.ts'
import { withVote } from './votes.ts'

/**
 * Every typed line: understood, seen in the light of the talk, then answered by the one that knows its intent. The first aside
 * that answers has the line.
 */
export function ask(
  parts: AskParts,
  answerers: Readonly<Record<Intent, Answerer>>,
  asides: readonly Aside[] = [],
): (event: TextEvent, member: Member) => Promise<Reply> {
  return async (event, member) => {
    const line = lineOf(event, member, parts.clock.nowMs())
    const remembered = await parts.memory?.recall(line.place)
    const said = { ...line, ...(remembered !== undefined && { remembered }) }
    for (const aside of asides) {
      const reply = await aside(said)
      if (reply === undefined) continue
      await rememberAnswer(parts.memory, line.place, line.answerKey, reply)
      return reply
    }
    const turn = buttonTyped(event.text) ?? inContext(line, remembered)
    if (turn.outcome === 'say') return say(parts, line, remembered, turn)
    return withVote(parts, line, await answered(parts, answerers, turn.question))
  }
}

function lineOf(event: TextEvent, member: Member, nowMs: number): Question {
  const media = event.media ?? []
  return {
    text: event.text,
    understood: understand(event.text, { atMs: nowMs, hasPhoto: media.length > 0 }),
    member,
    group: event.conversation.kind === 'group',
    view: viewFor(event.conversation, member, nowMs),
    place: placeOf(event, member),
    answerKey: answerKeyOf(event),
    media,
    ...(event.scanned && { scanned: true }),
  }
}

async function answered(
  parts: AskParts,
  answerers: Readonly<Record<Intent, Answerer>>,
  question: Question,
): Promise<Reply> {
  const { intent } = question.understood
  const refused = looksUp(intent) ? await overBudget(parts.budget, question.member) : undefined
  if (refused !== undefined) return textReply(question, refused, 'deny')
  const reply = await alsoPrivately(question, answerers[intent])
  const looked = afterwards(question, reply)
  if (looked !== undefined) await parts.memory?.remember(question.place, looked)
  return saysWhichOne(parts, question, reply)
}

type Saying = Extract<Turn, { outcome: 'say' }>

async function say(
  parts: AskParts,
  line: Question,
  remembered: Remembered | undefined,
  { text, memory }: Saying,
): Promise<Reply> {
  if (memory === 'forget') await parts.memory?.forget(line.place)
  if (memory === 'drop-choices' && remembered?.choices !== undefined) {
    const { choices: _, atMs: __, ...rest } = remembered
    await parts.memory?.remember(line.place, rest)
  }
  return textReply(line, text, 'clarify')
}

/** Where buttons cannot call back, tapping one sends its words. */
function buttonTyped(text: string): Saying | undefined {
  if (text.trim() === buttonLabels.none) return { outcome: 'say', text: sentences.noneOfThem, memory: 'drop-choices' }
  if (text.trim() !== buttonLabels.again) return undefined
  return { outcome: 'say', text: sentences.askNumberAgain, memory: 'keep' }
}

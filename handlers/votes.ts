import type { ActionCodec } from '../cards/actions.ts'
import { votedDownCard } from '../cards/voted-down.ts'
import { cardLimits } from '../src/chat/card.ts'
import type { Reply, Trace } from '../src/chat/reply.ts'
import { talkButtons, talkSayings, votes } from '../src/text/zh-conversation.ts'
import type { Aside, AskParts, Question } from './question.ts'
import { type TapHandler, tapText } from './taps.ts'

type VoteParts = Pick<AskParts, 'asked' | 'codec'>

/** How long after an answer a typed 👎 still means it. */
const voteMs = 600_000

/**
 * An answer card with a 👎 for the one who asked, where there is room for a button and a log to note it in. Cards that ask or
 * preview something have none.
 */
export function withVote(
  { asked, codec }: VoteParts,
  { answerKey, member }: Pick<Question, 'answerKey' | 'member'>,
  reply: Reply,
): Reply {
  if (asked === undefined || reply.kind !== 'card' || reply.trace?.expect !== 'answer') return reply
  if (reply.card.buttons.length >= cardLimits.buttons) return reply
  const token = codec.encode('answer.bad', [answerKey], { memberId: member.id })
  const button = { label: talkButtons.bad, token, style: 'plain' as const, say: talkSayings.bad }
  return { ...reply, card: { ...reply.card, buttons: [...reply.card.buttons, button] } }
}

/** 👎 and 👍 as lines: they mean the last answer of this person in this chat. */
export function typedVotes({ asked, codec }: VoteParts): Aside {
  return async ({ understood: { hints }, place, view, member, group }) => {
    if (asked === undefined || !(hints.thumbsDown || hints.thumbsUp)) return undefined
    const trace = traceOfVote(group)
    const last = await asked.lastAsked(place, view.nowMs - voteMs)
    if (last === undefined) return { kind: 'text', text: votes.unknown, trace }
    await asked.vote(member.id, last.answerKey, hints.thumbsDown ? 'down' : 'up')
    if (hints.thumbsDown) return { ...votedDown(codec, member.id, last.answerKey), trace }
    return { kind: 'text', text: votes.good, trace }
  }
}

/** `answer.bad`: noted for the training list; offers a person, asks nothing. */
export function voteTaps({ asked, codec }: VoteParts) {
  const bad: TapHandler = async (tap) => {
    const [key] = tap.args
    if (key === undefined || (await asked?.vote(tap.member.id, key, 'down')) !== 'noted')
      return tapText(tap, votes.unknown)
    return { ...votedDown(codec, tap.member.id, key), trace: traceOfVote(tap.event.conversation.kind === 'group') }
  }
  return { 'answer.bad': bad } as const
}

function votedDown(codec: ActionCodec, memberId: string, answerKey: string): Reply {
  return { kind: 'card', card: votedDownCard(codec, memberId, answerKey) }
}

/** A vote is no question: the log counts it as talk. */
function traceOfVote(mask: boolean): Trace {
  return { intent: 'smalltalk', slots: {}, expect: 'answer', mask }
}

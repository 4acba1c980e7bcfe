import { sentences } from '../src/text/sentences.ts'
import { expectOf } from '../src/understanding/expect.ts'
import { type Intent, intents } from '../src/understanding/types.ts'
import { afterwards } from './conversation-memory.ts'
import { type HandoffParts, handoffTaps } from './handoff.ts'
import { overBudget } from './lookup-limit.ts'
import type { Answerer } from './question.ts'
import { questionOf, type TapHandler, tapText } from './taps.ts'
import { voteTaps } from './votes.ts'

/** What the buttons of the talk do: an example to be asked, a hand-over, a vote. */
export function talkTaps(parts: HandoffParts, answerers: Readonly<Record<Intent, Answerer>>) {
  const ask: TapHandler = async (tap) => {
    const intent = intents.find((one) => one === tap.args[0])
    if (intent === undefined) return tapText(tap, sentences.askWhich)
    const refused = await overBudget(parts.budget, tap.member)
    if (refused !== undefined) return tapText(tap, refused, 'deny')
    const base = questionOf(tap, intent, expectOf(intent, {}, false, false))
    const remembered = await parts.memory?.recall(base.place)
    const question = { ...base, ...(remembered !== undefined && { remembered }) }
    const reply = await answerers[intent](question)
    const looked = afterwards(question, reply)
    if (looked !== undefined) await parts.memory?.remember(question.place, looked)
    return reply
  }
  return { 'ask.intent': ask, ...handoffTaps(parts), ...voteTaps(parts) } as const
}

import { policyScript } from '../cards/return-script.ts'
import type { Reply } from '../src/chat/reply.ts'
import { sentences } from '../src/text/sentences.ts'
import { type Intent, intents } from '../src/understanding/types.ts'
import { type Answerer, textReply } from './question.ts'
import { type EligibleParts, judgedBy } from './return-eligible.ts'
import { questionOf, type Tap, type TapHandler, tapText } from './taps.ts'

/** Buttons under the answers about returns, refunds and gifts: words for the customer. */
export function returnTaps(parts: EligibleParts, answerers: Readonly<Record<Intent, Answerer>>) {
  return {
    'answer.script': async (tap) => scriptOf(tap, answerers),
    'policy.script': async (tap) => policyWords(parts, tap),
  } as const satisfies Readonly<Record<string, TapHandler>>
}

/** The same question asked again with 话术 in it: the one that knows the answer words it for the customer. */
async function scriptOf(tap: Tap, answerers: Readonly<Record<Intent, Answerer>>): Promise<Reply> {
  const [said, orderId, returnId] = tap.args
  const intent = intents.find((one) => one === said)
  if (intent === undefined || orderId === undefined) return tapText(tap, sentences.orderGone)
  const question = questionOf(tap, intent)
  const about = { orderId, ...(returnId !== undefined && { returnId }), how: 'picked' as const }
  return answerers[intent]({ ...question, understood: { ...question.understood, hints: { script: true } }, about })
}

/** The token carries the goods, and o for opened, n for not opened, f for faulty. */
async function policyWords({ returnPolicy }: EligibleParts, tap: Tap): Promise<Reply> {
  const [what, said = ''] = tap.args
  const question = questionOf(tap, 'return.eligible')
  if (what === undefined) return tapText(tap, sentences.orderGone)
  const opened = said.includes('o') ? true : said.includes('n') ? false : undefined
  const judged = judgedBy(await returnPolicy(), { what, opened, faulty: said.includes('f') })
  return textReply(question, policyScript(judged))
}

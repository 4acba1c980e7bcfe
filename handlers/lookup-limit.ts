import type { ActionName } from '../cards/actions.ts'
import type { Member } from '../src/chat/member.ts'
import type { LookupBudget } from '../src/hub/lookup-budget.ts'
import { talk } from '../src/text/zh-conversation.ts'
import type { Intent } from '../src/understanding/types.ts'
import { type TapHandler, tapText } from './taps.ts'

const looksUpNothing: readonly Intent[] = ['help', 'handoff', 'unsupported', 'smalltalk']

export const looksUp = (intent: Intent): boolean => !looksUpNothing.includes(intent)

/** Counts one look-up; what to say when it is one too many (reliability.md R8c). Without a budget nothing is counted. */
export async function overBudget(budget: LookupBudget | undefined, { id }: Member): Promise<string | undefined> {
  const taken = await budget?.take(id)
  if (taken === undefined || taken.outcome === 'ok') return undefined
  return taken.window === 'minute' ? talk.tooManyInAMinute : talk.tooManyToday
}

/** Taps that show orders or figures. Confirming a change, a vote or a hand-over is never refused for having looked a lot. */
const lookingUp: readonly ActionName[] = [
  'order.show',
  'order.track',
  'order.carrier',
  'order.script',
  'order.waybill',
  'order.open',
  'order.page',
  'sign.photo',
  'ask.about',
  'answer.script',
  'stock.show',
  'alert.page',
  'stats.open',
]

/** The same taps, those that look something up counted like lines. */
export function limitedTaps<T extends Readonly<Partial<Record<ActionName, TapHandler>>>>(
  budget: LookupBudget | undefined,
  taps: T,
): T {
  const limited = Object.entries<TapHandler | undefined>(taps).map(([name, handler]) => {
    if (handler === undefined || !lookingUp.some((action) => action === name)) return [name, handler]
    const counted: TapHandler = async (tap) => {
      const refused = await overBudget(budget, tap.member)
      return refused === undefined ? handler(tap) : tapText(tap, refused, 'deny')
    }
    return [name, counted]
  })
  return Object.fromEntries(limited) as T
}

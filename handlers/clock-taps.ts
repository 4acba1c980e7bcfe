import type { ActionName } from '../cards/actions.ts'
import { overdueAlertCard } from '../cards/overdue-alert.ts'
import type { EscalatedItem } from '../src/hub/escalation-facts.ts'
import type { HolderPhone, OverdueNow } from '../src/hub/overdue-now.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { directorTexts as texts } from '../src/text/zh-clock-cards.ts'
import { traceOf } from './question.ts'
import type { RightsParts } from './rights.ts'
import { questionOf, redrawn, type Tap, type TapHandler, tapText } from './taps.ts'
import type { WriteParts } from './write-flow.ts'

export type ClockTapParts = Pick<WriteParts, 'codec'> & {
  readonly overdue: OverdueNow
  readonly rights: Pick<RightsParts, 'refused'>
}

/** What the director's card and digest do besides what people do with a level. */
export function clockTaps(parts: ClockTapParts) {
  return {
    'clock.open': (tap) => open(parts, tap),
    'clock.phone': (tap) => phone(parts, tap),
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

async function open({ overdue, codec }: ClockTapParts, tap: Tap) {
  const [returnId = ''] = tap.args
  const found = await overdue.ofReturn(returnId)
  if (found === undefined) return tapText(tap, texts.gone)
  const item: EscalatedItem = isDirector(tap) ? found : { ...found, step: 'supervisor' }
  const subject = item.about.kind === 'return' ? { orderId: item.about.orderId, returnId } : undefined
  const trace = traceOf(questionOf(tap, 'return.status'), 'answer', subject)
  const card = overdueAlertCard(item, tap.view.nowMs, codec, tap.member.id)
  return redrawn(tap, { kind: 'card', card, trace }, texts.shown)
}

const isDirector = ({ member }: Tap): boolean => member.roles.includes('director')

/** A colleague's number is for the director alone and for a direct chat. */
async function phone({ overdue, rights }: ClockTapParts, tap: Tap) {
  const { member, event } = tap
  const group = event.conversation.kind === 'group'
  if (!isDirector(tap)) {
    await rights.refused({ memberId: member.id, intent: 'approval.decide', group })
    return tapText(tap, texts.directorsOnly, 'deny')
  }
  const text = phoneText(await overdue.phoneOfHolder(tap.args[0] ?? '', member.id))
  if (!group) return tapText(tap, text, 'answer')
  return { ...tapText(tap, texts.toldPrivately, 'answer'), direct: { kind: 'text' as const, text } }
}

function phoneText(found: HolderPhone): string {
  switch (found.outcome) {
    case 'phone':
      return texts.phone(found.name, found.phone)
    case 'no-phone':
      return texts.noPhone(found.name)
    case 'no-holder':
      return texts.noHolder
    case 'gone':
      return texts.gone
    default:
      return assertNever(found)
  }
}

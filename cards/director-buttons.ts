import type { Button } from '../src/chat/card.ts'
import type { ReturnAbout } from '../src/hub/escalation-facts.ts'
import { directorSayings as sayings, directorButtons as words } from '../src/text/zh-clock-cards.ts'
import { peopleSayings } from '../src/text/zh-people.ts'
import type { ActionCodec } from './actions.ts'

/** In the order of their numbers. */
const levels = ['cs_lead', 'warehouse', 'finance']

/** What the director can do about a return that nobody decides. Rights are looked at when they are tapped. */
export function directorsButtons(about: ReturnAbout, codec: ActionCodec, memberId?: string): readonly Button[] {
  const { level, returnId, orderId } = about
  if (level === undefined) return []
  const bound = memberId === undefined ? {} : { memberId }
  const decide: Button = {
    label: words.decide,
    token: codec.encode('write.decide', [returnId, orderId, 'a']),
    style: 'plain',
    say: sayings.decide(returnId),
  }
  const phone: Button[] =
    level.holder === undefined
      ? []
      : [{ label: words.phone(level.holder), token: codec.encode('clock.phone', [returnId], bound), style: 'plain' }]
  const on = [returnId, String(levels.indexOf(level.role) + 1)]
  const assign: Button = {
    label: words.assign,
    token: codec.encode('level.hand', on, bound),
    style: 'go',
    say: peopleSayings.assign(returnId),
  }
  const later: Button = {
    label: words.later,
    token: codec.encode('level.hold', [...on, '60'], bound),
    style: 'plain',
    say: peopleSayings.later(returnId),
  }
  return [assign, decide, ...phone, later]
}

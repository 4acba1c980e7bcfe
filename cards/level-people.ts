import type { Button, Card } from '../src/chat/card.ts'
import type { Colleague, LevelNow } from '../src/hub/level-people.ts'
import type { Reminder } from '../src/hub/snoozes.ts'
import { noteParts } from '../src/text/answers.ts'
import { clockText, momentText } from '../src/text/format.ts'
import { alertTexts } from '../src/text/zh-alerts.ts'
import { levelName } from '../src/text/zh-cn.ts'
import { peopleButtons, peopleSayings, snoozeTexts, peopleTexts as texts } from '../src/text/zh-people.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'

const asIs = (text: string): string => text

/** Whom it goes to: one button per colleague. A director assigns, others hand over. */
export function whoCard(
  { returnId, level, role, dueAtMs, people }: LevelNow & { readonly people: readonly Colleague[] },
  deed: 'hand' | 'assign' | 'sign',
  nowMs: number,
  codec: ActionCodec,
): Card {
  const action = deed === 'sign' ? 'level.sign' : 'level.hand'
  const say = { hand: peopleSayings.hand, assign: peopleSayings.assign, sign: peopleSayings.sign }[deed]
  const choices = people.slice(0, 5).map(
    ({ id, name }): Button => ({
      label: name,
      token: codec.encode(action, [returnId, String(level), id]),
      style: 'plain',
      say: say(returnId, name),
    }),
  )
  // the director's own card is the alert
  const back =
    deed === 'assign' ? codec.encode('clock.open', [returnId]) : codec.encode('level.card', [returnId, String(level)])
  return fitCard(
    {
      title: texts.who(deed, returnId),
      tone: 'calm',
      facts: [],
      lines: [
        dueAtMs === undefined ? undefined : texts.runsOn(momentText(dueAtMs, nowMs)),
        deed === 'assign' ? texts.assignLimit : undefined,
        people.length === 0 ? texts.noBody(levelName(role)) : undefined,
      ],
      note: [noteParts.asOf(clockText(nowMs))],
      buttons: [...choices, { label: peopleButtons.back, token: back, style: 'plain' }],
    },
    asIs,
  )
}

/** What was put off has come: the return, its limit and the line that was never moved. */
export function reminderCard(
  { returnId, orderId, role, dueAtMs, fineAtMs }: Reminder,
  nowMs: number,
  codec: ActionCodec,
): Card {
  return fitCard(
    {
      title: snoozeTexts.remind(returnId, levelName(role)),
      tone: fineAtMs - nowMs < 12 * 3_600_000 ? 'alarm' : 'warn',
      facts: [
        [snoozeTexts.due, dueAtMs === undefined ? undefined : momentText(dueAtMs, nowMs)],
        [snoozeTexts.fine, momentText(fineAtMs, nowMs)],
      ],
      note: [noteParts.asOf(clockText(nowMs))],
      buttons: [
        {
          label: snoozeTexts.see,
          token: codec.encode('ask.about', ['return.status', orderId, returnId]),
          style: 'plain',
          say: alertTexts.sayReturn(returnId),
        },
      ],
    },
    asIs,
  )
}

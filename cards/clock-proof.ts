import type { Card } from '../src/chat/card.ts'
import type { ClockAlarm } from '../src/hub/daily-proof.ts'
import { noteParts } from '../src/text/answers.ts'
import { clockText, momentText } from '../src/text/format.ts'
import { proofTexts as texts } from '../src/text/zh-clock-cards.ts'
import { digestTexts } from '../src/text/zh-clocks.ts'
import { fitCard } from './fit.ts'

/** What IT hears when a clock of the desk does not do what it should. */
export function clockAlarmCard(alarm: ClockAlarm): Card {
  const note = [noteParts.asOf(clockText(alarm.nowMs)), texts.source]
  if (alarm.kind === 'stuck') {
    const title = texts.stuckTitle(alarm.count)
    return fitCard({ title, tone: 'alarm', facts: [], lines: [texts.stuckLine], note, buttons: [] }, (text) => text)
  }
  const { lines } = alarm.proof
  const wrong = lines.filter(({ verdict }) => verdict !== 'ok')
  return fitCard(
    {
      title: texts.title(wrong.length),
      tone: 'alarm',
      facts: [
        [texts.labels.proved, texts.count(lines.length)],
        [texts.labels.fired, texts.count(lines.length - wrong.length)],
      ],
      lines: wrong.map(({ clock, rung, verdict, dueMs }) =>
        texts.rung(
          digestTexts.kinds[clock] ?? clock,
          rung,
          texts.verdicts[verdict] ?? verdict,
          momentText(dueMs, alarm.nowMs),
        ),
      ),
      note,
      buttons: [],
    },
    (text) => text,
  )
}

import type { ActionCodec } from '../cards/actions.ts'
import { reminderCard } from '../cards/level-people.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { HoldLevel } from '../src/hub/hold-level.ts'
import type { Reminder } from '../src/hub/snoozes.ts'
import type { Receiver } from '../src/hub/staff.ts'
import type { Tick } from '../src/jobs/schedule.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { momentText } from '../src/text/format.ts'
import { tapTexts } from '../src/text/zh-approval.ts'
import { snoozeTexts as texts } from '../src/text/zh-people.ts'
import { momentAhead } from '../src/understanding/ahead.ts'
import type { PeopleParts } from './level-people.ts'
import { type Answerer, type Question, textReply } from './question.ts'
import { deniedReply } from './rights.ts'
import { replyTo } from './urge.ts'
import { guarded } from './write-flow.ts'

export type SnoozeParts = PeopleParts & {
  readonly snooze?: {
    readonly holdLevel: HoldLevel
    /** The next opening of the office. */
    readonly nextWork: (nowMs: number) => Promise<number>
  }
}

/** approval.snooze: no reminders until then; limits and the fine line never move (J22). */
export function approvalSnooze(parts: SnoozeParts, without: Answerer): Answerer {
  return guarded(parts, async (question) => {
    const { snooze } = parts
    if (snooze === undefined) return without(question)
    const { until, return_no: said } = question.understood.slots
    const { nowMs } = question.view
    const parsed = until === undefined ? undefined : momentAhead(until, nowMs)
    const atMs = parsed === 'work' ? await snooze.nextWork(nowMs) : parsed
    if (atMs === undefined) return textReply(question, texts.when, 'clarify')
    const looked = question.about?.returnId ?? question.remembered?.about?.returnId
    const returnId = said ?? (await parts.people?.lastShown(question.member.id, looked))
    if (returnId === undefined) return textReply(question, texts.whichOne, 'clarify')
    return held(question, snooze.holdLevel, returnId, atMs)
  })
}

async function held(question: Question, holdLevel: HoldLevel, returnId: string, atMs: number): Promise<Reply> {
  const { nowMs } = question.view
  const outcome = await holdLevel({ returnId, memberId: question.member.id, minutes: (atMs - nowMs) / 60_000 })
  switch (outcome.outcome) {
    case 'held': {
      const [until, fine] = [momentText(outcome.untilMs, nowMs), momentText(outcome.fineAtMs, nowMs)]
      if (outcome.fineAtMs <= nowMs) return textReply(question, texts.finePassed(fine))
      const cut = outcome.untilMs >= outcome.fineAtMs
      const text = cut ? texts.fineFirst(until, fine) : tapTexts.held(until, fine)
      return textReply(question, texts.line(returnId, text), 'confirm')
    }
    case 'over':
      return textReply(question, tapTexts.notWaiting)
    case 'not-yours':
      return deniedReply(question, tapTexts.notWaitingForYou)
    default:
      return assertNever(outcome)
  }
}

/** The message when a wait is over, once per wait. */
export function reminderEntry(codec: ActionCodec) {
  return (reminder: Reminder, to: Receiver, atMs: number) =>
    replyTo(to, `snooze:${reminder.id}`, { kind: 'card', card: reminderCard(reminder, atMs, codec) })
}

/** Looks every five seconds whose wait is over. */
export function snoozeTick(end: () => Promise<number>, wake: () => void): Tick {
  return {
    name: 'snoozes',
    everyMs: 5_000,
    firstAfterMs: 5_000,
    run: async () => {
      if ((await end()) > 0) wake()
    },
  }
}

import type { Subject } from './clock-subjects.ts'
import { quietUntil } from './rung-times.ts'
import type { ClockRules, Step } from './rungs.ts'

/** One row of the ledger that waits to be told to one person. */
export type Waiting = {
  readonly id: string
  readonly subject: Subject
  readonly step: Step
  readonly urgent: boolean
}

/** What this person heard before, epoch ms. */
export type Heard = {
  /** Messages of the last hour. */
  readonly messagesAtMs: readonly number[]
  /** When each item was told last. */
  readonly toldAtMs: ReadonlyMap<Subject, number>
  /** When somebody reminded them of the item by hand. */
  readonly urgedAtMs: ReadonlyMap<Subject, number>
  /** Until when nobody need be reminded of the item: somebody has it in hand, or this person has put it off. */
  readonly heldUntilMs: ReadonlyMap<Subject, number>
}

export type Sorted<Row extends Waiting> = {
  /** Go in one message now. */
  readonly send: readonly Row[]
  readonly wait: readonly { readonly row: Row; readonly untilMs: number }[]
}

const hourMs = 3_600_000
const minuteMs = 60_000

/**
 * What one person hears now and what waits: quiet hours, ten minutes per item, messages per hour; a reminder waits for whoever
 * has the item in hand, a limit never does. What is urgent waits for
 * nothing. Nothing is dropped here.
 */
export function sortOut<Row extends Waiting>(
  rows: readonly Row[],
  heard: Heard,
  rules: ClockRules,
  nowMs: number,
): Sorted<Row> {
  const quiet = quietUntil(rules, nowMs)
  const wait: { row: Row; untilMs: number }[] = []
  const ready: Row[] = []
  for (const row of rows) {
    const untilMs = row.urgent ? undefined : (quiet ?? pauseUntil(row, heard, rules, nowMs))
    if (untilMs === undefined) ready.push(row)
    else wait.push({ row, untilMs })
  }
  const rings = ready.some(({ urgent }) => urgent)
  const freeMs = budgetFreeAt(heard.messagesAtMs, rules.perHour, nowMs)
  // a message that goes anyway takes the others along
  if (freeMs === undefined || rings) return { send: ready, wait }
  return { send: [], wait: [...wait, ...ready.map((row) => ({ row, untilMs: freeMs }))] }
}

function pauseUntil({ subject, step }: Waiting, heard: Heard, rules: ClockRules, nowMs: number): number | undefined {
  const held = step === 'nudge' ? heard.heldUntilMs.get(subject) : undefined
  if (held !== undefined && held > nowMs) return held
  const urged = step === 'nudge' ? heard.urgedAtMs.get(subject) : undefined
  const last = Math.max(heard.toldAtMs.get(subject) ?? 0, urged ?? 0)
  const untilMs = last + rules.itemPauseMinutes * minuteMs
  return untilMs > nowMs ? untilMs : undefined
}

/** When the next message may go; undefined: now. */
function budgetFreeAt(messagesAtMs: readonly number[], perHour: number, nowMs: number): number | undefined {
  const recent = messagesAtMs.filter((at) => at > nowMs - hourMs).sort((a, b) => b - a)
  const oldest = recent[perHour - 1]
  return oldest === undefined ? undefined : oldest + hourMs
}

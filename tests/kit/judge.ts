import type { Understanding } from '../../src/understanding/types.ts'

/** A line with what it means; dates compare by their days only, as the question set scores them. */
export type Meaning = {
  readonly text: string
  readonly intent: string
  readonly slots: Readonly<Record<string, unknown>>
  readonly expect: string
}

/** Slots in one comparable form: `date` by from and to. */
export function plainSlots(slots: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { date, ...rest } = slots as { date?: { from: string; to: string } }
  return date === undefined ? rest : { ...rest, date: { from: date.from, to: date.to } }
}

export const meaningOf = (understood: Understanding) => ({
  intent: understood.intent,
  slots: plainSlots(understood.slots),
  expect: understood.expect,
})

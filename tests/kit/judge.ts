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

type SlotMap = Readonly<Record<string, unknown>>
type Judged = Meaning & { readonly got: ReturnType<typeof meaningOf> }

/** Shares of 0–1 as the question set scores them: intent and expect exact, slots by F1 over all slots of all lines. */
export type Score = {
  readonly lines: number
  readonly intent: number
  readonly slotF1: number
  readonly expect: number
  readonly wrong: readonly Judged[]
}

const plainText = (value: unknown) =>
  String(value)
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s,.;:!?、。，；：！？]/g, '')

/** Days that nobody can say exactly; up to two days off count as right. */
const fuzzy = /最近|近期|前几天|前段|前阵|月初|月底|月中|前后|左右|这几天|几天前|上旬|中旬|下旬/
const dayMs = 86_400_000

function sameSlot(name: string, want: unknown, got: unknown, text: string): boolean {
  if (name !== 'date') return plainText(want) === plainText(got)
  const [one, other] = [want, got] as readonly { readonly from: string; readonly to: string }[]
  if (one === undefined || other === undefined) return false
  const apart = (a: string, b: string) => Math.abs(Date.parse(a) - Date.parse(b)) / dayMs
  const allowed = fuzzy.test(text) ? 2 : 0
  return apart(one.from, other.from) <= allowed && apart(one.to, other.to) <= allowed
}

/** Channel and carrier that only follow from a number's form are not scored. */
const scored = (want: SlotMap, slots: SlotMap) =>
  Object.entries(slots).filter(([name]) => !((name === 'carrier' || name === 'channel') && want[name] === undefined))

/** Judges an understanding against what the lines mean; `wrong` keeps every line with any difference. */
export function score(lines: readonly Meaning[], understandLine: (text: string) => Understanding): Score {
  let [intent, expected, right, wanted, said] = [0, 0, 0, 0, 0]
  const wrong: Judged[] = []
  for (const line of lines) {
    const got = meaningOf(understandLine(line.text))
    const want = scored(plainSlots(line.slots), plainSlots(line.slots))
    const have = scored(plainSlots(line.slots), got.slots)
    const same = want.filter(([name, value]) => sameSlot(name, value, got.slots[name], line.text)).length
    intent += Number(got.intent === line.intent)
    expected += Number(got.expect === line.expect)
    right += same
    wanted += want.length
    said += have.length
    const whole = same === want.length && same === have.length
    if (!whole || got.intent !== line.intent || got.expect !== line.expect) wrong.push({ ...line, got })
  }
  const count = lines.length
  const slotF1 = wanted + said === 0 ? 1 : (2 * right) / (wanted + said)
  return { lines: count, intent: intent / count, slotF1, expect: expected / count, wrong }
}

import { numberOf, numeral } from './chinese-number.ts'

const said = new RegExp(`(凌晨|早上?|上午|中午|下午|傍晚|晚上?|夜里)?(${numeral})点(?!半|击|评|开|到)`)
const later = /下午|傍晚|晚|夜/

/** The hour of the day (0–23) that a line names: 10点, 下午三点, 晚上8点; undefined when none or no such hour. */
export function hourSaid(line: string): number | undefined {
  const found = said.exec(line.normalize('NFKC'))
  const hour = numberOf(found?.[2] ?? '')
  if (hour === undefined || hour > 24) return undefined
  const part = found?.[1] ?? ''
  if (later.test(part) && hour < 12) return hour + 12
  return hour % 24
}

/** A day as it was said, without the hour behind it: the hour is shown in digits beside it. */
export function withoutHour(raw: string): string {
  return raw.replace(new RegExp(`\\s*(?:凌晨|早上?|上午|中午|下午|傍晚|晚上?|夜里)?${numeral}点.*$`), '')
}

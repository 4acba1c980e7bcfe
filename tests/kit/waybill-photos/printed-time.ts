import type { Dice } from './dice.ts'

export type PrintedTime = {
  /** As printed, the label word first if there is one; two entries: date and time on lines of their own. */
  readonly lines: readonly string[]
  /** Asia/Shanghai with its offset; what was not printed is zero. */
  readonly iso: string
  readonly precision: 'second' | 'minute' | 'day'
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const words = ['打印时间', '打印日期', '打印', '第1次打印', '寄件时间', '寄件日期', '收寄时间', '下单时间']

/** A time in the last four months before `nowMs`, in one of the forms of protocols/waybills.md section 3. */
export function printedTime(nowMs: number, dice: Dice): PrintedTime {
  const atMs = Math.floor(nowMs - dice.range(0.1, dice.chance(0.8) ? 12 : 120) * dayMs)
  const part = partsOf(atMs)
  const [separator, padded] = dice.weighted([
    [['-', true] as const, 40],
    [['/', true] as const, 22],
    [['.', true] as const, 12],
    [['年', true] as const, 8],
    [['/', false] as const, 10],
    [['-', false] as const, 4],
  ])
  const withYear = separator === '年' || !dice.chance(0.18)
  const pad = (value: number) => (padded ? String(value).padStart(2, '0') : String(value))
  const date =
    separator === '年'
      ? `${part.year}年${pad(part.month)}月${pad(part.day)}日`
      : [...(withYear ? [String(part.year)] : []), pad(part.month), pad(part.day)].join(separator)
  const precision = dice.weighted([
    ['second' as const, 55],
    ['minute' as const, 38],
    ['day' as const, withYear ? 7 : 0],
  ])
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = `${two(part.hour)}:${two(part.minute)}${precision === 'second' ? `:${two(part.second)}` : ''}`
  // a bare day without a word could be any day: labels that print one say what it is
  const word = precision === 'day' || dice.chance(0.62) ? `${dice.pick(words)}${dice.pick([':', '：', ': ', ' '])}` : ''
  const ownLines = withYear && precision !== 'day' && dice.chance(0.14)
  return {
    lines:
      precision === 'day' ? [`${word}${date}`] : ownLines ? [`${word}${date}`, clock] : [`${word}${date} ${clock}`],
    iso: isoOf(part, precision),
    precision,
  }
}

type Parts = Readonly<Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>>

function partsOf(atMs: number): Parts {
  const local = new Date(atMs + 8 * hourMs)
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
  }
}

function isoOf({ year, month, day, hour, minute, second }: Parts, precision: PrintedTime['precision']): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = precision === 'day' ? [0, 0, 0] : [hour, minute, precision === 'second' ? second : 0]
  return `${year}-${two(month)}-${two(day)}T${clock.map(two).join(':')}+08:00`
}

import { numberOf, numeral } from './chinese-number.ts'

// Days and hours that lie ahead: who is away when, and when to be reminded. Dates of questions look back; these never do.

const dayMs = 86_400_000
const hourMs = 3_600_000
const zoneMs = 8 * hourMs

export type Ahead = { readonly fromMs: number; readonly toMs: number }

const named: Readonly<Record<string, number>> = { 今天: 0, 今晚: 0, 明天: 1, 明早: 1, 明晚: 1, 后天: 2, 大后天: 3 }
const weekdays = '一二三四五六日'
const dayForm =
  `(?:(?<name>大后天|后天|明天|明早|明晚|今天|今晚)|(?<week>下下|下个?|这个?|本)?(?:周|星期|礼拜)(?<weekday>[一二三四五六日天])` +
  `|(?:(?<month>${numeral})月)?(?<date>${numeral})[号日])`

const midnightOf = (atMs: number): number => Math.floor((atMs + zoneMs) / dayMs) * dayMs - zoneMs

type Said = Readonly<Record<string, string | undefined>>

/** Midnight in Beijing of the day that was said, on or after `base`; undefined for a date that does not exist. */
function dayOf(said: Said, base: number): number | undefined {
  if (said.name !== undefined) return base + (named[said.name] ?? 0) * dayMs
  if (said.weekday !== undefined) {
    const index = Math.min(weekdays.indexOf(said.weekday === '天' ? '日' : said.weekday), 6)
    const today = (new Date(base + zoneMs).getUTCDay() + 6) % 7
    if (said.week?.startsWith('下')) return base + (index - today + 7 * (said.week === '下下' ? 2 : 1)) * dayMs
    return base + ((index - today + 7) % 7) * dayMs
  }
  return dateOf(said, base)
}

function dateOf(said: Said, base: number): number | undefined {
  const local = new Date(base + zoneMs)
  const date = numberOf(said.date ?? '')
  const month = said.month === undefined ? local.getUTCMonth() + 1 : numberOf(said.month)
  if (date === undefined || month === undefined) return undefined
  const at = (year: number, of: number) => {
    const day = new Date(Date.UTC(year, of - 1, date))
    return day.getUTCDate() === date ? day.getTime() - zoneMs : undefined
  }
  const year = local.getUTCFullYear()
  const first = at(year, month)
  if (first === undefined || first >= base) return first
  return said.month === undefined ? at(year, month + 1) : at(year + 1, month)
}

const halves: Readonly<Record<string, readonly [number, number]>> = {
  上午: [0, 12],
  早上: [0, 12],
  下午: [12, 24],
  晚上: [18, 24],
}

/**
 * The days somebody is away, from midnight to midnight in Beijing: 明天 · 下周一到周三 · 11月25号 · 这周五下午; `raw` as the slot
 * `until` has it. Undefined when no day is said.
 */
export function daysAhead(raw: string, nowMs: number): Ahead | undefined {
  const today = midnightOf(nowMs)
  if (/明后天/.test(raw)) return { fromMs: today + dayMs, toMs: today + 3 * dayMs }
  if (/这两天/.test(raw)) return { fromMs: today, toMs: today + 2 * dayMs }
  const first = new RegExp(dayForm).exec(raw)
  const fromMs = first?.groups && dayOf(first.groups, today)
  if (first === null || fromMs === undefined) return undefined
  const rest = raw.slice(first.index + first[0].length)
  const second = new RegExp(`^[到至-]${dayForm}`).exec(rest)
  const lastMs = second?.groups ? dayOf(second.groups, fromMs) : fromMs
  if (lastMs === undefined || lastMs < fromMs) return undefined
  const half = second === null ? halves[/上午|早上|下午|晚上/.exec(rest)?.[0] ?? ''] : undefined
  if (half !== undefined) return { fromMs: fromMs + half[0] * hourMs, toMs: fromMs + half[1] * hourMs }
  return { fromMs, toMs: lastMs + dayMs }
}

const unitMs: Readonly<Record<string, number>> = {
  分钟: 60_000,
  刻钟: 900_000,
  小时: hourMs,
  时辰: 2 * hourMs,
  天: dayMs,
}
const defaultHour: Readonly<Record<string, number>> = { 早: 9, 上午: 10, 中午: 12, 下午: 14, 傍晚: 17, 晚: 20 }

/**
 * When to be reminded: a moment, or `work` for the next opening of the office (上班). 1小时后 · 半小时后 · 明天早上 · 下午3点半.
 * Undefined when the words name no time, or one that is over.
 */
export function momentAhead(raw: string, nowMs: number): number | 'work' | undefined {
  if (/上班/.test(raw)) return 'work'
  const after = new RegExp(`^(半|${numeral})个?(分钟|刻钟|小时|时辰|天)后`).exec(raw)
  if (after !== null) {
    const count = after[1] === '半' ? 0.5 : numberOf(after[1] ?? '')
    return count === undefined ? undefined : nowMs + count * (unitMs[after[2] ?? ''] ?? hourMs)
  }
  const day = new RegExp(dayForm).exec(raw)
  const dayStart = day?.groups ? dayOf(day.groups, midnightOf(nowMs)) : midnightOf(nowMs)
  const hour = hourIn(raw)
  if (dayStart === undefined || (hour === undefined && day === null)) return undefined
  const atMs = dayStart + (hour ?? 9) * hourMs
  return atMs > nowMs ? atMs : undefined
}

/** 15.5 for 下午3点半. */
function hourIn(raw: string): number | undefined {
  const part = /早|上午|中午|下午|傍晚|晚/.exec(raw)?.[0]
  const clock = new RegExp(`(${numeral})[点:](半|${numeral})?`).exec(raw)
  if (clock === null) return part === undefined ? undefined : defaultHour[part]
  const hour = numberOf(clock[1] ?? '')
  const minutes = clock[2] === '半' ? 30 : clock[2] === undefined ? 0 : numberOf(clock[2])
  if (hour === undefined || minutes === undefined || hour > 23 || minutes > 59) return undefined
  const later = hour < 12 && (part === '下午' || part === '傍晚' || part === '晚') ? 12 : 0
  return hour + later + minutes / 60
}

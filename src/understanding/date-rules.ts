import { civilOf, type Day, dayOfCivil, weekdayOf } from './calendar.ts'
import { numberOf, numeral } from './chinese-number.ts'

export type Days = { readonly from: Day; readonly to: Day }
/** `form` is sticky; `days` gets its match and the day it is now, undefined = no such day. */
export type DateRule = {
  readonly form: RegExp
  readonly days: (match: RegExpExecArray, today: Day) => Days | undefined
}

const one = (day: Day | undefined): Days | undefined => (day === undefined ? undefined : { from: day, to: day })
const last = (count: number, today: Day): Days => ({ from: today - count + 1, to: today })

/** The most recent such day that is not after today; `years` back when a year was said (去年 = 1). */
function pastCivil(month: number, date: number, today: Day, years?: number): Day | undefined {
  const { year } = civilOf(today)
  if (years !== undefined) return dayOfCivil(year - years, month, date)
  const day = dayOfCivil(year, month, date)
  return day !== undefined && day > today ? dayOfCivil(year - 1, month, date) : day
}

/** A whole month, the current one up to today; `offset` counts months from now. */
function month(offset: number, today: Day): Days | undefined {
  const { year, month: current } = civilOf(today)
  const firstOf = (months: number) => dayOfCivil(year + Math.floor(months / 12), (((months % 12) + 12) % 12) + 1, 1)
  const [from, next] = [firstOf(current - 1 + offset), firstOf(current + offset)]
  return from === undefined || next === undefined ? undefined : { from, to: Math.min(next - 1, today) }
}

function week(offset: number, today: Day): Days {
  const monday = today - weekdayOf(today) + 7 * offset
  return { from: monday, to: offset === 0 ? today : monday + 6 }
}

const weekOffset: Readonly<Record<string, number>> = {
  上上: -2,
  上: -1,
  上个: -1,
  上一: -1,
  这: 0,
  这个: 0,
  本: 0,
  下: 1,
  下个: 1,
}
const weekdays = '一二三四五六日天'

/** 上周五 · 这周二 · 周三: without a word for the week it is the last such day up to today. */
function weekdayIn(said: string | undefined, name: string, today: Day): Day {
  const index = /\d/.test(name) ? Number(name) - 1 : Math.min(weekdays.indexOf(name), 6)
  if (said !== undefined) return today - weekdayOf(today) + 7 * (weekOffset[said] ?? 0) + index
  return today - ((weekdayOf(today) - index + 7) % 7)
}

const dayNames: Readonly<Record<string, number>> = { 大前: -3, 前: -2, 昨: -1, 今: 0, 明: 1, 后: 2, 大后: 3 }

/** Sales and holidays people date orders by: month, day, and the days it lasts. */
const feasts: readonly (readonly [RegExp, number, number, number])[] = [
  [/双\s?(?:11|十一)|光棍节/y, 11, 11, 1],
  [/双\s?(?:12|十二)/y, 12, 12, 1],
  [/618|六[·.]?一八/y, 6, 18, 1],
  [/(?:三八|38)(?:妇女|女王|大促)?节?|女王节/y, 3, 8, 1],
  [/六一儿童节|儿童节|六一/y, 6, 1, 1],
  [/国庆(?:节|期间|假期)?|十一期间|十一假期/y, 10, 1, 7],
  [/五一(?:节|假期|期间)?|劳动节/y, 5, 1, 5],
  [/元旦/y, 1, 1, 1],
]

const n = `(${numeral})`
const weekWord = '(?:周|星期|礼拜)'
/** Hours that may follow a day and belong to it. */
const hours = '(?:早上|上午|中午|下午|傍晚|晚上|凌晨|夜里|早|晚|夜)?'
const measured = '(?![\\d.]|\\s*(?:段|罐|盒|包|件|个|元|块|折|%|g|kg|ml|l|倍|岁|码|片|天|小时|次))'

const spans: Readonly<Record<string, number>> = {
  天: 1,
  日: 1,
  周: 7,
  星期: 7,
  礼拜: 7,
  个星期: 7,
  个礼拜: 7,
  个月: 30,
  月: 30,
  年: 365,
}

/** `最近三天` counts today as one of them; 几 is taken as seven days, 半 as half. */
function lastSpan(count: string, unit: string, today: Day): Days | undefined {
  const size = spans[unit] ?? 1
  const amount = count === '几' ? (size === 1 ? 7 : 3) : count === '半' ? 0.5 : numberOf(count)
  return amount === undefined || amount === 0 ? undefined : last(Math.ceil(amount * size), today)
}

export const dateRules: readonly DateRule[] = [
  {
    form: /(20\d{2})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?[日号]?(?!\d)/y,
    days: (match) => one(dayOfCivil(Number(match[1]), Number(match[2]), Number(match[3]))),
  },
  {
    form: /(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)/y,
    days: (match) => one(dayOfCivil(Number(match[1]), Number(match[2]), Number(match[3]))),
  },
  {
    form: new RegExp(`(去年|今年|前年)?的?${n}月(?:份的?)?${n}[日号]?${hours}`, 'y'),
    days: (match, today) => {
      const [of, date] = [numberOf(match[2] ?? ''), numberOf(match[3] ?? '')]
      const years = match[1] === undefined ? undefined : ['今年', '去年', '前年'].indexOf(match[1])
      return of === undefined || date === undefined ? undefined : one(pastCivil(of, date, today, years))
    },
  },
  {
    form: new RegExp(`(?<![\\d.¥])(\\d{1,2})[-/.](\\d{1,2})[日号]?${measured}`, 'y'),
    days: (match, today) => one(pastCivil(Number(match[1]), Number(match[2]), today)),
  },
  {
    form: new RegExp(`(?<![第#规则月路街弄巷村\\d]|(?<!渠)道)${n}[号日](?![楼店仓线库柜机位院单])${hours}`, 'y'),
    days: (match, today) => dayOfMonth(numberOf(match[1] ?? ''), today),
  },
  {
    form: new RegExp(
      `(?<!绘)(上上|上个|上一|上|这个|这|本|下个|下)?个?${weekWord}([一二三四五六日天1-7])(?![\\d天个猫]|(?<=一)[共直起])${hours}`,
      'y',
    ),
    days: (match, today) => one(weekdayIn(match[1], match[2] ?? '', today)),
  },
  {
    form: /(上上|上个|上一|上|这个|这|本|下个|下)?个?周末/y,
    days: (match, today) => {
      const saturday = weekdayIn(match[1], '六', today)
      return { from: saturday, to: saturday + 1 }
    },
  },
  {
    form: new RegExp(`(?<!绘)(上上|上个|上一|上|这个|这|本|下个|下)个?${weekWord}`, 'y'),
    days: (match, today) => week(weekOffset[match[1] ?? ''] ?? 0, today),
  },
  {
    form: new RegExp(`(大前|大后|前|昨|今|明|后)(?:天|日|儿个?|(?=[早晚夜]))${hours}`, 'y'),
    days: (match, today) => one(today + (dayNames[match[1] ?? ''] ?? 0)),
  },
  {
    form: new RegExp(
      `(?:最近|近|过去|这)的?(${numeral}|几|半)(天|日|周|星期|礼拜|个星期|个礼拜|个月|月|年)(?:之?内|以来)?`,
      'y',
    ),
    days: (match, today) => lastSpan(match[1] ?? '', match[2] ?? '', today),
  },
  {
    form: new RegExp(
      `(${numeral}|几|半)(天|日|周|星期|个星期|个月|年)(?:之内|以内|内)(?!\\s*(?:能|会|可以|才|必|给)?(?:[发到送退出]|处理|解决))`,
      'y',
    ),
    days: (match, today) => lastSpan(match[1] ?? '', match[2] ?? '', today),
  },
  {
    form: new RegExp(`前(${numeral}|几)天`, 'y'),
    days: (match, today) => {
      const count = match[1] === '几' ? 7 : numberOf(match[1] ?? '')
      return count === undefined ? undefined : { from: today - count, to: today - 1 }
    },
  },
  {
    form: new RegExp(`(${numeral}|半)(天|日|周|个?星期|个月|年)(?:之前|以前|前)`, 'y'),
    days: (match, today) => {
      const count = match[1] === '半' ? 0.5 : numberOf(match[1] ?? '')
      return count === undefined ? undefined : one(today - Math.round(count * (spans[match[2] ?? ''] ?? 1)))
    },
  },
  {
    form: /(?:(?:刚才|刚刚|方才)(?![那这查说问的])|今早|今晚)|(?:早上|上午|中午|下午|晚上)(?!好)/y,
    days: (_, today) => one(today),
  },
  {
    form: /(上上|上|这|本|当)个?月份?/y,
    days: (match, today) => month({ 上上: -2, 上: -1 }[match[1] ?? ''] ?? 0, today),
  },
  {
    form: /月初/y,
    days: (_, today) => ({
      from: today - civilOf(today).date + 1,
      to: Math.min(today, today - civilOf(today).date + 5),
    }),
  },
  {
    form: /(今年|去年)(?![\d零一二三四五六七八九十]+月)/y,
    days: (match, today) => year(match[1] === '去年' ? 1 : 0, today),
  },
  { form: /最近|近期|近来|这几天|这两天/y, days: (match, today) => last(match[0] === '这两天' ? 2 : 7, today) },
]

function dayOfMonth(date: number | undefined, today: Day): Days | undefined {
  if (date === undefined || date < 1 || date > 31) return undefined
  const { year: thisYear, month: thisMonth } = civilOf(today)
  const day = dayOfCivil(thisYear, thisMonth, date)
  if (day !== undefined && day <= today) return one(day)
  return one(thisMonth === 1 ? dayOfCivil(thisYear - 1, 12, date) : dayOfCivil(thisYear, thisMonth - 1, date))
}

function year(back: number, today: Day): Days | undefined {
  const of = civilOf(today).year - back
  const [from, to] = [dayOfCivil(of, 1, 1), dayOfCivil(of, 12, 31)]
  return from === undefined || to === undefined ? undefined : { from, to: Math.min(to, today) }
}

export const feastRules: readonly DateRule[] = feasts.map(([name, feastMonth, date, length]) => ({
  form: new RegExp(`(去年|今年|前年)?的?(?<!\\d)(?:${name.source})(?!\\d)(?:当天|期间|那天|当晚)?`, 'y'),
  days: (match, today) => {
    const years = match[1] === undefined ? undefined : ['今年', '去年', '前年'].indexOf(match[1])
    const from = pastCivil(feastMonth, date, today, years)
    return from === undefined ? undefined : { from, to: from + length - 1 }
  },
}))

/** The desk's day is China's, wherever the browser stands. */
const timeZone = 'Asia/Shanghai'

const parts = new Intl.DateTimeFormat('zh-CN', {
  timeZone,
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

function field(atMs: number): Readonly<Record<string, string>> {
  return Object.fromEntries(parts.formatToParts(atMs).map(({ type, value }) => [type, value]))
}

/** 2026-11-22 as a key, not for people. */
export function dayOf(atMs: number): string {
  const { year, month, day } = field(atMs)
  return `${year}-${month}-${day}`
}

/** 10:05 today, 11月21日 10:05 on other days, with the year when it is another. */
export function chatTime(atMs: number, nowMs: number): string {
  const { year, month, day, hour, minute } = field(atMs)
  const clock = `${hour}:${minute}`
  if (dayOf(atMs) === dayOf(nowMs)) return clock
  const date = `${month}月${day}日`
  return year === field(nowMs).year ? `${date} ${clock}` : `${year}年${date} ${clock}`
}

/** 11月22日 周日 and 10:05:33, for the clock mover. */
export function deskTime(nowMs: number): { readonly date: string; readonly clock: string } {
  const { month, day, weekday, hour, minute, second } = field(nowMs)
  return { date: `${month}月${day}日 ${weekday}`, clock: `${hour}:${minute}:${second}` }
}

/** +1天2小时, −15分钟; undefined when the clock stands at real time. */
export function offsetText(offsetMs: number): string | undefined {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000)
  if (minutes === 0) return undefined
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60]
  const text = [days && `${days}天`, hours && `${hours}小时`, rest && `${rest}分钟`].filter(Boolean).join('')
  return `${offsetMs < 0 ? '−' : '+'}${text}`
}

/** Times are epoch ms shown in Asia/Shanghai (+08:00 all year), money is fen. */

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const zoneMs = 8 * hourMs

const pad = (value: number): string => String(value).padStart(2, '0')

function civil(atMs: number) {
  const local = new Date(atMs + zoneMs)
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    date: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
  }
}

/** True when both fall on the same Beijing day. */
export function sameDay(aMs: number, bMs: number): boolean {
  return Math.floor((aMs + zoneMs) / dayMs) === Math.floor((bMs + zoneMs) / dayMs)
}

/** 10:05 */
export function clockText(atMs: number): string {
  const { hour, minute } = civil(atMs)
  return `${pad(hour)}:${pad(minute)}`
}

/** 11-23, or 2025-11-23 when it is not this year. */
export function dayText(atMs: number, nowMs: number): string {
  const { year, month, date } = civil(atMs)
  const day = `${pad(month)}-${pad(date)}`
  return year === civil(nowMs).year ? day : `${year}-${day}`
}

/** 10:05 when it is today, else 11-21 10:05. */
export function momentText(atMs: number, nowMs: number): string {
  return sameDay(atMs, nowMs) ? clockText(atMs) : `${dayText(atMs, nowMs)} ${clockText(atMs)}`
}

/** For customers: 今天14:02 · 11月21日14:02. */
export function spokenMoment(atMs: number, nowMs: number): string {
  return `${sameDay(atMs, nowMs) ? '今天' : spokenDay(atMs, nowMs)}${clockText(atMs)}`
}

/** 今天 · 明天 · 11月23日 · 2025年11月23日 */
export function spokenDay(atMs: number, nowMs: number): string {
  if (sameDay(atMs, nowMs)) return '今天'
  if (sameDay(atMs, nowMs + dayMs)) return '明天'
  const { year, month, date } = civil(atMs)
  return year === civil(nowMs).year ? `${month}月${date}日` : `${year}年${month}月${date}日`
}

/** A time that lies ahead: 今天18点前 · 今天17:30前 · 今天 (no hour known: midnight or its last minute) · 11-23. */
export function dueText(atMs: number, nowMs: number): string {
  if (!sameDay(atMs, nowMs)) return dayText(atMs, nowMs)
  const { hour, minute } = civil(atMs)
  if ((hour === 0 && minute === 0) || (hour === 23 && minute === 59)) return '今天'
  return minute === 0 ? `今天${hour}点前` : `今天${clockText(atMs)}前`
}

/** The same with its hour on any day: 今天18点前 · 11-23 18点前 · 11-23 08:30前 · 11-23 (no hour known). */
export function dueHourText(atMs: number, nowMs: number): string {
  const { hour, minute } = civil(atMs)
  if (sameDay(atMs, nowMs) || (hour === 0 && minute === 0) || (hour === 23 && minute === 59))
    return dueText(atMs, nowMs)
  return `${dayText(atMs, nowMs)} ${minute === 0 ? `${hour}点` : clockText(atMs)}前`
}

/** Whole hours, from 100 on whole days: 51时 · 4天. */
export function hoursText(ms: number): string {
  const hours = Math.floor(Math.max(0, ms) / hourMs)
  return hours < 100 ? `${hours}时` : `${Math.floor(hours / 24)}天`
}

/** 24分 · 1时24分 · 52时 · 4天3时; below a minute 不到1分. Negative counts as none. */
export function durationText(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / minuteMs)
  if (minutes < 1) return '不到1分'
  const hours = Math.floor(minutes / 60)
  if (hours < 1) return `${minutes}分`
  if (hours >= 72) return `${Math.floor(hours / 24)}天${hours % 24 === 0 ? '' : `${hours % 24}时`}`
  return minutes % 60 === 0 ? `${hours}时` : `${hours}时${minutes % 60}分`
}

/** ¥238.00; `trimmed` drops zeros behind the point: ¥12.5. */
export function fenText(fen: bigint, trimmed = false): string {
  const sign = fen < 0n ? '-' : ''
  const amount = fen < 0n ? -fen : fen
  const cents = String(amount % 100n).padStart(2, '0')
  const whole = String(amount / 100n).replace(/\B(?=(\d{3})+$)/g, ',')
  if (!trimmed) return `${sign}¥${whole}.${cents}`
  const short = cents.replace(/0+$/, '')
  return `${sign}¥${whole}${short === '' ? '' : `.${short}`}`
}

/** 张*: the first character of a name; a name of one character shows nothing. */
export function maskName(name: string): string {
  const signs = [...name.trim()]
  return signs.length > 1 ? `${signs[0]}*` : '*'
}

/** 170****1234; extensions of privacy numbers are dropped, anything that is no mobile number shows its last two digits at most. */
export function maskPhone(phone: string): string {
  const mobile = /^(1\d{2})\d{4}(\d{4})(?!\d)/.exec(phone)
  if (mobile !== null) return `${mobile[1]}****${mobile[2]}`
  return phone.length > 6 ? `****${phone.slice(-2)}` : '****'
}

/** What may not be shown, as stored. */
export type Person = {
  readonly name?: string | undefined
  readonly phone?: string | undefined
  readonly address?: string | undefined
}

/** The text without the person: stored values are masked wherever they stand (signer, track, reasons), and every mobile number is. */
export function hidePerson(text: string, person: Person): string {
  let shown = text
  if (person.address !== undefined && person.address.length >= 4) shown = shown.replaceAll(person.address, '***')
  if (person.phone !== undefined && person.phone.length >= 5)
    shown = shown.replaceAll(person.phone, maskPhone(person.phone))
  if (person.name !== undefined && [...person.name].length >= 2)
    shown = shown.replaceAll(person.name, maskName(person.name))
  return shown.replace(/(?<![\dA-Z])1[3-9]\d{9}(?!\d)/g, maskPhone)
}

/** 缺货，等补货: stops between Chinese words in their Chinese form. */
export function chineseStops(text: string): string {
  const forms: Readonly<Record<string, string>> = { ',': '，', ';': '；', ':': '：' }
  return text.replace(/(?<=\p{Script=Han})[,;:](?=\p{Script=Han})/gu, (stop) => forms[stop] ?? stop)
}

/** Two words side by side; a blank keeps digits and letters of one from running into those of the other. */
export function beside(left: string, right: string): string {
  return /[\dA-Za-z]$/.test(left) && /^[\dA-Za-z]/.test(right) ? `${left} ${right}` : left + right
}

/** ①–⑳, else (21). */
export function circled(position: number): string {
  return position >= 1 && position <= 20 ? String.fromCodePoint(0x245f + position) : `(${position})`
}

import type { Channel } from '../src/hub/order-facts.ts'
import { channelCode, channelName } from '../src/text/zh-cn.ts'

/** Days as YYYY-MM-DD in Asia/Shanghai, both inclusive. */
export type Days = { readonly from: string; readonly to: string }

/** Which list of what is wrong, from which place on. */
export type AlertArgs = {
  readonly name: string
  readonly channel?: Channel
  readonly days?: Days
  readonly hour?: number
  readonly offset: number
}

/** Which figure, by what. */
export type StatsArgs = {
  readonly metric: string
  readonly channel?: Channel
  readonly days: Days
  readonly group?: 'channel' | 'hour' | 'day' | 'warehouse'
}

// a token holds little: a day takes six digits, what was not said nothing
const shortDay = (day: string): string => day.slice(2).replaceAll('-', '')
const longDay = (day: string): string => `20${day.slice(0, 2)}-${day.slice(2, 4)}-${day.slice(4, 6)}`

export function alertArgs({ name, channel, days, hour, offset }: AlertArgs): readonly string[] {
  const at = days === undefined ? ['', ''] : [shortDay(days.from), shortDay(days.to)]
  return [name, channel ?? '', ...at, hour === undefined ? '' : String(hour), String(offset)]
}

/** The arguments of an alert.page token; they are ours, so nothing in them is unknown but to an older release. */
export function readAlertArgs(args: readonly string[]): AlertArgs | undefined {
  const [name, channel = '', from = '', to = '', hour = '', offset = '0'] = args
  if (name === undefined) return undefined
  return {
    name,
    ...channelOf(channel),
    ...daysOf(from, to),
    ...(hour !== '' && { hour: Number(hour) }),
    offset: Number(offset),
  }
}

export function statsArgs({ metric, channel, days, group }: StatsArgs): readonly string[] {
  return [metric, channel ?? '', shortDay(days.from), shortDay(days.to), group ?? '']
}

/** The arguments of a stats.open token. */
export function readStatsArgs(args: readonly string[]): StatsArgs | undefined {
  const [metric, channel = '', from = '', to = '', group = ''] = args
  const { days } = daysOf(from, to)
  if (metric === undefined || days === undefined) return undefined
  const by = (['channel', 'hour', 'day', 'warehouse'] as const).find((one) => one === group)
  return { metric, days, ...channelOf(channel), ...(by !== undefined && { group: by }) }
}

function daysOf(from: string, to: string): { readonly days?: Days } {
  return from === '' || to === '' ? {} : { days: { from: longDay(from), to: longDay(to) } }
}

function channelOf(code: string): { readonly channel?: Channel } {
  const channel = channelCode(channelName(code)) ?? (code === 'pos' ? 'pos' : undefined)
  return channel === undefined ? {} : { channel }
}

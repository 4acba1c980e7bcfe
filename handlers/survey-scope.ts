import type { Days } from '../cards/survey-args.ts'
import type { Channel } from '../src/hub/order-facts.ts'
import type { StaleSource, StatsLookup } from '../src/hub/stats.ts'
import { durationText } from '../src/text/format.ts'
import { channelCode, channelName, sourceName } from '../src/text/zh-cn.ts'
import { statsTexts as texts } from '../src/text/zh-stats.ts'
import { dayOf, isoOf, windowOf } from '../src/understanding/calendar.ts'
import { hourSaid, withoutHour } from '../src/understanding/hour.ts'
import type { Question } from './question.ts'

/** When and where a survey looks. */
export type SurveyScope = {
  readonly channel?: Channel
  readonly days?: Days
  readonly hour?: number
  /** The days in the asker's words, when there were any. */
  readonly raw?: string
}

/** What was said of day, hour and channel. An hour without a day is today's. */
export function scopeOf({ understood: { slots }, text, view }: Question): SurveyScope {
  const channel = slots.channel === undefined ? undefined : channelCode(slots.channel)
  const hour = hourSaid(text)
  const said = slots.date === undefined ? undefined : { from: slots.date.from, to: slots.date.to }
  const days = said ?? (hour === undefined ? undefined : today(view.nowMs))
  const raw = slots.date === undefined ? undefined : withoutHour(slots.date.raw)
  return {
    ...(channel !== undefined && { channel }),
    ...(days !== undefined && { days }),
    ...(hour !== undefined && { hour }),
    ...(raw !== undefined && raw !== '' && { raw }),
  }
}

export function today(nowMs: number): Days {
  const day = isoOf(dayOf(nowMs))
  return { from: day, to: day }
}

/** 今天9点抖音: as said, else the days by their dates. */
export function whereText({ channel, days, hour, raw }: SurveyScope, nowMs: number): string {
  const when = raw ?? (days === undefined ? '' : daysText(days, nowMs))
  return `${when}${hour === undefined ? '' : texts.hour(hour)}${channel === undefined ? '' : channelName(channel)}`
}

function daysText(days: Days, nowMs: number): string {
  const now = today(nowMs)
  if (days.from === now.from && days.to === now.to) return texts.lastDays(1)
  const said = (day: string) => texts.civil(Number(day.slice(5, 7)), Number(day.slice(8, 10)))
  return days.from === days.to ? said(days.from) : texts.fromTo(said(days.from), said(days.to))
}

export type Stale = { readonly bar: string; readonly only?: string }

/**
 * Which late source makes the figures of this window too small; of several the one that is silent longest. `carriers`: what is
 * counted comes from the tracker, else from the channels.
 */
export async function staleIn(
  stats: StatsLookup,
  { channel, days }: SurveyScope,
  nowMs: number,
  carriers: boolean,
): Promise<Stale | undefined> {
  const untilMs = days === undefined ? nowMs : Math.min(nowMs, windowOf(days.from, days.to).toMs)
  const [worst] = (await stats.staleSources(nowMs)).filter((source) => {
    const ofChannel = channelOfSource(source)
    const tells = carriers ? source.name.startsWith('track.') : ofChannel !== undefined
    return tells && nowMs - source.silentMs < untilMs && (carriers || channel === undefined || ofChannel === channel)
  })
  if (worst === undefined) return undefined
  const name = sourceName(worst.name)
  const bar = texts.staleBar(name, durationText(worst.silentMs))
  return { bar, ...(channel !== undefined && !carriers && { only: name }) }
}

/** The channel whose orders a source tells; undefined for those that tell of goods and parcels. */
function channelOfSource({ name }: StaleSource): Channel | undefined {
  const system = name.split('.', 1)[0] ?? ''
  if (system === 'sheet') return 'distributor'
  return (['douyin', 'tmall', 'jd', 'miniapp', 'pos'] as const).find((channel) => channel === system)
}

import { type Button, type Card, cardLimits } from '../src/chat/card.ts'
import type { Figure, Group, Summary } from '../src/hub/stats-figures.ts'
import type { GroupBy, Span, Unit } from '../src/hub/stats-metrics.ts'
import { noteParts, type Phrase } from '../src/text/answers.ts'
import { clockText, dayText } from '../src/text/format.ts'
import { channelName } from '../src/text/zh-cn.ts'
import { type MetricCode, metricTexts } from '../src/text/zh-metrics.ts'
import { beforeText, figureText, statsTexts as texts } from '../src/text/zh-stats.ts'
import type { ActionCodec } from './actions.ts'
import { causesOf } from './alerts.ts'
import { fitCard } from './fit.ts'
import type { Row } from './order-rows.ts'
import { alertArgs, type Days, type StatsArgs, statsArgs } from './survey-args.ts'
import type { View } from './view.ts'

/** Groups on one card; one line is kept for the count of the rest, one for the causes of the worst hour. */
const groupsShown = 6

export type StatsAnswer = {
  readonly args: StatsArgs & { readonly metric: MetricCode; readonly hour?: number }
  readonly unit: Unit
  /** Of a share: the lowest hour stands out, not the highest. */
  readonly highIsGood: boolean
  /** Today or 昨天抖音: when and where, as said. */
  readonly where: string
  readonly span: Span
  readonly summary: Summary
  /** A source of these orders is late. `only`: nothing else was asked for. */
  readonly stale?: { readonly bar: string; readonly only?: string }
  /** Why the figure asked for is not this one. */
  readonly instead?: string | undefined
}

/** 今天异常率2.4%（前7天2.1%）: a figure, what it was before, how it is counted, and its parts. */
export function statsCard(answer: StatsAnswer, view: View, codec: ActionCodec): Card {
  const { args, unit, where, summary, stale, instead } = answer
  const { name, formula, source } = metricTexts[args.metric]
  const value = figureText(unit, summary.figure.num, summary.figure.den)
  const what = `${where}${name}`
  const title = titleOf(answer, what, value)
  const groups = summary.groups
  return fitCard(
    {
      title,
      tone: stale === undefined && instead === undefined ? 'calm' : 'warn',
      bar: stale?.bar,
      facts: [
        [instead === undefined ? texts.received : texts.nearest, saidBelow(answer, what, value)],
        [texts.formula, formula],
        [
          texts.parts,
          unit === 'share' && value !== undefined
            ? texts.partsValue(summary.figure.num, summary.figure.den)
            : undefined,
        ],
        [texts.causes, summary.kinds.length > 0 ? causesOf(summary.kinds) : undefined],
        comparedRow(answer, view.nowMs),
      ],
      lines: [
        ...topOf(groups, args.group).map((group) => groupLine(group, answer)),
        peakCauses(groups),
        groups.length > groupsShown ? texts.moreGroups(groups.length - groupsShown) : undefined,
      ],
      note: [noteParts.asOf(clockText(view.nowMs)), source],
      buttons: drills(answer, codec),
    },
    (text) => text,
  )
}

/** The figure, unless it is not the one asked for or one source of it has not come in. */
function titleOf(
  { unit, summary, stale, instead, span }: StatsAnswer,
  what: string,
  value: string | undefined,
): Phrase {
  if (instead !== undefined) return texts.unknown(instead)
  if (stale?.only !== undefined) return texts.incomplete(texts.notArrived(stale.only))
  if (value === undefined) return texts.unknown(`${texts.nothing}`)
  const before = beforeWords(unit, summary, span)
  // amounts are long: what they were before then stands in its own row
  const fits = [...what, ...value, ...before].length + 2 <= cardLimits.titleChars
  return texts.title(what, value, before !== '' && fits ? texts.inBrackets(before) : '')
}

/** Where the title says why a figure is missing, what there is of it stands below. */
function saidBelow({ stale, instead }: StatsAnswer, what: string, value: string | undefined): string | undefined {
  return (instead === undefined && stale?.only === undefined) || value === undefined ? undefined : `${what}${value}`
}

const bracketed = (words: string): string => (words === '' ? '' : texts.inBrackets(words))

/** 前7天2.1% */
function beforeWords(
  unit: Unit,
  { before }: { readonly before?: Group['before'] },
  span: Pick<Span, 'days' | 'before'>,
): string {
  if (before === undefined) return ''
  const value = beforeText(unit, before.num, before.den, before.days)
  if (value === undefined) return ''
  return span.before?.kind === 'week' && span.days < 7 ? texts.ofWeek(value) : texts.ofDays(value)
}

function comparedRow({ unit, span, summary }: StatsAnswer, nowMs: number): Row {
  const { before, days, endMs } = span
  if (before === undefined || summary.before === undefined) return [texts.compared, undefined]
  const value = beforeWords(unit, summary, span)
  if (before.kind === 'week') return [texts.compared, days === 7 ? value : texts.comparedWith(value, texts.weekNote)]
  const clock = endMs >= nowMs ? clockText(nowMs) : undefined
  const how = unit === 'share' || unit.startsWith('mean-') ? texts.shareNote(clock) : texts.daysNote(clock)
  return [texts.compared, value === '' ? undefined : texts.comparedWith(value, how)]
}

/** Hours: the ones that stand out, in their order. Days: the newest. Others: the largest. */
function topOf(groups: readonly Group[], by: GroupBy | undefined): readonly Group[] {
  if (by === 'day') return groups.slice(-groupsShown)
  if (by !== 'hour') return groups.slice(0, groupsShown)
  const size = ({ num, den }: Figure) => (den === 0n ? Number(num) : Number(num) / Number(den))
  const largest = [...groups].sort((a, b) => size(b.figure) - size(a.figure)).slice(0, groupsShown)
  return groups.filter((group) => largest.includes(group))
}

/** 抖音 3.2%（前7天2.1%） · 最高9点6.8% */
function groupLine(group: Group, { args, unit, span, highIsGood }: StatsAnswer): Phrase {
  const value = figureText(unit, group.figure.num, group.figure.den) ?? texts.nothing
  const name = highIsGood ? texts.trough : texts.peak
  const peak = group.peak && name(group.peak.hour, figureText(unit, group.peak.figure.num, group.peak.figure.den) ?? '')
  return texts.groupLine(
    groupName(group.key, args.group, span),
    value,
    bracketed(beforeWords(unit, group, span)),
    peak ?? '',
  )
}

function groupName(key: string, by: GroupBy | undefined, { endMs }: Span): string {
  switch (by) {
    case 'channel':
      return channelName(key)
    case 'hour':
      return texts.hour(Number(key))
    case 'day':
      return dayText(Number(key), endMs)
    default:
      return key
  }
}

/** 抖音9点：缺承运商41单、赠品库存18单, of the channel with the worst hour. */
function peakCauses(groups: readonly Group[]): Phrase | undefined {
  const worst = worstHour(groups)
  if (worst?.peak === undefined || worst.peak.kinds.length === 0) return undefined
  return texts.peakCauses(channelName(worst.key), worst.peak.hour, causesOf(worst.peak.kinds))
}

function worstHour(groups: readonly Group[]): Group | undefined {
  const rate = ({ peak }: Group) => (peak === undefined ? -1 : Number(peak.figure.num) / Number(peak.figure.den))
  return groups.filter(({ peak }) => peak !== undefined).sort((a, b) => rate(b) - rate(a))[0]
}

/** From a channel to its hours, from an hour to its list. */
function drills({ args, where, summary }: StatsAnswer, codec: ActionCodec): readonly Button[] {
  const { metric, days, channel, group } = args
  const abnormal = metric === 'abnormal_rate' || metric === 'abnormal'
  const day = saidDays(days)
  if (group === 'channel')
    return [
      ...(abnormal ? cellButtons(worstHour(summary.groups), days, day, codec) : []),
      ...summary.groups.slice(0, 3).map((one): Button => {
        const name = channelName(one.key)
        const token = codec.encode(
          'stats.open',
          statsArgs({ metric, days, channel: one.key as StatsArgs['channel'] & string, group: 'hour' }),
        )
        return {
          label: texts.hoursButton(name),
          token,
          style: 'plain',
          say: texts.sayHours(day, name, metricTexts[metric].name),
        }
      }),
    ]
  if (!abnormal) return []
  const list = alertArgs({
    name: 'abnormal',
    days,
    offset: 0,
    ...(channel !== undefined && { channel }),
    ...(args.hour !== undefined && { hour: args.hour }),
  })
  const hour = args.hour === undefined ? '' : texts.hour(args.hour)
  const say = texts.sayCell(day, channel === undefined ? '' : channelName(channel), hour)
  return where === '' ? [] : [{ label: texts.listButton, token: codec.encode('alert.page', list), style: 'go', say }]
}

function cellButtons(worst: Group | undefined, days: Days, day: string, codec: ActionCodec): readonly Button[] {
  if (worst?.peak === undefined) return []
  const { hour } = worst.peak
  const name = channelName(worst.key)
  const args = alertArgs({
    name: 'abnormal',
    channel: worst.key as StatsArgs['channel'] & string,
    days,
    hour,
    offset: 0,
  })
  return [
    {
      label: texts.cellButton(name, hour),
      token: codec.encode('alert.page', args),
      style: 'go',
      say: texts.sayCell(day, name, texts.hour(hour)),
    },
  ]
}

/** 11月22日, as it can be typed any day; a longer window by its first and last day. */
function saidDays({ from, to }: Days): string {
  const said = (day: string) => texts.civil(Number(day.slice(5, 7)), Number(day.slice(8, 10)))
  return from === to ? said(from) : texts.fromTo(said(from), said(to))
}

/** What cannot be counted now, and why. */
export function noStatsCard(what: string, why: string, formula: string | undefined, view: View): Card {
  return fitCard(
    {
      title: why === texts.tooSlow ? texts.incomplete(texts.tooSlow) : texts.unknown(why),
      tone: 'warn',
      facts: [
        [texts.asked, what],
        [texts.formula, formula],
      ],
      lines: [why === texts.tooSlow ? texts.narrower : undefined],
      note: [noteParts.asOf(clockText(view.nowMs))],
      buttons: [],
    },
    (text) => text,
  )
}

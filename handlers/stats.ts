import { noStatsCard, statsCard } from '../cards/stats.ts'
import { readStatsArgs, type StatsArgs } from '../cards/survey-args.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { StatsLookup } from '../src/hub/stats.ts'
import { summaryOf } from '../src/hub/stats-figures.ts'
import { metrics, type StatsWish } from '../src/hub/stats-metrics.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { sentences } from '../src/text/sentences.ts'
import { groupSaid, isMetric, type MetricCode, metricOf, metricTexts, outOfStockWords } from '../src/text/zh-metrics.ts'
import { statsTexts as texts } from '../src/text/zh-stats.ts'
import { windowOf } from '../src/understanding/calendar.ts'
import { catalogueWord } from '../src/understanding/goods.ts'
import { type Answerer, type AskParts, type Question, textReply, traceOf } from './question.ts'
import { maySeeMoney, moneyHolders } from './survey-rights.ts'
import { type SurveyScope, scopeOf, staleIn, today, whereText } from './survey-scope.ts'
import { questionOf, type TapHandler, tapText } from './taps.ts'

export type StatsParts = AskParts & { readonly stats: StatsLookup }

type Asked = {
  readonly metric: MetricCode
  /** Why it is not the figure that was asked for. */
  readonly instead?: string
  readonly scope: SurveyScope
  readonly group?: StatsArgs['group']
  readonly product?: string
}

/** stats.query: a figure of a period, what it was before, and its parts. */
export function statsQuery(parts: StatsParts): Answerer {
  return async (question) => {
    const { slots } = question.understood
    const said = metricOf(slots.metric, question.text)
    const scope = scopeOf(question)
    const metric = 'known' in said ? said.known : said.instead
    const group = groupOf(metric, scope, groupSaid(question.text))
    const product = metric === 'pieces' && slots.product !== undefined ? catalogueWord(slots.product) : undefined
    return answered(parts, question, {
      metric,
      scope,
      ...('why' in said && { instead: said.why }),
      ...(group !== undefined && { group }),
      ...(product !== undefined && { product }),
    })
  }
}

/** By channel when nothing else was said, where that costs nothing; what has no channel is not divided at all. */
function groupOf(metric: MetricCode, { channel }: SurveyScope, said: StatsArgs['group']): StatsArgs['group'] {
  if (metric === 'direct_rate') return undefined
  if (metric === 'reply_time') return said === 'hour' || said === 'day' ? said : undefined
  if (said !== undefined) return said
  if (channel !== undefined) return metric === 'abnormal_rate' ? 'hour' : undefined
  return metrics[metric].source === 'orders' ? 'channel' : undefined
}

async function answered(parts: StatsParts, question: Question, asked: Asked): Promise<Reply> {
  const { metric, instead, product } = asked
  const { name, formula } = metricTexts[metric]
  if (metrics[metric].money === true && !maySeeMoney(question.member))
    return textReply(question, texts.denied(name, moneyHolders(texts.and)), 'deny')
  const { nowMs } = question.view
  const days = asked.scope.days ?? today(nowMs)
  const scope = { ...asked.scope, days }
  const where = `${whereText(scope, nowMs)}${product ?? ''}`
  const wish: StatsWish = {
    metric,
    window: windowOf(days.from, days.to),
    nowMs,
    scope: {
      ...(scope.channel !== undefined && { channel: scope.channel }),
      ...(scope.hour !== undefined && { hour: scope.hour }),
    },
    ...(asked.group !== undefined && { group: asked.group }),
    ...(product !== undefined && { product }),
    outOfStockWords,
  }
  const trace = traceOf(question)
  const counted = await parts.stats.count(wish)
  const none = (why: string): Reply => ({
    kind: 'card',
    card: noStatsCard(`${where}${name}`, why, formula, question.view),
    trace,
  })
  switch (counted.outcome) {
    case 'future':
      return none(texts.future)
    case 'too-slow':
      return none(texts.tooSlow)
    case 'no-source':
      return none(texts.noSource[metrics[metric].needs ?? 'notices'])
    case 'counted': {
      const stale = tellsOrders(metric)
        ? await staleIn(parts.stats, scope, nowMs, metric === 'delivered_on_time')
        : undefined
      const args = { metric, days, ...wish.scope, ...(asked.group !== undefined && { group: asked.group }) }
      const summary = summaryOf(counted.cells, counted.span, wish)
      const answer = {
        args,
        unit: metrics[metric].unit,
        highIsGood: metrics[metric].highIsGood === true,
        where,
        span: counted.span,
        summary,
        instead,
        ...(stale !== undefined && { stale }),
      }
      return { kind: 'card', card: statsCard(answer, question.view, parts.codec), trace }
    }
    default:
      return assertNever(counted)
  }
}

/** A late source of orders makes every figure of orders too small; what customers were sent does not come from it. */
function tellsOrders(metric: MetricCode): boolean {
  return metrics[metric].needs !== 'notices' && metric !== 'direct_rate' && metric !== 'reply_time'
}

/** stats.open: the same figure of one channel by its hours, as a card of its own. */
export function statsTap(parts: StatsParts): TapHandler {
  return async (tap) => {
    const args = readStatsArgs(tap.args)
    if (args === undefined || !isMetric(args.metric)) return tapText(tap, sentences.expired)
    const { metric, days, channel, group } = args
    const scope = { days, ...(channel !== undefined && { channel }) }
    const question = questionOf(tap, 'stats.query')
    return answered(parts, question, { metric, scope, ...(group !== undefined && { group }) })
  }
}

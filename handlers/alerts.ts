import { alertListCard, alertsShown } from '../cards/alerts.ts'
import { type AlertArgs, readAlertArgs } from '../cards/survey-args.ts'
import type { Reply } from '../src/chat/reply.ts'
import { abnormalKinds, type Trouble } from '../src/hub/alert-sql.ts'
import type { AlertLookup } from '../src/hub/alerts.ts'
import { summaryOf } from '../src/hub/stats-figures.ts'
import { sentences } from '../src/text/sentences.ts'
import { alertOf } from '../src/text/zh-alerts.ts'
import { outOfStockWords, pageSaid } from '../src/text/zh-metrics.ts'
import { beforeText, statsTexts } from '../src/text/zh-stats.ts'
import { windowOf } from '../src/understanding/calendar.ts'
import { type Answerer, type Question, traceOf } from './question.ts'
import type { StatsParts } from './stats.ts'
import { chosenFrom } from './survey-chosen.ts'
import { type SurveyScope, scopeOf, staleIn, today, whereText } from './survey-scope.ts'
import { questionOf, redrawn, type TapHandler, tapText } from './taps.ts'

export type AlertParts = StatsParts & {
  readonly alerts: AlertLookup
  /** Answers for one return of a list; without it the order is shown. */
  readonly returnStatus?: Answerer
}

type Kinds = readonly (Trouble | 'exception')[]

/** What is still open of everything that makes an order abnormal: without what is over, and without returns. */
const openKinds: Kinds = ['no_carrier', 'no_waybill', 'exception', 'stalled', 'unscanned', 'ship_late']

const mixed: Readonly<Record<string, Kinds>> = {
  overdue: ['return_overdue', 'ship_late'],
  risk: ['fine_risk', 'due_soon'],
  stalled: ['stalled', 'stuck'],
}

/** Lists of our own approvals: no source from outside can make them too short. */
const ofReturns: readonly string[] = ['return_overdue', 'fine_risk', 'due_soon', 'risk']
/** Lists that have a limit, and so a longest. */
const limited: readonly string[] = [
  'stalled',
  'unscanned',
  'overdue',
  'ship_late',
  'no_carrier',
  'no_waybill',
  'first_sms',
  ...ofReturns,
]
const isException = (name: string): boolean => name !== 'abnormal' && !limited.includes(name)
/** Lists that go by what carriers say. */
const ofParcels = (name: string): boolean => name === 'stalled' || name === 'unscanned' || isException(name)

/** alert.list: what needs somebody, worst first, each a tap away. */
export function alertList(parts: AlertParts): Answerer {
  return async (question) => {
    if (question.about !== undefined) return chosenFrom(parts, question, question.about)
    const scope = scopeOf(question)
    const { raw: _, ...rest } = scope
    const name = alertOf(question.understood.slots.status, question.text)
    return listed(parts, question, { name, ...rest, offset: (pageSaid(question.text) - 1) * alertsShown }, scope)
  }
}

async function listed(parts: AlertParts, question: Question, args: AlertArgs, scope: SurveyScope): Promise<Reply> {
  const { nowMs } = question.view
  const { name, channel, days, hour, offset } = args
  const window = days === undefined ? undefined : windowOf(days.from, days.to)
  // the list of an hour is the numerator of that hour's rate, so it holds what is over as well
  const dated = name === 'abnormal' && window !== undefined
  const kinds = dated ? abnormalKinds : name === 'abnormal' ? openKinds : (mixed[name] ?? [name as Trouble])
  const page = await parts.alerts.list({
    kinds,
    scope: {
      ...(channel !== undefined && { channel }),
      ...(window !== undefined && { window }),
      ...(hour !== undefined && { hour }),
    },
    nowMs,
    lasting: dated,
    newestFirst: name === 'abnormal' || isException(name),
    offset,
    limit: alertsShown,
  })
  const stale = ofReturns.includes(name) ? undefined : await staleIn(parts.stats, scope, nowMs, ofParcels(name))
  const before = dated ? await beforeOf(parts, args, nowMs) : undefined
  const answer = { args, page, where: whereText(scope, nowMs), before, stale: stale?.bar }
  const choices = page.items.map(({ orderId, returnId }) => ({ orderId, ...(returnId !== undefined && { returnId }) }))
  const card = alertListCard(answer, question.view, parts.codec)
  return { kind: 'card', card, trace: { ...traceOf(question), ...(choices.length > 0 && { choices }) } }
}

/** How many there were in the same hours of the days before; open lists have no past that is stored. */
async function beforeOf(
  parts: AlertParts,
  { channel, days, hour }: AlertArgs,
  nowMs: number,
): Promise<string | undefined> {
  const of = days ?? today(nowMs)
  const wish = {
    metric: 'abnormal' as const,
    window: windowOf(of.from, of.to),
    nowMs,
    scope: { ...(channel !== undefined && { channel }), ...(hour !== undefined && { hour }) },
    outOfStockWords,
  }
  const counted = await parts.stats.count(wish)
  if (counted.outcome !== 'counted') return undefined
  const { before } = summaryOf(counted.cells, counted.span, wish)
  const value = before && beforeText('orders', before.num, before.den, before.days)
  if (value === undefined) return undefined
  const { before: kind, days: length } = counted.span
  return statsTexts.inBrackets(
    kind?.kind === 'week' && length < 7 ? statsTexts.ofWeek(value) : statsTexts.ofDays(value),
  )
}

/** alert.page: a further page takes the place of the one before, a first page stands by itself. */
export function alertTap(parts: AlertParts): TapHandler {
  return async (tap) => {
    const args = readAlertArgs(tap.args)
    if (args === undefined) return tapText(tap, sentences.expired)
    const { name: _, offset, ...scope } = args
    const reply = await listed(parts, questionOf(tap, 'alert.list'), args, scope)
    return offset > 0 ? redrawn(tap, reply, sentences.shown) : reply
  }
}

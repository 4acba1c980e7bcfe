import type { Arrivals } from '../src/hub/arrivals.ts'
import type { PurchaseLine } from '../src/hub/back-office-port.ts'
import { dayMs } from '../src/runtime/beijing.ts'
import { noteParts, type Phrase } from '../src/text/answers.ts'
import { dayText, momentText } from '../src/text/format.ts'
import { arrivalTitles as titles, arrivalWords as words } from '../src/text/zh-arrivals.ts'
import { sourceName } from '../src/text/zh-cn.ts'
import { goodsLabels, stockTitles, stockWords } from '../src/text/zh-goods.ts'
import type { Row } from './order-rows.ts'

const mostLines = 3

/** A promise holds to the end of its day; the vendor names days alone. */
const isLate = ({ dueMs }: PurchaseLine, nowMs: number): boolean => dueMs !== undefined && dueMs + dayMs <= nowMs

/** What the title says of goods that are nowhere: the next promise that still holds. */
export function arrivalTitle(arrivals: Arrivals | undefined, nowMs: number): Phrase {
  if (arrivals === undefined || arrivals.outcome === 'unknown') return stockTitles.none
  if (arrivals.outcome === 'none') return titles.none
  const next = arrivals.lines.find((line) => line.dueMs !== undefined && !isLate(line, nowMs))
  if (next?.dueMs !== undefined) return titles.due(dayText(next.dueMs, nowMs))
  return arrivals.lines.some((line) => isLate(line, nowMs)) ? titles.late : titles.undated
}

/** Why nobody knows when it comes, or by which purchase it does. */
export function arrivalRow(arrivals: Arrivals | undefined, nowMs: number): Row {
  if (arrivals === undefined) return [goodsLabels.reason, stockWords.noPlan]
  if (arrivals.outcome === 'unknown') return [goodsLabels.reason, words.silent(sourceName(arrivals.source))]
  if (arrivals.outcome === 'none') return [words.onTheWay, words.none]
  const [first] = arrivals.lines
  return [words.onTheWay, first && lineText(first, nowMs)]
}

/** The purchases after the first. */
export function arrivalLines(arrivals: Arrivals | undefined, nowMs: number): readonly (Phrase | string)[] {
  if (arrivals?.outcome !== 'coming') return []
  const { lines, incomplete } = arrivals
  const left = lines.length - mostLines
  return [
    ...lines.slice(1, mostLines).map((line) => lineText(line, nowMs)),
    ...(left > 0 ? [words.more(left)] : []),
    ...(incomplete ? [words.incomplete] : []),
  ]
}

/** Who was asked, and when. */
export function arrivalNote(arrivals: Arrivals | undefined, nowMs: number): string | undefined {
  if (arrivals === undefined || arrivals.outcome === 'unknown') return undefined
  return noteParts.source(sourceName(arrivals.source), momentText(arrivals.askedAtMs, nowMs))
}

function lineText(line: PurchaseLine, nowMs: number): Phrase {
  const { billNo, orderedQty, receivedQty, dueMs } = line
  const day = dueMs === undefined ? undefined : dayText(dueMs, nowMs)
  const when = day === undefined ? words.undated : isLate(line, nowMs) ? words.late(day) : words.due(day)
  return words.line(billNo, orderedQty - receivedQty, when)
}

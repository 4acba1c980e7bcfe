import type { Card } from '../src/chat/card.ts'
import type { ImportReport } from '../src/hub/sheet-tally.ts'
import { countsParts, heldText, problemText, sheetTexts } from '../src/text/zh-sheets.ts'
import { fitCard } from './fit.ts'

const shownProblems = 5
const shownHeld = 2

/** What became of a sheet: counts in rows, the first bad cells by name, the orders that wait for a carrier. */
export function sheetReportCard(report: ImportReport): Card {
  const { problems, held, failed, created, updated } = report
  const bad = problems.slice(0, shownProblems).map(problemText)
  const waiting = held.slice(0, shownHeld).map(heldText)
  const hidden = [
    problems.length > shownProblems ? sheetTexts.moreProblems(problems.length - shownProblems) : undefined,
    held.length > shownHeld ? sheetTexts.moreHeld(held.length - shownHeld) : undefined,
  ]
  const fix = held.length > 0 ? sheetTexts.howToFix : failed > 0 ? sheetTexts.howToFixRows : undefined
  return fitCard(
    {
      title: countsParts(report),
      tone: failed > 0 || held.length > 0 ? 'warn' : 'done',
      bar: held.length > 0 ? sheetTexts.heldBar(held.length) : undefined,
      facts: [
        [sheetTexts.file, report.fileName],
        [sheetTexts.orders, sheetTexts.ordersValue(created, updated)],
        [sheetTexts.held, held.length > 0 ? sheetTexts.heldValue(held.length) : undefined],
      ],
      // beyond eight lines nothing is shown: what is left out comes first, so that it is never cut off silently
      lines: [hidden.filter((text) => text !== undefined).join(' ') || undefined, ...bad, ...waiting],
      note: [fix],
      buttons: [],
    },
    (text) => text,
  )
}

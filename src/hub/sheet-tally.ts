import type { IntakeOutcome } from './order-facts.ts'
import type { SheetOrder, SheetOrders, SheetProblem } from './sheet-port.ts'

export type ImportReport = {
  readonly id: string
  readonly fileName: string
  /** Data rows of the file = taken + repeated + failed. */
  readonly rows: number
  readonly taken: number
  readonly repeated: number
  readonly failed: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  /** Orders of the file that wait for a carrier and are not worked on. */
  readonly held: readonly { readonly orderNo: string; readonly reason: string }[]
  readonly problems: readonly SheetProblem[]
}

/** Rows that were not taken, with the file's own header, to be corrected and sent again. */
export type ErrorRows = {
  readonly headers: readonly string[]
  readonly rows: readonly {
    readonly row: number
    readonly cells: readonly string[]
    readonly problems: readonly SheetProblem[]
  }[]
}

export type ReadSheet = Extract<SheetOrders, { outcome: 'read' }>

/** What became of each order, counted in rows of the file as people see it. */
export function tallyOf(
  id: string,
  fileName: string,
  sheet: ReadSheet,
  outcomes: readonly IntakeOutcome[],
): { report: ImportReport; errors: ErrorRows } {
  const refused: { readonly told: SheetOrder; readonly problem: SheetProblem }[] = []
  const held: { orderNo: string; reason: string }[] = []
  const counts = { taken: 0, created: 0, updated: 0, unchanged: 0 }
  for (const [index, outcome] of outcomes.entries()) {
    const told = sheet.orders[index]
    if (told === undefined) throw new RangeError('intake answered for an order nobody handed in')
    switch (outcome.outcome) {
      case 'created':
      case 'updated':
        counts[outcome.outcome] += 1
        counts.taken += told.rows.length
        break
      case 'unchanged':
      case 'older':
        counts.unchanged += 1
        break
      case 'contradiction':
        refused.push({ told, problem: problemOf(sheet, told, 'orderNo', 'contradiction') })
        break
      case 'refused':
        refused.push({
          told,
          problem: problemOf(sheet, told, outcome.field, outcome.problem === 'too_long' ? 'text_too_long' : 'refused'),
        })
        break
    }
    if ('quarantine' in outcome && outcome.quarantine !== undefined)
      held.push({ orderNo: told.order.orderNo, reason: outcome.quarantine })
  }
  const problems = [...sheet.problems, ...refused.map(({ problem }) => problem)].toSorted((a, b) => a.row - b.row)
  const lost = refused.flatMap(({ told }) => told.rows.map((row) => ({ row, cells: sheet.cellsOf(row) })))
  const rows = [...sheet.errorRows, ...lost].toSorted((a, b) => a.row - b.row)
  const byRow = new Map<number, SheetProblem[]>()
  for (const problem of problems) byRow.set(problem.row, [...(byRow.get(problem.row) ?? []), problem])
  return {
    // rows that say nothing of their own (internal orders merged into others) count as repeated
    report: {
      id,
      fileName,
      rows: sheet.rows,
      ...counts,
      repeated: sheet.rows - counts.taken - rows.length,
      failed: rows.length,
      held,
      problems,
    },
    errors: {
      headers: sheet.headers,
      rows: rows.map((row) => ({ ...row, problems: byRow.get(row.row) ?? [] })),
    },
  }
}

function problemOf(sheet: ReadSheet, told: SheetOrder, field: string, problem: string): SheetProblem {
  const row = told.rows[0] ?? 0
  const cell = told.cells[field] ?? `A${row}`
  return { cell, row, column: told.cells[field] === undefined ? '' : (sheet.mapping[field] ?? ''), problem }
}

import { dayStart, hourMs } from './beijing.ts'
import type { Crowd, KnownName } from './people.ts'
import type { Take } from './rows.ts'

/** Who was looked up in the ERP, and what they owe in fen: the distributor of product J19, and two who owe nothing. */
const asked: readonly (readonly [KnownName, number])[] = [
  ['jxs03', 431_000],
  ['gaoJie', 0],
  ['wangJing', 0],
]

/** As of six this morning, or of yesterday's before that. Everybody else has never been asked about. */
export function receivableRows(take: Take, crowd: Crowd, nowMs: number): void {
  const six = dayStart(nowMs) + 6 * hourMs
  const checkedAtMs = six <= nowMs ? six : six - 24 * hourMs
  for (const [name, arrearsFen] of asked)
    take('receivables', [crowd.known(name).id, arrearsFen, 'erp.u8', new Date(checkedAtMs)])
}

import { Unreachable } from '../runtime/errors.ts'

export type Page<T> = { readonly total: number; readonly rows: readonly T[] }

export type Paging<T> = {
  readonly size: number
  /** Page 0 is the first. */
  pageOf(page: number): Promise<Page<T>>
  idOf(row: T): string
  /** Page 0 where it was read already. */
  readonly first?: Page<T>
}

/**
 * All rows of a window of the past, last page first. Rows only leave such a window (they are modified again), and that shifts the
 * later ones toward pages not read yet: read this way none is missed. A page shorter than its total says, or one that came twice
 * in place of another, throws Unreachable: the window does not count and is read again.
 */
export async function* lastPageFirst<T>({ size, pageOf, idOf, first }: Paging<T>): AsyncGenerator<readonly T[]> {
  const start = first ?? (await pageOf(0))
  const seen = new Set<string>()
  let total = start.total
  const take = (page: number, { total: now, rows }: Page<T>) => {
    const due = Math.max(0, Math.min(size, now - page * size))
    if (rows.length < due) throw new Unreachable(`page ${page} has ${rows.length} of ${due} rows`)
    total = Math.min(total, now)
    for (const row of rows) seen.add(idOf(row))
    return rows
  }
  for (let page = Math.ceil(start.total / size) - 1; page > 0; page--) yield take(page, await pageOf(page))
  yield take(0, start.total <= size ? start : await pageOf(0))
  if (seen.size < total) throw new Unreachable(`${seen.size} of ${total} rows came: a page was repeated`)
}

import type { Database } from '../db/client.ts'
import { maskedQuestion } from './query-log.ts'
import type { Applied, By, Look, PlanOf, Sql, WishOf } from './write.ts'

/** Product row 26: on one return or order in all. The database refuses more in one note (notes_pictures). */
const mostPictures = 9

/** Text and pictures somebody added, oldest first. `pictures` are those told, `kept` those that could be fetched so far. */
export type Note = {
  readonly id: string
  readonly text: string
  readonly pictures: number
  readonly kept: number
  readonly by: string
  readonly atMs: number
}

export type NoteOwner = { readonly kind: 'order' | 'return'; readonly id: string }

/** Notes of an order or a return, for every card about it. */
export type NotesOf = (owner: NoteOwner) => Promise<readonly Note[]>

export function notesOf({ sql }: Pick<Database, 'sql'>): NotesOf {
  return async ({ kind, id }) => sql<Note[]>`
    SELECT n.id, n.text, n.pictures, m.name AS by, round(extract(epoch FROM n.at) * 1000)::float8 AS "atMs",
      (SELECT count(*) FROM attachments a WHERE a.owner_kind = 'note' AND a.owner_id = n.id)::int AS kept
    FROM notes n JOIN members m ON m.id = n.by_member_id
    WHERE n.owner_kind = ${kind} AND n.owner_id = ${id} ORDER BY n.at, n.id`
}

/** Open to every return, closed and withdrawn ones too: what is known late is still known. */
export async function lookNote(tx: Sql, wish: WishOf<'return.add_note'>, _by: By, lock: boolean): Promise<Look> {
  const table = tx(wish.owner === 'return' ? 'returns' : 'orders')
  const found = lock
    ? await tx`SELECT 1 FROM ${table} WHERE id = ${wish.ownerId} FOR UPDATE`
    : await tx`SELECT 1 FROM ${table} WHERE id = ${wish.ownerId}`
  if (found.length === 0) return { outcome: 'refused', why: { code: 'gone' } }
  if (wish.text === '' && wish.pictures.length === 0) return { outcome: 'asks', missing: 'reason', offers: [] }
  const [sum] = await tx<{ notes: number; pictures: number }[]>`
    SELECT count(*)::int AS notes, coalesce(sum(pictures), 0)::int AS pictures FROM notes
    WHERE owner_kind = ${wish.owner} AND owner_id = ${wish.ownerId}`
  const facts = sum ?? { notes: 0, pictures: 0 }
  const given = wish.pictures.length
  if (given > 0 && facts.pictures + given > mostPictures)
    return { outcome: 'refused', why: { code: 'pictures', kept: facts.pictures, given } }
  return { outcome: 'ready', plan: { kind: 'return.add_note', wish, facts } }
}

export async function addNote(
  tx: Sql,
  { wish, facts }: PlanOf<'return.add_note'>,
  by: By,
  { newId }: { readonly newId: (prefix: string) => string },
): Promise<Applied> {
  const id = newId('nt')
  await tx`
    INSERT INTO notes (id, owner_kind, owner_id, text, pictures, by_member_id, at)
    VALUES (${id}, ${wish.owner}, ${wish.ownerId}, ${maskedQuestion(wish.text)}, ${wish.pictures.length}, ${by.memberId},
      to_timestamp(${by.nowMs}::float8 / 1000))`
  const detail = { note: id, pictures: wish.pictures.length, before: facts.notes }
  return { done: { id }, audit: { action: 'return.add-note', detail }, tells: [] }
}

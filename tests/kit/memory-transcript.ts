import type { Transcript } from '../../bot/play/chat-log.ts'

/** The play chat's memory without a database, for tests of the door and the page. JSON in, JSON out, as jsonb is. */
export function memoryTranscript(): Transcript {
  const rows: { readonly id: string; readonly seq: number; readonly atMs: number; readonly json: string }[] = []
  return {
    append: async (id, atMs, entry) => {
      rows.push({ id, seq: rows.length + 1, atMs, json: JSON.stringify(entry) })
      return rows.length
    },
    since: async (id, seq, limit) =>
      rows
        .filter((row) => row.id === id && row.seq > seq)
        .slice(0, limit)
        .map((row) => ({ seq: row.seq, atMs: row.atMs, entry: JSON.parse(row.json) })),
  }
}

import { createHash } from 'node:crypto'
import type { Database } from '../db/client.ts'
import type { Ids } from '../runtime/ids.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'
import { storableText } from './plain-json.ts'

type Refused = { readonly sender: string; readonly fileName: string; readonly sha256: string; readonly problem: string }

export type FolderRecord = {
  /** Whether these bytes of this sender were taken in or refused before, by whichever process. */
  dealtWith(sender: string, sha256: string): Promise<boolean>
  /** Notes a file that was not taken, and what people hear of it, in one transaction; false when it stood there already. */
  refuse(file: Refused, entries: readonly OutboxEntry[]): Promise<boolean>
}

export const sha256Of = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex')

/** What became of the files of watched folders, kept beside all imports: the files themselves are never moved or marked. */
export function folderRecord({ sql }: Pick<Database, 'sql'>, outbox: Pick<Outbox, 'enqueue'>, ids: Ids): FolderRecord {
  return {
    dealtWith: async (sender, sha256) => {
      const rows = await sql`SELECT 1 FROM sheet_imports WHERE sender = ${sender} AND sha256 = ${sha256}`
      return rows.length > 0
    },
    refuse: ({ sender, fileName, sha256, problem }, entries) =>
      sql.begin(async (tx) => {
        const noted = await tx`
          INSERT INTO sheet_imports (id, sender, file_name, sha256, rows, created, updated, unchanged, quarantined, problems)
          VALUES (${ids.next('imp')}, ${sender}, ${storableText(fileName)}, ${sha256}, 0, 0, 0, 0, 0, ${tx.json([{ problem }])})
          ON CONFLICT (sender, sha256) DO NOTHING`
        if (noted.count !== 1) return false
        await outbox.enqueue(tx, entries)
        return true
      }),
  }
}

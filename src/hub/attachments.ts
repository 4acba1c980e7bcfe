import { createHash } from 'node:crypto'
import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'

const keptDays = 30
const dayMs = 86_400_000

export type PictureOwner = { readonly kind: 'note' | 'order'; readonly id: string }

export type Attachments = {
  /** Keeps a picture's bytes, sealed, for 30 days. The same job twice is one picture. `not-a-picture`: nothing was kept. */
  keep(
    bytes: Uint8Array,
    of: { readonly jobKey: string; readonly owner: PictureOwner; readonly memberId: string },
  ): Promise<'kept' | 'not-a-picture'>
}

export type AttachmentsParts = {
  readonly database: Pick<Database, 'sql'>
  readonly blobs: {
    put(bytes: Uint8Array, meta: { readonly fileName: string; readonly mime: string }): Promise<string>
  }
  readonly clock: Clock
}

/** Pictures people added to orders and returns; never decoded here. */
export function attachments({ database: { sql }, blobs, clock }: AttachmentsParts): Attachments {
  return {
    keep: async (bytes, { jobKey, owner, memberId }) => {
      const mime = pictureKind(bytes)
      if (mime === undefined) return 'not-a-picture'
      const id = `at_${createHash('sha256').update(jobKey).digest('hex').slice(0, 32)}`
      const known = await sql`SELECT 1 FROM attachments WHERE id = ${id}`
      if (known.length > 0) return 'kept'
      const fileName = `picture.${mime.slice('image/'.length)}`
      const storedAs = await blobs.put(bytes, { fileName, mime })
      const nowMs = clock.nowMs()
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      await sql`
        INSERT INTO attachments (id, owner_kind, owner_id, file_name, mime, bytes, sha256, stored_as, by_member_id,
          created_at, expires_at)
        VALUES (${id}, ${owner.kind}, ${owner.id}, ${fileName}, ${mime}, ${bytes.length}, ${sha256}, ${storedAs}, ${memberId},
          to_timestamp(${nowMs}::float8 / 1000), to_timestamp(${nowMs + keptDays * dayMs}::float8 / 1000))
        ON CONFLICT (id) DO NOTHING`
      return 'kept'
    },
  }
}

const starts: readonly (readonly [mime: string, hex: string])[] = [
  ['image/jpeg', 'ffd8ff'],
  ['image/png', '89504e470d0a1a0a'],
  ['image/gif', '47494638'],
]

/** By the first bytes: names and types that come with a file are only claims. */
function pictureKind(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('hex')
  const known = starts.find(([, hex]) => head.startsWith(hex))
  if (known !== undefined) return known[0]
  // RIFF....WEBP
  return head.startsWith('52494646') && head.slice(16) === '57454250' ? 'image/webp' : undefined
}

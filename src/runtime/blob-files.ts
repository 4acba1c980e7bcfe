import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BadPayload } from './errors.ts'
import type { Ids } from './ids.ts'

/** Encrypts and decrypts bytes; `unseal` throws when they were changed. */
export type Seal = { seal(clear: Uint8Array): Uint8Array; unseal(sealed: Uint8Array): Uint8Array }

type BlobMeta = { readonly fileName: string; readonly mime: string }

export type BlobFiles = {
  /** Keeps the bytes and gives their id. Throws BadPayload above `maxBytes`. */
  put(bytes: Uint8Array, meta: BlobMeta): Promise<string>
  get(id: string): Promise<{ readonly bytes: Uint8Array; readonly meta: BlobMeta } | undefined>
  /** Removes what was put before that moment; the number of files removed. */
  dropBefore(beforeMs: number): Promise<number>
}

export type BlobFilesParts = {
  readonly dir: string
  readonly seal: Seal
  readonly ids: Ids
  /** Default 10 MB, the smallest bound of the platforms for a photo. */
  readonly maxBytes?: number
}

/**
 * Photos and files on disk, one sealed file each (mode 600): 4 bytes length of the meta, meta as JSON, the bytes; so the
 * file name is encrypted as well. Written aside and renamed: a crash leaves no half file under an id.
 */
export function blobFiles({ dir, seal, ids, maxBytes = 10 * 1024 * 1024 }: BlobFilesParts): BlobFiles {
  return {
    put: async (bytes, meta) => {
      if (bytes.length > maxBytes) throw new BadPayload(`file: ${bytes.length} bytes, at most ${maxBytes} are kept`)
      const id = ids.next('blob')
      await mkdir(dir, { recursive: true, mode: 0o700 })
      await writeWhole(join(dir, id), seal.seal(pack(bytes, meta)))
      return id
    },
    get: async (id) => {
      if (!isId(id)) return undefined
      const sealed = await readFile(join(dir, id)).catch(unlessMissing)
      return sealed && unpack(seal.unseal(sealed))
    },
    dropBefore: async (beforeMs) => {
      const names = (await readdir(dir).catch(unlessMissing)) ?? []
      let dropped = 0
      for (const name of names) {
        const found = await stat(join(dir, name)).catch(unlessMissing)
        if (found === undefined || found.mtimeMs >= beforeMs) continue
        await rm(join(dir, name), { force: true })
        dropped += 1
      }
      return dropped
    },
  }
}

/** Ids come back from outside: anything that could leave the folder is no id. */
function isId(id: string): boolean {
  return /^blob_[0-9a-z]{1,80}$/.test(id)
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const aside = `${path}.part`
  const file = await open(aside, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(aside, path)
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
  return undefined
}

function pack(bytes: Uint8Array, meta: BlobMeta): Uint8Array {
  const head = Buffer.from(JSON.stringify({ fileName: meta.fileName, mime: meta.mime }))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(head.length)
  return Buffer.concat([length, head, bytes])
}

function unpack(packed: Uint8Array): { bytes: Uint8Array; meta: BlobMeta } {
  const buffer = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength)
  const end = 4 + buffer.readUInt32BE(0)
  const meta: BlobMeta = JSON.parse(buffer.subarray(4, end).toString())
  return { bytes: packed.subarray(end), meta }
}

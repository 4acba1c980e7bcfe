import { promisify } from 'node:util'
import { crc32, inflateRaw } from 'node:zlib'

/** Parts that describe the workbook; pictures, macros, fonts and embedded files are left where they are. */
const wanted = /\.(?:xml|rels|bin)$/i
const unwanted = /^xl\/(?:media|embeddings|activeX|printerSettings)\/|vbaProject/i

const maxEntries = 2_000
/** Uncompressed bytes of all wanted parts: 50,000 rows of 60 columns stay well below. */
const maxInflated = 200 * 1024 * 1024

export type SafeZip =
  | { readonly outcome: 'safe'; readonly bytes: Uint8Array }
  | { readonly outcome: 'refused'; readonly problem: 'bomb' | 'damaged' | 'not_a_workbook' }

type Entry = { readonly name: string; readonly method: number; readonly packed: Buffer }

/**
 * A new archive with only the wanted parts, unpacked by us under a bound on what really comes out (sizes that an archive
 * states of itself can lie) and stored plainly: the workbook reader sees nothing that was not counted.
 */
export async function safeZip(bytes: Uint8Array): Promise<SafeZip> {
  const entries = entriesOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  if (entries === undefined) return { outcome: 'refused', problem: 'damaged' }
  const kept = entries.filter(({ name }) => wanted.test(name) && !unwanted.test(name))
  if (!kept.some((entry) => /^xl\/workbook\./i.test(entry.name)))
    return { outcome: 'refused', problem: 'not_a_workbook' }
  const parts: { name: string; data: Buffer }[] = []
  let left = maxInflated
  for (const entry of kept) {
    const data = await unpack(entry, left)
    if (data === 'bomb' || data === 'damaged') return { outcome: 'refused', problem: data }
    left -= data.length
    parts.push({ name: entry.name, data })
  }
  return { outcome: 'safe', bytes: storedZip(parts) }
}

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw)

async function unpack({ method, packed }: Entry, maxOutputLength: number): Promise<Buffer | 'bomb' | 'damaged'> {
  if (method === 0) return packed.length <= maxOutputLength ? packed : 'bomb'
  if (method !== 8) return 'damaged'
  try {
    return await inflate(packed, { maxOutputLength: Math.max(1, maxOutputLength) })
  } catch (error) {
    return error instanceof RangeError ? 'bomb' : 'damaged'
  }
}

/** Offsets as in the ZIP application note 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16. */
function entriesOf(file: Buffer): Entry[] | undefined {
  const end = file.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0 || end + 22 > file.length) return undefined
  const count = file.readUInt16LE(end + 10)
  let at = file.readUInt32LE(end + 16)
  if (count > maxEntries) return undefined
  const entries: Entry[] = []
  for (let index = 0; index < count; index++) {
    if (at + 46 > file.length || file.readUInt32LE(at) !== 0x02014b50) return undefined
    const nameLength = file.readUInt16LE(at + 28)
    const local = file.readUInt32LE(at + 42)
    if (local + 30 > file.length || file.readUInt32LE(local) !== 0x04034b50) return undefined
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
    const size = file.readUInt32LE(at + 20)
    if (start + size > file.length) return undefined
    entries.push({
      name: file.toString('utf8', at + 46, at + 46 + nameLength).replaceAll('\\', '/'),
      method: file.readUInt16LE(at + 10),
      packed: file.subarray(start, start + size),
    })
    at += 46 + nameLength + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32)
  }
  return entries
}

function storedZip(parts: readonly { readonly name: string; readonly data: Buffer }[]): Uint8Array {
  const blocks: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, data } of parts) {
    const path = Buffer.from(name)
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50, 0)
    head.writeUInt16LE(20, 4)
    head.writeUInt16LE(0x0800, 6)
    head.writeUInt32LE(crc32(data), 14)
    head.writeUInt32LE(data.length, 18)
    head.writeUInt32LE(data.length, 22)
    head.writeUInt16LE(path.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(20, 4)
    head.copy(entry, 6, 4, 30)
    entry.writeUInt32LE(at, 42)
    blocks.push(head, path, data)
    directory.push(entry, path)
    at += 30 + path.length + data.length
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(listing.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...blocks, listing, end])
}

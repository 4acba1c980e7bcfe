import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { blobFiles, type Seal } from '../../../src/runtime/blob-files.ts'
import { BadPayload } from '../../../src/runtime/errors.ts'
import { randomIds } from '../../../src/runtime/ids.ts'

const key = randomBytes(32)
const seal: Seal = {
  seal: (clear) => {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()])
  },
  unseal: (sealed) => {
    const bytes = Buffer.from(sealed)
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(-16))
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()])
  },
}

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chadan-blobs-'))
})
afterEach(() => rm(dir, { recursive: true }))

const open = (maxBytes?: number) =>
  blobFiles({ dir: join(dir, 'blobs'), seal, ids: randomIds(), ...(maxBytes !== undefined && { maxBytes }) })
const meta = { fileName: '面单 17000009354.jpg', mime: 'image/jpeg' }

test('gives back what was put, also to the next process', async () => {
  const bytes = randomBytes(300_000)
  const id = await open().put(bytes, meta)
  const found = await open().get(id)
  expect(found?.meta).toEqual(meta)
  expect(Buffer.from(found?.bytes ?? []).equals(bytes)).toBe(true)
})

test('neither bytes nor the file name stand readable on the disk, and only we may read the file', async () => {
  const id = await open().put(Buffer.from('收件人 张伟'), meta)
  const path = join(dir, 'blobs', id)
  const raw = await readFile(path)
  expect(raw.includes('张伟')).toBe(false)
  expect(raw.includes('17000009354')).toBe(false)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readdir(join(dir, 'blobs'))).toEqual([id])
})

test('a changed file does not open', async () => {
  const id = await open().put(Buffer.from('abc'), meta)
  const path = join(dir, 'blobs', id)
  const raw = await readFile(path)
  raw[20] = (raw[20] ?? 0) ^ 1
  await writeFile(path, raw)
  await expect(open().get(id)).rejects.toThrow()
})

test('ids that were never given find nothing, wherever they point', async () => {
  await writeFile(join(dir, 'secret'), 'x')
  for (const id of ['blob_none', '../secret', 'blob_../../secret', '', '/etc/passwd'])
    expect(await open().get(id)).toBeUndefined()
})

test('more than the bound is refused', async () => {
  await expect(open(3).put(Buffer.from('abcd'), meta)).rejects.toThrow(BadPayload)
})

test('what is older than asked for is dropped', async () => {
  const blobs = open()
  expect(await blobs.dropBefore(Date.now())).toBe(0)
  const id = await blobs.put(Buffer.from('abc'), meta)
  expect(await blobs.dropBefore(Date.now() - 60_000)).toBe(0)
  expect(await blobs.dropBefore(Date.now() + 60_000)).toBe(1)
  expect(await blobs.get(id)).toBeUndefined()
})

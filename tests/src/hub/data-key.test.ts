import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { checkDataKey, loadDataKey } from '../../../src/hub/data-key.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { CannotStart } from '../../../src/runtime/errors.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'

let dataDir: string
const made: string[] = []
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'chadan-key-'))
  made.push(dataDir)
})
afterAll(async () => {
  for (const directory of made) await rm(directory, { recursive: true, force: true })
})

describe('loadDataKey', () => {
  test('makes the key once, for its owner only, and finds it again', async () => {
    const first = await loadDataKey({ dataDir })
    expect(first).toMatchObject({ origin: 'made', keyHex: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect((await stat(join(dataDir, 'data.key'))).mode & 0o777).toBe(0o600)
    expect(await loadDataKey({ dataDir })).toEqual({ keyHex: first.keyHex, origin: 'file' })
    expect(await readdir(dataDir)).toEqual(['data.key'])
  })

  test('twenty starts at once agree on one key', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => loadDataKey({ dataDir: join(dataDir, 'new') })))
    expect(new Set(keys.map(({ keyHex }) => keyHex)).size).toBe(1)
    expect(keys.filter(({ origin }) => origin === 'made')).toHaveLength(1)
    expect(await readdir(join(dataDir, 'new'))).toEqual(['data.key'])
  })

  test('DATA_KEY comes first and leaves no file', async () => {
    const keyHex = 'ab'.repeat(32)
    expect(await loadDataKey({ dataDir, fromEnv: keyHex.toUpperCase() })).toEqual({ keyHex, origin: 'environment' })
    expect(await readdir(dataDir)).toEqual([])
  })

  test('a file that others can read is closed to them', async () => {
    await writeFile(join(dataDir, 'data.key'), `${'cd'.repeat(32)}\n`)
    await chmod(join(dataDir, 'data.key'), 0o644)
    await loadDataKey({ dataDir })
    expect((await stat(join(dataDir, 'data.key'))).mode & 0o777).toBe(0o600)
  })

  test.each(['', 'abc', 'zz'.repeat(32)])('a file that holds no key (%o) stops the start and stays', async (text) => {
    await writeFile(join(dataDir, 'data.key'), text)
    await expect(loadDataKey({ dataDir })).rejects.toThrow(CannotStart)
    expect(await readFile(join(dataDir, 'data.key'), 'utf8')).toBe(text)
  })
})

describe('checkDataKey', () => {
  let fresh: FreshDatabase
  beforeAll(async () => {
    fresh = await freshDatabase()
  })
  afterAll(() => fresh.drop())

  test('the first key is noted, the same passes, another is refused in one sentence', async () => {
    const personal = personalData('11'.repeat(32))
    await Promise.all([1, 2, 3, 4].map(() => checkDataKey(fresh.database, personal)))
    await checkDataKey(fresh.database, personal)
    const wrong = checkDataKey(fresh.database, personalData('22'.repeat(32)))
    await expect(wrong).rejects.toThrow(CannotStart)
    await expect(wrong).rejects.toThrow(/^[^.]*data key[^.]*DATA_KEY[^.]*data\.key[^.]*DATA_DIR\.$/)
    const rows = await fresh.database.sql`SELECT value FROM settings WHERE name = 'data-key-check'`
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain('1111')
  })
})

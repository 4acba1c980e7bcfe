import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '../db/client.ts'
import { CannotStart } from '../runtime/errors.ts'
import type { PersonalData } from './personal.ts'

const fileName = 'data.key'

export type DataKey = {
  /** 64 hex digits. Secret. */
  readonly keyHex: string
  readonly origin: 'environment' | 'file' | 'made'
}

/**
 * The key of all personal fields: DATA_KEY where it is set, else the file data.key in the data directory (mode 600), made
 * on the first start. Two processes starting at once get the same key. Throws CannotStart when the file holds no key.
 */
export async function loadDataKey(from: {
  readonly dataDir: string
  readonly fromEnv?: string | undefined
}): Promise<DataKey> {
  if (from.fromEnv !== undefined) return { keyHex: checked(from.fromEnv, 'DATA_KEY'), origin: 'environment' }
  const path = join(from.dataDir, fileName)
  const known = await readKey(path)
  if (known !== undefined) return { keyHex: known, origin: 'file' }
  await mkdir(from.dataDir, { recursive: true })
  const made = await makeKey(path)
  const keyHex = made ?? (await readKey(path))
  if (keyHex === undefined) throw new CannotStart(`${path} was removed while the desk was starting: start it again.`)
  return { keyHex, origin: made === undefined ? 'file' : 'made' }
}

/**
 * Compares the key with the check value in settings before anything is sealed with it; the first key to come is noted there.
 * Throws CannotStart when the database was filled under another key: nothing was written then.
 */
export async function checkDataKey({ sql }: Pick<Database, 'sql'>, personal: PersonalData): Promise<void> {
  const check = personal.hash('data key check', 'chadan').toString('hex')
  await sql`
    INSERT INTO settings (name, value)
    SELECT 'data-key-check', to_jsonb(${check}::text)
    WHERE NOT EXISTS (SELECT 1 FROM settings WHERE name = 'data-key-check')
    ON CONFLICT (name) DO NOTHING`
  const [row] = await sql<{ value: string }[]>`SELECT value FROM settings WHERE name = 'data-key-check'`
  if (row?.value !== check)
    throw new CannotStart(
      'This database was filled under another data key: set DATA_KEY to that key, or put its data.key file back into DATA_DIR.',
    )
}

async function readKey(path: string): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8')
    // a copy or a restore may have widened it
    await chmod(path, 0o600)
    return checked(text.trim(), path)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    if (error instanceof CannotStart) throw error
    throw new CannotStart(`${path} cannot be read: give it to the user the desk runs as.`, error)
  }
}

/** The new key, or undefined when another process was faster. The file appears whole or not at all, also in a crash. */
async function makeKey(path: string): Promise<string | undefined> {
  const keyHex = randomBytes(32).toString('hex')
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`${keyHex}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    // link refuses when the name exists; rename would replace a key that is already in use
    await link(draft, path)
    return keyHex
  } catch (error) {
    if (isCode(error, 'EEXIST')) return undefined
    throw new CannotStart(`${path} cannot be made: DATA_DIR must be writable.`, error)
  } finally {
    await unlink(draft)
  }
}

function checked(text: string, where: string): string {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase()
  throw new CannotStart(`${where} must hold 64 hex digits: put the key back that this installation was started with.`)
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

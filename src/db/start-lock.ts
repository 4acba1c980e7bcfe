import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { CannotStart, errorCode } from '../runtime/errors.ts'
import { isAlive } from './alive.ts'

/** Held for the seconds of one start; older than this and it was left behind, whoever has its pid now. */
const staleAfterMs = 120_000

/** Locks this process holds: our own pid in a file means nothing when pids repeat, as in restarted containers. */
const held = new Set<string>()

/**
 * Runs `work` while no other process works on the same data directory. The lock is a file with our pid, made with
 * O_EXCL; one left by a dead process is taken away. Losing the race for a stale lock is harmless: what is made under
 * it appears by rename, and Postgres guards its own directory.
 */
export async function withStartLock<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  const file = join(dataDir, 'postgres.lock')
  const giveUpAtMs = Date.now() + staleAfterMs
  while (!(await take(file))) {
    await removeStale(file)
    if (Date.now() > giveUpAtMs) throw new CannotStart(`Another start holds ${file}: end it, then start again.`)
    await pause(30)
  }
  held.add(file)
  try {
    return await work()
  } finally {
    held.delete(file)
    await rm(file, { force: true })
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw new CannotStart(`Cannot write ${file} (${errorCode(error)}): give this user a DATA_DIR of its own.`, error)
  }
}

async function removeStale(file: string): Promise<void> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)])
    // an empty file is one whose pid is being written right now
    const fresh = Date.now() - mtimeMs < (text === '' ? 1000 : staleAfterMs)
    const ofAnother = Number(text) !== process.pid && isAlive(Number(text))
    if (held.has(file) || (fresh && (text === '' || ofAnother))) return
    // rename first: of two processes that see the same stale file only one gets to delete it
    const aside = await mkdtemp(join(dirname(file), '.stale-'))
    await rename(file, join(aside, 'lock')).finally(() => rm(aside, { recursive: true, force: true }))
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}

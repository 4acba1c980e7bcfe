import { execFile, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import {
  chmod,
  chown,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { CannotStart } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
import { hasOrphans, isAlive, isServerOf } from './alive.ts'
import { markInitialised, type Place } from './server-place.ts'

const run = promisify(execFile)

/** sun_path holds 104 bytes on macOS and 108 on Linux; one number for both, with room for Postgres' ".lock" suffix. */
const socketPathBytes = 100
export const socketPort = 5432
const logLimitBytes = 4 * 1024 * 1024
/** Crash recovery of a big write-ahead log takes minutes on a slow disk. */
const readyWithinMs = 600_000

/** What postmaster.pid says of a server. `ready` = it accepts connections. */
export type ServerProcess = { readonly pid: number; readonly socketDirectory: string; readonly ready: boolean }

/** Nothing of the caller's environment: PGDATA, PGPORT and locales of the shell must not leak into the server. */
const cleanEnv = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/** Beside the home, not in it: root opens and cuts it, and the server's user must not choose what that hits. */
const logFileOf = (place: Place) => join(place.dataDir, 'postgres.log')

const identityOf = (place: Place) => (place.user === undefined ? {} : { uid: place.user.uid, gid: place.user.gid })

/**
 * Written into postgresql.conf, so an operator may change them. The server's log holds starts, stops and crashes only:
 * messages of failed statements quote values, and those are people's names and phones.
 */
const settings: Readonly<Record<string, string>> = {
  shared_buffers: '128MB',
  max_connections: '100',
  // look-ups are many short statements: compiling one takes longer than running it
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
}

/** Makes the cluster if there is none: in a directory of its own first, so that a killed initdb leaves nothing half. */
export async function ensureCluster(place: Place, durable: boolean): Promise<void> {
  if (await exists(join(place.cluster, 'PG_VERSION'))) {
    await checkVersion(place)
    if (!place.initialised) await markInitialised(place)
    return
  }
  if (place.initialised)
    throw new CannotStart(`The database is missing from ${place.cluster}: bring it back, or choose another DATA_DIR.`)
  for (const entry of await readdir(place.home))
    if (entry.startsWith('.new-')) await rm(join(place.home, entry), { recursive: true, force: true })
  const work = await mkdtemp(join(place.home, '.new-'))
  const passwordFile = join(work, 'password')
  await writeFile(passwordFile, place.password, { mode: 0o600 })
  if (place.user !== undefined)
    for (const path of [work, passwordFile]) await chown(path, place.user.uid, place.user.gid)
  const options = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', '--username=chadan', '--no-instructions']
  const values = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const args = ['-D', join(work, 'cluster'), `--pwfile=${passwordFile}`, ...options, ...values]
  if (!durable) args.push('--no-sync')
  try {
    const initdb = join(place.binaries, 'bin', 'initdb')
    await run(initdb, args, { ...identityOf(place), cwd: place.home, env: cleanEnv, timeout: 300_000 })
    await rename(join(work, 'cluster'), place.cluster)
  } catch (error) {
    throw new CannotStart(`PostgreSQL could not make its database in ${place.home}: ${lastLine(error)}`, error)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  await markInitialised(place)
}

async function checkVersion(place: Place): Promise<void> {
  const [ofData, binary] = await Promise.all([
    readFile(join(place.cluster, 'PG_VERSION'), 'utf8'),
    run(join(place.binaries, 'bin', 'postgres'), ['--version'], { env: cleanEnv }),
  ])
  const ofBinary = / (\d+)/.exec(binary.stdout)?.[1] ?? ''
  if (ofData.trim() !== ofBinary)
    throw new CannotStart(
      `The database in ${place.cluster} was made by PostgreSQL ${ofData.trim()} and this is ${ofBinary}: dump it with the release that made it, then load it here.`,
    )
}

/** What stands in postmaster.pid; undefined when there is none or it is only half written. */
export async function readServer(cluster: string): Promise<ServerProcess | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')
  const [pid, , , , socketDirectory, , , status] = text.split('\n')
  if (!pid || !socketDirectory) return undefined
  return { pid: Number(pid), socketDirectory, ready: status?.trim() === 'ready' }
}

/**
 * Postgres refuses to start while the pid in postmaster.pid is alive, even if a stranger has the number now (after a
 * power cut, in a restarted container). Taken away only when nothing works in the cluster any more.
 */
export async function dropAlienPidFile(cluster: string, pid: number): Promise<void> {
  if (!isAlive(pid) || isServerOf(pid, cluster) || hasOrphans(cluster)) return
  await rm(join(cluster, 'postmaster.pid'), { force: true })
}

/**
 * Starts the server in a session of its own, so that Ctrl-C in our terminal does not stop it before us, and waits
 * until it accepts connections. Undefined = another start was faster with the same cluster.
 */
export async function launch(
  place: Place,
  durable: boolean,
  preferredSocket: string | undefined,
  log: Log,
): Promise<ServerProcess | undefined> {
  await trimLog(place)
  const socketDirectory = await makeSocketDirectory(place, preferredSocket)
  // a list of names: quoted, so that a comma in the path starts no second one
  const listed = `"${socketDirectory.replaceAll('"', '""')}"`
  const now: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: listed,
    port: `${socketPort}`,
  }
  // a test's database may lose everything; many files at once want more connections
  if (!durable)
    Object.assign(now, { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' })
  const args = ['-D', place.cluster, ...Object.entries(now).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const logFile = openSync(logFileOf(place), 'a', 0o600)
  const server = spawn(join(place.binaries, 'bin', 'postgres'), args, {
    ...identityOf(place),
    cwd: place.home,
    env: cleanEnv,
    detached: true,
    stdio: ['ignore', logFile, logFile],
  })
  closeSync(logFile)
  let failure: string | undefined
  server.once('error', (error) => {
    failure = error.message
  })
  server.once('exit', (code) => {
    failure ??= `it ended with code ${code}`
  })
  server.unref()
  const startedAtMs = Date.now()
  for (let nextWordMs = 10_000; failure === undefined; await pause(15)) {
    const found = await readServer(place.cluster)
    if (found?.pid === server.pid && found?.ready) return found
    const tookMs = Date.now() - startedAtMs
    if (tookMs > readyWithinMs) break
    if (tookMs < nextWordMs) continue
    nextWordMs += 10_000
    log('info', 'the database is recovering', { seconds: Math.round(tookMs / 1000) })
  }
  const other = await readServer(place.cluster)
  if (other && other.pid !== server.pid && isServerOf(other.pid, place.cluster)) return undefined
  const words = await readFile(logFileOf(place), 'utf8').catch(() => '')
  throw new CannotStart(
    `PostgreSQL did not start (${failure ?? 'no answer'}): ${words.trim().split('\n').at(-1) ?? ''}`,
  )
}

async function makeSocketDirectory(place: Place, preferred: string | undefined): Promise<string> {
  const fits = (directory: string) => Buffer.byteLength(join(directory, `.s.PGSQL.${socketPort}`)) <= socketPathBytes
  if (fits(place.home)) return place.home
  // tmpdir() itself may be long (macOS, TMPDIR of a build): then the system's own
  const parent = fits(join(tmpdir(), 'chadan-XXXXXX')) ? tmpdir() : '/tmp'
  const directory = preferred ?? (await mkdtemp(join(parent, 'chadan-')))
  // a server that comes back must be where our pools look for it
  if (preferred !== undefined) await mkdir(preferred, { recursive: true })
  await chmod(directory, 0o700)
  if (place.user !== undefined) await chown(directory, place.user.uid, place.user.gid)
  return directory
}

/**
 * Fast shutdown (clients are cut, a checkpoint is written), after `fastMs` an immediate one; resolves when the process
 * is gone and its socket directory too.
 */
export async function stopServer(server: ServerProcess, place: Place, fastMs = 3000): Promise<void> {
  // after SIGQUIT the next start recovers from the write-ahead log: nothing committed is lost
  const steps = [
    ['SIGINT', fastMs],
    ['SIGQUIT', 6000],
    ['SIGKILL', 1000],
  ] as const
  for (const [signal, waitMs] of steps) {
    if (!isServerOf(server.pid, place.cluster)) break
    process.kill(server.pid, signal)
    await goneWithin(server.pid, waitMs)
  }
  await removeSocketDirectory(server, place)
}

/** Takes away the short directory that was made for a socket whose own path was too long. */
export async function removeSocketDirectory(server: ServerProcess, place: Place): Promise<void> {
  const { socketDirectory } = server
  if (socketDirectory === place.home) return
  const ours = [tmpdir(), '/tmp'].includes(dirname(socketDirectory)) && basename(socketDirectory).startsWith('chadan-')
  if (ours) await rm(socketDirectory, { recursive: true, force: true })
}

async function goneWithin(pid: number, ms: number): Promise<void> {
  for (const untilMs = Date.now() + ms; isAlive(pid) && Date.now() < untilMs; ) await pause(10)
}

/** The server appends, so its log may be cut while it runs. One older part is kept. */
export async function trimLog(place: Place): Promise<void> {
  const file = logFileOf(place)
  const size = await stat(file).then(
    (status) => status.size,
    () => 0,
  )
  if (size < logLimitBytes) return
  await copyFile(file, `${file}.1`)
  await truncate(file)
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

function lastLine(error: unknown): string {
  const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
  return text.trim().split('\n').at(-1) || (error instanceof Error ? error.message : 'unknown reason')
}

import { setTimeout as pause } from 'node:timers/promises'
import { assertNever, CannotStart, errorCode } from '../runtime/errors.ts'
import { errorFields, type Log } from '../runtime/log.ts'
import { isAlive, isServerOf } from './alive.ts'
import type { DatabaseTarget } from './client.ts'
import { type Claim, claimServer, greetServer, type OwnerKind } from './server-owner.ts'
import { choosePlace, openDataDir, type Place } from './server-place.ts'
import {
  dropAlienPidFile,
  ensureCluster,
  launch,
  readServer,
  removeSocketDirectory,
  type ServerProcess,
  socketPort,
  stopServer,
  trimLog,
} from './server-process.ts'
import { withStartLock } from './start-lock.ts'

export type EmbeddedOptions = {
  readonly dataDir: string
  readonly owner: OwnerKind
  readonly log: Log
  /** False for tests only: nothing survives a power cut then. */
  readonly durable?: boolean
  /** How long a desk waits for a running command to end. */
  readonly patienceMs?: number
}

export type EmbeddedServer = {
  readonly outcome: 'running'
  readonly target: Extract<DatabaseTarget, { kind: 'socket' }>
  readonly role: 'owner' | 'guest'
  /** False when it was found running. */
  readonly startedByUs: boolean
  /** A desk always stops the server; a command only when nobody else uses it. Resolves when the process is gone. */
  stop(): Promise<void>
}

export type EmbeddedOutcome =
  | EmbeddedServer
  /** Another process owns this data directory. */
  | { readonly outcome: 'busy'; readonly kind: OwnerKind; readonly pid: number }
  /** It cannot work here; `problem` is one sentence for the operator. */
  | { readonly outcome: 'refused'; readonly problem: string }

type Held = Extract<Claim, { outcome: 'owner' | 'guest' }>
type Found = { readonly server: ServerProcess; readonly place: Place; readonly startedByUs: boolean }

/**
 * Finds the PostgreSQL of `dataDir` running, or starts it (making it first if there is none), and claims it: a desk must
 * own it alone, a command joins the desk as a guest or owns it for the moment.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedOutcome> {
  try {
    return await findAndClaim(options)
  } catch (error) {
    if (error instanceof CannotStart) return { outcome: 'refused', problem: error.message }
    throw error
  }
}

async function findAndClaim(options: EmbeddedOptions): Promise<EmbeddedOutcome> {
  const dataDir = await openDataDir(options.dataDir)
  const giveUpAtMs = Date.now() + (options.patienceMs ?? 15_000)
  let startedByUs = false
  for (;;) {
    const watch = { lost: () => {} }
    const { found, claim } = await attempt(dataDir, options, watch)
    startedByUs ||= found.startedByUs
    switch (claim.outcome) {
      case 'owner':
      case 'guest':
        return running({ ...found, startedByUs }, claim, watch, options)
      case 'held': {
        // a dead desk's connection lingers for a moment after kill -9
        const patience = claim.kind === 'command' || !isAlive(claim.pid)
        if (!patience || Date.now() > giveUpAtMs) return { outcome: 'busy', kind: claim.kind, pid: claim.pid }
        break
      }
      case 'gone':
        if (Date.now() > giveUpAtMs)
          throw new CannotStart(`The database in ${found.place.home} stops while we start: start again.`)
        break
      default:
        assertNever(claim)
    }
    await pause(100)
  }
}

function targetOf({ server, place }: Found): EmbeddedServer['target'] {
  const directory = server.socketDirectory
  return { kind: 'socket', directory, port: socketPort, user: 'chadan', password: place.password, database: 'chadan' }
}

/**
 * Finds the server or starts one, and claims it, both under the start lock: whoever waits for the lock meets an owner.
 * `lost`: the server that went away under us; it comes back in its own place and at its own socket, or not at all.
 */
function attempt(
  dataDir: string,
  options: EmbeddedOptions,
  watch: { readonly lost: () => void },
  lost?: Found,
): Promise<{ readonly found: Found; readonly claim: Claim }> {
  return withStartLock(dataDir, async () => {
    const place = lost ? { ...lost.place, initialised: true } : await choosePlace(dataDir)
    const found = await findOrStart(place, options, lost?.server.socketDirectory)
    return { found, claim: await claimServer(targetOf(found), options.owner, () => watch.lost()) }
  })
}

async function findOrStart(place: Place, options: EmbeddedOptions, socket: string | undefined): Promise<Found> {
  const durable = options.durable ?? true
  for (;;) {
    const running = await findRunning(place, options.log)
    if (running) return { server: running, place, startedByUs: false }
    await ensureCluster(place, durable)
    const server = await launch(place, durable, socket, options.log)
    if (!server) continue
    const found = { server, place, startedByUs: true }
    await greetServer(targetOf(found))
    return found
  }
}

/** Waits out a start, a recovery or a shutdown that is under way. Undefined when no server runs. */
async function findRunning(place: Place, log: Log): Promise<ServerProcess | undefined> {
  const patienceUntilMs = Date.now() + 10_000
  for (;;) {
    const server = await readServer(place.cluster)
    if (!server) return undefined
    const alive = isServerOf(server.pid, place.cluster)
    const answer = server.ready ? await greet(server, place) : 'not yet'
    if (answer === 'ours' && alive) return server
    if (answer === 'ours')
      throw new CannotStart(`The database in ${place.home} runs in another container or machine: stop it there first.`)
    if (!alive) {
      await removeSocketDirectory(server, place)
      await dropAlienPidFile(place.cluster, server.pid)
      return undefined
    }
    if (server.ready && Date.now() > patienceUntilMs) {
      // its socket was deleted under it (a cleaner of temporary files): nobody can reach it any more
      log('warn', 'the database server does not answer and is started anew', { pid: server.pid })
      await stopServer(server, place)
      return undefined
    }
    await pause(50)
  }
}

async function greet(server: ServerProcess, place: Place): Promise<'ours' | 'not yet'> {
  try {
    const { cluster } = await greetServer(targetOf({ server, place, startedByUs: false }))
    if (cluster === place.cluster) return 'ours'
    throw new CannotStart(
      `${place.cluster} is a copy of ${cluster}, whose server runs: stop that one, or remove postmaster.pid from the copy.`,
    )
  } catch (error) {
    if (error instanceof CannotStart) throw error
    if (errorCode(error) === '28P01')
      throw new CannotStart(
        `The password in ${place.dataDir}/postgres.json is not the database's: restore that file.`,
        error,
      )
    return 'not yet'
  }
}

function running(first: Found, claim: Held, watch: { lost: () => void }, options: EmbeddedOptions): EmbeddedServer {
  let held = claim
  let found = first
  let stopping: Promise<void> | undefined
  let repair: Promise<void> = Promise.resolve()
  if (claim.outcome === 'owner')
    watch.lost = () => {
      repair = regain()
    }
  const trimming = setInterval(() => {
    trimLog(found.place).catch((error: unknown) => options.log('warn', 'log not trimmed', errorFields(error)))
  }, 3_600_000).unref()

  // the server crashed or was stopped from outside: bring it back, and our ownership with it
  async function regain(): Promise<void> {
    options.log('warn', 'the connection that owns the database broke')
    await held.release()
    while (!stopping) {
      try {
        const again = await attempt(found.place.dataDir, options, watch, found)
        found = again.found
        if (again.claim.outcome === 'owner') {
          held = again.claim
          return options.log('info', 'the database is back')
        }
        if (again.claim.outcome === 'guest') await again.claim.release()
        options.log('error', 'the database is not ours', { outcome: again.claim.outcome })
      } catch (error) {
        options.log('error', 'the database does not come back', errorFields(error))
      }
      await pause(1000)
    }
  }

  async function stop(): Promise<void> {
    clearInterval(trimming)
    await repair
    const alone = options.owner === 'desk' || (await held.takeAlone().catch(() => false))
    if (alone) await Promise.all([held.release(), stopServer(found.server, found.place)])
    else await held.release()
  }

  return {
    outcome: 'running',
    target: targetOf(first),
    role: claim.outcome,
    startedByUs: first.startedByUs,
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}

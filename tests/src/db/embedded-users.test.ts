import { execFile } from 'node:child_process'
import { access, chmod, copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { isAlive, isServerOf } from '../../../src/db/alive.ts'
import type { EmbeddedServer } from '../../../src/db/embedded.ts'
import { mayAs, packagedBinaries, sharedHome } from '../../../src/db/server-binaries.ts'
import { ask, clusterOf, type DeskProcess, makeCheckout, serverOf, startDesk } from './desk-process.ts'

const run = promisify(execFile)
const isRoot = process.platform === 'linux' && process.getuid?.() === 0
/** Changing users takes root (on Linux); an ordinary user's own case is what every other test of the server runs then. */
const asRoot = test.skipIf(!isRoot)
/** In every password file, and never the one root's server runs as. */
const daemon = { uid: 1, gid: 1 }

// a second each, and a minute when all cores are busy
vi.setConfig({ testTimeout: 120_000 })

let base: string
let count = 0
let dataDir: string
let checkout: string

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'chadan-users-'))
  checkout = join(base, 'checkout')
  if (isRoot) await makeCheckout(checkout, 'copied')
})
beforeEach(async () => {
  count += 1
  dataDir = join(base, `data-${count}`)
})
afterEach(async () => {
  const server = await serverOf(dataDir)
  if (server && isServerOf(server.pid, await clusterOf(dataDir))) process.kill(server.pid, 'SIGQUIT')
})
afterAll(() => rm(base, { recursive: true, force: true }))

function running(desk: DeskProcess): Pick<EmbeddedServer, 'target' | 'startedByUs'> {
  if (desk.outcome.outcome !== 'running') throw new Error(JSON.stringify(desk.outcome))
  return desk.outcome
}

/** A node that user can execute: ours, or a copy where ours is closed to others (installed below /root). */
async function nodeFor(user: typeof daemon): Promise<string> {
  if (await mayAs(user, 'test -x "$1"', process.execPath)) return process.execPath
  await copyFile(process.execPath, join(base, 'node'))
  return join(base, 'node')
}

/** The user a process runs as. */
const userOf = async (pid: number) => (await stat(`/proc/${pid}`)).uid

asRoot('root below a directory closed to others: the server runs outside it, as somebody else', async () => {
  await chmod(base, 0o700)
  const { version } = await packagedBinaries()
  const binaries = join(sharedHome, `bin-${version}-${process.arch}`)
  const hadBinaries = await access(binaries).then(
    () => true,
    () => false,
  )
  let home: string | undefined
  try {
    const first = await startDesk({ checkout, dataDir })
    await ask(running(first), 'CREATE TABLE kept AS SELECT 7 AS answer')
    home = dirname(await clusterOf(dataDir))
    expect(dirname(home)).toBe(sharedHome)
    expect(await readFile(join(home, 'belongs-to'), 'utf8')).toBe(`${dataDir}\n`)
    expect((await stat(home)).mode & 0o777).toBe(0o700)
    expect((await stat(binaries)).uid).toBe(0)
    const pid = (await serverOf(dataDir))?.pid ?? 0
    expect(await userOf(pid)).not.toBe(0)
    await first.kill()
    const second = await startDesk({ checkout, dataDir })
    expect(running(second).startedByUs).toBe(false)
    expect(await ask(running(second), 'SELECT answer FROM kept')).toBe(7)
    await second.end()
    expect(isAlive(pid)).toBe(false)
    // the directory we were not given stays as it was
    expect((await stat(base)).mode & 0o777).toBe(0o700)
  } finally {
    if (home && basename(dirname(home)) === 'chadan') await rm(home, { recursive: true, force: true })
    if (!hadBinaries) await rm(binaries, { recursive: true, force: true })
  }
})

asRoot('an ordinary user runs it in place, and root later as that user', async () => {
  await chmod(base, 0o755)
  await run('chown', ['-R', `${daemon.uid}:${daemon.gid}`, base])
  const node = await nodeFor(daemon)
  const own = await startDesk({ checkout, dataDir, user: daemon, node })
  await ask(running(own), 'CREATE TABLE kept AS SELECT 7 AS answer')
  expect(dirname(await clusterOf(dataDir))).toBe(join(dataDir, 'postgres'))
  expect(await userOf((await serverOf(dataDir))?.pid ?? 0)).toBe(daemon.uid)
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
  await own.end()
  const root = await startDesk({ checkout, dataDir })
  expect(await ask(running(root), 'SELECT answer FROM kept')).toBe(7)
  expect(await userOf((await serverOf(dataDir))?.pid ?? 0)).toBe(daemon.uid)
  await root.end()
})

asRoot("an ordinary user is told that root's database is not for him", async () => {
  await chmod(base, 0o755)
  await run('chown', ['-R', '0:0', base])
  await (await startDesk({ checkout, dataDir })).end()
  const other = await startDesk({ checkout, dataDir, user: daemon, node: await nodeFor(daemon) })
  expect(other.outcome).toMatchObject({ outcome: 'refused', problem: expect.stringMatching(/DATA_DIR/) })
})

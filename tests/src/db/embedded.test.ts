import { execFile, spawn } from 'node:child_process'
import { chmod, chown, cp, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { isAlive, isServerOf } from '../../../src/db/alive.ts'
import { type EmbeddedServer, startEmbedded } from '../../../src/db/embedded.ts'
import { type Log, silentLog } from '../../../src/runtime/log.ts'
import { ask, clusterOf, makeCheckout, serverOf, startDesk } from './desk-process.ts'

// a second each, and a minute when all cores are busy
vi.setConfig({ testTimeout: 120_000 })

let checkout: string
/** A data directory whose server was made, started and stopped once. */
let pristine: string
let base: string
let dataDir: string

beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'chadan-checkout-'))
  await chmod(checkout, 0o711)
  await makeCheckout(checkout, 'linked')
  pristine = join(checkout, 'data')
  dataDir = pristine
  await (await start()).stop()
})
afterAll(() => rm(checkout, { recursive: true, force: true }))

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'chadan-data-'))
  await chmod(base, 0o711)
  dataDir = join(base, 'data')
})
afterEach(async () => {
  // whatever a failed test left running
  const server = await serverOf(dataDir)
  if (server && isServerOf(server.pid, await clusterOf(dataDir))) process.kill(server.pid, 'SIGQUIT')
  await rm(base, { recursive: true, force: true })
})

/** Most tests are not about the making, which takes a second: they begin with a copy of the pristine directory. */
async function begin(): Promise<void> {
  await promisify(execFile)('cp', ['-a', pristine, dataDir])
}

/** Waits for a state, not for a time. */
async function until(state: () => boolean | Promise<boolean>): Promise<void> {
  for (const giveUpAtMs = Date.now() + 20_000; !(await state()); ) {
    if (Date.now() > giveUpAtMs) throw new Error('it did not come to pass')
    await new Promise((again) => setTimeout(again, 20))
  }
}

async function start(owner: 'desk' | 'command' = 'desk', patienceMs = 15_000): Promise<EmbeddedServer> {
  const started = await startEmbedded({ dataDir, owner, log: silentLog, durable: false, patienceMs })
  if (started.outcome !== 'running') throw new Error(JSON.stringify(started))
  return started
}

test('starts from nothing, keeps what it was told, and leaves no process behind', async () => {
  dataDir = join(base, `the "desk", it's: 查单`)
  const first = await startEmbedded({ dataDir, owner: 'desk', log: silentLog })
  if (first.outcome !== 'running') throw new Error(JSON.stringify(first))
  expect(first).toMatchObject({ role: 'owner', startedByUs: true })
  expect(await ask(first, `SELECT current_setting('listen_addresses') || current_setting('fsync') AS answer`)).toBe(
    'on',
  )
  expect(await ask(first, `SELECT current_setting('server_encoding') AS answer`)).toBe('UTF8')
  await ask(first, 'CREATE TABLE kept AS SELECT 7 AS answer')
  expect((await stat(join(dataDir, 'postgres.json'))).mode & 0o777).toBe(0o600)
  const pid = (await serverOf(dataDir))?.pid ?? 0
  expect(isAlive(pid)).toBe(true)
  await Promise.all([first.stop(), first.stop()])
  expect(isAlive(pid)).toBe(false)
  const second = await start()
  expect(await ask(second, 'SELECT answer FROM kept')).toBe(7)
  await second.stop()
  expect(await serverOf(dataDir)).toBeUndefined()
})

test('kill -9 of the owner: the server stays, the next start uses it and nothing is lost', async () => {
  await begin()
  const killed = await startDesk({ checkout, dataDir })
  if (killed.outcome.outcome !== 'running') throw new Error(JSON.stringify(killed.outcome))
  await ask(killed.outcome, 'CREATE TABLE kept AS SELECT 7 AS answer')
  const before = await serverOf(dataDir)
  await killed.kill()
  expect(isAlive(before?.pid ?? 0)).toBe(true)
  const next = await start()
  expect(next).toMatchObject({ role: 'owner', startedByUs: false })
  expect(await ask(next, 'SELECT answer FROM kept')).toBe(7)
  expect((await serverOf(dataDir))?.pid).toBe(before?.pid)
  await next.stop()
  expect(isAlive(before?.pid ?? 0)).toBe(false)
})

test('a second desk is refused with the pid of the first, a command joins and leaves', async () => {
  await begin()
  const desk = await startDesk({ checkout, dataDir })
  const second = await startEmbedded({ dataDir, owner: 'desk', log: silentLog, durable: false })
  expect(second).toEqual({ outcome: 'busy', kind: 'desk', pid: desk.pid })
  const guest = await start('command')
  expect(guest).toMatchObject({ role: 'guest', startedByUs: false })
  expect(await ask(guest, 'SELECT 7 AS answer')).toBe(7)
  await guest.stop()
  const pid = (await serverOf(dataDir))?.pid ?? 0
  expect(isAlive(pid)).toBe(true)
  await desk.end()
  expect(isAlive(pid)).toBe(false)
})

test('a desk waits for a command to end, and says so when that takes too long', async () => {
  await begin()
  const command = await startDesk({ checkout, dataDir, owner: 'command' })
  expect(command.outcome).toMatchObject({ outcome: 'running', role: 'owner' })
  const hasty = await startEmbedded({ dataDir, owner: 'desk', log: silentLog, durable: false, patienceMs: 200 })
  expect(hasty).toEqual({ outcome: 'busy', kind: 'command', pid: command.pid })
  const patient = start()
  await command.end()
  const desk = await patient
  expect(desk).toMatchObject({ role: 'owner', startedByUs: true })
  await desk.stop()
})

test('two desks that start at once from nothing: one runs, one is told', async () => {
  const both = await Promise.all([startDesk({ checkout, dataDir }), startDesk({ checkout, dataDir })])
  const winner = both.find((desk) => desk.outcome.outcome === 'running')
  const loser = both.find((desk) => desk.outcome.outcome === 'busy')
  expect(loser?.outcome).toEqual({ outcome: 'busy', kind: 'desk', pid: winner?.pid })
  await winner?.end()
  expect(await serverOf(dataDir)).toBeUndefined()
})

test('two commands at once share one server; the last one out stops it', async () => {
  await begin()
  const both = await Promise.all([
    startDesk({ checkout, dataDir, owner: 'command' }),
    startDesk({ checkout, dataDir, owner: 'command' }),
  ])
  const roles = both.map((desk) => (desk.outcome.outcome === 'running' ? desk.outcome.role : 'none'))
  expect(roles.sort()).toEqual(['guest', 'owner'])
  const owner = both.find((desk) => desk.outcome.outcome === 'running' && desk.outcome.role === 'owner')
  const guest = both.find((desk) => desk !== owner)
  await owner?.end()
  expect(await serverOf(dataDir)).toMatchObject({ ready: true })
  await guest?.end()
  expect(await serverOf(dataDir)).toBeUndefined()
})

test('a server that dies under its desk comes back with its data, still owned', async () => {
  await begin()
  const desk = await start()
  await ask(desk, 'CREATE TABLE kept AS SELECT 7 AS answer')
  await ask(desk, 'CHECKPOINT')
  const before = (await serverOf(dataDir))?.pid ?? 0
  process.kill(before, 'SIGQUIT')
  await until(async () => {
    const server = await serverOf(dataDir)
    return server?.ready === true && server.pid !== before
  })
  expect(await ask(desk, 'SELECT answer FROM kept')).toBe(7)
  const owners = `SELECT count(*)::int AS answer FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND application_name = 'chadan desk ${process.pid}'`
  await until(async () => (await ask(desk, owners)) === 1)
  await desk.stop()
  expect(await serverOf(dataDir)).toBeUndefined()
})

test('a desk whose data is taken away under it does not begin anew', async () => {
  await begin()
  const said: string[] = []
  const log: Log = (_level, _message, fields) => void said.push(String(fields?.reason))
  const desk = await startEmbedded({ dataDir, owner: 'desk', log, durable: false })
  if (desk.outcome !== 'running') throw new Error(JSON.stringify(desk))
  const cluster = await clusterOf(dataDir)
  const { pid = 0 } = (await serverOf(dataDir)) ?? {}
  await rm(join(dataDir, 'postgres.json'))
  process.kill(pid, 'SIGQUIT')
  await rename(cluster, `${cluster}-away`)
  await until(() => said.some((reason) => reason.includes('database is missing')))
  await desk.stop()
  await expect(stat(cluster)).rejects.toThrow(/ENOENT/)
  await expect(stat(join(dataDir, 'postgres.json'))).rejects.toThrow(/ENOENT/)
  expect(isAlive(pid)).toBe(false)
})

test('a data directory with a long path gets a short socket elsewhere, gone after the stop', async () => {
  dataDir = join(base, 'd'.repeat(60), 'd'.repeat(60))
  await mkdir(join(base, 'd'.repeat(60)))
  await chmod(join(base, 'd'.repeat(60)), 0o711)
  await begin()
  const desk = await start()
  expect(desk.target.directory.startsWith(dataDir)).toBe(false)
  expect((await stat(desk.target.directory)).mode & 0o777).toBe(0o700)
  await desk.stop()
  await expect(stat(desk.target.directory)).rejects.toThrow(/ENOENT/)
})

test('a pid file of before the power cut, whose number a stranger has now, is no obstacle', async () => {
  await begin()
  const cluster = await clusterOf(dataDir)
  const { uid, gid } = await stat(cluster)
  const file = join(cluster, 'postmaster.pid')
  // of the server's own user: a stranger of another user would be no obstacle to Postgres itself
  const stranger = spawn('sleep', ['60'], { uid, gid })
  await writeFile(file, [stranger.pid, cluster, 1, 5432, resolve(cluster, '..'), '', '1 1', 'ready   ', ''].join('\n'))
  await chown(file, uid, gid)
  const desk = await start().finally(() => stranger.kill())
  expect(desk.startedByUs).toBe(true)
  await desk.stop()
})

test('an initdb that was killed half way is begun again', async () => {
  await mkdir(join(dataDir, 'postgres', '.new-left', 'cluster'), { recursive: true })
  await chmod(dataDir, 0o711)
  await writeFile(join(dataDir, 'postgres.json'), '{"home":"postgres","password":"kept","initialised":false}')
  await writeFile(join(dataDir, 'postgres.lock'), '999999999')
  const desk = await start()
  expect(desk.target.password).toBe('kept')
  expect((await readdir(join(dataDir, 'postgres'))).filter((name) => name.startsWith('.new-'))).toEqual([])
  await desk.stop()
})

test('what cannot be repaired is refused in one sentence that says what to do', async () => {
  const refusal = async () => {
    const started = await startEmbedded({ dataDir, owner: 'desk', log: silentLog, durable: false })
    return started.outcome === 'refused' ? started.problem : started.outcome
  }
  await begin()
  await rm(await clusterOf(dataDir), { recursive: true })
  expect(await refusal()).toMatch(/database is missing .* bring it back/)
  await writeFile(join(dataDir, 'postgres.json'), '{"home":')
  expect(await refusal()).toMatch(/postgres.json is damaged/)
  await writeFile(join(base, 'file'), '')
  dataDir = join(base, 'file', 'data')
  expect(await refusal()).toMatch(/Cannot make .* set DATA_DIR/)
})

test('a copy of a running data directory does not reach into the original', async () => {
  await begin()
  const desk = await startDesk({ checkout, dataDir })
  const original = dataDir
  dataDir = join(base, 'copy')
  await cp(original, dataDir, { recursive: true, filter: (source) => !source.includes('.s.PGSQL') })
  const started = await startEmbedded({ dataDir, owner: 'desk', log: silentLog, durable: false })
  expect(started).toMatchObject({ outcome: 'refused', problem: expect.stringContaining('is a copy of') })
  dataDir = original
  await desk.end()
})

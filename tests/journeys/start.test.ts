import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { until } from '../kit/until.ts'

// `npm start` as a newcomer has it: no credentials, no services, an empty data directory.

const root = fileURLToPath(new URL('../..', import.meta.url))
const main = join(root, 'dist/src/main.js')
const cli = join(root, 'dist/src/cli.js')
let dataDir = ''
let port = 0
const running: ChildProcess[] = []

beforeAll(async () => {
  await run(process.execPath, [join(root, 'src/build.mjs')])
  dataDir = join(await mkdtemp(join(tmpdir(), 'chadan-start-')), 'data')
  // root's server runs as another user, who must be able to walk in; closed directories have tests of their own
  await chmod(join(dataDir, '..'), 0o711)
  port = await freePort()
}, 120_000)
afterEach(async () => {
  for (const child of running.splice(0))
    if (child.exitCode === null && child.signalCode === null) await end(child, 'SIGTERM')
})
afterAll(() => rm(join(dataDir, '..'), { recursive: true, force: true }))

const environment = (over: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  PORT: String(port),
  DATA_DIR: dataDir,
  ...over,
})

type Started = { readonly child: ChildProcess; said(): string }

function start(over: NodeJS.ProcessEnv = {}): Started {
  let said = ''
  const child = spawn(process.execPath, [main], {
    cwd: tmpdir(),
    env: environment(over),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const hear = (chunk: Buffer) => {
    said += chunk.toString()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  running.push(child)
  return { child, said: () => said }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const ended = child.exitCode ?? once(child, 'exit').then(([code]) => code as number | null)
  child.kill(signal)
  return ended
}

async function run(
  command: string,
  args: readonly string[],
  env = process.env,
): Promise<{ code: number; out: string }> {
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  const [code] = (await once(child, 'exit')) as [number]
  return { code, out }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function ready(): Promise<void> {
  await until(async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`)
    expect(await answer.json()).toEqual({ ok: true, faults: {} })
  }, 60_000)
}

async function ask(text: string): Promise<string> {
  const origin = `http://127.0.0.1:${port}`
  const body = JSON.stringify({ id: randomUUID(), persona: 'cs', chat: 'direct', text })
  const headers = { 'content-type': 'application/json', origin }
  const answer = await fetch(`${origin}/play/api/messages`, { method: 'POST', headers, body })
  return JSON.stringify(await answer.json())
}

const question = '6936476692437472563 到哪了'

test('an empty directory becomes a desk with sample data that answers', async () => {
  const desk = start()
  await ready()
  expect(desk.said()).toContain(`http://localhost:${port}/play/`)
  expect(await ask(question)).toContain('已到杭州萧山转运中心')
  const page = await fetch(`http://127.0.0.1:${port}/`)
  expect(page.url).toMatch(/\/play\/$/)
  expect(await page.text()).toContain('<div id="root">')
}, 90_000)

test('a second start beside it says one sentence and changes nothing', async () => {
  start()
  await ready()
  const second = start({ PORT: '0' })
  expect(await once(second.child, 'exit')).toEqual([1, null])
  expect(second.said().trim().split('\n')).toHaveLength(1)
  expect(second.said()).toMatch(/already runs/)
  expect(await ask(question)).toContain('杭州')
}, 90_000)

test('kill -9, then start again: what was there is there', async () => {
  const first = start()
  await ready()
  expect(await ask(question)).toContain('杭州')
  await end(first.child, 'SIGKILL')
  start()
  await ready()
  expect(await ask(question)).toContain('杭州')
  const kept = await fetch(`http://127.0.0.1:${port}/play/api/transcript?persona=cs&chat=direct`)
  expect((await kept.text()).split(question).length).toBeGreaterThan(2)
}, 90_000)

test('SIGTERM ends everything in order and leaves no process', async () => {
  const desk = start()
  await ready()
  const before = performance.now()
  expect(await end(desk.child, 'SIGTERM')).toBe(0)
  expect(performance.now() - before).toBeLessThan(5_000)
  const { out } = await run('ps', ['-eo', 'args'])
  expect(out).not.toContain(dataDir)
}, 90_000)

test('bad configuration is told whole, with exit code 1', async () => {
  const { code, out } = await run(
    process.execPath,
    [main],
    environment({ PORT: 'x', WECOM_TOKEN: '?', REDIS_URL: 'http://x' }),
  )
  expect(code).toBe(1)
  for (const key of ['PORT', 'WECOM_TOKEN', 'REDIS_URL', 'WECOM_CORP_ID']) expect(out).toContain(key)
})

test('a taken port is one sentence', async () => {
  const taken = createServer().listen(port, '127.0.0.1')
  await once(taken, 'listening')
  const desk = start()
  expect(await once(desk.child, 'exit')).toEqual([1, null])
  expect(desk.said()).toMatch(/Port \d+ is taken/)
  taken.close()
}, 60_000)

test('the cli asks, imports and posts beside a running desk', async () => {
  start()
  await ready()
  const asked = await run(process.execPath, [cli, 'ask', question, '--as', 'cs', '--json'], environment())
  expect(JSON.parse(asked.out)).toMatchObject({
    intent: 'order.status',
    slots: { order_no: question.split(' ')[0] },
    expect: 'answer',
    mask: false,
  })
  const stranger = await run(process.execPath, [cli, 'ask', question, '--as', 'stranger', '--json'], environment())
  expect(JSON.parse(stranger.out)).toMatchObject({ expect: 'deny' })
  expect(stranger.out).not.toContain('杭州')
  const imported = await run(process.execPath, [cli, 'import', join(root, 'docs/sample-orders.xlsx')], environment())
  expect(imported.out).toMatch(/JXS07/)
  const again = await run(process.execPath, [cli, 'import', join(root, 'docs/sample-orders.xlsx')], environment())
  expect(again.out).toContain('无变化')
  const curl = await run(process.execPath, [cli, 'wecom-curl', question], environment())
  const reply = await run('sh', ['-c', curl.out])
  expect(reply.out).toContain('<Encrypt>')
  const opened = await run(
    'sh',
    ['-c', `printf '%s' '${reply.out}' | '${process.execPath}' '${cli}' wecom-curl --open`],
    environment(),
  )
  expect(opened.out).toContain('已到杭州萧山转运中心')
  const doctor = await run(process.execPath, [cli, 'doctor'], environment())
  expect(doctor).toMatchObject({ code: 0 })
  expect(doctor.out).toContain('ok   reader of waybill photos: paddle\n')
}, 120_000)

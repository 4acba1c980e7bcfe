import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, expect, test } from 'vitest'
import { type PhotoJob, photoTaskName } from '../../handlers/waybill-photo.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { testPersonal as cipher } from '../kit/cipher.ts'
import { freshDatabase } from '../kit/database.ts'
import { until } from '../kit/until.ts'
import { drawLabel, photograph } from '../src/ocr/draw-label.ts'

const fresh = await freshDatabase()
const dir = await mkdtemp(join(tmpdir(), 'chadan-photo-kill-'))
const waybillNo = 'YT8824526145570'
const photo = await photograph(await drawLabel({ carrierName: '圆通速递', waybillNo }))

let fetched = 0
const readers: number[] = []
const said: { readonly key: string; readonly reply: unknown }[] = []
const outside = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => void parts.push(part))
  request.on('end', () => {
    if (request.url === '/photo') {
      fetched += 1
      return response.end(photo)
    }
    const body = JSON.parse(Buffer.concat(parts).toString())
    if (request.url === '/reading') readers.push(body.reader)
    else said.push(body)
    return response.end('ok')
  })
}).listen(0, '127.0.0.1')
await once(outside, 'listening')
const { port } = outside.address() as { port: number }

const desks: { readonly child: ChildProcess; readonly exited: Promise<unknown> }[] = []
afterEach(async () => {
  for (const { child, exited } of desks.splice(0)) {
    child.kill('SIGKILL')
    await exited
  }
})
afterAll(async () => {
  outside.closeAllConnections()
  outside.close()
  await fresh.drop()
  await rm(dir, { recursive: true, force: true })
})

function startDesk() {
  const script = fileURLToPath(new URL('./photo-kill-child.ts', import.meta.url))
  const args = JSON.stringify({ target: fresh.target, outside: `http://127.0.0.1:${port}/`, dir })
  const child = spawn(process.execPath, ['--import', 'tsx', script, args], { stdio: ['ignore', 'ignore', 'inherit'] })
  const desk = { child, exited: once(child, 'exit') }
  desks.push(desk)
  return desk
}

const gone = (pid: number) => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

test('a desk killed while it reads: the next one reads the kept bytes and says the result once', async () => {
  const to = { platform: 'play', kind: 'direct', id: 'play-cs' } as const
  const job: PhotoJob = { media: { platform: 'play', id: 'm1' }, to, memberId: 'mem_1', toldAtMs: Date.now() }
  const entry = { key: 'photo:play:e1', task: photoTaskName, payload: job }
  await fresh.database.sql.begin((tx) => outbox(fresh.database, cipher, { random: () => 0 }).enqueue(tx, [entry]))
  const first = startDesk()
  await until(() => expect(readers).toHaveLength(1), 30_000)
  first.child.kill('SIGKILL')
  await first.exited
  expect(said).toEqual([])
  // the reader does not outlive its desk
  await until(() => expect(gone(readers[0] as number)).toBe(true), 15_000)
  startDesk()
  await until(() => expect(said.length).toBeGreaterThan(0), 30_000)
  expect(JSON.stringify(said[0])).toContain(waybillNo)
  expect(fetched).toBe(1)
  await until(
    async () => expect(await fresh.database.sql`SELECT state FROM outbox`).toEqual([{ state: 'done' }]),
    10_000,
  )
  expect(said.map(({ key }) => key)).toEqual(['photo:play:e1:result'])
}, 90_000)

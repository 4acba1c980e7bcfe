import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

const program = 'redis-server'

/** Whether this machine has a redis-server; says so in one line when it has none. */
export function hasRedis(): boolean {
  const found = spawnSync(program, ['--version']).status === 0
  if (!found) console.log('skipped: no Redis (apt-get install redis-server)')
  return found
}

export type OwnRedis = {
  readonly url: string
  /** One command of one's own, e.g. FLUSHALL. */
  command(name: string, ...args: string[]): Promise<unknown>
  /** As a power cut does. */
  kill(): Promise<void>
  /** On the same port, empty. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** A redis-server of the test's own on a free port, which keeps nothing on disk. `started: false` = absent so far. */
export async function ownRedis({ started = true } = {}): Promise<OwnRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'chadan-redis-'))
  const port = await freePort()
  let server: ChildProcess | undefined
  const kill = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    await gone
  }
  const command = async (name: string, ...args: string[]) => {
    const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 1, retryStrategy: () => null })
    client.on('error', () => {})
    try {
      return await client.call(name, ...args)
    } finally {
      client.disconnect()
    }
  }
  const start = async () => {
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir]
    server = spawn(program, options, { stdio: 'ignore' })
    const answers = () =>
      command('PING').then(
        () => true,
        () => false,
      )
    while (!(await answers())) if (server.exitCode !== null) throw new Error('redis-server did not start')
  }
  if (started) await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    command,
    kill,
    start,
    stop: async () => {
      await kill()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

import { serve } from '@hono/node-server'
import { BadConfig, type Config, loadConfig } from './config.ts'
import { isLostTypeQuestion } from './db/client.ts'
import { movableClock } from './runtime/clock.ts'
import { CannotStart } from './runtime/errors.ts'
import { enableFaults } from './runtime/fault.ts'
import { errorFields, jsonLog, type Log } from './runtime/log.ts'
import { ensureSample } from './sample.ts'
import { type Desk, openDesk } from './services.ts'
import { openStore } from './store.ts'

/** Everything must be over this long after a stop signal; what is not is cut off. */
const stopWithinMs = 4_500
/** The models of the reader of photos take a second of both cores: not while the newcomer's first question is answered. */
const warmAfterMs = 10_000

type Door = { readonly url: string; close(): Promise<void> }

/** config → database → services → HTTP, Stream, worker. Stops in reverse order. */
async function main(): Promise<void> {
  const config = loadConfig(process.env)
  const log = jsonLog()
  process.on('unhandledRejection', (reason) => {
    if (!isLostTypeQuestion(reason)) throw reason
    log('warn', 'the database went away while a connection was opened', errorFields(reason))
  })
  const clock = movableClock()
  const store = await openStore(config, 'desk', log)
  try {
    await ensureSample(config, store, clock.nowMs(), log)
    const desk = openDesk({ config, store, clock, log })
    const door = await openDoor(config, desk).catch(async (error: unknown) => {
      await desk.close()
      throw error
    })
    await untilStopped(desk, door, log)
  } finally {
    await store.close()
  }
}

/** Serves until a stop signal, then: no new connections, everything under way is finished, connections end. */
async function untilStopped(desk: Desk, door: Door, log: Log): Promise<void> {
  const stop = new AbortController()
  const signalled = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal))
  })
  const running = desk.run(stop.signal)
  running.catch((error: unknown) => log('error', 'the desk stopped working', errorFields(error)))
  process.stdout.write(`\n  Chadan is open: ${door.url}\n\n`)
  // once the start is over; a desk without a reader of photos still answers everything else
  const warming = setTimeout(() => {
    desk.warm().catch((error: unknown) => log('warn', 'no reader of photos', errorFields(error)))
  }, warmAfterMs)
  log('info', 'stopping', { signal: await signalled })
  clearTimeout(warming)
  const cutOff = setTimeout(() => {
    log('error', 'not everything ended in time and is cut off; what was under way is done again at the next start', {})
    process.exit(1)
  }, stopWithinMs)
  stop.abort()
  await Promise.all([door.close(), running])
  await desk.close()
  clearTimeout(cutOff)
}

function openDoor({ host, port, play }: Config, { app }: Desk): Promise<Door> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, (address) => {
      const shown = host === '127.0.0.1' || host === '0.0.0.0' || host === '::' ? 'localhost' : host
      resolve({ url: `http://${shown}:${address.port}${play ? '/play/' : '/'}`, close: () => closeServer(server) })
    })
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE'
      reject(
        taken ? new CannotStart(`Port ${port} is taken: stop what listens there, or start with PORT=another.`) : error,
      )
    })
  })
}

function closeServer(server: ReturnType<typeof serve>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    // kept-alive connections without a request would hold the server open
    if ('closeIdleConnections' in server) server.closeIdleConnections()
  })
}

try {
  process.loadEnvFile()
} catch {
  // no .env: the environment alone counts
}
enableFaults(process.env.CHADAN_FAULT)
try {
  await main()
} catch (error) {
  if (!(error instanceof BadConfig) && !(error instanceof CannotStart)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

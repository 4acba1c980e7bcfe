import { randomBytes } from 'node:crypto'
import type { AddressInfo, Socket } from 'node:net'
import { serve } from '@hono/node-server'
import type { Platform } from '../../bot/platform.ts'
import type { Transcript } from '../../bot/play/chat-log.ts'
import { playPages } from '../../bot/play/pages.ts'
import { playPlatform } from '../../bot/play/platform.ts'
import { buildApp } from '../../src/app.ts'
import type { EventSink } from '../../src/chat/ports.ts'
import { type MovableClock, movableClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { memoryTranscript } from './memory-transcript.ts'

export type PlayHarness = {
  readonly url: string
  readonly platform: Platform
  readonly clock: MovableClock
  /** Stops listening and cuts every connection, as a killed desk does; `start` brings it back on the same port. */
  stop(): Promise<void>
  start(): Promise<void>
}

type Stored = { readonly bytes: Uint8Array; readonly meta: { readonly fileName: string; readonly mime: string } }

/** The play door and page over real HTTP with the sink you hand in; its memory outlives `stop`. */
export async function openPlay(
  sink: EventSink,
  options: {
    readonly port?: number
    readonly consoleDir?: string
    readonly samples?: readonly string[]
    /** Default: memory. */
    readonly transcript?: Transcript
  } = {},
): Promise<PlayHarness> {
  const clock = movableClock()
  const files = new Map<string, Stored>()
  const platform = playPlatform({
    clock,
    transcript: options.transcript ?? memoryTranscript(),
    blobs: {
      put: async (bytes, meta) => {
        const id = `blob_${randomBytes(6).toString('hex')}`
        files.set(id, { bytes, meta })
        return id
      },
      get: async (id) => files.get(id),
    },
    log: silentLog,
    samples: async () => options.samples ?? [],
  })
  const consoleDir = options.consoleDir ?? new URL('../../dist/console', import.meta.url).pathname
  const app = buildApp({
    mounts: [platform.callback(sink), playPages(consoleDir)],
    checks: {},
    home: '/play/',
    log: silentLog,
  })

  const sockets = new Set<Socket>()
  let port = options.port ?? 0
  let server: ReturnType<typeof serve> | undefined
  const start = () =>
    new Promise<void>((resolve) => {
      server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, (info: AddressInfo) => {
        port = info.port
        resolve()
      })
      server.on('connection', (socket: Socket) => {
        sockets.add(socket)
        socket.on('close', () => sockets.delete(socket))
      })
    })
  await start()
  return {
    url: `http://127.0.0.1:${port}`,
    platform,
    clock,
    start,
    stop: () =>
      new Promise((resolve) => {
        server?.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

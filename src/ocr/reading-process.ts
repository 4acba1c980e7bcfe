import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { CannotStart } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
import type { ChildAnswer, ChildOrder } from './child-wire.ts'
import type { ReaderName, ReadOutcome, WaybillReader } from './types.ts'

export type ReadingProcessOptions = {
  /** Undefined: the better one that loads. */
  readonly choice?: ReaderName | undefined
  readonly log: Log
  /** A photo that takes longer ends the process. Default 15 s. */
  readonly timeLimitMs?: number
  /** Photos after which the process is replaced, default 200; and the memory, default 1 GB. */
  readonly maxPhotos?: number
  readonly maxRssBytes?: number
  readonly threads?: number
}

export type ReadingProcess = WaybillReader & {
  /** Why tesseract reads although nobody chose it. */
  readonly fellBackBecause?: string
  /** Of the process that is ready or reading; undefined between two. */
  pid(): number | undefined
}

type Ready = Extract<ChildAnswer, { kind: 'ready' }>
type Started = { readonly child: ChildProcess; readonly ready: Ready; photos: number }

/** Loading the models takes a second; a machine that needs this long cannot read photos. */
const startLimitMs = 60_000
const defaults = { timeLimitMs: 15_000, maxPhotos: 200, maxRssBytes: 1_000_000_000, threads: 2 }

/**
 * The reader in a process of its own, warmed before this resolves: one photo at a time, later ones wait. A photo that kills the
 * process or takes too long is answered 'failed' and costs only itself. Throws CannotStart when no reader opens at all.
 */
export async function readingProcess(options: ReadingProcessOptions): Promise<ReadingProcess> {
  const settings = { ...defaults, ...defined(options) }
  const { log } = options
  const first = await start(settings)
  let current: Promise<Started> | undefined = Promise.resolve(first)
  let running: ChildProcess | undefined = first.child
  let closed = false
  let turn: Promise<unknown> = Promise.resolve()

  const renew = () => {
    current = undefined
    running = undefined
    if (closed) return
    const next = start(settings)
    current = next
    // the next photo meets the reason; here it only must not go unhandled
    next.then(
      ({ child }) => {
        if (closed) child.kill('SIGKILL')
        else running = child
      },
      (error: unknown) => log('error', 'waybill reader: no new process', { reason: String(error).slice(0, 200) }),
    )
  }

  const readOne = async (bytes: Uint8Array): Promise<ReadOutcome> => {
    if (closed) return { outcome: 'failed', reason: 'worker-died' }
    const started = await (current ?? start(settings)).catch(() => undefined)
    if (started === undefined) {
      current = undefined
      return { outcome: 'failed', reason: 'worker-died' }
    }
    const { outcome, rssBytes } = await readIn(started, bytes, settings.timeLimitMs)
    started.photos += 1
    if (outcome.outcome === 'failed') {
      log('warn', 'waybill reader: its process ended over a photo', { reason: outcome.reason, bytes: bytes.length })
      renew()
    } else if (started.photos >= settings.maxPhotos || rssBytes > settings.maxRssBytes) {
      log('info', 'waybill reader: process replaced', { photos: started.photos, rssMb: Math.round(rssBytes / 1e6) })
      started.child.disconnect()
      renew()
    }
    return outcome
  }

  return {
    name: first.ready.reader,
    ...(first.ready.fellBackBecause === undefined ? {} : { fellBackBecause: first.ready.fellBackBecause }),
    pid: () => running?.pid,
    read: (bytes) => {
      const reading = turn.then(() => readOne(bytes))
      turn = reading
      return reading
    },
    close: async () => {
      closed = true
      await turn
      const last = await current?.catch(() => undefined)
      if (last?.child.connected) last.child.disconnect()
      if (last !== undefined) await ended(last.child)
    },
  }
}

function defined(options: ReadingProcessOptions): ReadingProcessOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as ReadingProcessOptions
}

type Settings = typeof defaults & ReadingProcessOptions

/** Resolves when the models are loaded and have run once. */
function start({ choice, threads }: Settings): Promise<Started> {
  const child = fork(childFile, [choice ?? '', String(threads)], {
    execArgv: childArgs,
    serialization: 'advanced',
    // the engines write notes about fonts and dictionaries
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(new CannotStart(`The reader of waybill photos cannot start: ${reason}`))
    }
    const timer = setTimeout(() => fail(`not ready after ${startLimitMs / 1000} s`), startLimitMs)
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code, signal) => fail(`its process ended (${signal ?? code})`))
    child.once('message', (answer: ChildAnswer) => {
      if (answer.kind !== 'ready') return fail('reason' in answer ? answer.reason : answer.kind)
      clearTimeout(timer)
      child.removeAllListeners()
      child.on('error', () => child.kill('SIGKILL'))
      resolve({ child, ready: answer, photos: 0 })
    })
  })
}

/** Compiled, or as source under a loader for TypeScript (development, tests). */
const fromSource = import.meta.url.endsWith('.ts')
const childFile = fileURLToPath(new URL(fromSource ? './child.ts' : './child.js', import.meta.url))
const childArgs = fromSource
  ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
  : ['--enable-source-maps']

type Read = { readonly outcome: ReadOutcome; readonly rssBytes: number }

function readIn({ child }: Started, bytes: Uint8Array, timeLimitMs: number): Promise<Read> {
  return new Promise((resolve) => {
    const settle = (outcome: ReadOutcome, rssBytes = 0) => {
      clearTimeout(timer)
      child.off('message', onMessage)
      child.off('exit', onExit)
      if (outcome.outcome === 'failed') child.kill('SIGKILL')
      resolve({ outcome, rssBytes })
    }
    const onMessage = (answer: ChildAnswer) => {
      if (answer.kind === 'outcome') settle(answer.outcome, answer.rssBytes)
    }
    const onExit = () => settle({ outcome: 'failed', reason: 'worker-died' })
    const timer = setTimeout(() => settle({ outcome: 'failed', reason: 'too-slow' }), timeLimitMs)
    child.on('message', onMessage)
    child.once('exit', onExit)
    if (!child.connected) return onExit()
    const order: ChildOrder = { bytes }
    child.send(order, (error) => {
      if (error) onExit()
    })
  })
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => child.once('exit', () => resolve()))
}

import { createHash } from 'node:crypto'
import type { DatabaseTarget } from '../db/client.ts'
import { type Clock, systemClock } from '../runtime/clock.ts'
import { Unreachable } from '../runtime/errors.ts'
import { errorFields, type Log } from '../runtime/log.ts'
import type { Hint, HintBackend, HintQueue, OpenWorker } from './bullmq-backend.ts'
import { postgresBackend } from './bullmq-postgres.ts'
import { redisBackend } from './bullmq-redis.ts'
import type { Job, JobQueue, JobTask } from './queue.ts'

export type BullmqOptions = {
  /** Where the hub's database is: BullMQ's own Postgres backend works there when there is no Redis. */
  readonly target: DatabaseTarget
  readonly redisUrl: string | undefined
  readonly log: Log
  readonly clock?: Clock
}

const enqueueMs = 2_000
/** Up to so many are added one by one. */
const fewHints = 4
const healthMs = 2_500
/** The desk has 5 s to stop; what still runs then is done again by the next process. */
const closeMs = 2_500
const openAgainMs = 1_000
/** One line per outage and kind of error is enough. */
const sameErrorMs = 60_000

/**
 * One queue for both backends: the same names and code, on Redis where REDIS_URL is set and else in Postgres. BullMQ and
 * its drivers are loaded on first use. Retries, order and deadlines are not its business: every job is tried once.
 */
export function bullmqQueue({ target, redisUrl, log, clock = systemClock }: BullmqOptions): JobQueue {
  const backend = redisUrl === undefined ? postgresBackend(target) : redisBackend(redisUrl)
  const complain = quietly(log, backend.name)
  const producer = producerOf(backend, complain)
  /** A queue that does not answer must hold nobody up, and says so in one way. */
  const reach = async <T>(use: (queue: HintQueue) => Promise<T>): Promise<T> => {
    try {
      if (!backend.ready()) throw new Error('not connected')
      return await within(enqueueMs, producer.ready().then(use))
    } catch (cause) {
      throw new Unreachable(`the queue on ${backend.name} does not take jobs`, { cause })
    }
  }
  return {
    enqueue: (job) => reach((queue) => addOnce(queue, optionsOf(job, clock.nowMs()))),
    enqueueAll: (jobs) =>
      reach((queue) =>
        addAll(
          queue,
          jobs.map((job) => optionsOf(job, clock.nowMs())),
        ),
      ),
    work: (tasks, stop) => work({ backend, producer, complain, clock }, tasks, stop),
    health: async () => {
      try {
        const queue = await within(healthMs, producer.ready())
        await within(healthMs, queue.getJobCounts('waiting'))
        return await backend.problem()
      } catch {
        const problem = await backend.problem().catch(() => undefined)
        return problem ?? `The queue on ${backend.name} does not answer: messages are sent without it, look at the log.`
      }
    },
    close: async () => {
      await producer.close()
      await backend.close()
    },
  }
}

type NewHint = Parameters<HintQueue['addBulk']>[0][number]

function optionsOf({ task, key, payload, runAtMs }: Job, nowMs: number): NewHint {
  const delay = runAtMs === undefined ? 0 : Math.max(0, Math.ceil(runAtMs - nowMs))
  const opts = { jobId: jobIdOf(key), delay, attempts: 1, removeOnComplete: true, removeOnFail: true }
  return { name: task, data: { key, payload }, opts }
}

/** BullMQ keeps the first of two jobs with one id without saying which it was; two racing callers may both hear 'queued'. */
async function addOnce(queue: HintQueue, { name, data, opts }: NewHint): Promise<'queued' | 'duplicate'> {
  if (await queue.getJob(opts.jobId ?? '')) return 'duplicate'
  await queue.add(name, data, opts)
  return 'queued'
}

/** On Postgres addBulk makes temporary tables: good for many, a waste for the one hint of a quiet day. */
async function addAll(queue: HintQueue, jobs: readonly NewHint[]): Promise<void> {
  if (jobs.length > fewHints) await queue.addBulk([...jobs])
  else await Promise.all(jobs.map(({ name, data, opts }) => queue.add(name, data, opts)))
}

/** BullMQ 6.7.0 refuses ids with a colon and ids that look like a number; keys are free to be either. */
function jobIdOf(key: string): string {
  return `k${createHash('sha256').update(key).digest('base64url')}`
}

type Producer = { ready(): Promise<HintQueue>; close(): Promise<void> }

/** Opens the queue on first use, and anew when it could not connect: BullMQ 6.7.0 remembers a failed start for good. */
function producerOf(backend: HintBackend, complain: (error: unknown) => void): Producer {
  let opening: Promise<HintQueue> | undefined
  async function open(): Promise<HintQueue> {
    const queue = await backend.openQueue()
    queue.on('error', complain)
    try {
      await queue.waitUntilReady()
      return queue
    } catch (error) {
      opening = undefined
      void queue.close().catch(complain)
      throw error
    }
  }
  return {
    ready: () => {
      opening ??= open()
      return opening
    },
    close: async () => {
      const pending = opening
      if (!pending) return
      const closed = pending.then((queue) => queue.close())
      await within(closeMs, closed).catch(complain)
    },
  }
}

type Crew = {
  readonly backend: HintBackend
  readonly producer: Producer
  readonly complain: (error: unknown) => void
  readonly clock: Clock
}

/** One worker, and another one when it could not start. */
async function work(crew: Crew, tasks: Readonly<Record<string, JobTask>>, stop: AbortSignal): Promise<void> {
  const process = async ({ name, data }: Hint) => {
    const task = tasks[name]
    if (!task) throw new TypeError(`no task ${name} in this release`)
    await task(data.payload, data.key)
  }
  while (!stop.aborted) {
    try {
      // the producer's connection brings BullMQ's schema up to date
      await untilAborted(crew.producer.ready(), stop)
      if (!stop.aborted) await workOnce(crew, process, stop)
    } catch (error) {
      crew.complain(error)
    }
    await crew.clock.sleep(openAgainMs, stop)
  }
}

async function workOnce(
  { backend, complain }: Crew,
  process: (hint: Hint) => Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  const opened = await backend.openWorker(process)
  const { worker } = opened
  worker.on('error', complain)
  worker.on('failed', (_job, error) => complain(error))
  try {
    await untilAborted(worker.waitUntilReady(), stop)
    if (!stop.aborted) await untilAborted(worker.run(), stop)
  } finally {
    await shut(opened, complain)
  }
}

/** Lets running jobs end; a backend that does not answer any more is cut off. */
async function shut({ worker, cut }: OpenWorker, complain: (error: unknown) => void): Promise<void> {
  try {
    await within(closeMs, worker.close())
  } catch (error) {
    complain(error)
    cut()
  }
}

async function untilAborted(promise: Promise<unknown>, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return
  let end = () => {}
  const aborted = new Promise<void>((resolve) => {
    end = resolve
    stop.addEventListener('abort', end, { once: true })
  })
  try {
    await Promise.race([promise, aborted])
  } finally {
    stop.removeEventListener('abort', end)
  }
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  // its own failure, when it comes after we stopped waiting, has no other listener
  promise.catch(() => {})
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

function quietly(log: Log, name: string): (error: unknown) => void {
  const said = new Map<string, number>()
  return (error) => {
    const fields = errorFields(error)
    const kind = `${fields.error} ${fields.code}`
    const nowMs = performance.now()
    if (nowMs - (said.get(kind) ?? -sameErrorMs) < sameErrorMs) return
    said.set(kind, nowMs)
    log('warn', `the queue on ${name} has trouble`, fields)
  }
}

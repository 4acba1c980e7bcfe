import type { JobsOptions } from 'bullmq'

type HintData = { readonly key: string; readonly payload: unknown }
export type Hint = { readonly name: string; readonly data: HintData }

/** The part of BullMQ's Queue that we use, the same for both backends. */
export type HintQueue = {
  waitUntilReady(): Promise<unknown>
  getJob(id: string): Promise<unknown>
  add(task: string, data: HintData, options: JobsOptions): Promise<unknown>
  addBulk(jobs: { name: string; data: HintData; opts: JobsOptions }[]): Promise<unknown>
  getJobCounts(...states: 'waiting'[]): Promise<unknown>
  on(event: 'error', listener: (error: Error) => void): unknown
  close(): Promise<unknown>
}

/** The part of BullMQ's Worker that we use. */
type HintWorker = {
  waitUntilReady(): Promise<unknown>
  run(): Promise<unknown>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'failed', listener: (job: unknown, error: Error) => void): unknown
  close(): Promise<unknown>
}

export type OpenWorker = {
  readonly worker: HintWorker
  /** Drops its connections without asking the server, when closing it in order does not end. */
  cut(): void
}

/** What differs between BullMQ on Redis and BullMQ on Postgres; bullmq-queue.ts has everything they share. */
export type HintBackend = {
  /** For messages: Redis or Postgres. */
  readonly name: string
  /** Makes a queue; connecting goes on in the background. */
  openQueue(): Promise<HintQueue>
  /** Makes a worker that does not run yet. */
  openWorker(process: (hint: Hint) => Promise<void>): Promise<OpenWorker>
  /** False when it is known that a command would only wait. */
  ready(): boolean
  /** Undefined when fine, else what to do. */
  problem(): Promise<string | undefined>
  close(): Promise<void>
}

/** The same in both backends, so that a desk can be moved from one to the other. */
export const queueName = 'chadan'

/** Hints worked on at once by one process. */
const concurrency = 8

export const workerOptions = {
  concurrency,
  autorun: false,
  // longer than a task may take (60 s): the lease in Postgres is what keeps two from doing the same
  lockDuration: 90_000,
  stalledInterval: 30_000,
  maxStalledCount: 1,
  drainDelay: 5,
  // default 15 s: after a restart of the server a worker should be back sooner
  runRetryDelay: 1_000,
} as const

import type { DatabaseTarget } from '../db/client.ts'
import { type HintBackend, queueName, workerOptions } from './bullmq-backend.ts'

/** BullMQ's tables stand beside ours, in a schema of their own that BullMQ migrates itself. */
const schema = 'bullmq'
/** After a failed fetch; see patiently. */
const fetchAgainMs = 500

/**
 * BullMQ's own Postgres backend, in the hub's database. It needs connections of its own (driver `pg`: it speaks no other),
 * with LISTEN, so behind a pooler only in session mode.
 */
export function postgresBackend(target: DatabaseTarget): HintBackend {
  return {
    name: 'Postgres',
    openQueue: async () => {
      const { createPostgresBackend, Queue } = await import('bullmq')
      // brings the schema up to date under an advisory lock; the worker's connection finds it done
      const connection = { ...poolConfig(target), max: 2, migrate: true }
      return new Queue(queueName, { connection, streams: { events: { maxLen: 100 } } }, createPostgresBackend)
    },
    openWorker: async (process) => {
      const { createPostgresBackend, Worker } = await import('bullmq')
      const connection = { ...poolConfig(target), max: 3 }
      const factory: typeof createPostgresBackend = (...args) => patiently(createPostgresBackend(...args))
      const worker = new Worker(queueName, process, { ...workerOptions, connection }, factory)
      return { worker, cut: () => void worker.disconnect().catch(() => {}) }
    },
    ready: () => true,
    problem: async () => undefined,
    close: async () => {},
  }
}

/**
 * BullMQ 6.7.0 waits before it fetches again only after ECONNREFUSED. A Postgres that starts up (57P03), was shut down
 * (57P01) or whose Unix socket is gone (ENOENT) would be asked again without a pause, by a loop that fills a core.
 */
function patiently<B extends { moveToActive(token: string, name?: string): Promise<unknown[]> }>(backend: B): B {
  const fetch = backend.moveToActive.bind(backend)
  backend.moveToActive = async (token, name) => {
    try {
      return await fetch(token, name)
    } catch (error) {
      await new Promise((resolve) => setTimeout(resolve, fetchAgainMs))
      throw error
    }
  }
  return backend
}

function poolConfig(target: DatabaseTarget) {
  const shared = {
    schema,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // hints may be lost in a power cut, the outbox has them all: no need to wait for the disk
    options: '-c synchronous_commit=off -c statement_timeout=10000',
  }
  if (target.kind === 'url') return { ...shared, ...urlConfig(target.url, shared.options) }
  const { directory, port, user, password, database } = target
  return { ...shared, host: directory, port, user, password, database }
}

/** What a URL says wins over the pool's config in pg, so its `options` are merged and left out of it. */
function urlConfig(text: string, options: string) {
  const url = new URL(text)
  const own = url.searchParams.get('options')
  url.searchParams.delete('options')
  // pg 8.23 reads sslmode=require as verify-full unless told to read it as libpq and postgres.js do: encrypt, any certificate
  if (url.searchParams.has('sslmode')) url.searchParams.set('uselibpqcompat', 'true')
  return { connectionString: url.href, options: own ? `${own} ${options}` : options }
}

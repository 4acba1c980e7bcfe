import type { Redis, RedisOptions } from 'ioredis'
import { type HintBackend, queueName, workerOptions } from './bullmq-backend.ts'

const commandMs = 1_500

/** BullMQ on Redis. ioredis is loaded here and nowhere else: a desk without REDIS_URL never pays for it. */
export function redisBackend(url: string): HintBackend {
  let producer: Redis | undefined
  return {
    name: 'Redis',
    openQueue: async () => {
      const { Queue } = await import('bullmq')
      // a command must fail now rather than wait for a Redis that may come back in an hour
      producer ??= await connect(url, { enableOfflineQueue: false, commandTimeout: commandMs, maxRetriesPerRequest: 1 })
      return new Queue(queueName, { connection: producer, streams: { events: { maxLen: 100 } } })
    },
    openWorker: async (process) => {
      const { Worker } = await import('bullmq')
      // BullMQ's blocking commands must outlive a reconnect: null is its demand
      const connection = await connect(url, { maxRetriesPerRequest: null })
      const copies = watchCopies(connection)
      const worker = new Worker(queueName, process, { ...workerOptions, connection })
      worker.on('closed', () => connection.disconnect())
      return {
        worker,
        cut: () => {
          for (const client of [connection, ...copies]) client.disconnect()
        },
      }
    },
    ready: () => !['close', 'reconnecting', 'end'].includes(producer?.status ?? ''),
    problem: async () => {
      if (producer?.status !== 'ready') return 'Redis does not answer: check that it runs and that REDIS_URL names it.'
      return evictionProblem(await producer.info('memory'))
    },
    close: async () => producer?.disconnect(),
  }
}

type Patience = Pick<RedisOptions, 'enableOfflineQueue' | 'commandTimeout' | 'maxRetriesPerRequest'>

async function connect(url: string, options: Patience): Promise<Redis> {
  const { Redis } = await import('ioredis')
  const client = new Redis(url, {
    connectTimeout: 2_000,
    // quick at first (a restart takes a moment), never in a hurry
    retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 6), 2_000),
    ...options,
  })
  // without a listener ioredis prints every failed connect; the queue and the worker report their own
  client.on('error', () => {})
  return client
}

/** The connections BullMQ makes for itself from ours: it gives no other way to end one that waits for a dead Redis. */
function watchCopies(client: Redis): readonly Redis[] {
  const copies: Redis[] = []
  const duplicate = client.duplicate.bind(client)
  client.duplicate = (options) => {
    const copy = duplicate(options)
    copies.push(copy)
    return copy
  }
  return copies
}

function evictionProblem(info: string): string | undefined {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1]
  if (policy === undefined || policy === 'noeviction') return undefined
  return `Redis drops keys when it is full (maxmemory-policy ${policy}): set maxmemory-policy noeviction.`
}

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/client.ts'
import { bullmqQueue } from '../../src/jobs/bullmq-queue.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { freshDatabase } from '../kit/database.ts'
import { hasRedis, type OwnRedis, ownRedis } from '../kit/redis.ts'
import { until } from '../kit/until.ts'
import { jobQueueContract } from './job-queue.ts'

const fresh = await freshDatabase()
afterAll(fresh.drop)

jobQueueContract('Postgres', () => bullmqQueue({ target: fresh.target, redisUrl: undefined, log: silentLog }))

describe('the queue on Postgres', () => {
  test('two processes starting at once on a new database both get it', async () => {
    const empty = await freshDatabase()
    const queues = [1, 2, 3].map(() => bullmqQueue({ target: empty.target, redisUrl: undefined, log: silentLog }))
    const keys = queues.map((queue, n) => queue.enqueue({ task: 't', key: `k${n}`, payload: null }))
    expect(await Promise.all(keys)).toEqual(['queued', 'queued', 'queued'])
    for (const queue of queues) await queue.close()
    await empty.drop()
  })

  test('works on after its connections were cut, waiting worker included', async () => {
    const own = await freshDatabase()
    const queue = bullmqQueue({ target: own.target, redisUrl: undefined, log: silentLog })
    const seen: string[] = []
    const stopping = new AbortController()
    const working = queue.work({ note: async (_payload, key) => void seen.push(key) }, stopping.signal)
    await queue.enqueue({ task: 'note', key: 'before', payload: null })
    await until(() => expect(seen).toEqual(['before']))
    const killer = openDatabase(own.target, { max: 1, name: 'killer' })
    await killer.sql`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name <> 'killer'`
    await killer.close()
    await until(() => queue.enqueue({ task: 'note', key: 'after', payload: null }))
    await until(() => expect(seen).toEqual(['before', 'after']))
    stopping.abort()
    await working
    await queue.close()
    await own.drop()
  })

  test('a database that is not there is said, quickly', async () => {
    const target = { kind: 'url', url: 'postgres://nobody@127.0.0.1:9/none' } as const
    const queue = bullmqQueue({ target, redisUrl: undefined, log: silentLog })
    const startMs = performance.now()
    await expect(queue.enqueue({ task: 't', key: 'k', payload: null })).rejects.toMatchObject({ code: 'unreachable' })
    expect(await queue.health()).toMatch(/Postgres does not answer/)
    expect(performance.now() - startMs).toBeLessThan(6_000)
    await queue.close()
  })
})

describe.runIf(hasRedis())('with Redis', () => {
  let redis: OwnRedis
  beforeAll(async () => {
    redis = await ownRedis()
  })
  afterAll(() => redis.stop())
  afterEach(() => redis.command('FLUSHALL'))
  const open = (url = redis.url) => bullmqQueue({ target: fresh.target, redisUrl: url, log: silentLog })

  jobQueueContract('Redis', () => open())

  test('Redis killed: enqueue fails within 2 s, and works again when Redis is back', async () => {
    const queue = open()
    const seen: string[] = []
    const stopping = new AbortController()
    const working = queue.work({ note: async (_payload, key) => void seen.push(key) }, stopping.signal)
    await queue.enqueue({ task: 'note', key: 'before', payload: null })
    await until(() => expect(seen).toEqual(['before']))
    await redis.kill()
    for (const key of ['lost 1', 'lost 2']) {
      const startMs = performance.now()
      await expect(queue.enqueue({ task: 'note', key, payload: null })).rejects.toMatchObject({ code: 'unreachable' })
      expect(performance.now() - startMs).toBeLessThan(2_500)
    }
    expect(await queue.health()).toMatch(/Redis does not answer/)
    await redis.start()
    await until(() => queue.enqueue({ task: 'note', key: 'after', payload: null }))
    await until(() => expect(seen).toContain('after'))
    stopping.abort()
    await working
    await queue.close()
  })

  test('Redis absent at the start: said quickly, used as soon as it comes, and a stop in between does not hang', async () => {
    const absent = await ownRedis({ started: false })
    const queue = open(absent.url)
    const seen: string[] = []
    const stopping = new AbortController()
    const working = queue.work({ note: async (_payload, key) => void seen.push(key) }, stopping.signal)
    await expect(queue.enqueue({ task: 'note', key: 'early', payload: null })).rejects.toMatchObject({
      code: 'unreachable',
    })
    await absent.start()
    await until(() => queue.enqueue({ task: 'note', key: 'k', payload: null }))
    await until(() => expect(seen).toContain('k'))
    await absent.kill()
    stopping.abort()
    const startMs = performance.now()
    await working
    await queue.close()
    expect(performance.now() - startMs).toBeLessThan(5_000)
    await absent.stop()
  })

  test('a Redis that may drop keys is not healthy', async () => {
    const queue = open()
    expect(await queue.health()).toBeUndefined()
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    expect(await queue.health()).toMatch(/noeviction/)
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await queue.close()
  })
})

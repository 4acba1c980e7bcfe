import { afterEach, describe, expect, test } from 'vitest'
import type { JobQueue, JobTask } from '../../src/jobs/queue.ts'
import { until } from '../kit/until.ts'

/** What every JobQueue must do. `open` gives a new queue on the same backend each time. */
export function jobQueueContract(name: string, open: () => JobQueue): void {
  describe(`job queue on ${name}`, () => {
    const opened: JobQueue[] = []
    const stops: (() => Promise<void>)[] = []
    const queue = () => {
      const one = open()
      opened.push(one)
      return one
    }
    /** Works in the background until the test ends; `stop` ends it earlier. */
    const work = (one: JobQueue, tasks: Readonly<Record<string, JobTask>>) => {
      const stopping = new AbortController()
      const ended = one.work(tasks, stopping.signal)
      const stop = () => {
        stopping.abort()
        return ended
      }
      stops.push(stop)
      return stop
    }
    const seen: string[] = []
    const note: JobTask = async (payload, key) => {
      seen.push(`${key} ${JSON.stringify(payload)}`)
    }
    afterEach(async () => {
      for (const stop of stops.splice(0)) await stop()
      for (const one of opened.splice(0)) await one.close()
      seen.length = 0
    })

    test('a job is run with its payload and key, whatever characters they hold', async () => {
      const one = queue()
      work(one, { note })
      const keys = ['1', 'wecom:a:b:c', "单号 '; -- ", 'x'.repeat(300)]
      for (const key of keys)
        expect(await one.enqueue({ task: 'note', key, payload: { key, 数: [1, null] } })).toBe('queued')
      await until(() => expect(seen).toHaveLength(4))
      expect(seen.sort()).toEqual(keys.map((key) => `${key} ${JSON.stringify({ key, 数: [1, null] })}`).sort())
    })

    test('a worker that is already waiting is woken at once', async () => {
      const [producer, consumer] = [queue(), queue()]
      work(consumer, { note })
      await producer.enqueue({ task: 'note', key: 'first', payload: null })
      await until(() => expect(seen).toHaveLength(1))
      const startMs = performance.now()
      await producer.enqueue({ task: 'note', key: 'second', payload: null })
      await until(() => expect(seen).toHaveLength(2))
      expect(performance.now() - startMs).toBeLessThan(2_000)
    })

    test('a key that waits is a duplicate; a key that is done may come again', async () => {
      const one = queue()
      expect(await one.enqueue({ task: 'note', key: 'k', payload: 1 })).toBe('queued')
      expect(await one.enqueue({ task: 'note', key: 'k', payload: 2 })).toBe('duplicate')
      work(one, { note })
      await until(() => expect(seen).toEqual(['k 1']))
      await until(async () => expect(await one.enqueue({ task: 'note', key: 'k', payload: 3 })).toBe('queued'))
      await until(() => expect(seen).toEqual(['k 1', 'k 3']))
    })

    test('a key that is being run is a duplicate', async () => {
      const one = queue()
      const running: (() => void)[] = []
      work(one, { long: () => new Promise<void>((resolve) => running.push(resolve)) })
      await one.enqueue({ task: 'long', key: 'k', payload: null })
      await until(() => expect(running).toHaveLength(1))
      expect(await one.enqueue({ task: 'long', key: 'k', payload: null })).toBe('duplicate')
      for (const end of running) end()
    })

    test.each([3, 60])('%d at once, some of them waiting already, are each run once', async (count) => {
      const one = queue()
      const jobs = Array.from({ length: count }, (_, n) => ({ task: 'note', key: `job ${n}`, payload: n }))
      await one.enqueueAll(jobs.slice(0, 2))
      await one.enqueueAll(jobs)
      await one.enqueueAll([])
      work(one, { note })
      await until(() => expect(seen.length).toBeGreaterThanOrEqual(count))
      await one.enqueueAll([{ task: 'note', key: 'last', payload: null }])
      await until(() => expect(seen).toContain('last null'))
      expect(seen.sort()).toEqual([...jobs.map(({ key, payload }) => `${key} ${payload}`), 'last null'].sort())
    })

    test('a job for later is not run before its time', async () => {
      const one = queue()
      let ranAtMs = 0
      const runAtMs = Date.now() + 700
      work(one, {
        note: async () => {
          ranAtMs = Date.now()
        },
      })
      await one.enqueue({ task: 'note', key: 'later', payload: null, runAtMs })
      await until(() => expect(ranAtMs).toBeGreaterThan(0))
      expect(ranAtMs).toBeGreaterThanOrEqual(runAtMs)
      expect(ranAtMs).toBeLessThan(runAtMs + 5_000)
    })

    test('a task that throws is dropped and holds nobody up; its key may come again', async () => {
      const one = queue()
      let fails = 0
      work(one, {
        note,
        fail: async () => {
          fails += 1
          throw new Error('no')
        },
      })
      await one.enqueue({ task: 'fail', key: 'bad', payload: null })
      await one.enqueue({ task: 'unknown', key: 'strange', payload: null })
      await one.enqueue({ task: 'note', key: 'good', payload: null })
      await until(() => expect(seen).toEqual(['good null']))
      await until(() => expect(fails).toBe(1))
      await until(async () => expect(await one.enqueue({ task: 'fail', key: 'bad', payload: null })).toBe('queued'))
      await until(() => expect(fails).toBe(2))
    })

    test('two workers share the jobs, each is run once', async () => {
      const [a, b] = [queue(), queue()]
      work(a, { note })
      work(b, { note })
      const keys = Array.from({ length: 60 }, (_, n) => `job ${n}`)
      await Promise.all(keys.map((key) => a.enqueue({ task: 'note', key, payload: null })))
      await until(() => expect(seen.length).toBeGreaterThanOrEqual(60))
      expect(seen.sort()).toEqual(keys.map((key) => `${key} null`).sort())
    })

    test('stopping lets the running job end and takes no new one', async () => {
      const one = queue()
      let started = false
      let ended = false
      let go = () => {}
      const stop = work(one, {
        note,
        long: async () => {
          started = true
          await new Promise<void>((resolve) => (go = resolve))
          ended = true
        },
      })
      await one.enqueue({ task: 'long', key: 'long', payload: null })
      await until(() => expect(started).toBe(true))
      const stopped = stop()
      setTimeout(() => go(), 100)
      await stopped
      expect(ended).toBe(true)
      await one.enqueue({ task: 'note', key: 'after', payload: null })
      work(queue(), { note })
      await until(() => expect(seen).toEqual(['after null']))
    })

    test('is healthy', async () => {
      expect(await queue().health()).toBeUndefined()
    })
  })
}

import type { JobQueue, JobTask } from '../../src/jobs/queue.ts'

type Fate = 'drop' | 'double' | 'late' | 'fair'

/** A queue in memory that does to hints what `fate` says, and runs them late when told to. */
export function lyingQueue(fate: () => Fate): JobQueue {
  const waiting: string[] = []
  let tasks: Readonly<Record<string, JobTask>> = {}
  const run = (task: string, key: string) => void Promise.resolve(tasks[task]?.(null, key)).catch(() => {})
  const enqueue: JobQueue['enqueue'] = async ({ task, key }) => {
    const what = fate()
    if (what === 'late') waiting.push(key)
    if (what === 'double') run(task, key)
    if (what === 'double' || what === 'fair') run(task, key)
    if (waiting.length > 3) for (const late of waiting.splice(0)) run(task, late)
    return 'queued'
  }
  return {
    enqueue,
    enqueueAll: async (jobs) => {
      for (const job of jobs) await enqueue(job)
    },
    work: (given, stop) => {
      tasks = given
      return new Promise((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }))
    },
    health: async () => undefined,
    close: async () => {},
  }
}
/** reliability R7f: 5 % dropped, 5 % doubled, 5 % late; the same for the same seed. */
export function liesOf(seed: number): () => Fate {
  let n = seed
  return () => {
    n = (n * 48_271) % 2_147_483_647
    const share = n % 100
    return share < 5 ? 'drop' : share < 10 ? 'double' : share < 15 ? 'late' : 'fair'
  }
}

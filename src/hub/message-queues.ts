import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { faultPoint } from '../runtime/fault.ts'
import { errorFields, type Log } from '../runtime/log.ts'
import type { MessageQueue, SalesChannel } from './channel-port.ts'
import { problemOf } from './feed.ts'
import { backOffMs, leaseFeed, releaseFeed } from './source-lease.ts'
import type { Sources } from './sources.ts'
import type { TakePush } from './take-push.ts'

export type QueueParts = {
  readonly database: Pick<Database, 'sql'>
  readonly channels: readonly Pick<SalesChannel, 'name' | 'sources' | 'queue'>[]
  readonly takePush: TakePush
  readonly heard: Pick<Sources, 'failed'>
  readonly clock: Clock
  readonly log: Log
  /** Called when something new was stored. */
  readonly wake: () => void
}

const feedName = 'messages'
/** A queue that never ends must not hold its lease for ever: after so many rounds others may go on with it. */
const mostRounds = 100

/**
 * Empties every queue that is due, one process at a time each: stored as pushes are, then confirmed, so that a process that dies in between
 * gets the same messages again and stores them once. Failures are written down and tried again. Returns how many came.
 */
export async function drainDue(parts: QueueParts, signal: AbortSignal): Promise<number> {
  const counts = await Promise.all(
    parts.channels.map((channel) => (channel.queue === undefined ? 0 : drain(parts, channel, channel.queue, signal))),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

async function drain(
  parts: QueueParts,
  { name, sources }: Pick<SalesChannel, 'name' | 'sources'>,
  queue: MessageQueue,
  signal: AbortSignal,
): Promise<number> {
  const { sql } = parts.database
  const cursor = await leaseFeed(sql, { connector: name, feed: feedName }, parts.clock.nowMs())
  if (cursor === undefined) return 0
  let count = 0
  try {
    for (let round = 0, last = queue.mostAtOnce; last >= queue.mostAtOnce && round < mostRounds; round++) {
      if (signal.aborted) break
      last = await takeSome(parts, name, queue, signal)
      count += last
    }
    await releaseFeed(sql, cursor, { failures: 0, dueInMs: queue.restMs })
  } catch (error) {
    const failures = cursor.failures + 1
    await releaseFeed(sql, cursor, { failures, dueInMs: backOffMs(failures, error) })
    await parts.heard.failed(sources.push ?? sources.pull, problemOf(error))
    const fields = { connector: name, failures, ...errorFields(error), ...(failures === 3 && { alarm: true }) }
    parts.log(failures < 3 ? 'warn' : 'error', 'a queue was not read', fields)
  }
  return count
}

async function takeSome(parts: QueueParts, connector: string, queue: MessageQueue, signal: AbortSignal) {
  const messages = await queue.take(signal)
  if (messages.length === 0) return 0
  const receivedAtMs = parts.clock.nowMs()
  // pushes of one moment share a statement
  const fresh = await Promise.all(
    messages.map(({ hint, raw }) => parts.takePush({ connector, hints: [hint], raw, receivedAtMs })),
  )
  if (fresh.some((rows) => rows > 0)) parts.wake()
  faultPoint('ack.before')
  await queue.confirm(
    messages.map(({ id }) => id),
    signal,
  )
  return messages.length
}

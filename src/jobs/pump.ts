import type { Clock } from '../runtime/clock.ts'
import { errorFields, type Log } from '../runtime/log.ts'
import type { OutboxPort } from './outbox-port.ts'
import type { JobQueue, JobTask } from './queue.ts'
import type { Executor } from './worker.ts'

export type PumpParts = {
  readonly outbox: Pick<OutboxPort, 'due'>
  readonly queue: Pick<JobQueue, 'enqueueAll'>
  readonly executor: Pick<Executor, 'execute'>
  readonly clock: Clock
  readonly log: Log
  /** How long a hint may take before the row is carried out without the queue. */
  readonly patienceMs?: number
}

export type Pump = {
  /** Something was written: look now. Cheap; call it after every commit with outbox rows. */
  wake(): void
  /** Feeds the queue until `stop`, then waits for what it carries out itself. */
  run(stop: AbortSignal): Promise<void>
}

/** The name under which hints stand in the queue. */
const hintTask = 'outbox'

/** The queue's side of the pump: give it to JobQueue.work. */
export function hintTasks(executor: Pick<Executor, 'execute'>): Readonly<Record<string, JobTask>> {
  return { [hintTask]: (_payload, key) => executor.execute(key) }
}

const pollMs = 250
/** Between two looks while there is more than one batch, or many wake-ups. */
const busyMs = 20
const batch = 200
/** Rows carried out here at once, without the queue. */
const ownHands = 4
/** A queue that refused a hint is left alone for so long. */
const queueRestMs = 1_000
const maxBackOffMs = 1_000

/**
 * Outbox → queue. Each due row is hinted once; when the hint leads to nothing (lost, its worker dead, Redis away), the row
 * is carried out here. So the queue makes things faster and its loss makes nothing late by more than `patienceMs`.
 */
export function pump(parts: PumpParts): Pump {
  const bell = newBell()
  const hands = newHands(parts, bell.ring)
  return {
    wake: bell.ring,
    run: async (stop) => {
      let state: State = { hinted: new Map(), queueRestsUntilMs: 0 }
      let failures = 0
      while (!stop.aborted) {
        let waitMs = pollMs
        try {
          const round = await look(parts, state, hands)
          state = round.state
          if (failures > 0) parts.log('info', 'the outbox is read again', {})
          failures = 0
          if (round.more) waitMs = busyMs
        } catch (error) {
          // once per outage: a database that restarts is no news every second
          if (failures === 0) parts.log('warn', 'the outbox cannot be read', errorFields(error))
          failures += 1
          waitMs = Math.min(pollMs * 2 ** Math.min(failures, 5), maxBackOffMs)
        }
        await bell.sleep(parts.clock, failures > 0 ? waitMs : busyMs, waitMs, stop)
      }
      await hands.rest()
    },
  }
}

type State = {
  /** When each try that was due at the last look was hinted; performance.now(), which nobody can move. */
  readonly hinted: ReadonlyMap<string, number>
  readonly queueRestsUntilMs: number
}

async function look(
  { outbox, queue, log, patienceMs = 10_000 }: PumpParts,
  state: State,
  hands: Hands,
): Promise<{ readonly state: State; readonly more: boolean }> {
  const rows = await outbox.due(batch)
  const nowMs = performance.now()
  const hinted = new Map<string, number>()
  const fresh: Due[] = []
  for (const { key, attempts } of rows) {
    const attempt = `${attempts} ${key}`
    const sinceMs = state.hinted.get(attempt)
    if (sinceMs === undefined) fresh.push({ key, attempt })
    // no hand is free: it stays overdue
    else hinted.set(attempt, nowMs - sinceMs >= patienceMs && hands.take(key) ? nowMs : sinceMs)
  }
  let { queueRestsUntilMs } = state
  if (fresh.length > 0 && nowMs >= queueRestsUntilMs) {
    try {
      await queue.enqueueAll(fresh.map(({ key }) => ({ task: hintTask, key, payload: null })))
      for (const { attempt } of fresh) hinted.set(attempt, nowMs)
      return { state: { hinted, queueRestsUntilMs }, more: rows.length === batch }
    } catch (error) {
      log('warn', 'the queue takes no hints, the outbox is carried out without it', errorFields(error))
      queueRestsUntilMs = performance.now() + queueRestMs
    }
  }
  for (const { key, attempt } of fresh) if (hands.take(key)) hinted.set(attempt, nowMs)
  return { state: { hinted, queueRestsUntilMs }, more: false }
}

type Due = { readonly key: string; readonly attempt: string }

type Hands = { take(key: string): boolean; rest(): Promise<void> }

function newHands({ executor, log }: PumpParts, freed: () => void): Hands {
  const busy = new Map<string, Promise<void>>()
  return {
    take: (key) => {
      if (busy.size >= ownHands || busy.has(key)) return false
      const done = executor
        .execute(key)
        .catch((error: unknown) => log('warn', 'an outbox row was not carried out', { key, ...errorFields(error) }))
        .finally(() => {
          busy.delete(key)
          freed()
        })
      busy.set(key, done)
      return true
    },
    rest: async () => {
      await Promise.all(busy.values())
    },
  }
}

function newBell() {
  let rung = false
  let wakeUp = () => {}
  return {
    ring: () => {
      rung = true
      wakeUp()
    },
    /** At least `leastMs`, so that many rings make one look; then until the next ring, at most `mostMs` in all. */
    sleep: async (clock: Clock, leastMs: number, mostMs: number, stop: AbortSignal) => {
      await clock.sleep(leastMs, stop)
      if (!rung && !stop.aborted && mostMs > leastMs) {
        const ring = new AbortController()
        const end = () => ring.abort()
        wakeUp = end
        stop.addEventListener('abort', end, { once: true })
        await clock.sleep(mostMs - leastMs, ring.signal)
        stop.removeEventListener('abort', end)
        wakeUp = () => {}
      }
      rung = false
    },
  }
}

import type { Clock } from '../runtime/clock.ts'
import { assertNever } from '../runtime/errors.ts'
import { faultPoint } from '../runtime/fault.ts'
import { errorFields, type Log, redact } from '../runtime/log.ts'
import type { ClaimedRow, OutboxPort } from './outbox-port.ts'
import { turnsOf } from './turns.ts'

/** done: carried out. retry: not now. give-up: never; `alarm` when somebody has to look. Reasons hold no personal data. */
export type TaskOutcome =
  | { readonly outcome: 'done'; readonly receipt?: Readonly<Record<string, string>> }
  | { readonly outcome: 'retry'; readonly reason: string; readonly afterMs?: number }
  | { readonly outcome: 'give-up'; readonly reason: string; readonly alarm: boolean }

/**
 * Carries out one row. It may be called again under the same `key`: the effect must be the same as of one call. What it
 * throws is tried again, unless the error says that this is useless (`retryable: false`).
 */
export type Task = (payload: unknown, key: string, stop: AbortSignal) => Promise<TaskOutcome>

export type WorkerParts = {
  readonly outbox: Omit<OutboxPort, 'due'>
  readonly tasks: Readonly<Record<string, Task>>
  /** Called when the next row of a lane may go. */
  readonly wake: () => void
  readonly clock: Clock
  readonly log: Log
  /** A task that takes longer is cut off and tried again. */
  readonly taskMs?: number
  /** How long a row stays ours after the process died. */
  readonly leaseMs?: number
  /**
   * Rows with the same name here are carried out and marked one after the other: what the other side cannot tell from a new one
   * when it comes again, so that a process that dies leaves one of them in doubt.
   */
  readonly turnOf?: (row: ClaimedRow) => string | undefined
}

export type Executor = {
  /**
   * Claims the row and carries it out; nothing when it is not its turn. One that has to wait for others may be carried out after it
   * resolves. Rejects only while the database is away.
   */
  execute(key: string): Promise<void>
  /** Resolves when nothing is waiting or being carried out behind execute's back. */
  rest(): Promise<void>
}

/** Rows that wait for their turn without keeping a hand from others: a storm of them must not hold up everybody. */
const mostWaiting = 200
/** A platform that hangs must not make its messages wait for each other; more than one is in doubt then. */
const turnMs = 2_000

/** Executes outbox rows, each under a lease that is renewed while its task runs. */
export function worker(parts: WorkerParts): Executor {
  const { outbox, log, leaseMs = 20_000 } = parts
  const turns = turnsOf(turnMs)
  const waiting = new Set<Promise<void>>()
  const carryOn = async (row: ClaimedRow, name: string | undefined) => {
    await carryOut(parts, row, leaseMs, name === undefined ? undefined : turns.take(name))
    if (row.lane !== undefined) parts.wake()
  }
  const carryLater = (row: ClaimedRow, name: string) => {
    const work = carryOn(row, name)
      .catch((error: unknown) => log('warn', 'an outbox row was not marked', { key: row.key, ...errorFields(error) }))
      .finally(() => waiting.delete(work))
    waiting.add(work)
  }
  return {
    rest: async () => {
      while (waiting.size > 0) await Promise.all(waiting)
    },
    execute: async (key) => {
      const claim = await outbox.claim(key, leaseMs)
      switch (claim.outcome) {
        case 'not-now':
          return
        case 'buried':
          log('error', 'a dead letter', { key, task: claim.task, reason: claim.reason, alarm: true })
          parts.wake()
          return
        case 'claimed': {
          faultPoint('outbox.claimed')
          const name = parts.turnOf?.(claim.row)
          if (name === undefined || !turns.busy(name) || waiting.size >= mostWaiting) await carryOn(claim.row, name)
          else carryLater(claim.row, name)
          return
        }
        default:
          assertNever(claim)
      }
    },
  }
}

async function carryOut(
  parts: WorkerParts,
  row: ClaimedRow,
  leaseMs: number,
  turn: Promise<() => void> | undefined,
): Promise<void> {
  const { outbox, log, clock } = parts
  const renewal = setInterval(() => {
    outbox.extend(row, leaseMs).catch((error: unknown) => log('warn', 'lease not renewed', errorFields(error)))
  }, leaseMs / 3)
  const pass = await turn
  try {
    const outcome = await run(parts, row)
    faultPoint('mark.before')
    await insistently(() => mark(parts, row, outcome), leaseMs, clock)
  } finally {
    pass?.()
    clearInterval(renewal)
  }
}

async function run({ tasks, log, clock, taskMs = 60_000 }: WorkerParts, row: ClaimedRow): Promise<TaskOutcome> {
  const task = tasks[row.task]
  // a row of a newer release: that one will carry it out
  if (!task) return { outcome: 'retry', reason: `no task ${row.task} in this release` }
  const limit = new AbortController()
  const ended = new AbortController()
  const late = clock.sleep(taskMs, ended.signal).then((): TaskOutcome => {
    if (!ended.signal.aborted) limit.abort()
    return { outcome: 'retry', reason: `cut off after ${taskMs / 1000} s` }
  })
  try {
    return await Promise.race([task(row.payload, row.key, limit.signal), late])
  } catch (error) {
    log('error', 'task failed', { key: row.key, task: row.task, attempt: row.attempt, ...errorFields(error) })
    return outcomeOf(error)
  } finally {
    ended.abort()
  }
}

function outcomeOf(error: unknown): TaskOutcome {
  const reason = error instanceof Error ? redact(`${error.name}: ${error.message}`).slice(0, 200) : 'it threw no error'
  if (error instanceof Error && 'retryable' in error && error.retryable === false)
    return { outcome: 'give-up', reason, alarm: true }
  const afterMs = error instanceof Error && 'retryAfterMs' in error ? error.retryAfterMs : undefined
  return { outcome: 'retry', reason, ...(typeof afterMs === 'number' ? { afterMs } : {}) }
}

async function mark({ outbox, log }: WorkerParts, row: ClaimedRow, outcome: TaskOutcome): Promise<void> {
  const { key, task, attempt } = row
  switch (outcome.outcome) {
    case 'done':
      return outbox.done(row, outcome.receipt)
    case 'retry': {
      const { reason, afterMs } = outcome
      const next = await outbox.fail(row, { reason, ...(afterMs === undefined ? {} : { afterMs }) })
      if (next === 'dead') log('error', 'given up after its last try', { key, task, attempt, reason, alarm: true })
      else log('warn', 'to be tried again', { key, task, attempt, reason })
      return
    }
    case 'give-up':
      await outbox.giveUp(row, outcome.reason)
      log(outcome.alarm ? 'error' : 'warn', 'given up', { key, task, reason: outcome.reason, alarm: outcome.alarm })
      return
    default:
      assertNever(outcome)
  }
}

/**
 * What was sent and cannot be marked would be sent again: a database that restarts is waited for, as long as the row stays
 * ours.
 */
async function insistently(work: () => Promise<void>, forMs: number, clock: Clock): Promise<void> {
  const startMs = performance.now()
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 2_000)) {
    try {
      return await work()
    } catch (error) {
      if (performance.now() - startMs > forMs) throw error
      await clock.sleep(pauseMs, new AbortController().signal)
    }
  }
}

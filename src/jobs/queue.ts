/**
 * A queue of hints. Nothing depends on it: what must happen is a row in Postgres, and the pump finds it again when the
 * queue dropped, doubled or delayed its hint.
 */
export type JobQueue = {
  /**
   * `duplicate`: a job with this key waits or runs already. Throws Unreachable within about 2 s when the queue does not
   * answer; the job may have been queued all the same.
   */
  enqueue(job: Job): Promise<'queued' | 'duplicate'>
  /** Many at once, for as many round trips as one; keys that wait or run already are passed over. Throws as enqueue. */
  enqueueAll(jobs: readonly Job[]): Promise<void>
  /** Runs jobs until `stop`, then ends those it has begun. A job whose task throws is dropped: the pump hints again. */
  work(tasks: Readonly<Record<string, JobTask>>, stop: AbortSignal): Promise<void>
  /** Undefined when fine, else what to do. Answers within 3 s. */
  health(): Promise<string | undefined>
  /** Ends every connection. Call after `work` has resolved. */
  close(): Promise<void>
}

export type Job = {
  readonly task: string
  readonly key: string
  /** JSON, without personal data: it is stored in the queue as it is. */
  readonly payload: unknown
  /** Not before this moment; now when left out. */
  readonly runAtMs?: number
}

export type JobTask = (payload: unknown, key: string) => Promise<void>

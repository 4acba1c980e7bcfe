import type { Clock } from '../runtime/clock.ts'
import { errorCode } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
import type { Intake } from './intake.ts'
import type { Channel, SourceOrder } from './order-facts.ts'
import { normaliseOrderNo } from './order-no.ts'
import type { Sources } from './sources.ts'

/** A connector that can be asked for one order. Implemented in src/connectors/. */
export type OrderSource = {
  /**
   * Its own name in the table of sources (`douyin.single`), not that of the channel's feed: one answered question says
   * nothing about how fresh the feed is.
   */
  readonly name: string
  readonly channel: Channel
  /** By the number's form alone: false spares the call. */
  couldBe(orderNo: string): boolean
  /** The order as the source has it now, undefined when it has none. Ends soon after `signal`; errors of runtime/errors.ts. */
  pull(orderNo: string, signal: AbortSignal): Promise<SourceOrder | undefined>
}

export type Tried = {
  readonly source: string
  readonly channel: Channel
  readonly outcome: 'found' | 'none' | 'failed' | 'timeout'
  /** How long it took to answer, at most the time it was given. */
  readonly ms: number
}

export type PullReport = { readonly outcome: 'found' | 'none'; readonly tried: readonly Tried[] }

/** What the handlers see: asks the sources for a number that the hub does not know. */
export type OrderPull = {
  /** `channelHint`: only sources of this channel, where there are any. At most 3 s, less when `withinMs` says so. */
  pull(orderNo: string, channelHint?: Channel, withinMs?: number): Promise<PullReport>
}

export type OrderPullParts = {
  readonly sources: readonly OrderSource[]
  readonly intake: Pick<Intake, 'take'>
  /** The table of who spoke when and what failed. */
  readonly heard: Pick<Sources, 'heard' | 'failed'>
  readonly clock: Clock
  readonly log: Log
}

/** Product 2.5 and reliability.md: an unknown number is asked for within 3 s. */
const longestPullMs = 3_000
/** A number that nobody had is not asked for again for this long. */
const nobodyHadMs = 60_000
/** Numbers kept as had by nobody; the oldest go first. */
const mostKept = 1_000

/**
 * Asks every source that could have the number, at the same time, and takes what they have into the hub. One pull per number
 * at a time, whoever asks; what comes too late for the answer is taken in all the same.
 */
export function orderPull(parts: OrderPullParts): OrderPull {
  const { sources, clock } = parts
  const running = new Map<string, Promise<PullReport>>()
  const missed = new Map<string, { readonly report: PullReport; readonly untilMs: number }>()

  const ask = async (orderNo: string, asked: readonly OrderSource[], withinMs: number): Promise<PullReport> => {
    const tried = await askAll(parts, orderNo, asked, withinMs)
    const outcome = tried.some((one) => one.outcome === 'found') ? 'found' : 'none'
    const report = { outcome, tried } as const
    // only what all of them denied: a source that failed may have it
    if (tried.every((one) => one.outcome === 'none')) keep(missed, orderNo, report, clock.nowMs() + nobodyHadMs)
    return report
  }

  return {
    pull: async (typed, channelHint, withinMs = longestPullMs) => {
      const orderNo = normaliseOrderNo(typed)
      const asked = candidates(sources, orderNo, channelHint)
      if (asked.length === 0) return { outcome: 'none', tried: [] }
      const known = missed.get(orderNo)
      if (known !== undefined && clock.nowMs() < known.untilMs) return known.report
      const joined = running.get(orderNo)
      if (joined !== undefined) return joined
      const started = ask(orderNo, asked, Math.min(withinMs, longestPullMs)).finally(() => running.delete(orderNo))
      running.set(orderNo, started)
      return started
    },
  }
}

function candidates(sources: readonly OrderSource[], orderNo: string, hint: Channel | undefined) {
  const able = sources.filter((source) => source.couldBe(orderNo))
  const hinted = able.filter(({ channel }) => channel === hint)
  return hinted.length > 0 ? hinted : able
}

function keep<T>(missed: Map<string, { report: T; untilMs: number }>, orderNo: string, report: T, untilMs: number) {
  missed.delete(orderNo)
  missed.set(orderNo, { report, untilMs })
  for (const oldest of missed.keys()) {
    if (missed.size <= mostKept) break
    missed.delete(oldest)
  }
}

/** Until all have answered, one had it, or the time is up; says how those fared that were waited for. */
async function askAll(
  parts: OrderPullParts,
  orderNo: string,
  asked: readonly OrderSource[],
  withinMs: number,
): Promise<readonly Tried[]> {
  const startedMs = performance.now()
  const [tooLate, enough, allAnswered] = [new AbortController(), new AbortController(), new AbortController()]
  const tried = new Map<OrderSource, Tried>()
  const note = ({ name, channel }: OrderSource, outcome: Tried['outcome']): Tried => {
    const ms = Math.min(withinMs, Math.round(performance.now() - startedMs))
    return { source: name, channel, outcome, ms }
  }
  const answers = asked.map(async (source) => {
    const outcome = await askOne(parts, source, orderNo, tooLate.signal)
    if (!tried.has(source)) tried.set(source, note(source, outcome))
    if (outcome === 'found') enough.abort()
  })
  void Promise.all(answers).then(() => {
    enough.abort()
    allAnswered.abort()
  })
  const timeIsUp = parts.clock.sleep(withinMs, allAnswered.signal).then(() => {
    if (allAnswered.signal.aborted) return
    tooLate.abort()
    for (const source of asked.filter((one) => !tried.has(one))) {
      tried.set(source, note(source, 'timeout'))
      void noteFailure(parts, source, 'no answer in time')
    }
  })
  // one that has it is enough; the others go on unheard until their time is up
  const isEnough = new Promise<void>((resolve) => {
    enough.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await Promise.race([timeIsUp, isEnough])
  return asked.flatMap((source) => tried.get(source) ?? [])
}

/** Never rejects. Goes on unheard when it is too late for the answer: what it finds is taken in all the same. */
async function askOne(
  parts: OrderPullParts,
  source: OrderSource,
  orderNo: string,
  signal: AbortSignal,
): Promise<'found' | 'none' | 'failed'> {
  const { intake, heard, clock, log } = parts
  try {
    const order = await source.pull(orderNo, signal)
    if (order !== undefined) {
      const taken = await intake.take(order)
      if (taken.outcome === 'refused') {
        log('warn', 'a pulled order was refused', { source: source.name, field: taken.field, problem: taken.problem })
        return 'failed'
      }
    }
    await heard.heard(source.name, clock.nowMs())
    return order === undefined ? 'none' : 'found'
  } catch (error) {
    // aborted by us: it was noted as too late already
    if (!signal.aborted) await noteFailure(parts, source, errorCode(error) ?? (error as Error)?.name ?? 'failed')
    return 'failed'
  }
}

/** `problem` is a code or a name: the text of an error may quote the number. */
async function noteFailure({ heard, log }: OrderPullParts, { name }: OrderSource, problem: string): Promise<void> {
  log('warn', 'a source could not be asked for an order', { source: name, problem })
  await heard.failed(name, problem).catch((error: unknown) => {
    log('warn', 'the failure of a source was not noted', { source: name, problem: errorCode(error) ?? 'unknown' })
  })
}

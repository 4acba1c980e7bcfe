import type { ActionCodec } from '../cards/actions.ts'
import { commandFailedCard } from '../cards/command-failed.ts'
import type { Conversation } from '../src/chat/event.ts'
import type { CommandLedger, TellOf } from '../src/hub/command-ledger.ts'
import type { Command, CommandOutcome, CommandPort } from '../src/hub/commands.ts'
import type { Receiver } from '../src/hub/staff.ts'
import type { Task } from '../src/jobs/worker.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { commandTexts } from '../src/text/zh-commands.ts'
import { chatEntry } from './tasks.ts'

/** Product §2.9: three tries within ten minutes, then a person looks. */
const mostTries = 3
const longestWaitMs = 4 * 60_000
/** Every call to another system is bounded; three of them and the waits between stay within the ten minutes. */
const callMs = 10_000

export type CommandTaskParts = {
  readonly ledger: CommandLedger
  /** Who carries what out; the first one that takes a command has it. */
  readonly ports: readonly CommandPort[]
  readonly codec: ActionCodec
  /** Called when messages were written. */
  readonly wake: () => void
}

/** Carries out what was told to other systems: each command once, with its receipt in the ledger. */
export function commandTask(parts: CommandTaskParts): Task {
  const { ledger, ports, wake } = parts
  return async (payload, key, stop) => {
    if (!isCommand(payload)) return { outcome: 'give-up', reason: 'the row holds no command', alarm: true }
    const port = ports.find(({ takes }) => takes.includes(payload.name))
    const begun = await ledger.begin(key, port?.name ?? 'none')
    if (begun.outcome === 'done') return begun
    if (begun.outcome === 'over')
      return { outcome: 'give-up', reason: `the ledger has it as ${begun.state}`, alarm: begun.state !== 'failed' }
    const giveUp = async (reason: string) => {
      await ledger.failed(key, reason, failedEntries(parts))
      wake()
      return { outcome: 'give-up' as const, reason, alarm: true }
    }
    if (port === undefined) return giveUp('no system is joined that takes it')
    if (begun.tries > mostTries) return giveUp('its process ended at every try')
    const outcome = await runSafely(port, payload, key, stop)
    switch (outcome.outcome) {
      case 'done':
        await ledger.done(key, outcome.receipt, doneEntries)
        wake()
        return outcome
      case 'refused':
        return giveUp(outcome.reason)
      case 'retry': {
        if (begun.tries >= mostTries) return giveUp(outcome.reason)
        await ledger.later(key, outcome.reason)
        const { reason, afterMs } = outcome
        return { outcome: 'retry', reason, ...(afterMs !== undefined && { afterMs: Math.min(afterMs, longestWaitMs) }) }
      }
      default:
        return assertNever(outcome)
    }
  }
}

/** What a port throws because the world is broken counts as a try; anything else is a fault of ours and goes on to the worker. */
async function runSafely(port: CommandPort, command: Command, key: string, stop: AbortSignal): Promise<CommandOutcome> {
  const limit = AbortSignal.timeout(callMs)
  try {
    return await port.run(command, key, AbortSignal.any([stop, limit]))
  } catch (error) {
    if (limit.aborted) return { outcome: 'retry', reason: `${port.name} did not answer within ${callMs / 1000} s` }
    if (!(error instanceof Error) || !('retryable' in error)) throw error
    const afterMs = 'retryAfterMs' in error && typeof error.retryAfterMs === 'number' ? error.retryAfterMs : undefined
    if (error.retryable !== true) return { outcome: 'refused', reason: error.message }
    return { outcome: 'retry', reason: error.message, ...(afterMs !== undefined && { afterMs }) }
  }
}

/** The outbox is ours, but an older release may have written the row. */
function isCommand(payload: unknown): payload is Command {
  return typeof payload === 'object' && payload !== null && 'name' in payload && 'payload' in payload
}

const chatOf = ({ platform, userId }: Receiver): Conversation => ({
  platform: platform as Conversation['platform'],
  kind: 'direct',
  id: userId,
})

/** One card per failure and person: given again and failed again is news. */
function failedEntries({ codec }: CommandTaskParts): TellOf {
  return (entry, to, nowMs) =>
    to.map((one) => {
      const key = `command-failed:${entry.key}:${entry.replayedAtMs ?? 0}:${one.memberId}`
      const card = commandFailedCard(entry, { nowMs, memberId: one.memberId, codec })
      return chatEntry({ key, to: chatOf(one), reply: { kind: 'card', card } })
    })
}

const doneEntries: TellOf = (entry, to) =>
  to.map((one) =>
    chatEntry({
      key: `command-done:${entry.key}:${entry.replayedAtMs ?? 0}:${one.memberId}`,
      to: chatOf(one),
      reply: { kind: 'text', text: commandTexts.wentThrough(entry.name, entry.subject) },
    }),
  )

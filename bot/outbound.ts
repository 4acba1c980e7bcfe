import type { Conversation, EpochMs, PlatformName } from '../src/chat/event.ts'
import type { Delivery, Outbound, OutboundMessage } from '../src/chat/ports.ts'
import type { Clock } from '../src/runtime/clock.ts'
import { faultPoint } from '../src/runtime/fault.ts'
import type { Platform } from './platform.ts'

export type OutboundParts = {
  readonly platforms: readonly Platform[]
  /** A platform that failed takes messages again: what waits for it may go at once. */
  readonly healed: (platform: PlatformName) => Promise<unknown>
  readonly clock: Clock
}

export type AnyOutbound = Outbound & {
  recall(platform: PlatformName, messageId: string): Promise<Delivery>
  /** For a tick: asks platforms that failed whether they work again, ever more seldom. */
  probe(): Promise<void>
  /** For the worker: the turn a row has to wait for, where its platform would show it twice when it is sent twice. */
  turnOf(row: { readonly lane: string | undefined; readonly payload: unknown }): string | undefined
}

const firstProbeMs = 20_000
const maxProbeMs = 600_000

type Trouble = { readonly probeAtMs: EpochMs; readonly stepMs: number }

/** Sends through the platform of the conversation, and notices when a platform that failed works again. */
export function outbound({ platforms, healed, clock }: OutboundParts): AnyOutbound {
  const troubles = new Map<PlatformName, Trouble>()

  const note = async (name: PlatformName, delivery: Delivery) => {
    if (delivery.outcome === 'sent' && troubles.delete(name)) await healed(name)
    // told to wait is no trouble: the platform works and counts
    const failed = delivery.outcome === 'retry' && delivery.afterMs === undefined
    if (failed && !troubles.has(name))
      troubles.set(name, { probeAtMs: clock.nowMs() + firstProbeMs, stepMs: firstProbeMs })
  }

  return {
    send: async (message) => {
      const platform = platforms.find(({ name }) => name === message.to.platform)
      if (!platform)
        return { outcome: 'refused', reason: `platform ${message.to.platform} is not configured`, alarm: true }
      faultPoint('send.before')
      const delivery = await safely(() => platform.outbound.send(message))
      faultPoint('send.after')
      await note(platform.name, delivery)
      return delivery
    },
    recall: async (name, messageId) => {
      const { recall } = platforms.find((platform) => platform.name === name)?.outbound ?? {}
      return recall === undefined ? { outcome: 'sent' } : safely(() => recall(name, messageId))
    },
    probe: async () => {
      for (const [name, { probeAtMs, stepMs }] of troubles) {
        const nowMs = clock.nowMs()
        if (nowMs < probeAtMs) continue
        // it stays in trouble until a message gets through: health may be fine where sending is not
        const nextMs = Math.min(stepMs * 2, maxProbeMs)
        troubles.set(name, { probeAtMs: nowMs + nextMs, stepMs: nextMs })
        const fault = await platforms.find((platform) => platform.name === name)?.health()
        if (fault === undefined) await healed(name)
      }
    },
    turnOf: ({ lane = '', payload }) => {
      const platform = platforms.find(({ name }) => lane.startsWith(`${name}:`))
      if (platform?.tellsRepeats === undefined) return undefined
      const { to, reply } = (payload ?? {}) as Partial<OutboundMessage>
      const place: Conversation = to ?? {
        platform: platform.name,
        kind: 'direct',
        id: lane.slice(platform.name.length + 1),
      }
      // rows that hold no message make their own when their turn comes, and what they make is a card
      return platform.tellsRepeats(reply?.kind ?? 'card', place) ? undefined : platform.name
    },
  }
}

/** What is thrown because the network or the platform failed is a delivery to be tried again, not a fault of the job. */
async function safely(call: () => Promise<Delivery>): Promise<Delivery> {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof Error) || !('retryable' in error)) throw error
    const afterMs = 'retryAfterMs' in error && typeof error.retryAfterMs === 'number' ? error.retryAfterMs : undefined
    if (error.retryable !== true) return { outcome: 'refused', reason: error.message, alarm: true }
    return { outcome: 'retry', reason: error.message, ...(afterMs === undefined ? {} : { afterMs }) }
  }
}

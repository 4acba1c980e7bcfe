import type { ChatEvent, Conversation, EpochMs } from '../src/chat/event.ts'
import type { EventSink, Inbox, OutboundMessage, QueryLog } from '../src/chat/ports.ts'
import type { Reply } from '../src/chat/reply.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { faultPoint } from '../src/runtime/fault.ts'
import { errorFields } from '../src/runtime/log.ts'
import type { Platform } from './platform.ts'
import { type ThinkParts, type Thought, think, tooLate } from './think.ts'

export type DispatchParts = ThinkParts & {
  readonly inbox: Inbox
  readonly platforms: readonly Platform[]
  readonly queryLog: QueryLog
  /** Tells the pump that outbox rows were written. */
  readonly wake: () => void
}

export type Dispatch = {
  /** For the doors. Rejects only while the event cannot be stored: the door answers 503 then and the platform repeats it. */
  readonly sink: EventSink
  /** For events whose process died before it answered; what there is to say leaves by the outbox. Never rejects. */
  redispatch(event: ChatEvent): Promise<void>
  /** Resolves when nothing is being handled or recorded any more. */
  idle(): Promise<void>
}

/** Kept free before a door's deadline, for storing the answer and encoding it. */
const answerMarginMs = 300
/** reliability.md "Figures to use": an answer in chat older than 10 min is not given. */
const staleMs = 600_000

const nothing: Reply = { kind: 'none' }

/**
 * Every event of every platform: claimed once, answered once, by the first route that takes it, if the sender may. A
 * repeat gets the stored answer; what comes after the deadline leaves by the outbox.
 */
export function dispatch(parts: DispatchParts): Dispatch {
  const { inbox, clock, log } = parts
  const handling = new Map<string, Promise<unknown>>()
  const recording = new Set<Promise<void>>()

  const first = async (event: ChatEvent, deadlineMs: EpochMs): Promise<Reply> => {
    // set once, by whichever comes first: so the door and the stored answer cannot disagree about who delivers the reply
    let verdict: 'in time' | 'late' | undefined
    const thinking = think(parts, event)
    const settled = thinking.then((thought) => {
      verdict ??= 'in time'
      return verdict === 'late' ? answerLate(thought) : answerInTime(thought)
    })
    void keep(event, settled)
    const ended = new AbortController()
    const late = clock.sleep(Math.max(0, deadlineMs - answerMarginMs - clock.nowMs()), ended.signal).then(() => {
      verdict ??= 'late'
    })
    await Promise.race([thinking, late])
    ended.abort()
    return verdict === 'late' ? nothing : settled
  }

  const answerInTime = async (thought: Thought): Promise<Reply> => {
    const { event, reply } = thought
    const platform = parts.platforms.find(({ name }) => name === event.platform)
    const more = platform?.followUps(reply, event) ?? []
    const follow = more.map((said, index) => message(event, `follow.${index}`, event.conversation, said))
    const settled = await inbox.answer(event, reply, [...follow, ...directMessages(event, reply)])
    if (settled === 'already-answered') {
      const claim = await inbox.claim(event)
      return claim.outcome === 'answered' ? claim.reply : nothing
    }
    afterwards(thought)
    faultPoint('ack.before')
    return reply
  }

  /** The door has answered with nothing: that is what a repeat gets too, and the reply is a message of its own. */
  const answerLate = async (thought: Thought): Promise<Reply> => {
    const { event, reply } = thought
    const said = reply.kind === 'none' ? [] : [message(event, 'late', event.conversation, reply)]
    const settled = await inbox.answer(event, nothing, [...said, ...directMessages(event, reply)])
    if (settled === 'stored') afterwards(thought)
    return nothing
  }

  const afterwards = (thought: Thought) => {
    parts.wake()
    const done = recordQuestion(parts, thought).finally(() => recording.delete(done))
    recording.add(done)
  }

  /** Keeps work in sight until it ends. An answer that could not be stored is the sweep's: the event stays unanswered. */
  const keep = (event: ChatEvent, work: Promise<unknown>): Promise<unknown> => {
    const key = keyOf(event)
    const done = work
      .catch((error: unknown) => log('error', 'an answer was not stored', { event: event.id, ...errorFields(error) }))
      .finally(() => handling.delete(key))
    handling.set(key, done)
    return done
  }

  return {
    sink: async (event, deadlineMs) => {
      const claim = await inbox.claim(event)
      switch (claim.outcome) {
        case 'answered':
          return claim.reply
        case 'in-flight':
          return (await inbox.awaitAnswer(event.platform, event.id, deadlineMs - answerMarginMs)) ?? nothing
        case 'new':
          return first(event, deadlineMs)
        default:
          return assertNever(claim)
      }
    },
    redispatch: async (event) => {
      // still being handled here, only slowly
      if (handling.has(keyOf(event))) return
      const stale = clock.nowMs() - event.sentAtMs > staleMs
      const thinking = stale ? Promise.resolve(tooLate(event, clock.nowMs())) : think(parts, event)
      await keep(event, thinking.then(answerLate))
    },
    idle: async () => {
      while (handling.size + recording.size > 0) await Promise.all([...handling.values(), ...recording])
    },
  }
}

function keyOf(event: ChatEvent): string {
  return JSON.stringify([event.platform, event.id])
}

function directMessages(event: ChatEvent, reply: Reply): readonly OutboundMessage[] {
  if (!reply.direct) return []
  const to: Conversation = { platform: event.platform, kind: 'direct', id: event.sender.id }
  return [message(event, 'direct', to, reply.direct)]
}

/** The key follows from the event: handled twice, it is still one message. What is said to people carries no trace. */
function message(event: ChatEvent, part: string, to: Conversation, reply: Reply): OutboundMessage {
  const { trace: _trace, direct: _direct, ...said } = reply
  return { key: `${event.platform}:${event.id}:${part}`, to, reply: said }
}

async function recordQuestion({ queryLog, log }: DispatchParts, thought: Thought): Promise<void> {
  const { event, reply, member, latencyMs } = thought
  if (!reply.trace) return
  const question = event.kind === 'text' ? event.text : ''
  try {
    await queryLog.record({ event, memberId: member?.id, question, trace: reply.trace, latencyMs })
  } catch (error) {
    log('warn', 'a question was not recorded', { event: event.id, ...errorFields(error) })
  }
}

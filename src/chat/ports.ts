import type { ChatEvent, Conversation, EpochMs, EventId, MediaRef, PlatformName, PlatformUser } from './event.ts'
import type { Member } from './member.ts'
import type { Reply, Trace } from './reply.ts'

/**
 * One event, once. `new`: go on. `answered`: an earlier delivery was answered with this reply.
 * `in-flight`: another delivery of it is being answered right now.
 */
export type Claim =
  | { readonly outcome: 'new' }
  | { readonly outcome: 'in-flight' }
  | { readonly outcome: 'answered'; readonly reply: Reply }

/** A message to be sent from the outbox. `key` stays the same on every retry and is unique for ever. */
export type OutboundMessage = { readonly key: string; readonly to: Conversation; readonly reply: Reply }

export type Inbox = {
  claim(event: ChatEvent): Promise<Claim>
  /**
   * Stores the answer and the messages that must follow it, in one transaction. `already-answered`: another claim of the
   * event was answered first; nothing was stored and that answer counts.
   */
  answer(event: ChatEvent, reply: Reply, follow: readonly OutboundMessage[]): Promise<'stored' | 'already-answered'>
  /** The stored answer, as soon as there is one; undefined when there is none by `untilMs`. */
  awaitAnswer(platform: PlatformName, id: EventId, untilMs: EpochMs): Promise<Reply | undefined>
  /** Events claimed more than `leaseMs` ago and never answered (their process died); claims them again. */
  reclaim(leaseMs: number, limit: number): Promise<readonly ChatEvent[]>
}

export type Members = { identify(platform: PlatformName, user: PlatformUser): Promise<Member | undefined> }

/** sent: the platform said yes. retry: not now (`afterMs` when it said how long). refused: never; `reason` is for the operator. */
export type Delivery =
  | { readonly outcome: 'sent'; readonly receipt?: Readonly<Record<string, string>> }
  | { readonly outcome: 'retry'; readonly reason: string; readonly afterMs?: number }
  | { readonly outcome: 'refused'; readonly reason: string; readonly alarm: boolean }

/** Speaks first or late. `key` is the outbox key: pass it on wherever the platform can deduplicate by it. */
export type Outbound = {
  send(message: OutboundMessage): Promise<Delivery>
  /** Takes back what was sent, by the messageId of its receipt. Left out where messages stay; `sent`: it is gone, or stays for good. */
  recall?(platform: PlatformName, messageId: string): Promise<Delivery>
}

/** A to-do in somebody's list of work. `key` is unique for ever: the same key twice is one to-do. Times epoch ms. */
export type TodoItem = {
  readonly key: string
  readonly userId: string
  readonly title: string
  readonly rows: readonly { readonly label: string; readonly value: string }[]
  /** What it opens. */
  readonly url: string
}

/** The platform's own list of to-dos. The receipt of `open` names what `close` takes. */
export type TodoList = {
  open(item: TodoItem): Promise<Delivery>
  /** `receipt` as it was given when it was opened. */
  close(receipt: Readonly<Record<string, string>>): Promise<Delivery>
}

/** Bytes of a photo or file. Throws Unreachable, PlatformRefused or BadPayload (too big). */
export type MediaSource = { fetch(ref: MediaRef): Promise<Uint8Array> }

/** Where a question ends up for the direct-answer rate and the training list. */
export type QueryLog = {
  record(entry: {
    readonly event: ChatEvent
    readonly memberId: string | undefined
    readonly question: string
    readonly trace: Trace
    readonly latencyMs: number
  }): Promise<void>
}

/** A token shared by all processes of the desk, fetched by one of them at a time. */
export type SharedToken = {
  /** The stored token while it has more than the safety margin left, else the result of `fetchNew`, stored. */
  get(
    name: string,
    fetchNew: (last: string | undefined) => Promise<{ readonly token: string; readonly expiresAtMs: EpochMs }>,
  ): Promise<string>
  /** Drops the token if it is still the stored one. */
  drop(name: string, token: string): Promise<void>
}

/** Counts sends per receiver in windows shared by all processes. Takes one from every window or none. */
export type SendBudget = {
  take(
    key: string,
    windows: readonly { readonly ms: number; readonly max: number }[],
  ): Promise<{ readonly outcome: 'ok' } | { readonly outcome: 'wait'; readonly afterMs: number }>
}

/** The sink a platform's door calls: the reply to give in the door's own answer; `none` when it was or will be sent otherwise. */
export type EventSink = (event: ChatEvent, deadlineMs: EpochMs) => Promise<Reply>

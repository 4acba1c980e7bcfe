import type { Hono } from 'hono'
import type { ChatEvent, Conversation, PlatformName } from '../src/chat/event.ts'
import type { EventSink, MediaSource, Outbound } from '../src/chat/ports.ts'
import type { Reply } from '../src/chat/reply.ts'

/** A place where people talk: one folder under bot/, one of these. */
export type Platform = {
  readonly name: PlatformName
  /** The HTTP routes the vendor calls, relative to the root; undefined where it has none. */
  callback(sink: EventSink): Hono
  /** Holds the platform's own connection open until `stop`; resolves when it is closed. */
  listen?(sink: EventSink, stop: AbortSignal): Promise<void>
  /**
   * Messages that must be sent as well when `reply` is given in the door's own answer to `event`, because that answer
   * cannot carry them (WeCom answers text only: the card with buttons follows; to a tap it answers card updates only: words
   * follow). Empty when the answer says it all.
   */
  followUps(reply: Reply, event: ChatEvent): readonly Reply[]
  readonly outbound: Outbound
  /**
   * Whether a message that is sent a second time, because nobody knows what became of the first, is shown once all the same. Left
   * out: always.
   */
  tellsRepeats?(kind: Reply['kind'], to: Conversation): boolean
  readonly media: MediaSource
  /** For /readyz and doctor: undefined when fine, else what to do. Must answer within 3 s. */
  health(): Promise<string | undefined>
}

import type { ActionCodec } from '../cards/actions.ts'
import type { View } from '../cards/view.ts'
import type { ChatEvent, Conversation, MediaRef, PlatformName } from '../src/chat/event.ts'
import { type Member, may } from '../src/chat/member.ts'
import type { Reply, Subject, Trace } from '../src/chat/reply.ts'
import { answerKey } from '../src/hub/answer-key.ts'
import type { Follows } from '../src/hub/follows.ts'
import type { LookupBudget } from '../src/hub/lookup-budget.ts'
import type { OrderPull } from '../src/hub/on-demand.ts'
import type { OrderLookup } from '../src/hub/order-facts.ts'
import type { QueryLog } from '../src/hub/query-log.ts'
import type { Clock } from '../src/runtime/clock.ts'
import type { Expect, Intent, Slots, Understanding } from '../src/understanding/types.ts'

/** Whose talk in which chat: memory never crosses either. */
export type Place = { readonly platform: PlatformName; readonly conversationId: string; readonly memberId: string }

/** What somebody looked at last in one chat, at most 10 minutes ago. */
export type Remembered = {
  readonly about?: Subject
  /** What was offered last and not chosen from yet. */
  readonly choices?: readonly Subject[]
  /** The question that was answered, or that waits for a missing piece. */
  readonly intent: Intent
  readonly slots: Slots
  /** True while one missing slot was asked for: the next line may bring it. */
  readonly waiting: boolean
  /** `about` is from an earlier question; this one was only offered it. */
  readonly offered?: boolean
  readonly answerKey: string
  /** The line that a typed yes stands for. */
  readonly says?: string
  readonly atMs: number
}

/** Remembers for 10 minutes; an older memory is none. */
export type ChatMemory = {
  recall(place: Place): Promise<Remembered | undefined>
  remember(place: Place, looked: Omit<Remembered, 'atMs'>): Promise<void>
  forget(place: Place): Promise<void>
}

/** The parts of a talk are optional: `cli ask` remembers nothing, asks nobody, and is not counted. */
export type TalkParts = {
  readonly memory?: ChatMemory | undefined
  /** Asks the sources for an order number the hub does not know. */
  readonly pull?: OrderPull | undefined
  /** Limits how much one member looks up. */
  readonly budget?: LookupBudget | undefined
  /** What was asked before: votes, hand-overs, what was looked at today. */
  readonly asked?: Pick<QueryLog, 'vote' | 'lastAsked' | 'asked' | 'lookedAt'> | undefined
  /** Who hears of an order's changes: with it the status offers [关注此单]. */
  readonly follows?: Follows | undefined
}

export type AskParts = TalkParts & {
  readonly lookup: OrderLookup
  readonly clock: Clock
  readonly codec: ActionCodec
}

/** A line that was understood, and for whom it is answered. */
export type Question = {
  readonly text: string
  readonly understood: Understanding
  readonly member: Member
  readonly group: boolean
  readonly view: View
  readonly place: Place
  /** Names the answer in tokens and in the query log. */
  readonly answerKey: string
  /** Pictures that came with the line. */
  readonly media: readonly MediaRef[]
  /** The line was read off a parcel by a scanner. */
  readonly scanned?: true
  /** The order it is about, when a button (`picked`) or memory (`remembered`) says so; wins over the slots. */
  readonly about?: Subject & { readonly how: 'picked' | 'remembered' }
  /** What was looked at last; offered where the question leaves open which one is meant. */
  readonly remembered?: Remembered
}

export type Answerer = (question: Question) => Promise<Reply>

/** Takes lines that are said to the desk rather than asked (👎, 取消转交); `remembered` stands in the question whenever there is any. */
export type Aside = (question: Question) => Promise<Reply | undefined>

/** Where an event was said, and by whom. */
export function placeOf({ platform, conversation }: ChatEvent, member: Member): Place {
  return { platform, conversationId: conversation.id, memberId: member.id }
}

/** 11 characters that stand for one delivery of one event. */
export function answerKeyOf({ platform, id }: Pick<ChatEvent, 'platform' | 'id'>): string {
  return answerKey(platform, id)
}

/** Masked in every group and for everybody without the right; in clear only in the direct chat of somebody who has it. */
export function viewFor(conversation: Conversation, member: Member, nowMs: number): View {
  const full = conversation.kind === 'direct' && may(member, 'see-full')
  return { mode: full ? 'full' : 'masked', nowMs }
}

/** The view of the asker's own direct chat, when a group has to be told less than they may see. */
export function privateView({ group, member, view }: Question): View | undefined {
  return group && may(member, 'see-full') ? { ...view, mode: 'full' } : undefined
}

/** `expect` is overruled only where rights or the hub's rules decide, never by what was found. */
export function traceOf({ understood, group }: Question, expect: Expect = understood.expect, about?: Subject): Trace {
  const { intent, slots } = understood
  return { intent, slots, expect, mask: group, ...(about !== undefined && { about }) }
}

export function textReply(question: Question, text: string, expect?: Expect, about?: Subject): Reply {
  return { kind: 'text', text, trace: traceOf(question, expect, about) }
}

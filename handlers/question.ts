import { createHash } from 'node:crypto'
import type { ActionCodec } from '../cards/actions.ts'
import type { View } from '../cards/view.ts'
import type { ChatEvent, Conversation, MediaRef, PlatformName } from '../src/chat/event.ts'
import { type Member, may } from '../src/chat/member.ts'
import type { Reply, Subject, Trace } from '../src/chat/reply.ts'
import type { OrderLookup } from '../src/hub/order-facts.ts'
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
  readonly answerKey: string
  readonly atMs: number
}

/** Remembers for 10 minutes; an older memory is none. */
export type ChatMemory = {
  recall(place: Place): Promise<Remembered | undefined>
  remember(place: Place, looked: Omit<Remembered, 'atMs'>): Promise<void>
  forget(place: Place): Promise<void>
}

export type AskParts = { readonly lookup: OrderLookup; readonly clock: Clock; readonly codec: ActionCodec }

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
  /** The order it is about, when a button (`picked`) or memory (`remembered`) says so; wins over the slots. */
  readonly about?: Subject & { readonly how: 'picked' | 'remembered' }
  /** What was looked at last; offered where the question leaves open which one is meant. */
  readonly remembered?: Remembered
}

export type Answerer = (question: Question) => Promise<Reply>

/** Where an event was said, and by whom. */
export function placeOf({ platform, conversation }: ChatEvent, member: Member): Place {
  return { platform, conversationId: conversation.id, memberId: member.id }
}

/** 11 characters that stand for one delivery of one event. */
export function answerKeyOf({ platform, id }: Pick<ChatEvent, 'platform' | 'id'>): string {
  return createHash('sha256').update(`${platform}\n${id}`).digest().subarray(0, 8).toString('base64url')
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

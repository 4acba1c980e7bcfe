import type { Platform } from '../../bot/platform.ts'
import type { ActionToken, Card } from '../../src/chat/card.ts'
import type { ChatEvent, Conversation, MediaRef } from '../../src/chat/event.ts'
import type { Delivery, EventSink } from '../../src/chat/ports.ts'
import type { Reply } from '../../src/chat/reply.ts'

/** What a person sees of one message: all its words, and the labels of the buttons that can be tapped. */
export type Shown = { readonly text: string; readonly buttons: readonly string[] }

/** How the door answered one delivery. `again`: not acknowledged, the vendor will (or may) deliver it once more. */
export type DoorAnswer = { readonly outcome: 'taken' | 'again' | 'turned-away'; readonly shown: readonly Shown[] }

/** One platform standing over its fake vendor. Everything goes over the vendor's real wire. */
export type ContractSubject = {
  readonly platform: Platform
  /** The platform's id of that person, where people cannot be called anything; default: the person's name. */
  userId?(person: string): string
  /** `person` writes in the direct chat. The same `delivery` twice is the vendor delivering one message twice. */
  say(person: string, text: string, delivery: string): Promise<DoorAnswer>
  /** `person` taps the button with this label on the card last shown to them. */
  tap(person: string, label: string, delivery: string): Promise<DoorAnswer>
  /** A delivery whose signature is wrong; undefined where nothing is signed. */
  readonly forge: (() => Promise<DoorAnswer>) | undefined
  direct(person: string): Conversation
  /** Everything the vendor has shown to that person outside the door's own answers, oldest first. */
  shownTo(person: string): readonly Shown[]
  /** True where the vendor itself drops a second message with the same key. */
  readonly dropsRepeatedKeys: boolean
  /** The vendor misbehaves; undefined where there is no vendor to call. */
  readonly vendor:
    | {
        /** 5xx on the next call. */
        breakNext(): void
        /** "Too many" on the next call. */
        throttleNext(): void
        /** Somebody whom the vendor does not know. */
        readonly stranger: string
      }
    | undefined
  readonly media: {
    readonly good: { readonly ref: MediaRef; readonly bytes: Uint8Array }
    /** One byte above the bound; undefined where such a file cannot come to exist. */
    readonly tooBig: MediaRef | undefined
    readonly gone: MediaRef
  }
  close(): Promise<void>
}

/** The subject, what its sink saw, and a supply of names nobody used before. */
export type Bench = {
  readonly subject: ContractSubject
  readonly seen: readonly { readonly event: ChatEvent; readonly leftMs: number }[]
  /** The event that reached the sink last; throws when none did. */
  last(): ChatEvent
  /** What the sink answers from now on. */
  answerWith(answer: (event: ChatEvent) => Promise<Reply>): void
  send(person: string, reply: Reply, key?: string): Promise<Delivery>
  person(): string
  delivery(): string
}

/** A bench whose subject is put in by `open`; `reset` forgets what was seen and answers nothing. */
export function newBench(): Bench & {
  open(setup: (sink: EventSink) => Promise<ContractSubject>): Promise<void>
  reset(): void
  close(): Promise<void>
} {
  let subject: ContractSubject | undefined
  let answer: (event: ChatEvent) => Promise<Reply> = async () => ({ kind: 'none' })
  const seen: { event: ChatEvent; leftMs: number }[] = []
  let serial = 0
  const next = (prefix: string) => {
    serial += 1
    return `${prefix}${serial}`
  }
  const standing = (): ContractSubject => {
    if (subject === undefined) throw new Error('the platform was not set up')
    return subject
  }
  return {
    get subject() {
      return standing()
    },
    seen,
    last: () => {
      const event = seen.at(-1)?.event
      if (event === undefined) throw new Error('no event reached the sink')
      return event
    },
    answerWith: (given) => {
      answer = given
    },
    send: (person, reply, key = next('key-')) =>
      standing().platform.outbound.send({ key, to: standing().direct(person), reply }),
    person: () => next('person'),
    delivery: () => next('delivery'),
    open: async (setup) => {
      subject = await setup(async (event, deadlineMs) => {
        seen.push({ event, leftMs: deadlineMs - Date.now() })
        return answer(event)
      })
    },
    reset: () => {
      seen.length = 0
      answer = async () => ({ kind: 'none' })
    },
    close: async () => subject?.close(),
  }
}

export const approve = 'a.1.yes' as ActionToken

/** A card to decide on, as an approver gets it. */
export const pendingCard: Card = {
  title: '【待初审】TH2611220015',
  tone: 'warn',
  facts: [{ label: '金额', value: '¥238.00' }],
  note: '截至10:05 · 抖音推送09:58',
  buttons: [
    { label: '同意', token: approve, style: 'go', say: '同意 TH2611220015' },
    { label: '驳回', token: 'a.1.no' as ActionToken, style: 'stop', say: '驳回 TH2611220015' },
  ],
}

export const words = (text: string): Reply => ({ kind: 'text', text })

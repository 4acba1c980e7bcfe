/** What a platform's door hands to the desk. JSON-safe, readonly, free of vendor fields and raw payloads. */

export type PlatformName = 'wecom' | 'dingtalk' | 'play'

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number

/** Unique within one platform; a repeat of the same delivery has the same id. */
export type EventId = string

export type Conversation = {
  readonly platform: PlatformName
  readonly kind: 'direct' | 'group'
  /** The platform's own id of the chat: for a direct chat the id of the person in it. */
  readonly id: string
  /** A short-lived address that takes answers without a token. Secret: never logged. */
  readonly replyAddress?: { readonly url: string; readonly expiresAtMs: EpochMs }
}

/** Who the platform says sent it. `name` is display only: people choose it themselves. */
export type PlatformUser = {
  readonly id: string
  readonly name?: string
  /** False when the platform could not vouch for the id (outside member, unpublished robot): never a member then. */
  readonly trusted: boolean
}

/** Something to fetch later through the platform's MediaSource; decoding never does I/O. */
export type MediaRef = {
  readonly platform: PlatformName
  readonly id: string
  readonly fileName?: string
}

/** A card that stands in somebody's chat. `updateCode` is a one-use right to redraw it, where the platform gives one. */
export type CardRef = {
  readonly platform: PlatformName
  readonly id: string
  readonly updateCode?: string
}

type EventBase = {
  readonly id: EventId
  readonly platform: PlatformName
  readonly conversation: Conversation
  readonly sender: PlatformUser
  readonly sentAtMs: EpochMs
}

/** Words, perhaps with pictures in the same message. `text` is trimmed and free of the @bot prefix. */
export type TextEvent = EventBase & {
  readonly kind: 'text'
  readonly text: string
  readonly media?: readonly MediaRef[]
  /** A scanner read the words off a parcel; nobody typed them. */
  readonly scanned?: true
}
export type ImageEvent = EventBase & { readonly kind: 'image'; readonly media: MediaRef }
export type FileEvent = EventBase & { readonly kind: 'file'; readonly media: MediaRef; readonly fileName: string }
/** A button was tapped. `token` is untrusted until decoded. */
export type CardTapEvent = EventBase & { readonly kind: 'card-tap'; readonly token: string; readonly cardRef: CardRef }
/** Somebody opened the chat with the bot for the first time. */
export type JoinEvent = EventBase & { readonly kind: 'join' }
/** A kind of message the desk cannot read (voice without words, video, stickers). */
export type UnreadableEvent = EventBase & { readonly kind: 'unreadable'; readonly what: string }

export type ChatEvent = TextEvent | ImageEvent | FileEvent | CardTapEvent | JoinEvent | UnreadableEvent

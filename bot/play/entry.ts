import type { Card } from '../../src/chat/card.ts'
import type { EpochMs, EventId } from '../../src/chat/event.ts'
import type { PersonaId } from './personas.ts'

/** A photo or file as the page shows it; the bytes are behind `/play/api/files/<id>`. */
export type Attachment = {
  readonly id: string
  readonly fileName: string
  readonly mime: string
  readonly bytes: number
  readonly image: boolean
}

/** `key` is unique within a conversation: the same thing appended again is dropped. */
type Keyed = { readonly key: string }

/** What a person did. `asked`: it went to the desk (in the group only what mentions the bot does). */
export type SaidEntry = Keyed & {
  readonly kind: 'said'
  readonly eventId: EventId
  readonly persona: PersonaId
  readonly text: string
  readonly attachment?: Attachment
  /** The label of the tapped button. */
  readonly tapped?: string
  readonly asked: boolean
}

/** What the desk answered (`answers`: to which event) or said of its own accord. */
export type BotEntry = Keyed & { readonly answers?: EventId } & (
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'card'; readonly cardId: string; readonly card: Card }
    | { readonly kind: 'card-update'; readonly cardId: string; readonly card: Card; readonly toast?: string }
  )

/** One thing in a chat, as it is stored and as the page gets it. JSON-safe. */
export type Entry = SaidEntry | BotEntry

export type Line = { readonly seq: number; readonly atMs: EpochMs; readonly entry: Entry }

const kinds: ReadonlySet<unknown> = new Set(['said', 'text', 'card', 'card-update'] satisfies Entry['kind'][])

/** True for what this release can show; entries of another release may still be stored. */
export function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false
  return 'kind' in value && kinds.has(value.kind) && 'key' in value && typeof value.key === 'string'
}

/** Postgres' jsonb takes neither U+0000 nor half a surrogate pair; both only come from broken or hostile sources. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').replace(/\p{Cs}/gu, '\u{fffd}')
}

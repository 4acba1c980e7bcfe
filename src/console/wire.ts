import type { Card } from '../chat/card.ts'

/** What /play/api says, as the page reads it. tests/bot/play/wire.test.ts has the compiler check that the door's types fit. */

export type ChatKind = 'direct' | 'group'

type Persona = {
  readonly persona: string
  readonly userId: string
  readonly name: string
  readonly role: string
  readonly does: string
}

export type Directory = {
  readonly assistant: { readonly name: string; readonly mention: string }
  readonly group: { readonly name: string }
  readonly personas: readonly Persona[]
}

export type Attachment = {
  readonly id: string
  readonly fileName: string
  readonly mime: string
  readonly bytes: number
  readonly image: boolean
}

export type SaidEntry = {
  readonly kind: 'said'
  readonly key: string
  readonly eventId: string
  readonly persona: string
  readonly text: string
  readonly attachment?: Attachment
  readonly tapped?: string
  readonly asked: boolean
}

export type BotEntry = { readonly key: string; readonly answers?: string } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'card'; readonly cardId: string; readonly card: Card }
  | { readonly kind: 'card-update'; readonly cardId: string; readonly card: Card; readonly toast?: string }
)

export type Line = { readonly seq: number; readonly atMs: number; readonly entry: SaidEntry | BotEntry }

export type Page = { readonly lines: readonly Line[]; readonly more: boolean }

export type Answer = { readonly state: 'shown' | 'answered' | 'later'; readonly lines: readonly Line[] }

export type ClockState = { readonly nowMs: number; readonly offsetMs: number }

/** What the page sends; `id` stays the same when it is sent again. */
export type Outgoing = {
  readonly id: string
  readonly persona: string
  readonly chat: ChatKind
  readonly text?: string
  readonly file?: string
  readonly token?: string
  readonly cardId?: string
  readonly label?: string
}

import { createHash } from 'node:crypto'
import { type Button, type Card, cardLimits } from '../../src/chat/card.ts'
import type { Conversation } from '../../src/chat/event.ts'
import { factLine, namelessCard } from '../../src/text/zh-dingtalk.ts'
import { oneLine } from './clean.ts'
import { cardValueBytes, outTrackIdChars } from './limits.ts'

/** Values of the template's variables. The vendor wants strings only, and shows nothing, without an error, for a wrong name. */
export type CardParams = Readonly<Record<string, string>>

const slots = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1)
export const factSlots = slots(cardLimits.facts)
export const lineSlots = slots(cardLimits.lines)
export const buttonSlots = slots(cardLimits.buttons)

/**
 * All variables of templates/order-card.json. `round` changes with every redraw and travels back with a tap, so that a
 * second tap differs from a repeated delivery of the first (docs/decisions/041).
 */
export const cardVariables: readonly string[] = [
  'lastMessage',
  'title',
  'tone',
  'bar',
  ...factSlots.map((slot) => `fact${slot}`),
  ...lineSlots.map((slot) => `line${slot}`),
  'note',
  'toast',
  'round',
  ...buttonSlots.flatMap((slot) => [`label${slot}`, `style${slot}`, `token${slot}`]),
]

/**
 * Every variable of the template, empty where the card says nothing: updates merge by key, so a variable left out would
 * keep its old value. Each value is one line of at most 1 KB.
 */
export function cardParams(card: Card, round: string, toast = ''): CardParams {
  const fact = (slot: number) => card.facts[slot - 1]
  const button = (slot: number): Button | undefined => card.buttons[slot - 1]
  const params = {
    lastMessage: card.title.trim() || namelessCard,
    title: card.title,
    tone: card.tone,
    bar: card.bar ?? '',
    ...slotted('fact', factSlots, (slot) => factText(fact(slot))),
    ...slotted('line', lineSlots, (slot) => card.lines?.[slot - 1]),
    note: card.note ?? '',
    toast,
    round,
    ...slotted('label', buttonSlots, (slot) => button(slot)?.label),
    ...slotted('style', buttonSlots, (slot) => button(slot)?.style),
    ...slotted('token', buttonSlots, (slot) => button(slot)?.token),
  }
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, oneLine(value, cardValueBytes)]))
}

const factText = (fact: Card['facts'][number] | undefined): string | undefined =>
  fact === undefined ? undefined : factLine(fact.label, fact.value)

function slotted(name: string, of: readonly number[], value: (slot: number) => string | undefined): CardParams {
  return Object.fromEntries(of.map((slot) => [`${name}${slot}`, value(slot) ?? '']))
}

/** A short name for anything: the first 132 bits of its SHA-256. */
export function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}

/** The `round` of a card drawn for this outbox key or event: the same on every retry, new for every redraw. */
export const roundOf = (cause: string): string => digest('round', cause).slice(0, 10)

/**
 * The card's identity with DingTalk, made from the outbox key alone, so a retry names the same card and is refused as
 * already there. It carries the group, because a tap tells who tapped but not dependably where.
 */
export function outTrackIdOf(key: string, to: Conversation): string {
  const id = `cd-${digest('card', key)}`
  if (to.kind === 'direct') return `${id}-d`
  const group = `${id}-g${Buffer.from(to.id).toString('base64url')}`
  return group.length <= outTrackIdChars ? group : `${id}-g`
}

/** Where the card of this identity stands; undefined for a card that another program made. */
export function placeOf(
  outTrackId: string,
): { kind: 'direct' } | { kind: 'group'; id: string | undefined } | undefined {
  const match = /^cd-[\w-]{22}-(?:(d)|g([\w-]*))$/.exec(outTrackId)
  if (match === null) return undefined
  if (match[1] !== undefined) return { kind: 'direct' }
  return { kind: 'group', id: match[2] ? Buffer.from(match[2], 'base64url').toString() : undefined }
}

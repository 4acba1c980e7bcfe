import type { Card } from '../chat/card.ts'
import type { Unsent } from './outbox.ts'
import { dayOf } from './time.ts'
import type { Line, SaidEntry } from './wire.ts'

/** What the chat shows, top to bottom. */
export type Item =
  | { readonly kind: 'time'; readonly key: string; readonly atMs: number }
  | { readonly kind: 'said'; readonly key: string; readonly entry: SaidEntry; readonly unsent?: Unsent }
  | { readonly kind: 'unsent'; readonly key: string; readonly unsent: Unsent }
  | { readonly kind: 'tapped'; readonly key: string; readonly persona: string; readonly label: string }
  | {
      readonly kind: 'text'
      readonly key: string
      readonly text: string
      readonly to?: string
      /** Answers a tapped button (复制话术): to be pasted, so the copy button is in full view. */
      readonly forCopy: boolean
    }
  | { readonly kind: 'card'; readonly key: string; readonly cardId: string; readonly card: Card; readonly to?: string }
  | { readonly kind: 'thinking'; readonly key: string }

/** A pause after which chats show the time again, as WeCom does. */
const pauseMs = 5 * 60_000
/** A question older than this has lost its answer: no "thinking" for it after a reload. */
const thinkingMs = 20_000

/** `fresh` put into `lines` by seq, without doubles. */
export function merge(lines: readonly Line[], fresh: readonly Line[]): readonly Line[] {
  const known = new Map(lines.map((line) => [line.seq, line]))
  for (const line of fresh) if (!known.has(line.seq)) known.set(line.seq, line)
  return known.size === lines.length ? lines : [...known.values()].sort((a, b) => a.seq - b.seq)
}

/** The items of a chat: cards as their newest update has them, times between, what is not yet sent at the end. */
export function viewOf(lines: readonly Line[], unsent: readonly Unsent[], nowMs: number): readonly Item[] {
  const cards = newestCards(lines)
  const said = new Map(lines.flatMap(({ entry }) => (entry.kind === 'said' ? [[entry.eventId, entry] as const] : [])))
  const spoken = spokenTo(lines)
  const items: Item[] = []
  let lastMs: number | undefined
  for (const { atMs, entry } of lines) {
    const item = itemOf(entry, cards, said, unsent, spoken)
    if (item === undefined) continue
    if (lastMs === undefined || needsTime(lastMs, atMs)) items.push({ kind: 'time', key: `time:${item.key}`, atMs })
    lastMs = atMs
    items.push(item)
  }
  for (const one of unsent)
    if (!said.has(one.message.id) && one.message.token === undefined)
      items.push({ kind: 'unsent', key: `said:${one.message.id}`, unsent: one })
  if (isThinking(lines, unsent, nowMs)) items.push({ kind: 'thinking', key: 'thinking' })
  return items
}

function needsTime(lastMs: number, atMs: number): boolean {
  return atMs - lastMs > pauseMs || atMs < lastMs || dayOf(atMs) !== dayOf(lastMs)
}

/** Events that were answered with something new in the chat: for those a tap is told; a redrawn card tells it itself. */
function spokenTo(lines: readonly Line[]): ReadonlySet<string> {
  const answered = lines.flatMap(({ entry }) => (entry.kind === 'text' || entry.kind === 'card' ? [entry.answers] : []))
  return new Set(answered.filter((id) => id !== undefined))
}

function newestCards(lines: readonly Line[]): ReadonlyMap<string, { readonly first: string; readonly card: Card }> {
  const cards = new Map<string, { first: string; card: Card }>()
  for (const { entry } of lines)
    if (entry.kind === 'card' || entry.kind === 'card-update')
      cards.set(entry.cardId, { first: cards.get(entry.cardId)?.first ?? entry.key, card: entry.card })
  return cards
}

function itemOf(
  entry: Line['entry'],
  cards: ReturnType<typeof newestCards>,
  said: ReadonlyMap<string, SaidEntry>,
  unsent: readonly Unsent[],
  spoken: ReadonlySet<string>,
): Item | undefined {
  if (entry.kind === 'said') {
    if (entry.tapped !== undefined)
      return spoken.has(entry.eventId)
        ? { kind: 'tapped', key: entry.key, persona: entry.persona, label: entry.tapped }
        : undefined
    const waiting = unsent.find((one) => one.message.id === entry.eventId && one.state !== 'sending')
    return { kind: 'said', key: entry.key, entry, ...(waiting && { unsent: waiting }) }
  }
  const asked = entry.answers === undefined ? undefined : said.get(entry.answers)
  const to = asked && { to: asked.persona }
  if (entry.kind === 'text')
    return { kind: 'text', key: entry.key, text: entry.text, forCopy: asked?.tapped !== undefined, ...to }
  const newest = cards.get(entry.cardId)
  // an update redraws the card where it stands; only when that card is no longer kept it is shown by itself
  if (newest === undefined || newest.first !== entry.key) return undefined
  return { kind: 'card', key: entry.key, cardId: entry.cardId, card: newest.card, ...to }
}

/** A question is on its way, or the desk has it and said nothing since. */
function isThinking(lines: readonly Line[], unsent: readonly Unsent[], nowMs: number): boolean {
  const last = lines.at(-1)
  // a tap on its way shows in its button
  const asking = unsent.filter((one) => one.state === 'sending' && one.asks && one.message.token === undefined)
  if (asking.some((one) => !isAnswered(lines, one.message.id))) return true
  if (last?.entry.kind !== 'said' || !last.entry.asked) return false
  const { eventId } = last.entry
  if (unsent.some((one) => one.message.id === eventId)) return false
  return Math.abs(nowMs - last.atMs) < thinkingMs
}

function isAnswered(lines: readonly Line[], eventId: string): boolean {
  return lines.some(({ entry }) => entry.kind !== 'said' && entry.answers === eventId)
}

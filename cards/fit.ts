import { type Button, type Card, cardLimits, type Fact, type Tone } from '../src/chat/card.ts'
import type { Phrase } from '../src/text/answers.ts'

type Words = string | Phrase | undefined

/** A card before it is made to fit. Rows and lines without words are dropped; what comes first is kept longest. */
export type Draft = {
  readonly title: Phrase
  readonly tone: Tone
  readonly bar?: string | undefined
  readonly facts: readonly (readonly [label: string, value: Words])[]
  readonly lines?: readonly Words[]
  /** "as of" first, source last; what stands between them goes first when there is no room. */
  readonly note: readonly (string | undefined)[]
  readonly buttons: readonly (Button | undefined)[]
}

/** Makes a card that keeps every limit of chat/card.ts. `show` masks: it sees each text whole, before anything is cut. */
export function fitCard(draft: Draft, show: (text: string) => string): Card {
  const bar = cut(clean(show(draft.bar ?? '')), cardLimits.barChars)
  const lines = (draft.lines ?? [])
    .map((line) => fitPhrase(line, cardLimits.lineChars, show))
    .filter((line) => line !== '')
  const note = fitNote(draft.note, show)
  return {
    title: fitPhrase(draft.title, cardLimits.titleChars, show),
    tone: draft.tone,
    ...(bar !== '' && { bar }),
    facts: draft.facts.flatMap(([label, value]) => fact(label, value, show)).slice(0, cardLimits.facts),
    ...(lines.length > 0 && { lines: lines.slice(0, cardLimits.lines) }),
    ...(note !== '' && { note }),
    buttons: draft.buttons.flatMap(button).slice(0, cardLimits.buttons),
  }
}

function fact(label: string, value: Words, show: (text: string) => string): readonly Fact[] {
  const shown = fitPhrase(value, cardLimits.valueChars, show)
  return shown === '' ? [] : [{ label: cut(clean(label), cardLimits.labelChars), value: shown }]
}

function button(made: Button | undefined): readonly Button[] {
  return made === undefined ? [] : [{ ...made, label: cut(clean(made.label), cardLimits.buttonChars) }]
}

function fitNote(parts: Draft['note'], show: (text: string) => string): string {
  const given = parts.map((part) => clean(show(part ?? ''))).filter((part) => part !== '')
  while (given.length > 2 && sizeOf(given.join(' · ')) > cardLimits.noteChars) given.splice(given.length - 2, 1)
  return cut(given.join(' · '), cardLimits.noteChars)
}

/** Head and tail stay, the body gives way; without room for both the tail goes. */
export function fitPhrase(words: Words, limit: number, show: (text: string) => string): string {
  if (words === undefined) return ''
  const phrase: Phrase = typeof words === 'string' ? { head: '', body: words } : words
  const [head, body, tail] = [phrase.head, phrase.body ?? '', phrase.tail ?? ''].map((part) => flat(show(part))) as [
    string,
    string,
    string,
  ]
  const whole = clean(head + body + tail)
  if (sizeOf(whole) <= limit) return whole
  const room = limit - sizeOf(head) - sizeOf(tail)
  const shorter = phrase.keep === 'end' ? cutFront : cut
  if (room >= 2) return clean(head + shorter(body, room) + tail)
  return cut(clean(head + body), limit)
}

const sizeOf = (text: string): number => [...text].length

/** One line: no control or invisible signs (they could turn or hide what follows), no half characters. */
function flat(text: string): string {
  return text.replace(/[\p{Cf}\p{Cs}]/gu, '').replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
}

const clean = (text: string): string => flat(text).trim()

/** At most `limit` code points, … where it was cut. A number is dropped rather than shown in part: half a date is a wrong date. */
export function cut(text: string, limit: number): string {
  const signs = [...text]
  if (signs.length <= limit) return text
  let kept = signs.slice(0, limit - 1).join('')
  if (/[\dA-Za-z:.,*-]/.test(signs[limit - 1] ?? '')) kept = kept.replace(/[¥\dA-Za-z:.,\-…*]+$/, '')
  return `${kept.trimEnd()}…`
}

/** The same from the other end: of goods the brand may go, stage and size may not. */
function cutFront(text: string, limit: number): string {
  const turned = cut([...text.trim()].reverse().join(''), limit)
  return [...turned].reverse().join('')
}

/** A card as every platform can show it. The limits below are the smallest of all platforms, so a valid Card always fits. */

/** calm: nothing to do · warn: amber/yellow bar · alarm: red bar · done: greyed. */
export type Tone = 'calm' | 'warn' | 'alarm' | 'done'

/** Opaque; made and read by cards/actions.ts only. */
export type ActionToken = string & { readonly __brand: 'ActionToken' }

export type Fact = { readonly label: string; readonly value: string }

export type Button = {
  readonly label: string
  readonly token: ActionToken
  readonly style: 'go' | 'stop' | 'plain'
  /** What a person could type for the same effect; platforms without card callbacks send it as text. */
  readonly say?: string
}

export type Card = {
  /** The conclusion: one line, ready to paste. */
  readonly title: string
  readonly tone: Tone
  /** A bar over the facts (stale source, stalled parcel), shown in the tone's colour. */
  readonly bar?: string
  readonly facts: readonly Fact[]
  /** Lines below the facts that are no key-value pair: choices, a track. */
  readonly lines?: readonly string[]
  /** "as of" and source, always last. */
  readonly note?: string
  readonly buttons: readonly Button[]
}

/** Characters (code points), smallest of WeCom app [90236], WeCom AI bot [101032] and DingTalk; 2026-11-22. */
export const cardLimits = {
  titleChars: 26,
  barChars: 30,
  facts: 6,
  labelChars: 5,
  valueChars: 26,
  lines: 8,
  lineChars: 40,
  noteChars: 44,
  buttons: 6,
  buttonChars: 10,
  /** WeCom button key 1024 B; DingTalk cardParamMap value 1 KB holds all buttons of a card as JSON, so keep tokens small. */
  tokenBytes: 100,
} as const

/** The card in plain words, for doors and channels that show no cards. Pure; every fact is kept. */
export function cardText(card: Card): string {
  const facts = card.facts.map((fact) => `${fact.label} ${fact.value}`).join(' | ')
  return [card.title, card.bar, facts, ...(card.lines ?? []), card.note].filter((line) => line).join('\n')
}

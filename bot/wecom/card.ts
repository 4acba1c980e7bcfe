import { createHash } from 'node:crypto'
import type { Button, Card, Tone } from '../../src/chat/card.ts'
import { decidedLabel, nothingToShow, toneLine } from '../../src/text/zh-wecom.ts'
import { card as limits } from './limits.ts'
import { byteLength, fitChars, harmless, oneLine } from './text.ts'
import { storable, type Tree } from './wire.ts'

/** template_card of message/send [90236] and update_template_card [94888]; snake case as in JSON. */
export type TemplateCard = {
  readonly card_type: 'button_interaction' | 'text_notice'
  readonly source: { readonly desc: string; readonly desc_color: number }
  readonly main_title: { readonly title: string; readonly desc?: string }
  readonly quote_area?: { readonly type: 0; readonly quote_text: string }
  readonly sub_title_text?: string
  readonly horizontal_content_list?: readonly { readonly keyname: string; readonly value?: string }[]
  readonly card_action?: { readonly type: 1; readonly url: string }
  readonly task_id?: string
  readonly button_list?: readonly VendorButton[]
  readonly replace_text?: string
}

type VendorButton = { readonly text: string; readonly style: number; readonly key: string }

/** 0 grey, 1 black, 2 red, 3 green: there is no amber, so what is to be heeded is red and its words say how much. */
const sourceColour: Readonly<Record<Tone, number>> = { calm: 0, warn: 2, alarm: 2, done: 3 }

/** 1 to 4; the vendor shows the colours in a picture only. 1 is the filled one, and public samples refuse with 2. */
const buttonStyle = { go: 1, stop: 2, plain: 4 } as const

/** text_notice must lead somewhere when tapped; the vendor's own page does no harm. */
const noticeUrl = 'https://work.weixin.qq.com/'

/** A card to send: with buttons that can be tapped (`taskId` comes back with the tap), or a notice when it has none. */
export function templateCard(card: Card, taskId: string): TemplateCard {
  const buttons = vendorButtons(card)
  if (buttons.length > 0)
    return { card_type: 'button_interaction', ...face(card), task_id: taskId, button_list: buttons }
  return { card_type: 'text_notice', ...face(card), card_action: { type: 1, url: noticeUrl } }
}

/**
 * The card that takes another's place. Without buttons it keeps the type and greys its button (replace_text), which clients
 * show as "done"; `toast` is its label. task_id must stay out: the platform knows the card by its response code.
 */
export function updatedCard(card: Card, toast?: string): TemplateCard {
  const buttons = vendorButtons(card)
  if (buttons.length > 0) return { card_type: 'button_interaction', ...face(card), button_list: buttons }
  const label = fitChars(oneLine(toast ?? ''), limits.buttonChars) || decidedLabel
  const grey = [{ text: label, style: buttonStyle.plain, key: 'done' }]
  return { card_type: 'button_interaction', ...face(card), button_list: grey, replace_text: label }
}

/** True when the card has a button that WeCom can carry. */
export function hasButtons(card: Card): boolean {
  return vendorButtons(card).length > 0
}

/** The id a card sent under this outbox key gets: the same on every retry, [0-9A-Za-z_-@], without meaning to a reader. */
export function taskIdOf(key: string): string {
  return `card-${createHash('sha256').update(key).digest('hex').slice(0, 40)}`
}

/** The same card in the names of a passive reply [90241]. */
export function cardTree(card: TemplateCard): Tree {
  return camelCased(card) as Tree
}

function face(
  card: Card,
): Pick<TemplateCard, 'source' | 'main_title' | 'quote_area' | 'sub_title_text' | 'horizontal_content_list'> {
  const bar = fitted(card.bar ?? '', limits.titleDescChars)
  const note = fitted(card.note ?? '', limits.subTitleChars)
  const quote = quoteOf(card)
  const facts = card.facts.slice(0, limits.facts).map(({ label, value }) => {
    const shown = fitted(value, limits.factValueChars)
    return { keyname: fitted(label, limits.factNameChars) || nothingToShow, ...(shown && { value: shown }) }
  })
  return {
    source: { desc: toneLine[card.tone], desc_color: sourceColour[card.tone] },
    main_title: { title: fitted(card.title, limits.titleChars) || nothingToShow, ...(bar && { desc: bar }) },
    ...(quote && { quote_area: { type: 0, quote_text: quote } }),
    ...(note && { sub_title_text: note }),
    ...(facts.length > 0 && { horizontal_content_list: facts }),
  }
}

/** Lines have no list of their own; facts beyond the six join them rather than vanish. */
function quoteOf(card: Card): string {
  const surplus = card.facts.slice(limits.facts).map(({ label, value }) => `${label} ${value}`)
  const lines = [...(card.lines ?? []), ...surplus].map((line) => harmless(oneLine(line))).filter((line) => line)
  return fitChars(lines.join('\n'), limits.quoteChars)
}

/** What the platform would refuse a whole card for is left out: an empty, overlong, broken or second equal key. */
function vendorButtons(card: Card): readonly VendorButton[] {
  const keys = new Set<string>()
  const usable = ({ token }: Button) => {
    if (keys.has(token) || token === '' || storable(token) !== token) return false
    if (byteLength(token) > limits.buttonKeyBytes) return false
    keys.add(token)
    return true
  }
  return card.buttons
    .filter(usable)
    .slice(0, limits.buttons)
    .map(({ label, token, style }) => ({
      text: fitted(label, limits.buttonChars) || nothingToShow,
      style: buttonStyle[style],
      key: token,
    }))
}

function fitted(text: string, chars: number): string {
  return fitChars(harmless(oneLine(text)), chars)
}

function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [camelName(name), camelCased(inner)]))
}

function camelName(name: string): string {
  if (name === 'keyname') return 'KeyName'
  return name.replace(/(?:^|_)([a-z])/g, (_all, letter: string) => letter.toUpperCase())
}

import { type Button, type Card, cardLimits } from '../../src/chat/card.ts'
import { cutMark, factLine, namelessCard } from '../../src/text/zh-dingtalk.ts'
import { oneLine, wellFormed } from './clean.ts'
import { apiButtons, messageBytes } from './limits.ts'

/** A link that sends `say` as the person who taps it. */
type SayLink = { readonly title: string; readonly url: string }

/** What a message without a card template can be. */
export type RobotMessage =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'markdown'; readonly title: string; readonly text: string }
  | { readonly kind: 'actions'; readonly title: string; readonly text: string; readonly links: readonly SayLink[] }

/** Plain words as a message, cut where they would not fit. */
export function textMessage(text: string): RobotMessage {
  return { kind: 'text', text: fitted(text, textBytes) }
}

/**
 * A card as an action card whose buttons send text back: without a template there is no other callback. Buttons that have
 * nothing to say are left out; a card without any is markdown.
 */
export function cardMessage(card: Card): RobotMessage {
  const title = oneLine(card.title, rowBytes).trim() || namelessCard
  const links = card.buttons.slice(0, cardLimits.buttons).flatMap(sayLink)
  const text = cardMarkdown(title, card)
  return links.length === 0 ? { kind: 'markdown', title, text } : { kind: 'actions', title, text, links }
}

/** The body for a sessionWebhook. https://open.dingtalk.com/document/development/robot-message-type, 2026-11-22. */
export function sessionBody(message: RobotMessage): Readonly<Record<string, unknown>> {
  switch (message.kind) {
    case 'text':
      return { msgtype: 'text', text: { content: message.text } }
    case 'markdown':
      return { msgtype: 'markdown', markdown: { title: message.title, text: message.text } }
    case 'actions': {
      const btns = message.links.map(({ title, url }) => ({ title, actionURL: url }))
      return {
        msgtype: 'actionCard',
        // '0' = one below the other: two labels of ten characters do not fit side by side on a phone
        actionCard: { title: message.title, text: message.text, btnOrientation: '0', btns },
      }
    }
  }
}

/**
 * `msgKey` and `msgParam` of a robot send. The API has cards of one to five buttons; a sixth becomes a link in the text.
 * https://open.dingtalk.com/document/development/robot-message-type, 2026-11-22.
 */
export function apiMessage(message: RobotMessage): { readonly msgKey: string; readonly msgParam: string } {
  switch (message.kind) {
    case 'text':
      return { msgKey: 'sampleText', msgParam: JSON.stringify({ content: message.text }) }
    case 'markdown':
      return { msgKey: 'sampleMarkdown', msgParam: JSON.stringify({ title: message.title, text: message.text }) }
    case 'actions':
      return actionCardMessage(message.title, message.text, message.links)
  }
}

function actionCardMessage(title: string, text: string, links: readonly SayLink[]) {
  const [first] = links
  if (links.length === 1 && first !== undefined) {
    const msgParam = JSON.stringify({ title, text, singleTitle: first.title, singleURL: first.url })
    return { msgKey: 'sampleActionCard', msgParam }
  }
  const rest = links.slice(apiButtons).map((link) => `[${escapeMarkdown(link.title)}](${link.url})`)
  const shown = links.slice(0, apiButtons)
  const buttons = Object.fromEntries(
    shown.flatMap((link, index) => [
      [`actionTitle${index + 1}`, link.title],
      [`actionURL${index + 1}`, link.url],
    ]),
  )
  const msgParam = JSON.stringify({ title, text: [text, ...rest].join(lineBreak), ...buttons })
  return { msgKey: `sampleActionCard${shown.length}`, msgParam }
}

// two blanks on each side: the vendor's advice, some clients join the lines otherwise
const lineBreak = '  \n  '
/** Bounds that no card within cardLimits meets; they keep any other within 15,000 bytes. */
const rowBytes = 200
const sayBytes = 600
/** Room for the JSON around a text. */
const textBytes = messageBytes - 1_000

/**
 * Taps send text as the person, so the robot gets an ordinary message with their staff id. The host must be all lower
 * case: `dingtalkClient` does nothing, silently. Brackets would end a markdown link and survive encodeURIComponent.
 */
function sayLink(button: Button): readonly SayLink[] {
  const content = encodeURIComponent(wellFormed(button.say ?? '')).replace(/[()'!*]/g, hex)
  const title = oneLine(button.label, rowBytes).trim()
  if (title === '' || content === '' || content.length > sayBytes) return []
  return [{ title, url: `dtmd://dingtalkclient/sendMessage?content=${content}` }]
}

const hex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`

/**
 * Text that markdown shows as it is: backslashes before its signs (as prometheus-webhook-dingtalk does), line ends become
 * blanks. Signs that only mean something at the start of a line are left alone elsewhere: numbers stay fit for copying.
 */
export function escapeMarkdown(text: string): string {
  return oneLine(text, rowBytes)
    .trim()
    .replace(/[\\`*_[\]<]/g, '\\$&')
    .replace(/^[#>+=-]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2')
}

function cardMarkdown(title: string, card: Card): string {
  const facts = card.facts.slice(0, cardLimits.facts)
  const lines = card.lines?.slice(0, cardLimits.lines) ?? []
  const rows = [
    `#### ${escapeMarkdown(title)}`,
    card.bar ? `> ${escapeMarkdown(card.bar)}` : '',
    ...facts.map((fact) => `- ${escapeMarkdown(factLine(fact.label, fact.value))}`),
    ...lines.map(escapeMarkdown),
    escapeMarkdown(card.note ?? ''),
  ]
  return rows.filter((row) => row !== '').join(lineBreak)
}

/** Cuts a text so that its JSON form, quotes and escapes included, has at most `maxBytes`. */
function fitted(text: string, maxBytes: number): string {
  const whole = wellFormed(text)
  const size = (part: string) => Buffer.byteLength(JSON.stringify(part))
  if (size(whole) <= maxBytes) return whole
  let kept = ''
  let bytes = size(cutMark)
  for (const character of whole) {
    bytes += size(character) - 2
    if (bytes > maxBytes) break
    kept += character
  }
  return `${kept}${cutMark}`
}

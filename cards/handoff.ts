import { type Button, type Card, cardLimits } from '../src/chat/card.ts'
import { handoffTexts, talkButtons, talkSayings } from '../src/text/zh-conversation.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'

/** [转给值班同事]: the question behind an answer goes to a person. Serves the one who asked it only. */
export function toPersonButton(codec: ActionCodec, memberId: string, answerKey: string): Button {
  const token = codec.encode('handoff.ask', [answerKey], { memberId })
  return { label: talkButtons.toPerson, token, style: 'plain', say: talkSayings.toPerson }
}

export type HandedOver = {
  readonly id: string
  readonly who: string
  /** The order or return as people call it. */
  readonly what: string | undefined
  /** It had gone to them already. */
  readonly again: boolean
}

/** 已转小林，带上了抖音…2563和您的问题 [取消] */
export function handedOverCard({ id, who, what, again }: HandedOver, memberId: string, codec: ActionCodec): Card {
  const cancel: Button = {
    label: talkButtons.cancel,
    token: codec.encode('handoff.cancel', [id], { memberId }),
    style: 'plain',
    say: talkSayings.cancel,
  }
  const title = again ? handoffTexts.already(who) : handoffTexts.done(who, what)
  return fitCard({ title, tone: 'calm', facts: [], note: [], buttons: [cancel] }, (text) => text)
}

export function withdrawnCard(who: string, before: boolean): Card {
  const title = before ? handoffTexts.withdrawnBefore(who) : handoffTexts.withdrawn(who)
  return fitCard({ title, tone: 'done', facts: [], note: [], buttons: [] }, (text) => text)
}

export type Received = {
  readonly from: string
  readonly role: string
  readonly what: string | undefined
  /** Phones masked. */
  readonly question: string
  /** The order it is about, for the button. */
  readonly about: { readonly intent: string; readonly orderId: string; readonly returnId?: string } | undefined
}

/** What the person who takes it reads: who asks, what about, the question whole as far as it fits. */
export function receivedCard({ from, role, what, question, about }: Received, codec: ActionCodec): Card {
  const asked = question.trim() === '' ? handoffTexts.noQuestion : handoffTexts.question(question.trim())
  const draft = {
    title: handoffTexts.received(from),
    tone: 'warn' as const,
    facts: [
      [handoffTexts.receivedRows.role, role],
      [handoffTexts.receivedRows.order, what],
    ] as const,
    lines: inLines(asked),
    note: [],
    buttons: [about && seeButton(about, codec)],
  }
  return fitCard(draft, (text) => text)
}

function inLines(text: string): readonly string[] {
  const signs = [...text.replace(/\s+/g, ' ')]
  const lines: string[] = []
  for (let at = 0; at < signs.length; at += cardLimits.lineChars)
    lines.push(signs.slice(at, at + cardLimits.lineChars).join(''))
  return lines
}

function seeButton({ intent, orderId, returnId }: NonNullable<Received['about']>, codec: ActionCodec): Button {
  const args = [intent, orderId, ...(returnId === undefined ? [] : [returnId])]
  const say = handoffTexts.sayStatus(returnId ?? orderId)
  return { label: handoffTexts.see, token: codec.encode('ask.about', args), style: 'go', say }
}

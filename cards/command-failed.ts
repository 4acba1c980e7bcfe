import type { Button, Card } from '../src/chat/card.ts'
import type { LedgerEntry } from '../src/hub/command-ledger.ts'
import { noteParts } from '../src/text/answers.ts'
import { clockText, momentText } from '../src/text/format.ts'
import { commandTexts as texts } from '../src/text/zh-commands.ts'
import { secondsText } from '../src/text/zh-writes.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import type { Row } from './order-rows.ts'

type To = { readonly nowMs: number; readonly memberId: string; readonly codec: ActionCodec }

const asIs = (text: string): string => text

/** What another system was told three times and has not taken; for IT, with [重试] bound to whom it was sent. */
export function commandFailedCard(entry: LedgerEntry, { nowMs, memberId, codec }: To): Card {
  const retry: Button = {
    label: texts.retry,
    token: codec.encode('command.retry', [entry.key], { memberId }),
    style: 'go',
  }
  return fitCard(
    {
      title: texts.failed(entry.name, entry.tries),
      tone: 'alarm',
      facts: [...rowsOf(entry, nowMs), [texts.labels.reason, entry.lastError]],
      note: [noteParts.asOf(clockText(nowMs))],
      buttons: [retry, seeButton(entry, codec)],
    },
    asIs,
  )
}

/** The same card once its button was tapped. */
export function commandReplayedCard(entry: LedgerEntry, atMs: number, { nowMs, codec }: Omit<To, 'memberId'>): Card {
  return fitCard(
    {
      title: texts.replayed(entry.name),
      tone: 'calm',
      facts: [
        ...rowsOf(entry, nowMs),
        [texts.labels.by, texts.by(texts.you, secondsText(atMs))],
        [texts.labels.result, texts.waits],
      ],
      note: [noteParts.asOf(clockText(nowMs))],
      buttons: [seeButton(entry, codec)],
    },
    asIs,
  )
}

function rowsOf({ subject, target, madeAtMs }: LedgerEntry, nowMs: number): readonly Row[] {
  return [
    [texts.labels.object, numberOf(subject)],
    [texts.labels.target, texts.target(target)],
    [texts.labels.since, momentText(madeAtMs, nowMs)],
  ]
}

const numberOf = (subject: string): string => subject.slice(subject.indexOf(':') + 1)

/** What it is about: the return, or the order itself. */
function seeButton({ subject, orderId }: LedgerEntry, codec: ActionCodec): Button {
  const number = numberOf(subject)
  const about = subject.startsWith('return:') ? ['return.status', orderId, number] : ['order.status', orderId]
  return { label: texts.see, token: codec.encode('ask.about', about), style: 'plain', say: texts.saySee(number) }
}

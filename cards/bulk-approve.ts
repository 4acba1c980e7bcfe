import type { Button, Card } from '../src/chat/card.ts'
import type { BulkDone, BulkItem, BulkOffer } from '../src/hub/bulk-approve.ts'
import { noteParts } from '../src/text/answers.ts'
import { circled, clockText, fenText } from '../src/text/format.ts'
import { intentName, levelName } from '../src/text/zh-cn.ts'
import { peopleButtons as buttons, peopleSayings as sayings, bulkTexts as texts } from '../src/text/zh-people.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'

const asIs = (text: string): string => text
const confirmMs = 600_000
/** More of them stand two in a line. */
const mostSingle = 8

/** Leads to the list; [批量同意5单]. */
export function bulkButton({ items }: BulkOffer, codec: ActionCodec, label = buttons.bulk(items.length)): Button {
  return { label, token: codec.encode('bulk.show', []), style: 'plain', say: sayings.bulk }
}

/** Every one with its sum, and the total: only the second tap approves (J11). */
export function bulkCard(offer: BulkOffer, memberId: string, nowMs: number, codec: ActionCodec, changed = false): Card {
  const { items, totalFen, digest, role, deputy } = offer
  const token = codec.encode('bulk.approve', [digest], { memberId, expiresAtMs: nowMs + confirmMs })
  return fitCard(
    {
      title: texts.title(items.length, fenText(totalFen)),
      tone: changed ? 'warn' : 'calm',
      bar: changed ? texts.changedBar : undefined,
      facts: [
        [texts.level, role === undefined ? undefined : levelName(role)],
        [texts.rule, texts.ruleValue],
        [texts.reason, deputy ? texts.deputyReason : undefined],
      ],
      lines: linesOf(items),
      note: [noteParts.asOf(clockText(nowMs)), texts.again],
      buttons: [
        { label: buttons.bulkSure(items.length), token, style: 'go', say: sayings.bulkSure(digest) },
        backToList(codec),
      ],
    },
    asIs,
  )
}

function linesOf(items: readonly BulkItem[]) {
  if (items.length <= mostSingle)
    return items.map(({ returnId, amountFen, reason }, index) =>
      texts.row(circled(index + 1), returnId, fenText(amountFen, true), reason),
    )
  const short = items.map(({ returnId, amountFen }) => texts.one(returnId, fenText(amountFen, true)))
  return short.flatMap((one, index) => {
    const next = short[index + 1]
    if (index % 2 === 1) return []
    return next === undefined ? [one] : [texts.pair(one, next)]
  })
}

function backToList(codec: ActionCodec): Button {
  const intent = 'approval.todo'
  return { label: buttons.back, token: codec.encode('ask.intent', [intent]), style: 'plain', say: intentName(intent) }
}

/** Everything at once is not done; what may be approved together is offered (J27). */
export function notAllCard(offer: BulkOffer, nowMs: number, codec: ActionCodec): Card {
  const { items, totalFen, waiting, arrears } = offer
  const some = items.length > 0
  return fitCard(
    {
      title: texts.refused,
      tone: 'warn',
      facts: [
        [texts.waiting, texts.waitingValue(waiting, arrears)],
        [texts.canDo, some ? texts.canDoValue(items.length, fenText(totalFen)) : undefined],
      ],
      lines: [some ? undefined : texts.nothing],
      note: [noteParts.asOf(clockText(nowMs))],
      buttons: [some ? bulkButton(offer, codec, buttons.bulkShow(items.length)) : undefined],
    },
    asIs,
  )
}

/** What became of each. */
export function bulkDoneCard({ items, atMs }: Extract<BulkDone, { outcome: 'done' }>): Card {
  const done = items.filter(({ decided }) => decided.outcome === 'decided')
  const failed = items.flatMap(({ returnId, decided }) =>
    decided.outcome === 'decided' ? [] : [texts.failedRow(returnId, texts.why[decided.outcome])],
  )
  const totalFen = done.reduce((sum, { amountFen }) => sum + amountFen, 0n)
  return fitCard(
    {
      title: texts.done(done.length, fenText(totalFen)),
      tone: failed.length > 0 ? 'warn' : 'done',
      bar: failed.length > 0 ? texts.failed(failed.length) : undefined,
      facts: [],
      lines: failed.length > 0 ? failed : linesOf(done),
      note: [noteParts.asOf(clockText(atMs)), texts.each],
      buttons: [],
    },
    asIs,
  )
}

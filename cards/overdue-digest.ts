import type { Button, Card } from '../src/chat/card.ts'
import type { Bundle } from '../src/hub/escalation-bundle.ts'
import type { EscalatedItem } from '../src/hub/escalation-facts.ts'
import { factValues, noteParts, type Phrase } from '../src/text/answers.ts'
import { circled, clockText } from '../src/text/format.ts'
import {
  digestTexts,
  overdueLabels as labels,
  overdueSayings as sayings,
  overdueTexts as texts,
} from '../src/text/zh-clocks.ts'
import { channelName } from '../src/text/zh-cn.ts'
import { commandName } from '../src/text/zh-commands.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { tailOf } from './order-rows.ts'
import { heldWords, seeReturn } from './overdue-alert.ts'
import { parcelWords } from './overdue-others.ts'

/** Several items that are due for one person, in one message: how many of what, and the most urgent of them, each a tap away. */
export function overdueDigestCard(
  { items, total, counts, nowMs }: Omit<Bundle, 'key' | 'to'>,
  codec: ActionCodec,
): Card {
  const made = counts.map(({ clock, count }) => digestTexts.count(digestTexts.kinds[clock] ?? clock, count))
  const left = total - items.length
  const fined = items.some(({ clock, step }) => clock === 'fine' || (clock === 'return_total' && step !== 'nudge'))
  return fitCard(
    {
      title: digestTexts.title(total),
      tone: fined ? 'alarm' : 'warn',
      bar: fined ? texts.fineLabel : undefined,
      facts: [
        [labels.made, made.join(digestTexts.and)],
        [labels.more, left > 0 ? digestTexts.more(left) : undefined],
      ],
      lines: items.map((item, index) => lineOf(item, index, nowMs)),
      note: [noteParts.asOf(clockText(nowMs)), texts.source],
      buttons: differing(items.map((item, index) => buttonOf(item, index, codec))),
    },
    (text) => text,
  )
}

/** ① TH2611210019 抖音 财务终审·小陈 离罚款线45时48分 */
function lineOf({ about, sinceMs, clock }: EscalatedItem, index: number, nowMs: number): Phrase {
  const mark = circled(index + 1)
  const waits = digestTexts.waits(nowMs - sinceMs)
  if (about.kind === 'return') {
    const what = `${about.returnId} ${channelName(about.channel)} ${heldWords(about)}`
    const whole = clock === 'fine' || clock === 'return_total'
    return digestTexts.line(mark, what, whole ? digestTexts.toFine(about.fineAtMs - nowMs) : waits)
  }
  const kind = `${digestTexts.kinds[clock] ?? clock}${waits}`
  if (about.kind === 'command') return digestTexts.line(mark, `${about.object} ${commandName(about.name)}`, kind)
  if (about.kind === 'parcel') return digestTexts.line(mark, parcelWords(about), kind)
  return digestTexts.line(mark, factValues.orderTail(channelName(about.channel), tailOf(about.orderNo)), kind)
}

/** Two parcels of one order lead to the same page: one way there is enough. */
function differing(buttons: readonly Button[]): readonly Button[] {
  return [...new Map([...buttons].reverse().map((button) => [button.token, button])).values()].reverse()
}

function buttonOf({ about, step }: EscalatedItem, index: number, codec: ActionCodec): Button {
  const label = circled(index + 1)
  // to the director the card of that one item, with what can be done about it
  if (about.kind === 'return' && step === 'director')
    return { ...seeReturn(about, codec, label), token: codec.encode('clock.open', [about.returnId]) }
  if (about.kind === 'return') return seeReturn(about, codec, label)
  if (about.kind === 'command')
    return { label, token: codec.encode('ask.about', ['order.status', about.orderId]), style: 'plain' }
  const intent = about.kind === 'parcel' ? 'logistics.track' : 'order.status'
  const say = about.kind === 'parcel' ? sayings.seeTrack(about.orderNo) : sayings.seeOrder(about.orderNo)
  return { label, token: codec.encode('ask.about', [intent, about.orderId]), style: 'plain', say }
}

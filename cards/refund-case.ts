import type { Button, Card } from '../src/chat/card.ts'
import type { RefundCase } from '../src/hub/confirm-refund.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { noteParts, type Phrase } from '../src/text/answers.ts'
import { clockText, fenText } from '../src/text/format.ts'
import { caseTexts as texts } from '../src/text/zh-receipt.ts'
import { receiveLabels as labels, receiveTexts } from '../src/text/zh-return-flow.ts'
import { secondsText, writeLabels } from '../src/text/zh-writes.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { goodsRow, type Row } from './order-rows.ts'
import { shower, type View } from './view.ts'

/** What finance has to say a word about; a card of their own. */
export type ToConfirm = Pick<
  RefundCase,
  | 'returnId'
  | 'orderId'
  | 'approval'
  | 'counts'
  | 'due'
  | 'received'
  | 'damaged'
  | 'wasFen'
  | 'receivedFen'
  | 'soundFen'
> & {
  /** Money that is gone already: nothing to decide, something to get back. */
  readonly moved?: { readonly movedFen?: string }
}

const yuan = (fen: string | undefined): string | undefined => (fen === undefined ? undefined : fenText(BigInt(fen)))

function rowsOf(order: OrderFacts, one: ToConfirm): readonly Row[] {
  const counted = receiveTexts.qty(one.received, one.due)
  return [
    goodsRow(order),
    [labels.qty, one.damaged > 0 ? receiveTexts.counted(counted, one.damaged) : counted],
    [labels.approval, receiveTexts.approval[one.approval]],
    [labels.money, moneyText(one)],
  ]
}

function moneyText({ wasFen, receivedFen }: ToConfirm): string {
  const now = yuan(receivedFen)
  if (now === undefined) return texts.unknown
  return wasFen === undefined || wasFen === receivedFen ? now : `${yuan(wasFen)}→${now}`
}

/** 【待财务确认】: the amounts to the fen, and a button for each (product J15). `bar`: why it is shown again. */
export function refundCaseCard(
  one: ToConfirm,
  order: OrderFacts,
  { view, memberId, codec, bar }: { view: View; memberId: string; codec: ActionCodec; bar?: string },
): Card {
  const received = yuan(one.receivedFen)
  const sound = yuan(one.soundFen)
  return fitCard(
    {
      title: texts.title(one.returnId),
      tone: 'warn',
      bar,
      facts: rowsOf(order, one),
      lines:
        one.moved !== undefined
          ? [goneLine(one)]
          : [
              texts.waits,
              received === undefined ? undefined : texts.amounts.received(received),
              sound === undefined ? undefined : texts.amounts.sound(sound),
            ],
      note: [noteParts.asOf(clockText(view.nowMs))],
      buttons: one.moved !== undefined ? [] : caseButtons(one, memberId, codec),
    },
    shower(order, view),
  )
}

function goneLine({ moved, receivedFen }: ToConfirm): string {
  const gone = moved?.movedFen
  if (gone === undefined || receivedFen === undefined) return texts.short
  const over = BigInt(gone) - BigInt(receivedFen)
  return over > 0n ? texts.over(fenText(BigInt(gone)), fenText(over)) : texts.short
}

function caseButtons(one: ToConfirm, memberId: string, codec: ActionCodec): readonly (Button | undefined)[] {
  const button = (label: string, word: 'r' | 's' | 'h', style: Button['style']): Button => ({
    label,
    token: codec.encode('refund.confirm', [one.returnId, word, one.counts], { memberId }),
    style,
    say: texts.say(one.returnId, label),
  })
  return [
    button(one.received === one.due ? texts.buttons.whole : texts.buttons.received, 'r', 'go'),
    one.soundFen === undefined ? undefined : button(texts.buttons.sound, 's', 'plain'),
    button(texts.buttons.hangUp, 'h', 'stop'),
  ]
}

const agreedLine = ({ approval }: RefundCase): string => (approval === 'approved' ? texts.soonLine : texts.agreedLine)

type SaidOfCase = {
  readonly one: RefundCase
  readonly atMs: number
  readonly amountFen?: string
  /** The money is on its way; else it goes with the last yes, or not (`hung-up`). */
  readonly said: 'went' | 'agreed' | 'hung-up'
}

/** What a colleague's copy says once it is decided. */
export function refundByOtherCard(
  said: { readonly case: RefundCase; readonly amountFen?: string; readonly went: boolean; readonly atMs: number },
  order: OrderFacts,
  by: string,
): Card {
  const amount = yuan(said.amountFen)
  return fitCard(
    {
      title: said.went ? texts.settled(amount) : texts.agreed(amount),
      tone: 'done',
      facts: [...rowsOf(order, said.case), [writeLabels.by, texts.by(by, secondsText(said.atMs))]],
      lines: [said.case.returnId],
      note: [noteParts.asOf(clockText(said.atMs))],
      buttons: [],
    },
    shower(order, { mode: 'masked', nowMs: said.atMs }),
  )
}

/** The same card after the word; what was hung up can be decided on it later. */
export function refundSaidCard(
  { one, atMs, amountFen, said }: SaidOfCase,
  order: OrderFacts,
  { view, memberId, codec }: { view: View; memberId: string; codec: ActionCodec },
): Card {
  const amount = yuan(amountFen)
  const title: Phrase =
    said === 'went' ? texts.settled(amount) : said === 'agreed' ? texts.agreed(amount) : texts.hungUp(one.returnId)
  return fitCard(
    {
      title,
      tone: said === 'hung-up' ? 'warn' : 'done',
      facts: [...rowsOf(order, one), [writeLabels.by, texts.byYou(secondsText(atMs))]],
      lines: [said === 'hung-up' ? texts.hungUpLine : said === 'went' ? one.returnId : agreedLine(one)],
      note: [noteParts.asOf(clockText(view.nowMs))],
      buttons: said === 'hung-up' ? caseButtons(one, memberId, codec).slice(0, -1) : [],
    },
    shower(order, view),
  )
}

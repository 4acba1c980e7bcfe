import type { Button, Card } from '../src/chat/card.ts'
import type { CarrierCode, OrderFacts } from '../src/hub/order-facts.ts'
import type { Goods, Missing, Offer, Wish } from '../src/hub/write.ts'
import { noteParts, type Phrase } from '../src/text/answers.ts'
import { circled, clockText } from '../src/text/format.ts'
import { carrierName } from '../src/text/zh-cn.ts'
import { createSayings, createTexts } from '../src/text/zh-return-flow.ts'
import { askTexts, signerKinds, writeButtons, writeSayings } from '../src/text/zh-writes.ts'
import type { ActionCodec } from './actions.ts'
import type { DraftMark } from './draft-mark.ts'
import { fitCard } from './fit.ts'
import { tailOf } from './order-rows.ts'
import { goodsText } from './return-create.ts'
import { shower, type View } from './view.ts'
import { objectOf } from './write-rows.ts'

export type WriteQuestion = {
  readonly wish: Wish
  readonly missing: Missing
  readonly offers: readonly Offer[]
  /** Goods that are settled so far. */
  readonly goods?: readonly Goods[]
}

/** One question for the one piece a change still lacks, with what can be tapped in its place. */
export function writeQuestionCard(
  asked: WriteQuestion,
  order: OrderFacts,
  draft: DraftMark,
  view: View,
  codec: ActionCodec,
): Card {
  const bound = { memberId: draft.memberId, expiresAtMs: draft.expiresAtMs }
  const buttons = asked.offers.map(
    (offer, index): Button => ({
      label: labelOf(asked, offer, index),
      token: codec.encode('write.fill', [draft.id, String(index)], bound),
      style: 'plain',
      ...sayFor(asked, order, offer, index),
    }),
  )
  const { title, line } = wordsFor(asked, order)
  const numbered = asked.missing === 'line' ? lineChoices(asked) : []
  return fitCard(
    {
      title,
      tone: 'calm',
      facts: [],
      lines: [line, ...numbered],
      note: [noteParts.asOf(clockText(view.nowMs)), askTexts.nothing],
      buttons,
    },
    shower(order, view),
  )
}

function wordsFor(
  { wish, missing, offers, goods }: WriteQuestion,
  order: OrderFacts,
): { title: Phrase; line?: string } {
  const object = objectOf(wish, order)
  switch (missing) {
    case 'signer':
      return { title: askTexts.signer(object) }
    case 'parcel':
      return { title: askTexts.parcel(offers.length) }
    case 'carrier': {
      const names = offers.map(({ value }) => carrierName(value))
      const number = wish.kind === 'order.edit_waybill' ? wish.newNo : ''
      return {
        title: askTexts.carrier(number, names[0] ?? ''),
        line: askTexts.carrierLine(carrierName(order.carrier ?? 'OTHER', order.carrierName)),
      }
    }
    case 'photo':
    case 'waybillNo': {
      const [seen] = offers
      const title = seen === undefined ? createTexts.askNumberOpen : createTexts.askNumber(seen.value)
      return { title, line: createTexts.askNumberHow }
    }
    case 'line':
      return { title: createTexts.askLine(object) }
    case 'reason':
      if (wish.kind === 'return.create')
        return {
          title: createTexts.askReason(object),
          ...(goods !== undefined && { line: createTexts.waiting(goodsText(goods)) }),
        }
      if (wish.kind === 'return.add_note') return { title: askTexts.noteText, line: askTexts.noteHow }
      if (wish.kind === 'order.cancel') return { title: askTexts.cancelReason(object) }
      return {
        title:
          wish.kind === 'approval.decide' && wish.decision === 'approve'
            ? askTexts.deputyReason(object)
            : askTexts.rejectReason(object),
      }
  }
}

/** ① 3段奶粉×2: names are longer than buttons. */
function lineChoices({ offers }: WriteQuestion): readonly Phrase[] {
  return offers.flatMap(({ shown }, index) =>
    shown === undefined ? [] : [{ head: `${circled(index + 1)} `, body: shown, keep: 'end' as const }],
  )
}

function labelOf({ missing }: WriteQuestion, { value, shown }: Offer, index: number): string {
  if (missing === 'line') return shown === undefined ? createTexts.all : circled(index + 1)
  if (missing === 'carrier') return writeButtons.isCarrier(carrierName(value))
  if (missing === 'parcel') return writeButtons.parcel(tailOf(shown ?? value))
  if (missing === 'waybillNo') return createTexts.itIs
  return value === '' ? writeButtons.other : value
}

/** What to type for the same; a reason of one's own has to be typed in any case. */
function sayFor(
  { wish, missing }: WriteQuestion,
  order: OrderFacts,
  { value, shown }: Offer,
  index: number,
): { say?: string } {
  if (value === '') return {}
  if (missing === 'parcel' && wish.kind === 'order.edit_waybill')
    return { say: writeSayings.edit(shown ?? '', wish.newNo) }
  if (missing === 'parcel') return { say: writeSayings.call(shown ?? '') }
  if (missing === 'carrier' && wish.kind === 'order.edit_waybill')
    return { say: writeSayings.editAs(order.id, wish.newNo, carrierName(value as CarrierCode)) }
  if (missing === 'waybillNo') return { say: value }
  if (missing === 'line') return { say: shown === undefined ? createTexts.all : circled(index + 1) }
  switch (wish.kind) {
    case 'return.create':
      return { say: createSayings.reason(order.id, value) }
    case 'order.cancel':
      return { say: writeSayings.cancelOrder(order.id, value) }
    case 'order.mark_signer':
      return { say: writeSayings.markSigner(order.id, signerKinds[wish.as], value) }
    case 'approval.decide':
      return { say: writeSayings.decide(wish.returnId, wish.decision === 'approve', value) }
    default:
      return {}
  }
}

import type { Card } from '../src/chat/card.ts'
import type { OrderFacts, Stage } from '../src/hub/order-facts.ts'
import type { Refusal, Wish } from '../src/hub/write.ts'
import { buttonLabels, noteParts, sayings } from '../src/text/answers.ts'
import { clockText, fenText, momentText } from '../src/text/format.ts'
import { carrierName, channelName, holderName, levelName } from '../src/text/zh-cn.ts'
import { createRefusals, receiveTexts } from '../src/text/zh-return-flow.ts'
import { askTexts, refusalTexts } from '../src/text/zh-writes.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { orderRow, tailOf } from './order-rows.ts'
import { shower, type View } from './view.ts'
import { deedOf, orderObject } from './write-rows.ts'

type Rule = { readonly rule: string; readonly instead: string }

/** Refusals that have a sentence of their own in place of a card. */
export type RuleRefusal = Exclude<Refusal, { code: 'decided' } | { code: 'received' }>

/** 不能改物流单号：已改3次, with what to do instead; nothing was changed. */
export function writeRefusedCard(
  refused: { readonly wish: Wish; readonly why: RuleRefusal },
  order: OrderFacts,
  view: View,
  codec: ActionCodec,
): Card {
  const { wish, why } = refused
  const { rule, instead } = ruleOf(wish, why, view.nowMs)
  return fitCard(
    {
      title: refusalTexts.title(deedOf(wish), rule),
      tone: 'warn',
      facts: [orderRow(order)],
      lines: [instead],
      note: [noteParts.asOf(clockText(view.nowMs)), askTexts.nothing],
      buttons: [statusButton(order, codec)],
    },
    shower(order, view),
  )
}

function statusButton({ id }: OrderFacts, codec: ActionCodec) {
  const token = codec.encode('order.open', [id])
  return { label: buttonLabels.status, token, style: 'plain' as const, say: sayings.status(id) }
}

function ruleOf(wish: Wish, why: RuleRefusal, nowMs: number): Rule {
  switch (why.code) {
    case 'gone':
      return refusalTexts.gone
    case 'stage':
      if (wish.kind === 'return.create') return createStage(why.stage)
      return refusalTexts.stage[wish.kind]?.[why.stage] ?? refusalTexts.otherStage
    case 'wish-stands':
      return refusalTexts.wishStands(why.by, momentText(why.atMs, nowMs))
    case 'edits-used':
      return refusalTexts.editsUsed(why.edits)
    case 'no-number':
      return refusalTexts.noNumber
    case 'same-number':
      return refusalTexts.sameNumber
    case 'number-taken':
      if (wish.kind === 'return.create') return createRefusals.labelElsewhere(orderObject(why))
      return refusalTexts.numberTaken(channelName(why.channel), tailOf(why.orderNo))
    case 'bad-number':
      return refusalTexts.badNumber(carrierName(why.carrier, why.carrierName))
    case 'not-signed':
      return refusalTexts.notSigned
    case 'pictures':
      return refusalTexts.pictures(why.kept, why.given, 9)
    case 'call-stands':
      return refusalTexts.callStands(why.id, why.by, momentText(why.atMs, nowMs))
    case 'pickup':
      return refusalTexts.pickup
    case 'withdrawn':
      return refusalTexts.withdrawn
    case 'not-your-level':
      return refusalTexts.notYourLevel(levelName(why.role), holderName(why.role, why.holder) ?? levelName(why.role))
    case 'twice':
      return refusalTexts.twice
    case 'own-return':
      return refusalTexts.ownReturn
    case 'beyond-paid':
      return refusalTexts.beyondPaid(
        fenText(BigInt(why.totalFen)),
        fenText(BigInt(why.paidFen)),
        why.other,
        fenText(BigInt(why.otherFen)),
      )
    case 'arrears':
      return refusalTexts.arrears(fenText(BigInt(why.amountFen)))
    case 'arrears-unknown':
      return refusalTexts.arrearsUnknown
    case 'all-returned':
      return createRefusals.allReturned(why.returnId)
    case 'too-many':
      return (wish.kind === 'return.receive' ? receiveTexts : createRefusals).tooMany(why.asked, why.left)
    case 'return-stands':
      return createRefusals.returnStands(why.returnId)
  }
}

const createStages: Readonly<Record<string, Rule>> = createRefusals.stage
const createStage = (stage: Stage): Rule => createStages[stage] ?? refusalTexts.otherStage

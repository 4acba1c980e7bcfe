import type { Button, Card } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { Done, PlanOf } from '../src/hub/write.ts'
import { factValues, noteParts, type Phrase } from '../src/text/answers.ts'
import { beside, clockText, durationText, fenText, maskName } from '../src/text/format.ts'
import { carrierName, levelName } from '../src/text/zh-cn.ts'
import { createTexts, createLabels as labels, levelOneTexts } from '../src/text/zh-return-flow.ts'
import { writeSayings } from '../src/text/zh-writes.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { goodsPhrase, type Row } from './order-rows.ts'
import { shower } from './view.ts'

type CreatePlan = PlanOf<'return.create'>

const minuteMs = 60_000
/** The first level's limit in hub/approve-level.ts, for saying what comes next. */
const firstLimitMs = 15 * minuteMs

/** 商品 金额 原因 面单 下一步 of a return that is applied for. */
export function createRows({ wish, facts }: CreatePlan): readonly Row[] {
  return [
    ...requestRows({ wish, facts }),
    [labels.next, createTexts.next(levelName('cs_lead'), durationText(firstLimitMs))],
  ]
}

function requestRows({ wish, facts }: Pick<CreatePlan, 'wish' | 'facts'>): readonly Row[] {
  return [
    [labels.goods, goodsPhrase(facts.lines)],
    [labels.amount, facts.refundFen === undefined ? createTexts.unknownAmount : fenText(BigInt(facts.refundFen))],
    [labels.reason, wish.reason],
    [labels.label, labelText(facts)],
  ]
}

/** 中通75894561230147✓; without the tick where a person said the number. */
function labelText({ carrier, waybillNo, sure }: CreatePlan['facts']): Phrase {
  const label = carrier === undefined ? waybillNo : beside(carrierName(carrier), waybillNo)
  return { head: sure ? createTexts.sureLabel(label) : label }
}

/** 3段奶粉×2、纸尿裤×1 */
export function goodsText(goods: readonly { readonly name: string; readonly qty: number }[]): string {
  return goods.map(({ name, qty }) => `${name}${factValues.times(qty)}`).join(factValues.and)
}

export type LevelOne = {
  readonly plan: CreatePlan
  readonly done: Done
  /** Who applied. */
  readonly by: string
  readonly nowMs: number
}

/** What the first level decides on (product J7); masked, since the card may be forwarded. */
export function levelOneCard({ plan, done, by, nowMs }: LevelOne, order: OrderFacts, codec: ActionCodec): Card {
  const { wish, facts } = plan
  const returnId = done.id ?? ''
  const left = durationText((done.dueAtMs ?? nowMs) - nowMs)
  const name = order.consigneeName
  return fitCard(
    {
      title: levelOneTexts.title(levelName('cs_lead').slice(-2), returnId, left),
      tone: 'calm',
      facts: [
        [labels.customer, name === undefined ? undefined : levelOneTexts.customer(maskName(name), done.level)],
        [labels.goods, goodsPhrase(facts.lines)],
        [labels.amount, facts.refundFen === undefined ? createTexts.unknownAmount : fenText(BigInt(facts.refundFen))],
        [labels.reason, levelOneTexts.reason(wish.reason ?? '', 1)],
        [labels.label, labelText(facts)],
        [labels.history, done.past === undefined ? undefined : levelOneTexts.history(done.past)],
      ],
      lines: facts.lines.length < 2 ? [] : [goodsText(facts.lines)],
      note: [noteParts.asOf(clockText(nowMs)), levelOneTexts.by(by)],
      buttons: levelOneButtons(returnId, order.id, codec),
    },
    shower(order, { mode: 'masked', nowMs }),
  )
}

function levelOneButtons(returnId: string, orderId: string, codec: ActionCodec): readonly Button[] {
  const decide = (label: string, decision: 'a' | 'r', style: Button['style']): Button => ({
    label,
    token: codec.encode('write.decide', [returnId, orderId, decision]),
    style,
    say: writeSayings.decide(returnId, decision === 'a', ''),
  })
  return [
    decide(createTexts.approve, 'a', 'go'),
    decide(createTexts.reject, 'r', 'stop'),
    {
      label: createTexts.status,
      token: codec.encode('ask.about', ['return.status', orderId, returnId]),
      style: 'plain',
      say: returnId,
    },
  ]
}

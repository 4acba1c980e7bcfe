import type { Button, Card } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { GiftDecision, RuleDecision } from '../src/hub/rule-decisions.ts'
import { buttonLabels, noteParts, sayings } from '../src/text/answers.ts'
import { clockText, fenText, momentText } from '../src/text/format.ts'
import { quarantineText } from '../src/text/zh-sheets.ts'
import { ruleTexts as texts } from '../src/text/zh-surveys.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { orderRow, type Row, staleBar } from './order-rows.ts'
import { toneWith } from './order-summary.ts'
import { shower, type View } from './view.ts'

export type RuleAnswer = {
  /** What a reason was asked for; the newest decision when undefined. */
  readonly about?: 'warehouse' | 'hold' | 'split' | 'carrier' | 'gift' | undefined
  readonly decisions: readonly RuleDecision[]
  readonly gifts: readonly GiftDecision[]
}

/** 分仓：宁波仓, the sentence of the rule, its name and version; without a record what is known, and 未知 with its reason. */
export function ruleCard(order: OrderFacts, answer: RuleAnswer, view: View, codec: ActionCodec): Card {
  const { about, decisions, gifts } = answer
  const gift = about === 'gift' ? gifts[0] : undefined
  const decision = about === undefined ? decisions[0] : decisions.find((one) => one.about === about)
  const body =
    gift !== undefined
      ? giftPart(gift, view.nowMs)
      : decision === undefined
        ? unknownPart(order, about)
        : decisionPart(decision, view.nowMs)
  const show = shower(order, view)
  const others = decisions
    .filter((one) => one !== decision)
    .map((one) => texts.other(one.about, one.chosen, one.rule, one.ruleVersion))
  const stale = staleBar(order, view.nowMs)
  return fitCard(
    {
      title: body.title,
      tone: toneWith('calm', stale),
      bar: stale,
      facts: [orderRow(order), ...body.rows],
      // masked before it is cut: half a name on each of two lines would pass unseen
      lines: [...inTwo(show(body.sentence)), ...others],
      note: [noteParts.asOf(clockText(view.nowMs)), texts.source],
      buttons: [statusButton(order, codec)],
    },
    show,
  )
}

function decisionPart(decision: RuleDecision, nowMs: number) {
  return {
    title: texts.title(decision.about, decision.chosen),
    rows: [
      [texts.rule, texts.ruleValue(decision.rule, decision.ruleVersion)],
      [texts.when, momentText(decision.atMs, nowMs)],
    ] as readonly Row[],
    sentence: decision.reason,
  }
}

function giftPart(gift: GiftDecision, nowMs: number) {
  const gap =
    gift.verdict === 'below_threshold' && gift.gapFen !== undefined
      ? texts.giftGap(fenText(gift.gapFen, true))
      : undefined
  return {
    title: texts.giftTitle(gap ?? texts.giftVerdicts[gift.verdict]),
    rows: [
      [texts.gift, gift.name],
      [
        texts.rule,
        gift.rule === undefined || gift.ruleVersion === undefined
          ? undefined
          : texts.ruleValue(gift.rule, gift.ruleVersion),
      ],
      [texts.when, momentText(gift.atMs, nowMs)],
    ] as readonly Row[],
    sentence: '',
  }
}

function unknownPart(order: OrderFacts, about: RuleAnswer['about']) {
  const held =
    order.holdReason ?? (order.quarantineReason === undefined ? undefined : quarantineText(order.quarantineReason))
  return {
    title: texts.none(about),
    rows: [
      [texts.warehouse, order.warehouse ?? texts.warehouseUnknown],
      [texts.hold, held],
      [texts.why, texts.whyUnknown],
    ] as readonly Row[],
    sentence: '',
  }
}

function statusButton(order: OrderFacts, codec: ActionCodec): Button {
  const token = codec.encode('order.show', [order.id])
  return { label: buttonLabels.status, token, style: 'plain', say: sayings.status(order.id) }
}

/** A sentence longer than a line goes on in the next one. */
function inTwo(sentence: string): readonly string[] {
  const signs = [...sentence]
  return [signs.slice(0, 40).join(''), signs.slice(40).join('')]
}

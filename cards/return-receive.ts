import type { Button, Card } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { Done, PlanOf } from '../src/hub/write.ts'
import { noteParts, type Phrase } from '../src/text/answers.ts'
import { circled, clockText, fenText, momentText } from '../src/text/format.ts'
import { levelName } from '../src/text/zh-cn.ts'
import { receiptTexts } from '../src/text/zh-receipt.ts'
import { receiveLabels as labels, receiveTexts as texts } from '../src/text/zh-return-flow.ts'
import { fullWidth } from '../src/text/zh-returns.ts'
import { askTexts, writeLabels } from '../src/text/zh-writes.ts'
import type { ActionCodec } from './actions.ts'
import type { DraftMark } from './draft-mark.ts'
import { fitCard } from './fit.ts'
import { goodsPhrase, type Row, tailOf } from './order-rows.ts'
import { shower, type View } from './view.ts'

type ReceivePlan = PlanOf<'return.receive'>
type Facts = ReceivePlan['facts']
type Counts = { readonly due: number; readonly received: number; readonly damaged: number }

/** Pieces over all lines. */
export function receiptCounts({ lines }: Pick<Facts, 'lines'>): Counts {
  const sum = (of: (line: Facts['lines'][number]) => number) => lines.reduce((all, line) => all + of(line), 0)
  return {
    due: sum(({ due }) => due),
    received: sum(({ received }) => received),
    damaged: sum(({ damaged }) => damaged),
  }
}

/** 商品 数量 验货 审批 退款 of a parcel that is about to be booked in. */
export function receiveRows({ wish, facts }: ReceivePlan): readonly Row[] {
  const { received, due } = receiptCounts(facts)
  return [
    [labels.goods, goodsPhrase(facts.lines.map(({ name, due: qty }) => ({ name, qty })))],
    [labels.qty, texts.qty(received, due)],
    [labels.found, fullWidth(wish.inspection)],
    [labels.approval, approvalText(facts)],
    [labels.money, moneyText(facts)],
  ]
}

function approvalText({ approval, role }: Facts): string {
  return role === undefined ? texts.approval[approval] : texts.waitingFor(levelName(role))
}

function moneyText({ approval, refundFen, sound, moved }: Facts): string {
  if (moved) return texts.money.moved
  if (approval === 'rejected' || approval === 'withdrawn') return texts.money.none
  if (refundFen === undefined) return texts.money.unknown
  const amount = fenText(BigInt(refundFen))
  if (!sound) return texts.money.paused(amount)
  return approval === 'approved' ? texts.money.release(amount) : texts.money.afterApproval(amount)
}

/** One line each where several goods come back. */
export function receiveLines({ facts }: ReceivePlan): readonly Phrase[] {
  if (facts.lines.length < 2) return []
  return facts.lines.map(({ name, received, due, damaged }) => ({
    head: '',
    body: name,
    tail: texts.line(received, due, damaged),
    keep: 'end' as const,
  }))
}

/** ① 3段奶粉 实收2/2 */
function numberedLines(plan: ReceivePlan): readonly Phrase[] {
  return receiveLines(plan).map((line, index) => ({ ...line, head: `${circled(index + 1)} ` }))
}

const dayMs = 86_400_000

/** 数量不符 and 有破损 below the preview; tapped late they are told so by the draft, not by a bare "expired". */
export function receiveChips({ id, memberId, expiresAtMs }: DraftMark, codec: ActionCodec): readonly Button[] {
  const bound = { memberId, expiresAtMs: expiresAtMs + 7 * dayMs }
  const chip = (label: string, what: CountOf): Button => ({
    label,
    token: codec.encode('return.amend', [id, what], bound),
    style: 'plain',
    say: label,
  })
  return [chip(texts.short, 'q'), chip(texts.damaged, 'd')]
}

/** q: pieces that came · d: pieces of them that are damaged. */
export type CountOf = 'q' | 'd'

export type CountQuestion = {
  readonly plan: ReceivePlan
  readonly what: CountOf
  /** Which line; asked for first where there are several. */
  readonly line?: number
}

const mostCounts = 6

/** 实收几件？ of one line, with the counts to tap. */
export function receiveCountCard(
  { plan, what, line }: CountQuestion,
  order: OrderFacts,
  draft: DraftMark,
  view: View,
  codec: ActionCodec,
): Card {
  const { lines } = plan.facts
  const asked = line === undefined ? undefined : lines[line]
  const made =
    asked === undefined || line === undefined
      ? { title: texts.askLine, buttons: lineButtons(plan, what, draft, codec) }
      : {
          title: (what === 'q' ? texts.askCount : texts.askDamaged)(asked.name),
          buttons: countsFor(asked, what, plan.facts.recount).map((count) =>
            countButton({ what, line, count }, draft, codec),
          ),
        }
  return fitCard(
    {
      ...made,
      tone: 'calm',
      facts: [],
      lines: asked === undefined ? numberedLines(plan) : [],
      note: [noteParts.asOf(clockText(view.nowMs)), askTexts.nothing],
    },
    shower(order, view),
  )
}

/** Counts to choose from: what stands there now is no choice; 0 damaged only where some were said to be. */
function countsFor({ due, received, damaged }: Counts, what: CountOf, recount = false): readonly number[] {
  const [least, most] = what === 'q' ? [0, due] : [recount && damaged > 0 ? 0 : 1, received]
  const now = what === 'q' ? (recount ? received : due) : recount ? damaged : -1
  const counts = Array.from({ length: Math.max(0, most - least + 1) }, (_, index) =>
    what === 'q' ? most - index : least + index,
  )
  return counts.filter((count) => count !== now).slice(0, mostCounts)
}

function lineButtons(plan: ReceivePlan, what: CountOf, draft: DraftMark, codec: ActionCodec): readonly Button[] {
  return plan.facts.lines.slice(0, mostCounts).map((_, index) => ({
    label: circled(index + 1),
    token: codec.encode('return.amend', [draft.id, what, String(index)], { memberId: draft.memberId }),
    style: 'plain' as const,
  }))
}

function countButton(
  { what, line, count }: { readonly what: CountOf; readonly line: number; readonly count: number },
  draft: DraftMark,
  codec: ActionCodec,
): Button {
  return {
    label: texts.pieces(count),
    token: codec.encode('return.count', [draft.id, what, String(line), String(count)], { memberId: draft.memberId }),
    style: 'plain',
    say: (what === 'q' ? texts.sayCount : texts.sayDamaged)(count),
  }
}

/** What the one who applied hears, and finance when something differs. */
export function receivedToldCard(
  {
    plan,
    done,
    by,
    atMs,
  }: { readonly plan: ReceivePlan; readonly done: Done; readonly by: string; readonly atMs: number },
  order: OrderFacts,
  codec: ActionCodec,
): Card {
  const { returnId, orderId, inspection } = plan.wish
  const { received, due } = receiptCounts(plan.facts)
  const title = plan.facts.sound ? texts.told.whole(returnId) : texts.told.differs(returnId)
  return fitCard(
    {
      title,
      tone: plan.facts.sound ? 'calm' : 'warn',
      facts: [
        [labels.goods, goodsPhrase(plan.facts.lines.map(({ name, due: qty }) => ({ name, qty })))],
        [labels.qty, texts.qty(received, due)],
        [labels.found, fullWidth(inspection)],
        [labels.approval, approvalText(plan.facts)],
        [labels.money, moneyTold(plan.facts, done, atMs)],
        [writeLabels.by, texts.told.by(by, momentText(atMs, atMs))],
      ],
      lines: receiveLines(plan),
      note: [noteParts.asOf(clockText(atMs))],
      buttons: [aboutReturn(orderId, returnId, codec)],
    },
    shower(order, { mode: 'masked', nowMs: atMs }),
  )
}

/** Whole minutes, the one that has begun included. */
export const minutesUntil = (atMs: number, nowMs: number): number => Math.ceil((atMs - nowMs) / 60_000)

function moneyTold(facts: Facts, { releaseAtMs }: Done, atMs: number): string {
  return releaseAtMs === undefined ? moneyText(facts) : receiptTexts.releasesIn(minutesUntil(releaseAtMs, atMs))
}

function aboutReturn(orderId: string, returnId: string, codec: ActionCodec): Button {
  const token = codec.encode('ask.about', ['return.status', orderId, returnId])
  return { label: texts.status, token, style: 'plain', say: returnId }
}

/** 登记入库 below an answer or a photo; `said` carries counts that were typed with it. */
export function receiveButton(returnId: string, codec: ActionCodec, said = ''): Button {
  const args = said === '' ? [returnId] : [returnId, said]
  return { label: texts.button, token: codec.encode('return.receive', args), style: 'go', say: texts.say(returnId) }
}

export type WrongParcel = {
  /** The return it belongs to. */
  readonly belongs: string
  /** The one that was spoken of. */
  readonly spoken: string
  /** The draft of that one, to be dropped. */
  readonly draft?: DraftMark
}

/** This parcel belongs to somebody else's return (product J16). */
export function wrongParcelCard({ belongs, spoken, draft }: WrongParcel, { nowMs }: View, codec: ActionCodec): Card {
  const register = {
    label: texts.register(tailOf(belongs)),
    token: codec.encode('receipt.book', draft === undefined ? [belongs] : [belongs, draft.id]),
    style: 'go' as const,
    say: texts.say(belongs),
  }
  const cancel: Button = {
    label: texts.cancel,
    token:
      draft === undefined
        ? codec.encode('receipt.leave', [belongs])
        : codec.encode('write.cancel', [draft.id], { memberId: draft.memberId }),
    style: 'plain',
    say: texts.cancel,
  }
  return fitCard(
    {
      title: texts.wrong(belongs),
      tone: 'alarm',
      bar: texts.wrongBar(spoken),
      facts: [],
      lines: [texts.wrongLine(belongs)],
      note: [noteParts.asOf(clockText(nowMs)), askTexts.nothing],
      buttons: [register, cancel],
    },
    (text) => text,
  )
}

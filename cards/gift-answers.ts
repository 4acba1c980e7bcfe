import { type Button, type Card, cardLimits, type Tone } from '../src/chat/card.ts'
import type { GiftSheet, GiftVerdict } from '../src/hub/gift-facts.ts'
import type { OrderFacts, ParcelFacts } from '../src/hub/order-facts.ts'
import { type Phrase, sayings } from '../src/text/answers.ts'
import { dueText, fenText, momentText } from '../src/text/format.ts'
import { trackStateName } from '../src/text/zh-cn.ts'
import {
  goodsButtons,
  goodsLabels,
  goodsSayings,
  giftTitles as titles,
  giftWords as words,
} from '../src/text/zh-goods.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { noteRow, orderRow, type Row, staleBar } from './order-rows.ts'
import { toneWith } from './order-summary.ts'
import { isSent, parcelName } from './parcels.ts'
import { aboutButton, scriptButton } from './return-rows.ts'
import { shower, type View } from './view.ts'

/** An order with what was decided about its gifts. */
export type Given = { readonly order: OrderFacts; readonly sheet: GiftSheet }

type Headline = { readonly title: Phrase; readonly tone: Tone; readonly bar?: string }

/** gift.included: together with the goods, apart, or not at all and why. */
export function giftIncludedCard(given: Given, view: View, codec: ActionCodec): Card {
  const said = goodsSayings.included(given.order.id)
  return giftCard(given, includedTitle(given, view.nowMs), shipRows(given), view, codec, 'gift.included', said)
}

/** gift.gap: how much was missing, or what kept the gift away although enough was paid (product J30). */
export function giftGapCard(given: Given, view: View, codec: ActionCodec): Card {
  const said = goodsSayings.gap(given.order.id)
  return giftCard(given, gapTitle(given), measureRows(given), view, codec, 'gift.gap', said)
}

/** gift.missing: whether it should have been there, in which parcel, and what to do. */
export function giftMissingCard(given: Given, view: View, codec: ActionCodec): Card {
  const said = goodsSayings.missing(given.order.id)
  const rows = [...shipRows(given).slice(0, 5), [goodsLabels.next, nextStep(given)] as const]
  return giftCard(given, missingTitle(given), rows, view, codec, 'gift.missing', said)
}

function giftCard(
  given: Given,
  headline: Headline,
  rows: readonly Row[],
  view: View,
  codec: ActionCodec,
  intent: string,
  said: string,
): Card {
  const { order, sheet } = given
  const { nowMs } = view
  const stale = staleBar(order, nowMs)
  const about = { orderId: order.id }
  const [asOf, , source] = [...noteRow(order, nowMs), undefined, undefined]
  const decidedAtMs = mainGift(sheet)?.decidedAtMs
  const draft = {
    title: headline.title,
    tone: toneWith(headline.tone, stale),
    // what is missing is the answer; a doubt about the source then is the first line
    bar: headline.bar ?? stale,
    facts: rows,
    lines: [headline.bar === undefined ? undefined : stale, ...moreGifts(given)].slice(0, cardLimits.lines),
    note: [asOf, decidedAtMs === undefined ? undefined : words.decided(momentText(decidedAtMs, nowMs)), source],
    buttons: [scriptButton(codec, intent, about, said), ...giftButtons(order, sheet, codec)],
  }
  return fitCard(draft, shower(order, view))
}

function giftButtons(order: OrderFacts, sheet: GiftSheet, codec: ActionCodec): readonly (Button | undefined)[] {
  const about = { orderId: order.id }
  return [
    mainGift(sheet)?.rule === undefined
      ? undefined
      : aboutButton(codec, goodsButtons.rule, 'rule.explain', about, goodsSayings.rule(order.id)),
    {
      label: goodsButtons.status,
      token: codec.encode('order.open', [order.id]),
      style: 'plain',
      say: sayings.status(order.id),
    },
  ]
}

/** The verdict an answer is about: a locked gift, else the latest word. */
export function mainGift({ gifts }: GiftSheet): GiftVerdict | undefined {
  return gifts.find(({ verdict }) => verdict === 'locked') ?? gifts.at(-1)
}

/** Where the gift of a locked verdict travels. */
export type Travel = { readonly kind: 'same' | 'apart'; readonly parcel: ParcelFacts } | { readonly kind: 'unpacked' }

export function travelOf({ parcels }: OrderFacts, gift: GiftVerdict): Travel {
  const parcel = parcels.find(({ id }) => id === gift.parcelId)
  if (parcel === undefined) return { kind: 'unpacked' }
  // a single parcel holds everything, also where its contents were never told
  const withGoods = parcel.lines.length > 0 || parcels.length === 1
  return { kind: withGoods ? 'same' : 'apart', parcel }
}

/** The order came to nothing: whatever was locked for it is no gift. */
export function isOver({ stage }: OrderFacts): boolean {
  return stage === 'cancelled' || stage === 'refunded' || stage === 'returned'
}

/** Nothing was decided: why. */
function undecided({ order, sheet }: Given): Headline | undefined {
  if (isOver(order)) return { title: titles.over, tone: 'done' }
  if (order.paidAtMs === undefined) return { title: titles.unpaid, tone: 'calm' }
  return sheet.gifts.length === 0 ? { title: titles.noVerdict, tone: 'warn' } : undefined
}

function includedTitle(given: Given, nowMs: number): Headline {
  const early = undecided(given)
  const gift = mainGift(given.sheet)
  if (early !== undefined || gift === undefined) return early ?? { title: titles.noVerdict, tone: 'warn' }
  if (gift.verdict !== 'locked') {
    const why = reasonOf(gift, given.sheet)
    const title = gift.verdict === 'out_of_stock' ? titles.noneUnknown(why) : titles.none(why)
    return { title, tone: gift.verdict === 'below_threshold' ? 'calm' : 'warn' }
  }
  const travel = travelOf(given.order, gift)
  if (travel.kind === 'same') return { title: titles.together(gift.name, isSent(travel.parcel)), tone: 'calm' }
  if (travel.kind === 'apart') return { title: apartTitle(travel.parcel, nowMs), tone: 'calm' }
  // goods already on their way without it: it comes by itself, and nobody has said when
  const gone = given.order.parcels.some(isSent)
  return gone ? { title: titles.apartUnknown, tone: 'warn' } : { title: titles.locked(gift.name), tone: 'calm' }
}

function apartTitle({ state, signedAtMs, etaAtMs }: ParcelFacts, nowMs: number): Phrase {
  if (state === 'signed' && signedAtMs !== undefined) return titles.apartSigned(momentText(signedAtMs, nowMs))
  return etaAtMs === undefined || etaAtMs <= nowMs ? titles.apartUnknown : titles.apart(dueText(etaAtMs, nowMs))
}

function gapTitle(given: Given): Headline {
  const early = undecided(given)
  const gift = mainGift(given.sheet)
  if (early !== undefined || gift === undefined) return early ?? { title: titles.noVerdict, tone: 'warn' }
  if (gift.verdict === 'below_threshold') {
    if (gift.gapFen === undefined) return { title: titles.gapUnknown, tone: 'alarm' }
    const gap = fenText(gift.gapFen, true)
    return { title: titles.gap(gap), tone: 'alarm', bar: words.gapBar(gap) }
  }
  const why = gift.verdict === 'locked' ? words.lockedFor(gift.name) : reasonOf(gift, given.sheet)
  return { title: titles.reached(why), tone: gift.verdict === 'locked' ? 'calm' : 'warn' }
}

function missingTitle(given: Given): Headline {
  const early = undecided(given)
  const gift = mainGift(given.sheet)
  if (early !== undefined || gift === undefined) return early ?? { title: titles.noVerdict, tone: 'warn' }
  if (gift.verdict !== 'locked') return { title: titles.notDue(reasonOf(gift, given.sheet)), tone: 'calm' }
  const travel = travelOf(given.order, gift)
  const { inParcel } = words
  if (travel.kind === 'unpacked')
    return { title: titles.due(gift.name, inParcel.unpacked), tone: given.order.parcels.some(isSent) ? 'warn' : 'calm' }
  if (!isSent(travel.parcel)) return { title: titles.due(gift.name, inParcel.unsent), tone: 'calm' }
  if (travel.parcel.state === 'signed') return { title: titles.due(gift.name, inParcel.signed), tone: 'warn' }
  if (travel.parcel.state === 'exception') return { title: titles.due(gift.name, inParcel.trouble), tone: 'warn' }
  const where = travel.kind === 'apart' ? inParcel.apart : inParcel.onTheWay
  return { title: titles.due(gift.name, where), tone: 'calm' }
}

/** What to do next about a gift somebody misses. */
function nextStep(given: Given): string | undefined {
  const gift = mainGift(given.sheet)
  if (gift === undefined || undecided(given) !== undefined) return undefined
  const { next } = words
  switch (gift.verdict) {
    case 'locked': {
      const travel = travelOf(given.order, gift)
      if (travel.kind === 'unpacked') return given.order.parcels.some(isSent) ? next.warehouse : next.pack
      if (travel.parcel.state === 'exception') return next.trouble
      return travel.parcel.state === 'signed' ? next.check : next.wait
    }
    case 'below_threshold':
    case 'level_too_low':
      return next.explain
    case 'out_of_stock':
      return next.restock
    case 'rule_conflict':
      return next.ops
  }
}

function reasonOf(gift: GiftVerdict, { level }: GiftSheet): string {
  const { why } = words
  switch (gift.verdict) {
    case 'below_threshold':
      return why.below_threshold(gift.gapFen === undefined ? undefined : fenText(gift.gapFen, true))
    case 'level_too_low':
      return why.level_too_low(level)
    case 'out_of_stock':
      return why.out_of_stock
    case 'rule_conflict':
      return why.rule_conflict
    case 'locked':
      return words.lockedFor(gift.name)
  }
}

/** 赠品 状态 单号 规则 */
function shipRows({ order, sheet }: Given): readonly Row[] {
  const gift = mainGift(sheet)
  if (gift === undefined) return [orderRow(order)]
  const travel: Travel = gift.verdict === 'locked' ? travelOf(order, gift) : { kind: 'unpacked' }
  const sent = travel.kind !== 'unpacked' && isSent(travel.parcel)
  return [
    orderRow(order),
    [goodsLabels.gift, gift.name],
    // goods that have left are not merely kept for somebody
    [goodsLabels.state, sent ? words.sentState : words.verdicts[gift.verdict]],
    [
      goodsLabels.number,
      travel.kind === 'unpacked' || !sent
        ? undefined
        : { head: words.parcelAt(parcelName(travel.parcel), trackStateName(travel.parcel.state)) },
    ],
    ruleRow(gift),
    [
      goodsLabels.reason,
      isOver(order)
        ? undefined
        : gift.verdict === 'out_of_stock'
          ? words.restockUnknown
          : gift.verdict === 'locked' && !sent && order.parcels.some(isSent)
            ? words.notShippedYet
            : undefined,
    ],
  ]
}

/** 实付 门槛 等级 规则 */
function measureRows({ order, sheet }: Given): readonly Row[] {
  const gift = mainGift(sheet)
  return [
    orderRow(order),
    [goodsLabels.paid, sheet.paidFen === undefined ? undefined : fenText(sheet.paidFen, true)],
    [goodsLabels.threshold, gift?.thresholdFen === undefined ? undefined : fenText(gift.thresholdFen, true)],
    [goodsLabels.level, sheet.level],
    gift === undefined ? [goodsLabels.rule, undefined] : ruleRow(gift),
    [goodsLabels.gift, gift?.name],
  ]
}

function ruleRow({ rule, ruleVersion }: GiftVerdict): Row {
  return [goodsLabels.rule, rule === undefined ? undefined : words.rule(rule, ruleVersion)]
}

/** Further verdicts of the same order, one line each. */
function moreGifts({ sheet }: Given): readonly Phrase[] {
  const main = mainGift(sheet)
  const rest = sheet.gifts.filter((gift) => gift !== main)
  return rest.map((gift) => ({ head: '', body: gift.name, tail: ` ${words.verdicts[gift.verdict]}` }))
}

import type { Button, Card } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import {
  buttonLabels,
  factValues,
  lineTexts,
  listTitles,
  noteParts,
  type Phrase,
  sayings,
} from '../src/text/answers.ts'
import { circled, clockText, dayText, maskName, momentText } from '../src/text/format.ts'
import { channelName, sourceName, stageName, trackStateName } from '../src/text/zh-cn.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { goodsPhrase, tailOf } from './order-rows.ts'
import { leadParcel } from './parcels.ts'
import { shower, type View } from './view.ts'

/** Never more than this is offered: a list that long is no choice. */
export const mostChoices = 5

export type Choice = {
  /** Newest first; at most `mostChoices` are shown. */
  readonly orders: readonly OrderFacts[]
  /** There are more than were found. */
  readonly more: boolean
  /** The name that was asked for, when one was. */
  readonly customerName?: string | undefined
  /** Numbers of the same line that nobody knows. */
  readonly unknown?: readonly string[]
}

/**
 * Several orders fit: at most five, newest first, ① … and 都不是. A choice shows nobody in clear, whoever asks. `intent` is the
 * question that a tap answers.
 */
export function orderChoiceCard(choice: Choice, view: View, codec: ActionCodec, intent = 'order.status'): Card {
  const orders = choice.orders.slice(0, mostChoices)
  const who = choice.customerName === undefined ? undefined : maskName(choice.customerName)
  const count = choice.more ? listTitles.atLeast(choice.orders.length) : String(choice.orders.length)
  const draft = {
    title: listTitles.choose(who, count),
    tone: 'calm' as const,
    facts: [],
    lines: [
      ...orderLines(orders, view, true),
      ...(choice.unknown ?? []).map(lineTexts.unknown),
      choice.more ? lineTexts.narrower : undefined,
    ],
    note: listNote(orders, view.nowMs),
    buttons: [...orderButtons(orders, codec, { intent }), noneButton(codec)],
  }
  return fitCard(draft, (text) => text)
}

/** ① 天猫…0842 奶粉2段×1 11-21 派件中 尾号1234: what tells one order from the next. Person only as 张* and a tail. */
export function orderLines(orders: readonly OrderFacts[], view: View, withPhone: boolean): readonly Phrase[] {
  return orders.map((order, index) => {
    const hide = shower(order, { ...view, mode: 'masked' })
    const goods = goodsPhrase(order.lines)
    const phone = order.phone?.replace(/\D/g, '').slice(-4)
    const who = withPhone && phone !== undefined ? lineTexts.phoneTail(phone) : ''
    const number = factValues.orderTail(channelName(order.channel), tailOf(order.orderNo))
    return {
      head: `${circled(index + 1)} ${number} `,
      body: hide(goods?.body ?? ''),
      keep: 'end',
      tail: `${goods?.tail ?? ''} ${dayText(order.orderedAtMs, view.nowMs)} ${standing(order)}${who}`,
    }
  })
}

/** One word: the parcel's while it is on its way, else the order's. */
function standing(order: OrderFacts): string {
  if (order.stage !== 'shipped') return stageName(order.stage)
  const parcel = leadParcel(order)
  return parcel === undefined || parcel.state === 'signed' ? stageName(order.stage) : trackStateName(parcel.state)
}

/** ① ② …: a tap answers the question for that order in place of the choice, or with `order.open` beside it. */
export function orderButtons(
  orders: readonly OrderFacts[],
  codec: ActionCodec,
  then: { readonly intent: string } | 'order.open',
): readonly Button[] {
  return orders.map(({ id }, index) => ({
    label: circled(index + 1),
    token: then === 'order.open' ? codec.encode(then, [id]) : codec.encode('ask.about', [then.intent, id]),
    style: 'plain',
    say: sayingFor(then === 'order.open' ? 'order.status' : then.intent, id, index),
  }))
}

/** A saying names the order, so that it means the same tomorrow; without one the choice of this chat is meant. */
function sayingFor(intent: string, id: string, index: number): string {
  if (intent === 'order.carrier') return sayings.carrier(id)
  if (intent === 'logistics.track') return sayings.track(id)
  return intent === 'order.status' ? sayings.status(id) : circled(index + 1)
}

function noneButton(codec: ActionCodec): Button {
  return { label: buttonLabels.none, token: codec.encode('choose.none', []), style: 'plain', say: buttonLabels.none }
}

/** As of now; the source that was silent longest, since the list is no fresher than it. */
export function listNote(orders: readonly OrderFacts[], nowMs: number): readonly (string | undefined)[] {
  const heard = orders.map(({ source }) => ({
    name: source.name,
    atMs: Math.max(source.heardAtMs, source.sourceHeardAtMs ?? source.heardAtMs),
  }))
  const oldest = heard.sort((a, b) => a.atMs - b.atMs)[0]
  return [
    noteParts.asOf(clockText(nowMs)),
    oldest === undefined ? undefined : noteParts.source(sourceName(oldest.name), momentText(oldest.atMs, nowMs)),
  ]
}

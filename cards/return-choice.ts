import type { Card } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { ReturnView } from '../src/hub/return-facts.ts'
import { buttonLabels, factLabels, factValues, noteParts, type Phrase, sayings } from '../src/text/answers.ts'
import { circled, clockText, dayText } from '../src/text/format.ts'
import { channelName } from '../src/text/zh-cn.ts'
import { returnButtons, returnSayings, choiceWords as words } from '../src/text/zh-returns.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { listNote, mostChoices } from './order-choice.ts'
import { goodsRow, noteRow, orderRow, staleBar } from './order-rows.ts'
import { toneWith } from './order-summary.ts'
import { aboutButton } from './return-rows.ts'
import { shower, type View } from './view.ts'

export type ReturnChoice = {
  /** Newest first; at most five are shown. */
  readonly found: readonly { readonly order: OrderFacts; readonly request: ReturnView }[]
  readonly more: boolean
  /** As it may be shown; '' when nobody was named. */
  readonly who: string
  readonly when: string
  readonly product: string
  /** None of them holds the product that was said. */
  readonly otherGoods: boolean
}

/** Which of several returns (product J2): a tap answers the same question for that one. Nobody in clear. */
export function returnChoiceCard(choice: ReturnChoice, intent: string, view: View, codec: ActionCodec): Card {
  const found = choice.found.slice(0, mostChoices)
  const people = peopleIn(choice.found.map(({ order }) => order))
  const count = choice.more ? words.atLeast(found.length) : String(choice.found.length)
  const several = people > 1 && !choice.more ? people : 1
  const draft = {
    title: words.title(several, count, choice.who, choice.when, choice.otherGoods ? '' : choice.product),
    tone: 'calm' as const,
    facts: [],
    lines: [
      choice.otherGoods ? words.otherGoods(choice.product) : undefined,
      ...found.map(({ order, request }, index) => choiceLine(order, request, index, view.nowMs)),
      choice.more ? words.narrower : undefined,
    ],
    note: listNote(
      found.map(({ order }) => order),
      view.nowMs,
    ),
    buttons: [
      ...found.map(({ order, request }, index) => ({
        label: circled(index + 1),
        token: codec.encode('ask.about', [intent, order.id, request.id]),
        style: 'plain' as const,
        // the return's number says the same tomorrow and in another chat
        say: sayingFor(intent, request.id),
      })),
      {
        label: buttonLabels.none,
        token: codec.encode('choose.none', []),
        style: 'plain' as const,
        say: buttonLabels.none,
      },
    ],
  }
  return fitCard(draft, (text) => text)
}

/** How many people these are, as far as their own numbers tell: platforms lend another privacy number for every order. */
function peopleIn(orders: readonly OrderFacts[]): number {
  if (orders.some(({ phone, phoneVirtual }) => phone === undefined || phoneVirtual)) return 1
  return new Set(orders.map(({ phone }) => phone)).size
}

/** ① 尾号1234 天猫 初芽较大婴儿配方奶粉2段×1 11-21申请 */
function choiceLine(order: OrderFacts, request: ReturnView, index: number, nowMs: number): Phrase {
  const hide = shower(order, { mode: 'masked', nowMs })
  const tail = order.phone?.replace(/-.*$/, '').replace(/\D/g, '').slice(-4)
  const [first] = request.lines
  const pieces = request.lines.reduce((sum, line) => sum + line.askedQty, 0)
  const qty = first === undefined ? '' : factValues.times(first.askedQty)
  const more = request.lines.length > 1 ? factValues.goodsMore(pieces) : ''
  return {
    head: words.line(circled(index + 1), tail, channelName(order.channel)),
    body: hide(first?.name ?? ''),
    tail: `${qty}${more}${words.appliedOn(dayText(request.appliedAtMs, nowMs))}`,
    keep: 'end',
  }
}

function sayingFor(intent: string, returnNo: string): string {
  switch (intent) {
    case 'return.inbound':
      return returnSayings.inbound(returnNo)
    case 'refund.eta':
      return returnSayings.eta(returnNo)
    case 'refund.amount':
      return returnSayings.amount(returnNo)
    case 'return.eligible':
      return returnSayings.eligible(returnNo)
    case 'approval.urge':
      return returnSayings.urge(returnNo)
    default:
      return returnSayings.status(returnNo)
  }
}

/** An order nothing was applied for: says so, and what can be done. */
export function noReturnCard(order: OrderFacts, view: View, codec: ActionCodec): Card {
  const { nowMs } = view
  const about = { orderId: order.id }
  const stale = staleBar(order, nowMs)
  const draft = {
    title: words.noReturn,
    tone: toneWith('calm', stale),
    bar: stale,
    facts: [orderRow(order), goodsRow(order)],
    lines: [words.noReturnHint],
    note: noteRow(order, nowMs).filter((_, index) => index !== 1),
    buttons: [
      aboutButton(codec, returnButtons.eligible, 'return.eligible', about, returnSayings.eligible(order.id)),
      aboutButton(codec, returnButtons.create, 'return.create', about, returnSayings.create(order.id)),
      {
        label: buttonLabels.status,
        token: codec.encode('order.open', [order.id]),
        style: 'plain' as const,
        say: sayings.status(order.id),
      },
    ],
  }
  return fitCard(draft, shower(order, view))
}

/** Somebody whose orders hold no return in the time that was searched. */
export function noReturnOfCard(who: string, when: string, view: View, codec: ActionCodec): Card {
  const draft = {
    title: words.person(who, when),
    tone: 'warn' as const,
    facts: [[factLabels.searched, words.lookedIn]] as const,
    note: [noteParts.asOf(clockText(view.nowMs))],
    buttons: [
      {
        label: buttonLabels.again,
        token: codec.encode('ask.again', []),
        style: 'plain' as const,
        say: buttonLabels.again,
      },
    ],
  }
  return fitCard(draft, (text) => text)
}

import type { Button, Card } from '../src/chat/card.ts'
import type { CustomerBrief, CustomerProfile } from '../src/hub/profile.ts'
import { buttonLabels, factLabels, factValues, listTitles, noteParts, sayings } from '../src/text/answers.ts'
import { circled, clockText, dayText, hidePerson, maskName, momentText } from '../src/text/format.ts'
import { channelName } from '../src/text/zh-cn.ts'
import { profileTexts as texts } from '../src/text/zh-surveys.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { mostChoices } from './order-choice.ts'
import { type Row, tailOf } from './order-rows.ts'
import type { View } from './view.ts'

/** What of the money owed may be shown: `hidden` drops the row, `shown` gives it or says that the ERP was never asked. */
export type ArrearsView = 'shown' | 'hidden'

/** 刘*（V4）2个渠道12单: who somebody is to the firm. */
export function profileCard(profile: CustomerProfile, arrears: ArrearsView, view: View, codec: ActionCodec): Card {
  const { name, phone, level, tags, merges, channels, trail, orders, last, returns90 } = profile
  const [newest] = merges
  const { nowMs } = view
  const lastAt = `${factValues.orderTail(channelName(last.channel), tailOf(last.orderNo))} ${dayText(last.atMs, nowMs)}`
  return fitCard(
    {
      title: texts.title(name, level, channels.length, orders),
      tone: 'calm',
      facts: [
        arrears === 'shown' ? arrearsRow(profile, nowMs) : [texts.phone, view.mode === 'full' ? phone : undefined],
        [texts.channels, channels.map((one) => texts.channelCount(one.channel, one.orders)).join(texts.and)],
        [texts.orders, texts.ordersValue(orders, dayText(profile.firstOrderMs, nowMs))],
        [texts.tags, tags.join(texts.and)],
        newest === undefined
          ? [texts.last, lastAt]
          : [texts.merged, texts.mergedValue(merges.length, Math.min(...merges.map(({ percent }) => percent)))],
        trail.length === 0
          ? [texts.returns, texts.returnsValue(returns90)]
          : [
              texts.trail,
              trail.map(({ channel, deed, atMs }) => texts.deed(channel, deed, dayText(atMs, nowMs))).join(texts.and),
            ],
      ],
      note: [noteParts.asOf(clockText(nowMs)), texts.source],
      buttons: [
        {
          label: buttonLabels.status,
          token: codec.encode('order.open', [last.orderId]),
          style: 'plain',
          say: sayings.status(last.orderId),
        },
        ...(newest === undefined ? [] : [splitButton(newest.id, last.orderId, codec)]),
      ],
    },
    shown({ name, phone }, view),
  )
}

/** One tap takes the account that came last out again; the card is drawn anew with what is left. */
function splitButton(mergeId: string, orderId: string, codec: ActionCodec): Button {
  const token = codec.encode('customer.split', [mergeId, orderId])
  return { label: texts.split, token, style: 'plain' }
}

function arrearsRow({ arrears }: CustomerProfile, nowMs: number): Row {
  return [
    texts.arrears,
    arrears === undefined
      ? texts.arrearsUnknown
      : texts.arrearsValue(arrears.fen, momentText(arrears.checkedAtMs, nowMs)),
  ]
}

function shown(
  person: { readonly name: string; readonly phone?: string | undefined },
  view: View,
): (text: string) => string {
  return view.mode === 'full' ? (text) => text : (text) => hidePerson(text, person)
}

/** Several customers fit: at most five, masked whoever asks; a tap answers for that one. */
export function customerChoiceCard(
  customers: readonly CustomerBrief[],
  more: boolean,
  view: View,
  codec: ActionCodec,
): Card {
  const offered = customers.slice(0, mostChoices)
  const lines = offered.map(({ name, channel, level, phone, region = '' }, index) => {
    const tail = phone?.replace(/\D/g, '').slice(-4)
    return texts.choice(`${circled(index + 1)} ${maskName(name)}`, channelName(channel), level, tail, region)
  })
  const buttons = offered.map(
    ({ orderId }, index): Button => ({
      label: circled(index + 1),
      token: codec.encode('ask.about', ['customer.profile', orderId]),
      style: 'plain',
      say: circled(index + 1),
    }),
  )
  const none: Button = {
    label: buttonLabels.none,
    token: codec.encode('choose.none', []),
    style: 'plain',
    say: buttonLabels.none,
  }
  return fitCard(
    {
      title: texts.choose(more ? listTitles.atLeast(offered.length) : String(customers.length)),
      tone: 'calm',
      facts: [],
      lines,
      note: [noteParts.asOf(clockText(view.nowMs)), texts.source],
      buttons: [...buttons, none],
    },
    (text) => text,
  )
}

/** Nobody fits, or the order belongs to nobody known. */
export function noCustomerCard(why: 'none' | 'not-joined', view: View): Card {
  const row: Row = why === 'none' ? [texts.searched, texts.searchedValue] : [factLabels.customer, texts.notJoinedWhy]
  return fitCard(
    {
      title: why === 'none' ? texts.none : texts.notJoined,
      tone: 'warn',
      facts: [row],
      note: [noteParts.asOf(clockText(view.nowMs)), texts.source],
      buttons: [],
    },
    (text) => text,
  )
}

import type { Card } from '../src/chat/card.ts'
import type { CommandPayloads } from '../src/hub/commands.ts'
import type { CarrierCode, Channel } from '../src/hub/order-facts.ts'
import { beside } from '../src/text/format.ts'
import { carrierName, channelName } from '../src/text/zh-cn.ts'
import { todoTexts as texts } from '../src/text/zh-commands.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { goodsPhrase, type Row, tailOf } from './order-rows.ts'

type Todo = CommandPayloads['todo.open']

const asIs = (text: string): string => text

/** 退货入库 as a card, for keepers whose platform has no list of to-dos. */
export function todoCard(todo: Todo, codec: ActionCodec): Card {
  const { returnId } = todo
  return fitCard(
    {
      title: texts.open(returnId),
      tone: 'warn',
      facts: [...rowsOf(todo), [texts.labels.how, texts.how]],
      note: [],
      buttons: [
        {
          label: texts.receive,
          token: codec.encode('return.receive', [returnId]),
          style: 'go',
          say: returnId,
        },
      ],
    },
    asIs,
  )
}

/** The same card once there is nothing left to do. */
export function todoClosedCard(returnId: string): Card {
  return fitCard(
    { title: texts.closed(returnId), tone: 'done', facts: [[texts.labels.how, texts.done]], note: [], buttons: [] },
    asIs,
  )
}

/** The facts of a to-do as rows: no customer is in them. */
export function todoRows(todo: Todo): readonly { readonly label: string; readonly value: string }[] {
  return fitCard({ title: { head: '' }, tone: 'calm', facts: rowsOf(todo), note: [], buttons: [] }, asIs).facts
}

function rowsOf({ goods, channel, orderNo, carrier, waybillNo }: Todo): readonly Row[] {
  const name = carrier === undefined ? '' : carrierName(carrier as CarrierCode)
  return [
    [texts.labels.goods, goodsPhrase(goods)],
    [texts.labels.order, `${channelName(channel as Channel)} …${tailOf(orderNo)}`],
    [texts.labels.parcel, waybillNo === undefined ? texts.unknownParcel : beside(name, waybillNo)],
  ]
}

import type { Button, Card } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { noteParts } from '../src/text/answers.ts'
import { clockText, durationText, momentText } from '../src/text/format.ts'
import { carrierSayings, carrierTexts as texts } from '../src/text/zh-carrier.ts'
import { carrierName } from '../src/text/zh-cn.ts'
import { quarantineText } from '../src/text/zh-sheets.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { goodsRow, noteRow, orderRow } from './order-rows.ts'
import { shower, type View } from './view.ts'
import { orderObject } from './write-rows.ts'

/** The carriers of the owner's order form; whatever else is OTHER. */
const offered = ['SF', 'ZTO', 'JD'] as const

/** 请选择物流方式：an order that is kept back, with one tap per carrier. */
export function carrierFixCard(order: OrderFacts, view: View, codec: ActionCodec): Card {
  const { nowMs } = view
  const { quarantinedAtMs: since, quarantineReason: why = '' } = order
  return fitCard(
    {
      title: texts.title(orderObject(order), quarantineText(why)),
      tone: 'warn',
      facts: [
        orderRow(order),
        goodsRow(order),
        [
          texts.since,
          since === undefined ? undefined : texts.sinceValue(momentText(since, nowMs), durationText(nowMs - since)),
        ],
      ],
      lines: [texts.how],
      note: noteRow(order, nowMs),
      buttons: [
        ...offered.map((code) => chooseButton(order.id, code, carrierName(code), codec)),
        chooseButton(order.id, 'OTHER', texts.other, codec),
      ],
    },
    shower(order, view),
  )
}

function chooseButton(orderId: string, code: string, label: string, codec: ActionCodec): Button {
  const token = codec.encode('carrier.set', [orderId, code])
  return { label, token, style: code === 'OTHER' ? 'plain' : 'go', say: carrierSayings.choose(orderId, label) }
}

/** [补承运商] on answers and alarms about an order that is kept back. */
export function carrierFixButton(orderId: string, codec: ActionCodec): Button {
  const token = codec.encode('carrier.fix', [orderId])
  return { label: texts.button, token, style: 'go', say: carrierSayings.fix(orderId) }
}

/** It has a carrier now and goes its way. */
export function carrierSetCard(
  order: OrderFacts,
  set: { readonly carrier: string; readonly freight?: string; readonly by: string },
  view: View,
): Card {
  return fitCard(
    {
      title: texts.set(set.carrier),
      tone: 'done',
      facts: [
        orderRow(order),
        goodsRow(order),
        [texts.freight, set.freight],
        [texts.by, `${set.by} ${clockText(view.nowMs)}`],
      ],
      lines: [texts.freed],
      note: [noteParts.asOf(clockText(view.nowMs))],
      buttons: [],
    },
    shower(order, view),
  )
}

import type { Button, Card } from '../src/chat/card.ts'
import type { Waiting } from '../src/hub/nudges.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { noteParts } from '../src/text/answers.ts'
import { clockText, durationText, momentText } from '../src/text/format.ts'
import { levelName, roleName } from '../src/text/zh-cn.ts'
import { urgeTexts, writeButtons, writeLabels, writeSayings } from '../src/text/zh-writes.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { orderRow } from './order-rows.ts'
import { shower, type View } from './view.ts'
import { orderObject } from './write-rows.ts'

/** 组长初审 · 财务放款 · 仓库出库 */
export function whatWaits({ what, role }: Pick<Waiting, 'what' | 'role'>): string {
  return what === 'decide' ? levelName(role) : urgeTexts.what[what]
}

/** 剩1时12分 · 已超2时; '' without a limit. */
export function timeLeft(dueAtMs: number | undefined, nowMs: number): string {
  if (dueAtMs === undefined) return ''
  const left = dueAtMs - nowMs
  return left > 0 ? urgeTexts.left(durationText(left)) : urgeTexts.over(durationText(-left))
}

/** 卡在：仓管复核·小周，剩1时12分, who reminded them last and how often; the button reminds them. */
export function urgeCard(
  waiting: Waiting,
  order: OrderFacts,
  view: View,
  codec: ActionCodec,
  askedLevel?: string,
): Card {
  const { nowMs } = view
  const { item, holder, sinceMs, dueAtMs, last, counts } = waiting
  const counted = counts.map(({ role, times }) => urgeTexts.perLevel(roleName(role), times))
  return fitCard(
    {
      title: urgeTexts.title(whatWaits(waiting), holder, timeLeft(dueAtMs, nowMs)),
      tone: dueAtMs !== undefined && dueAtMs <= nowMs ? 'warn' : 'calm',
      facts: [
        item.kind === 'return' ? [writeLabels.number, item.id] : orderRow(order),
        [writeLabels.since, sinceMs === undefined ? undefined : momentText(sinceMs, nowMs)],
        [writeLabels.due, dueAtMs === undefined ? undefined : momentText(dueAtMs, nowMs)],
        [
          writeLabels.last,
          last === undefined ? urgeTexts.never : urgeTexts.lastBy(last.by, momentText(last.atMs, nowMs)),
        ],
        [writeLabels.urged, counted.length === 0 ? undefined : urgeTexts.times(counted)],
      ],
      lines: [
        askedLevel === undefined || askedLevel === waiting.role
          ? undefined
          : urgeTexts.otherLevel(levelName(askedLevel)),
      ],
      note: [noteParts.asOf(clockText(nowMs))],
      buttons: [urgeButton(waiting, codec)],
    },
    shower(order, view),
  )
}

function urgeButton({ item }: Waiting, codec: ActionCodec): Button {
  return {
    label: writeButtons.urge,
    token: codec.encode('urge.send', [item.kind, item.id]),
    style: 'go',
    say: writeSayings.urge(item.id),
  }
}

/** Whom the reminder reached, and when. */
export function urgedCard(
  sent: { readonly waiting: Waiting; readonly names: readonly string[]; readonly atMs: number },
  order: OrderFacts,
  view: View,
): Card {
  const { waiting, names, atMs } = sent
  return fitCard(
    {
      title: names.length === 0 ? urgeTexts.nobody : urgeTexts.sent(names, clockText(atMs)),
      tone: 'done',
      facts: [
        waiting.item.kind === 'return' ? [writeLabels.number, waiting.item.id] : orderRow(order),
        [writeLabels.held, whatWaits(waiting)],
        [writeLabels.due, waiting.dueAtMs === undefined ? undefined : momentText(waiting.dueAtMs, view.nowMs)],
      ],
      note: [noteParts.asOf(clockText(view.nowMs))],
      buttons: [],
    },
    shower(order, view),
  )
}

/** Nothing waits for anybody of the firm; a parcel on its way can be asked about at the carrier. */
export function nothingWaitsCard(order: OrderFacts, view: View, codec: ActionCodec): Card {
  const moving = order.parcels.some(({ state, waybillNo }) => waybillNo !== undefined && state !== 'signed')
  const call: Button = {
    label: writeButtons.call,
    token: codec.encode('ask.about', ['logistics.call_carrier', order.id]),
    style: 'go',
    say: writeSayings.call(order.id),
  }
  return fitCard(
    {
      title: urgeTexts.nothing(orderObject(order)),
      tone: 'calm',
      facts: [],
      lines: [moving ? urgeTexts.onTheWay : undefined],
      note: [noteParts.asOf(clockText(view.nowMs))],
      buttons: [moving ? call : undefined],
    },
    shower(order, view),
  )
}

import type { Button, Card } from '../src/chat/card.ts'
import type { BulkOffer } from '../src/hub/bulk-approve.ts'
import type { HandedOver, OwnReturn, Todo, TodoItem } from '../src/hub/todo.ts'
import { noteParts, type Phrase } from '../src/text/answers.ts'
import { circled, clockText, fenText, momentText } from '../src/text/format.ts'
import { alertTexts, todoTexts as texts } from '../src/text/zh-alerts.ts'
import { channelName, levelName } from '../src/text/zh-cn.ts'
import { bulkTexts } from '../src/text/zh-people.ts'
import type { ActionCodec } from './actions.ts'
import { bulkButton } from './bulk-approve.ts'
import { fitCard } from './fit.ts'
import type { View } from './view.ts'

/** Product §2.8: the first three, each with its button. */
export const todoShown = 3

export type TodoAnswer = {
  readonly todo: Todo
  /** Whose to-do it is, in words: 仓管复核. */
  readonly scope: string
  /** Returns the asker applied for that others decide; told where nothing waits for the asker. */
  readonly own: { readonly items: readonly OwnReturn[]; readonly total: number }
  readonly handed: readonly HandedOver[]
  /** In a group what was handed over is only counted. */
  readonly group: boolean
  /** Could be approved in one go; offered from two on. */
  readonly bulk?: BulkOffer
}

/** 7单：红2 黄1 绿4, or 没有待办 with what the asker waits for. */
export function todoCard(answer: TodoAnswer, view: View, codec: ActionCodec): Card {
  const { todo, own, handed, group, bulk } = answer
  const many = bulk !== undefined && bulk.items.length > 1 ? bulk : undefined
  const { red, yellow, green } = todo.counts
  const total = red + yellow + green
  const items = todo.items.slice(0, todoShown)
  const waiting = total === 0 ? own.items.slice(0, todoShown) : []
  const title =
    total > 0 ? texts.title(total, red, yellow, green) : own.total > 0 ? texts.ownWaiting(own.total) : texts.none
  return fitCard(
    {
      title,
      tone: red > 0 ? 'alarm' : yellow > 0 ? 'warn' : 'calm',
      facts: [
        [texts.scope, total > 0 ? answer.scope : undefined],
        [texts.legend, total > 0 ? texts.legendValue : undefined],
        [texts.handedRow, group && handed.length > 0 ? texts.handedCount(handed.length) : undefined],
      ],
      lines: [
        ...items.map((item, index) => itemLine(item, index, view.nowMs)),
        ...waiting.map((item, index) => ownLine(item, index, view.nowMs)),
        total > items.length ? texts.more(total - items.length) : undefined,
        many && bulkTexts.todoLine(many.items.length, fenText(many.totalFen)),
        ...(group ? [] : handed.map((one) => texts.handed(momentText(one.atMs, view.nowMs), one.from, one.question))),
      ],
      note: [noteParts.asOf(clockText(view.nowMs)), texts.source],
      buttons: [
        ...[...items, ...waiting].map((item, index) => itemButton(item, index, codec)),
        many && bulkButton(many, codec),
      ],
    },
    (text) => text,
  )
}

/** ① TH2611220015 抖音 ¥238.00 剩14分 外包装破损 */
function itemLine(item: TodoItem, index: number, nowMs: number): Phrase {
  const amount = item.refundFen === undefined ? '' : ` ${fenText(item.refundFen)}`
  return texts.line(
    `${circled(index + 1)} ${item.returnId} ${channelName(item.channel)}${amount}`,
    timeOf(item.dueAtMs, nowMs),
    item.reason,
  )
}

function ownLine(item: OwnReturn, index: number, nowMs: number): Phrase {
  const held = item.role === undefined ? alertTexts.noLevel : alertTexts.held(item.role, item.holder)
  return texts.own(`${circled(index + 1)} ${item.returnId}`, held, timeOf(item.dueAtMs, nowMs))
}

function timeOf(dueAtMs: number | undefined, nowMs: number): string {
  if (dueAtMs === undefined) return ''
  return dueAtMs >= nowMs ? alertTexts.left(dueAtMs - nowMs) : alertTexts.over(nowMs - dueAtMs)
}

function itemButton({ orderId, returnId }: TodoItem | OwnReturn, index: number, codec: ActionCodec): Button {
  const token = codec.encode('ask.about', ['return.status', orderId, returnId])
  return { label: circled(index + 1), token, style: 'plain', say: alertTexts.sayReturn(returnId) }
}

/** 仓管复核，您的和没人领的 */
export function scopeWords(roles: readonly string[]): string {
  return texts.scopeOf(roles.map(levelName).join(alertTexts.and))
}

import { type Button, type Card, cardLimits } from '../src/chat/card.ts'
import type { AlertItem, AlertPage } from '../src/hub/alerts.ts'
import { noteParts, type Phrase, sayings } from '../src/text/answers.ts'
import { beside, circled, clockText } from '../src/text/format.ts'
import { alertFormula, alertNames, alertTexts as texts, troubleName } from '../src/text/zh-alerts.ts'
import { carrierName, channelName } from '../src/text/zh-cn.ts'
import { quarantineText } from '../src/text/zh-sheets.ts'
import { ordersText, statsTexts } from '../src/text/zh-stats.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { tailOf } from './order-rows.ts'
import { type AlertArgs, alertArgs } from './survey-args.ts'
import type { View } from './view.ts'

/** Never more on one card: each has its button. */
export const alertsShown = 5

export type AlertAnswer = {
  readonly args: AlertArgs
  readonly page: AlertPage
  /** When and where, as it was said: 今天抖音9点. */
  readonly where: string
  /** （前7天8单）, where the past is known. */
  readonly before?: string | undefined
  readonly stale?: string | undefined
}

/** 退货超时6单: the five that are worst, each a tap away, and the next page. No customer is named, whoever asks. */
export function alertListCard(answer: AlertAnswer, view: View, codec: ActionCodec): Card {
  const { args, page, where, before = '', stale } = answer
  const items = page.items.slice(0, alertsShown)
  const what = `${where}${troubleName(args.name)}`
  const count = page.more ? texts.atLeast(page.total) : ordersText(page.total)
  const left = page.total - args.offset - items.length
  const title =
    items.length > 0 ? texts.title(what, count, before) : args.offset > 0 ? { head: texts.noMore } : texts.none(what)
  return fitCard(
    {
      title,
      tone: stale !== undefined || items.length > 0 ? toneOf(items) : 'calm',
      bar: stale,
      facts: [
        [statsTexts.formula, `${alertFormula(args.name)}`],
        [texts.causes, page.kinds.length > 1 ? causesOf(page.kinds) : undefined],
        [
          texts.page,
          args.offset > 0 && items.length > 0
            ? texts.pageValue(args.offset + 1, args.offset + items.length)
            : undefined,
        ],
      ],
      lines: items.map((item, index) => lineOf(item, index, view.nowMs)),
      note: [noteParts.asOf(clockText(view.nowMs)), daysNote(args), noteParts.source(texts.source, '')],
      buttons: [
        ...items.map((item, index) => itemButton(item, index, codec)),
        left > 0 ? moreButton(args, left, codec) : undefined,
      ],
    },
    (text) => text,
  )
}

/** A list goes by the day of the order, of returns by that of the application; said only where a day was. */
function daysNote({ days, name }: AlertArgs): string | undefined {
  if (days === undefined) return undefined
  return ['return_overdue', 'fine_risk', 'due_soon', 'risk'].includes(name) ? texts.applied : texts.ordered
}

/** 缺承运商41单、赠品库存18单: as many as there is room for. */
export function causesOf(kinds: readonly { readonly kind: string; readonly count: number }[]): string {
  const parts = kinds.map(({ kind, count }) => statsTexts.cause(troubleName(kind), count))
  const fits = parts.filter(
    (_, index) => [...parts.slice(0, index + 1).join(statsTexts.and)].length <= cardLimits.valueChars,
  )
  return fits.join(statsTexts.and)
}

const alarming: readonly string[] = ['fine_risk', 'return_overdue', 'lost', 'damaged', 'refused']

function toneOf(items: readonly AlertItem[]): 'warn' | 'alarm' {
  return items.some(({ kind }) => alarming.includes(kind)) ? 'alarm' : 'warn'
}

function lineOf(item: AlertItem, index: number, nowMs: number): Phrase {
  const subject =
    item.returnId === undefined
      ? beside(channelName(item.channel), `…${tailOf(item.orderNo)}`)
      : `${item.returnId} ${channelName(item.channel)}`
  const { body = '', tail } = wordsOf(item, nowMs)
  return { head: `${circled(index + 1)} ${subject} `, body: body === '' ? '' : `${body} `, tail }
}

/** What is wrong: the longer words first, the time last. */
function wordsOf(item: AlertItem, nowMs: number): { readonly body?: string; readonly tail: string } {
  const since = nowMs - item.sinceMs
  const parcel = item.carrier === undefined ? '' : carrierName(item.carrier, item.carrierName)
  switch (item.kind) {
    case 'return_overdue':
      return { body: heldBy(item), tail: texts.over(since) }
    case 'fine_risk': {
      const left = (item.dueMs ?? nowMs) - nowMs
      return { body: heldBy(item), tail: left >= 0 ? texts.fineLeft(left) : texts.fineOver(-left) }
    }
    case 'due_soon':
      return { body: heldBy(item), tail: texts.left((item.dueMs ?? nowMs) - nowMs) }
    case 'no_carrier':
      return {
        body: item.reason === undefined ? troubleName(item.kind) : quarantineText(item.reason),
        tail: texts.since(since),
      }
    case 'no_waybill':
      return { body: troubleName(item.kind), tail: texts.since(since) }
    case 'ship_late':
      return { body: item.reason ?? '', tail: texts.promise(since) }
    case 'shipped_late':
      return {
        tail: item.shippedAtMs === undefined ? troubleName(item.kind) : texts.lateBy(item.shippedAtMs - item.sinceMs),
      }
    case 'stalled':
      return { body: `${parcel}${item.place === undefined ? '' : texts.at(item.place)}`, tail: texts.silent(since) }
    case 'unscanned':
      return { body: parcel, tail: texts.unscanned(since) }
    case 'first_sms':
      return { tail: texts.noSms(since) }
    case 'gift_out_of_stock':
      return { tail: troubleName(item.kind) }
    default:
      return { body: `${parcel}${troubleName(item.kind)}`, tail: texts.since(since) }
  }
}

function heldBy({ level }: AlertItem): string {
  return level === undefined ? texts.noLevel : texts.held(level.role, level.holder)
}

/** A return answers how far it is, an order where it is. */
function itemButton({ orderId, returnId }: AlertItem, index: number, codec: ActionCodec): Button {
  const label = circled(index + 1)
  if (returnId === undefined)
    return { label, token: codec.encode('order.open', [orderId]), style: 'plain', say: sayings.status(orderId) }
  const token = codec.encode('ask.about', ['return.status', orderId, returnId])
  return { label, token, style: 'plain', say: texts.sayReturn(returnId) }
}

function moreButton(args: AlertArgs, left: number, codec: ActionCodec): Button {
  const offset = args.offset + alertsShown
  const what = `${args.channel === undefined ? '' : channelName(args.channel)}${alertNames[args.name] ?? troubleName(args.name)}`
  return {
    label: texts.more(left),
    token: codec.encode('alert.page', alertArgs({ ...args, offset })),
    style: 'plain',
    say: texts.sayPage(what, offset / alertsShown + 1),
  }
}

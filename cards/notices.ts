import type { Button, Card } from '../src/chat/card.ts'
import type { Notice, NoticeList } from '../src/hub/notices.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import { noteParts } from '../src/text/answers.ts'
import { clockText, momentText, spokenMoment } from '../src/text/format.ts'
import { noticeTexts as texts } from '../src/text/zh-surveys.ts'
import type { ActionCodec } from './actions.ts'
import { customerScript } from './customer-script.ts'
import { fitCard } from './fit.ts'
import { orderRow, type Row, staleBar, tailOf } from './order-rows.ts'
import { toneWith } from './order-summary.ts'
import { shower, type View } from './view.ts'

export type NoticeAnswer = NoticeList & {
  /** The kind that was asked for; any, when undefined. */
  readonly kind?: string | undefined
}

/** 发货短信09:12已送达，已打开: what was sent, and never 已发 without a record of it. */
export function noticeCard(order: OrderFacts, answer: NoticeAnswer, view: View, codec: ActionCodec): Card {
  const { nowMs } = view
  const { notices, kind, connected } = answer
  const asked = kind === undefined ? notices[0] : notices.find((notice) => notice.kind === kind)
  const rest = notices.filter((notice) => notice !== asked)
  const stale = staleBar(order, nowMs)
  const tone = asked === undefined || asked.state === 'failed' || asked.photoOk === false ? 'warn' : 'calm'
  return fitCard(
    {
      title:
        asked === undefined
          ? texts.none(kind)
          : texts.title(asked.kind, texts.way(asked.channel), stateOf(asked, nowMs)),
      tone: toneWith(tone, stale),
      bar: stale,
      facts: [
        orderRow(order),
        [texts.reason, asked === undefined ? (connected ? texts.noneForOrder : texts.notConnected) : asked.failReason],
        photoRow(asked),
        ...rest.slice(0, 4).map((notice): Row => [texts.name(notice.kind), stateOf(notice, nowMs)]),
      ],
      note: [
        noteParts.asOf(clockText(nowMs)),
        asked === undefined ? undefined : texts.source(asked.source, momentText(heardAt(asked), nowMs)),
      ],
      buttons: [scriptButton(order, codec)],
    },
    shower(order, view),
  )
}

/** 11-21 09:12已送达，已打开 */
function stateOf(notice: Notice, nowMs: number): string {
  const at = momentText(notice.deliveredAtMs ?? notice.sentAtMs ?? notice.createdAtMs, nowMs)
  switch (notice.state) {
    case 'queued':
      return texts.queued
    case 'sent':
      return texts.sent(at)
    case 'delivered':
      return `${texts.delivered(at)}${notice.openedAtMs === undefined ? texts.notOpened : texts.opened}`
    case 'failed':
      return texts.failed(notice.failReason)
  }
}

function photoRow(notice: Notice | undefined): Row {
  if (notice?.photoOk === undefined) return [texts.photo, undefined]
  return [texts.photo, notice.photoOk ? texts.photoOk : texts.photoFailed]
}

/** The newest thing the platform said of it. */
function heardAt(notice: Notice): number {
  return Math.max(
    notice.createdAtMs,
    ...[notice.sentAtMs, notice.deliveredAtMs, notice.openedAtMs].filter((ms) => ms !== undefined),
  )
}

function scriptButton(order: OrderFacts, codec: ActionCodec): Button {
  return {
    label: texts.script,
    token: codec.encode('answer.script', ['notify.status', order.id]),
    style: 'go',
    say: texts.sayScript(order.id),
  }
}

/** For the customer: that it was delivered; where it was not, how the order stands instead. */
export function noticeScript(order: OrderFacts, { notices, kind }: NoticeAnswer, nowMs: number): string {
  const asked = kind === undefined ? notices[0] : notices.find((notice) => notice.kind === kind)
  if (asked?.state !== 'delivered' || asked.channel !== 'sms') return customerScript(order, nowMs)
  const when = spokenMoment(asked.deliveredAtMs ?? asked.sentAtMs ?? asked.createdAtMs, nowMs)
  const words = texts.delivery(tailOf(order.orderNo), asked.kind, when, asked.openedAtMs !== undefined)
  return shower(order, { mode: 'masked', nowMs })(words)
}

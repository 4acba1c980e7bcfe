import type { Button, Card } from '../src/chat/card.ts'
import type { TouchFailure, TouchHealth } from '../src/hub/touch-health.ts'
import { noteParts, type Phrase } from '../src/text/answers.ts'
import { clockText, dayText } from '../src/text/format.ts'
import { channelName } from '../src/text/zh-cn.ts'
import { touchTexts as texts } from '../src/text/zh-touch.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { orderObject } from './write-rows.ts'

/** The lines of product row 64, as the card says them. */
export type TouchLines = { readonly openShare: number; readonly photoFailures: number }

const asIs = (text: string): string => text

/** True when a lead has to hear of it. */
export function touchAils({ openShare, photoFailures, worst }: TouchHealth, lines: TouchLines): boolean {
  return (
    (openShare !== undefined && openShare < lines.openShare) ||
    photoFailures > lines.photoFailures ||
    worst !== undefined
  )
}

/** 触达 11-21：打开率58.3%（<60%）; a healthy day is one green line. */
export function touchCard(health: TouchHealth, lines: TouchLines, nowMs: number, codec: ActionCodec): Card {
  const { openShare, delivered, failed, worst, photoFailures, photoHour } = health
  const ails = touchAils(health, lines)
  const day = String(health.dayMs)
  const button = (label: string, action: 'touch.details' | 'touch.assign', style: Button['style']): Button => ({
    label,
    token: codec.encode(action, [day]),
    style,
  })
  return fitCard(
    {
      title: titleOf(health, lines, nowMs),
      tone: ails ? 'warn' : 'calm',
      facts: ails
        ? [
            [texts.open, openShare === undefined ? undefined : texts.openValue(openShare, delivered)],
            [texts.window, worst && texts.windowValue(worst.hour, channelName(worst.channel), worst.openShare)],
            [texts.photo, texts.photoValue(photoFailures, photoHour, lines.photoFailures)],
            [texts.failed, texts.failedValue(failed)],
          ]
        : [],
      note: [noteParts.asOf(clockText(nowMs)), texts.source],
      buttons: ails ? [button(texts.details, 'touch.details', 'plain'), button(texts.toIt, 'touch.assign', 'go')] : [],
    },
    asIs,
  )
}

function titleOf({ dayMs, openShare, photoFailures }: TouchHealth, lines: TouchLines, nowMs: number): Phrase {
  const day = dayText(dayMs, nowMs)
  if (openShare === undefined) return texts.none(day)
  if (openShare < lines.openShare) return texts.low(day, openShare, lines.openShare)
  return photoFailures > lines.photoFailures ? texts.photos(day, photoFailures) : texts.well(day, openShare)
}

/** What exactly did not arrive, one line each; masked as tails, so that a group may see it. */
export function touchDetailsCard(dayMs: number, failures: readonly TouchFailure[], nowMs: number): Card {
  return fitCard(
    {
      title: texts.detailsTitle(dayText(dayMs, nowMs)),
      tone: 'calm',
      facts: [],
      lines:
        failures.length === 0
          ? [texts.nothing]
          : failures.map((one) =>
              texts.line(
                clockText(one.atMs),
                orderObject(one as Parameters<typeof orderObject>[0]),
                texts.why[one.why],
              ),
            ),
      note: [noteParts.asOf(clockText(nowMs)), texts.source],
      buttons: [],
    },
    asIs,
  )
}

import type { Button, Card, Tone } from '../src/chat/card.ts'
import type { EscalatedItem, ReturnAbout, Tried } from '../src/hub/escalation-facts.ts'
import { noteParts, type Phrase } from '../src/text/answers.ts'
import { clockText, fenText, momentText } from '../src/text/format.ts'
import { directorTexts } from '../src/text/zh-clock-cards.ts'
import {
  overdueLabels as labels,
  overdueSayings as sayings,
  overdueTexts as texts,
  overdueButtons as words,
} from '../src/text/zh-clocks.ts'
import { channelName, levelName } from '../src/text/zh-cn.ts'
import { snoozeTexts } from '../src/text/zh-people.ts'
import type { ActionCodec } from './actions.ts'
import { directorsButtons } from './director-buttons.ts'
import { fitCard } from './fit.ts'
import { commandAlert, orderAlert, parcelAlert } from './overdue-others.ts'

/** What a person hears of one item when a rung of its clock fires. No customer is named, so it is the same for everybody. */
export function overdueAlertCard(
  item: EscalatedItem,
  nowMs: number,
  codec: ActionCodec,
  /** Who gets it: what only that person may do is bound to them. */
  memberId?: string,
): Card {
  const { about } = item
  switch (about.kind) {
    case 'return':
      return returnAlert(item, about, nowMs, codec, memberId)
    case 'parcel':
      return parcelAlert(item, about, nowMs, codec)
    case 'order':
      return orderAlert(item, about, nowMs, codec)
    case 'command':
      return commandAlert(item, about, nowMs, codec)
  }
}

const asIs = (text: string): string => text

/** 仓管复核·小周; without a level it says so. */
export function heldWords({ level }: ReturnAbout): string {
  if (level === undefined) return texts.noLevel
  return level.holder === undefined ? levelName(level.role) : `${levelName(level.role)}·${level.holder}`
}

function returnAlert(
  item: EscalatedItem,
  about: ReturnAbout,
  nowMs: number,
  codec: ActionCodec,
  memberId: string | undefined,
): Card {
  const { step } = item
  const acts = step === 'nudge' || step === 'deputy' || step === 'substitute'
  const amount = about.refundFen === undefined ? undefined : fenText(about.refundFen, true)
  return fitCard(
    {
      ...standing(item, about, nowMs),
      facts: [
        [labels.request, texts.back(about.returnId, channelName(about.channel), amount)],
        [labels.held, heldSince(item, about, nowMs)],
        [labels.due, about.level?.dueAtMs === undefined ? undefined : momentText(about.level.dueAtMs, nowMs)],
        [labels.fine, fineText(about, nowMs)],
        [labels.tried, triedText(about.tried, step)],
      ],
      lines: [
        acts && about.level !== undefined ? texts.how(about.returnId) : undefined,
        ...(about.snoozed ?? [])
          .slice(0, 2)
          .map(({ by, untilMs }) => snoozeTexts.putOff(by, momentText(untilMs, nowMs))),
      ],
      note: [noteParts.asOf(clockText(nowMs)), texts.source],
      buttons: [
        ...(step === 'director' ? directorsButtons(about, codec, memberId) : acts ? [] : [urgeButton(about, codec)]),
        seeReturn(about, codec, words.seeReturn),
      ],
    },
    asIs,
  )
}

const urgeButton = ({ returnId }: ReturnAbout, codec: ActionCodec): Button => ({
  label: words.urge,
  token: codec.encode('urge.send', ['return', returnId]),
  style: 'go',
  say: sayings.urge(returnId),
})

/** Opens the return, whatever the button is called. */
export function seeReturn({ orderId, returnId }: ReturnAbout, codec: ActionCodec, label: string): Button {
  const token = codec.encode('ask.about', ['return.status', orderId, returnId])
  return { label, token, style: 'plain', say: sayings.seeReturn(returnId) }
}

function standing(
  item: EscalatedItem,
  about: ReturnAbout,
  nowMs: number,
): { readonly title: Phrase; readonly tone: Tone; readonly bar?: string } {
  const { clock, step, dueMs } = item
  const held = heldWords(about)
  if (clock === 'fine') {
    const left = about.fineAtMs - nowMs
    const title = left > 0 ? texts.fineNear(left) : texts.finePassed(-left)
    return { title, tone: 'alarm', bar: texts.fineLabel }
  }
  if (clock === 'assigned') return { title: assignedText(item, about, nowMs), tone: 'alarm' }
  if (clock === 'return_total') {
    const left = about.wholeDueAtMs - nowMs
    if (step === 'nudge' && left > 0) return { title: texts.wholeNear(left, hoursOf(about)), tone: 'warn' }
    return { title: texts.wholeOver(hoursOf(about)), tone: 'alarm' }
  }
  const left = (about.level?.dueAtMs ?? dueMs) - nowMs
  if (step === 'nudge') return { title: texts.remind(held, left), tone: 'warn' }
  if (step === 'deputy' || step === 'substitute') return { title: texts.standIn(held), tone: 'alarm' }
  return { title: texts.above(held, -left), tone: 'alarm' }
}

const assignedText = ({ sinceMs }: EscalatedItem, { level }: ReturnAbout, nowMs: number): Phrase =>
  directorTexts.assigned(level?.holder, nowMs - sinceMs)

const hoursOf = ({ wholeDueAtMs, appliedAtMs }: ReturnAbout): number =>
  Math.round((wholeDueAtMs - appliedAtMs) / 3_600_000)

function heldSince({ sinceMs }: EscalatedItem, about: ReturnAbout, nowMs: number): Phrase {
  const { level } = about
  return texts.held(level === undefined ? texts.noLevel : levelName(level.role), level?.holder, nowMs - sinceMs)
}

function fineText({ fineAtMs }: ReturnAbout, nowMs: number): string {
  const left = fineAtMs - nowMs
  const at = momentText(fineAtMs, nowMs)
  return left > 0 ? texts.fineLeft(left, at) : texts.fineOver(-left, at)
}

/** 提醒3次，代审无人; this rung itself is no history yet. */
function triedText({ nudges, asked }: Tried, step: EscalatedItem['step']): string {
  const before = asked.filter((rung) => rung.step !== step).map((rung) => texts.stepTo(rung.step, rung.names))
  const parts = [...(nudges > 0 ? [texts.nudged(nudges)] : []), ...new Set(before)]
  return parts.length === 0 ? texts.neverTried : parts.join(texts.and)
}

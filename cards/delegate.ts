import type { Button, Card } from '../src/chat/card.ts'
import type { DelegationLook, Span } from '../src/hub/delegations.ts'
import { noteParts } from '../src/text/answers.ts'
import { clockText, dayText, momentText } from '../src/text/format.ts'
import { peopleButtons as buttons, peopleSayings as sayings, delegateTexts as texts } from '../src/text/zh-people.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'

const asIs = (text: string): string => text
const dayMs = 86_400_000
const minuteMs = 60_000
/** Product §0: what is shown waits ten minutes for its confirmation. */
const confirmMs = 600_000

/** 11-24 全天 · 11-24～11-26 · 11-27 12:00～11-28 00:00 */
export function spanWords({ startsAtMs, endsAtMs }: Pick<Span, 'startsAtMs' | 'endsAtMs'>, nowMs: number): string {
  const whole = (endsAtMs - startsAtMs) % dayMs === 0 && clockText(endsAtMs) === '00:00'
  if (!whole) return texts.span(momentText(startsAtMs, nowMs), momentText(endsAtMs, nowMs))
  const last = endsAtMs - dayMs
  return last === startsAtMs
    ? texts.day(dayText(startsAtMs, nowMs))
    : texts.span(dayText(startsAtMs, nowMs), dayText(last, nowMs))
}

/** In tokens: minutes since 1970 in base 36. */
const minutesText = (atMs: number): string => Math.round(atMs / minuteMs).toString(36)
export const minutesOf = (text: string): number => Number.parseInt(text, 36) * minuteMs

export type DelegateAsk = { readonly span: Span; readonly when: string; readonly nowMs: number }

function putButton(
  codec: ActionCodec,
  { span, when, nowMs }: DelegateAsk,
  label: string,
  name: string,
  move: boolean,
): Button {
  const { fromId, toId, startsAtMs, endsAtMs } = span
  const args = [toId, minutesText(startsAtMs), minutesText(endsAtMs), move ? 'm' : 'n']
  const token = codec.encode('delegate.put', args, { memberId: fromId, expiresAtMs: nowMs + confirmMs })
  return {
    label,
    token,
    style: move ? 'go' : 'plain',
    say: sayings.delegate(when, name, move ? buttons.moveToo : buttons.newOnly),
  }
}

/** Who stands in when, and what is in one's hands now (J10); nothing is done yet. */
export function delegateCard(
  look: Extract<DelegationLook, { outcome: 'ready' }>,
  ask: DelegateAsk,
  codec: ActionCodec,
): Card {
  const { to, open, instead } = look
  const when = spanWords(ask.span, ask.nowMs)
  const put = (label: string, move: boolean) => putButton(codec, ask, label, to.name, move)
  return fitCard(
    {
      title: texts.title(to.name, when),
      tone: 'calm',
      facts: [
        [texts.who, to.name],
        [texts.when, when],
        [texts.open, open === 0 ? texts.none : texts.openValue(open)],
        [texts.instead, instead === undefined ? undefined : texts.insteadValue(instead)],
      ],
      lines: [texts.how(to.name), texts.never],
      note: [noteParts.asOf(clockText(ask.nowMs))],
      buttons: [
        ...(open === 0
          ? [{ ...put(buttons.confirm, false), style: 'go' as const }]
          : [put(buttons.moveToo, true), put(buttons.newOnly, false)]),
        { label: buttons.cancel, token: codec.encode('delegate.drop', []), style: 'plain' },
      ],
    },
    asIs,
  )
}

/** 小林不在，值班的是小周，改给小周？ */
export function awayCard(
  { to, duty }: Required<Extract<DelegationLook, { outcome: 'away' }>>,
  ask: DelegateAsk,
  codec: ActionCodec,
): Card {
  const other = { ...ask, span: { ...ask.span, toId: duty.id } }
  const { startsAtMs, endsAtMs, fromId } = other.span
  const args = [duty.id, minutesText(startsAtMs), minutesText(endsAtMs), '?']
  const token = codec.encode('delegate.put', args, { memberId: fromId, expiresAtMs: ask.nowMs + confirmMs })
  return fitCard(
    {
      title: texts.away(to.name, duty.name),
      tone: 'warn',
      facts: [[texts.when, spanWords(ask.span, ask.nowMs)]],
      note: [noteParts.asOf(clockText(ask.nowMs))],
      buttons: [
        { label: buttons.instead(duty.name), token, style: 'go', say: sayings.delegate(ask.when, duty.name, '') },
        { label: buttons.cancel, token: codec.encode('delegate.drop', []), style: 'plain' },
      ],
    },
    asIs,
  )
}

/** What somebody who has left holds, and who gets it. */
export function leaverCard(
  { from, to, open }: { readonly from: string; readonly to: string; readonly open: number },
  memberId: string,
  nowMs: number,
  codec: ActionCodec,
): Card {
  const token = codec.encode('people.leave', [from, to], { memberId, expiresAtMs: nowMs + confirmMs })
  return fitCard(
    {
      title: texts.leaveTitle(from, to),
      tone: 'calm',
      facts: [[texts.open, texts.leaveOpen(open)]],
      lines: [texts.leaveHow],
      note: [noteParts.asOf(clockText(nowMs))],
      buttons: [
        { label: buttons.takeOver, token, style: 'go', say: sayings.leave(from, to) },
        { label: buttons.cancel, token: codec.encode('delegate.drop', []), style: 'plain' },
      ],
    },
    asIs,
  )
}

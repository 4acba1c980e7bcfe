import type { Button, Card, Tone } from '../src/chat/card.ts'
import type { ReturnSheet, SheetLevel } from '../src/hub/return-sheet.ts'
import { noteParts } from '../src/text/answers.ts'
import { clockText, durationText, momentText } from '../src/text/format.ts'
import {
  approvalTexts,
  approveWord,
  checkTexts,
  leftText,
  rejectWord,
  tapTexts,
  approvalButtons as words,
} from '../src/text/zh-approval.ts'
import { levelName } from '../src/text/zh-cn.ts'
import { peopleSayings } from '../src/text/zh-people.ts'
import { writeSayings } from '../src/text/zh-writes.ts'
import type { ActionCodec, ActionName } from './actions.ts'
import { decidedCard, waitingCard, withdrawnCard } from './approval-decided.ts'
import { type Moment, pendingMoment, undoUntilMs } from './approval-moments.ts'
import { levelRows, masked } from './approval-rows.ts'
import { fitCard } from './fit.ts'

/** Whose copy of which level's card. */
export type CopyOf = { readonly memberId: string; readonly level: number }

/** A card with the stretch of time in which it stays as it is. */
export type Drawn = Pick<Moment, 'sinceMs' | 'nextMs'> & {
  readonly card: Card
  /** Nothing about it will change any more. */
  readonly over: boolean
}

/**
 * The copy of a level's card as it has to look now, whatever became of the level: one truth for every copy in every app.
 * `changed`: it is shown again because what it rests on is different now.
 */
export function approvalCard(
  sheet: ReturnSheet,
  copy: CopyOf,
  nowMs: number,
  codec: ActionCodec,
  changed = false,
): Drawn | undefined {
  const level = sheet.levels.find((one) => one.level === copy.level)
  if (level === undefined) return undefined
  if (sheet.approval === 'withdrawn') return { card: withdrawnCard(sheet, codec), sinceMs: 0, over: true }
  switch (level.state) {
    case 'pending': {
      const moment = pendingMoment(level, nowMs)
      return { card: pendingCard(sheet, level, moment, nowMs, codec, changed), ...moment, over: false }
    }
    case 'waiting':
      return { card: waitingCard(sheet, level, codec), sinceMs: level.level, over: false }
    default: {
      const untilMs = undoUntilMs(sheet, level.level)
      const open = untilMs !== undefined && untilMs > nowMs
      const own = level.decidedById === copy.memberId
      const undoLeftMs = own && open ? untilMs - nowMs : undefined
      const card = decidedCard(sheet, level, { memberId: copy.memberId, undoLeftMs }, codec)
      // the others' copies do not change at its end, but they stay open: until then it may be turned back
      return {
        card,
        sinceMs: open ? (level.decidedAtMs ?? 0) : (untilMs ?? 1),
        over: !open,
        ...(open && { nextMs: untilMs }),
      }
    }
  }
}

function pendingCard(
  sheet: ReturnSheet,
  level: SheetLevel,
  { urgency }: Moment,
  nowMs: number,
  codec: ActionCodec,
  changed: boolean,
): Card {
  const { dueAtMs } = level
  const left = (dueAtMs ?? nowMs) - nowMs
  const title =
    left > 0 || dueAtMs === undefined
      ? approvalTexts.pending(level.level, sheet.id, leftText(left))
      : approvalTexts.over(level.level, sheet.id, durationText(-left))
  return fitCard(
    {
      title,
      tone: changed && urgency === 'calm' ? 'warn' : toneOf(level, urgency),
      bar: changed ? tapTexts.changedBar : barOf(level, urgency, nowMs),
      facts: levelRows(sheet, level),
      lines: standingLines(level, nowMs),
      note: [
        noteParts.asOf(clockText(nowMs)),
        sheet.appliedBy === undefined ? undefined : approvalTexts.by(sheet.appliedBy),
      ],
      buttons: pendingButtons(sheet, level, codec),
    },
    masked(sheet),
  )
}

function toneOf(level: SheetLevel, urgency: Moment['urgency']): Tone {
  if (urgency === 'red' || urgency === 'over') return 'alarm'
  const heed = level.facts?.kind === 'arrears' && level.facts.arrears !== 'none'
  return urgency === 'yellow' || heed || level.materialAskedAtMs !== undefined ? 'warn' : 'calm'
}

function barOf(level: SheetLevel, urgency: Moment['urgency'], nowMs: number): string | undefined {
  const at = level.dueAtMs === undefined ? '' : momentText(level.dueAtMs, nowMs)
  if (urgency === 'over') return approvalTexts.late(at)
  if (urgency === 'red') return approvalTexts.red(at)
  if (level.facts?.kind === 'arrears' && level.facts.arrears === 'unknown') return checkTexts.unknownBar
  if (level.facts?.kind === 'arrears' && level.facts.arrears === 'some') return checkTexts.arrearsBar
  if (level.materialReason !== undefined) return approvalTexts.materialBar(level.materialReason)
  return urgency === 'yellow' ? approvalTexts.yellow(at) : undefined
}

/** Who holds it, since when and how long; who else has a hand in it. */
export function standingLines(level: SheetLevel, nowMs: number): readonly (string | undefined)[] {
  const { holder, startedAtMs, dueAtMs, claimedBy, claimedAtMs, signers = [] } = level
  const who = holder ?? approvalTexts.team(levelName(level.role, level.level))
  const asked = level.materialAskedAtMs
  return [
    startedAtMs === undefined || dueAtMs === undefined
      ? undefined
      : approvalTexts.held(who, momentText(startedAtMs, nowMs), momentText(dueAtMs, nowMs)),
    claimedBy === undefined || claimedAtMs === undefined
      ? undefined
      : approvalTexts.claimed(claimedBy, momentText(claimedAtMs, nowMs)),
    signers.length === 0
      ? undefined
      : approvalTexts.signers(
          signers.map(({ name, decision }) => approvalTexts.signed(name, decision)).join(approvalTexts.and),
        ),
    asked === undefined
      ? undefined
      : approvalTexts.material(level.materialAskedBy ?? '', momentText(asked, nowMs), level.materialReason ?? ''),
  ]
}

/** The stamp of the facts a card shows; travels with its buttons. */
export const stampOf = ({ facts }: SheetLevel): string => facts?.stamp ?? ''

function pendingButtons(sheet: ReturnSheet, level: SheetLevel, codec: ActionCodec): readonly Button[] {
  const args = [sheet.id, String(level.level), stampOf(level)]
  const button = (label: string, action: ActionName, style: Button['style'], say?: string, given = args): Button => ({
    label,
    token: codec.encode(action, given),
    style,
    ...(say !== undefined && { say }),
  })
  const approve = (label: string, more: readonly string[] = []) =>
    button(label, 'level.approve', 'go', writeSayings.decide(sheet.id, true, ''), [...args, ...more])
  const reject = button(rejectWord(level.role), 'level.reject', 'stop', writeSayings.decide(sheet.id, false, ''))
  const material = button(words.material, 'level.material', 'plain')
  const later = (label: string, minutes: string) =>
    button(label, 'level.hold', 'plain', undefined, [sheet.id, String(level.level), minutes])
  const on = [sheet.id, String(level.level)]
  const claim =
    level.claimedBy === undefined
      ? [button(words.claim, 'level.claim', 'plain', peopleSayings.claim(sheet.id), on)]
      : []
  const hand = button(words.hand, 'level.hand', 'plain', peopleSayings.hand(sheet.id), on)
  const sign = button(words.sign, 'level.sign', 'plain', peopleSayings.sign(sheet.id), on)
  const { facts } = level
  if (facts?.kind === 'arrears' && facts.arrears === 'unknown')
    return [later(words.askLater, '5'), reject, later(words.hold, '60'), ...claim, hand]
  if (facts?.kind === 'arrears' && facts.arrears === 'some')
    return [approve(words.offset, ['o']), later(words.hold, '60'), approve(words.still, ['d']), reject, hand, sign]
  if (level.role === 'finance')
    return [approve(approveWord(level.role)), reject, later(words.hold, '60'), material, hand, sign]
  const near = facts?.kind === 'stock' && facts.goods.some(({ zone }) => zone === 'near_expiry')
  return [approve(near ? words.nearExpiry : approveWord(level.role)), reject, material, ...claim, hand, sign]
}

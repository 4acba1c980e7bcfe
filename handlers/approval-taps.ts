import type { ActionCodec, ActionName } from '../cards/actions.ts'
import {
  type AskedWhy,
  beyondPaidCard,
  changedCard,
  changesOf,
  chosenReason,
  reasonCard,
} from '../cards/approval-ask.ts'
import { deciderOf, wordOf } from '../cards/approval-decided.ts'
import { approvalCard } from '../cards/return-approval.ts'
import type { Card } from '../src/chat/card.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { CardCopies, Copy } from '../src/hub/card-copies.ts'
import type { DecideLevel, LevelOutcome, LevelTap } from '../src/hub/decide-level.ts'
import type { HoldLevel } from '../src/hub/hold-level.ts'
import type { ReduceRefund } from '../src/hub/reduce-refund.ts'
import type { ReturnSheet, SheetLevel } from '../src/hub/return-sheet.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { fenText, momentText } from '../src/text/format.ts'
import { approvalTexts, approveWord, askTexts, beyondTexts, rejectWord, tapTexts } from '../src/text/zh-approval.ts'
import { levelName } from '../src/text/zh-cn.ts'
import { secondsText } from '../src/text/zh-writes.ts'
import { traceOf } from './question.ts'
import { deniedReply } from './rights.ts'
import { questionOf, type Tap, type TapHandler } from './taps.ts'

export type ApprovalTapParts = {
  readonly codec: ActionCodec
  readonly decideLevel: DecideLevel
  readonly sheetOf: (returnId: string) => Promise<ReturnSheet | undefined>
  readonly copies: Pick<CardCopies, 'tapped' | 'stands'>
  /** A return has changed: its copies are looked at now. */
  readonly wakeCopies: () => void
  readonly reduceRefund: ReduceRefund
  /** Puts the reminders of a return off for this person; the limit runs on. */
  readonly holdLevel: HoldLevel
}

/** A desk without clocks and outbox (`cli ask`) has no approvals. */
export type ApprovalTapsParts = { readonly approvals?: ApprovalTapParts }

/** The card's buttons as tapped: which return and level, and what its card showed. */
type Asked = { readonly returnId: string; readonly level: number; readonly stamp: string; readonly more: string }

type Seen = Asked & { readonly sheet: ReturnSheet; readonly own: SheetLevel; readonly copy: Copy | undefined }

/** What the buttons of an approval card do. A tap decides at once; right, state and facts are looked at in the transaction. */
export function approvalTaps({ approvals: parts }: ApprovalTapsParts) {
  const decide = onLevel(parts, async (desk, tap, seen) => {
    const { more } = seen
    return decided(desk, tap, seen, {
      decision: 'approve',
      ...(more === 'o' && { arrears: 'offset', reason: askTexts.offset }),
    })
  })
  const askFor = (why: AskedWhy): TapHandler =>
    onLevel(parts, async (desk, tap, seen) =>
      seen.own.state === 'pending'
        ? shown(tap, seen.sheet, reasonCard(seen.sheet, seen.own, why, desk.codec))
        : decided(desk, tap, seen, { decision: why === 'material' ? 'material' : 'reject' }),
    )
  return {
    'level.approve': decide,
    'level.reject': askFor('reject'),
    'level.material': askFor('material'),
    'level.because': onLevel(parts, async (desk, tap, seen) => {
      const chosen = chosenReason(seen.more, seen.own.role)
      if (chosen === undefined) return asItIs(desk, tap, seen, tapTexts.shown)
      const { why, reason } = chosen
      return decided(desk, tap, seen, { decision: why === 'deputy' ? 'approve' : why, reason })
    }),
    'level.card': onLevel(parts, async (desk, tap, seen) => asItIs(desk, tap, seen, tapTexts.shown)),
    'level.reduce': onLevel(parts, async (desk, tap, seen) => reduce(desk, tap, seen)),
    'level.changes': onLevel(parts, async (desk, tap, seen) => changes(desk, tap, seen)),
    'level.both': async (tap) => (parts === undefined ? words(tap, tapTexts.gone) : both(parts, tap)),
    'level.hold': onLevel(parts, async (desk, tap, { returnId, stamp }) =>
      hold(desk, tap, returnId, Number(stamp) || 60),
    ),
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

/** The return as it is before anything is done; the tap itself brings a fresh right to redraw the card. */
function onLevel(
  parts: ApprovalTapParts | undefined,
  handle: (parts: ApprovalTapParts, tap: Tap, seen: Seen) => Promise<Reply>,
): TapHandler {
  return async (tap) => {
    if (parts === undefined) return words(tap, tapTexts.gone)
    const [returnId = '', level = '', stamp = '', more = ''] = tap.args
    const { platform, id: cardId, updateCode } = tap.event.cardRef
    const fresh = updateCode === undefined ? {} : { updateCode }
    const copy = await parts.copies.tapped({ platform, cardId, memberId: tap.member.id, ...fresh })
    const sheet = await parts.sheetOf(returnId)
    const own = sheet?.levels.find((one) => one.level === Number(level))
    if (sheet === undefined || own === undefined) return words(tap, tapTexts.gone)
    return handle(parts, tap, { returnId, level: Number(level), stamp, more, sheet, own, copy })
  }
}

/** The tapped card as it has to look now, after another room has changed its level. */
export function tappedLevel(parts: ApprovalTapParts, said: string): TapHandler {
  return onLevel(parts, (desk, tap, seen) => asItIs(desk, tap, seen, said))
}

type Deed = Pick<LevelTap, 'decision' | 'reason' | 'arrears'>

async function decided(parts: ApprovalTapParts, tap: Tap, seen: Seen, deed: Deed): Promise<Reply> {
  const { returnId, level, stamp, sheet: before } = seen
  const outcome = await parts.decideLevel({
    ...deed,
    returnId,
    level,
    memberId: tap.member.id,
    ...(stamp !== '' && { stamp }),
  })
  const sheet = (await parts.sheetOf(returnId)) ?? before
  const reply = await answered(parts, tap, { ...seen, sheet, before, decision: deed.decision }, outcome)
  // after the tapped copy is known to stand as the answer draws it: it is not drawn twice
  parts.wakeCopies()
  return reply
}

type Answering = Seen & { readonly before: ReturnSheet; readonly decision: LevelTap['decision'] }

async function answered(parts: ApprovalTapParts, tap: Tap, seen: Answering, outcome: LevelOutcome): Promise<Reply> {
  const { sheet, level, own, decision } = seen
  switch (outcome.outcome) {
    case 'decided': {
      const word = outcome.decision === 'approve' ? approveWord(own.role) : rejectWord(own.role)
      return asItIs(parts, tap, seen, tapTexts.done(word))
    }
    case 'signed':
      return asItIs(parts, tap, seen, tapTexts.signed(outcome.waitsFor.join(approvalTexts.and)))
    case 'material':
      return asItIs(parts, tap, seen, tapTexts.materialAsked)
    case 'already':
      return asItIs(parts, tap, seen, alreadyWords(outcome, own.role, tap.member.id), true)
    case 'changed': {
      const copy = { level, memberId: tap.member.id }
      return shown(tap, sheet, changedCard(seen.before, sheet, copy, tap.view.nowMs, parts.codec), tapTexts.changed)
    }
    case 'needs-reason': {
      const now = sheet.levels.find((one) => one.level === level) ?? own
      const why: AskedWhy = decision === 'approve' ? 'deputy' : decision
      return shown(tap, sheet, reasonCard(sheet, now, why, parts.codec))
    }
    case 'refused':
      return refusedTap(parts, tap, seen, outcome.why)
    default:
      return assertNever(outcome)
  }
}

/** 已由您10:06:11同意，无需重复 · 这单已由小林（代小周）于10:02驳回：面单不符 */
function alreadyWords(already: Extract<LevelOutcome, { outcome: 'already' }>, role: string, memberId: string): string {
  const { atMs, decision, by, byId, deputyFor, reason } = already
  const word = decision === 'approve' ? approveWord(role) : rejectWord(role)
  if (byId === memberId) return tapTexts.again(secondsText(atMs), word)
  const who = deciderOf({
    ...(by !== undefined && { decidedBy: by }),
    ...(deputyFor !== undefined && { deputyFor }),
  } as SheetLevel)
  return tapTexts.byOther(who, secondsText(atMs).slice(0, 5), word, reason)
}

type Why = Extract<LevelOutcome, { outcome: 'refused' }>['why']

async function refusedTap(parts: ApprovalTapParts, tap: Tap, seen: Seen, why: Why): Promise<Reply> {
  const { sheet, own } = seen
  switch (why.code) {
    case 'gone':
      return words(tap, tapTexts.gone)
    case 'withdrawn':
      return asItIs(parts, tap, seen, tapTexts.withdrawn, true)
    case 'twice':
      return deniedReply(asking(tap), tapTexts.twice)
    case 'own-return':
      return deniedReply(asking(tap), tapTexts.ownReturn)
    case 'not-your-level':
      return deniedReply(asking(tap), tapTexts.notYours(levelName(why.role), why.holder))
    case 'beyond-paid':
      return shown(tap, sheet, beyondPaidCard(sheet, own, why, parts.codec))
    case 'arrears':
      return asItIs(parts, tap, seen, tapTexts.arrears(fenText(BigInt(why.amountFen))))
    case 'arrears-unknown':
      return asItIs(parts, tap, seen, tapTexts.arrearsUnknown)
    default:
      return assertNever(why)
  }
}

const asking = (tap: Tap) => questionOf(tap, 'approval.decide', 'deny')

function words(tap: Tap, text: string): Reply {
  return { kind: 'text', text, trace: traceOf(asking(tap)) }
}

/** Another face of the tapped card, for now: the copy's own look comes back with the next tap or change. */
function shown(tap: Tap, { orderId, id }: ReturnSheet, card: Card, toast: string = tapTexts.shown): Reply {
  const trace = traceOf(questionOf(tap, 'approval.decide', 'card'), undefined, { orderId, returnId: id })
  return { kind: 'card-update', cardRef: tap.event.cardRef, card, toast, trace }
}

/**
 * The tapped card as it has to look now. `said` stands on the card as well where it explains why nothing was done: toasts are
 * not shown everywhere.
 */
async function asItIs(
  parts: ApprovalTapParts,
  tap: Tap,
  { sheet, level, copy: own }: Pick<Seen, 'sheet' | 'level' | 'copy'>,
  said: string,
  onCard = false,
): Promise<Reply> {
  const drawn = approvalCard(sheet, { level, memberId: tap.member.id }, tap.view.nowMs, parts.codec)
  if (drawn === undefined) return words(tap, tapTexts.gone)
  const card = onCard ? { ...drawn.card, bar: [...said].slice(0, 30).join('') } : drawn.card
  // the answer draws it: the sweep need not
  if (own?.kind === 'approval' && own.level === level && !onCard) await parts.copies.stands(own.id, sheet, drawn)
  return shown(tap, sheet, card, said)
}

async function reduce(parts: ApprovalTapParts, tap: Tap, seen: Seen): Promise<Reply> {
  const { returnId, level, stamp, sheet } = seen
  // the amount stands where other buttons have their stamp
  if (!/^\d{1,12}$/.test(stamp)) return asItIs(parts, tap, seen, beyondTexts.notNow)
  const amountFen = BigInt(stamp)
  const { outcome } = await parts.reduceRefund({ returnId, level, amountFen, memberId: tap.member.id })
  if (outcome === 'not-yours') return deniedReply(asking(tap), tapTexts.notYours(levelName('finance'), undefined))
  parts.wakeCopies()
  const now = (await parts.sheetOf(returnId)) ?? sheet
  const said = outcome === 'reduced' ? beyondTexts.reduced(fenText(amountFen)) : beyondTexts.notNow
  return asItIs(parts, tap, { ...seen, sheet: now }, said, true)
}

/** 好，12:10提醒（罚款线11-25 10:05，不受影响） */
async function hold(parts: ApprovalTapParts, tap: Tap, returnId: string, minutes: number): Promise<Reply> {
  const held = await parts.holdLevel({ returnId, memberId: tap.member.id, minutes })
  const { nowMs } = tap.view
  switch (held.outcome) {
    case 'held':
      return words(tap, tapTexts.held(momentText(held.untilMs, nowMs), momentText(held.fineAtMs, nowMs)))
    case 'over':
      return words(tap, tapTexts.notWaiting)
    case 'not-yours':
      return deniedReply(asking(tap), tapTexts.notWaitingForYou)
    default:
      return assertNever(held)
  }
}

/** What is different from when the level opened, row by row. */
async function changes(parts: ApprovalTapParts, tap: Tap, { sheet, level, own }: Seen): Promise<Reply> {
  const { decidedFacts } = own
  const then = {
    ...sheet,
    levels: sheet.levels.map((one) => (one.level === level && decidedFacts ? { ...one, facts: decidedFacts } : one)),
  }
  const lines = changesOf(then, sheet, level)
  const facts = (
    approvalCard(sheet, { level, memberId: tap.member.id }, tap.view.nowMs, parts.codec)?.card.facts ?? []
  ).map(({ label, value }) => askTexts.rowLine(label, value))
  return words(tap, [sheet.id, ...(lines.length > 0 ? lines : facts)].join('\n'))
}

/** Two returns of one order side by side: what each gives back, and how far it is. */
async function both(parts: ApprovalTapParts, tap: Tap): Promise<Reply> {
  const sheets = await Promise.all(tap.args.slice(0, 2).map((id) => parts.sheetOf(id)))
  const lines = sheets.flatMap((sheet) => (sheet === undefined ? [] : [beyondLine(sheet)]))
  return words(tap, lines.length === 0 ? tapTexts.gone : lines.join('\n'))
}

function beyondLine({ id, refundFen, lines, levels, approval }: ReturnSheet): string {
  const goods = lines.map(({ name, qty }) => `${name}×${qty}`).join(approvalTexts.and)
  const amount = refundFen === undefined ? approvalTexts.unknownAmount : fenText(refundFen)
  const open = levels.find(({ state }) => state === 'pending')
  const last = levels.findLast(({ state }) => state === 'approved' || state === 'rejected')
  const state =
    approval === 'pending' && open !== undefined
      ? levelName(open.role, open.level)
      : last === undefined
        ? ''
        : wordOf(last)
  return [id, goods, amount, state].filter((part) => part !== '').join(' · ')
}

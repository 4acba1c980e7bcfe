import type { Button, Card, Tone } from '../src/chat/card.ts'
import type { OrderFacts } from '../src/hub/order-facts.ts'
import type { GoodsKind, PolicyVerdict, ReturnPolicy } from '../src/hub/return-policy.ts'
import { buttonLabels, noteParts, type Phrase, sayings } from '../src/text/answers.ts'
import { clockText, dayText, momentText } from '../src/text/format.ts'
import { kindNames, policyTitles as titles, policyWords as words } from '../src/text/zh-return-policy.ts'
import { returnButtons, returnLabels, returnSayings } from '../src/text/zh-returns.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { noteRow, orderRow, staleBar } from './order-rows.ts'
import { toneWith } from './order-summary.ts'
import { aboutButton, scriptButton } from './return-rows.ts'
import { shower, type View } from './view.ts'

/** What was asked about, judged by the policy. `days` since the day of signing. */
export type Judged = {
  readonly policy: ReturnPolicy
  readonly verdict: PolicyVerdict
  /** The goods as said or as sold. */
  readonly what: string
  readonly kind: GoodsKind
  readonly opened: boolean | undefined
  readonly faulty: boolean
  readonly days?: number
}

const dayMs = 86_400_000

/** return.eligible for one order: from its own day of signing and its own goods. Never a promise. */
export function returnEligibleCard(order: OrderFacts, judged: Judged, view: View, codec: ActionCodec): Card {
  const { nowMs } = view
  const { policy, days, opened } = judged
  const about = { orderId: order.id }
  const stale = staleBar(order, nowMs)
  const closed = overReason(order)
  const { title, tone } =
    closed === undefined ? headlineOf(judged, order.signedAtMs !== undefined) : closedTitle(closed)
  const request = order.returns[0]
  const signed = order.signedAtMs
  const draft = {
    title,
    tone: toneWith(tone, stale),
    bar: stale,
    facts: [
      orderRow(order),
      [
        returnLabels.signed,
        signed === undefined ? undefined : words.signedAt(momentText(signed, nowMs), days ?? 0),
      ] as const,
      [returnLabels.kind, words.kind(judged.what, judged.kind)] as const,
      [returnLabels.opened, openedText(opened)] as const,
      [
        returnLabels.term,
        signed === undefined
          ? words.termDays(policy.noReasonDays, policy.qualityDays)
          : words.terms(
              dayText(signed + policy.noReasonDays * dayMs, nowMs),
              dayText(signed + policy.qualityDays * dayMs, nowMs),
            ),
      ] as const,
      [returnLabels.record, request === undefined ? words.noReturn : words.hasReturn(request.id)] as const,
    ],
    lines: closed === undefined ? [...linesOf(judged), words.source(policy.version)] : [],
    note: noteRow(order, nowMs).filter((_, index) => index !== 1),
    buttons: [
      scriptButton(codec, 'return.eligible', about, returnSayings.eligible(order.id)),
      ...(closed === undefined ? createButtons(order, judged, codec) : []),
      statusButton(order, codec),
    ],
  }
  return fitCard(draft, shower(order, view))
}

/** Nothing to send back: the order came to nothing before it left. */
export function overReason({ stage }: OrderFacts): string | undefined {
  if (stage === 'cancelled') return words.cancelled
  return stage === 'pending_payment' ? words.unpaid : undefined
}

const closedTitle = (why: string): { readonly title: Phrase; readonly tone: Tone } => ({
  title: titles.over(why),
  tone: 'done',
})

function createButtons(order: OrderFacts, { verdict }: Judged, codec: ActionCodec): readonly Button[] {
  const about = { orderId: order.id }
  if (order.signedAtMs === undefined) return []
  if (verdict.outcome === 'yes')
    return [aboutButton(codec, returnButtons.create, 'return.create', about, returnSayings.create(order.id))]
  return [aboutButton(codec, returnButtons.exception, 'handoff', about, returnButtons.exception)]
}

function statusButton(order: OrderFacts, codec: ActionCodec): Button {
  return {
    label: buttonLabels.status,
    token: codec.encode('order.open', [order.id]),
    style: 'plain',
    say: sayings.status(order.id),
  }
}

function headlineOf(judged: Judged, signed: boolean): { readonly title: Phrase; readonly tone: Tone } {
  const { policy, verdict, days, what, opened } = judged
  if (!signed) return { title: titles.unsigned(policy.noReasonDays), tone: 'calm' }
  switch (verdict.outcome) {
    case 'yes':
      if (verdict.because === 'quality') return { title: titles.fault(days, policy.qualityDays), tone: 'calm' }
      return {
        title: titles.yes(days, policy.noReasonDays, opened !== true && strict(verdict.rule)),
        tone: 'calm',
      }
    case 'quality-only':
      return { title: titles.qualityOnly(days ?? 0, policy.noReasonDays), tone: 'warn' }
    case 'opened':
      return { title: titles.opened(what === '' ? words.goodsUnsaid : what, verdict.rule), tone: 'warn' }
    case 'late':
      return { title: titles.late(days, policy.qualityDays), tone: 'warn' }
  }
}

/** Kinds that are only taken back unopened. */
function strict(rule: string): boolean {
  return rule !== 'worn'
}

const openedText = (opened: boolean | undefined): string =>
  opened === undefined ? words.openedUnsaid : opened ? words.opened : words.unopened

function linesOf({ policy, what, kind, faulty, verdict }: Judged): readonly string[] {
  const rule = what === '' ? words.generalRule : words.openedRule(kindNames[kind] ?? kind, policy.opened[kind])
  const fault = faulty || verdict.outcome === 'late' ? [] : [words.faultRule(policy.qualityDays)]
  return [rule, ...fault, words.notAPromise]
}

/** The rules themselves, where no order was named (开过的湿巾能退吗). */
export function returnPolicyCard(judged: Judged, view: View, codec: ActionCodec): Card {
  const { policy, opened, what } = judged
  const { title, tone } = headlineOf(judged, true)
  const draft = {
    title,
    tone,
    facts: [
      [returnLabels.kind, words.kind(what, judged.kind)] as const,
      [returnLabels.opened, openedText(opened)] as const,
      [returnLabels.term, words.termDays(policy.noReasonDays, policy.qualityDays)] as const,
    ],
    lines: linesOf(judged),
    note: [noteParts.asOf(clockText(view.nowMs)), words.source(policy.version)],
    buttons: [policyScript(judged, codec)],
  }
  return fitCard(draft, (text) => text)
}

/** What was said goes into the token; goods with a name too long for it get no button. */
function policyScript({ what, opened, faulty }: Judged, codec: ActionCodec): Button | undefined {
  if (Buffer.byteLength(what) > 36) return undefined
  const said = `${opened === true ? 'o' : opened === false ? 'n' : ''}${faulty ? 'f' : ''}`
  return {
    label: returnButtons.script,
    token: codec.encode('policy.script', [what, said]),
    style: 'go',
    say: returnSayings.script(words.asked(what, opened)),
  }
}

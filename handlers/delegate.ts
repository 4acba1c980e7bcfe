import type { ActionName } from '../cards/actions.ts'
import { awayCard, type DelegateAsk, delegateCard, leaverCard, minutesOf, spanWords } from '../cards/delegate.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { Delegated, DelegationLook, Delegations, Span, TellDelegate } from '../src/hub/delegations.ts'
import type { Colleague } from '../src/hub/level-people.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { clockText } from '../src/text/format.ts'
import { sentences } from '../src/text/sentences.ts'
import { backSaid, delegateEnd, leaverSaid, peopleTexts, delegateTexts as texts } from '../src/text/zh-people.ts'
import { spentTexts } from '../src/text/zh-writes.ts'
import { daysAhead } from '../src/understanding/ahead.ts'
import type { PeopleParts } from './level-people.ts'
import { type Answerer, type Aside, type Question, textReply, traceOf } from './question.ts'
import { deniedReply } from './rights.ts'
import { questionOf, redrawn, type Tap, type TapHandler } from './taps.ts'
import { replyTo } from './urge.ts'
import { guarded } from './write-flow.ts'

export type DelegateParts = PeopleParts & { readonly delegations?: Delegations }

/** approval.delegate: who decides while somebody is away, shown first (J10). A line that ends with a button's words is that button. */
export function approvalDelegate(parts: DelegateParts, without: Answerer): Answerer {
  return guarded(parts, async (question) => {
    const { delegations } = parts
    if (delegations === undefined) return without(question)
    const { assignee, until } = question.understood.slots
    if (assignee === undefined) return textReply(question, texts.askWho, 'clarify')
    const days = until === undefined ? undefined : daysAhead(until, question.view.nowMs)
    if (days === undefined || until === undefined) return textReply(question, texts.askWhen(assignee), 'clarify')
    const to = await colleague(parts, question, assignee)
    if ('kind' in to) return to
    const { nowMs } = question.view
    const startsAtMs = Math.max(days.fromMs, Math.floor(nowMs / 60_000) * 60_000)
    const span = { fromId: question.member.id, toId: to.id, startsAtMs, endsAtMs: days.toMs }
    const ask = { span, when: until, nowMs }
    const end = delegateEnd(question.text)
    return end === undefined ? looked(parts, question, ask) : put(parts, question, ask, end === 'move')
  })
}

async function colleague(parts: DelegateParts, question: Question, name: string): Promise<Colleague | Reply> {
  const [to, ...more] = (await parts.people?.levels.named(name)) ?? []
  if (to === undefined) return textReply(question, peopleTexts.nobodyNamed(name), 'clarify')
  return more.length === 0 ? to : textReply(question, peopleTexts.severalNamed(name), 'clarify')
}

async function looked({ delegations, people }: DelegateParts, question: Question, ask: DelegateAsk): Promise<Reply> {
  if (delegations === undefined || people === undefined) return textReply(question, texts.nothingToRevoke)
  const look = await delegations.look(ask.span)
  const trace = traceOf(question, 'confirm')
  if (look.outcome === 'ready') return { kind: 'card', card: delegateCard(look, ask, people.codec), trace }
  const { duty } = look.outcome === 'away' ? look : { duty: undefined }
  if (look.outcome === 'away' && duty !== undefined)
    return { kind: 'card', card: awayCard({ ...look, duty }, ask, people.codec), trace }
  return textReply(question, refusalText(look), 'deny')
}

function refusalText(look: Exclude<DelegationLook, { outcome: 'ready' }>): string {
  switch (look.outcome) {
    case 'loop':
      return texts.loop(look.to.name)
    case 'away':
      return texts.awayNobody(look.to.name)
    case 'no-right':
      return texts.noRight(look.to.name)
    case 'self':
      return texts.self
    case 'past':
      return texts.past
    case 'gone':
      return texts.gone
    default:
      return assertNever(look)
  }
}

async function put(parts: DelegateParts, question: Question, ask: DelegateAsk, move: boolean): Promise<Reply> {
  const { delegations, people } = parts
  if (delegations === undefined) return textReply(question, texts.nothingToRevoke)
  const byId = question.member.id
  const done: Delegated = await delegations.put(ask.span, { move, byId }, tellOf(ask.nowMs))
  if (done.outcome !== 'done') return textReply(question, refusalText(done), 'deny')
  people?.changed()
  return textReply(question, texts.done(done.to.name, spanWords(ask.span, ask.nowMs), done.moved), 'confirm')
}

const tellOf =
  (nowMs: number): TellDelegate =>
  ({ id, span, moved, to, from }) => {
    const left = span.startsAtMs === span.endsAtMs
    const text = left ? texts.toldLeft(from, moved) : texts.told(from, spanWords(span, nowMs), moved)
    return replyTo(to, `delegation:${id}:${to.memberId}`, { kind: 'text', text })
  }

/** [确认并转] [只转新单] [改给…] [取消] [确认交接] */
export function delegateTaps(parts: DelegateParts) {
  return {
    'delegate.put': async (tap) => {
      const [toId = '', from = '', until = '', how] = tap.args
      const span: Span = { fromId: tap.member.id, toId, startsAtMs: minutesOf(from), endsAtMs: minutesOf(until) }
      const ask = { span, when: spanWords(span, tap.view.nowMs), nowMs: tap.view.nowMs }
      return tapped(parts, tap, (question) =>
        how === '?' ? looked(parts, question, ask) : put(parts, question, ask, how === 'm'),
      )
    },
    'delegate.drop': async (tap) =>
      textReply(questionOf(tap, 'approval.delegate'), spentTexts.cancelled(clockText(tap.view.nowMs))),
    'people.leave': async (tap) => {
      const [from = '', to = ''] = tap.args
      return redrawn(
        tap,
        await left(parts, questionOf(tap, 'approval.delegate'), { from, to, sure: true }),
        sentences.shown,
      )
    },
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

async function tapped(parts: DelegateParts, tap: Tap, answer: Answerer): Promise<Reply> {
  return redrawn(tap, await guarded(parts, answer)(questionOf(tap, 'approval.delegate', 'confirm')), texts.toast)
}

/** 取消代审 · 小王离职 交接给小林 */
export function delegateAside(parts: DelegateParts): Aside {
  return async (asked) => {
    const { delegations } = parts
    if (delegations === undefined) return undefined
    const question = { ...asked, understood: { ...asked.understood, intent: 'approval.delegate' as const } }
    const leaver = leaverSaid(asked.text)
    if (leaver !== undefined) return left(parts, question, leaver)
    if (!backSaid(asked.text)) return undefined
    const ended = await delegations.revoke(asked.member.id)
    return textReply(question, ended > 0 ? texts.revoked : texts.nothingToRevoke, 'confirm')
  }
}

type Leaver = { readonly from: string; readonly to: string; readonly sure: boolean }

async function left(parts: DelegateParts, question: Question, { from, to, sure }: Leaver): Promise<Reply> {
  const { delegations, people, rights } = parts
  const { member, view, group } = question
  if (delegations === undefined || people === undefined) return textReply(question, texts.nothingToRevoke)
  if (!member.roles.includes('director') && !member.roles.includes('it')) {
    await rights.refused({ memberId: member.id, intent: 'approval.delegate', group })
    return deniedReply(question, texts.leaveDenied)
  }
  const taker = await colleague(parts, question, to)
  if ('kind' in taker) return taker
  const leaver = (await delegations.holding(from)).find(({ open }) => open > 0)
  if (leaver === undefined) return textReply(question, texts.nothingHeld(from))
  if (!sure) {
    const card = leaverCard({ from, to, open: leaver.open }, member.id, view.nowMs, people.codec)
    return { kind: 'card', card, trace: traceOf(question, 'confirm') }
  }
  const done = await delegations.leave(leaver.id, taker.id, member.id, tellOf(view.nowMs))
  if (done.outcome !== 'done')
    return done.outcome === 'gone' ? textReply(question, texts.gone) : deniedReply(question, texts.leaveDenied)
  people.changed()
  return textReply(question, texts.left(from, to, done.moved, done.kept), 'confirm')
}

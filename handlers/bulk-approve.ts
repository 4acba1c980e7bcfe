import type { ActionName } from '../cards/actions.ts'
import { bulkCard, bulkDoneCard, notAllCard } from '../cards/bulk-approve.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { BulkApprove } from '../src/hub/bulk-approve.ts'
import { bulkSaid, bulkTexts as texts } from '../src/text/zh-people.ts'
import type { PeopleParts } from './level-people.ts'
import { type Answerer, type Aside, type Question, textReply, traceOf } from './question.ts'
import { questionOf, redrawn, type Tap, type TapHandler } from './taps.ts'
import { guarded } from './write-flow.ts'

export type BulkParts = PeopleParts & { readonly bulk?: BulkApprove }

/** [批量同意5单] shows each one with its sum; only the second tap approves, each by itself (J11). */
export function bulkTaps(parts: BulkParts) {
  const onTap = (tap: Tap, answer: Answerer) => guarded(parts, answer)(questionOf(tap, 'approval.decide', 'confirm'))
  return {
    'bulk.show': async (tap) => redrawn(tap, await onTap(tap, (question) => show(parts, question)), texts.again),
    'bulk.approve': async (tap) =>
      redrawn(tap, await onTap(tap, (question) => approve(parts, question, tap.args[0] ?? '')), texts.toast),
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

/** The same typed; everything at once is refused (J27). */
export function bulkAside(parts: BulkParts): Aside {
  return async (asked) => {
    const said = bulkSaid(asked.text)
    const { bulk, people } = parts
    if (said === undefined || bulk === undefined || people === undefined) return undefined
    const understood = {
      ...asked.understood,
      intent: 'approval.decide' as const,
      slots: {},
      expect: 'confirm' as const,
    }
    return guarded(parts, async (question) => {
      const { digest } = said
      if (digest !== undefined) return approve(parts, question, digest)
      if (!said.all) return show(parts, question)
      const card = notAllCard(await bulk.offer(question.member.id), question.view.nowMs, people.codec)
      return { kind: 'card', card, trace: traceOf(question, 'deny') }
    })({ ...asked, understood })
  }
}

async function show({ bulk, people }: BulkParts, question: Question): Promise<Reply> {
  const offer = await bulk?.offer(question.member.id)
  if (offer === undefined || people === undefined || offer.items.length === 0) return textReply(question, texts.nothing)
  const card = bulkCard(offer, question.member.id, question.view.nowMs, people.codec)
  return { kind: 'card', card, trace: traceOf(question) }
}

async function approve({ bulk, people }: BulkParts, question: Question, digest: string): Promise<Reply> {
  if (bulk === undefined || people === undefined) return textReply(question, texts.nothing)
  const done = await bulk.approve(question.member.id, digest, texts.deputyReason)
  if (done.outcome === 'done') {
    people.changed()
    return { kind: 'card', card: bulkDoneCard(done), trace: traceOf(question) }
  }
  if (done.offer.items.length === 0) return textReply(question, texts.nothing)
  const card = bulkCard(done.offer, question.member.id, question.view.nowMs, people.codec, true)
  return { kind: 'card', card, trace: traceOf(question) }
}

import type { ActionCodec, ActionName } from '../cards/actions.ts'
import { mismatchSettledCard, refundMismatchCard } from '../cards/refund-mismatch.ts'
import type { Card } from '../src/chat/card.ts'
import type { RefundMismatches } from '../src/hub/refund-mismatch.ts'
import type { Receiver } from '../src/hub/staff.ts'
import type { Tick } from '../src/jobs/schedule.ts'
import type { Clock } from '../src/runtime/clock.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { mismatchTexts as texts } from '../src/text/zh-mismatch.ts'
import { secondsText } from '../src/text/zh-writes.ts'
import { traceOf } from './question.ts'
import { questionOf, redrawn, type Tap, type TapHandler, tapText } from './taps.ts'
import type { SayOnce } from './touch-health.ts'
import { replyTo } from './urge.ts'

export type MismatchTapParts = { readonly codec: ActionCodec; readonly mismatches: RefundMismatches }

export type MismatchTickParts = MismatchTapParts & {
  readonly peopleOf: (role: string) => Promise<readonly Receiver[]>
  readonly sayOnce: SayOnce
  readonly clock: Clock
}

/** Finance hears of each refund whose amount is another at the platform, once for each amount; the director where nobody is finance. */
export function mismatchTick({ codec, mismatches, peopleOf, sayOnce, clock }: MismatchTickParts): Tick {
  return {
    name: 'refund mismatches',
    everyMs: 10_000,
    firstAfterMs: 5_000,
    run: async () => {
      const open = await mismatches.open()
      if (open.length === 0) return
      const finance = await peopleOf('finance')
      const people = finance.length > 0 ? finance : await peopleOf('director')
      const entries = open.flatMap((one) => {
        const card = refundMismatchCard(one, clock.nowMs(), codec)
        const key = `mismatch:${one.returnId}:${one.platformFen}`
        return people.map((to) => replyTo(to, `${key}:${to.memberId}`, { kind: 'card', card }))
      })
      if (entries.length > 0) await sayOnce(entries)
    },
  }
}

/** [按¥…记]: the amount that the ERP and the CRM are told. */
export function mismatchTaps(parts: MismatchTapParts) {
  return { 'receivable.settle': (tap) => settle(parts, tap) } as const satisfies Partial<Record<ActionName, TapHandler>>
}

async function settle({ codec, mismatches }: MismatchTapParts, tap: Tap) {
  const [returnId = '', which, seenFen = ''] = tap.args
  const take = which === 'p' ? 'platform' : 'approved'
  const said = await mismatches.settle({ returnId, memberId: tap.member.id, take, seenFen })
  const drawn = (card: Card) => ({ kind: 'card', card, trace: traceOf(questionOf(tap, 'return.status')) }) as const
  const { nowMs } = tap.view
  switch (said.outcome) {
    case 'settled':
      return redrawn(tap, drawn(mismatchSettledCard(said.mismatch, said.amountFen, nowMs, codec)), texts.toast)
    case 'changed':
      return redrawn(tap, drawn(refundMismatchCard(said.mismatch, nowMs, codec)), texts.changed)
    case 'already':
      return tapText(tap, texts.already(said.by, BigInt(said.amountFen), secondsText(said.atMs)), 'answer')
    case 'agrees':
      return tapText(tap, texts.agrees, 'answer')
    case 'forbidden':
      return tapText(tap, texts.denied, 'deny')
    default:
      return assertNever(said)
  }
}

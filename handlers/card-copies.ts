import type { ActionCodec } from '../cards/actions.ts'
import { applicantCard } from '../cards/approval-applicant.ts'
import { approvalCard, type Drawn } from '../cards/return-approval.ts'
import type { Conversation, PlatformName } from '../src/chat/event.ts'
import type { Delivery, Outbound } from '../src/chat/ports.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { CardCopies, Copy, CopyJob, DrawCopy, RecallJob } from '../src/hub/card-copies.ts'
import type { ReturnSheet } from '../src/hub/return-sheet.ts'
import type { Tick } from '../src/jobs/schedule.ts'
import type { Task } from '../src/jobs/worker.ts'
import { errorFields, type Log } from '../src/runtime/log.ts'
import { outcomeOf } from './tasks.ts'

type Face = Pick<Copy, 'kind' | 'level' | 'memberId'>

/** The card of a copy as it has to look at that moment. */
function drawnCopy(codec: ActionCodec) {
  return (sheet: ReturnSheet, copy: Face, nowMs: number): Drawn | undefined =>
    copy.kind === 'applicant' ? applicantCard(sheet, nowMs, codec) : approvalCard(sheet, copy, nowMs, codec)
}

/** For hub/card-copies.ts, which knows no cards. */
export const drawCopy = (codec: ActionCodec): DrawCopy => drawnCopy(codec)

export type CopyTaskParts = {
  readonly copies: Pick<CardCopies, 'find' | 'stands' | 'close'>
  readonly outbound: Outbound
  /** Rings the pump: messages were written. */
  readonly wake: () => void
  readonly codec: ActionCodec
}

/**
 * Sends a copy, or redraws it where it stands: always what is true at this moment, however long the row has waited. Where the platform
 * cannot redraw it (no id, no code), what was done is said by a new card; what only time has changed is left.
 */
export function copyTask({ copies, outbound, wake, codec }: CopyTaskParts): Task {
  const draw = drawnCopy(codec)
  return async (payload, key) => {
    if (!isJob(payload)) return { outcome: 'give-up', reason: 'the row names no copy', alarm: true }
    const found = await copies.find(payload.copyId)
    const drawn = found && draw(found.sheet, found.copy, momentOf(payload, found.nowMs))
    if (found === undefined || drawn === undefined) return { outcome: 'done' }
    const { copy, sheet } = found
    // it was decided before its card ever left: nobody has to see it
    if (payload.why === 'new' && copy.kind === 'approval' && !isOpen(sheet, copy.level)) {
      await copies.close(copy.id)
      return { outcome: 'done' }
    }
    const reply = replyFor(copy, drawn, payload.why)
    if (reply === undefined) return { outcome: 'done' }
    const delivery = await outbound.send({ key, to: placeOf(copy), reply })
    if (delivery.outcome === 'sent') {
      await copies.stands(copy.id, sheet, drawn, knownOf(delivery, reply))
      wake()
    }
    return outcomeOf(delivery)
  }
}

/** Takes back the card another one has taken the place of: nobody shall tap on what is no longer true. */
export function recallTask(outbound: Outbound): Task {
  return async (payload) => {
    const { platform, messageId } = payload as RecallJob
    if (outbound.recall === undefined) return { outcome: 'done' }
    return outcomeOf(await outbound.recall(platform as PlatformName, messageId))
  }
}

/** Drawn a little differently, a card that arrived unseen would be refused as a second one of its id. */
const sameMs = 600_000

const momentOf = ({ atMs }: CopyJob, nowMs: number): number => (nowMs - atMs < sameMs ? Math.min(atMs, nowMs) : nowMs)

function isJob(payload: unknown): payload is CopyJob {
  return typeof payload === 'object' && payload !== null && 'copyId' in payload && typeof payload.copyId === 'string'
}

const isOpen = ({ levels }: ReturnSheet, level: number): boolean =>
  levels.some((one) => one.level === level && one.state === 'pending')

function placeOf({ platform, conversationId }: Copy): Conversation {
  return { platform: platform as PlatformName, kind: 'direct', id: conversationId }
}

/** A new card rings; so a card is never made anew for its colour alone. */
function replyFor(copy: Copy, { card }: Drawn, why: CopyJob['why']): Reply | undefined {
  const { cardId, updateCode } = copy
  const platform = copy.platform as PlatformName
  // WeCom redraws once per code: without one the new card says it
  const redraws = cardId !== undefined && (platform !== 'wecom' || updateCode !== undefined)
  if (why !== 'new' && redraws)
    return {
      kind: 'card-update',
      cardRef: { platform, id: cardId, ...(updateCode !== undefined && { updateCode }) },
      card,
    }
  return why === 'moment' ? undefined : { kind: 'card', card }
}

/** The id of a card as its platform calls it, and the right to redraw it once more. */
function knownOf({ receipt = {} }: Extract<Delivery, { outcome: 'sent' }>, reply: Reply) {
  const cardId = receipt.cardId ?? receipt.outTrackId
  const { updateCode, messageId } = receipt
  return {
    ...(messageId !== undefined && { messageId }),
    ...(cardId !== undefined && { cardId }),
    ...(updateCode !== undefined && { updateCode }),
    spent: reply.kind === 'card-update',
  }
}

export type CopyTickParts = {
  readonly copies: Pick<CardCopies, 'sweep'>
  /** Rings the pump: messages were written. */
  readonly wake: () => void
  readonly log: Log
}

const sweepMs = 1_000

/** Looks every second what is missing or untrue, and at once when somebody says that a return has changed. */
export function copyTicks({ copies, wake, log }: CopyTickParts): {
  readonly tick: Tick
  readonly wakeCopies: (returnId?: string) => void
} {
  const asked = new Set<string>()
  let running: Promise<void> | undefined
  let again = false
  // nothing waits between the last look at `again` and the end: a wake is never lost there
  const sweep = async () => {
    try {
      while (again) {
        again = false
        const also = [...asked]
        asked.clear()
        if ((await copies.sweep(also)) > 0) wake()
      }
    } finally {
      running = undefined
    }
  }
  const run = (): Promise<void> => {
    again = true
    running ??= sweep()
    return running
  }
  return {
    tick: { name: 'card copies', everyMs: sweepMs, firstAfterMs: sweepMs, run },
    // the tick comes again in a second whatever happens here
    wakeCopies: (returnId) => {
      if (returnId !== undefined) asked.add(returnId)
      void run().catch((error: unknown) => log('warn', 'card copies not swept', errorFields(error)))
    },
  }
}

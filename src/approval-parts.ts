import { copyTask, copyTicks, drawCopy, recallTask } from '../handlers/card-copies.ts'
import type { Outbound } from './chat/ports.ts'
import type { FlowSources } from './flow-sources.ts'
import { type CardCopiesParts, cardCopies, copyTaskName, recallTaskName } from './hub/card-copies.ts'
import type { DecideLevel } from './hub/decide-level.ts'
import { holdLevel } from './hub/hold-level.ts'
import { reduceRefund } from './hub/reduce-refund.ts'
import { returnSheet } from './hub/return-sheet.ts'
import type { Task } from './jobs/worker.ts'

export type ApprovalSources = Pick<FlowSources, 'store' | 'hub' | 'clock' | 'log' | 'codec' | 'channels' | 'wake'> & {
  readonly decideLevel: DecideLevel
  readonly standIns: CardCopiesParts['standIns']
}

/** The approval card, joined: its taps, its copies and the task that sends and redraws them. */
export function approvalParts(from: ApprovalSources) {
  const { store, hub, clock, log, codec, channels, wake, decideLevel, standIns } = from
  const { database } = store
  const draw = drawCopy(codec)
  const copies = cardCopies({ database, outbox: hub.outbox, time: clock, draw, channels, standIns })
  const { tick, wakeCopies } = copyTicks({ copies, wake, log })
  return {
    approvals: {
      codec,
      copies,
      wakeCopies,
      decideLevel,
      sheetOf: (returnId: string) => returnSheet(database.sql, returnId),
      reduceRefund: reduceRefund(database, hub.answering.audit),
      holdLevel: holdLevel(database, clock),
    },
    tick,
    wakeCopies,
    tasks: (outbound: Outbound): Readonly<Record<string, Task>> => ({
      [copyTaskName]: copyTask({ copies, outbound, wake, codec }),
      [recallTaskName]: recallTask(outbound),
    }),
  }
}

import { approvalParts } from './approval-parts.ts'
import type { Outbound } from './chat/ports.ts'
import { commandParts } from './command-parts.ts'
import type { FlowSources } from './flow-sources.ts'
import { refundTimes } from './hub/refund-times.ts'
import { settings } from './hub/settings.ts'
import { standInsOf } from './hub/stand-ins.ts'
import { tapDecision } from './hub/tap-decision.ts'
import type { Tick } from './jobs/schedule.ts'
import type { Task } from './jobs/worker.ts'
import { outwardActions } from './outward-parts.ts'
import { peopleParts } from './people-parts.ts'
import { receiptParts } from './receipt-parts.ts'

/** The approval of returns, joined: what handlers need, what ticks, what the worker carries out, what has a door. */
export function flowParts(from: FlowSources) {
  const receipt = receiptParts(from)
  const { store, hub, clock } = from
  const outward = outwardActions({
    outbox: hub.outbox,
    clock,
    personal: store.personal,
    refundTimes: () => refundTimes(settings(store.database)),
  })
  const decideLevel = tapDecision({
    database: store.database,
    audit: hub.answering.audit,
    clock,
    returnApproved: outward.returnApproved,
  })
  const approval = approvalParts({ ...from, decideLevel, standIns: standInsOf })
  const people = peopleParts({ ...from, decideLevel, wakeCopies: approval.wakeCopies })
  const commands = commandParts({ ...from, receiveLink: receipt.link })
  const tasks: Readonly<Record<string, Task>> = { ...commands.tasks }
  const ticks: readonly Tick[] = [receipt.tick, approval.tick, ...commands.ticks, people.tick]
  const doors = [receipt.door]
  return {
    parts: { receiveLink: receipt.link, approvals: approval.approvals, ...people.parts },
    tasks,
    /** Tasks that speak: they need the way out, which is made later. */
    speaking: (outbound: Outbound): Readonly<Record<string, Task>> => approval.tasks(outbound),
    ticks,
    doors,
    wakeCopies: approval.wakeCopies,
  }
}

import { reminderEntry, snoozeTick } from '../handlers/snooze.ts'
import type { FlowSources } from './flow-sources.ts'
import { bulkApprove } from './hub/bulk-approve.ts'
import type { DecideLevel } from './hub/decide-level.ts'
import { delegations } from './hub/delegations.ts'
import { holdLevel } from './hub/hold-level.ts'
import { lastShown } from './hub/last-shown.ts'
import { levelPeople } from './hub/level-people.ts'
import { calendarOf } from './hub/rung-times.ts'
import { clockRules } from './hub/rungs.ts'
import { settings } from './hub/settings.ts'
import { endSnoozes } from './hub/snoozes.ts'
import { nextOpen } from './hub/working-time.ts'

export type PeopleSources = Pick<FlowSources, 'store' | 'hub' | 'clock' | 'codec' | 'channels' | 'wake'> & {
  readonly decideLevel: DecideLevel
  readonly wakeCopies: (returnId?: string) => void
}

/** Who looks after an approval, joined: claims, hand-overs, stand-ins, waits and what is approved in one go. */
export function peopleParts(from: PeopleSources) {
  const { store, hub, clock, codec, channels, wake, wakeCopies, decideLevel } = from
  const { database } = store
  const { audit } = hub.answering
  const writing = { database, outbox: hub.outbox, audit, clock, channels }
  const end = endSnoozes({ database, outbox: hub.outbox, time: clock, channels }, reminderEntry(codec))
  return {
    parts: {
      people: {
        codec,
        levels: levelPeople(writing),
        lastShown: lastShown(database, clock),
        changed: (returnId?: string) => {
          wake()
          wakeCopies(returnId)
        },
      },
      delegations: delegations({ ...writing, ids: hub.ids }),
      bulk: bulkApprove({ database, clock, decideLevel }),
      snooze: {
        holdLevel: holdLevel(database, clock),
        // 上班: the office of the levels that work by the calendar
        nextWork: async (nowMs: number) => nextOpen(calendarOf(await clockRules(settings(database)), 'l2'), nowMs),
      },
    },
    tick: snoozeTick(end, wake),
  }
}

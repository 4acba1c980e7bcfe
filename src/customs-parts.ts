import { randomUUID } from 'node:crypto'
import type { Opened } from './connectors/registry.ts'
import { type Customs, customs, defaultLimits } from './hub/customs.ts'
import { giveCommands } from './hub/give-commands.ts'
import { sources } from './hub/sources.ts'
import type { Hub } from './hub-parts.ts'
import type { Tick } from './jobs/schedule.ts'
import type { Clock } from './runtime/clock.ts'
import { errorFields, type Log } from './runtime/log.ts'
import type { Store } from './store.ts'

export type CustomsSources = {
  readonly store: Store
  readonly hub: Pick<Hub, 'answering'>
  readonly connectors: readonly Opened[]
  readonly clock: Clock
  readonly log: Log
}

/** Declarations to customs, and the tick that reads what the declarant's client brought back. */
export function customsParts({ store: { database, personal }, hub, connectors, clock, log }: CustomsSources): {
  readonly customs: Customs
  readonly ticks: readonly Tick[]
} {
  const give = giveCommands({ outbox: hub.answering.outbox, clock })
  const newGuid = () => randomUUID().toUpperCase()
  const engine = customs({ database, personal, give, clock, newGuid, limits: defaultLimits })
  const heard = sources(database)
  const desks = connectors.flatMap(({ connector }) => connector.customs ?? [])
  const ticks = desks.map((desk) => ({
    name: `customs ${desk.name}`,
    everyMs: 30_000,
    run: async (stop: AbortSignal) => {
      try {
        for await (const answer of desk.answers(stop))
          if (!(await engine.takeAnswer(answer)))
            log('warn', 'customs answered to an order that was not declared', { code: answer.code, kind: answer.kind })
        await heard.heard(desk.source, clock.nowMs())
      } catch (error) {
        log('error', 'answers of customs were not read', { connector: desk.name, ...errorFields(error) })
        await heard.failed(desk.source, error instanceof Error ? error.message : 'failed')
      }
    },
  }))
  return { customs: engine, ticks }
}

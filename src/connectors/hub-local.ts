import type { Command, CommandName, CommandPort } from '../hub/commands.ts'
import { cancelLocally, expectLocally, localTarget, noticeLocally } from '../hub/local-commands.ts'
import type { Clock } from '../runtime/clock.ts'
import { assertNever } from '../runtime/errors.ts'

export type HubLocalParts = { readonly database: Parameters<typeof expectLocally>[0]; readonly clock: Clock }

type Taken = Extract<Command, { name: 'wms.expect_return' | 'wms.cancel_expected' | 'crm.notice' }>

const takes: readonly CommandName[] = ['wms.expect_return', 'wms.cancel_expected', 'crm.notice']

/**
 * Stands in for WMS and CRM where none is joined, on the hub's own rows: the flow runs, and nothing is said to be done that
 * was not. What the warehouse expects is the hub's own list of approved returns; a notice waits as queued, for nobody here
 * can send it.
 */
export function hubLocal({ database, clock }: HubLocalParts): CommandPort {
  return {
    name: localTarget,
    takes,
    run: async (command, key) => {
      if (!isTaken(command)) return { outcome: 'refused', reason: `the hub itself does not take ${command.name}` }
      switch (command.name) {
        case 'wms.expect_return':
          return expectLocally(database, command.payload.returnId)
        case 'wms.cancel_expected':
          return cancelLocally(database, command.payload.returnId)
        case 'crm.notice':
          return noticeLocally(database, command.payload, key, clock.nowMs())
        default:
          return assertNever(command)
      }
    },
  }
}

const isTaken = (command: Command): command is Taken => takes.includes(command.name)

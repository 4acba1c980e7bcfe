import { giveCommands } from './hub/give-commands.ts'
import type { Outbox } from './hub/outbox.ts'
import type { PersonalData } from './hub/personal.ts'
import type { RefundTimes } from './hub/refund-times.ts'
import { closeTodo, returnApproved } from './hub/return-actions.ts'
import type { Clock } from './runtime/clock.ts'
import { customerWords } from './text/zh-commands.ts'

export type OutwardSources = {
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly clock: Clock
  readonly personal: PersonalData
  readonly refundTimes: () => Promise<RefundTimes>
}

/** What decisions and scans tell other systems, each in the caller's transaction. */
export function outwardActions({ outbox, clock, personal, refundTimes }: OutwardSources) {
  const give = giveCommands({ outbox, clock })
  return {
    give,
    returnApproved: returnApproved({ give, personal, refundTimes, words: customerWords }),
    closeTodo: closeTodo({ give }),
  }
}

import type { ReadPush } from './channel-port.ts'
import type { CrmTold } from './crm-words.ts'

/** What the hub asks of a CRM that knows customers. Calls throw the errors of runtime/errors.ts. */
export type CustomerSource = {
  /** As in connectors.json and in its callback's address. */
  readonly name: string
  /** Hints of the kind `customer`, with what they say themselves where the CRM signs it. */
  readonly readPush?: ReadPush
  /** What the CRM says now of one record; undefined when it is not there or names nobody. */
  pull?(recordId: string, signal: AbortSignal): Promise<CrmTold | undefined>
  /** What was changed since, in pieces: callbacks get lost. */
  pullSince?(fromMs: number, signal: AbortSignal): AsyncIterable<readonly CrmTold[]>
}

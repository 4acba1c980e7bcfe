import type { ReadPush } from './channel-port.ts'

/** A warehouse that says by itself what leaves it: signed pushes that are the truth, since there is no list behind them. */
export type OutboundSource = {
  /** As in connectors.json and in its callback's address. */
  readonly name: string
  /** Its name in the table of sources. */
  readonly source: string
  readonly readPush: ReadPush
}

import type { Connector } from '../../src/connectors/adapter.ts'
import type { SalesChannel } from '../../src/hub/channel-port.ts'
import type { MovableClock } from '../../src/runtime/clock.ts'

/** An order in words every fake can put into its vendor's shape. Money fen, times epoch ms at whole seconds. */
export type PlainOrder = {
  /** As this vendor writes numbers; beyond 2^53 where its are. */
  readonly orderNo: string
  readonly state: 'pending_payment' | 'paid' | 'shipped' | 'signed' | 'cancelled'
  readonly createdAtMs: number
  readonly modifiedAtMs: number
  readonly paidFen: bigint
  readonly lines: readonly { readonly key: string; readonly sku: string; readonly name: string; readonly qty: number }[]
  readonly waybillNo?: string
  readonly remark?: string
  /** The vendor's own code instead of `state`'s: one that stands in no table. */
  readonly code?: string
}

/**
 * How a fake misbehaves until told otherwise. busy: the vendor's own words for "too fast" · failed: HTTP 200 with an error inside ·
 * half-page: fewer rows than the total says · repeated-page: page 0 for every page · wrong-type: one order has text where a list
 * belongs · down: HTTP 503 · token: the token ended on the vendor's side.
 */
export type Mischief = 'busy' | 'failed' | 'half-page' | 'repeated-page' | 'wrong-type' | 'down' | 'token'

export type ChannelWorld = {
  readonly connector: Connector
  readonly channel: SalesChannel
  /** The vendor's and ours; sleeping on it takes no time. */
  readonly clock: MovableClock
  /** The newest state of an order; `wrong-type` spoils the one put last. */
  put(order: PlainOrder): void
  /** A new order number of this vendor's form, growing with n. */
  orderNo(n: number): string
  misbehave(how: Mischief | undefined): void
  /** The vendor's clock runs so much ahead of ours. */
  skewMs(ms: number): void
  /** Calls it answered so far, refused ones too. */
  calls(): number
  /** The push about this order as the vendor would send it; undefined where the vendor pushes nothing. */
  push(orderNo: string, key: string): PushFrame | undefined
  close(): Promise<void>
}

export type PushFrame = {
  readonly path?: string
  readonly query?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The vendor's exact acknowledgement; what tells it where it is sealed anew each time. */
  readonly ack: string | ((body: string) => boolean)
}

export type ChannelSubject = {
  readonly name: string
  /** Rows of a page at this vendor, for tests that want more than one. */
  readonly pageSize: number
  /** What this vendor cannot do wrong, with the reason. */
  readonly cannot?: Partial<Record<Mischief | 'push' | 'skew' | 'codes' | 'ship', string>>
  open(): Promise<ChannelWorld>
}

import type { Tracker, TrackKey } from '../../src/hub/tracker-port.ts'

export type PlainKind = 'collected' | 'in_transit' | 'delivering' | 'signed' | 'refused' | 'returning'

/** One thing a carrier says, in words every fake can put into its vendor's shape. Whole seconds. */
export type PlainStep = { readonly atMs: number; readonly kind: PlainKind; readonly words: string }

/** busy: too fast, or over the quota · failed: HTTP 200 with an error inside · down: HTTP 5xx · wrong-type: the newest node has a number where its time belongs. */
export type TrackerMischief = 'busy' | 'failed' | 'down' | 'wrong-type'

export type TrackerFrame = {
  readonly headers: Readonly<Record<string, string>>
  readonly query?: string
  readonly body: string
  readonly pathSecret: string
  /** The vendor's exact acknowledgement; a pattern where it holds the time. */
  readonly ack: string | RegExp
}

export type TrackerWorld = {
  readonly tracker: Tracker
  /** A parcel of a carrier it covers, known to the vendor once `put`. */
  readonly key: TrackKey
  put(steps: readonly PlainStep[]): void
  misbehave(how: TrackerMischief | undefined): void
  calls(): number
  /** A push of these steps as the vendor sends it; undefined where it pushes nothing. */
  push(steps: readonly PlainStep[]): TrackerFrame | undefined
  close(): Promise<void>
}

export type TrackerSubject = {
  readonly name: string
  /** What it tells is proven by a signature; otherwise the address is secret and the vendor is asked. */
  readonly signed: boolean
  readonly cannot?: Partial<Record<TrackerMischief, string>>
  open(): Promise<TrackerWorld>
}

import type { ExceptionKind, TrackState } from './order-facts.ts'

/** One thing a carrier said of a parcel. `exception` is set exactly when `state` is 'exception'. */
export type TrackStep = {
  readonly atMs: number
  readonly state: TrackState
  readonly exception?: ExceptionKind | undefined
}

/** Where a parcel stands: the accepted state and the time of the newest step taken. */
export type TrackPosition = TrackStep

/** Steps of the same second are taken in the order of the way, so that the result does not depend on who spoke first. */
const rank: Readonly<Record<TrackState, number>> = {
  created: 0,
  collected: 1,
  in_transit: 2,
  delivering: 3,
  exception: 4,
  signed: 5,
}

/**
 * The position after one more step (product §2.12, backoffice.md §5.1). Steps older than the newest taken change nothing.
 * Signed is final but for `returning`. A parcel that is returning stays so: its later "signed" is the sender's signature.
 * A refused parcel that is signed without another delivery try went back as well. Nothing goes back before the first scan.
 */
export function nextTrackState(current: TrackPosition | undefined, incoming: TrackStep): TrackPosition {
  if (!current) return position(incoming)
  if (compareSteps(incoming, current) <= 0) return current
  const stays: TrackPosition = { ...current, atMs: incoming.atMs }
  const returning: TrackPosition = { atMs: incoming.atMs, state: 'exception', exception: 'returning' }
  if (incoming.exception === 'returning') return returning
  if (current.state === 'signed' || current.exception === 'returning') return stays
  if (current.exception === 'refused') {
    if (incoming.state === 'signed') return returning
    // moving on after a refusal is no new delivery try: it is still a refused parcel, now on its way back
    if (incoming.state === 'in_transit') return stays
  }
  const early = incoming.state === 'created' || incoming.state === 'collected'
  return early && rank[current.state] > rank[incoming.state] ? stays : position(incoming)
}

/** The position after all steps a parcel ever had, in whatever order they were stored; undefined without steps. */
export function trackPosition(steps: readonly TrackStep[]): TrackPosition | undefined {
  return [...steps].sort(compareSteps).reduce<TrackPosition | undefined>(nextTrackState, undefined)
}

function compareSteps(a: TrackStep, b: TrackStep): number {
  return a.atMs - b.atMs || rank[a.state] - rank[b.state] || (a.exception ?? '').localeCompare(b.exception ?? '')
}

function position({ atMs, state, exception }: TrackStep): TrackPosition {
  return state === 'exception' ? { atMs, state, exception: exception ?? 'unrecognised' } : { atMs, state }
}

import { dateDigits, hourMs, minuteMs } from './beijing.ts'
import type { DraftNode, DraftOrder, DraftParcel } from './draft.ts'
import { type Random, randomOf } from './prng.ts'
import type { Take } from './rows.ts'
import { agentOf } from './staff.ts'

/** The desk itself opens a call when a parcel under way has been silent for so long; a person may do it sooner. */
const silentAfterMs = 48 * hourMs

const results = ['快递已安排转运', '网点已找到,当天派送', '快递核实后已重新派送'] as const

type Call = { readonly openedAtMs: number; readonly reason: string; readonly closed?: { atMs: number; result: string } }

/** Calls to carriers about what stands still now, most of them open, and about trouble that was overcome. Numbers count by day. */
export function callRows(seed: number, nowMs: number): (take: Take, order: DraftOrder) => void {
  const perDay = new Map<string, number>()
  let index = 0
  return (take, order) => {
    const random = randomOf(seed, 33, index++)
    for (const parcel of order.parcels) {
      const call = callAbout(random, parcel, nowMs)
      if (call === undefined) continue
      const day = dateDigits(call.openedAtMs).slice(2)
      const place = (perDay.get(day) ?? 0) + 1
      perDay.set(day, place)
      take('carrier_calls', [
        `WH${day}${String(place).padStart(4, '0')}`,
        `${order.id}-${parcel.id}`,
        parcel.carrier,
        call.reason,
        random.chance(0.5) ? agentOf(random).id : 'desk',
        new Date(call.openedAtMs),
        call.closed === undefined ? null : new Date(call.closed.atMs),
        call.closed?.result ?? null,
      ])
    }
  }
}

function callAbout(random: Random, parcel: DraftParcel, nowMs: number): Call | undefined {
  const newest = parcel.nodes.at(-1)
  if (newest === undefined || parcel.state === 'created') return undefined
  const stuck = parcel.nodes.findIndex(({ subState }) => subState === 'stuck')
  if (stuck >= 0 && stuck < parcel.nodes.length - 1) return overcome(random, parcel.nodes, stuck)
  const silent = parcel.state !== 'signed' && parcel.state !== 'exception'
  const openedAtMs = newest.atMs + (silent ? silentAfterMs : 2 * hourMs) + random.int(0, 50) * minuteMs
  if (openedAtMs > nowMs || !(silent || parcel.subState === 'stuck' || parcel.subState === 'lost')) return undefined
  return random.chance(0.85) ? { openedAtMs, reason: silent ? 'silent' : (parcel.subState ?? 'stuck') } : undefined
}

/** It moved again: the call is closed with what the carrier said. */
function overcome(random: Random, nodes: readonly DraftNode[], at: number): Call | undefined {
  const [stuck, next] = [nodes[at], nodes[at + 1]]
  if (stuck === undefined || next === undefined) return undefined
  const openedAtMs = stuck.atMs + Math.min(hourMs, Math.floor((next.atMs - stuck.atMs) / 2))
  return { openedAtMs, reason: 'stuck', closed: { atMs: next.atMs, result: random.pick(results) } }
}

import { clockAlarmCard } from '../cards/clock-proof.ts'
import { type DailyProofParts, dailyProof } from '../src/hub/daily-proof.ts'
import type { Tick } from '../src/jobs/schedule.ts'
import { replyTo } from './urge.ts'

export type ProofTickParts = Omit<DailyProofParts, 'words'> & {
  /** Called when messages were written. */
  readonly wake: () => void
}

const lookMs = 600_000
/** A desk that has just started answers first. */
const firstMs = 300_000

/** The clocks prove themselves every morning; IT hears of a rung that did not fire. */
export function proofTick(parts: ProofTickParts): Tick {
  const daily = dailyProof({
    ...parts,
    words: (alarm, to, key) => replyTo(to, key, { kind: 'card', card: clockAlarmCard(alarm) }),
  })
  return {
    name: 'clock proof',
    everyMs: lookMs,
    firstAfterMs: firstMs,
    run: async () => {
      if ((await daily.run()) > 0) parts.wake()
    },
  }
}

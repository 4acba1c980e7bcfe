import type { SilentSource } from '../src/hub/push-silence.ts'
import type { Receiver } from '../src/hub/staff.ts'
import type { Tick } from '../src/jobs/schedule.ts'
import type { Clock } from '../src/runtime/clock.ts'
import { silenceText } from '../src/text/zh-silence.ts'
import type { SayOnce } from './touch-health.ts'
import { replyTo } from './urge.ts'

export type SilenceParts = {
  readonly silent: () => Promise<readonly SilentSource[]>
  readonly peopleOf: (role: string) => Promise<readonly Receiver[]>
  readonly sayOnce: SayOnce
  /** The real time, in which vendors fall silent. */
  readonly clock: Clock
}

/**
 * IT hears of each source that stopped pushing, once a silence, whichever process looks first; who is silent for longer than the outbox
 * remembers (a week) is told of again. Where nobody is IT, operations hear.
 */
export function silenceTick({ silent, peopleOf, sayOnce, clock }: SilenceParts): Tick {
  return {
    name: 'silent sources',
    everyMs: 60_000,
    firstAfterMs: 10_000,
    run: async () => {
      const found = await silent()
      if (found.length === 0) return
      const it = await peopleOf('it')
      const people = it.length > 0 ? it : await peopleOf('ops')
      const entries = found.flatMap(({ source, hours, heardAtMs }) =>
        people.map((one) =>
          replyTo(one, `silence:${source}:${heardAtMs}:${one.memberId}`, {
            kind: 'text',
            text: silenceText(source, hours, heardAtMs, clock.nowMs()),
          }),
        ),
      )
      if (entries.length > 0) await sayOnce(entries)
    },
  }
}

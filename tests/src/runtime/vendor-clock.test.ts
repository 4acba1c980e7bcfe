import { expect, test } from 'vitest'
import { vendor } from '../../../src/runtime/vendor-call.ts'

const nowMs = Date.parse('2026-11-26T12:00:00+08:00')

test('a clock that differs is corrected in silence, and said once from a minute on', () => {
  const said: number[] = []
  const at = vendor({
    name: 'v',
    clock: { nowMs: () => nowMs, sleep: async () => undefined },
    perSecond: 10,
    onSkew: (skewMs) => said.push(skewMs),
  })
  const corrected = [1_999, -59_000, 61_000, 300_000, undefined, 0, -60_000].map((ms) => {
    at.sawDate(ms === undefined ? undefined : nowMs + ms)
    return at.nowMs() - nowMs
  })
  expect(corrected).toEqual([0, -59_000, 61_000, 300_000, 300_000, 0, -60_000])
  expect(said).toEqual([61_000, -60_000])
})

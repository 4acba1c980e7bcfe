import { expect, test } from 'vitest'
import { arrivals } from '../../../src/hub/arrivals.ts'
import type { PurchaseLine, PurchaseSource } from '../../../src/hub/back-office-port.ts'
import { Unreachable } from '../../../src/runtime/errors.ts'

const nowMs = Date.parse('2026-11-23T12:00:00+08:00')
const line = (billNo: string, dueMs?: number): PurchaseLine => ({
  billNo,
  sku: 'A',
  orderedQty: 10,
  receivedQty: 4,
  modifiedAtMs: nowMs,
  ...(dueMs !== undefined && { dueMs }),
})

function asked(...answers: readonly (readonly PurchaseLine[] | 'fails' | 'hangs')[]) {
  const noted: string[] = []
  const sources = answers.map((answer, n): PurchaseSource => {
    const name = `k${n}`
    return {
      name,
      source: `${name}.purchases`,
      openPurchases: async () => {
        if (answer === 'hangs') return new Promise(() => undefined)
        if (answer === 'fails') throw new Unreachable('gone')
        return answer
      },
    }
  })
  const heard = {
    heard: async (name: string) => void noted.push(`${name} heard`),
    failed: async (name: string, problem: string) => void noted.push(`${name} ${problem}`),
  }
  // the wait is over as soon as those who answer have answered
  const clock = { nowMs: () => nowMs, sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) }
  return { noted, run: () => arrivals({ sources, heard, clock, log: () => undefined })('A') }
}

test('nobody to ask is no answer', async () => {
  expect(await asked().run()).toBeUndefined()
})

test('the next one first over all systems, those without a date last', async () => {
  const told = await asked([line('undated'), line('late', nowMs + 9)], [line('next', nowMs + 1)]).run()
  expect(told).toMatchObject({ outcome: 'coming', source: 'k0.purchases', incomplete: false })
  expect(told?.outcome === 'coming' && told.lines.map(({ billNo }) => billNo)).toEqual(['next', 'late', 'undated'])
})

test('nothing on its way is said only when all of them said so', async () => {
  expect(await asked([], []).run()).toMatchObject({ outcome: 'none' })
  const one = asked([], 'fails')
  expect(await one.run()).toEqual({ outcome: 'unknown', source: 'k1.purchases' })
  expect(one.noted).toEqual(['k0.purchases heard', 'k1.purchases no answer'])
})

test('one that hangs or fails leaves what the other said, marked as not all', async () => {
  for (const bad of ['hangs', 'fails'] as const)
    expect(await asked(bad, [line('next', nowMs)]).run()).toMatchObject({ outcome: 'coming', incomplete: true })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { escalationEntry } from '../../../handlers/escalations.ts'
import { openDatabase } from '../../../src/db/client.ts'
import { type ClockEngine, type ClockEngineParts, clockEngine } from '../../../src/hub/clock-engine.ts'
import { proveClock } from '../../../src/hub/clock-proof.ts'
import { clockNames, defaultClockRules as rules } from '../../../src/hub/rungs.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { codec } from '../../kit/every-card.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

async function prove(engineOf?: (parts: ClockEngineParts) => ClockEngine) {
  const scratch = openDatabase(fresh.target, { max: 1, searchPath: 'pg_temp' })
  try {
    const words = escalationEntry({ codec })
    return await proveClock({ database: scratch, rules, words, log: silentLog, ...(engineOf && { engineOf }) })
  } finally {
    await scratch.close()
  }
}

describe('the proof of the clocks', () => {
  test('meets every rung of every clock, once and in time, and leaves nothing behind', async () => {
    const { lines, messages, proven } = await prove()
    expect(lines.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
    expect(proven).toBe(true)
    const rungs = clockNames.flatMap((clock) => rules.clocks[clock].rungs.map((_, index) => `${clock}${index + 1}`))
    expect(lines.map(({ clock, rung }) => `${clock}${rung}`).sort()).toEqual(rungs.sort())
    expect(lines.find(({ clock, rung }) => clock === 'l1' && rung === 2)?.told).toEqual(['cs_lead 2'])
    expect(messages).toBeGreaterThan(8)
    for (const table of ['members', 'orders', 'returns', 'deadlines', 'escalations', 'outbox']) {
      const rows = await fresh.database.sql`SELECT 1 FROM ${fresh.database.sql(table)}`
      expect(rows, table).toHaveLength(0)
    }
  }, 60_000)

  test.each([
    [
      'an engine that is a minute ahead',
      'early',
      (parts: ClockEngineParts) => clockEngine({ ...parts, time: ahead(parts, 60_000) }),
    ],
    [
      'an engine that is a minute behind',
      'missing',
      (parts: ClockEngineParts) => clockEngine({ ...parts, time: ahead(parts, -60_000) }),
    ],
    [
      'an engine that never sweeps',
      'missing',
      (parts: ClockEngineParts) => ({ ...clockEngine(parts), sweep: async () => ({ fired: 0, messages: 0 }) }),
    ],
  ] as const)(
    'finds %s out',
    async (_, verdict, engineOf) => {
      const { lines, proven } = await prove(engineOf)
      expect(proven).toBe(false)
      expect(new Set(lines.map((line) => line.verdict))).toContain(verdict)
    },
    60_000,
  )
})

function ahead({ time }: ClockEngineParts, ms: number) {
  return { offsetMs: () => time.offsetMs() + ms }
}

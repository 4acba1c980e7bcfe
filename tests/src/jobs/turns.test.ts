import { describe, expect, test } from 'vitest'
import type { ClaimedRow, OutboxPort } from '../../../src/jobs/outbox-port.ts'
import { turnsOf } from '../../../src/jobs/turns.ts'
import { type Task, worker } from '../../../src/jobs/worker.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { until } from '../../kit/until.ts'

describe('turns', () => {
  test('one at a time, in the order they asked; another name does not wait', async () => {
    const turns = turnsOf(60_000)
    const got: string[] = []
    const take = async (name: string, who: string) => {
      const pass = await turns.take(name)
      got.push(who)
      return pass
    }
    const first = take('a', 'a1')
    const second = take('a', 'a2')
    const third = take('a', 'a3')
    await take('b', 'b1')
    expect(got).toEqual(['a1', 'b1'])
    ;(await first)()
    await until(() => expect(got).toEqual(['a1', 'b1', 'a2']))
    ;(await second)()
    ;(await third)()
    expect(got).toEqual(['a1', 'b1', 'a2', 'a3'])
    await until(() => expect(turns.busy('a')).toBe(false))
    expect(turns.busy('b')).toBe(true)
  })

  test('who takes too long is not waited for', async () => {
    const turns = turnsOf(20)
    await turns.take('a')
    const pass = await turns.take('a')
    pass()
    await until(() => expect(turns.busy('a')).toBe(false))
  })
})

/** An outbox in memory: every key can be claimed once. */
function memoryBox(lanes: Readonly<Record<string, string>>) {
  const marked: string[] = []
  const claimed = new Set<string>()
  const box: Omit<OutboxPort, 'due'> = {
    claim: async (key) => {
      if (claimed.has(key)) return { outcome: 'not-now' }
      claimed.add(key)
      return { outcome: 'claimed', row: { key, task: 'send', payload: {}, lane: lanes[key], attempt: 1 } }
    },
    extend: async () => true,
    done: async ({ key }) => void marked.push(key),
    fail: async () => 'retry',
    giveUp: async () => {},
  }
  return { box, marked }
}

describe('R3: what the other side cannot tell from a new one', () => {
  test('is sent and marked one after the other; who waits keeps no hand, and others overtake', async () => {
    const rows = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`k${n}`, n < 25 ? `robot:${n}` : `app:${n}`]))
    const { box, marked } = memoryBox(rows)
    let inDoubt = 0
    let most = 0
    const begun: string[] = []
    const open: (() => void)[] = []
    const send: Task = async (_payload, key) => {
      begun.push(key)
      const robot = rows[key]?.startsWith('robot:') === true
      if (robot) most = Math.max(most, ++inDoubt)
      await new Promise<void>((resolve) => open.push(resolve))
      return { outcome: 'done' }
    }
    const turnOf = ({ lane }: ClaimedRow) => (lane?.startsWith('robot:') ? 'robot' : undefined)
    const done = async (row: ClaimedRow) => {
      await new Promise((resolve) => setImmediate(resolve))
      if (turnOf(row) !== undefined) inDoubt -= 1
      marked.push(row.key)
    }
    const parts = { tasks: { send }, wake: () => {}, clock: systemClock, log: silentLog, turnOf }
    const executor = worker({ ...parts, outbox: { ...box, done } })
    const first = executor.execute('k0')
    await until(() => expect(begun).toEqual(['k0']))
    // these resolve although none of them can go yet
    for (let n = 1; n < 25; n++) await executor.execute(`k${n}`)
    expect(begun).toEqual(['k0'])
    const others = Promise.all(Array.from({ length: 5 }, (_, n) => executor.execute(`k${25 + n}`)))
    await until(() => expect(begun).toHaveLength(6))
    while (marked.length < 30) {
      for (const go of open.splice(0)) go()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all([first, others, executor.rest()])
    expect(most).toBe(1)
    expect([...marked].sort()).toEqual(Object.keys(rows).sort())
    const robots = marked.filter((key) => rows[key]?.startsWith('robot:'))
    expect(robots).toEqual(Array.from({ length: 25 }, (_, n) => `k${n}`))
  })
})

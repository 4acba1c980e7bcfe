import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { chatMemory } from '../../../src/hub/chat-memory.ts'
import { movableClock } from '../../../src/runtime/clock.ts'
import { testPersonal } from '../../kit/cipher.ts'
import { freshDatabase } from '../../kit/database.ts'

type Looked = { readonly about: string; readonly atMs: number }

const fresh = await freshDatabase()
const { sql } = fresh.database
const clock = movableClock()
const memory = chatMemory<Looked>(fresh.database, testPersonal, clock)
afterAll(fresh.drop)
beforeEach(async () => {
  clock.setOffset(0)
  await sql`TRUNCATE chat_memory`
})

const place = (memberId: string, conversationId: string, platform = 'wecom') => ({ platform, conversationId, memberId })

describe('what was looked at last', () => {
  test('comes back, the newest of one person and chat only', async () => {
    await memory.remember(place('m1', 'c1'), { about: 'first' })
    await memory.remember(place('m1', 'c1'), { about: 'second' })
    expect(await memory.recall(place('m1', 'c1'))).toEqual({ about: 'second', atMs: expect.any(Number) })
    expect(await sql`SELECT count(*)::int AS n FROM chat_memory`).toMatchObject([{ n: 1 }])
  })

  test('counts for 10 minutes and not a moment longer', async () => {
    await memory.remember(place('m1', 'c1'), { about: 'x' })
    clock.setOffset(599_000)
    expect(await memory.recall(place('m1', 'c1'))).toMatchObject({ about: 'x' })
    clock.setOffset(600_001)
    expect(await memory.recall(place('m1', 'c1'))).toBeUndefined()
  })

  test('of a clock that was moved back is none', async () => {
    clock.setOffset(3_600_000)
    await memory.remember(place('m1', 'c1'), { about: 'tomorrow' })
    clock.setOffset(0)
    expect(await memory.recall(place('m1', 'c1'))).toBeUndefined()
  })

  test('is gone when forgotten', async () => {
    await memory.remember(place('m1', 'c1'), { about: 'x' })
    await memory.forget(place('m1', 'c1'))
    expect(await memory.recall(place('m1', 'c1'))).toBeUndefined()
  })

  test('stands sealed in the table', async () => {
    await memory.remember(place('m1', 'c1'), { about: '张伟 13685578806' })
    const [row] = await sql<{ text: string }[]>`SELECT encode(looked_enc, 'escape') AS text FROM chat_memory`
    expect(row?.text).not.toMatch(/13685578806|about/)
  })
})

test('no order of remembering lets anything cross people, chats or platforms', async () => {
  const somePlace = fc.record({
    platform: fc.constantFrom('wecom', 'dingtalk', 'play'),
    conversationId: fc.constantFrom('c1', 'c2', "c'3"),
    memberId: fc.constantFrom('m1', 'm2'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(somePlace, fc.string()), { maxLength: 12 }), async (told) => {
      await sql`TRUNCATE chat_memory`
      const expected = new Map<string, string>()
      for (const [at, about] of told) {
        await memory.remember(at, { about })
        expected.set(JSON.stringify([at.platform, at.conversationId, at.memberId]), about)
      }
      for (const platform of ['wecom', 'dingtalk', 'play'])
        for (const conversationId of ['c1', 'c2', "c'3"])
          for (const memberId of ['m1', 'm2']) {
            const found = await memory.recall({ platform, conversationId, memberId })
            expect(found?.about).toBe(expected.get(JSON.stringify([platform, conversationId, memberId])))
          }
    }),
    { numRuns: 25 },
  )
})

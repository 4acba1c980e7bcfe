import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { type Outbox, type OutboxRow, outbox } from '../../../src/hub/outbox.ts'
import { testPersonal } from '../../kit/cipher.ts'
import { freshDatabase } from '../../kit/database.ts'

const fresh = await freshDatabase()
const { sql } = fresh.database
afterAll(fresh.drop)
beforeEach(async () => {
  await sql`TRUNCATE outbox`
})

const box = outbox(fresh.database, testPersonal, { maxAgeMs: { 'chat.send': 600_000 }, random: () => 0.5 })
const send = (key: string, lane?: string, more: { delayMs?: number; task?: string } = {}) =>
  box.enqueue(sql, [{ key, task: more.task ?? 'chat.send', payload: { text: key }, lane, ...more }])

const due = async (limit: number) => (await box.due(limit)).map(({ key }) => key)

async function mustClaim(key: string, from: Outbox = box): Promise<OutboxRow> {
  const claim = await from.claim(key, 20_000)
  if (claim.outcome !== 'claimed') throw new Error(`${key}: ${claim.outcome}`)
  return claim.row
}

const dueInSeconds = async (key: string) => {
  const [row] = await sql`SELECT extract(epoch FROM due_at - now())::float8 AS s FROM outbox WHERE key = ${key}`
  return Number(row?.s)
}
const age = (key: string, seconds: number) =>
  sql`UPDATE outbox SET created_at = created_at - ${seconds} * interval '1 s' WHERE key = ${key}`
const makeDue = (key: string) => sql`UPDATE outbox SET due_at = now(), leased_until = NULL WHERE key = ${key}`

describe('writing', () => {
  test('belongs to the transaction: rolled back with it', async () => {
    const failing = sql.begin(async (tx) => {
      await box.enqueue(tx, [{ key: 'a', task: 'chat.send', payload: {} }])
      throw new Error('the change failed')
    })
    await expect(failing).rejects.toThrow('the change failed')
    expect(await due(10)).toEqual([])
  })

  test('the same key is one row, for ever', async () => {
    await send('a')
    await send('a')
    await box.done(await mustClaim('a'))
    await send('a')
    expect(await sql`SELECT key FROM outbox`).toHaveLength(1)
    expect(await due(10)).toEqual([])
  })

  test('payloads are encrypted at rest and come back whole, NUL and broken surrogates included', async () => {
    const payload = { text: '电话 17000009354 \0 \ud800 🚚', to: { url: 'https://secret' } }
    await box.enqueue(sql, [{ key: 'a', task: 'chat.send', payload }])
    const [row] = await sql`SELECT payload::text AS text FROM outbox`
    expect(row?.text).not.toMatch(/17000009354|secret/)
    expect((await mustClaim('a')).payload).toEqual(payload)
  })

  test('a delay holds it back', async () => {
    await send('a', undefined, { delayMs: 60_000 })
    expect(await due(10)).toEqual([])
    expect((await box.claim('a', 1)).outcome).toBe('not-now')
  })
})

describe('claiming', () => {
  test('one of fifty at once gets the row', async () => {
    await send('a')
    const claims = await Promise.all(Array.from({ length: 50 }, () => box.claim('a', 20_000)))
    expect(claims.filter(({ outcome }) => outcome === 'claimed')).toHaveLength(1)
  })

  test('a lane goes in the order of writing, one at a time; other lanes do not wait', async () => {
    await box.enqueue(
      sql,
      ['a1', 'a2', 'b1', 'a3'].map((key) => ({ key, task: 'chat.send', payload: {}, lane: key.slice(0, 1) })),
    )
    expect(await due(10)).toEqual(['a1', 'b1'])
    const head = await mustClaim('a1')
    expect(await due(10)).toEqual(['b1'])
    expect((await box.claim('a2', 20_000)).outcome).toBe('not-now')
    await box.done(head)
    expect(await due(10)).toEqual(['a2', 'b1'])
    expect((await box.claim('a3', 20_000)).outcome).toBe('not-now')
    await mustClaim('a2')
  })

  test('the rest of a lane waits while its head waits for another try', async () => {
    await send('a1', 'a')
    await send('a2', 'a')
    await box.fail(await mustClaim('a1'), { reason: 'busy' })
    expect(await due(10)).toEqual([])
    await makeDue('a1')
    await makeDue('a2')
    expect(await due(10)).toEqual(['a1'])
  })

  test('a lease that ran out lets the next one in, and the late owner can still say done but not failed', async () => {
    await send('a')
    const dead = await mustClaim('a')
    await sql`UPDATE outbox SET leased_until = now() - interval '1 s'`
    expect(await due(10)).toEqual(['a'])
    const heir = await mustClaim('a')
    expect(heir.attempt).toBe(2)
    expect(await box.extend(dead, 20_000)).toBe(false)
    expect(await box.extend(heir, 20_000)).toBe(true)
    await box.fail(dead, { reason: 'too late to say so' })
    expect((await box.claim('a', 1)).outcome).toBe('not-now')
    await box.done(dead, { id: '7' })
    expect(await sql`SELECT state, receipt FROM outbox`).toEqual([{ state: 'done', receipt: { id: '7' } }])
  })

  test('the newest are found however long the backlog is', async () => {
    await sql`
      INSERT INTO outbox (key, task, payload, due_at)
      SELECT 'old' || n, 'x', '{}', now() - interval '1 h' FROM generate_series(1, 5000) n`
    await send('fresh')
    expect(await due(20)).toContain('fresh')
  })
})

describe('failing', () => {
  test('climbs the ladder of 8 tries and is then a dead letter', async () => {
    await send('a', undefined, { task: 'other' })
    const waits: number[] = []
    for (let attempt = 1; attempt < 8; attempt++) {
      expect(await box.fail(await mustClaim('a'), { reason: 'no' })).toBe('retry')
      waits.push(Math.round(await dueInSeconds('a')))
      await makeDue('a')
    }
    expect(waits).toEqual([5, 30, 120, 600, 1800, 7200, 18_000])
    expect(await box.fail(await mustClaim('a'), { reason: 'still no' })).toBe('dead')
    expect(await box.deadLetters(10)).toMatchObject([{ key: 'a', task: 'other', attempts: 8, reason: 'still no' }])
    expect(await due(10)).toEqual([])
  })

  test.each([
    [0, 4],
    [0.9999, 6],
  ])('jitter %d makes the first wait %d s', async (random, seconds) => {
    const shaky = outbox(fresh.database, testPersonal, { random: () => random })
    await send('a')
    await shaky.fail(await mustClaim('a', shaky), { reason: 'no' })
    expect(await dueInSeconds('a')).toBeCloseTo(seconds, 0)
  })

  test('waits at least as long as the platform asks', async () => {
    await send('a')
    await box.fail(await mustClaim('a'), { reason: '429', afterMs: 90_000 })
    expect(await dueInSeconds('a')).toBeCloseTo(90, 0)
  })

  test('a chat answer gets its last try just before it is too old, and is then listed instead of sent', async () => {
    await send('a', 'lane')
    await send('b', 'lane')
    await age('a', 300)
    await sql`UPDATE outbox SET attempts = 3 WHERE key = 'a'`
    await box.fail(await mustClaim('a'), { reason: 'no' })
    expect(await dueInSeconds('a')).toBeCloseTo(295, 0)

    await age('a', 301)
    await makeDue('a')
    expect(await box.claim('a', 20_000)).toMatchObject({ outcome: 'buried', task: 'chat.send', lane: 'lane' })
    const [dead] = await box.deadLetters(10)
    expect(dead).toMatchObject({ key: 'a', reason: 'older than 10 min: not sent' })
    expect(JSON.stringify(dead)).not.toContain('text')
    await makeDue('b')
    await mustClaim('b')
  })

  test('a row whose process dies at every try is given up after 8', async () => {
    await send('a')
    for (let attempt = 1; attempt <= 8; attempt++) {
      expect((await mustClaim('a')).attempt).toBe(attempt)
      await sql`UPDATE outbox SET leased_until = now() - interval '1 s'`
    }
    expect(await box.claim('a', 1)).toMatchObject({ outcome: 'buried', reason: 'its process died at every try' })
    expect(await due(10)).toEqual([])
  })

  test('replay gives a dead letter its tries again, once', async () => {
    await send('a')
    await age('a', 10_000)
    expect((await box.claim('a', 1)).outcome).toBe('buried')
    expect(await box.replay('a')).toBe('replayed')
    expect(await box.replay('a')).toBe('not-dead')
    expect(await box.replay('nobody')).toBe('not-dead')
    const row = await mustClaim('a')
    expect(row.attempt).toBe(1)
    await box.done(row)
    expect(await box.replay('a')).toBe('not-dead')
    expect(await box.deadLetters(10)).toEqual([])
  })

  test('given up is dead at once', async () => {
    await send('a')
    await box.giveUp(await mustClaim('a'), 'unknown user')
    expect(await box.deadLetters(10)).toMatchObject([{ key: 'a', reason: 'unknown user' }])
  })
})

describe('hurry', () => {
  test('pulls what failed forward with its lane, gives the try back, and leaves the told-to-wait and the delayed', async () => {
    await send('wecom-1', 'wecom:1')
    await send('wecom-2', 'wecom:1')
    await send('wecom-3', 'wecom:3')
    await send('wecom-4', 'wecom:4', { delayMs: 60_000 })
    await send('dingtalk-1', 'dingtalk:1')
    await box.fail(await mustClaim('wecom-1'), { reason: 'unreachable' })
    await box.fail(await mustClaim('wecom-3'), { reason: 'rate', afterMs: 60_000 })
    await box.fail(await mustClaim('dingtalk-1'), { reason: 'unreachable' })
    expect(await box.hurry('wecom:')).toBe(2)
    expect(await due(10)).toEqual(['wecom-1'])
    const row = await mustClaim('wecom-1')
    expect(row.attempt).toBe(1)
    await box.done(row)
    expect(await due(10)).toEqual(['wecom-2'])
  })
})

import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../../../src/db/client.ts'
import { inbox } from '../../../src/hub/inbox.ts'
import { outbox } from '../../../src/hub/outbox.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import type { LogFields } from '../../../src/runtime/log.ts'
import { testPersonal } from '../../kit/cipher.ts'
import { freshDatabase } from '../../kit/database.ts'

type Event = { platform: string; id: string; text?: string }
type Reply = { kind: string; text?: string }
type Message = { key: string; lane: string }

const fresh = await freshDatabase({ statementTimeoutMs: 2_000, lockTimeoutMs: 1_000 })
const other = openDatabase(fresh.target, { max: 25 })
const { sql } = fresh.database
afterAll(async () => {
  await other.close()
  await fresh.drop()
})
beforeEach(async () => {
  await sql`TRUNCATE inbox, outbox`
})

const logged: (LogFields & { message: string })[] = []
const open = (database = fresh.database) =>
  inbox<Event, Reply, Message>({
    database,
    cipher: testPersonal,
    outbox: outbox(database, testPersonal),
    entryOf: ({ key, lane }) => ({ key, task: 'chat.send', payload: {}, lane }),
    clock: systemClock,
    log: (_level, message, fields) => logged.push({ message, ...fields }),
  })
const box = open()
const elsewhere = open(other)
const event = (id: string): Event => ({ platform: 'wecom', id, text: '17000009354 到哪了 \0' })
const soon = () => Date.now() + 5_000
const outboxKeys = async () => (await sql`SELECT key FROM outbox ORDER BY id`).map(({ key }) => key)

test('an event is new once; its answer is what every repeat gets', async () => {
  expect(await box.claim(event('1'))).toEqual({ outcome: 'new' })
  expect(await box.claim(event('1'))).toEqual({ outcome: 'in-flight' })
  expect(await box.answer(event('1'), { kind: 'text', text: '在杭州' }, [])).toBe('stored')
  expect(await box.claim(event('1'))).toEqual({ outcome: 'answered', reply: { kind: 'text', text: '在杭州' } })
  expect(await elsewhere.claim(event('1'))).toMatchObject({ outcome: 'answered' })
})

test('the same id on two platforms is two events', async () => {
  expect(await box.claim({ platform: 'wecom', id: '1' })).toEqual({ outcome: 'new' })
  expect(await box.claim({ platform: 'dingtalk', id: '1' })).toEqual({ outcome: 'new' })
})

test('event and answer are encrypted at rest', async () => {
  await box.claim(event('1'))
  await box.answer(event('1'), { kind: 'text', text: '电话 17000009354' }, [])
  const [row] = await sql`SELECT event::text || answer::text AS text FROM inbox`
  expect(row?.text).not.toContain('17000009354')
})

test('the answer and what follows it are one transaction, and the first answer stays', async () => {
  await box.claim(event('1'))
  await box.answer(event('1'), { kind: 'text', text: 'first' }, [{ key: 'k1', lane: 'l' }])
  expect(await box.answer(event('1'), { kind: 'text', text: 'second' }, [{ key: 'k2', lane: 'l' }])).toBe(
    'already-answered',
  )
  expect(await outboxKeys()).toEqual(['k1'])
  expect(await box.claim(event('1'))).toMatchObject({ reply: { text: 'first' } })
})

test('an answer whose outbox row cannot be written is no answer', async () => {
  await box.claim(event('1'))
  const broken = { key: 'k', lane: 'l\0' }
  await expect(box.answer(event('1'), { kind: 'none' }, [broken])).rejects.toThrow()
  expect(await box.claim(event('1'))).toEqual({ outcome: 'in-flight' })
})

describe('R2b: the same event 50 times at once', () => {
  test.each([1, 2, 3])('one effect, 50 equal answers, no error (round %d)', async (round) => {
    const id = `r${round}`
    let effects = 0
    const deliver = async (place: typeof box): Promise<Reply | undefined> => {
      const claim = await place.claim(event(id))
      if (claim.outcome === 'answered') return claim.reply
      if (claim.outcome === 'in-flight') return place.awaitAnswer('wecom', id, soon())
      effects += 1
      const reply = { kind: 'text', text: `effect ${effects}` }
      await place.answer(event(id), reply, [{ key: id, lane: 'l' }])
      return reply
    }
    const replies = await Promise.all(Array.from({ length: 50 }, (_, n) => deliver(n % 2 ? box : elsewhere)))
    expect(effects).toBe(1)
    expect(replies).toEqual(Array.from({ length: 50 }, () => ({ kind: 'text', text: 'effect 1' })))
    expect(await outboxKeys()).toEqual([id])
  })
})

describe('waiting for an answer', () => {
  test('ends as soon as another process gave it', async () => {
    await box.claim(event('1'))
    const waiting = box.awaitAnswer('wecom', '1', soon())
    await elsewhere.answer(event('1'), { kind: 'text', text: 'there' }, [])
    expect(await waiting).toEqual({ kind: 'text', text: 'there' })
  })

  test('ends without one at its time', async () => {
    await box.claim(event('1'))
    expect(await box.awaitAnswer('wecom', '1', Date.now() + 60)).toBeUndefined()
  })
})

describe('reclaiming', () => {
  const expire = () => sql`UPDATE inbox SET claimed_at = claimed_at - interval '31 s'`

  test('gives unanswered events of dead processes to one sweeper each, whole', async () => {
    for (const id of ['1', '2', '3', '4']) await box.claim(event(id))
    await box.answer(event('1'), { kind: 'none' }, [])
    expect(await box.reclaim(30_000, 10)).toEqual([])
    await expire()
    const swept = await Promise.all([box.reclaim(30_000, 2), elsewhere.reclaim(30_000, 2), box.reclaim(30_000, 2)])
    expect(swept.flat().sort((a, b) => a.id.localeCompare(b.id))).toEqual(['2', '3', '4'].map(event))
    expect(await box.reclaim(30_000, 10)).toEqual([])
  })

  test('an event that ends every process that handles it is given up and said so', async () => {
    await box.claim(event('poison'))
    let handled = 0
    for (let round = 0; round < 8; round++) {
      await expire()
      handled += (await box.reclaim(30_000, 10)).length
    }
    expect(handled).toBe(4)
    expect(await box.claim(event('poison'))).toEqual({ outcome: 'answered', reply: { kind: 'none' } })
    expect(logged).toMatchObject([{ eventId: 'poison', attempts: 6 }])
  })
})

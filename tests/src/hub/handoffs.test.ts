import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type HandoffRequest, handoffs } from '../../../src/hub/handoffs.ts'
import { outbox } from '../../../src/hub/outbox.ts'
import { queryLog } from '../../../src/hub/query-log.ts'
import { movableClock } from '../../../src/runtime/clock.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { testPersonal } from '../../kit/cipher.ts'
import { freshDatabase } from '../../kit/database.ts'

const fresh = await freshDatabase()
const { sql } = fresh.database
const clock = movableClock()
const box = outbox(fresh.database, testPersonal)
const desk = handoffs({
  database: fresh.database,
  outbox: box,
  clock,
  ids: randomIds(),
  reachable: ['wecom', 'dingtalk', 'play'],
})
afterAll(fresh.drop)

beforeAll(async () => {
  const people = [
    ['li', '小李', 'cs', true, ['wecom:LiTing']],
    ['lin', '小林', 'cs_lead', true, ['wecom:LinXia', 'dingtalk:0314', 'play:play-cs_lead']],
    ['zheng', '小郑', 'cs_lead', true, ['wecom:ZhengHao']],
    ['shen', '沈总', 'director', true, ['wecom:ShenYi']],
    ['gone', '小走', 'cs_lead', false, ['wecom:Gone']],
    ['nowhere', '小无', 'cs_lead', true, []],
    ['chen', '小陈', 'finance', true, ['dingtalk:0555']],
  ] as const
  for (const [id, name, role, active, accounts] of people) {
    await sql`INSERT INTO members (id, name, active) VALUES (${id}, ${name}, ${active})`
    await sql`INSERT INTO member_roles (member_id, role) VALUES (${id}, ${role})`
    for (const account of accounts) {
      const [platform = '', userId = ''] = account.split(':')
      await sql`INSERT INTO member_accounts (platform, user_id, member_id) VALUES (${platform}, ${userId}, ${id})`
    }
  }
})
beforeEach(async () => {
  clock.setOffset(0)
  await sql`TRUNCATE handoffs, outbox, query_log`
})

const request = (over: Partial<HandoffRequest> = {}): HandoffRequest => ({
  fromMemberId: 'li',
  question: '客户 13685578806 要赔偿',
  platform: 'wecom',
  roles: ['cs_lead', 'director'],
  tell: ({ id, to, question }) =>
    to.chats.map(({ platform, userId }) => ({
      key: `${id}:${platform}`,
      task: 'chat.send',
      payload: { userId, question },
    })),
  ...over,
})
const sent = async () => (await sql`SELECT key FROM outbox ORDER BY id`).length

describe('a question that is handed over', () => {
  test('stands with its phones masked, and reaches every chat of the one who takes it, the asker’s platform first', async () => {
    const done = await desk.handOver(request({ subject: 'SO1', platform: 'play' }))
    expect(done).toMatchObject({
      outcome: 'handed',
      to: { id: 'lin', name: '小林', chats: [{ platform: 'play' }, { platform: 'dingtalk' }, { platform: 'wecom' }] },
    })
    expect(await sql`SELECT from_member_id, to_role, to_member_id, subject, question FROM handoffs`).toEqual([
      {
        from_member_id: 'li',
        to_role: 'cs_lead',
        to_member_id: 'lin',
        subject: 'SO1',
        question: '客户 136****8806 要赔偿',
      },
    ])
    expect(await sent()).toBe(3)
  })

  test('goes to the one who was given fewest', async () => {
    const first = await desk.handOver(request({ question: 'a' }))
    const second = await desk.handOver(request({ question: 'b' }))
    expect([first, second].map((done) => 'to' in done && done.to.id).sort()).toEqual(['lin', 'zheng'])
  })

  test('never goes to its asker, to leavers, or to who cannot be reached', async () => {
    for (let n = 0; n < 6; n++) {
      const done = await desk.handOver(request({ fromMemberId: 'lin', question: `q${n}` }))
      expect(done).toMatchObject({ to: { id: 'zheng' } })
    }
  })

  test('goes to the next role when the first has nobody', async () => {
    expect(await desk.handOver(request({ roles: ['warehouse', 'director'] }))).toMatchObject({ to: { id: 'shen' } })
    expect(await desk.handOver(request({ roles: ['finance'], question: 'x' }))).toMatchObject({ to: { id: 'chen' } })
  })

  test('goes to nobody when nobody is there, and nothing is written', async () => {
    expect(await desk.handOver(request({ roles: ['warehouse'] }))).toEqual({ outcome: 'nobody' })
    const elsewhere = handoffs({ database: fresh.database, outbox: box, clock, ids: randomIds(), reachable: ['play'] })
    expect(await elsewhere.handOver(request({ roles: ['finance'] }))).toEqual({ outcome: 'nobody' })
    expect(await sql`SELECT 1 FROM handoffs`).toHaveLength(0)
    expect(await sent()).toBe(0)
  })

  test('goes once in two minutes, also when it is asked for ten times at once', async () => {
    const done = await Promise.all(Array.from({ length: 10 }, () => desk.handOver(request())))
    expect(done.map(({ outcome }) => outcome).sort()).toEqual([...Array(9).fill('already'), 'handed'])
    expect(new Set(done.map((one) => 'to' in one && one.to.id)).size).toBe(1)
    expect(await sql`SELECT 1 FROM handoffs`).toHaveLength(1)
    clock.setOffset(121_000)
    expect(await desk.handOver(request())).toMatchObject({ outcome: 'handed' })
  })

  test('is marked in the query log, for its asker only', async () => {
    const log = queryLog(fresh.database, clock)
    for (const memberId of ['li', 'zheng'])
      await log.record({
        event: { id: 'e1', platform: 'wecom', conversation: { id: 'c', kind: 'direct' } },
        memberId,
        question: '能赔吗',
        trace: { intent: 'unsupported', slots: {}, expect: 'handoff' },
        latencyMs: 1,
      })
    const before = await log.lastAsked({ platform: 'wecom', conversationId: 'c', memberId: 'li' }, 0)
    expect(before).toMatchObject({ question: '能赔吗' })
    await desk.handOver(request({ ...(before !== undefined && { answerKey: before.answerKey }) }))
    expect(await sql`SELECT member_id FROM query_log WHERE handed_over`).toEqual([{ member_id: 'li' }])
  })
})

describe('a hand-over taken back', () => {
  const back = (memberId: string, id?: string) =>
    desk.withdraw({ memberId, platform: 'wecom', ...(id !== undefined && { id }) }, ({ id: own }) => [
      { key: `back:${own}`, task: 'chat.send', payload: {} },
    ])

  test('tells the one who had it, once', async () => {
    const done = await desk.handOver(request({ subject: 'SO1', roles: ['director'] }))
    const id = done.outcome === 'nobody' ? '' : done.id
    expect(await back('li', id)).toEqual({
      outcome: 'withdrawn',
      id,
      to: { id: 'shen', name: '沈总', chats: [{ platform: 'wecom', userId: 'ShenYi' }] },
      subject: 'SO1',
    })
    expect(await back('li', id)).toMatchObject({ outcome: 'already' })
    expect(await sent()).toBe(2)
  })

  test('is the last one when none is named', async () => {
    await desk.handOver(request({ question: 'a' }))
    clock.setOffset(10_000)
    const last = await desk.handOver(request({ question: 'b' }))
    expect(await back('li')).toMatchObject({ outcome: 'withdrawn', id: last.outcome === 'nobody' ? '' : last.id })
    clock.setOffset(700_000)
    expect(await back('li')).toEqual({ outcome: 'unknown' })
  })

  test('is its asker’s alone', async () => {
    const done = await desk.handOver(request())
    expect(await back('zheng', done.outcome === 'nobody' ? '' : done.id)).toEqual({ outcome: 'unknown' })
    expect(await back('zheng')).toEqual({ outcome: 'unknown' })
  })
})

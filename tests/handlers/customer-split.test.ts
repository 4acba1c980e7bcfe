import { afterAll, beforeAll, expect, test } from 'vitest'
import { intake } from '../../src/hub/intake.ts'
import { personalData } from '../../src/hub/personal.ts'
import { fixedClock } from '../../src/runtime/clock.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { surveyDesk } from '../kit/survey-desk.ts'
import { noonMs, sampleOrder } from '../src/hub/sample-order.ts'

const personal = personalData('22'.repeat(32))
let fresh: FreshDatabase
let desk: ReturnType<typeof surveyDesk>

beforeAll(async () => {
  fresh = await freshDatabase({ max: 4 })
  desk = surveyDesk(fresh, personal, noonMs)
  await fresh.database.sql`INSERT INTO members (id, name) VALUES ('mem_x', '林组长')`
  const buyer = { identities: [{ kind: 'buyer' as const, value: 'dy-1' }] }
  const person = { consigneeName: '张伟', phone: '13812345678' }
  await intake(fresh.database, personal, fixedClock(noonMs), randomIds()).takeAll([
    sampleOrder({ ...person, channel: 'jd', orderNo: '300000000001' }),
    ...[1, 2, 3, 4].map((n) => sampleOrder({ ...person, ...buyer, orderNo: `693647669243747250${n}` })),
    sampleOrder({ ...person, ...buyer, phone: '18812345678-1234', orderNo: '6936476692437472509' }),
  ])
  while ((await desk.merges.settle(100)) > 0);
})
afterAll(() => fresh.drop())

const profileOfPhone = async () => {
  const reply = await desk.ask('13812345678 客户画像')
  if (reply.kind !== 'card') throw new Error(`a card was expected, not ${reply.kind}`)
  return reply.card
}

test('a profile says that it was put together, and one tap takes it apart', async () => {
  const card = await profileOfPhone()
  expect(card.title).toBe('张伟（V1）2个渠道6单')
  expect(card.facts).toContainEqual({ label: '合并', value: '按线索并入1个账号（把握100%）' })
  expect(card.facts).toContainEqual({ label: '标签', value: '多渠道活跃' })
  const token = card.buttons.find(({ label }) => label === '拆开账号')?.token ?? ''
  expect(await desk.tap(token, { role: 'cs' })).toMatchObject({
    kind: 'text',
    text: expect.stringContaining('客服组长'),
  })
  const split = await desk.tap(token)
  expect(split).toMatchObject({ kind: 'card-update', toast: '已拆开，以后不会再自动合并' })
  const after = await profileOfPhone()
  expect(after.title).toBe('张伟（V1）2个渠道5单')
  expect(after.buttons.map(({ label }) => label)).not.toContain('拆开账号')
  expect(await desk.tap(token)).toMatchObject({ toast: '这个账号已经拆开过了' })
})

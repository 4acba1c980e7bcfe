import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { filedEntry } from '../../handlers/filed-orders.ts'
import type { OutboundMessage } from '../../src/chat/ports.ts'
import { afterSales } from '../../src/hub/after-sales.ts'
import { type Feed, feed } from '../../src/hub/feed.ts'
import { intake } from '../../src/hub/intake.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { sayOnce } from '../../src/hub/say-once.ts'
import { sources } from '../../src/hub/sources.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { type Instance, instance, openPos, type PosWorld } from '../fakes/dingtalk-pos.ts'
import { testPersonal } from '../kit/cipher.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'

const never = new AbortController().signal
const at = (time: string) => Date.parse(`2026-11-${time}:00+08:00`)
const no = '202611230955000123456'
let fresh: FreshDatabase
let world: PosWorld
let desk: Feed
let said: { readonly to: string; readonly text: string }[]
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  const { database } = fresh
  await database.sql`TRUNCATE orders, source_hints, outbox CASCADE`
  world = await openPos()
  world.clock.setOffset(at('23T10:05') - Date.now())
  said = []
  const say = sayOnce(database, outbox(database, testPersonal))
  desk = feed({
    database,
    channels: [world.channel],
    intake: intake(database, testPersonal, world.clock, randomIds()),
    afterSales: afterSales(database),
    heard: sources(database),
    tellFilers: async (told) => {
      for (const entry of told.flatMap(filedEntry)) {
        const { to, reply } = entry.payload as OutboundMessage
        if ((await say([entry])) === 1) said.push({ to: to.id, text: reply.kind === 'text' ? reply.text : '' })
      }
    },
    clock: world.clock,
    log: silentLog,
  })
})
afterEach(() => world.close())

const form = (changes: Readonly<Record<string, unknown>>, more: object = {}): Instance => ({
  ...instance,
  ...more,
  formComponentValues: (instance.formComponentValues ?? []).flatMap((one) => {
    const name = String(one.name)
    if (!(name in changes)) return [one]
    return changes[name] === undefined ? [] : [{ ...one, value: changes[name] }]
  }),
})
const filed = async (id: string, body: Instance) => {
  world.put(id, body, at('23T09:55'))
  await fresh.database.sql`TRUNCATE source_hints`
  return desk.fetch({ connector: world.channel.name, about: { kind: 'order', orderNo: id } }, never)
}

test('who filed a form hears once that it has become an order', async () => {
  for (let round = 0; round < 3; round++) await filed('inst-1', instance)
  await desk.pullNow(world.channel.name, at('23T09:00'), never)
  expect(said).toEqual([{ to: 'zhou01', text: `审批单${no}已生成订单，发单号就能查进度。` }])
})

test.each([
  [{ 物流方式: undefined }, '没有选「物流方式」'],
  [{ 物流方式: '其他' }, '没有填物流公司名称'],
])('%j: what is missing, and that nothing goes out', async (changes, words) => {
  await filed('inst-1', form(changes))
  expect(said).toHaveLength(1)
  expect(said[0]?.text).toContain(words)
  expect(said[0]?.text).toContain('先扣住不发货')
})

test('a field that cannot be read is named as people see it, with the number of the form', async () => {
  await expect(filed('inst-1', form({ 实付金额: '一百' }))).rejects.toThrow()
  await expect(filed('inst-1', form({ 实付金额: '一百' }))).rejects.toThrow()
  expect(said).toEqual([
    {
      to: 'zhou01',
      text: `审批单${no}没有生成订单：「实付金额」没填或填得不对。请在审批单里点「修改」，改好后重新提交。`,
    },
  ])
})

test('mended by a change of the form it is said, and so is a revocation', async () => {
  await filed('inst-1', form({ 物流方式: undefined }))
  const change = { businessId: '202611231100000000002', mainProcessInstanceId: 'inst-1' }
  await filed('inst-2', form({}, { ...change, bizAction: 'MODIFY', finishTime: '2026-11-23T11:05Z' }))
  await filed('inst-3', form({}, { ...change, bizAction: 'REVOKE', finishTime: '2026-11-23T12:05Z' }))
  expect(said.slice(1).map(({ text }) => text)).toEqual([
    '审批单202611231100000000002的修改已生效。',
    '审批单202611231100000000002已撤销，对应的订单已取消。',
  ])
})

test('a fault of the vendor is nothing the author could mend', async () => {
  await expect(filed('inst-1', { ...instance, formComponentValues: 'none' as never })).rejects.toThrow()
  await expect(filed('inst-2', form({}, { bizAction: 'MODIFY', mainProcessInstanceId: undefined }))).rejects.toThrow()
  expect(said).toEqual([])
})

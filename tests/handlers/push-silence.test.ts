import { afterAll, beforeAll, expect, test } from 'vitest'
import { silenceTick } from '../../handlers/push-silence.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { silentNow } from '../../src/hub/push-silence.ts'
import { sayOnce } from '../../src/hub/say-once.ts'
import { openJson } from '../../src/hub/sealed-json.ts'
import { sources } from '../../src/hub/sources.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { testPersonal } from '../kit/cipher.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

const hour = 3_600_000
const limits = [
  { source: 'douyin.push', hours: 6 },
  { source: 'miniapp.push-youzan', hours: 12 },
  { source: 'never.push', hours: 1 },
]
const person = (memberId: string) => ({ memberId, name: memberId, platform: 'wecom', userId: memberId })
const told = async () => {
  const rows = await fresh.database.sql<
    { key: string; payload: unknown }[]
  >`SELECT key, payload FROM outbox ORDER BY id`
  return rows.map(({ key, payload }) => `${key} ${JSON.stringify(openJson(testPersonal, payload))}`)
}

test('IT hears once of each silence, by name and since when; a push ends it, and the next silence is another', async () => {
  const { database } = fresh
  const heard = sources(database)
  const it = [person('m_it')]
  const tick = silenceTick({
    silent: () => silentNow(database, limits),
    peopleOf: async (role) => (role === 'it' ? it : role === 'ops' ? [person('m_ops')] : []),
    sayOnce: sayOnce(database, outbox(database, testPersonal)),
    clock: systemClock,
  })
  const look = () => tick.run(new AbortController().signal)
  await look()
  await heard.heard('douyin.push', Date.now() - 5 * hour)
  await heard.heard('miniapp.push-youzan', Date.now() - 13 * hour)
  await Promise.all([look(), look()])
  await look()
  const [first, ...more] = await told()
  expect(more).toEqual([])
  expect(first).toMatch(/^silence:miniapp\.push-youzan:\d+:m_it /)
  expect(first).toMatch(
    /小程序推送（有赞）超过12小时没有消息，最后一次是.*。订单仍按时间拉取，不会漏，但会慢。请看回调地址/,
  )
  await heard.heard('miniapp.push-youzan', Date.now())
  await look()
  expect(await told()).toHaveLength(1)
  it.length = 0
  await database.sql`UPDATE sources SET heard_at = now() - interval '7 hours' WHERE name = 'douyin.push'`
  await look()
  expect((await told())[1]).toMatch(/^silence:douyin\.push:\d+:m_ops .*抖音推送超过6小时/)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { findSilent } from '../../../src/hub/push-silence.ts'
import { sources } from '../../../src/hub/sources.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

test('who stays silent is noted and raises one alarm; a word ends it', async () => {
  const { database } = fresh
  const alarms: unknown[] = []
  const look = () =>
    findSilent(database, [{ source: 'douyin.push', hours: 6 }], (_, __, fields) => void alarms.push(fields))
  const heard = sources(database)
  expect(await look()).toEqual([])
  await heard.heard('douyin.push', Date.now() - 7 * 3_600_000)
  expect([await look(), await look()]).toEqual([['douyin.push'], []])
  expect(alarms).toEqual([{ source: 'douyin.push', hours: 6, alarm: true }])
  expect((await heard.freshness(Date.now()))[0]?.lastError).toBe('no push for 6 h')
  await heard.heard('douyin.push', Date.now())
  expect(await look()).toEqual([])
  expect((await heard.freshness(Date.now()))[0]?.lastError).toBeUndefined()
})

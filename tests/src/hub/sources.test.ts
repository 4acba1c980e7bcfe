import { afterAll, beforeAll, expect, test } from 'vitest'
import { sources } from '../../../src/hub/sources.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { hourMs, noonMs } from './sample-order.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

const one = async (name: string, nowMs: number) =>
  (await sources(fresh.database).freshness(nowMs)).find((source) => source.name === name)

test('the latest hearing counts, whoever reports it later', async () => {
  const { heard } = sources(fresh.database)
  await heard('douyin.push', noonMs)
  await heard('douyin.push', noonMs - hourMs)
  expect(await one('douyin.push', noonMs)).toMatchObject({ heardAtMs: noonMs, stale: false })
})

test.each([
  ['douyin.push', 0.5],
  ['tmall.pull', 13],
  ['sheet.JXS07', 36],
  ['wms.scan', 1],
  ['something.else', 24],
  ['wms.push-parcels', 14],
])('%s is stale after %d hours of silence', async (name, hours) => {
  await sources(fresh.database).heard(name, noonMs)
  expect(await one(name, noonMs + hours * hourMs)).toMatchObject({ stale: false })
  expect(await one(name, noonMs + hours * hourMs + 1)).toMatchObject({ stale: true })
})

test('a limit that an operator set stays', async () => {
  await sources(fresh.database).heard('jd.pull', noonMs)
  await fresh.database.sql`UPDATE sources SET stale_after_minutes = 5 WHERE name = 'jd.pull'`
  await sources(fresh.database).heard('jd.pull', noonMs + 1)
  expect(await one('jd.pull', noonMs + 6 * 60_000)).toMatchObject({ stale: true, staleAfterMs: 300_000 })
})

test('a failure keeps what was heard and is cleared by the next hearing; never heard is stale', async () => {
  const { heard, failed } = sources(fresh.database)
  await failed('crm.pull', 'token expired')
  expect(await one('crm.pull', noonMs)).toEqual({
    name: 'crm.pull',
    staleAfterMs: 24 * hourMs,
    stale: true,
    lastError: 'token expired',
  })
  await heard('crm.pull', noonMs)
  await failed('crm.pull', 'token expired')
  expect(await one('crm.pull', noonMs)).toMatchObject({ heardAtMs: noonMs, lastError: 'token expired' })
  await heard('crm.pull', noonMs + 1)
  expect(await one('crm.pull', noonMs)).not.toHaveProperty('lastError')
})

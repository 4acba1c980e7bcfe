import { afterAll, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../../src/db/client.ts'
import { personalData } from '../../../src/hub/personal.ts'
import { sharedToken } from '../../../src/hub/shared-token.ts'
import { movableClock } from '../../../src/runtime/clock.ts'
import { PlatformRefused, Unreachable } from '../../../src/runtime/errors.ts'
import { testPersonal } from '../../kit/cipher.ts'
import { freshDatabase } from '../../kit/database.ts'

const fresh = await freshDatabase({ statementTimeoutMs: 500, lockTimeoutMs: 200 })
const second = openDatabase(fresh.target)
afterAll(async () => {
  await second.close()
  await fresh.drop()
})
beforeEach(async () => {
  await fresh.database.sql`TRUNCATE shared_tokens`
  clock.setOffset(0)
})

const clock = movableClock()
const open = () => sharedToken(fresh.database, testPersonal, clock)
const elsewhere = () => sharedToken(second, testPersonal, clock)

/** A vendor that gives a new token each time and takes a moment for it. */
function vendor(lifeMs = 7_200_000, tookMs = 0) {
  const state = { fetched: 0 }
  const fetchNew = async () => {
    state.fetched += 1
    const token = `token ${state.fetched}`
    await new Promise((resolve) => setTimeout(resolve, tookMs))
    return { token, expiresAtMs: clock.nowMs() + lifeMs }
  }
  return { state, fetchNew }
}

test('forty callers in two processes: one fetch, longer than the pool lets a statement take, one token', async () => {
  const { state, fetchNew } = vendor(7_200_000, 700)
  const [a, b] = [open(), elsewhere()]
  const tokens = await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 ? a : b).get('wecom', fetchNew)))
  expect(new Set(tokens)).toEqual(new Set(['token 1']))
  expect(state.fetched).toBe(1)
})

test('is encrypted at rest', async () => {
  await open().get('wecom', vendor().fetchNew)
  const [row] = await fresh.database.sql`SELECT encode(token_enc, 'escape') AS text FROM shared_tokens`
  expect(row?.text).not.toContain('token 1')
})

test('is fetched anew shortly before it ends', async () => {
  const short = vendor(200)
  const tokens = open()
  expect(await tokens.get('wecom', short.fetchNew)).toBe('token 1')
  await fresh.database.sql`UPDATE shared_tokens SET expires_at = expires_at - interval '200 ms'`
  expect(await tokens.get('wecom', short.fetchNew)).toBe('token 2')
})

test('drop takes away only the token that was refused', async () => {
  const { fetchNew } = vendor()
  const tokens = open()
  await tokens.get('wecom', fetchNew)
  await tokens.drop('wecom', 'an older one')
  expect(await tokens.get('wecom', fetchNew)).toBe('token 1')
  await elsewhere().drop('wecom', 'token 1')
  expect(await tokens.get('wecom', fetchNew)).toBe('token 2')
  await tokens.drop('never heard of', 'token 2')
})

test('who renews gets the last token, ended or refused, and nobody else', async () => {
  const lasts: (string | undefined)[] = []
  const tokens = open()
  const renew = async (last: string | undefined) => {
    lasts.push(last)
    return { token: `pair ${lasts.length}`, expiresAtMs: clock.nowMs() + 7_200_000 }
  }
  await tokens.get('jd', renew)
  await tokens.drop('jd', 'pair 1')
  await elsewhere().get('jd', renew)
  await fresh.database.sql`UPDATE shared_tokens SET expires_at = now() - interval '1 s'`
  await tokens.get('jd', renew)
  expect(lasts).toEqual([undefined, 'pair 1', 'pair 2'])
})

test('a token sealed with another key is fetched anew', async () => {
  const { fetchNew } = vendor()
  await sharedToken(fresh.database, personalData('0'.repeat(64)), clock).get('wecom', fetchNew)
  expect(await open().get('wecom', fetchNew)).toBe('token 2')
})

test('after an unreachable vendor the next caller tries again', async () => {
  const tokens = open()
  const gone = async () => Promise.reject(new Unreachable('no answer'))
  await expect(tokens.get('wecom', gone)).rejects.toThrow('no answer')
  expect(await tokens.get('wecom', vendor().fetchNew)).toBe('token 1')
})

test('a wrong secret is tried once in ten minutes', async () => {
  let tries = 0
  const wrong = async () => {
    tries += 1
    throw new PlatformRefused('wrong secret', { retryable: false, vendorCode: '40001' })
  }
  const tokens = open()
  for (let n = 0; n < 5; n++) await expect(tokens.get('wecom', wrong)).rejects.toThrow('wrong secret')
  expect(tries).toBe(1)
  expect(await tokens.get('dingtalk', vendor().fetchNew)).toBe('token 1')
  clock.setOffset(601_000)
  await expect(tokens.get('wecom', wrong)).rejects.toThrow('wrong secret')
  expect(tries).toBe(2)
})

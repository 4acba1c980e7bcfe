import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { BadPayload, BadSignature } from '../../src/runtime/errors.ts'
import { type Log, silentLog } from '../../src/runtime/log.ts'

const parts = { mounts: [], checks: {}, home: undefined, log: silentLog }

test('readyz names what is not ready and what to do; healthz does not care', async () => {
  const checks = {
    database: async () => undefined,
    queue: async () => 'start Redis',
    wecom: async () => Promise.reject(new Error('no answer')),
  }
  const app = buildApp({ ...parts, checks })
  const answer = await app.request('/readyz')
  expect([answer.status, await answer.json()]).toEqual([
    503,
    { ok: false, faults: { queue: 'start Redis', wecom: 'no answer' } },
  ])
  expect((await app.request('/healthz')).status).toBe(200)
})

test('what a door throws is answered without a word about it, and logged', async () => {
  const said: string[] = []
  const log: Log = (level, message) => void said.push(`${level} ${message}`)
  const door = new Hono()
  door.get('/signature', () => {
    throw new BadSignature('key 123 is wrong')
  })
  door.get('/payload', () => {
    throw new BadPayload('too big')
  })
  door.get('/bug', () => {
    throw new Error('password=1')
  })
  const app = buildApp({ ...parts, mounts: [door], log })
  for (const [path, status] of [
    ['/signature', 403],
    ['/payload', 400],
    ['/bug', 503],
  ] as const) {
    const answer = await app.request(path)
    expect([answer.status, await answer.text()]).toEqual([status, ''])
  }
  expect(said).toEqual(['error request failed'])
})

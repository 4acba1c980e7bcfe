import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type WecomApi, wecomApi } from '../../../bot/wecom/api.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { BadPayload, PlatformRefused, Unreachable } from '../../../src/runtime/errors.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { memoryToken } from '../../fakes/memory-ports.ts'
import { type FakeWecom, startFakeWecom } from '../../fakes/wecom-server.ts'

const mediaPath = '/cgi-bin/media/get'
const limit = 10 * 1_048_576
let wecom: FakeWecom
let api: WecomApi

beforeAll(async () => {
  wecom = await startFakeWecom()
  api = wecomApi({ settings: wecom.config, sharedToken: memoryToken(), clock: systemClock, log: silentLog })
})
afterAll(() => wecom.close())

test('a photo comes byte for byte, up to 10 MB', async () => {
  for (const size of [6, limit]) {
    const bytes = randomBytes(size)
    wecom.world.files.set('photo', { bytes, type: 'image/jpeg', name: 'a.jpg' })
    expect(Buffer.from(await api.media('photo')).equals(bytes)).toBe(true)
  }
})

test('one byte more is refused', async () => {
  wecom.world.files.set('film', { bytes: Buffer.alloc(limit + 1), type: 'image/jpeg', name: 'a.jpg' })
  await expect(api.media('film')).rejects.toThrow(BadPayload)
})

test('a refusal comes as JSON and is never taken for the file', async () => {
  const refused = await api.media('gone').catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(PlatformRefused)
  expect(refused).toMatchObject({ vendorCode: '40007', retryable: false })
  // the platform sends a JSON file as JSON too: not for us, and not an error page saved as a photo
  wecom.world.files.set('page', { bytes: Buffer.from('<html>busy</html>'), type: 'text/html', name: 'a' })
  await expect(api.media('page')).rejects.toThrow(Unreachable)
})

test('a token that was taken back is fetched once more', async () => {
  wecom.world.files.set('photo', { bytes: Buffer.from('photo'), type: 'image/png', name: 'a.png' })
  await api.media('photo')
  wecom.world.revokeToken()
  expect(Buffer.from(await api.media('photo')).toString()).toBe('photo')
})

test.each(['drop', { status: 503 }] as const)('%j is unreachable', async (fault) => {
  wecom.fail(mediaPath, fault)
  await expect(api.media('photo')).rejects.toThrow(Unreachable)
})

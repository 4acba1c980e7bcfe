import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isMediaHost } from '../../../bot/dingtalk/hosts.ts'
import { BadPayload, PlatformRefused, Unreachable } from '../../../src/runtime/errors.ts'
import { type FakeDingtalk, startDingtalk } from '../../fakes/dingtalk-server.ts'
import { paths } from '../../fakes/dingtalk-world.ts'
import { type Desk, deskOver } from './desk.ts'

let dingtalk: FakeDingtalk
let desk: Desk
/** Something inside the firm's network that the desk must never be led to. */
let inner: Server
let innerCalls = 0
beforeAll(async () => {
  dingtalk = await startDingtalk({ ratePerSecond: 1_000 })
  desk = deskOver(dingtalk)
  inner = createServer((_, response) => {
    innerCalls += 1
    response.end('the inner page')
  })
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await dingtalk.close()
  await new Promise((resolve) => inner.close(resolve))
})

const fetchCode = (id: string) => desk.platform.media.fetch({ platform: 'dingtalk', id })

test('a photo comes byte for byte', async () => {
  const bytes = randomBytes(300_000)
  dingtalk.world.media.set('code+/=', { bytes })
  expect(Buffer.from(await fetchCode('code+/=')).equals(bytes)).toBe(true)
})

test('10 MB come, one byte more does not', async () => {
  dingtalk.world.media.set('just', { bytes: Buffer.alloc(10 * 1_048_576) })
  dingtalk.world.media.set('over', { bytes: Buffer.alloc(10 * 1_048_576 + 1) })
  expect((await fetchCode('just')).byteLength).toBe(10 * 1_048_576)
  await expect(fetchCode('over')).rejects.toThrow(BadPayload)
})

test('a code that is wrong or old is refused for good', async () => {
  const error = await fetchCode('nothing').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(PlatformRefused)
  expect(error).toMatchObject({ retryable: false, vendorCode: 'invalidParameter.robotCode.downloadCode' })
})

test.each([
  [{ status: 500, body: { code: 'system.busy' } }, PlatformRefused],
  [{ reset: true } as const, Unreachable],
])('trouble is worth another try', async (trouble, type) => {
  dingtalk.fail(paths.download, trouble)
  const error = await fetchCode('just').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(type)
  expect(error).toMatchObject({ retryable: true })
})

describe('where it does not let itself be led', () => {
  const port = () => (inner.address() as AddressInfo).port
  test.each([
    (at: number) => `http://127.0.0.1:${at}/`,
    (at: number) => `http://localhost:${at}/`,
    (at: number) => `http://[::1]:${at}/`,
    (at: number) => `http://oss.aliyuncs.com@127.0.0.1:${at}/`,
    () => 'http://169.254.169.254/latest/meta-data',
    () => 'https://evilaliyuncs.com/',
    () => 'https://aliyuncs.com.evil.example/',
    () => 'https://static.dingtalk.com:8443/',
    () => 'http://static.dingtalk.com/',
    () => 'file:///etc/passwd',
    () => 'data:text/plain,hello',
  ])('%s', async (make) => {
    const link = make(port())
    dingtalk.world.media.set('led', { bytes: Buffer.alloc(1), link })
    await expect(fetchCode('led')).rejects.toThrow(BadPayload)
    expect(innerCalls).toBe(0)
  })

  test('nor by a redirect', async () => {
    const jump = createServer((_, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${port()}/` }).end()
    })
    await new Promise<void>((resolve) => jump.listen(0, '127.0.0.1', resolve))
    const base = `http://127.0.0.1:${(jump.address() as AddressInfo).port}`
    const led = deskOver(dingtalk, { config: { ...dingtalk.config, oapiBase: base } })
    dingtalk.world.media.set('jump', { bytes: Buffer.alloc(1), link: `${base}/file` })
    await expect(led.platform.media.fetch({ platform: 'dingtalk', id: 'jump' })).rejects.toThrow(Unreachable)
    expect(innerCalls).toBe(0)
    await new Promise((resolve) => jump.close(resolve))
  })

  test('DingTalk’s own storage is fine', () => {
    const bases = ['https://api.dingtalk.com', 'https://oapi.dingtalk.com']
    for (const url of [
      'https://zjk-dualstack.oss-cn-zhangjiakou.aliyuncs.com/f?Expires=1',
      'https://static.dingtalk.com/media/x',
    ])
      expect(isMediaHost(url, bases)).toBe(true)
  })
})

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callJson } from '../../../bot/dingtalk/call.ts'
import { Unreachable } from '../../../src/runtime/errors.ts'

let server: Server
let url = ''
beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? ''
    if (path.startsWith('/hang')) return
    if (path.startsWith('/half')) return void response.writeHead(200).write('{"a":')
    if (path.startsWith('/jump')) return void response.writeHead(307, { location: '/ok' }).end()
    if (path.startsWith('/flood')) return void response.writeHead(200).end(`{"a":"${'x'.repeat(2_000_000)}"}`)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const call = (path: string, over: object = {}) =>
  callJson({ method: 'POST', url: `${url}${path}?session=secret`, body: {}, timeoutMs: 150, ...over })

test('an answer is its status and its object', async () => {
  expect(await call('/ok')).toEqual({ status: 200, body: { ok: true }, html: false })
})

test.each(['/hang', '/half', '/jump'])(
  '%s is no answer, in bounded time, and its secret stays out of the words',
  async (path) => {
    const before = performance.now()
    const error = await call(path).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Unreachable)
    expect(String(error)).toContain(path)
    expect(String(error)).not.toContain('secret')
    expect(performance.now() - before).toBeLessThan(1_000)
  },
)

test('a flood is not taken in', async () => {
  expect(await call('/flood', { timeoutMs: 5_000 })).toMatchObject({ status: 200, body: undefined })
})

test('a stop ends it at once', async () => {
  const stopping = new AbortController()
  const called = call('/hang', { timeoutMs: 10_000, stop: stopping.signal })
  stopping.abort()
  await expect(called).rejects.toThrow(Unreachable)
})

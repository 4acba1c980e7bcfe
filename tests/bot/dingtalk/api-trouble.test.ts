import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Delivery } from '../../../src/chat/ports.ts'
import { movableClock } from '../../../src/runtime/clock.ts'
import { type FakeDingtalk, startDingtalk } from '../../fakes/dingtalk-server.ts'
import { paths } from '../../fakes/dingtalk-world.ts'
import { memoryToken } from '../../fakes/memory-ports.ts'
import { type Desk, deskOver } from './desk.ts'

let dingtalk: FakeDingtalk
let desk: Desk
const clock = movableClock()
beforeEach(async () => {
  clock.setOffset(0)
  dingtalk = await startDingtalk()
  desk = deskOver(dingtalk, { clock })
})
afterEach(() => dingtalk.close())

const say = (key: string): Promise<Delivery> =>
  desk.platform.outbound.send({
    key,
    to: { platform: 'dingtalk', kind: 'direct', id: 'li' },
    reply: { kind: 'text', text: '在途' },
  })
const count = (path: string) => dingtalk.calls(path).length

describe('the token', () => {
  test('is fetched once and used again', async () => {
    for (const key of ['1', '2', '3']) expect(await say(key)).toMatchObject({ outcome: 'sent' })
    expect(count(paths.token)).toBe(1)
  })

  test('is shared with whoever holds the same port', async () => {
    const sharedToken = memoryToken(clock.nowMs)
    const two = [deskOver(dingtalk, { sharedToken }), deskOver(dingtalk, { sharedToken })]
    for (const each of two) expect(await each.platform.health()).toBeUndefined()
    expect(count(paths.token)).toBe(1)
  })

  test('that DingTalk has dropped is fetched anew, once, and the message goes out', async () => {
    await say('1')
    dingtalk.expireTokens()
    expect(await say('2')).toMatchObject({ outcome: 'sent' })
    expect(count(paths.token)).toBe(2)
  })

  test('that is refused even when new is given up after one repeat', async () => {
    const stale = { status: 400, body: { code: 'InvalidAuthentication' } }
    dingtalk.fail(paths.direct, stale)
    dingtalk.fail(paths.direct, stale)
    expect(await say('1')).toMatchObject({ outcome: 'refused', alarm: true })
    expect(count(paths.direct)).toBe(2)
  })

  test('for a wrong key pair is asked for once; then nothing for five minutes, and somebody is told', async () => {
    dingtalk.world.keyAccepted = false
    for (const key of ['1', '2', '3']) expect(await say(key)).toMatchObject({ outcome: 'refused', alarm: true })
    expect(count(paths.token)).toBe(1)
    expect(await desk.platform.health()).toMatch(/DINGTALK_CLIENT_SECRET/)
    expect(desk.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    dingtalk.world.keyAccepted = true
    clock.setOffset(300_001)
    expect(await say('4')).toMatchObject({ outcome: 'sent' })
  })

  test('that cannot be had just now is no reason to give up', async () => {
    dingtalk.fail(paths.token, { status: 503, body: {} })
    expect(await say('1')).toMatchObject({ outcome: 'retry' })
    dingtalk.fail(paths.token, { reset: true })
    expect(await say('1')).toMatchObject({ outcome: 'retry' })
    expect(await say('1')).toMatchObject({ outcome: 'sent' })
  })
})

describe('trouble of the vendor', () => {
  test.each([
    ['a reset connection', { reset: true } as const],
    ['a 500', { status: 500, body: { code: 'system.error' } }],
    ['a 504 page', { html: '<html>Gateway Time-out</html>', status: 504 }],
    ['an answer that is no JSON', { html: 'ok', status: 200 }],
  ])('%s: another try', async (_, trouble) => {
    dingtalk.fail(paths.direct, trouble)
    expect(await say('1')).toMatchObject({ outcome: 'retry' })
    expect(await say('1')).toMatchObject({ outcome: 'sent' })
  })

  test('too many calls: as long as it says', async () => {
    dingtalk.fail(paths.direct, { status: 403, body: { code: 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi' } })
    expect(await say('1')).toMatchObject({ outcome: 'retry', afterMs: 1_000 })
  })

  test('a ban: not one call for five minutes', async () => {
    dingtalk.fail(paths.direct, { html: '<!doctype html>', status: 200 })
    expect(await say('1')).toMatchObject({ outcome: 'retry', afterMs: 300_000 })
    const before = dingtalk.world.calls.length
    clock.setOffset(200_000)
    const held = await say('2')
    expect(held).toMatchObject({ outcome: 'retry' })
    expect(held.outcome === 'retry' && held.afterMs).toBeLessThanOrEqual(100_000)
    expect(dingtalk.world.calls).toHaveLength(before)
    clock.setOffset(300_001)
    expect(await say('2')).toMatchObject({ outcome: 'sent' })
  })

  test('our own budget is asked before every call, for all processes', async () => {
    const asked: string[] = []
    const held = deskOver(dingtalk, {
      sendBudget: {
        take: async (key) => {
          asked.push(key)
          return { outcome: 'wait', afterMs: 321 }
        },
      },
    })
    const sent = await held.platform.outbound.send({
      key: '1',
      to: { platform: 'dingtalk', kind: 'group', id: 'cidA==' },
      reply: { kind: 'text', text: '在途' },
    })
    expect(sent).toMatchObject({ outcome: 'retry', afterMs: 321 })
    expect(asked).toEqual([`dingtalk:${dingtalk.config.clientId}:${paths.group}`])
    expect(dingtalk.world.calls).toEqual([])
  })

  test('no secret, token or address in the log', async () => {
    dingtalk.fail(paths.direct, { reset: true })
    await say('1')
    dingtalk.world.keyAccepted = false
    dingtalk.expireTokens()
    await say('2')
    const logged = JSON.stringify(desk.lines)
    expect(desk.lines.length).toBeGreaterThan(0)
    for (const secret of [dingtalk.config.clientSecret, 'session=', ...dingtalk.world.tokens.keys()])
      expect(logged).not.toContain(secret)
  })
})

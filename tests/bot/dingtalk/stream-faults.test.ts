import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { DWClient } from 'dingtalk-stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { streamTimings } from '../../../bot/dingtalk/limits.ts'
import { type FakeDingtalk, startDingtalk } from '../../fakes/dingtalk-server.ts'
import { paths } from '../../fakes/dingtalk-world.ts'
import { type Desk, deskOver, hurried, meanwhile, until } from './desk.ts'
import { quietSdk } from './quiet-sdk.ts'

let dingtalk: FakeDingtalk
let desk: Desk
beforeEach(async () => {
  quietSdk()
  dingtalk = await startDingtalk({ farewellMs: 300, pushTimeoutMs: 1_000 })
  desk = deskOver(dingtalk)
})
afterEach(async () => {
  await desk.stop()
  await dingtalk.close()
})

const openings = () => dingtalk.gateway.openings
/** Waits between attempts, in ms. */
const gaps = () =>
  openings()
    .slice(1)
    .map(({ atMs }, index) => atMs - (openings()[index]?.atMs ?? 0))

describe('no storm', () => {
  test('sockets refused before they are open: one attempt at a time, further and further apart', async () => {
    dingtalk.gateway.refuseSockets(5)
    await desk.listen()
    expect(openings()).toHaveLength(6)
    const waits = [20, 40, 80, 160, 200]
    for (const [index, gap] of gaps().entries()) expect(gap).toBeGreaterThanOrEqual((waits[index] ?? 0) / 2 - 2)
    expect(await dingtalk.say('li', '在吗')).toMatchObject({ code: 200 })
    // nothing was left behind that would still try
    await meanwhile(300)
    expect(openings()).toHaveLength(6)
    expect(dingtalk.gateway.sockets()).toBe(1)
  })

  test('a gateway that fails: the same', async () => {
    for (let times = 0; times < 4; times += 1)
      dingtalk.fail(paths.gateway, { status: 503, body: { code: 'system.busy' } })
    await desk.listen()
    expect(dingtalk.calls(paths.gateway)).toHaveLength(5)
    expect(openings()).toHaveLength(1)
  })

  test('a server that takes us in and throws us out at once: the same', async () => {
    await desk.listen()
    for (let times = 0; times < 4; times += 1) {
      const before = dingtalk.gateway.accepted()
      dingtalk.gateway.drop()
      await until(() => dingtalk.gateway.accepted() > before)
    }
    // the first return is at once, then 20, 40, 80 ms, halved at most
    const waits = [0, 10, 20, 40]
    for (const [index, gap] of gaps().entries()) expect(gap).toBeGreaterThanOrEqual(waits[index] ?? 0)
  })

  test('a ban holds the gateway back as long as it says', async () => {
    dingtalk.fail(paths.gateway, { status: 200, body: { status: 1111, punish: 'deny' } })
    await desk.listen(false)
    await until(() => dingtalk.calls(paths.gateway).length === 1)
    await meanwhile(400)
    expect(dingtalk.calls(paths.gateway)).toHaveLength(1)
    expect(await desk.platform.health()).toMatch(/banned/)
  })

  test('the shipped waits: 1 s to 60 s, five minutes for a refused key', () => {
    expect(streamTimings).toMatchObject({ firstWaitMs: 1_000, longestWaitMs: 60_000, refusedWaitMs: 300_000 })
    const { pingMs, unheardPings } = streamTimings
    // the last sign of life came somewhere between two pings
    expect([pingMs * unheardPings, pingMs * (unheardPings + 1)]).toEqual([60_000, 90_000])
  })
})

describe('a refused key pair (401)', () => {
  test('is tried rarely, told to somebody, and works once it is repaired', async () => {
    dingtalk.world.keyAccepted = false
    await desk.listen(false)
    await until(() => openings().length === 1)
    await meanwhile(250)
    expect(openings()).toHaveLength(1)
    expect(desk.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    expect(await desk.platform.health()).toMatch(/DINGTALK_CLIENT_SECRET/)
    dingtalk.world.keyAccepted = true
    await until(() => dingtalk.gateway.sockets() === 1)
    await until(async () => (await desk.platform.health()) === undefined)
  })
})

describe('a dead socket', () => {
  test('that hears and says nothing is replaced', async () => {
    await desk.listen()
    dingtalk.gateway.freeze()
    await until(() => dingtalk.gateway.accepted() === 2)
    expect(await dingtalk.say('li', '在吗')).toMatchObject({ code: 200 })
  })

  test('is told from a quiet one by our own pings', async () => {
    await desk.listen()
    await until(() => dingtalk.gateway.pings() >= 6)
    expect(dingtalk.gateway.accepted()).toBe(1)
  })

  test('that is cut is replaced, and nothing that comes later is missed', async () => {
    await desk.listen()
    dingtalk.gateway.drop()
    expect(await dingtalk.say('li', '在吗')).toMatchObject({ code: 200 })
    expect(desk.events).toHaveLength(1)
  })

  test('that never finishes its handshake is given up', async () => {
    const hanging = { ...hurried, handshakeMs: 60 }
    const slow = deskOver(dingtalk, { timings: hanging })
    const listeners = dingtalk.gateway.holdUpgrades(2)
    await slow.listen()
    expect(dingtalk.gateway.openings.length).toBe(3)
    listeners.release()
    await slow.stop()
  })
})

describe('told to leave', () => {
  test('the new socket is up before the old one goes', async () => {
    await desk.listen()
    dingtalk.gateway.tellToLeave()
    let most = 0
    await until(() => {
      most = Math.max(most, dingtalk.gateway.sockets())
      return dingtalk.gateway.accepted() === 2 && dingtalk.gateway.sockets() === 1
    })
    expect(most).toBe(2)
    expect(await dingtalk.say('li', '在吗')).toMatchObject({ code: 200 })
  })

  test('what is under way on the old socket is answered there', async () => {
    await desk.listen()
    desk.answer(() => meanwhile(150).then(() => ({ kind: 'none' }) as const))
    const said = dingtalk.say('li', '在吗')
    await until(() => desk.events.length === 1)
    dingtalk.gateway.tellToLeave()
    await until(() => dingtalk.gateway.accepted() === 2)
    expect(await said).toMatchObject({ code: 200 })
  })

  test('right behind the handshake: the socket is replaced all the same, and not forgotten open', async () => {
    const forgetful = await startDingtalk({ farewellMs: 60_000 })
    const own = deskOver(forgetful)
    forgetful.gateway.greetWithGoodbye(2)
    await own.listen()
    await until(() => forgetful.gateway.accepted() === 3)
    await until(() => forgetful.gateway.sockets() === 1)
    await own.stop()
    await forgetful.close()
  })

  test('a server that forgets to close is left by us', async () => {
    const forgetful = await startDingtalk({ farewellMs: 60_000 })
    const own = deskOver(forgetful)
    await own.listen()
    forgetful.gateway.tellToLeave()
    await until(() => forgetful.gateway.sockets() === 2)
    await until(() => forgetful.gateway.sockets() === 1)
    await own.stop()
    await forgetful.close()
  })
})

describe('stop', () => {
  test('while an attempt waits: no socket comes afterwards', async () => {
    dingtalk.gateway.refuseSockets(100)
    await desk.listen(false)
    await until(() => openings().length >= 2)
    await desk.stop()
    const before = openings().length
    await meanwhile(300)
    expect(openings()).toHaveLength(before)
  })

  test('while the gateway hangs, and while a handshake hangs: at once', async () => {
    dingtalk.fail(paths.gateway, { hang: true })
    await desk.listen(false)
    await until(() => dingtalk.calls(paths.gateway).length === 1)
    const before = performance.now()
    await desk.stop()
    expect(performance.now() - before).toBeLessThan(2_000)

    const held = dingtalk.gateway.holdUpgrades(1)
    const other = deskOver(dingtalk)
    await other.listen(false)
    await until(() => held.count() === 1)
    await other.stop()
    expect(performance.now() - before).toBeLessThan(4_000)
    held.release()
  })

  test('waits for answers under way, takes nothing new, and leaves no socket', async () => {
    await desk.listen()
    desk.answer(() => meanwhile(150).then(() => ({ kind: 'none' }) as const))
    const said = dingtalk.say('li', '一')
    await until(() => desk.events.length === 1)
    const stopped = desk.stop()
    const late = dingtalk.say('li', '二')
    expect(await said).toMatchObject({ code: 200 })
    await stopped
    // the other end hears of the close a moment after this one
    await until(() => dingtalk.gateway.sockets() === 0)
    expect(await late).toBeUndefined()
    expect(desk.events).toHaveLength(1)
  })

  test('does not wait for ever', async () => {
    await desk.listen()
    desk.answer(() => new Promise(() => {}))
    void dingtalk.say('li', '一')
    await until(() => desk.events.length === 1)
    const before = performance.now()
    await desk.stop()
    expect(performance.now() - before).toBeLessThan(3_000)
  })

  test('leaves nothing that keeps a process alive, after reconnects of every kind', async () => {
    const script = new URL('./listen-and-stop.ts', import.meta.url).pathname
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], { timeout: 25_000 })
    // printed when the event loop ran empty; a leaked timer or socket would have kept it for ever
    expect(stdout).toContain('stopped with 4 sockets used')
    expect(stdout).toContain('empty')
  })
})

describe('faults of the SDK that stay fenced in', () => {
  test('two doors in one process share no subscriptions', async () => {
    await desk.listen()
    const second = deskOver(dingtalk)
    await second.listen()
    await until(() => dingtalk.gateway.sockets() === 2)
    for (const { subscriptions } of openings()) expect(subscriptions).toHaveLength(2)
    await second.stop()
  })

  test('the private parts we lean on are still there (dingtalk-stream is pinned for that)', () => {
    const client = new DWClient({ clientId: 'a', clientSecret: 'b' })
    expect(client).toMatchObject({ sslopts: { rejectUnauthorized: true }, connected: false })
    for (const name of ['getEndpoint', '_connect', 'onDownStream', 'onSystem', 'send'] as const)
      expect(typeof client[name]).toBe('function')
  })

  test('a ticket goes out encoded, and is used once', async () => {
    await desk.listen()
    // the fake's tickets hold + and /, and it takes each once
    expect(dingtalk.world.tickets.size).toBe(0)
  })

  test('a plain ws address is followed only where the API is plain too', async () => {
    dingtalk.fail(paths.gateway, { status: 200, body: { endpoint: 'gopher://evil.example/connect', ticket: 't' } })
    dingtalk.fail(paths.gateway, { status: 200, body: { endpoint: 'not an address', ticket: 't' } })
    dingtalk.fail(paths.gateway, { status: 200, body: {} })
    await desk.listen()
    expect(dingtalk.calls(paths.gateway)).toHaveLength(4)
  })

  test('nothing printed or logged holds the secret or a ticket', async () => {
    const printed: string[] = []
    const real = { info: console.info, warn: console.warn, error: console.error }
    const keep = (...parts: unknown[]) => void printed.push(parts.map(String).join(' '))
    Object.assign(console, { info: keep, warn: keep, error: keep })
    try {
      dingtalk.gateway.refuseSockets(1)
      await desk.listen()
      await desk.stop()
    } finally {
      Object.assign(console, real)
    }
    const all = `${printed.join('\n')}\n${JSON.stringify(desk.lines)}`
    expect(all).not.toContain(dingtalk.config.clientSecret)
    expect(all).not.toMatch(/ticket/)
  })
})

import { Hono } from 'hono'
import { beforeEach, describe, expect, test } from 'vitest'
import { outbound } from '../../bot/outbound.ts'
import type { Platform } from '../../bot/platform.ts'
import { chatEntry, tasks } from '../../handlers/tasks.ts'
import type { PlatformName } from '../../src/chat/event.ts'
import type { Delivery, OutboundMessage } from '../../src/chat/ports.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import { PlatformRefused, Unreachable } from '../../src/runtime/errors.ts'

const clock = movableClock()
let healed: PlatformName[] = []
let sent: string[] = []
/** What the platforms do next. */
let fate: () => Delivery = () => ({ outcome: 'sent' })
let fault: string | undefined
beforeEach(() => {
  healed = []
  sent = []
  fate = () => ({ outcome: 'sent' })
  fault = undefined
  clock.setOffset(0)
})

const platform = (name: PlatformName): Platform => ({
  name,
  callback: () => new Hono(),
  followUps: () => [],
  outbound: {
    send: async ({ key }) => {
      const delivery = fate()
      if (delivery.outcome === 'sent') sent.push(`${name} ${key}`)
      return delivery
    },
  },
  media: { fetch: async () => new Uint8Array() },
  health: async () => fault,
})
const open = () =>
  outbound({
    platforms: [platform('wecom'), platform('play')],
    healed: async (name) => healed.push(name),
    clock,
  })
const message = (key: string, name: PlatformName = 'wecom'): OutboundMessage => ({
  key,
  to: { platform: name, kind: 'direct', id: 'LiTing' },
  reply: { kind: 'text', text: 'hello' },
})
const unreachable = () => {
  throw new Unreachable('no answer')
}

describe('outbound', () => {
  test('goes through the platform of the conversation', async () => {
    const out = open()
    await out.send(message('a'))
    await out.send(message('b', 'play'))
    expect(sent).toEqual(['wecom a', 'play b'])
  })

  test('a platform that is not configured is refused, with an alarm', async () => {
    expect(await open().send(message('a', 'dingtalk'))).toMatchObject({ outcome: 'refused', alarm: true })
  })

  test('what the platform throws is a delivery: again, with its wait, or never', async () => {
    const out = open()
    fate = unreachable
    expect(await out.send(message('a'))).toEqual({ outcome: 'retry', reason: 'no answer' })
    fate = () => {
      throw new Unreachable('busy', { retryAfterMs: 9_000 })
    }
    expect(await out.send(message('a'))).toEqual({ outcome: 'retry', reason: 'busy', afterMs: 9_000 })
    fate = () => {
      throw new PlatformRefused('wrong secret', { retryable: false })
    }
    expect(await out.send(message('a'))).toEqual({ outcome: 'refused', reason: 'wrong secret', alarm: true })
    fate = () => {
      throw new RangeError('a bug')
    }
    await expect(out.send(message('a'))).rejects.toThrow('a bug')
  })

  test('the first message that gets through after a failure heals its platform, once', async () => {
    const out = open()
    await out.send(message('a'))
    fate = unreachable
    await out.send(message('b'))
    fate = () => ({ outcome: 'sent' })
    await out.send(message('c', 'play'))
    expect(healed).toEqual([])
    await out.send(message('d'))
    await out.send(message('e'))
    expect(healed).toEqual(['wecom'])
  })

  test('being told to wait is no failure of the platform', async () => {
    const out = open()
    fate = () => ({ outcome: 'retry', reason: '30 a minute', afterMs: 20_000 })
    await out.send(message('a'))
    fate = () => ({ outcome: 'sent' })
    await out.send(message('b'))
    expect(healed).toEqual([])
  })

  test('without traffic the platform is asked, ever more seldom, until a message gets through', async () => {
    const out = open()
    const probesAt: number[] = []
    fate = unreachable
    await out.send(message('a'))
    for (let second = 0; second <= 400; second += 10) {
      clock.setOffset(second * 1000)
      fault = second < 100 ? 'it does not answer' : undefined
      await out.probe()
      for (const _ of healed.splice(0)) probesAt.push(second)
    }
    // asked at 20 and 60 in vain, then at 140 and 300
    expect(probesAt).toEqual([140, 300])
    fate = () => ({ outcome: 'sent' })
    await out.send(message('b'))
    healed = []
    clock.setOffset(9_999_000)
    await out.probe()
    expect(healed).toEqual([])
  })
})

describe('taking back', () => {
  test('goes to the platform that sent it, and is nothing where messages stay', async () => {
    const taken: string[] = []
    const wecom = platform('wecom')
    const recall = async (name: PlatformName, id: string): Promise<Delivery> => {
      if (id === 'away') throw new Unreachable('no answer')
      taken.push(`${name} ${id}`)
      return { outcome: 'sent' }
    }
    const platforms = [{ ...wecom, outbound: { ...wecom.outbound, recall } }, platform('play')]
    const out = outbound({ platforms, healed: async () => {}, clock })
    expect(await out.recall('wecom', 'm1')).toEqual({ outcome: 'sent' })
    expect(await out.recall('wecom', 'away')).toMatchObject({ outcome: 'retry' })
    for (const name of ['play', 'dingtalk'] as const) expect(await out.recall(name, 'm2')).toEqual({ outcome: 'sent' })
    expect(taken).toEqual(['wecom m1'])
  })
})

describe('turns', () => {
  const robot: Platform = {
    ...platform('dingtalk'),
    tellsRepeats: (kind, to) => kind !== 'text' && to.kind === 'direct',
  }
  const { turnOf } = outbound({ platforms: [platform('wecom'), robot], healed: async () => {}, clock })
  const row = (name: PlatformName, more: object = {}) => ({
    lane: `${name}:a`,
    payload: { ...message('k', name), ...more },
  })

  test('are taken where the platform shows a repeat twice', () => {
    expect(turnOf(row('dingtalk'))).toBe('dingtalk')
    expect(turnOf(row('dingtalk', { to: { platform: 'dingtalk', kind: 'group', id: 'a' } }))).toBe('dingtalk')
    // a row without a message of its own makes a card
    expect(turnOf({ lane: 'dingtalk:a', payload: { copyId: '7' } })).toBeUndefined()
    expect(turnOf(row('wecom'))).toBeUndefined()
    expect(turnOf({ lane: undefined, payload: null })).toBeUndefined()
    expect(turnOf({ lane: 'photo 7', payload: {} })).toBeUndefined()
  })
})

describe('the task chat.send', () => {
  const run = (delivery: Delivery, payload: unknown = message('a')) => {
    const task = tasks({ outbound: { send: async () => delivery } })['chat.send']
    if (!task) throw new Error('no such task')
    return task(payload, 'a', new AbortController().signal)
  }

  test.each<[Delivery, unknown]>([
    [
      { outcome: 'sent', receipt: { msgid: '7' } },
      { outcome: 'done', receipt: { msgid: '7' } },
    ],
    [{ outcome: 'sent' }, { outcome: 'done' }],
    [
      { outcome: 'retry', reason: 'busy', afterMs: 5 },
      { outcome: 'retry', reason: 'busy', afterMs: 5 },
    ],
    [
      { outcome: 'refused', reason: 'unknown user', alarm: false },
      { outcome: 'give-up', reason: 'unknown user', alarm: false },
    ],
  ])('%j becomes %j', async (delivery, outcome) => {
    expect(await run(delivery)).toEqual(outcome)
  })

  test.each([null, 'text', {}, { key: 'a' }, { key: 'a', to: null, reply: {} }])(
    'gives up on a row without a message: %j',
    async (payload) => {
      expect(await run({ outcome: 'sent' }, payload)).toMatchObject({ outcome: 'give-up', alarm: true })
    },
  )

  test('a message stands in the lane of its conversation, under its own key', () => {
    expect(chatEntry(message('k'))).toEqual({
      key: 'k',
      task: 'chat.send',
      lane: 'wecom:LiTing',
      payload: message('k'),
    })
  })
})

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Platform } from '../../../bot/platform.ts'
import { wecomPlatform } from '../../../bot/wecom/platform.ts'
import type { Delivery } from '../../../src/chat/ports.ts'
import type { Reply } from '../../../src/chat/reply.ts'
import { movableClock } from '../../../src/runtime/clock.ts'
import type { Log } from '../../../src/runtime/log.ts'
import { pendingCard, words } from '../../contracts/platform-subject.ts'
import { memoryBudget, memoryToken } from '../../fakes/memory-ports.ts'
import { type FakeWecom, startFakeWecom } from '../../fakes/wecom-server.ts'

const minuteMs = 60_000
let wecom: FakeWecom
let clock: ReturnType<typeof movableClock>
let platform: Platform
let logged: string[]
let serial = 0

const log: Log = (level, message, fields) => void logged.push(`${level} ${message} ${JSON.stringify(fields)}`)

/** Another process of the same desk, when given the same token store. */
function newPlatform(sharedToken = memoryToken(clock.nowMs), secret = wecom.config.secret): Platform {
  const config = { ...wecom.config, secret }
  return wecomPlatform({ config, sharedToken, sendBudget: memoryBudget(clock.nowMs), clock, log })
}

function newKey(): string {
  serial += 1
  return `k${serial}`
}

function send(reply: Reply, to = 'LiSi', key = newKey(), by = platform): Promise<Delivery> {
  return by.outbound.send({ key, to: { platform: 'wecom', kind: 'direct', id: to }, reply })
}
const card: Reply = { kind: 'card', card: pendingCard }
const callsTo = (path: string) => wecom.calls.filter((called) => called === path).length
const sendPath = '/cgi-bin/message/send'

beforeEach(async () => {
  clock = movableClock()
  logged = []
  wecom = await startFakeWecom({ nowMs: () => clock.nowMs(), knows: (id) => id !== 'ghost' })
  platform = newPlatform()
})
afterEach(() => wecom.close())

describe('receipts', () => {
  test('words have the id of the message; a card also the ids to find and redraw it', async () => {
    expect(await send(words('在途'))).toEqual({ outcome: 'sent', receipt: { messageId: expect.any(String) } })
    const receipt = {
      messageId: expect.any(String),
      cardId: expect.stringMatching(/^card-/),
      updateCode: expect.any(String),
    }
    expect(await send(card)).toEqual({ outcome: 'sent', receipt })
    expect(await send({ kind: 'card', card: { ...pendingCard, buttons: [] } })).toEqual({
      ...{ outcome: 'sent', receipt: { messageId: expect.any(String) } },
    })
  })

  test('nothing to say is said by not calling', async () => {
    for (const reply of [{ kind: 'none' } as const, words('  ')]) expect(await send(reply)).toEqual({ outcome: 'sent' })
    expect(wecom.calls).toEqual([])
  })
})

describe('the token', () => {
  test('is fetched once and used for everything', async () => {
    await Promise.all([send(words('a')), send(words('b')), send(card)])
    await send(words('c'))
    expect(callsTo('/cgi-bin/gettoken')).toBe(1)
  })

  test('taken back early is fetched once more, and the message still arrives', async () => {
    await send(words('a'))
    wecom.world.revokeToken()
    expect(await send(words('b'))).toMatchObject({ outcome: 'sent' })
    expect(callsTo('/cgi-bin/gettoken')).toBe(2)
    expect(wecom.shownTo('LiSi').map(({ words: said }) => said)).toEqual(['a', 'b'])
  })

  test.each([42001, 40014, 40001])('errcode %i asks for a new one, once', async (errcode) => {
    await send(words('a'))
    wecom.fail(sendPath, { errcode })
    wecom.fail(sendPath, { errcode })
    expect(await send(words('b'))).toMatchObject({ outcome: 'retry', reason: expect.stringContaining(String(errcode)) })
    expect([callsTo('/cgi-bin/gettoken'), callsTo(sendPath)]).toEqual([2, 3])
  })

  test('a wrong secret is tried once, then not for an hour, and raises an alarm', async () => {
    platform = newPlatform(memoryToken(clock.nowMs), 'wrong')
    for (let times = 0; times < 8; times += 1)
      expect(await send(words('a'))).toMatchObject({
        outcome: 'refused',
        alarm: true,
        reason: expect.stringContaining('WECOM_SECRET'),
      })
    expect(callsTo('/cgi-bin/gettoken')).toBe(1)
    expect(logged.filter((line) => line.startsWith('error'))).toHaveLength(1)
    clock.setOffset(61 * minuteMs)
    await send(words('a'))
    expect(callsTo('/cgi-bin/gettoken')).toBe(2)
    expect(logged.join()).not.toMatch(/secret=|wrong-|access_token/)
  })

  test('the right secret after a restart is not held back by the wrong one', async () => {
    const shared = memoryToken(clock.nowMs)
    await send(words('a'), 'LiSi', 'k', newPlatform(shared, 'wrong'))
    expect(await send(words('a'), 'LiSi', 'k', newPlatform(shared))).toMatchObject({ outcome: 'sent' })
  })

  test('too many gettoken is waited out', async () => {
    wecom.fail('/cgi-bin/gettoken', { errcode: 45009 })
    expect(await send(words('a'))).toMatchObject({ outcome: 'retry', afterMs: minuteMs })
  })
})

describe('what goes wrong', () => {
  test.each([{ status: 500 }, { status: 502 }, { status: 404 }, 'garbage', 'drop'] as const)(
    '%j is tried again',
    async (fault) => {
      wecom.fail(sendPath, fault)
      const delivery = await send(words('a'))
      expect(delivery).toMatchObject({ outcome: 'retry' })
      expect(JSON.stringify(delivery)).not.toMatch(/access_token|127\.0\.0\.1/)
    },
  )

  test('an answer that was lost on the way back leads to no second message', async () => {
    for (const reply of [words('您的退货已入仓'), card]) {
      wecom.fail(sendPath, 'drop')
      expect(await send(reply, 'LiSi', 'one-key')).toMatchObject({ outcome: 'retry' })
      expect(await send(reply, 'LiSi', 'one-key')).toMatchObject({ outcome: 'sent' })
    }
    expect(wecom.shownTo('LiSi')).toHaveLength(2)
  })

  test('a card that arrived unseen and is drawn differently by now stands there, and is no dead letter', async () => {
    wecom.fail(sendPath, 'drop')
    expect(await send(card, 'LiSi', 'one-key')).toMatchObject({ outcome: 'retry' })
    const later: Reply = { kind: 'card', card: { ...pendingCard, title: '还剩 5 分钟' } }
    expect(await send(later, 'LiSi', 'one-key')).toEqual({
      outcome: 'sent',
      receipt: { cardId: expect.stringMatching(/^card-/) },
    })
    expect(wecom.shownTo('LiSi')).toHaveLength(1)
  })

  test('the same words under two keys both arrive, a retry of one key does not come twice', async () => {
    for (let n = 0; n < 20; n++) await send(words('没有这个单号'), 'LiSi', `k${n}`)
    for (let n = 0; n < 20; n++) await send(words('没有这个单号'), 'LiSi', `k${n}`)
    expect(wecom.shownTo('LiSi')).toHaveLength(20)
  })

  test.each([
    [-1, { outcome: 'retry' }],
    [6000, { outcome: 'retry' }],
    [45009, { outcome: 'retry', afterMs: minuteMs }],
    [45033, { outcome: 'retry', afterMs: minuteMs }],
    [99999, { outcome: 'retry', afterMs: minuteMs }],
    [40003, { outcome: 'refused', alarm: false }],
    [60111, { outcome: 'refused', alarm: false }],
    [81013, { outcome: 'refused', alarm: true }],
    [42035, { outcome: 'refused', alarm: true }],
    [48002, { outcome: 'refused', alarm: true }],
    [50003, { outcome: 'refused', alarm: true }],
    [60020, { outcome: 'refused', alarm: true }],
    [301002, { outcome: 'refused', alarm: true }],
    [701099, { outcome: 'refused', alarm: true }],
  ])('errcode %i', async (errcode, expected) => {
    wecom.fail(sendPath, { errcode })
    expect(await send(words('a'))).toMatchObject({ ...expected, reason: expect.stringContaining(`(${errcode})`) })
  })

  test('a yes that left the receiver out is a no', async () => {
    for (const left of [{ invaliduser: 'lisi' }, { unlicenseduser: 'lisi' }]) {
      const fetchLeftOut: typeof fetch = async (input, init) => {
        const response = await fetch(input, init)
        return String(input).includes(sendPath)
          ? Response.json({ ...((await response.json()) as object), ...left })
          : response
      }
      const shared = memoryToken()
      const parts = { config: wecom.config, sharedToken: shared, sendBudget: memoryBudget(), clock, log }
      const left_ = wecomPlatform({ ...parts, fetch: fetchLeftOut })
      expect(await send(words('a'), 'LiSi', newKey(), left_)).toMatchObject({
        outcome: 'refused',
        alarm: true,
      })
    }
  })

  test('a hanging platform is left after the limit, not waited for', async () => {
    wecom.fail(sendPath, 'hang')
    const shared = memoryToken()
    const impatient: typeof fetch = (input, init) => {
      // the limit itself is 10 s; the test only shows that it is an abort signal which ends the call
      expect(init?.signal).toBeInstanceOf(AbortSignal)
      return fetch(input, { ...init, signal: AbortSignal.timeout(100) })
    }
    const parts = { config: wecom.config, sharedToken: shared, sendBudget: memoryBudget(), clock, log }
    expect(await send(words('a'), 'LiSi', 'k', wecomPlatform({ ...parts, fetch: impatient }))).toMatchObject({
      outcome: 'retry',
    })
  })

  test.each(['a|b', '@all', '', 'x'.repeat(65), '../x'])('%j is nobody to send to', async (to) => {
    expect(await send(words('a'), to)).toMatchObject({ outcome: 'refused' })
    expect(wecom.calls).toEqual([])
  })

  test('groups are refused', async () => {
    const to = { platform: 'wecom', kind: 'group', id: 'g1' } as const
    expect(await platform.outbound.send({ key: 'k', to, reply: words('a') })).toMatchObject({ outcome: 'refused' })
  })
})

describe('the budget', () => {
  test('the 31st message within a minute waits, and arrives when its time has come', async () => {
    for (let at = 0; at < 30; at += 1) expect(await send(words(`n${at}`))).toMatchObject({ outcome: 'sent' })
    const late = await send(words('late'))
    expect(late).toMatchObject({ outcome: 'retry' })
    expect(await send(words('other'), 'zhangsan')).toMatchObject({ outcome: 'sent' })
    expect(await send(words('same person'), 'lisi')).toMatchObject({ outcome: 'retry' })
    clock.setOffset(('afterMs' in late && late.afterMs) || 0)
    expect(await send(words('late'))).toMatchObject({ outcome: 'sent' })
    expect(wecom.world.dropped).toEqual([])
  })
})

describe('redrawing', () => {
  const done = { ...pendingCard, title: '【已同意】', buttons: [] }

  test('by the code of sending, once; after that a new card takes its place', async () => {
    const sent = await send(card)
    const { cardId = '', updateCode = '' } = (sent.outcome === 'sent' && sent.receipt) || {}
    const cardRef = { platform: 'wecom', id: cardId, updateCode } as const
    const update: Reply = { kind: 'card-update', cardRef, card: done, toast: '已同意' }
    expect(await send(update)).toMatchObject({ outcome: 'sent', receipt: { cardId } })
    expect(wecom.shownTo('LiSi').map(({ words: said }) => said)).toEqual([expect.stringContaining('【已同意】')])
    expect(await send(update)).toMatchObject({ outcome: 'sent' })
    expect(wecom.shownTo('LiSi')).toHaveLength(2)
  })

  test('without a code, or after 72 h, the card is sent anew', async () => {
    const sent = await send(card)
    const { cardId = '', updateCode = '' } = (sent.outcome === 'sent' && sent.receipt) || {}
    await send({ kind: 'card-update', cardRef: { platform: 'wecom', id: cardId }, card: done })
    expect(wecom.shownTo('LiSi')).toHaveLength(2)
    clock.setOffset(73 * 60 * minuteMs)
    await send({ kind: 'card-update', cardRef: { platform: 'wecom', id: cardId, updateCode }, card: done })
    expect(wecom.shownTo('LiSi')).toHaveLength(3)
  })
})

describe('taking back', () => {
  const sentId = async () => {
    const sent = await send(card)
    return (sent.outcome === 'sent' && sent.receipt?.messageId) || ''
  }
  const recall = async (messageId: string) => platform.outbound.recall?.('wecom', messageId)

  test('within a day the message is gone; later it stays, and that is an end of it too', async () => {
    const [first, second] = [await sentId(), await sentId()]
    expect(await recall(first)).toMatchObject({ outcome: 'sent' })
    expect(wecom.shownTo('LiSi').map(({ msgid }) => msgid)).toEqual([second])
    clock.setOffset(24 * 60 * minuteMs + 1)
    expect(await recall(second)).toEqual({ outcome: 'sent' })
    expect(wecom.shownTo('LiSi')).toHaveLength(1)
  })

  test('what is not ours is refused; a platform that is busy or away is asked again', async () => {
    expect(await recall('somebody-elses')).toMatchObject({ outcome: 'refused' })
    const id = await sentId()
    wecom.fail('/cgi-bin/message/recall', { errcode: -1 })
    wecom.fail('/cgi-bin/message/recall', 'garbage')
    for (let times = 0; times < 2; times += 1) expect(await recall(id)).toMatchObject({ outcome: 'retry' })
    expect(await recall(id)).toMatchObject({ outcome: 'sent' })
  })
})

describe('health', () => {
  test('asks the platform once in half a minute, and says what to mend', async () => {
    expect(await platform.health()).toBeUndefined()
    wecom.world.trustsCaller = false
    expect(await platform.health()).toBeUndefined()
    clock.setOffset(31_000)
    expect(await platform.health()).toContain('trusted IP')
    expect(callsTo('/cgi-bin/getcallbackip')).toBe(2)
  })

  test('names a wrong secret and a platform that does not answer', async () => {
    expect(await newPlatform(memoryToken(), 'wrong').health()).toContain('WECOM_SECRET')
    await wecom.close()
    expect(await newPlatform(memoryToken()).health()).toContain('no answer')
  })
})

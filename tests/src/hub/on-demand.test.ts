import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { intake } from '../../../src/hub/intake.ts'
import { type OrderSource, orderPull } from '../../../src/hub/on-demand.ts'
import type { SourceOrder } from '../../../src/hub/order-facts.ts'
import { orderLookup } from '../../../src/hub/orders.ts'
import { sources } from '../../../src/hub/sources.ts'
import { movableClock } from '../../../src/runtime/clock.ts'
import { Unreachable } from '../../../src/runtime/errors.ts'
import { randomIds } from '../../../src/runtime/ids.ts'
import { testPersonal } from '../../kit/cipher.ts'
import { freshDatabase } from '../../kit/database.ts'
import { until } from '../../kit/until.ts'
import { sampleOrder } from './sample-order.ts'

const fresh = await freshDatabase()
const { sql } = fresh.database
const clock = movableClock()
const lookup = orderLookup(fresh.database, testPersonal, clock)
const heard = sources(fresh.database)
afterAll(fresh.drop)
beforeEach(async () => {
  await sql`TRUNCATE orders, customers, sources CASCADE`
})

const orderNo = '6936476692437472563'
const logged: { readonly message: string; readonly fields: unknown }[] = []

/** A shop's back office: what it has, how long it takes, how it fails; a signal ends the wait as `fetch` would. */
function played(
  channel: OrderSource['channel'],
  act: (orderNo: string, signal: AbortSignal) => Promise<SourceOrder | undefined>,
) {
  const asked: string[] = []
  const source: OrderSource = {
    name: `${channel}.single`,
    channel,
    couldBe: (number) => /^\d{18,19}$/.test(number),
    pull: async (number, signal) => {
      asked.push(number)
      return act(number, signal)
    },
  }
  return { ...source, asked }
}

const has = (channel: OrderSource['channel']) => async () =>
  sampleOrder({ channel, orderNo, source: `${channel}.single`, modifiedAtMs: clock.nowMs() })
const hasNot = async () => undefined
const refuses = async () => Promise.reject(new Unreachable(`no answer about ${orderNo}`))
const hangs = (_: string, signal: AbortSignal) =>
  new Promise<undefined>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Unreachable('aborted')), { once: true })
  })
/** Takes no notice of the signal, and answers when told to. */
function held(answer: () => Promise<SourceOrder | undefined>) {
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  return { release: () => release(), act: async () => gate.then(answer) }
}

function pullOf(...all: readonly OrderSource[]) {
  return orderPull({
    sources: all,
    intake: intake(fresh.database, testPersonal, clock, randomIds()),
    heard,
    clock,
    log: (_level, message, fields) => logged.push({ message, fields }),
  })
}

const known = async () => (await lookup.find({ kind: 'order-no', value: orderNo }, { limit: 1 })).orders.length === 1

describe('a number the hub does not know', () => {
  test('is asked of every source that could have it, and taken in', async () => {
    const [douyin, tmall, jd] = [played('douyin', has('douyin')), played('tmall', hasNot), played('jd', hasNot)]
    const narrow = { ...jd, couldBe: () => false }
    expect(await pullOf(douyin, tmall, narrow).pull(orderNo)).toMatchObject({ outcome: 'found' })
    expect([douyin.asked, tmall.asked, jd.asked]).toEqual([[orderNo], [orderNo], []])
    expect(await known()).toBe(true)
  })

  test('goes to the sources of its channel where there are any', async () => {
    const [douyin, tmall] = [played('douyin', hasNot), played('tmall', has('tmall'))]
    expect(await pullOf(douyin, tmall).pull(orderNo, 'douyin')).toMatchObject({
      outcome: 'none',
      tried: [{ source: 'douyin.single', channel: 'douyin', outcome: 'none' }],
    })
    expect(await pullOf(tmall).pull(orderNo, 'douyin')).toMatchObject({ outcome: 'found' })
  })

  test('is asked of nobody where no source is configured', async () => {
    expect(await pullOf().pull(orderNo)).toEqual({ outcome: 'none', tried: [] })
  })

  test('is answered as soon as one has it, whatever the others do', async () => {
    let ended = false
    const watched = async (number: string, signal: AbortSignal) =>
      hangs(number, signal).finally(() => {
        ended = true
      })
    const report = await pullOf(played('douyin', watched), played('tmall', has('tmall'))).pull(
      orderNo,
      undefined,
      1_500,
    )
    expect(report).toMatchObject({ outcome: 'found', tried: [{ source: 'tmall.single', outcome: 'found' }] })
    expect(ended).toBe(false)
    // and they are not left hanging
    await until(() => expect(ended).toBe(true))
  })
})

describe('a source that does not answer', () => {
  test('is given up in time, named, and noted without the number', async () => {
    const beforeMs = performance.now()
    const report = await pullOf(played('douyin', hangs), played('tmall', hasNot), played('jd', refuses)).pull(
      orderNo,
      undefined,
      120,
    )
    expect(performance.now() - beforeMs).toBeLessThan(1_000)
    expect(report).toEqual({
      outcome: 'none',
      tried: [
        { source: 'douyin.single', channel: 'douyin', outcome: 'timeout', ms: 120 },
        { source: 'tmall.single', channel: 'tmall', outcome: 'none', ms: expect.any(Number) },
        { source: 'jd.single', channel: 'jd', outcome: 'failed', ms: expect.any(Number) },
      ],
    })
    await until(async () => {
      const errors = new Map((await heard.freshness(clock.nowMs())).map(({ name, lastError }) => [name, lastError]))
      expect(errors.get('douyin.single')).toBe('no answer in time')
      expect(errors.get('jd.single')).toBe('unreachable')
      expect(errors.get('tmall.single')).toBeUndefined()
    })
    expect(JSON.stringify(logged)).not.toContain(orderNo)
  })

  test('never takes longer than three seconds, whatever was asked for', async () => {
    const report = await pullOf(played('douyin', hangs)).pull(orderNo, undefined, 60_000)
    expect(report.tried).toMatchObject([{ outcome: 'timeout', ms: 3_000 }])
  })

  test('is still heard when it comes too late for the answer', async () => {
    const late = held(has('douyin'))
    const report = await pullOf(played('douyin', late.act)).pull(orderNo, undefined, 30)
    expect(report).toMatchObject({ outcome: 'none', tried: [{ outcome: 'timeout' }] })
    expect(await known()).toBe(false)
    late.release()
    await until(async () => expect(await known()).toBe(true))
  })

  test('may have it: the number is asked for again at once', async () => {
    const douyin = played('douyin', refuses)
    const desk = pullOf(douyin)
    await desk.pull(orderNo)
    await desk.pull(orderNo)
    expect(douyin.asked).toHaveLength(2)
  })
})

describe('one pull per number', () => {
  test('whoever asks meanwhile joins it', async () => {
    const slow = held(has('douyin'))
    const douyin = played('douyin', slow.act)
    const desk = pullOf(douyin)
    const both = [desk.pull(orderNo), desk.pull('6936 4766 9243 7472 563')]
    slow.release()
    expect(await Promise.all(both)).toMatchObject([{ outcome: 'found' }, { outcome: 'found' }])
    expect(douyin.asked).toEqual([orderNo])
  })

  test('what nobody had is not asked for again for a minute', async () => {
    const douyin = played('douyin', hasNot)
    const desk = pullOf(douyin)
    const first = await desk.pull(orderNo)
    clock.setOffset(59_000)
    expect(await desk.pull(orderNo)).toEqual(first)
    expect(douyin.asked).toHaveLength(1)
    clock.setOffset(61_000)
    await desk.pull(orderNo)
    expect(douyin.asked).toHaveLength(2)
    clock.setOffset(0)
  })

  test('an order the hub refuses counts as failed, not as found', async () => {
    const broken = async () => sampleOrder({ orderNo, lines: [{ lineKey: 'a', name: 'x', qty: 0 }] })
    expect(await pullOf(played('douyin', broken)).pull(orderNo)).toMatchObject({
      outcome: 'none',
      tried: [{ outcome: 'failed' }],
    })
  })
})

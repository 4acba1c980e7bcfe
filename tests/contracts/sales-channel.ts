import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PushReading, PushRequest, Told } from '../../src/hub/channel-port.ts'
import type { SourceOrder } from '../../src/hub/order-facts.ts'
import { BadPayload, BadSignature, Unreachable } from '../../src/runtime/errors.ts'
import type { ChannelSubject, ChannelWorld, Mischief, PlainOrder, PushFrame } from './channel-subject.ts'

const never = new AbortController().signal
const minuteMs = 60_000
const nowMs = Date.parse('2026-11-23T10:00:00+08:00')

/** What every sales channel keeps, against a server that refuses what the real one refuses and lies when told. */
export function salesChannelContract(subject: ChannelSubject): void {
  let world: ChannelWorld
  beforeEach(async () => {
    world = await subject.open()
    world.clock.setOffset(nowMs - Date.now())
  })
  afterEach(() => world.close())

  const order = (n: number, more: Partial<PlainOrder> = {}): PlainOrder => ({
    orderNo: world.orderNo(n),
    state: 'paid',
    createdAtMs: nowMs - 2 * 60 * minuteMs,
    modifiedAtMs: nowMs - 20 * minuteMs,
    paidFen: 12_900n,
    lines: [{ key: '81', sku: 'TEA-01', name: 'pot', qty: 1 }],
    ...more,
  })
  const span = () => Math.min(world.channel.window.mostMs, 30 * minuteMs)
  const list = (fromMs = nowMs - span(), toMs = nowMs - minuteMs) => read(world.channel.pullWindow(fromMs, toMs, never))
  const inside = (n: number) => nowMs - span() + minuteMs + n * 1_000
  const able = (how: keyof NonNullable<ChannelSubject['cannot']>) => subject.cannot?.[how] === undefined

  describe(`${subject.name}: one order`, () => {
    test('is told exactly: number, fen, time, stage, lines', async () => {
      world.put(order(7, { paidFen: 12_345n }))
      const told = await world.channel.pullOrder(world.orderNo(7), never)
      expect(told?.orders).toHaveLength(1)
      const { channel, shop } = world.channel
      expect(told?.orders[0]).toMatchObject({
        channel,
        shop,
        orderNo: world.orderNo(7),
        stage: 'paid',
        paidFen: 12_345n,
        modifiedAtMs: nowMs - 20 * minuteMs,
        orderedAtMs: nowMs - 120 * minuteMs,
        lines: [{ sku: 'TEA-01', name: 'pot', qty: 1 }],
      })
      expect(world.channel.couldBe(world.orderNo(7))).toBe(true)
      expect(world.channel.couldBe('hello')).toBe(false)
    })

    test('a number nobody has is not there, and no error', async () => {
      expect(await world.channel.pullOrder(world.orderNo(99), never)).toBeUndefined()
    })

    test.runIf(able('codes'))('an unknown code stays as text', async () => {
      world.put(order(1, { code: '98765' }))
      const [unknown] = (await world.channel.pullOrder(world.orderNo(1), never))?.orders ?? []
      expect(unknown?.stage).toBe('98765')
    })

    test('a paid order has how and what was paid', async () => {
      world.put(order(2))
      const [paid] = (await world.channel.pullOrder(world.orderNo(2), never))?.orders ?? []
      expect(paid).toMatchObject({ paidAtMs: expect.any(Number), payMethod: expect.any(String), paidFen: 12_900n })
    })

    test('times and sums that are none are left out before they happen', async () => {
      world.put(order(1, { state: 'pending_payment' }))
      const [told] = (await world.channel.pullOrder(world.orderNo(1), never))?.orders ?? []
      expect(told?.stage).toBe('pending_payment')
      for (const field of ['paidAtMs', 'shippedAtMs', 'signedAtMs', 'waybillNo'] as const)
        expect(told?.[field]).toBeUndefined()
    })

    test.runIf(able('ship'))('shipped with its waybill, carrier and time', async () => {
      world.put(order(1, { state: 'shipped', waybillNo: '75312345678901' }))
      const [told] = (await world.channel.pullOrder(world.orderNo(1), never))?.orders ?? []
      expect(told).toMatchObject({ stage: 'shipped', waybillNo: '75312345678901', carrier: 'ZTO' })
      expect(told?.shippedAtMs).toBeTypeOf('number')
    })
  })

  describe(`${subject.name}: a window`, () => {
    test('more than one page: each order once or more, none missing, in list and detail the same words', async () => {
      const count = subject.pageSize * 2 + 3
      const wanted = Array.from({ length: count }, (_, n) => order(n, { modifiedAtMs: inside(n % 500) }))
      for (const one of wanted) world.put(one)
      const told = await list()
      expect(new Set(told.orders.map(({ orderNo }) => orderNo))).toEqual(new Set(wanted.map(({ orderNo }) => orderNo)))
      const [listed] = told.orders
      const alone = (await world.channel.pullOrder(listed?.orderNo ?? '', never))?.orders[0]
      expect(alone).toEqual(listed)
    }, 60_000)

    test('windows that overlap leave no gap, wherever changes fall', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(3_000), { maxLength: 12 }), async (seconds) => {
          const startMs = nowMs - 3_100_000
          runs += 1
          const run = 1_000 * runs
          for (const [n, second] of seconds.entries())
            world.put(order(run + n, { modifiedAtMs: startMs + second * 1_000 }))
          const { overlapMs } = world.channel.window
          const seen = new Set<string>()
          for (let fromMs = startMs; fromMs < nowMs; fromMs += span() - Math.min(overlapMs, span() / 2))
            for (const { orderNo } of (await list(fromMs, Math.min(fromMs + span(), nowMs))).orders) seen.add(orderNo)
          for (const [n] of seconds.entries()) expect(seen).toContain(world.orderNo(run + n))
        }),
        { numRuns: 4 },
      )
    }, 60_000)

    test.runIf(able('wrong-type'))('a field of another type sets its order aside and not the others', async () => {
      world.put(order(1, { modifiedAtMs: inside(1) }))
      world.put(order(2, { modifiedAtMs: inside(2) }))
      world.misbehave('wrong-type')
      const told = await list()
      expect(told.orders.map(({ orderNo }) => orderNo)).toEqual([world.orderNo(1)])
      expect(told.faulty?.map(({ id }) => id)).toEqual([world.orderNo(2)])
      expect(JSON.stringify(told.faulty)).not.toContain('none')
    })
  })

  describe(`${subject.name}: a vendor that misbehaves`, () => {
    const many = () => {
      for (let n = 0; n < subject.pageSize + 5; n++) world.put(order(n, { modifiedAtMs: inside(n) }))
    }
    const lies: readonly Mischief[] = ['half-page', 'repeated-page', 'failed', 'busy', 'down']
    test.each(lies.filter(able))(
      '%s: the window does not count, nothing is made up, and it heals',
      async (how) => {
        many()
        world.misbehave(how)
        await expect(list()).rejects.toThrow()
        world.misbehave(undefined)
        world.clock.setOffset(world.clock.offsetMs() + 11 * minuteMs)
        const told = await list()
        expect(new Set(told.orders.map(({ orderNo }) => orderNo)).size).toBe(subject.pageSize + 5)
      },
      30_000,
    )

    test.runIf(able('busy'))('too fast: later, not never, and the next call is spared', async () => {
      world.put(order(1))
      world.misbehave('busy')
      await expect(world.channel.pullOrder(world.orderNo(1), never)).rejects.toBeInstanceOf(Unreachable)
      const before = world.calls()
      await expect(world.channel.pullOrder(world.orderNo(1), never)).rejects.toBeInstanceOf(Unreachable)
      expect(world.calls()).toBe(before)
    })

    test.runIf(able('token'))('a token that ended over there is renewed once, and the call repeated', async () => {
      world.put(order(1))
      await world.channel.pullOrder(world.orderNo(1), never)
      world.misbehave('token')
      expect((await world.channel.pullOrder(world.orderNo(1), never))?.orders).toHaveLength(1)
    })

    test.runIf(able('token'))('a token that ends in the middle of a list costs no order', async () => {
      for (let n = 0; n < 3; n++) world.put(order(n, { modifiedAtMs: inside(n) }))
      const seen = new Set<string>()
      for await (const told of world.channel.pullWindow(nowMs - span(), nowMs, never)) {
        if (seen.size === 0) world.misbehave('token')
        for (const { orderNo } of told.orders) seen.add(orderNo)
      }
      expect(seen).toEqual(new Set([0, 1, 2].map(world.orderNo)))
    })

    test.runIf(able('skew'))('a clock an hour off is corrected by what the vendor answers', async () => {
      world.put(order(1))
      world.skewMs(60 * minuteMs)
      expect((await world.channel.pullOrder(world.orderNo(1), never))?.orders).toHaveLength(1)
    })
  })

  describe.runIf(able('push'))(`${subject.name}: pushes`, () => {
    const framed = (key: string) => world.push(world.orderNo(3), key) as PushFrame
    const given = (frame: PushFrame, body = frame.body): PushReading => {
      const request: PushRequest = {
        method: 'POST',
        query: new URLSearchParams(frame.query ?? ''),
        header: (name) => frame.headers[name],
        raw: Buffer.from(body),
        pathSecret: frame.path ?? '',
        nowMs,
      }
      const reading = world.channel.readPush?.(request)
      if (reading === undefined) throw new Error('the channel reads no pushes')
      return reading
    }

    test('points at the order by its whole number and is answered in the exact words', () => {
      const frame = framed('m1')
      const reading = given(frame)
      if (reading.outcome !== 'told') throw new Error(reading.outcome)
      const { status, body } = reading.answer
      expect(status).toBe(200)
      if (typeof frame.ack === 'string') expect(body).toBe(frame.ack)
      else expect(frame.ack(body)).toBe(true)
      expect(reading.outcome === 'told' && reading.hints[0]?.about).toEqual({
        kind: 'order',
        orderNo: world.orderNo(3),
      })
    })

    test('the same push has the same key, another push another', () => {
      const keyOf = (key: string) => {
        const reading = given(framed(key))
        return reading.outcome === 'told' ? reading.hints[0]?.key : undefined
      }
      expect(keyOf('m1')).toBe(keyOf('m1'))
      expect(keyOf('m1')).not.toBe(keyOf('m2'))
    })

    test('whatever byte is changed, it never points elsewhere', () => {
      const frame = framed('m1')
      fc.assert(
        fc.property(fc.nat(frame.body.length - 1), (at) => {
          const other = frame.body[at] === '1' ? '2' : '1'
          const about = pointedAt(() => given(frame, frame.body.slice(0, at) + other + frame.body.slice(at + 1)))
          // some vendors sign a part of the body alone: the rest may change, but not where it points
          if (about !== undefined) expect(about).toEqual({ kind: 'order', orderNo: world.orderNo(3) })
        }),
        { numRuns: 60 },
      )
    })
  })

  let runs = 0
}

/** undefined where the push is refused, is no push at all, or is about nothing. */
function pointedAt(reading: () => PushReading): unknown {
  try {
    const read = reading()
    const about = read.outcome === 'told' ? read.hints[0]?.about : undefined
    return about?.kind === 'nothing' ? undefined : about
  } catch (error) {
    if (error instanceof BadPayload || error instanceof BadSignature) return undefined
    throw error
  }
}

async function read(
  pieces: AsyncIterable<Told>,
): Promise<{ orders: SourceOrder[]; faulty: NonNullable<Told['faulty']> }> {
  const orders: SourceOrder[] = []
  const faulty: NonNullable<Told['faulty']>[number][] = []
  for await (const told of pieces) {
    orders.push(...told.orders)
    faulty.push(...(told.faulty ?? []))
  }
  return { orders, faulty }
}

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PushReading, PushRequest } from '../../src/hub/channel-port.ts'
import type { CarrierCode } from '../../src/hub/order-facts.ts'
import { trackPosition } from '../../src/hub/track-state.ts'
import type { ToldNode } from '../../src/hub/track-told.ts'
import type { PlainKind, PlainStep, TrackerFrame, TrackerSubject, TrackerWorld } from './tracker-subject.ts'

const never = new AbortController().signal
const hourMs = 3_600_000
const startMs = Date.parse('2026-11-22T08:00:00+08:00')
const step = (hour: number, kind: PlainKind, words: string): PlainStep => ({
  atMs: startMs + hour * hourMs,
  kind,
  words,
})
const way: readonly PlainStep[] = [
  step(0, 'collected', '【上海市】已揽收'),
  step(8, 'in_transit', '到达【杭州转运中心】'),
  step(24, 'delivering', '正在派件'),
  step(26, 'signed', '已签收'),
]
const carriers: readonly CarrierCode[] = [
  'SF',
  'JD',
  'JT',
  'YTO',
  'DBL',
  'STO',
  'YUNDA',
  'ZTO',
  'EMS',
  'POST',
  'CAINIAO',
  'OTHER',
]

/** What every tracker keeps, whoever the vendor is. */
export function trackerContract(subject: TrackerSubject): void {
  describe(`the tracker ${subject.name}`, () => {
    let world: TrackerWorld
    beforeEach(async () => {
      world = await subject.open()
    })
    afterEach(() => world.close())

    const query = () => world.tracker.query(world.key, never)
    const position = (nodes: readonly ToldNode[] | undefined) => trackPosition(nodes ?? [])
    const read = (frame: TrackerFrame, change: Partial<PushRequest> = {}): PushReading => {
      const { readPush } = world.tracker
      if (readPush === undefined) throw new Error('it reads no pushes')
      return readPush({
        method: 'POST',
        query: new URLSearchParams(frame.query),
        header: (name) => frame.headers[name],
        raw: Buffer.from(frame.body),
        pathSecret: frame.pathSecret,
        nowMs: startMs,
        ...change,
      })
    }
    /** Refused, or of another shape: in both cases nothing moves. */
    const isRefused = (reading: () => PushReading): boolean => {
      try {
        return reading().outcome === 'refused'
      } catch (error) {
        return error instanceof Error && 'code' in error && error.code === 'bad-payload'
      }
    }

    test('names its source as a tracker and a gap that spares the vendor', () => {
      expect(world.tracker.source).toMatch(/^track\./)
      expect(world.tracker.queryGapMs).toBeGreaterThanOrEqual(60_000)
      expect(carriers.some((carrier) => world.tracker.covers(carrier))).toBe(true)
    })

    test('no record is none, and then each step in the words of the hub', async () => {
      expect(await query()).toBeUndefined()
      for (const [index, { kind, atMs }] of way.entries()) {
        world.put(way.slice(0, index + 1))
        const told = await query()
        expect(told?.waybillNo).toBe(world.key.waybillNo)
        expect(told?.nodes).toHaveLength(index + 1)
        expect(position(told?.nodes)).toEqual({ atMs, state: kind })
      }
    })

    test('refused, on its way back, and signed by the sender: never the buyer', async () => {
      world.put([
        ...way.slice(0, 3),
        step(25, 'refused', '收件人拒收'),
        step(30, 'returning', '退回寄件人途中'),
        step(60, 'signed', '已签收'),
      ])
      expect(position((await query())?.nodes)).toMatchObject({ state: 'exception', exception: 'returning' })
    })

    test('whatever was told in whatever pieces, doubled and late: the same place', async () => {
      world.put(way)
      const whole = (await query())?.nodes ?? []
      fc.assert(
        fc.property(
          fc.array(fc.subarray([...whole], { minLength: 1 })),
          fc.shuffledSubarray([...whole], { minLength: whole.length }),
          (parts, last) => {
            const kept = new Map([...parts.flat(), ...last].map((node) => [JSON.stringify(node), node]))
            expect(position([...kept.values()])).toEqual(position(whole))
          },
        ),
        { numRuns: 50 },
      )
    })

    test("a push points at its parcel and is acknowledged in the vendor's words", () => {
      const frame = world.push(way.slice(0, 3))
      if (frame === undefined) return expect(world.tracker.readPush).toBeUndefined()
      const reading = read(frame)
      if (reading.outcome !== 'told') throw new Error(`it was ${reading.outcome}`)
      expect(reading.answer.status).toBe(200)
      if (typeof frame.ack === 'string') expect(reading.answer.body).toBe(frame.ack)
      else expect(reading.answer.body).toMatch(frame.ack)
      const mine = reading.hints.filter(
        ({ about }) => about.kind === 'parcel' && about.waybillNo === world.key.waybillNo,
      )
      expect(mine.length).toBeGreaterThan(0)
      if (!subject.signed) return expect(mine.every(({ track }) => track === undefined)).toBe(true)
      expect(position(mine.flatMap(({ track }) => track?.nodes ?? []))).toEqual({
        atMs: way[2]?.atMs,
        state: 'delivering',
      })
    })

    test('the same push again has the same keys, another step has another', () => {
      const keys = (steps: readonly PlainStep[]) => {
        const frame = world.push(steps)
        const reading = frame && read(frame)
        return reading?.outcome === 'told' ? reading.hints.map(({ key }) => key) : []
      }
      expect(keys(way.slice(0, 2))).toEqual(keys(way.slice(0, 2)))
      if (world.tracker.readPush !== undefined) expect(keys(way.slice(0, 3))).not.toEqual(keys(way.slice(0, 2)))
    })

    test('a push that was changed, or came to another address, moves nothing', () => {
      const frame = world.push(way.slice(0, 3))
      if (frame === undefined) return
      if (!subject.signed) {
        for (const pathSecret of ['', 'x', `${frame.pathSecret}x`, frame.pathSecret.slice(1)])
          expect(isRefused(() => read(frame, { pathSecret }))).toBe(true)
        return
      }
      const told = JSON.stringify(read(frame))
      fc.assert(
        fc.property(fc.nat(frame.body.length - 1), (at) => {
          const raw = Buffer.from(frame.body)
          raw[at] = (raw[at] ?? 0) ^ 1
          // a changed byte outside of what is signed may pass, and then it says the same
          return (
            isRefused(() => read(frame, { raw })) ||
            withoutTimes(JSON.stringify(read(frame, { raw }))) === withoutTimes(told)
          )
        }),
        { numRuns: 200 },
      )
    })

    test('any body is refused or read, and never throws anything else', () => {
      if (world.tracker.readPush === undefined) return
      const frame = world.push(way)
      if (frame === undefined) return
      fc.assert(
        fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
          try {
            read(frame, { raw: Buffer.from(body) })
          } catch (error) {
            expect(error).toMatchObject({ code: 'bad-payload' })
          }
        }),
      )
    })

    test.skipIf(subject.cannot?.busy !== undefined)('too fast: told when to come again, and it heals', async () => {
      world.put(way)
      world.misbehave('busy')
      await expect(query()).rejects.toMatchObject({ code: 'unreachable' })
      world.misbehave(undefined)
      await expect
        .poll(async () => position((await query().catch(() => undefined))?.nodes)?.state, { timeout: 5_000 })
        .toBe('signed')
    })

    test.each(['failed', 'down'] as const)('%s is never taken for no record', async (how) => {
      if (subject.cannot?.[how] !== undefined) return
      world.put(way)
      world.misbehave(how)
      await expect(query()).rejects.toThrow()
    })

    test('one node of another shape leaves the others', async () => {
      if (subject.cannot?.['wrong-type'] !== undefined) return
      world.put(way)
      world.misbehave('wrong-type')
      const told = await query()
      expect(position(told?.nodes)).toEqual({ atMs: way[2]?.atMs, state: 'delivering' })
    })

    test('asked twice to tell is asked once; carriers it does not cover are not asked for', async () => {
      if (world.tracker.subscribe !== undefined) {
        expect(await world.tracker.subscribe(world.key, never)).toEqual({ outcome: 'subscribed' })
        expect(await world.tracker.subscribe(world.key, never)).toEqual({ outcome: 'subscribed' })
      }
      const before = world.calls()
      for (const carrier of carriers.filter((one) => !world.tracker.covers(one))) {
        expect(await world.tracker.subscribe?.({ ...world.key, carrier }, never)).not.toEqual({ outcome: 'subscribed' })
        expect(await world.tracker.query({ ...world.key, carrier }, never)).toBeUndefined()
      }
      expect(world.calls()).toBe(before)
    })
  })
}

/** Some acknowledgements hold the time of the answer. */
const withoutTimes = (text: string) => text.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '')

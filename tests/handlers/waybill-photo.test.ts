import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { photoTaps } from '../../handlers/photo-taps.ts'
import type { Remembered } from '../../handlers/question.ts'
import { type PhotoJob, photoRoutes, photoTask } from '../../handlers/waybill-photo.ts'
import type { CardTapEvent, FileEvent, ImageEvent } from '../../src/chat/event.ts'
import type { Role } from '../../src/chat/member.ts'
import type { MediaSource, OutboundMessage } from '../../src/chat/ports.ts'
import { orderLookup } from '../../src/hub/orders.ts'
import { personalData } from '../../src/hub/personal.ts'
import type { PhotoRead, PhotoReading } from '../../src/hub/photo-reading.ts'
import { photos } from '../../src/hub/photos.ts'
import { blobFiles } from '../../src/runtime/blob-files.ts'
import { fixedClock } from '../../src/runtime/clock.ts'
import { PlatformRefused, Unreachable } from '../../src/runtime/errors.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { seedSample } from '../../src/seed/seed-sample.ts'
import { buttonOf, transcript } from '../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { codec } from '../kit/every-card.ts'

const nowMs = Date.parse('2026-11-22T10:20:00+08:00')
const clock = fixedClock(nowMs)
const personal = personalData('5a'.repeat(32))
const ids = randomIds()
const plain = { seal: (bytes: Uint8Array) => bytes, unseal: (bytes: Uint8Array) => bytes }
const picture = new Uint8Array([0xff, 0xd8, 1, 2, 3])

let hub: FreshDatabase
let dir = ''
let sent = { waybillNo: '', orderId: '', orderNo: '' }
let back = { waybillNo: '', returnId: '' }
beforeAll(async () => {
  hub = await freshDatabase()
  dir = await mkdtemp(join(tmpdir(), 'chadan-photos-'))
  await seedSample(hub.database, { orders: 300, seed: 1, nowMs, personal, log: silentLog })
  const [parcel] = await hub.database.sql`
    SELECT p.waybill_no AS "waybillNo", p.order_id AS "orderId", o.order_no AS "orderNo" FROM parcels p
    JOIN orders o ON o.id = p.order_id
    WHERE p.waybill_no IS NOT NULL AND NOT EXISTS (SELECT 1 FROM returns r WHERE r.waybill_no = p.waybill_no) LIMIT 1`
  sent = parcel as typeof sent
  const [request] = await hub.database.sql`
    SELECT waybill_no AS "waybillNo", id AS "returnId" FROM returns WHERE waybill_no IS NOT NULL LIMIT 1`
  back = request as typeof back
})
afterAll(async () => {
  await hub.drop()
  await rm(dir, { recursive: true, force: true })
})

const reading = (more: Partial<PhotoReading> = {}): PhotoReading => ({
  carrier: 'YTO',
  waybillNo: null,
  evidence: null,
  sentAt: { atMs: Date.parse('2026-11-21T16:20:00+08:00'), precision: 'minute', label: '寄件时间' },
  phoneTail: null,
  orderNo: null,
  sure: false,
  ask: ['waybillNo'],
  rivals: [],
  ...more,
})
const sure = (waybillNo: string, more: Partial<PhotoReading> = {}) =>
  reading({ waybillNo, evidence: 'barcode+text', sure: true, ask: [], ...more })

let job = 0
/** A desk with one photo on its way; `read` stands in for the reading process, whose answers have this very shape. */
function desk(read: PhotoRead, over: Partial<MediaSource> = {}) {
  const said: OutboundMessage[] = []
  const remembered: Omit<Remembered, 'atMs'>[] = []
  let fetched = 0
  const store = photos({ database: hub.database, blobs: blobFiles({ dir, seal: plain, ids }), clock, ids })
  const parts = {
    photos: store,
    lookup: orderLookup(hub.database, personal, clock),
    codec,
    clock,
    read: async () => read,
    memory: { remember: async (_: unknown, looked: Omit<Remembered, 'atMs'>) => void remembered.push(looked) },
    say: async (message: OutboundMessage) => void said.push(message),
    cropLink: (photoId: string) => `https://desk.example/photo/${photoId}`,
    media: {
      fetch: async () => {
        fetched += 1
        return picture
      },
      ...over,
    },
  }
  const key = `photo:play:event-${++job}`
  const run = (to: PhotoJob['to'] = { platform: 'play', kind: 'direct', id: 'play-cs' }, roles: readonly Role[] = []) =>
    photoTask(parts)(
      { media: { platform: 'play', id: 'm1' }, to, memberId: 'mem_1', toldAtMs: nowMs, roles } satisfies PhotoJob,
      key,
      new AbortController().signal,
    )
  const shown = () => said.map(({ reply }) => transcript(reply))
  return { parts, said, remembered, run, shown, fetched: () => fetched }
}

/** A tap on [就是这个] below the first answer. */
async function tapped({ said, parts }: ReturnType<typeof desk>, action: 'photo.is' | 'photo.order') {
  const { token } = buttonOf(said[0]?.reply ?? { kind: 'none' }, '就是这个')
  const decoded = codec.decode(token, { memberId: 'mem_1', nowMs })
  if (decoded.outcome !== 'ok' || decoded.action !== action) throw new Error(decoded.outcome)
  const conversation = { platform: 'play', kind: 'direct', id: 'play-cs' } as const
  const event: CardTapEvent = {
    id: 't1',
    kind: 'card-tap',
    platform: 'play',
    conversation,
    sender: { id: 'play-cs', trusted: true },
    sentAtMs: nowMs,
    token,
    cardRef: { platform: 'play', id: 'c1' },
  }
  const member = { id: 'mem_1', name: '小李', roles: ['cs'] } as const
  const { args } = decoded
  const reply = await photoTaps(parts)[action]({ event, member, view: { mode: 'full', nowMs }, args })
  return { reply, args }
}

describe('a photo in the chat', () => {
  const base = {
    id: 'e1',
    platform: 'wecom',
    conversation: { platform: 'wecom', kind: 'direct', id: 'lisi' },
    sender: { id: 'lisi', trusted: true },
    sentAtMs: nowMs,
  } as const
  const member = { id: 'mem_1', name: '小李', roles: ['cs'] } as const

  test('is answered at once and queued once; a picture sent as a file is the same', async () => {
    const asked: [string, PhotoJob][] = []
    const [photo, file] = photoRoutes({ request: async (key, each) => void asked.push([key, each]) })
    const image: ImageEvent = { ...base, kind: 'image', media: { platform: 'wecom', id: 'm1' } }
    const heic: FileEvent = { ...base, kind: 'file', fileName: 'IMG_2210.HEIC', media: { platform: 'wecom', id: 'm2' } }
    expect(transcript(await photo.handle(image, member))).toBe('收到照片，识别中。')
    expect(file.take(heic)).toBe(heic)
    expect(file.take({ ...heic, fileName: 'orders.xlsx' })).toBeUndefined()
    expect(asked.map(([key]) => key)).toEqual(['photo:wecom:e1'])
  })
})

describe('what was read is told in the same chat', () => {
  test('a parcel that went out: its order, masked, and what can be done', async () => {
    const { run, shown, said, remembered } = desk({
      outcome: 'read',
      reading: sure(sent.waybillNo, { phash: '00000000000000ff' }),
    })
    expect(await run()).toEqual({ outcome: 'done', receipt: { result: 'read' } })
    expect(shown()[0]).toContain('【发货面单】')
    expect(shown()[0]).toMatch(/寄件 11-21 16:20（寄件时间）/)
    expect(shown()[0]).toContain('依据 条码和文字一致')
    expect(shown()[0]).toContain('[登记退货] [看订单] [手输单号]')
    expect(said[0]?.key).toMatch(/:result$/)
    expect(remembered[0]?.about).toEqual({ orderId: sent.orderId })
    const [row] = await hub.database.sql`SELECT consignee_name AS name FROM orders WHERE id = ${sent.orderId}`
    expect(shown()[0]).not.toContain(row?.name)
  })

  test('a parcel that comes back: its return', async () => {
    const { run, shown, remembered } = desk({ outcome: 'read', reading: sure(back.waybillNo) })
    await run()
    expect(shown()[0]).toContain('【退货面单】')
    expect(shown()[0]).toContain('[退货进度]')
    expect(remembered[0]?.about?.returnId).toBe(back.returnId)
  })

  test('a number the hub does not know is said to be unmatched', async () => {
    const { run, shown } = desk({ outcome: 'read', reading: sure('YT0082452614557') })
    await run()
    expect(shown()[0]).toContain('【已读出】圆通YT0082452614557')
    expect(shown()[0]).toContain('还没有订单或退货单用这个单号')
  })

  test('J5: asks for the number only, keeps what is sure, shows the crop, and waits for the number', async () => {
    const read: PhotoRead = { outcome: 'read', reading: reading({ unreadable: 'glare' }), crop: picture }
    const { run, shown, remembered } = desk(read)
    await run()
    expect(shown()[0]).toMatch(/^没读出面单：面单反光/)
    expect(shown()[0]).toContain('快递 圆通')
    expect(shown()[0]).toContain('[重拍] [手输单号]')
    expect(shown()[1]).toMatch(/^单号局部图（10分钟内可打开）：https:/)
    expect(remembered).toMatchObject([{ intent: 'return.create', waiting: true }])
  })

  test('a field that is unsure beside a sure number is shown as one to look at, and nothing else is asked', async () => {
    const open = desk({ outcome: 'read', reading: sure(sent.waybillNo, { ask: ['sentAt'] }) })
    await open.run()
    expect(open.shown()[0]).toMatch(/寄件 11-21 16:20（寄件时间，待核对）/)
    expect(open.shown()[0]).toContain('【发货面单】')
    const carrier = desk({ outcome: 'read', reading: sure(sent.waybillNo, { carrier: null, ask: ['carrier'] }) })
    await carrier.run()
    expect(carrier.shown()[0]).toContain('快递公司看不清，请回复是哪一家')
  })

  test('a good photo of bars nobody knows is not called a bad photo', async () => {
    const { run, shown } = desk({ outcome: 'read', reading: reading({ unreadable: 'unknown-form' }) })
    await run()
    expect(shown()[0]).toMatch(/^没读出面单：面单上没有认得的运单号/)
    expect(shown()[0]).toContain('照片是清楚的')
  })

  test('in a group no link to a picture is given', async () => {
    const { run, shown } = desk({ outcome: 'read', reading: reading(), crop: picture })
    await run({ platform: 'dingtalk', kind: 'group', id: 'cid1' })
    expect(shown()).toHaveLength(1)
  })

  test('two labels in view: choose; one witness: confirm; the tap goes on as sure', async () => {
    const two = desk({ outcome: 'read', reading: reading({ waybillNo: 'YT0082452614557', rivals: [sent.waybillNo] }) })
    await two.run()
    expect(two.shown()[0]).toMatch(/^照片里有2个单号，是哪一个？/)
    expect(two.shown()[0]).not.toContain('寄件')
    const one = desk({ outcome: 'read', reading: reading({ waybillNo: sent.waybillNo, evidence: 'text×1' }) })
    await one.run()
    expect(one.shown()[0]).toMatch(/^单号没把握：/)
    const { reply, args } = await tapped(one, 'photo.is')
    expect(reply.kind).toBe('card-update')
    expect(transcript(reply)).toContain('【发货面单】')
    const [row] = await hub.database.sql`SELECT order_id AS "orderId" FROM waybill_photos WHERE id = ${args[0] ?? ''}`
    expect(row?.orderId).toBe(sent.orderId)
  })

  test('a shop order alone leads to its order; the number stays open', async () => {
    const { run, shown, remembered } = desk({
      outcome: 'read',
      reading: reading({ carrier: null, orderNo: sent.orderNo, unreadable: 'glare', cropOf: 'orderNo' }),
      crop: picture,
    })
    await run()
    expect(shown()).toHaveLength(1)
    expect(shown()[0]).toMatch(/^按店铺单号找到了订单/)
    expect(shown()[0]).toContain('快递单号没读出来（面单反光），登记退货时再补')
    expect(shown()[0]).toContain('[登记退货] [看订单] [重拍]')
    expect(remembered[0]?.about).toEqual({ orderId: sent.orderId })
  })

  test('a shop order beside a number that nobody knows leads to its order', async () => {
    const { run, shown } = desk({ outcome: 'read', reading: sure('YT0082452614550', { orderNo: sent.orderNo }) })
    await run()
    expect(shown()[0]).toMatch(/^【面单】圆通YT0082452614550/)
    expect(shown()[0]).toContain('[登记退货] [看订单]')
  })

  test('an unsure shop order is asked about with its crop; the tap goes on with it', async () => {
    const open = {
      carrier: null,
      doubtful: { orderNo: sent.orderNo },
      unreadable: 'blurred',
      cropOf: 'orderNo',
    } as const
    const asked = desk({ outcome: 'read', reading: reading({ ...open, ask: ['waybillNo', 'orderNo'] }), crop: picture })
    await asked.run()
    expect(asked.shown()[0]).toMatch(/^没读出面单：照片糊了/)
    expect(asked.shown()[0]).toContain(`店铺单号 ${sent.orderNo} 待核对`)
    expect(asked.shown()[0]).toContain(`店铺单号像是${sent.orderNo}，对就点「就是这个」`)
    expect(asked.shown()[1]).toMatch(/^店铺单号局部图（10分钟内可打开）：https:/)
    const { reply, args } = await tapped(asked, 'photo.order')
    expect(transcript(reply)).toMatch(/^按店铺单号找到了订单/)
    expect(transcript(reply)).not.toContain('待核对')
    const [row] = await hub.database
      .sql`SELECT order_id AS "orderId", reading->>'confirmedOrder' AS said FROM waybill_photos WHERE id = ${args[0] ?? ''}`
    expect(row).toEqual({ orderId: sent.orderId, said: sent.orderNo })
  })

  test('an unsure shop order beside a sure number keeps the number', async () => {
    const read = sure('YT0082452614551', { doubtful: { orderNo: sent.orderNo }, ask: ['orderNo'], cropOf: 'orderNo' })
    const asked = desk({ outcome: 'read', reading: read, crop: picture })
    await asked.run()
    expect(asked.shown()[0]).toMatch(/^【已读出】圆通YT0082452614551/)
    expect(asked.shown()[1]).toMatch(/^店铺单号局部图/)
    const { reply } = await tapped(asked, 'photo.order')
    expect(transcript(reply)).toMatch(/^【面单】圆通YT0082452614551/)
  })

  test('an unsure shop order that no order has is shown, not asked about', async () => {
    const unknown = reading({ doubtful: { orderNo: '6999999999999999999' }, cropOf: 'orderNo' })
    const { run, shown } = desk({ outcome: 'read', reading: unknown, crop: picture })
    await run()
    expect(shown()).toHaveLength(1)
    expect(shown()[0]).toContain('店铺单号 6999999999999999999 待核对')
    expect(shown()[0]).not.toContain('就是这个')
  })

  test('an unsure phone tail is shown as one to look at, and asked about where it is what is left to go by', async () => {
    const tail = { doubtful: { phoneTail: '4820' }, ask: ['phoneTail'], cropOf: 'phoneTail' } as const
    const known = desk({ outcome: 'read', reading: sure(sent.waybillNo, tail), crop: picture })
    await known.run(undefined, ['cs'])
    expect(known.shown()).toHaveLength(1)
    expect(known.shown()[0]).toContain('手机 尾号4820（待核对）')
    const left = desk({ outcome: 'read', reading: sure('YT0082452614552', tail), crop: picture })
    await left.run(undefined, ['cs'])
    expect(left.shown()[0]).toContain('手机尾号像是4820，核对后发「手机尾号4820的订单」可查')
    expect(left.shown()[1]).toMatch(/^手机号局部图/)
    const clear = desk({ outcome: 'read', reading: sure('YT0082452614553', { phoneTail: '4820' }), crop: picture })
    await clear.run(undefined, ['cs'])
    expect(clear.shown()).toHaveLength(1)
    expect(clear.shown()[0]).toContain('发「手机尾号4820的订单」可按尾号查订单')
  })

  test('the same photo twice, pressed anew, is recognised', async () => {
    const first = desk({ outcome: 'read', reading: sure('YT0082452614558', { phash: 'a0a0a0a0a0a0a0a0' }) })
    await first.run()
    expect(first.shown()[0]).not.toContain('已经读过')
    const again = desk({ outcome: 'read', reading: sure('YT0082452614558', { phash: 'a0a0a0a0a0a0a0a3' }) })
    await again.run()
    expect(again.shown()[0]).toContain('这张照片10:20已经读过')
    const other = desk({ outcome: 'read', reading: sure('YT0082452614558', { phash: '0f0f0f0fa0a0a0a3' }) })
    await other.run()
    expect(other.shown()[0]).not.toContain('已经读过')
  })
})

describe('what goes wrong', () => {
  test.each([
    [{ outcome: 'refused', reason: 'too-many-pixels' } as const, '尺寸太大'],
    [{ outcome: 'refused', reason: 'many-pages' } as const, '不止一页'],
    [{ outcome: 'failed', reason: 'too-slow' } as const, '读了太久'],
    [{ outcome: 'failed', reason: 'died' } as const, '没有读成'],
  ])('%o is told in one sentence', async (read, words) => {
    const { run, shown } = desk(read)
    expect(await run()).toMatchObject({ outcome: 'done' })
    expect(shown()).toHaveLength(1)
    expect(shown()[0]).toContain(words)
  })

  test('bytes the platform no longer gives out', async () => {
    const gone = async () => {
      throw new PlatformRefused('media expired', { retryable: false })
    }
    const { run, shown } = desk({ outcome: 'read', reading: reading() }, { fetch: gone })
    expect(await run()).toMatchObject({ receipt: { result: 'lost' } })
    expect(shown()[0]).toContain('照片已经取不到了')
  })

  test('a platform that cannot be reached is tried again by the queue', async () => {
    const down = async () => {
      throw new Unreachable('no answer')
    }
    await expect(desk({ outcome: 'read', reading: reading() }, { fetch: down }).run()).rejects.toThrow(Unreachable)
  })

  test('a second try after a crash starts from the kept bytes and says the same under the same key', async () => {
    const first = desk({ outcome: 'read', reading: sure(sent.waybillNo) })
    await first.run()
    await first.run()
    expect(first.fetched()).toBe(1)
    expect(new Set(first.said.map(({ key }) => key)).size).toBe(1)
  })

  test('a row that is no job is given up', async () => {
    const { parts } = desk({ outcome: 'read', reading: reading() })
    expect(await photoTask(parts)({}, 'k', new AbortController().signal)).toMatchObject({ outcome: 'give-up' })
  })
})

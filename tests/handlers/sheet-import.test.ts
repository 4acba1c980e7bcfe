import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sheetReportCard } from '../../cards/sheet-report.ts'
import { type SheetJob, sheetImportRoutes, sheetImportTask } from '../../handlers/sheet-import.ts'
import { cardLimits, cardText } from '../../src/chat/card.ts'
import type { FileEvent } from '../../src/chat/event.ts'
import { may } from '../../src/chat/member.ts'
import type { MediaSource, OutboundMessage } from '../../src/chat/ports.ts'
import { readSheetOrders } from '../../src/connectors/sheet-orders.ts'
import { audit } from '../../src/hub/audit.ts'
import { intake } from '../../src/hub/intake.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { personalData } from '../../src/hub/personal.ts'
import { sheetImports } from '../../src/hub/sheet-imports.ts'
import { fixedClock } from '../../src/runtime/clock.ts'
import { BadPayload, PlatformRefused, Unreachable } from '../../src/runtime/errors.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'

const nowMs = Date.parse('2026-11-22T10:20:00+08:00')
const personal = personalData('5a'.repeat(32))
const clock = fixedClock(nowMs)
const member = { id: 'mem_1', name: '小何', roles: ['ops'] as const }

function dropped(fileName: string): FileEvent {
  return {
    id: 'event-1',
    kind: 'file',
    platform: 'play',
    conversation: { platform: 'play', kind: 'direct', id: 'play-ops' },
    sender: { id: 'play-ops', trusted: true },
    sentAtMs: nowMs,
    media: { platform: 'play', id: 'blob_1', fileName },
    fileName,
  }
}

let hub: FreshDatabase
beforeAll(async () => {
  hub = await freshDatabase()
})
afterAll(() => hub.drop())

function task(media: MediaSource) {
  const said: OutboundMessage[] = []
  const imports = sheetImports({
    database: hub.database,
    read: readSheetOrders,
    intake: intake(hub.database, personal, clock, randomIds()),
    audit: audit(hub.database, clock),
    outbox: outbox(hub.database, personal),
    keep: async () => 'blob_kept',
    clock,
    ids: randomIds(),
  })
  const run = sheetImportTask({ imports, media, clock, say: async (message) => void said.push(message) })
  return { said, run: (job: unknown, key = 'sheet:play:event-1') => run(job, key, new AbortController().signal) }
}

const job: SheetJob = {
  media: { platform: 'play', id: 'blob_1' },
  fileName: 'JXS07-1121.xlsx',
  to: dropped('').conversation,
  memberId: 'mem_1',
  toldAtMs: nowMs,
}

describe('a file dropped in the chat', () => {
  it('is queued once and acknowledged, where it is a sheet', async () => {
    const requested: [string, SheetJob][] = []
    const [sheets, others] = sheetImportRoutes({ request: async (key, each) => void requested.push([key, each]) })
    const event = dropped('JXS07-1121.XLSX')
    expect(sheets.take(event)).toBe(event)
    expect(others.take(event)).toBeUndefined()
    expect(await sheets.handle(event, member)).toMatchObject({
      kind: 'text',
      text: '收到 JXS07-1121.XLSX，正在导入。好了会在这里告诉您。',
    })
    expect(requested).toEqual([['sheet:play:event-1', { ...job, fileName: 'JXS07-1121.XLSX', media: event.media }]])
  })

  it('is only for those who may import', () => {
    const [sheets] = sheetImportRoutes({ request: async () => {} })
    expect(may(member, sheets.needs)).toBe(true)
    expect(may({ ...member, roles: ['cs'] }, sheets.needs)).toBe(false)
  })

  it('is told what to do instead, where it is none', async () => {
    const [sheets, others] = sheetImportRoutes({ request: async () => {} })
    const event = dropped('合同.pdf')
    expect(sheets.take(event)).toBeUndefined()
    expect(await others.handle(event, member)).toMatchObject({ text: expect.stringContaining('不是表格') })
  })
})

describe('the import task', () => {
  it('takes the sample sheet in and reports in the shape of J36; a repeat says nothing new', async () => {
    const bytes = await readFile(new URL('../../docs/sample-orders.xlsx', import.meta.url))
    const { run, said } = task({ fetch: async () => bytes })
    expect(await run(job)).toEqual({ outcome: 'done', receipt: { result: 'imported' } })
    expect(said).toEqual([])
    const store = outbox(hub.database, personal)
    const claim = await store.claim('sheet:play:event-1:report', 1000)
    if (claim.outcome !== 'claimed') throw new Error(claim.outcome)
    const message = claim.row.payload as OutboundMessage
    expect(message).toMatchObject({ to: job.to, reply: { kind: 'card' } })
    if (message.reply.kind !== 'card') throw new Error('no card')
    const text = cardText(message.reply.card)
    expect(message.reply.card.title).toMatch(/^\d+行：成功\d+，重复0，错误\d+$/)
    expect(text).toMatch(/[A-Z]+\d+ 手机号少1位/)
    expect(text).toContain('JXS07-20261121-9034 没选快递')
    expect(text).toContain('到店自提')

    // the process died after the commit: the row is carried out again
    expect(await run(job)).toEqual({ outcome: 'done', receipt: { result: 'unchanged' } })
    expect(said.map((each) => each.key)).toEqual(['sheet:play:event-1:report'])

    // the same file dropped again is another event
    const again = task({ fetch: async () => bytes })
    await again.run(job, 'sheet:play:event-2')
    expect(again.said).toMatchObject([
      { key: 'sheet:play:event-2:report', reply: { kind: 'text', text: '与10:20的文件相同，无变化' } },
    ])
  })

  it('says why a file was not taken', async () => {
    const cases: [() => Promise<Uint8Array>, RegExp][] = [
      [async () => Buffer.from('89504e470d0a1a0a', 'hex'), /不是表格文件/],
      [
        async () => Buffer.from('客户单号,商品名称,箱数,店铺,下单时间\nA-1,x,4,JXS02,2026-11-20\n'),
        /看不出哪一列是订单号、数量[\s\S]*客户单号[\s\S]*--map/,
      ],
      [
        async () => {
          throw new BadPayload('11 MB')
        },
        /超过10MB/,
      ],
      [
        async () => {
          throw new PlatformRefused('expired', { retryable: false })
        },
        /没取到，请再发一次/,
      ],
    ]
    for (const [index, [fetch, text]] of cases.entries()) {
      const { run, said } = task({ fetch })
      expect((await run(job, `case-${index}`)).outcome).toBe('done')
      expect(said).toMatchObject([{ reply: { kind: 'text', text: expect.stringMatching(text) } }])
    }
  })

  it('is tried again while the platform is away, and gives up what is no job', async () => {
    const { run } = task({
      fetch: async () => {
        throw new Unreachable('timeout')
      },
    })
    await expect(run(job)).rejects.toThrow('timeout')
    expect((await run({ nothing: 1 })).outcome).toBe('give-up')
  })
})

describe('the report card', () => {
  it('fits every platform, whatever the numbers', () => {
    const number = fc.integer({ min: 0, max: 50_000 })
    const problem = fc.record({
      cell: fc.constantFrom('C18', 'AAA50000'),
      row: number,
      column: fc.string(),
      problem: fc.constantFrom('phone_short', 'date_unreadable', 'number_lost', 'nonsense'),
    })
    const held = fc.record({
      orderNo: fc.string({ maxLength: 64 }),
      reason: fc.constantFrom('carrier_missing', 'carrier_freight_missing', 'x'),
    })
    fc.assert(
      fc.property(
        fc.record({
          id: fc.constant('imp'),
          fileName: fc.string({ unit: 'grapheme' }),
          rows: number,
          taken: number,
          repeated: number,
          failed: number,
          created: number,
          updated: number,
          unchanged: number,
          held: fc.array(held),
          problems: fc.array(problem),
        }),
        (report) => {
          const card = sheetReportCard(report)
          expect([...card.title].length).toBeLessThanOrEqual(cardLimits.titleChars)
          expect(card.facts.length).toBeLessThanOrEqual(cardLimits.facts)
          expect(card.lines?.length ?? 0).toBeLessThanOrEqual(cardLimits.lines)
          for (const line of card.lines ?? []) expect([...line].length).toBeLessThanOrEqual(cardLimits.lineChars)
          expect([...(card.note ?? '')].length).toBeLessThanOrEqual(cardLimits.noteChars)
          expect(card.tone).toBe(report.failed > 0 || report.held.length > 0 ? 'warn' : 'done')
        },
      ),
    )
  })
})

import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { mismatchSettledCard, refundMismatchCard } from '../../cards/refund-mismatch.ts'
import { mismatchTaps, mismatchTick } from '../../handlers/refund-mismatch.ts'
import type { Tap } from '../../handlers/taps.ts'
import type { Card } from '../../src/chat/card.ts'
import type { CardTapEvent } from '../../src/chat/event.ts'
import { audit } from '../../src/hub/audit.ts'
import type { Command, CommandPort } from '../../src/hub/commands.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { giveOwed } from '../../src/hub/owed-commands.ts'
import { refundMismatches } from '../../src/hub/refund-mismatch.ts'
import { sayOnce } from '../../src/hub/say-once.ts'
import { receiversOf } from '../../src/hub/staff.ts'
import { faultsOf } from '../kit/card-faults.ts'
import { testPersonal } from '../kit/cipher.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { codec } from '../kit/every-card.ts'
import { type OutwardDesk, outwardDesk, outwardNowMs } from '../kit/outward-desk.ts'

let fresh: FreshDatabase
let desk: OutwardDesk
const told: Command[] = []
const port: CommandPort = {
  name: 'erp',
  takes: ['erp.receivable', 'crm.service_record'],
  run: async (command) => {
    told.push(command)
    return { outcome: 'done', receipt: {} }
  },
}
beforeAll(async () => {
  fresh = await freshDatabase({ max: 8 })
  desk = outwardDesk(fresh, [port])
})
beforeEach(async () => {
  told.splice(0)
  await desk.sql`TRUNCATE receivable_settlements, after_sales`
  await desk.clean()
})
afterAll(() => fresh.drop())

const clock = { nowMs: () => outwardNowMs }
const mismatches = () => {
  const { database } = fresh
  return refundMismatches({ database, audit: audit(database, desk.clock), clock: desk.clock })
}
const owed = () => giveOwed({ database: fresh.database, give: desk.outward.give, takes: port.takes })(outwardNowMs)
const amounts = async () => {
  await owed()
  await desk.work()
  return told
    .map(({ name, payload }) => [
      name,
      'amountFen' in payload ? payload.amountFen : (payload as { refundFen?: string }).refundFen,
    ])
    .sort()
}
/** Approved 238.05, its money went a minute ago. */
async function released() {
  const made = await desk.makeReturn()
  await desk.sql`UPDATE returns SET approval = 'approved', approved_at = applied_at, refund_fen = 23805,
    refund_released_at = to_timestamp(${outwardNowMs / 1000 - 60}::float8) WHERE id = ${made.returnId}`
  return made
}
let afterSaleNo = 0
/** What the platform paid back, so long after the return was asked for. */
async function paidBack(orderId: string, fen: number, afterMs = 60_000, state = 'done') {
  afterSaleNo += 1
  await desk.sql`
    INSERT INTO after_sales (channel, shop, after_sale_no, order_no, source, state, told, applied_at, modified_at)
    SELECT o.channel, o.shop, ${String(afterSaleNo)}, o.order_no, 'test', ${state},
      jsonb_build_object('refundFen', ${String(fen)}::text, 'refundedAtMs', extract(epoch FROM r.applied_at) * 1000 + ${afterMs}::float8),
      r.applied_at, r.applied_at
    FROM orders o JOIN returns r ON r.order_id = o.id WHERE o.id = ${orderId}`
}
const tap = (memberId: string, args: readonly string[]): Tap => {
  const conversation = { platform: 'play', kind: 'direct', id: memberId } as const
  const event: CardTapEvent = {
    kind: 'card-tap',
    id: 'tap-1',
    platform: 'play',
    conversation,
    sender: { id: memberId, trusted: true },
    sentAtMs: outwardNowMs,
    token: '',
    cardRef: { platform: 'play', id: 'c1' },
  }
  return { event, member: { id: memberId, name: '小陈', roles: [] }, args, view: { mode: 'full', nowMs: outwardNowMs } }
}
const settle = (memberId: string, args: readonly string[]) =>
  mismatchTaps({ codec, mismatches: mismatches() })['receivable.settle'](tap(memberId, args))

describe('what ERP and CRM are told', () => {
  test('the amount, while the platform says the same or nothing yet', async () => {
    await released()
    expect(await amounts()).toEqual([
      ['crm.service_record', '23805'],
      ['erp.receivable', '23805'],
    ])
    const { orderId } = await released()
    await paidBack(orderId, 23_805)
    expect(await amounts()).toHaveLength(4)
    expect(await mismatches().open()).toEqual([])
  })

  test.each([
    ['a fen more', 23_806],
    ['less', 20_000],
  ])('%s at the platform blocks it, until it is settled', async (_, fen) => {
    const { orderId, returnId } = await released()
    await paidBack(orderId, fen)
    expect(await amounts()).toEqual([])
    expect(await mismatches().open()).toMatchObject([{ returnId, approvedFen: '23805', platformFen: String(fen) }])
    const reply = await settle('finance', [returnId, 'p', String(fen)])
    expect(JSON.stringify(reply)).toContain('应收金额已定')
    expect(await amounts()).toEqual([
      ['crm.service_record', String(fen)],
      ['erp.receivable', String(fen)],
    ])
    expect(await mismatches().open()).toEqual([])
  })

  test('what the platform paid before the return, refused, or owes to another return is none of it', async () => {
    const { orderId, returnId } = await released()
    await paidBack(orderId, 500, -86_400_000)
    await paidBack(orderId, 700, 60_000, 'refused')
    expect(await mismatches().open()).toEqual([])
    await paidBack(orderId, 900)
    expect(await mismatches().open()).toHaveLength(1)
    // the right amount comes as well: the 9.00 was another affair
    await paidBack(orderId, 23_805)
    expect(await mismatches().open()).toEqual([])
    expect(JSON.stringify(await settle('finance', [returnId, 'a', '900']))).toContain('已经一致')
  })
})

describe('a tap', () => {
  test('the second hears who was first; two at once are one', async () => {
    const { orderId, returnId } = await released()
    await paidBack(orderId, 20_000)
    const both = await Promise.all([
      settle('finance', [returnId, 'p', '20000']),
      settle('boss', [returnId, 'a', '20000']),
    ])
    expect(both.filter((reply) => JSON.stringify(reply).includes('应收金额已定'))).toHaveLength(1)
    expect(JSON.stringify(await settle('boss', [returnId, 'p', '20000']))).toMatch(/(小陈|沈总)已在.*定为¥/)
    expect(await desk.sql`SELECT 1 FROM receivable_settlements`).toHaveLength(1)
  })

  test('whoever is not finance is refused, and it is written down', async () => {
    const { orderId, returnId } = await released()
    await paidBack(orderId, 20_000)
    expect(JSON.stringify(await settle('keeper', [returnId, 'p', '20000']))).toContain('请找他们处理')
    const [row] = await desk.sql`SELECT actor FROM audit WHERE action = 'receivable.settle.refused'`
    expect(row).toEqual({ actor: 'keeper' })
    expect(await desk.sql`SELECT 1 FROM receivable_settlements`).toHaveLength(0)
  })

  test('another amount than the one seen is drawn anew and asked again', async () => {
    const { orderId, returnId } = await released()
    await paidBack(orderId, 20_000)
    await paidBack(orderId, 1_000)
    const reply = JSON.stringify(await settle('finance', [returnId, 'p', '20000']))
    expect(reply).toContain('平台金额又变了')
    expect(reply).toContain('210')
    expect(await desk.sql`SELECT 1 FROM receivable_settlements`).toHaveLength(0)
  })
})

test('finance gets one card an amount, however often it is looked at', async () => {
  const { orderId, returnId } = await released()
  await paidBack(orderId, 20_000)
  const box = outbox(fresh.database, testPersonal)
  const tick = mismatchTick({
    codec,
    mismatches: mismatches(),
    peopleOf: (role) => receiversOf(fresh.database.sql, { roles: [role], platform: 'play', reachable: ['play'] }),
    sayOnce: sayOnce(fresh.database, box),
    clock: desk.clock,
  })
  for (let round = 0; round < 3; round++) await tick.run(new AbortController().signal)
  const rows = await desk.sql<{ key: string }[]>`SELECT key FROM outbox WHERE key LIKE 'mismatch:%'`
  expect(rows.map(({ key }) => key)).toEqual([`mismatch:${returnId}:20000:finance`])
  await paidBack(orderId, 300)
  await tick.run(new AbortController().signal)
  expect(await desk.sql`SELECT 1 FROM outbox WHERE key LIKE 'mismatch:%'`).toHaveLength(2)
})

test('cards are inside the limits and say both amounts to the fen', () => {
  const money = fc.bigInt({ min: 1n, max: 99_999_999n })
  fc.assert(
    fc.property(money, money, (approved, platform) => {
      const mismatch = {
        returnId: 'TH2611250001',
        orderId: 'SO261125000001',
        channel: 'douyin',
        orderNo: '6936476692437472563',
        approvedFen: String(approved),
        platformFen: String(platform),
      }
      for (const card of [
        refundMismatchCard(mismatch, clock.nowMs(), codec),
        mismatchSettledCard(mismatch, String(platform), clock.nowMs(), codec),
      ] as readonly Card[])
        expect(faultsOf(card)).toEqual([])
    }),
    { numRuns: 50 },
  )
})

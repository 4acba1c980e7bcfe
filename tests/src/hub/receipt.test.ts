import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RefundWord } from '../../../src/hub/confirm-refund.ts'
import type { Confirmed } from '../../../src/hub/drafts.ts'
import { defaultFlow, type FlowRules } from '../../../src/hub/flow-rules.ts'
import type { SourceOrder } from '../../../src/hub/order-facts.ts'
import type { Wish } from '../../../src/hub/write.ts'
import { buttonOf, transcript } from '../../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { approvedReturn, label, type ReturnFlowDesk, returnFlowDesk } from '../../kit/return-flow-desk.ts'
import { orderNo, signedOrder } from '../../kit/write-orders.ts'

let fresh: FreshDatabase
let desk: ReturnFlowDesk
beforeAll(async () => {
  fresh = await freshDatabase({ max: 20 })
  desk = returnFlowDesk(fresh)
})
beforeEach(async () => {
  await desk.clean()
  await fresh.database.sql`DELETE FROM flow_versions`
})
afterAll(async () => {
  desk.close()
  await fresh.drop()
})

const yto = 'YT0082452614557'
const minuteMs = 60_000

const moneyOf = async (id: string) => {
  const [row] = await fresh.database.sql<
    { fen: number | null; released: boolean; came: number; damaged: number; hold: string | null; cleared: boolean }[]
  >`
    SELECT r.refund_fen::int AS fen, r.refund_released_at IS NOT NULL AS released, sum(l.received_qty)::int AS came,
      sum(l.damaged_qty)::int AS damaged, h.reason AS hold, h.cleared_at IS NOT NULL AS cleared
    FROM returns r JOIN return_lines l ON l.return_id = r.id LEFT JOIN refund_holds h ON h.return_id = r.id
    WHERE r.id = ${id} GROUP BY r.id, h.return_id`
  return row
}
const orderOf = async () => {
  const [row] = await fresh.database.sql<{ stage: string | null; fen: number | null; no: string | null }[]>`
    SELECT CASE WHEN returned_at IS NOT NULL THEN 'returned' END AS stage, refund_fen::int AS fen, return_no AS no
    FROM orders WHERE order_no = ${orderNo}`
  return row
}
/** What this person was told last. */
const lastTold = async (who: string) =>
  (await desk.told()).findLast(({ to }) => to === `play-${who}`)?.reply ?? { kind: 'none' as const }

describe('what is said after the scan', () => {
  test('有破损: all of it or without the broken piece, to the fen; finance decides', async () => {
    const id = await approvedReturn(desk, signedOrder({ paidFen: 28_601n }), yto)
    const booked = await desk.scan(id)
    const asked = await desk.tap(booked, '有破损', 'warehouse')
    expect(transcript(asked)).toContain('[1件] [2件]')
    await desk.tap(asked, '1件', 'warehouse')
    expect(await moneyOf(id)).toMatchObject({ fen: 28_601, released: false, came: 2, damaged: 1, hold: 'damaged' })
    const card = await lastTold('finance')
    expect(transcript(card)).toContain('按实收¥286.01\n扣破损¥143.00')
    expect(transcript(card)).toContain('[全额放款] [扣破损放款] [挂起]')
    desk.clock.setOffset(2 * minuteMs + 5_000)
    expect(transcript(await desk.tap(card, '扣破损放款', 'finance'))).toMatch(/^已放款¥143.00/)
    expect(await moneyOf(id)).toMatchObject({ fen: 14_300, released: true })
  })

  test('a word about other counts than those now is asked again', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    const booked = await desk.scan(id)
    await desk.tap(await desk.tap(booked, '数量不符', 'warehouse'), '0件', 'warehouse')
    const stale = await lastTold('finance')
    desk.clock.setOffset(2 * minuteMs + 5_000)
    await desk.tap(await desk.tap(booked, '数量不符', 'warehouse'), '1件', 'warehouse')
    const again = await desk.tap(stale, '按实收放款', 'finance')
    expect(transcript(again)).toContain('实收有变化，请按现在的数再确认')
    expect(await moneyOf(id)).toMatchObject({ released: false })
    expect(transcript(await desk.tap(again, '按实收放款', 'finance'))).toMatch(/^已放款¥143.00/)
  })

  test('a count put right goes back to the whole amount and its two minutes; nothing new is nothing done', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    const booked = await desk.scan(id)
    await desk.tap(await desk.tap(booked, '数量不符', 'warehouse'), '1件', 'warehouse')
    expect(await moneyOf(id)).toMatchObject({ fen: 14_300, hold: 'short' })
    expect(transcript(await desk.say('实收1件', 'warehouse'))).toBe('已是 1/2，没有变化。')
    desk.clock.setOffset(30 * minuteMs)
    const back = await desk.tap(await desk.tap(booked, '数量不符', 'warehouse'), '2件', 'warehouse')
    expect(transcript(back)).toMatch(/^已记 2\/2\n[\s\S]*退款2分钟后放行/)
    expect(await moneyOf(id)).toMatchObject({ fen: 28_600, released: false, hold: 'window' })
    expect(await desk.releaseDue()).toBe(0)
    desk.clock.setOffset(32 * minuteMs)
    expect(await desk.releaseDue()).toBe(1)
    const kinds = await fresh.database.sql`SELECT kind, received_qty AS n FROM return_counts ORDER BY id`
    expect(kinds.map(({ kind, n }) => `${kind} ${n}`)).toEqual(['scan 2', 'correction 1', 'correction 2'])
  })

  test('挂起: nothing goes; the same card decides it later', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    await desk.tap(await desk.tap(await desk.scan(id), '数量不符', 'warehouse'), '1件', 'warehouse')
    const hung = await desk.tap(await lastTold('finance'), '挂起', 'finance')
    expect(transcript(hung)).toContain(`已挂起·${id}`)
    desk.clock.setOffset(60 * minuteMs)
    expect(await desk.releaseDue()).toBe(0)
    expect(await moneyOf(id)).toMatchObject({ released: false, hold: 'finance' })
    expect(transcript(await desk.tap(hung, '按实收放款', 'finance'))).toMatch(/^已放款¥143.00/)
  })

  test('only finance and the director have a say; the others’ word is refused and written down', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    await desk.tap(await desk.tap(await desk.scan(id), '数量不符', 'warehouse'), '1件', 'warehouse')
    const card = await lastTold('finance')
    expect((await desk.tap(card, '按实收放款', 'cs_lead')).trace?.expect).toBe('deny')
    const [, , counts = ''] = ['', '', '1.0.14300.']
    const word = { returnId: id, counts, word: 'received' } as const
    const say = (memberId: string) => desk.parts.confirmRefund({ ...word, memberId })
    expect(await say('mem_cs_lead')).toEqual({ outcome: 'refused', why: 'right' })
    expect((await desk.audits(`return:${id}`)).at(-1)).toMatchObject({ actor: 'mem_cs_lead', action: 'refund.refused' })
    desk.clock.setOffset(2 * minuteMs + 5_000)
    expect(await say('mem_director')).toMatchObject({ outcome: 'settled', amountFen: '14300', went: true })
    expect((await desk.audits(`return:${id}`)).at(-1)).toMatchObject({
      action: 'refund.confirm',
      detail: { deputy: true },
    })
    expect(await say('mem_finance')).toMatchObject({ outcome: 'already', case: { settled: { by: '小director' } } })
  })

  test('after the money went a count is put right on the goods alone, and finance hears what was too much', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    const booked = await desk.scan(id)
    desk.clock.setOffset(2 * minuteMs + 1_000)
    expect(await desk.releaseDue()).toBe(1)
    const late = await desk.tap(await desk.tap(booked, '数量不符', 'warehouse'), '1件', 'warehouse')
    expect(transcript(late)).toContain('款已放行¥286.00，按实收应为¥143.00，多出¥143.00已转财务')
    expect(await moneyOf(id)).toMatchObject({ fen: 28_600, released: true, came: 1 })
    const card = await lastTold('finance')
    expect(transcript(card)).toContain('款已放行¥286.00，多出¥143.00，请追回')
    expect(card.kind === 'card' && card.card.buttons).toEqual([])
  })

  test('finance may agree before the last level has; the money goes with it', async () => {
    await desk.take(signedOrder())
    await desk.photo(label(yto))
    await desk.say(`${orderNo} 要退货 破损`)
    const id = (await desk.say('确认')).trace?.about?.returnId ?? ''
    await desk.tap(await desk.tap(await desk.scan(id), '数量不符', 'warehouse'), '1件', 'warehouse')
    const agreed = await desk.tap(await lastTold('finance'), '按实收放款', 'finance')
    expect(transcript(agreed)).toMatch(/^金额已确认¥143.00\n[\s\S]*通过后按这个金额放款/)
    expect(await moneyOf(id)).toMatchObject({ released: false, cleared: true })
    for (const who of ['cs_lead', 'warehouse2', 'finance']) {
      await desk.say(`${id} 通过`, who)
      await desk.say('确认', who)
    }
    expect([await moneyOf(id), await desk.releaseDue()]).toMatchObject([{ released: false }, 0])
    desk.clock.setOffset(2 * minuteMs + 5_000)
    expect([await desk.releaseDue(), await desk.releaseDue()]).toEqual([1, 0])
    expect(await moneyOf(id)).toMatchObject({ fen: 14_300, released: true })
  })

  test('a piece that was missing and is in another return by now does not come back twice', async () => {
    const first = await approvedReturn(desk, signedOrder(), yto)
    const booked = await desk.scan(first)
    await desk.tap(await desk.tap(booked, '数量不符', 'warehouse'), '1件', 'warehouse')
    await desk.photo(label('YT0082452614558'))
    desk.clock.setOffset(1_000)
    await desk.say(`${orderNo} 要退货 不想要`)
    expect((await desk.say('确认')).trace?.about?.returnId).not.toBe(first)
    const refused = await desk.tap(await desk.tap(booked, '数量不符', 'warehouse'), '2件', 'warehouse')
    expect(transcript(refused)).toMatch(/应收只有1件/)
    expect(await moneyOf(first)).toMatchObject({ came: 1, fen: 14_300 })
  })
})

describe('已退货 and money without goods', () => {
  const rule = async (releaseAt: FlowRules['releaseAt']) => {
    await fresh.database.sql`
      INSERT INTO flow_versions (version, body, live_at) VALUES (1, ${fresh.database.sql.json({ ...defaultFlow, releaseAt })}, now())`
  }

  test('the order is returned once its goods are in and its money has gone, not before', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    await desk.scan(id)
    expect(await orderOf()).toMatchObject({ stage: null })
    desk.clock.setOffset(2 * minuteMs + 1_000)
    await desk.releaseDue()
    expect(await orderOf()).toEqual({ stage: 'returned', fen: 28_600, no: id })
  })

  test('a piece that stays with the customer keeps the order signed', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    await desk.tap(await desk.tap(await desk.scan(id), '数量不符', 'warehouse'), '1件', 'warehouse')
    await desk.tap(await lastTold('finance'), '按实收放款', 'finance')
    expect(await orderOf()).toMatchObject({ stage: null })
  })

  test('at_approval: the money goes with the last yes; goods that come short are a matter for finance', async () => {
    await rule('at_approval')
    const id = await approvedReturn(desk, signedOrder(), yto)
    // who decided last may take it back for two minutes
    expect([await moneyOf(id), await desk.releaseDue()]).toMatchObject([{ released: false }, 0])
    desk.clock.setOffset(2 * minuteMs + 5_000)
    expect([await desk.releaseDue(), await desk.releaseDue()]).toEqual([1, 0])
    expect(await moneyOf(id)).toMatchObject({ released: true, came: 0 })
    expect(await orderOf()).toMatchObject({ stage: null })
    const booked = await desk.scan(id)
    expect(transcript(booked)).toContain('款已放行¥286.00')
    expect(await orderOf()).toMatchObject({ stage: 'returned' })
    expect(await desk.releaseDue()).toBe(0)
  })

  test('first_scan: the money goes once the carrier has the parcel', async () => {
    await rule('first_scan')
    const id = await approvedReturn(desk, signedOrder(), yto)
    expect([await moneyOf(id), await desk.releaseDue()]).toMatchObject([{ released: false }, 0])
    const { sql } = fresh.database
    await sql`INSERT INTO parcels (id, order_id, waybill_no, carrier_code, state)
      SELECT 'back', order_id, waybill_no, 'YTO', 'created' FROM returns WHERE id = ${id}`
    expect(await desk.releaseDue()).toBe(0)
    await sql`UPDATE parcels SET state = 'collected' WHERE id = 'back'`
    desk.clock.setOffset(2 * minuteMs + 5_000)
    expect([await desk.releaseDue(), await desk.releaseDue()]).toEqual([1, 0])
  })

  test('goods without money: refused by a level, booked in all the same', async () => {
    await desk.take(signedOrder())
    await desk.photo(label(yto))
    await desk.say(`${orderNo} 要退货 破损`)
    const id = (await desk.say('确认')).trace?.about?.returnId ?? ''
    await desk.say(`${id} 驳回 面单不符`, 'cs_lead')
    await desk.say('确认', 'cs_lead')
    const booked = await desk.scan(id)
    await desk.tap(await desk.tap(booked, '数量不符', 'warehouse'), '1件', 'warehouse')
    desk.clock.setOffset(60 * minuteMs)
    expect(await desk.releaseDue()).toBe(0)
    expect(await moneyOf(id)).toMatchObject({ came: 1, released: false, hold: null })
  })
})

describe('races', () => {
  test('the window ends while the table says 数量不符: either the money waits or finance hears', async () => {
    for (let race = 0; race < 20; race++) {
      await desk.clean()
      const id = await approvedReturn(desk, signedOrder(), yto)
      const asked = await desk.tap(await desk.scan(id), '数量不符', 'warehouse')
      desk.clock.setOffset(2 * minuteMs + 1_000)
      const late = async () => {
        await new Promise((resolve) => setImmediate(resolve))
        const told = await desk.tap(asked, '1件', 'warehouse')
        // the money went between question and answer: the keeper sees it and says it once more
        if (transcript(told).startsWith('请确认')) await desk.tap(told, '确认', 'warehouse')
      }
      await Promise.all(race % 2 === 0 ? [desk.releaseDue(), late()] : [late(), desk.releaseDue()])
      const { came, released, fen, hold } = (await moneyOf(id)) ?? {}
      expect(came).toBe(1)
      expect(['true 28600 window', 'false 14300 short']).toContain(`${released} ${fen} ${hold}`)
      expect(transcript(await lastTold('finance'))).toContain(released ? '请追回' : '按实收放款')
    }
  }, 120_000)

  test('the last yes, a recount and finance’s word at once: nobody waits in a circle, the money goes once', async () => {
    for (let race = 0; race < 10; race++) {
      await desk.clean()
      await desk.take(signedOrder())
      await desk.photo(label(yto))
      await desk.say(`${orderNo} 要退货 破损`)
      const id = (await desk.say('确认')).trace?.about?.returnId ?? ''
      for (const who of ['cs_lead', 'warehouse2']) {
        await desk.say(`${id} 通过`, who)
        await desk.say('确认', who)
      }
      const booked = await desk.scan(id)
      const asked = await desk.tap(booked, '数量不符', 'warehouse')
      await desk.say(`${id} 通过`, 'finance')
      const word = { returnId: id, memberId: 'mem_director', word: 'received', counts: '2.0.28600.' } as const
      await Promise.all([
        desk.say('确认', 'finance'),
        desk.tap(asked, '1件', 'warehouse'),
        desk.parts.confirmRefund(word),
        desk.releaseDue(),
      ])
      expect(await moneyOf(id)).toMatchObject({ released: false })
      // a yes that met another amount is shown again: finance says it once more
      if (
        (await desk.audits(`return:${id}`)).every(
          ({ action, detail }) => action !== 'approval.approve' || detail.level !== 3,
        )
      ) {
        await desk.say(`${id} 通过`, 'finance')
        await desk.say('确认', 'finance')
      }
      desk.clock.setOffset(10 * minuteMs)
      const counts = await countsOf(id)
      if (counts !== undefined) await desk.parts.confirmRefund({ ...word, counts })
      await desk.releaseDue()
      // a count that met other facts is shown again and not written: then the whole amount went
      const { came, fen, released } = (await moneyOf(id)) ?? {}
      expect({ released, fen }).toEqual({ released: true, fen: came === 1 ? 14_300 : 28_600 })
    }
  }, 60_000)

  test('finance twice and the director at once: one word counts', async () => {
    for (let race = 0; race < 10; race++) {
      await desk.clean()
      const id = await approvedReturn(desk, signedOrder(), yto)
      await desk.tap(await desk.tap(await desk.scan(id), '数量不符', 'warehouse'), '1件', 'warehouse')
      const word: Omit<RefundWord, 'memberId'> = { returnId: id, counts: '1.0.14300.', word: 'received' }
      const said = await Promise.all(
        ['mem_finance', 'mem_finance', 'mem_director'].map((memberId) =>
          desk.parts.confirmRefund({ ...word, memberId }),
        ),
      )
      expect(said.map(({ outcome }) => outcome).sort()).toEqual(['already', 'already', 'settled'])
      expect((await desk.audits(`return:${id}`)).filter(({ action }) => action === 'refund.confirm')).toHaveLength(1)
    }
    expect(await desk.chain.verifyChain()).toMatchObject({ outcome: 'whole' })
  }, 60_000)
})

type Step =
  | { readonly step: 'scan' | 'tick' }
  | { readonly step: 'count'; readonly nth: number; readonly received: number; readonly damaged: number }
  | { readonly step: 'word'; readonly word: RefundWord['word'] }
  | { readonly step: 'pass'; readonly ms: number }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ step: fc.constantFrom('scan' as const, 'tick' as const) }),
  fc.record({ step: fc.constant('count' as const), nth: fc.nat(1), received: fc.nat(3), damaged: fc.nat(2) }),
  fc.record({ step: fc.constant('word' as const), word: fc.constantFrom('received' as const, 'sound', 'hang-up') }),
  fc.record({ step: fc.constant('pass' as const), ms: fc.constantFrom(30_000, 121_000) }),
)

const anySale = fc.record({
  qtys: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  amounts: fc.tuple(fc.bigInt({ min: 0n, max: 9_999n }), fc.bigInt({ min: 0n, max: 9_999n })),
  paidFen: fc.bigInt({ min: 0n, max: 19_999n }),
  steps: fc.array(anyStep, { minLength: 3, maxLength: 9 }),
})

test('whatever is scanned, counted, ticked and said: sums hold, and money goes once, approved, for no more than came', async () => {
  const ends = new Set<string>()
  await fc.assert(
    fc.asyncProperty(anySale, async ({ qtys, amounts, paidFen, steps }) => {
      await desk.clean()
      const lines = qtys.map((qty, nth) => ({
        lineKey: `L${nth}`,
        name: `goods ${nth}`,
        qty,
        amountFen: amounts[nth as 0 | 1],
      }))
      const id = await approvedAll(signedOrder({ lines, paidFen, totalFen: paidFen, discountFen: 0n, freightFen: 0n }))
      // numbers of returns have four digits: an earlier run may have had the same, and the chain forgets nothing
      const earlier = (await desk.audits(`return:${id}`)).length
      let offset = 0
      let gone: number | undefined
      for (const step of steps) {
        if (step.step === 'pass') offset += step.ms
        desk.clock.setOffset(offset)
        await take(id, step)
        const money = await moneyOf(id)
        const whole = qtys.reduce((sum, qty) => sum + qty, 0)
        expect(money?.came).toBeLessThanOrEqual(whole)
        expect(money?.damaged).toBeLessThanOrEqual(money?.came ?? 0)
        expect(BigInt(money?.fen ?? 0)).toBeLessThanOrEqual(paidFen)
        // what was let go is not changed by anything that comes later
        if (gone !== undefined) expect([money?.released, money?.fen]).toEqual([true, gone])
        if (money?.released) {
          gone ??= money.fen ?? 0
          const confirmed = (await desk.audits(`return:${id}`))
            .slice(earlier)
            .some(({ action }) => action === 'refund.confirm')
          if (!confirmed) expect(BigInt(gone)).toBe(paidFen)
        } else if (money?.came === 0) expect(money.fen).toBe(money.hold === null ? Number(paidFen) : 0)
      }
      const money = await moneyOf(id)
      ends.add(`${money?.released} ${money?.hold}`)
      const moves = (await desk.audits(`return:${id}`))
        .slice(earlier)
        .filter(
          ({ action, detail }) => action === 'refund.release' || (action === 'refund.confirm' && detail.went === true),
        )
      expect(moves.length).toBe(money?.released ? 1 : 0)
    }),
    { numRuns: 40 },
  )
  expect(ends.size).toBeGreaterThan(3)
}, 180_000)

async function approvedAll(order: SourceOrder): Promise<string> {
  await desk.take(order)
  await desk.photo(label(yto))
  await desk.tap(await desk.say(`${order.orderNo} 要退货 破损`), '全部')
  const id = (await desk.say('确认')).trace?.about?.returnId ?? ''
  for (const who of ['cs_lead', 'warehouse', 'finance']) {
    await desk.say(`${id} 通过`, who)
    await desk.say('确认', who)
  }
  return id
}

async function take(id: string, step: Step): Promise<void> {
  switch (step.step) {
    case 'scan':
      await desk.scan(id)
      return
    case 'tick':
      await desk.releaseDue()
      return
    case 'word': {
      const counts = await countsOf(id)
      if (counts !== undefined)
        await desk.parts.confirmRefund({ returnId: id, memberId: 'mem_finance', word: step.word, counts })
      return
    }
    case 'count':
      await recount(id, step)
      return
    default:
  }
}

/** The counts a fresh card of finance would carry. */
async function countsOf(id: string): Promise<string | undefined> {
  const probe = await desk.parts.confirmRefund({ returnId: id, memberId: 'mem_finance', word: 'received', counts: '?' })
  return probe.outcome === 'changed' ? probe.case.counts : undefined
}

async function recount(
  id: string,
  { nth, received, damaged }: Extract<Step, { step: 'count' }>,
): Promise<Confirmed | undefined> {
  const found = await desk.parts.returns.byNo(id)
  if (found === undefined) throw new Error(`no return ${id}`)
  const lines = found.request.lines.map((line, index) => {
    if (index !== nth) return { lineId: line.lineId, received: line.receivedQty, damaged: line.damagedQty }
    return { lineId: line.lineId, received, damaged: Math.min(damaged, received) }
  })
  const wish: Wish = {
    kind: 'return.receive',
    orderId: found.sale.orderId,
    returnId: id,
    lines,
    inspection: 'x',
    recount: 'q',
  }
  const place = { platform: 'play', conversationId: 'play-warehouse', memberId: 'mem_warehouse' }
  if (found.request.receivedAtMs === undefined) return undefined
  const opened = await desk.parts.drafts.open(wish, { place, roles: ['warehouse'] }, () => [])
  if (opened.outcome !== 'ready') return undefined
  return desk.parts.drafts.confirm(opened.draft.id, 'mem_warehouse', { may: () => true, follow: () => [] })
}

test('buttons of a booked parcel fit every platform', async () => {
  const id = await approvedReturn(desk, signedOrder(), yto)
  const booked = await desk.scan(id)
  for (const name of ['有破损', '数量不符']) expect(buttonOf(booked, name).token.length).toBeLessThanOrEqual(100)
})

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SourceOrder } from '../../src/hub/order-facts.ts'
import { buttonOf, transcript } from '../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { label, type ReturnFlowDesk, returnFlowDesk } from '../kit/return-flow-desk.ts'
import { orderNo, signedOrder } from '../kit/write-orders.ts'

let fresh: FreshDatabase
let desk: ReturnFlowDesk
beforeAll(async () => {
  fresh = await freshDatabase({ max: 20 })
  desk = returnFlowDesk(fresh)
})
beforeEach(() => desk.clean())
afterAll(async () => {
  desk.close()
  await fresh.drop()
})

const yto = 'YT0082452614557'
const otherYto = 'YT0082452614558'
const scanAt = 47 * 60_000
const other = { orderNo: '6936476692437470019', waybillNo: '75894561230190' }

/** A return that was applied for by the agent with this label; approved by all three levels where wanted. */
async function returnOf(order: SourceOrder, waybillNo: string, approved = true): Promise<string> {
  await desk.take(order)
  await desk.photo(label(waybillNo))
  await desk.say(`${order.orderNo} 要退货 破损`)
  const done = await desk.say('确认')
  const id = done.trace?.about?.returnId ?? ''
  for (const who of approved ? ['cs_lead', 'warehouse', 'finance'] : []) {
    await desk.say(`${id} 通过`, who)
    expect(transcript(await desk.say('确认', who)), who).toMatch(/^已同意/)
  }
  await fresh.database.sql`TRUNCATE outbox`
  return id
}

const stateOf = async (id: string) => {
  const [row] = await fresh.database.sql`
    SELECT r.received_at IS NOT NULL AS received, r.inspection, r.refund_fen::int AS refund,
      r.refund_released_at IS NOT NULL AS released, l.asked_qty AS asked, l.approved_qty AS approved, l.received_qty AS came,
      l.damaged_qty AS damaged
    FROM returns r JOIN return_lines l ON l.return_id = r.id WHERE r.id = ${id}`
  return row
}

const told = async () => (await desk.told()).map(({ to, reply }) => `${to} ${transcript(reply).split('\n')[0]}`)

describe('J15: the parcel is scanned', () => {
  test('everything came and is whole: booked in, money let go, the agent hears', async () => {
    const id = await returnOf(signedOrder(), yto)
    desk.clock.setOffset(scanAt)
    const done = await desk.say(yto, 'warehouse')
    expect(transcript(done)).toBe(
      [
        '已登记入库 2/2·10:52',
        '商品 3段奶粉×2 | 数量 实收2/2件 | 验货 验货完好 | 审批 三级已过 | 经办 您 10:52:00',
        '退款2分钟后放行',
        '待办已关',
        '已通知小cs',
        '截至10:52',
        '[有破损] [数量不符]',
      ].join('\n'),
    )
    expect(await stateOf(id)).toMatchObject({ received: true, came: 2, released: false })
    desk.clock.setOffset(scanAt + 119_000)
    expect(await desk.releaseDue()).toBe(0)
    desk.clock.setOffset(scanAt + 120_000)
    expect([await desk.releaseDue(), await desk.releaseDue()]).toEqual([1, 0])
    expect(await stateOf(id)).toEqual({
      received: true,
      inspection: '验货完好',
      refund: 28_600,
      released: true,
      asked: 2,
      approved: 2,
      came: 2,
      damaged: 0,
    })
    expect(await told()).toEqual([`play-cs 【已入库】${id}`])
    expect((await desk.audits(`return:${id}`)).slice(-2)).toMatchObject([
      { actor: 'mem_warehouse', action: 'return.receive' },
      { actor: 'desk', action: 'refund.release' },
    ])
    expect(transcript(await desk.say(`${id} 入仓了吗`))).toMatch(/^【已入仓】11-22 10:52扫码入库，验货完好/)
    expect(await desk.chain.verifyChain()).toMatchObject({ outcome: 'whole' })
  })

  test('数量不符 › 1: the money waits at one piece’s share, finance gets a card and lets it go', async () => {
    const id = await returnOf(signedOrder(), yto)
    desk.clock.setOffset(scanAt)
    const booked = await desk.say(yto, 'warehouse')
    await fresh.database.sql`TRUNCATE outbox`
    const asked = await desk.tap(booked, '数量不符', 'warehouse')
    expect(transcript(asked)).toBe(['实收几件？3段奶粉', '截至10:52 · 没有改动任何数据', '[1件] [0件]'].join('\n'))
    const short = await desk.say('1', 'warehouse')
    expect(transcript(short)).toBe(
      [
        '已记 1/2',
        '商品 3段奶粉×2 | 数量 实收1/2件 | 验货 数量不符，少1件 | 审批 三级已过 | 经办 您 10:52:00',
        '差1件，转客服核实',
        '退款暂停，按实收重算¥143.00',
        '财务已收到确认卡',
        '已通知小cs、小finance',
        '截至10:52',
        '[有破损] [数量不符]',
      ].join('\n'),
    )
    expect(await stateOf(id)).toMatchObject({ received: true, refund: 14_300, released: false, came: 1 })
    expect(await told()).toEqual([`play-cs 【入库有差异】${id}`, `play-finance 【待财务确认】${id}`])
    desk.clock.setOffset(scanAt + 600_000)
    expect(await desk.releaseDue()).toBe(0)
    const card = (await desk.told()).at(-1)?.reply ?? { kind: 'none' as const }
    expect(transcript(card)).toBe(
      [
        `【待财务确认】${id}`,
        '商品 3段奶粉 900g ×2 | 数量 实收1/2件 | 审批 三级已过 | 退款 ¥286.00→¥143.00',
        '退款暂停，等您确认',
        '按实收¥143.00',
        '截至10:52',
        '[按实收放款] [挂起]',
      ].join('\n'),
    )
    const gone = await desk.tap(card, '按实收放款', 'finance')
    expect(transcript(gone)).toContain('已放款¥143.00')
    expect(await stateOf(id)).toMatchObject({ refund: 14_300, released: true })
    expect(transcript(await desk.tap(card, '按实收放款', 'finance'))).toMatch(/^已由您 11:02:0\d确认，无需重复。/)
    const acts = (await desk.audits(`return:${id}`)).map(({ action }) => action)
    expect(acts.slice(-4)).toEqual(['return.receive', 'return.recount', 'refund.confirm', 'refund.refused'])
  })

  test('typed counts, damage too, with the button of the answer or for what is shown', async () => {
    const id = await returnOf(signedOrder(), yto)
    const asked = await desk.say(`${id} 到货了 实收1件 有破损`, 'warehouse')
    expect(transcript(asked)).toContain('[登记入库]')
    expect(transcript(await desk.tap(asked, '登记入库', 'warehouse'))).toContain(
      '实收1/2件 | 验货 数量不符，少1件；1件破损',
    )
    expect(transcript(await desk.say('实收2件', 'warehouse'))).toContain('实收2/2件 | 验货 1件破损')
    expect(transcript(await desk.say('有破损', 'warehouse'))).toContain('破损几件？3段奶粉')
    expect(transcript(await desk.say('破损2件', 'warehouse'))).toContain('验货 2件破损')
    await desk.say('确认', 'warehouse')
    expect(await stateOf(id)).toMatchObject({
      came: 2,
      damaged: 2,
      released: false,
      refund: 28_600,
      inspection: '2件破损',
    })
  })

  test('more than was sent for is refused, and nothing booked in', async () => {
    const id = await returnOf(signedOrder(), yto)
    await desk.say(`${id} 登记入库`, 'warehouse')
    expect(transcript(await desk.say('实收5件', 'warehouse'))).toMatch(/^不能登记入库：应收只有2件\n/)
    expect(await stateOf(id)).toMatchObject({ received: false })
  })

  test('several goods: which one is short', async () => {
    const lines = [
      { lineKey: 'NF3', name: '3段奶粉', qty: 2, amountFen: 20_000n },
      { lineKey: 'NK', name: '纸尿裤', qty: 2, amountFen: 10_000n },
    ]
    await desk.take(signedOrder({ lines, paidFen: 30_000n, totalFen: 30_000n, discountFen: 0n }))
    await desk.photo(label(yto))
    await desk.tap(await desk.say(`${orderNo} 要退货 破损`), '全部')
    const id = (await desk.say('确认')).trace?.about?.returnId ?? ''
    const which = await desk.tap(await desk.say(`${id} 登记入库`, 'warehouse'), '数量不符', 'warehouse')
    expect(transcript(which)).toContain('① 3段奶粉 实收2/2\n② 纸尿裤 实收2/2')
    const shown = await desk.tap(await desk.tap(which, '②', 'warehouse'), '1件', 'warehouse')
    expect(transcript(shown)).toContain('3段奶粉 实收2/2\n纸尿裤 实收1/2')
    expect(transcript(shown)).toContain('退款 ¥250.00，暂停，财务核对')
    await desk.tap(shown, '确认', 'warehouse')
    const came = await fresh.database
      .sql`SELECT received_qty AS came FROM return_lines WHERE return_id = ${id} ORDER BY 1`
    expect(came.map((row) => row.came)).toEqual([1, 2])
  })

  test('not approved yet: the goods are booked in, the money follows the last level', async () => {
    const id = await returnOf(signedOrder(), yto, false)
    const shown = await desk.say(`${id} 登记入库`, 'warehouse')
    expect(transcript(shown)).toContain('审批 待组长初审 | 退款 ¥286.00，审批通过后放行')
    expect(transcript(await desk.tap(shown, '确认', 'warehouse'))).toContain('还没有审批完，货先入库，通过后再退款')
    expect(await stateOf(id)).toMatchObject({ received: true, released: false })
    for (const who of ['cs_lead', 'warehouse2', 'finance']) {
      await desk.say(`${id} 通过`, who)
      await desk.say('确认', who)
    }
    expect(await stateOf(id)).toMatchObject({ released: false })
    desk.clock.setOffset(125_000)
    expect(await desk.releaseDue()).toBe(1)
    expect(await stateOf(id)).toMatchObject({ released: true, approved: 2, refund: 28_600 })
  })

  test('refused by a level: only the goods are booked in', async () => {
    const id = await returnOf(signedOrder(), yto, false)
    await desk.say(`${id} 驳回 面单不符`, 'cs_lead')
    await desk.say('确认', 'cs_lead')
    const shown = await desk.say(`${id} 登记入库`, 'warehouse')
    expect(transcript(shown)).toContain('审批 已驳回 | 退款 不退款')
    expect(transcript(await desk.tap(shown, '确认', 'warehouse'))).toContain('只登记货物，不退款')
    desk.clock.setOffset(600_000)
    expect(await desk.releaseDue()).toBe(0)
    expect(await stateOf(id)).toMatchObject({ received: true, released: false })
  })
})

describe('J16: somebody else’s parcel', () => {
  test('typed or scanned while another is being booked in: red, naming the right one', async () => {
    const first = await returnOf(signedOrder(), yto)
    const second = await returnOf(signedOrder(other), otherYto)
    await desk.say(`${first} 登记入库`, 'warehouse')
    const red = await desk.say(otherYto, 'warehouse')
    expect(transcript(red)).toBe(
      [
        `这个包裹属于 ${second}`,
        `不是 ${first} 的包裹`,
        `要登记 ${second} 吗？`,
        '截至10:05 · 没有改动任何数据',
        `[登记${second.slice(-4)}] [取消]`,
      ].join('\n'),
    )
    expect(red.kind === 'card' && red.card.tone).toBe('alarm')
    const booked = await desk.tap(red, `登记${second.slice(-4)}`, 'warehouse')
    expect(transcript(booked)).toMatch(/^已登记入库 2\/2/)
    expect(await stateOf(first)).toMatchObject({ received: false })
    expect(await stateOf(second)).toMatchObject({ received: true })
  })

  test('by photo, too; 取消 leaves everything as it is', async () => {
    const first = await returnOf(signedOrder(), yto)
    const second = await returnOf(signedOrder(other), otherYto)
    await desk.say(`${first} 入仓了吗`, 'warehouse')
    const red = await desk.photo(label(otherYto), 'warehouse')
    expect(transcript(red)).toMatch(new RegExp(`^这个包裹属于 ${second}\n不是 ${first} 的包裹`))
    expect(transcript(await desk.tap(red, '取消', 'warehouse'))).toMatch(/^好，没有登记。/)
    expect(await stateOf(first)).toMatchObject({ received: false })
    expect(await stateOf(second)).toMatchObject({ received: false })
  })
})

describe('J17: the same code a second time', () => {
  test('is told when it was, by scan, by photo and by an old card', async () => {
    const id = await returnOf(signedOrder(), yto)
    const stale = await desk.say(`${id} 登记入库`, 'warehouse2')
    desk.clock.setOffset(scanAt)
    await desk.scan(id)
    const again = '10:52 已登记过，没有重复入库。'
    desk.clock.setOffset(scanAt + 60_000)
    expect(transcript(await desk.say(yto, 'warehouse'))).toBe(again)
    for (const code of [id, yto, `扫码 ${id}`]) expect(transcript(await desk.scan(code)), code).toBe(again)
    expect(transcript(await desk.photo(label(yto), 'warehouse'))).toBe(again)
    desk.clock.setOffset(9 * 60_000)
    expect(transcript(await desk.tap(stale, '确认', 'warehouse2'))).toBe(again)
    const booked = (await desk.audits(`return:${id}`)).filter(({ action }) => action === 'return.receive')
    expect(booked).toHaveLength(1)
  })
})

describe('who may', () => {
  test('a photo of a return’s label offers it to the warehouse alone', async () => {
    await returnOf(signedOrder(), yto)
    const keeper = await desk.photo(label(yto, { evidence: 'text×2' }), 'warehouse')
    expect(transcript(keeper)).toContain('[登记入库] [退货进度] [看订单] [手输单号]')
    expect(transcript(await desk.photo(label(yto), 'cs'))).not.toContain('登记入库')
    // a button that wandered to somebody else books nothing in, and in a group only they read why
    const refused = await desk.tap(keeper, '登记入库', 'cs', 'group')
    expect(transcript(refused)).toMatch(/^已私信说明。\n—— 私聊 ——\n登记入库需要「仓管、运营总监」，可找：仓管/)
    expect((await desk.audits('member:mem_cs')).at(-1)).toMatchObject({
      action: 'right.refused',
      detail: { intent: 'return.receive' },
    })
  })

  test('the answer 入仓了吗 carries the button for the warehouse until it is in', async () => {
    const id = await returnOf(signedOrder(), yto)
    expect(transcript(await desk.say(`${id} 入仓了吗`, 'cs'))).not.toContain('[登记入库]')
    for (const text of [`${id} 入仓了吗`, id]) {
      const answer = await desk.say(text, 'warehouse')
      expect(buttonOf(answer, '登记入库').token.length).toBeLessThanOrEqual(100)
    }
    await desk.tap(await desk.say(`${id} 登记入库`, 'warehouse'), '确认', 'warehouse')
    expect(transcript(await desk.say(`${id} 入仓了吗`, 'warehouse'))).not.toContain('[登记入库]')
  })

  test('a number typed by anybody else is a question, as before', async () => {
    await returnOf(signedOrder(), yto)
    for (const who of ['cs', 'finance', 'ops'])
      expect(transcript(await desk.say(yto, who)), who).not.toContain('登记入库')
  })

  test('the draft of one keeper is not another’s', async () => {
    const id = await returnOf(signedOrder(), yto)
    const shown = await desk.say(`${id} 登记入库`, 'warehouse')
    for (const name of ['确认', '数量不符', '有破损'])
      expect((await desk.tap(shown, name, 'warehouse2')).trace?.expect, name).toBe('deny')
    expect(await stateOf(id)).toMatchObject({ received: false })
  })
})

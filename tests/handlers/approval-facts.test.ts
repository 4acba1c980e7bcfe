import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cardText } from '../../src/chat/card.ts'
import type { LevelOutcome, LevelTap } from '../../src/hub/decide-level.ts'
import type { LevelFacts } from '../../src/hub/level-facts.ts'
import { type ApprovalDesk, approvalDesk } from '../kit/approval-desk.ts'
import { putReturn } from '../kit/clock-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'

// J13, J14 and J18 to J21 as their cards show and ask them; what the core answers is given by the test.

const id = 'TH2611220015'
const minuteMs = 60_000

let fresh: FreshDatabase
let desk: ApprovalDesk
let next: LevelOutcome = { outcome: 'needs-reason' }
const asked: LevelTap[] = []
let before: () => Promise<void> = async () => {}

beforeAll(async () => {
  fresh = await freshDatabase()
  desk = approvalDesk(fresh.database, {
    decideLevel: async (tap) => {
      asked.push(tap)
      await before()
      return next
    },
  })
})
afterAll(() => fresh?.drop())
beforeEach(async () => {
  await desk.clean()
  asked.length = 0
  before = async () => {}
})

const sql = () => fresh.database.sql

async function opened(level: 2 | 3, facts: LevelFacts): Promise<void> {
  const nowMs = await desk.now()
  await putReturn(sql(), id, { appliedAtMs: nowMs, dueAtMs: nowMs + 240 * minuteMs, level })
  await sql()`UPDATE orders SET paid_fen = 16900 WHERE id = ${`SO${id.slice(2)}`}`
  await found(level, facts)
  await desk.settle()
}

async function found(level: number, facts: LevelFacts): Promise<void> {
  await sql()`UPDATE approval_levels SET facts = ${sql().json(facts as never)} WHERE return_id = ${id} AND level = ${level}`
  await sql()`UPDATE returns SET version = version + 1 WHERE id = ${id}`
}

const onShelf: LevelFacts = {
  kind: 'stock',
  stamp: 's1',
  checkedAtMs: 1_795_399_200_000,
  goods: [{ name: '纸尿裤L', zone: 'shelf', location: 'A-03-12', onHand: 46, expiresOn: '2027-08-01' }],
}
const nearExpiry: LevelFacts = {
  ...onShelf,
  stamp: 's2',
  goods: [
    { name: '纸尿裤L', zone: 'near_expiry', location: 'L-01', onHand: 46, expiresOn: '2027-01-20', daysLeft: 58 },
  ],
}
const arrears = (kind: 'none' | 'some' | 'unknown', amountFen?: string): LevelFacts => ({
  kind: 'arrears',
  stamp: `a-${kind}`,
  checkedAtMs: 1_795_402_920_000,
  arrears: kind,
  source: 'erp.u8',
  ...(amountFen !== undefined && { amountFen, debtor: '经销商JXS03' }),
})
const labels = (who: string) => desk.newest(who).buttons.map(({ label }) => label)

describe('the keeper', () => {
  it('J13 sees shelf and best-before date', async () => {
    await opened(2, onShelf)
    expect(desk.text('m_keeper')).toMatch(/【待复核】TH2611220015/)
    expect(desk.text('m_keeper')).toContain('在架 A-03-12 共46 | 效期 2027-08（不临期）')
    expect(labels('m_keeper')).toEqual(['通过', '不通过', '补材料', '我来处理', '转交', '加签'])
  })

  it('J14 is shown what changed between the card and the tap, and asked again with the new stamp', async () => {
    await opened(2, onShelf)
    next = { outcome: 'changed' }
    before = () => found(2, nearExpiry)
    await desk.tap('m_keeper', '通过')
    expect(asked[0]).toMatchObject({ decision: 'approve', stamp: 's1' })
    expect(desk.newest('m_keeper').bar).toBe('情况变了，请再确认一次')
    expect(labels('m_keeper')).toEqual(['按临期入库', '不通过', '看变化'])
    expect(desk.text('m_keeper')).toContain('效期：2027-08（不临期）→2027-01，剩58天')
    await desk.tap('m_keeper', '按临期入库')
    expect(asked[1]).toMatchObject({ decision: 'approve', stamp: 's2' })
  })
})

describe('finance', () => {
  it('J18 sees receivable, paid, discount and when the money goes', async () => {
    await opened(3, arrears('none'))
    expect(desk.text('m_finance')).toMatch(/【待终审】TH2611220015·剩3时59分|【待终审】TH2611220015·剩4时/)
    expect(desk.text('m_finance')).toMatch(
      /金额 ¥169.00→原路（微信） \| 应收 .*：无欠款（\d\d:\d\d查） \| 实付 ¥169.00 \| 放款 入库后/,
    )
    expect(labels('m_finance')).toEqual(['通过', '驳回', '挂起', '补材料', '转交', '加签'])
  })

  it('J19 chooses what becomes of arrears', async () => {
    await opened(3, arrears('some', '431000'))
    expect(desk.newest('m_finance')).toMatchObject({ tone: 'warn', bar: '客户有欠款：抵扣，还是挂起？' })
    expect(desk.text('m_finance')).toContain('应收 经销商JXS03欠款¥4,310.00')
    expect(labels('m_finance')).toEqual(['抵扣并通过', '挂起', '仍然退款（需主管）', '驳回', '转交', '加签'])
    next = { outcome: 'refused', why: { code: 'arrears', amountFen: '431000' } }
    expect(await desk.tap('m_finance', '仍然退款（需主管）')).toMatchObject({
      toast: expect.stringContaining('由主管代批'),
    })
    await desk.tap('m_finance', '抵扣并通过')
    expect(asked.map((tap) => tap.arrears)).toEqual([undefined, 'offset'])
  })

  it('J20 never reads silence as no arrears, and can be reminded', async () => {
    await opened(3, arrears('unknown'))
    expect(desk.newest('m_finance').bar).toBe('应收未知，不能当作无欠款')
    expect(desk.text('m_finance')).toMatch(/应收 .*未响应，未知/)
    const lastTold = { amountFen: '431000', atMs: 1_795_399_200_000 - 26 * 3_600_000 }
    await desk.clean()
    await opened(3, { ...arrears('unknown'), lastTold } as LevelFacts)
    expect(desk.text('m_finance')).toMatch(/未响应，未知 \| 旧账 欠款¥4,310\.00（11-22 08:00）/)
    expect(labels('m_finance')).toEqual(['5分钟后提醒', '驳回', '挂起', '我来处理', '转交'])
    const reply = await desk.tap('m_finance', '5分钟后提醒')
    expect(reply).toMatchObject({
      kind: 'text',
      text: expect.stringMatching(/^好，\d\d:\d\d提醒（罚款线 .*，不受影响）$/),
    })
    expect(await sql()`SELECT member_id FROM snoozes WHERE subject = ${`return:${id}`} AND NOT over`).toHaveLength(1)
  })

  it('J21 may lower the amount to what the order has left, and then decides', async () => {
    await opened(3, arrears('none'))
    const other = 'TH2611210150'
    await sql()`INSERT INTO returns (id, order_id, reason, applied_at, approval, refund_fen) VALUES (${other}, ${`SO${id.slice(2)}`}, '破损', now(), 'approved', 11800)`
    next = {
      outcome: 'refused',
      why: { code: 'beyond-paid', totalFen: '28700', paidFen: '16900', other, otherFen: '11800', leftFen: '5100' },
    }
    await desk.tap('m_finance', '通过')
    expect(cardText(desk.newest('m_finance'))).toMatch(/^不能通过：累计退款超过实付\n累计¥287.00，实付¥169.00/)
    expect(desk.text('m_finance')).toContain('另一张TH2611210150退¥118.00')
    expect(labels('m_finance')).toEqual(['改为¥51.00', '看两单', '返回'])
    expect(await desk.tap('m_finance', '看两单')).toMatchObject({ kind: 'text', text: expect.stringContaining(other) })
    await desk.tap('m_finance', '改为¥51.00')
    expect(desk.newest('m_finance').bar).toBe('金额已改为¥51.00，请再点一次通过')
    expect(desk.text('m_finance')).toContain('金额 ¥51.00→原路')
    const [row] = await sql()`SELECT refund_fen::int AS fen FROM returns WHERE id = ${id}`
    expect(row).toEqual({ fen: 5_100 })
  })

  it('J21: nobody but finance lowers it, and never to more than is left', async () => {
    await opened(3, arrears('none'))
    const reduce = desk.parts.approvals.reduceRefund
    expect(await reduce({ returnId: id, level: 3, amountFen: 100n, memberId: 'm_cs' })).toEqual({
      outcome: 'not-yours',
    })
    for (const amountFen of [0n, -1n, 16_900n, 99_999n])
      expect(await reduce({ returnId: id, level: 3, amountFen, memberId: 'm_finance' })).toEqual({ outcome: 'stale' })
  })
})

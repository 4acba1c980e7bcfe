import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cardText } from '../../src/chat/card.ts'
import { type ApprovalDesk, approvalDesk } from '../kit/approval-desk.ts'
import { putReturn } from '../kit/clock-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'

const id = 'TH2611220015'
const minuteMs = 60_000

let fresh: FreshDatabase
let desk: ApprovalDesk
beforeAll(async () => {
  fresh = await freshDatabase()
  desk = approvalDesk(fresh.database)
})
afterAll(() => fresh?.drop())
beforeEach(() => desk.clean())

const sql = () => fresh.database.sql

/** A return applied for this moment, its first level open for 15 minutes. */
async function applied(more: { readonly level?: 1 | 2 | 3 } = {}): Promise<number> {
  const nowMs = await desk.now()
  const limit = more.level === undefined || more.level === 1 ? 15 : 240
  await putReturn(sql(), id, { appliedAtMs: nowMs, dueAtMs: nowMs + limit * minuteMs, ...more })
  await sql()`UPDATE returns SET applied_by = 'm_cs' WHERE id = ${id}`
  return nowMs
}

describe('the card of a level', () => {
  it('goes to everybody of the role on the app they have, once, with facts, holder and limit', async () => {
    await applied()
    expect(await desk.settle()).toBe(3)
    expect(desk.sent.map(({ to }) => to).sort()).toEqual(['m_lead', 'm_lead2', 'm_page'])
    for (const who of ['m_lead', 'm_lead2', 'm_page']) {
      const card = desk.newest(who)
      expect(card.title).toMatch(/^【待初审】TH2611220015·剩1[45]分\d\d秒$/)
      expect(cardText(card)).toMatch(/金额 ¥169.00/)
      expect(cardText(card)).toMatch(/在组长初审（谁先处理都行）手里，\d\d:\d\d起，限\d\d:\d\d前/)
      expect(card.buttons.map(({ label }) => label)).toEqual(['同意', '驳回', '补材料', '我来处理', '转交', '加签'])
    }
    expect(await desk.settle()).toBe(0)
  })

  it('J7, J8: one tap decides, the card greys at once, every other copy follows, a second tap is answered', async () => {
    await applied()
    await desk.settle()
    const token = desk.newest('m_lead').buttons[0]?.token ?? ''
    const reply = await desk.tap('m_lead', '同意')
    expect(reply).toMatchObject({ kind: 'card-update', toast: '已同意' })
    expect(desk.newest('m_lead').title).toMatch(/^✅已同意·您·\d\d:\d\d:\d\d→仓管复核（限4时）$/)
    expect(desk.newest('m_lead').buttons.map(({ label }) => label)).toEqual(['撤销 2:00', '看记录'])
    // two other leads, and the keeper whose level is open now
    expect(await desk.settle()).toBe(3)
    for (const who of ['m_lead2', 'm_page']) {
      expect(desk.stands(who)).toHaveLength(1)
      expect(desk.newest(who)).toMatchObject({ tone: 'done' })
      expect(desk.newest(who).title).toMatch(/^已由小林\d\d:\d\d同意$/)
    }
    expect(desk.newest('m_keeper').title).toMatch(/^【待复核】TH2611220015·剩3时59分$|^【待复核】TH2611220015·剩4时$/)
    await desk.tap('m_lead', '同意', token)
    expect(desk.newest('m_lead').bar).toMatch(/^已由您\d\d:\d\d:\d\d同意，无需重复。$/)
    const levels =
      await sql()`SELECT level, state, decided_by FROM approval_levels WHERE return_id = ${id} ORDER BY level`
    expect(levels.map(({ state }) => state)).toEqual(['approved', 'pending', 'waiting'])
    expect((await desk.audits(`return:${id}`)).map(({ action }) => action)).toEqual([
      'approval.approve',
      'approval.again',
    ])
  })

  it('J9: who is late hears who decided and why; the applicant hears it by card', async () => {
    await applied()
    await desk.settle()
    const token = desk.newest('m_lead2').buttons[0]?.token ?? ''
    await desk.tap('m_page', '驳回')
    expect(desk.newest('m_page').buttons.map(({ label }) => label)).toEqual([
      '面单不符',
      '超过退货期',
      '影响二次销售',
      '凭证不清楚',
      '返回',
    ])
    await desk.tap('m_page', '面单不符')
    await desk.settle()
    expect(desk.newest('m_lead2').title).toMatch(/^已由小吴\d\d:\d\d驳回$/)
    expect(desk.newest('m_lead2').buttons.map(({ label }) => label)).toEqual(['重新提交', '看记录'])
    await desk.tap('m_lead2', '同意', token)
    expect(desk.newest('m_lead2').bar).toMatch(/^这单已由小吴于\d\d:\d\d驳回：面单不符。$/)
    expect(desk.newest('m_cs').title).toBe('退货被驳回：TH2611220015')
    expect(desk.text('m_cs')).toContain('理由 面单不符')
  })

  it('turns yellow and red at its moments, silently and once; in WeCom the code is kept for what is done', async () => {
    const nowMs = await applied()
    await desk.settle()
    await desk.set(nowMs + 10 * minuteMs - 2_000)
    expect(await desk.settle()).toBe(0)
    await desk.set(nowMs + 10 * minuteMs)
    await desk.settle()
    expect(desk.newest('m_lead2')).toMatchObject({ tone: 'warn', bar: expect.stringMatching(/^时间不多了/) })
    expect(desk.newest('m_page').tone).toBe('warn')
    await desk.set(nowMs + 13 * minuteMs)
    await desk.settle()
    expect(desk.newest('m_page')).toMatchObject({ tone: 'alarm', bar: expect.stringMatching(/^马上到时限/) })
    await desk.set(nowMs + 15 * minuteMs)
    await desk.settle()
    expect(desk.newest('m_page').title).toMatch(/·超不到1分$/)
    expect(await desk.settle()).toBe(0)
    for (const who of ['m_lead', 'm_lead2', 'm_page']) expect(desk.stands(who)).toHaveLength(1)
  })

  it('in WeCom, where the code was spent on a colour, the new card that says what was done takes the old one away', async () => {
    const nowMs = await applied()
    await desk.settle()
    await desk.set(nowMs + 10 * minuteMs)
    await desk.settle()
    const [yellow] = desk.stands('m_lead')
    expect(yellow).toMatchObject({ card: { tone: 'warn' } })
    await desk.tap('m_page', '同意')
    await desk.settle()
    const [decided, ...more] = desk.stands('m_lead')
    expect(more).toEqual([])
    expect(decided?.id).not.toBe(yellow?.id)
    expect(decided?.card.title).toMatch(/^已由小吴\d\d:\d\d同意$/)
    const recalls = await sql()`SELECT state FROM outbox WHERE task = 'card.recall'`
    expect([...recalls]).toEqual([{ state: 'done' }])
    expect(await desk.settle()).toBe(0)
  })

  it('asks the applicant for material; the card says so and the limit runs on', async () => {
    await applied()
    await desk.settle()
    await desk.tap('m_lead2', '补材料')
    await desk.tap('m_lead2', '补面单照片')
    await desk.settle()
    expect(desk.newest('m_lead').bar).toBe('等补材料：补面单照片')
    expect(desk.newest('m_cs').title).toBe('请补材料：TH2611220015')
    expect(desk.text('m_cs')).toContain('谁要的 小郑')
  })

  it('refuses people whose level it is not, and writes it down', async () => {
    await applied()
    await desk.settle()
    const token = desk.newest('m_lead').buttons[0]?.token ?? ''
    await desk.tap('m_lead', '同意')
    await desk.settle()
    const reply = await desk.tap('m_keeper', '通过', token)
    expect(reply.kind).toBe('card-update')
    const [row] = await sql()`SELECT state FROM approval_levels WHERE return_id = ${id} AND level = 2`
    expect(row?.state).toBe('pending')
  })

  it('J14: facts that moved since the card was drawn are shown and asked again; the new card decides', async () => {
    await applied({ level: 2 })
    const shown = { kind: 'stock', stamp: 'older', checkedAtMs: 0, goods: [] }
    await sql()`UPDATE approval_levels SET facts = ${sql().json(shown)} WHERE return_id = ${id} AND level = 2`
    await desk.settle()
    await desk.tap('m_keeper', '通过')
    expect(desk.newest('m_keeper').bar).toBe('情况变了，请再确认一次')
    const [open] = await sql()`SELECT state FROM approval_levels WHERE return_id = ${id} AND level = 2`
    expect(open?.state).toBe('pending')
    await desk.tap('m_keeper', '通过')
    expect(desk.newest('m_keeper').title).toMatch(/^✅已通过·您/)
  })

  it('closes what is over: after the two minutes no copy is looked at any more', async () => {
    const nowMs = await applied({ level: 3 })
    await desk.settle()
    await desk.tap('m_finance', '通过')
    await desk.settle()
    expect(desk.newest('m_finance').title).toMatch(/^✅已通过·您·\d\d:\d\d:\d\d→三级已过$/)
    expect(desk.newest('m_cs').title).toBe('退货三级已过：TH2611220015')
    await desk.set(nowMs + 3 * minuteMs)
    await desk.settle()
    expect(desk.newest('m_finance').buttons.map(({ label }) => label)).toEqual(['看记录'])
    expect(await sql()`SELECT 1 FROM card_copies WHERE state = 'open'`).toHaveLength(0)
  })
})

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { overdueDigestCard } from '../../cards/overdue-digest.ts'
import type { Reply } from '../../src/chat/reply.ts'
import type { EscalatedItem } from '../../src/hub/escalation-facts.ts'
import { personalData } from '../../src/hub/personal.ts'
import { transcript } from '../kit/ask-desk.ts'
import { putReturn } from '../kit/clock-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { type ReturnFlowDesk, returnFlowDesk } from '../kit/return-flow-desk.ts'
import { nowMs } from '../kit/sample-orders.ts'

const hour = 3_600_000
const id = 'TH2611210019'

let fresh: FreshDatabase
let desk: ReturnFlowDesk
beforeAll(async () => {
  fresh = await freshDatabase()
  desk = returnFlowDesk(fresh)
})
afterAll(async () => {
  desk.close()
  await fresh.drop()
})
beforeEach(async () => {
  await desk.clean()
  const phone = personalData('5a'.repeat(32)).seal('13905714138', 'phone')
  await fresh.database.sql`UPDATE members SET phone_enc = ${phone}, name = '小陈' WHERE id = 'mem_finance'`
  const since = { appliedAtMs: nowMs - 26 * hour, startedAtMs: nowMs - 20 * hour }
  await putReturn(fresh.database.sql, id, { ...since, level: 3, holderId: 'mem_finance' })
})

/** What a director's digest looks like when this return and others have passed their day. */
async function digest(): Promise<Reply> {
  const item = await desk.parts.overdue.ofReturn(id)
  if (item === undefined) throw new Error('nothing is overdue')
  const items: readonly EscalatedItem[] = [item, item]
  const counts = [{ clock: 'return_total' as const, count: 2 }]
  return { kind: 'card', card: overdueDigestCard({ items, total: 2, counts, nowMs }, desk.parts.codec) }
}
const said = (reply: Reply) => transcript(reply)

describe('a director’s digest', () => {
  test('[①] opens the card of that one, with what can be done; decided meanwhile, it says so', async () => {
    const opened = await desk.tap(await digest(), '①', 'director')
    expect(said(opened)).toContain('超24小时未处理·可能触发平台罚款')
    expect(said(opened)).toContain(`退货 ${id} 抖音 ¥169`)
    const labels = 'card' in opened ? opened.card.buttons.map(({ label }) => label) : []
    expect(labels).toEqual(expect.arrayContaining(['代批', '打电话给小陈', '看退货']))
    const before = await digest()
    await fresh.database.sql`UPDATE returns SET approval = 'approved'`
    expect(said(await desk.tap(before, '①', 'director'))).toBe('这张退货单已经处理完了。')
  })

  test('a colleague’s number goes to the director alone, in private, and who saw it is written down', async () => {
    const opened = await desk.tap(await digest(), '①', 'director')
    const named = '打电话给小陈'
    expect(said(await desk.tap(opened, named, 'director'))).toContain('小陈的电话：13905714138')
    const inGroup = await desk.tap(opened, named, 'director', 'group')
    expect(said({ ...inGroup, direct: undefined } as unknown as Reply)).not.toContain('13905714138')
    expect(inGroup.direct).toMatchObject({ text: '小陈的电话：13905714138' })
    expect((await desk.audits(`return:${id}`)).filter(({ action }) => action === 'member.phone')).toEqual([
      { actor: 'mem_director', action: 'member.phone', detail: { of: 'mem_finance' } },
      { actor: 'mem_director', action: 'member.phone', detail: { of: 'mem_finance' } },
    ])
  })

  test('the button of another person and a card that somebody else opened give nothing away', async () => {
    const opened = await desk.tap(await digest(), '①', 'director')
    expect(said(await desk.tap(opened, '打电话给小陈', 'cs_lead'))).not.toContain('139')
    const own = await desk.tap(await digest(), '①', 'cs_lead')
    expect('card' in own ? own.card.buttons.map(({ label }) => label) : []).toEqual(['催办', '看退货'])
    const token = desk.parts.codec.encode('clock.phone', [id])
    const button = { label: 'x', token, style: 'plain' as const }
    const card: Reply = { kind: 'card', card: { title: 'x', tone: 'calm', facts: [], buttons: [button] } }
    expect(said(await desk.tap(card, 'x', 'cs_lead'))).toBe('同事的电话只给总监看，已记录。')
    const seen = (await desk.audits(`return:${id}`)).filter(({ action }) => action === 'member.phone')
    expect(seen.map(({ actor }) => actor)).not.toContain('mem_cs_lead')
  })
})

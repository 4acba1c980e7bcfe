import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { notesOf } from '../../src/hub/notes.ts'
import { buttonOf, transcript } from '../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { type WriteDesk, writeDesk } from '../kit/write-desk.ts'
import { orderNo, paidOrder, pendingReturn, shippedOrder, signedOrder, ztoNew } from '../kit/write-orders.ts'

let fresh: FreshDatabase
let desk: WriteDesk
beforeAll(async () => {
  fresh = await freshDatabase({ max: 20 })
  desk = writeDesk(fresh)
})
beforeEach(() => desk.clean())
afterAll(() => fresh.drop())

const minutes = (count: number) => count * 60_000

describe('a change is shown, confirmed once, and done', () => {
  test('cancel: previewed with reason and effect, then done, and the warehouse is told', async () => {
    const id = await desk.take(paidOrder())
    const shown = await desk.ask(`取消 ${orderNo} 客户重复下单`)
    expect(transcript(shown)).toBe(
      [
        '请确认：取消订单·抖音…2563',
        '现在 待发货，实付¥286.00 | 改成 已取消 | 原因 重复下单 | 影响 通知仓库不再拣货；渠道后台另行关闭',
        '截至10:05 · 10分钟内有效',
        '[确认] [取消]',
      ].join('\n'),
    )
    expect(shown.trace).toMatchObject({ intent: 'order.cancel', expect: 'confirm', about: { orderId: id } })
    expect((await desk.lookup.track(id))?.stage).toBe('paid')
    const done = await desk.tap(shown, '确认')
    expect(transcript(done)).toBe(
      [
        '已取消订单·抖音…2563',
        '原因 重复下单 | 经办 您 10:05:00',
        '渠道后台的关闭和退款请在渠道办理',
        '已通知小warehouse',
        '截至10:05',
      ].join('\n'),
    )
    expect(await desk.lookup.track(id)).toMatchObject({ stage: 'cancelled', cancelReason: '重复下单' })
    expect(await desk.told()).toMatchObject([
      {
        task: 'chat.send',
        to: { id: 'play-warehouse' },
        reply: { text: expect.stringContaining('取消了订单 抖音…2563') },
      },
    ])
    expect(await desk.audits(`order:${id}`)).toMatchObject([
      { actor: 'mem_cs', action: 'order.cancel', detail: { from: 'paid', to: 'cancelled' } },
    ])
    expect(await desk.chain.verifyChain()).toMatchObject({ outcome: 'whole' })
  })

  test('the second tap, on the phone or typed, is told who was first and does nothing', async () => {
    const id = await desk.take(paidOrder())
    const shown = await desk.ask(`取消 ${orderNo} 缺货`)
    desk.clock.setOffset(71_000)
    await desk.tap(shown, '确认')
    desk.clock.setOffset(75_000)
    expect(transcript(await desk.tap(shown, '确认'))).toBe('已由您 10:06:11 确认，无需重复。')
    expect(transcript(await desk.ask('确认'))).toBe('已由您 10:06:11 确认，无需重复。')
    expect((await desk.audits(`order:${id}`)).map(({ action }) => action)).toEqual([
      'order.cancel',
      'write.again',
      'write.again',
    ])
    expect(await desk.told()).toHaveLength(1)
  })

  test('typed 确认 settles what was shown last in this chat, typed 取消 drops it', async () => {
    const id = await desk.take(paidOrder())
    await desk.ask(`取消 ${orderNo} 缺货`)
    expect(transcript(await desk.ask('取消'))).toBe('已取消这次操作，没有改动任何数据。')
    expect(transcript(await desk.ask('确认'))).toMatch(/^您 10:05:00 已放弃这次操作/)
    await desk.ask(`取消 ${orderNo} 缺货`)
    expect(transcript(await desk.ask('确认'))).toMatch(/^已取消订单/)
    expect((await desk.lookup.track(id))?.stage).toBe('cancelled')
  })

  test('a typed 确认 counts for nobody else and in no other chat', async () => {
    const id = await desk.take(paidOrder())
    await desk.ask(`取消 ${orderNo} 缺货`)
    for (const how of [{ who: 'cs2' }, { chat: 'group' as const }]) await desk.ask('确认', how)
    expect((await desk.lookup.track(id))?.stage).toBe('paid')
  })

  test('after ten minutes a confirmation is void, in one sentence', async () => {
    const id = await desk.take(paidOrder())
    const shown = await desk.ask(`取消 ${orderNo} 缺货`)
    desk.clock.setOffset(minutes(10))
    expect(transcript(await desk.tap(shown, '确认'))).toBe('这次确认超过10分钟已作废，没有改动。还要改请重新发一次。')
    expect((await desk.lookup.track(id))?.stage).toBe('paid')
  })

  test('somebody else’s tap in a group is refused for that person alone, and written down', async () => {
    const id = await desk.take(paidOrder())
    const shown = await desk.ask(`取消 ${orderNo} 缺货`, { chat: 'group' })
    const refused = await desk.tap(shown, '确认', { who: 'cs2', chat: 'group' })
    expect(transcript(refused)).toMatch(/^已私信说明。\n—— 私聊 ——\n这一步只能由发起的人确认/)
    expect((await desk.lookup.track(id))?.stage).toBe('paid')
    expect(await desk.audits('member:mem_cs2')).toMatchObject([{ action: 'tap.foreign' }])
  })

  test('what changed since the preview is shown, and asked about again', async () => {
    const id = await desk.take(paidOrder())
    const shown = await desk.ask(`取消 ${orderNo} 缺货`)
    await fresh.database.sql`UPDATE orders SET picking_at = ${new Date(desk.clock.nowMs())} WHERE id = ${id}`
    const again = await desk.tap(shown, '确认')
    expect(transcript(again)).toMatch(/情况变了，请再看一遍再确认\n现在 10:05已开始拣货/)
    expect(transcript(again)).toContain('刚才现在：待发货，实付¥286.00')
    const done = await desk.tap(again, '确认')
    expect(transcript(done)).toMatch(/^已转仓库确认·抖音…2563[\s\S]+订单还没有取消/)
    expect((await desk.lookup.track(id))?.stage).toBe('paid')
    expect(await desk.told()).toMatchObject([{ reply: { text: expect.stringContaining('还能拦下吗') } }])
    expect(transcript(await desk.ask(`取消 ${orderNo} 缺货`, { who: 'cs2' }))).toMatch(
      /^不能取消订单：小cs 10:05已问过仓库/,
    )
  })

  test('a right that was lost since the preview does not count at the tap', async () => {
    const id = await desk.take(paidOrder())
    const shown = await desk.ask(`取消 ${orderNo} 缺货`)
    await fresh.database.sql`UPDATE member_roles SET role = 'it' WHERE member_id = 'mem_cs'`
    const refused = await desk.tap(shown, '确认')
    expect((await desk.lookup.track(id))?.stage).toBe('paid')
    expect(await desk.audits(`order:${id}`)).toMatchObject([{ action: 'write.refused', detail: { why: 'right' } }])
    expect(transcript(refused)).not.toContain('已取消订单')
  })
})

describe('cancelling', () => {
  test('without a reason there is one question, whose chips lead to the preview', async () => {
    await desk.take(paidOrder())
    const asked = await desk.ask(`取消 ${orderNo}`)
    expect(transcript(asked)).toBe(
      '取消原因是什么？抖音…2563\n截至10:05 · 没有改动任何数据\n[客户不想要了] [重复下单] [地址填错] [缺货] [其他]',
    )
    expect(buttonOf(asked, '缺货').say).toMatch(/^取消 SO\d+ 缺货$/)
    // the question itself cannot be confirmed
    expect(transcript(await desk.ask('确认'))).toContain('取消原因是什么？')
    desk.clock.setOffset(2_000)
    const shown = await desk.tap(asked, '缺货')
    expect(shown.kind).toBe('card-update')
    expect(transcript(shown)).toContain('原因 缺货')
    expect(transcript(await desk.tap(asked, '其他'))).toMatch(/请把原因写上再发一次/)
    expect(transcript(await desk.ask('确认'))).toContain('已取消订单·抖音…2563')
  })

  test.each([
    ['shipped', shippedOrder(), /^不能取消订单：已发货\n.*\n可请快递拦截或让客户拒收/],
    ['signed', signedOrder(), /^不能取消订单：已签收/],
    ['cancelled', paidOrder({ stage: 'cancelled' }), /^不能取消订单：已经取消过/],
  ])('of a %s order is refused with what to do instead', async (_, order, words) => {
    await desk.take(order)
    const refused = await desk.ask(`取消 ${orderNo} 缺货`)
    expect(transcript(refused)).toMatch(words)
    expect(refused.trace?.expect).toBe('deny')
  })
})

describe('changing the waybill number', () => {
  test('from what to what, which time, and the track starts anew', async () => {
    const id = await desk.take(shippedOrder())
    const shown = await desk.ask(`${orderNo} 的运单改成${ztoNew}`)
    expect(transcript(shown)).toContain(
      '请确认：改物流单号·抖音…2563\n现在 中通75894561230147 | 改成 中通75894561230148 | 次数 第1次，最多3次',
    )
    expect(transcript(await desk.tap(shown, '确认'))).toContain(
      '已改物流单号·抖音…2563\n原来 中通75894561230147 | 现在 中通75894561230148',
    )
    expect(await desk.lookup.track(id)).toMatchObject({
      waybillNo: ztoNew,
      parcels: [{ waybillNo: ztoNew, state: 'created', nodes: [] }],
    })
    expect(await desk.audits(`order:${id}`)).toMatchObject([
      { actor: 'mem_cs', action: 'order.edit-waybill', detail: { from: '75894561230147', to: ztoNew, edit: 1 } },
    ])
    const [row] = await fresh.database.sql`SELECT field, old_value, new_value, by_member_id FROM order_corrections`
    expect(row).toEqual({ field: 'waybill_no', old_value: '75894561230147', new_value: ztoNew, by_member_id: 'mem_cs' })
  })

  test('three times in all, whoever asks', async () => {
    await desk.take(shippedOrder())
    for (const [index, who] of ['cs', 'cs2', 'warehouse'].entries()) {
      const shown = await desk.ask(`${orderNo} 的运单改成7589456123015${index}`, { who })
      expect(transcript(await desk.tap(shown, '确认', { who }))).toMatch(/^已改物流单号/)
    }
    const fourth = await desk.ask(`${orderNo} 的运单改成75894561230159`, { who: 'director' })
    expect(transcript(fourth)).toMatch(/^不能改物流单号：已改3次/)
    expect(fourth.trace?.expect).toBe('deny')
  })

  test('a number of another carrier is asked about, and the carrier changes only when a person says so', async () => {
    const id = await desk.take(shippedOrder())
    const asked = await desk.ask(`${orderNo} 的运单改成JDVB33208999138`)
    expect(transcript(asked)).toMatch(/^JDVB33208999138像京东物流的单号\n这个包裹登记的是中通，换快递了吗/)
    const shown = await desk.tap(asked, '是京东物流')
    expect(transcript(shown)).toContain('改成 京东物流JDVB33208999138')
    await desk.tap(shown, '确认')
    expect(await desk.lookup.track(id)).toMatchObject({
      carrier: 'JD',
      parcels: [{ carrier: 'JD', waybillNo: 'JDVB33208999138' }],
    })
  })

  test('the same number, a number in use and a number of no form are refused by name', async () => {
    await desk.take(shippedOrder())
    await desk.take(shippedOrder({ orderNo: '6936476692437479999', waybillNo: ztoNew }))
    expect(transcript(await desk.ask(`${orderNo} 的运单改成75894561230147`))).toMatch(
      /^不能改物流单号：和现在的单号一样/,
    )
    expect(transcript(await desk.ask(`${orderNo} 的运单改成${ztoNew}`))).toMatch(
      /^不能改物流单号：抖音…9999在用这个单号/,
    )
  })

  test('of several parcels the one meant is asked for', async () => {
    const id = await desk.take(shippedOrder({ waybillNo: '75894561230147,75894561230155' }))
    const asked = await desk.ask(`${orderNo} 的运单改成${ztoNew}`)
    expect(transcript(asked)).toContain('有2个包裹，是哪一个？')
    await desk.tap(await desk.tap(asked, '…0155'), '确认')
    expect((await desk.lookup.track(id))?.parcels.map(({ waybillNo }) => waybillNo)).toEqual(['75894561230147', ztoNew])
  })

  test('finance may not: told privately in the group who may, and it is written down (J6)', async () => {
    await desk.take(shippedOrder())
    const refused = await desk.ask(`${orderNo} 的运单改成${ztoNew}`, { who: 'finance', chat: 'group' })
    expect(transcript(refused)).toBe(
      '已私信说明。\n—— 私聊 ——\n改物流单号需要「客服」及以上，可找：值班组长（小cs_lead、小郑）。已记录，未改动。',
    )
    expect(refused.trace?.expect).toBe('deny')
    expect(await desk.audits('member:mem_finance')).toMatchObject([
      { action: 'right.refused', detail: { intent: 'order.edit_waybill', group: true } },
    ])
    expect(await fresh.database.sql`SELECT 1 FROM drafts`).toHaveLength(0)
  })
})

describe('who signed', () => {
  test('is marked with a picture, and shown afterwards', async () => {
    const id = await desk.take(signedOrder())
    const media = [{ platform: 'play' as const, id: 'm1' }]
    const shown = await desk.ask(`${orderNo} 物业签的 标他人签收`, { media })
    expect(transcript(shown)).toContain('现在 09:05 本人签收 | 改成 物业签收（他人） | 照片 1张，确认后保存')
    await desk.tap(shown, '确认')
    expect(await desk.lookup.track(id)).toMatchObject({ signer: '物业', signerKind: 'other' })
    expect(transcript(await desk.ask(`${orderNo} 到哪了`))).toContain('由物业签收')
    expect(await desk.told()).toMatchObject([{ task: 'picture.keep', owner: { kind: 'order', id } }])
    expect(await desk.audits(`order:${id}`)).toMatchObject([
      { action: 'order.mark-signer', detail: { from: null, to: 'other', pictures: 1 } },
    ])
  })

  test('is asked for when only the kind was said', async () => {
    await desk.take(signedOrder())
    const asked = await desk.ask(`${orderNo} 标代收`)
    expect(transcript(asked)).toContain('是谁签收的？')
    expect(transcript(await desk.tap(asked, '门卫'))).toContain('改成 门卫代收')
  })

  test('of what is not signed cannot be marked', async () => {
    await desk.take(shippedOrder())
    expect(transcript(await desk.ask(`${orderNo} 物业签的 标代收`))).toMatch(/^不能标记签收人：未签收/)
  })
})

describe('notes', () => {
  test('of words and pictures go to the return, closed or not, at most nine pictures', async () => {
    const id = await desk.take(signedOrder())
    const returnId = await pendingReturn(fresh, id)
    await fresh.database.sql`UPDATE returns SET approval = 'withdrawn', closed_at = now() WHERE id = ${returnId}`
    const pictures = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ platform: 'play' as const, id: `p${i}` }))
    const shown = await desk.ask(`${returnId} 加个说明 漏液了`, { who: 'warehouse', media: pictures(8) })
    expect(transcript(shown)).toContain(
      '请确认：补充说明·TH2611220015\n现在 还没有说明 | 加上 漏液了 | 照片 8张，共不超过9张',
    )
    await desk.tap(shown, '确认', { who: 'warehouse' })
    const more = await desk.ask(`${returnId} 加个说明 又漏了`, { media: pictures(2) })
    expect(transcript(more)).toMatch(/^不能补充说明：图片最多9张[\s\S]+已有8张，这次2张/)
    const last = await desk.ask(`${returnId} 加个说明 又漏了`, { media: pictures(1) })
    await desk.tap(last, '确认')
    const notes = await notesOf(fresh.database)({ kind: 'return', id: returnId })
    expect(notes).toHaveLength(2)
    expect(notes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ text: '漏液了', pictures: 8, kept: 0, by: '小warehouse' }),
        expect.objectContaining({ text: '又漏了', pictures: 1, kept: 0, by: '小cs' }),
      ]),
    )
    expect((await desk.told()).filter(({ task }) => task === 'picture.keep')).toHaveLength(9)
  })
})

describe('a call to the carrier', () => {
  test('is opened once per parcel; the second wish is shown the open one', async () => {
    await desk.take(shippedOrder({ waybillNo: 'JT3684186603850', carrier: 'JT' }))
    const shown = await desk.ask('JT3684186603850 派个外呼催极兔')
    expect(transcript(shown)).toContain('请确认：外呼快递·抖音…2563\n快递 极兔JT3684186603850 | 现在 等待揽收')
    expect(transcript(await desk.tap(shown, '确认'))).toMatch(/^已开外呼单 WH261122\d{4}/)
    const second = await desk.ask('JT3684186603850 派个外呼催极兔', { who: 'cs2' })
    expect(transcript(second)).toMatch(/^不能外呼快递：已有外呼单 WH261122\d{4}[\s\S]+小cs 10:05开的/)
    expect((await desk.told()).map(({ to }) => to?.id)).toEqual(['play-cs_lead', 'play-cs_lead2'])
  })
})

describe('reminding', () => {
  test('shows who holds it; only the tap reminds, once in ten minutes over all people', async () => {
    const id = await desk.take(signedOrder())
    const returnId = await pendingReturn(fresh, id, 'TH2611220085', 3)
    const shown = await desk.ask(`催下财务${returnId}`)
    expect(shown.trace).toMatchObject({ intent: 'approval.urge', expect: 'answer' })
    expect(transcript(shown)).toBe(
      '卡在：财务终审，剩3时\n编号 TH2611220085 | 从 09:05 | 时限 13:05 | 最近 还没有人催过\n截至10:05\n[催办]',
    )
    expect(await desk.told()).toEqual([])
    expect(transcript(await desk.tap(shown, '催办'))).toMatch(/^已催小finance 10:05/)
    desk.clock.setOffset(minutes(9))
    expect(transcript(await desk.tap(shown, '催办', { who: 'cs2' }))).toBe(
      '小cs 10:05 刚催过，10:15 之后可以再催，没有重复发。',
    )
    desk.clock.setOffset(minutes(10))
    await desk.tap(shown, '催办', { who: 'cs2' })
    expect(transcript(await desk.ask(`催下财务${returnId}`))).toContain('最近 小吴 10:15 | 催办 财务2次')
    expect(await desk.told()).toHaveLength(2)
  })

  test('of an order that waits for the warehouse reaches its people; what is decided reminds nobody', async () => {
    const id = await desk.take(paidOrder())
    const shown = await desk.ask(`催一下仓库 ${orderNo}`)
    expect(transcript(shown)).toMatch(/^卡在：仓库出库/)
    await desk.tap(shown, '催办')
    expect((await desk.told()).map(({ to }) => to?.id)).toEqual(['play-warehouse'])
    await fresh.database.sql`UPDATE orders SET cancelled_at = now(), cancel_reason = 'x' WHERE id = ${id}`
    desk.clock.setOffset(minutes(11))
    expect(transcript(await desk.tap(shown, '催办'))).toBe('这件事已经有人办了，不用再催。')
  })
})

describe('approvals by text (J8)', () => {
  test('通过 opens the next level with its limit; said again it is already decided', async () => {
    const id = await desk.take(signedOrder())
    const returnId = await pendingReturn(fresh, id)
    const shown = await desk.ask(`${returnId} 通过`, { who: 'cs_lead' })
    expect(transcript(shown)).toContain(
      '请确认：通过退货·TH2611220015\n现在 待组长初审 | 改成 通过，转仓管复核（限4时） | 金额 ¥238.00',
    )
    desk.clock.setOffset(71_000)
    expect(transcript(await desk.tap(shown, '确认', { who: 'cs_lead' }))).toMatch(/^已同意·TH2611220015/)
    expect(transcript(await desk.ask(`${returnId} 通过`, { who: 'cs_lead' }))).toBe('已由您 10:06:11 同意，无需重复。')
    expect(transcript(await desk.ask(`${returnId} 通过`, { who: 'cs_lead2' }))).toBe(
      '已由小cs_lead 10:06:11 同意，无需重复。',
    )
    expect(transcript(await desk.ask(`${returnId} 通过`, { who: 'finance' }))).toMatch(/^不能通过退货：现在是仓管复核/)
    for (const who of ['warehouse', 'finance'])
      await desk.tap(await desk.ask(`${returnId} 通过`, { who }), '确认', { who })
    const [row] = await fresh.database.sql`SELECT approval FROM returns WHERE id = ${returnId}`
    expect(row?.approval).toBe('approved')
    expect((await desk.audits(`return:${returnId}`)).map(({ action }) => action)).toEqual(
      Array.from({ length: 3 }, () => 'approval.approve'),
    )
  })

  test('驳回 needs a reason; chips offer some', async () => {
    const id = await desk.take(signedOrder())
    const returnId = await pendingReturn(fresh, id)
    const asked = await desk.ask(`驳回 ${returnId}`, { who: 'cs_lead' })
    expect(transcript(asked)).toContain('驳回原因是什么？TH2611220015')
    const shown = await desk.tap(asked, '面单不符', { who: 'cs_lead' })
    expect(transcript(shown)).toContain('请确认：驳回退货·TH2611220015')
    await desk.tap(shown, '确认', { who: 'cs_lead' })
    const [row] = await fresh.database.sql`SELECT approval, closed_at IS NOT NULL AS closed FROM returns`
    expect(row).toEqual({ approval: 'rejected', closed: true })
  })

  test('the director decides in place of others, with a reason, and never two levels', async () => {
    const id = await desk.take(signedOrder())
    const returnId = await pendingReturn(fresh, id)
    const asked = await desk.ask(`${returnId} 通过`, { who: 'director' })
    expect(transcript(asked)).toContain('代批原因是什么？')
    const shown = await desk.tap(asked, '审批人不在', { who: 'director' })
    expect(transcript(shown)).toContain('（代批）')
    await desk.tap(shown, '确认', { who: 'director' })
    expect(await desk.audits(`return:${returnId}`)).toMatchObject([{ detail: { deputy: true } }])
    expect(transcript(await desk.ask(`${returnId} 通过 审批人不在`, { who: 'director' }))).toMatch(
      /^不能通过退货：您已批过其中一级/,
    )
  })

  test('without a number: the only one that waits is offered, of several one is asked for', async () => {
    const id = await desk.take(signedOrder())
    expect(transcript(await desk.ask('同意', { who: 'cs_lead' }))).not.toMatch(/已同意/)
    await pendingReturn(fresh, id, 'TH2611220015')
    expect(transcript(await desk.ask('审批通过', { who: 'cs_lead' }))).toMatch(/^请确认：通过退货·TH2611220015/)
    await pendingReturn(fresh, id, 'TH2611220016')
    const asked = await desk.ask('驳回 面单不符', { who: 'cs_lead' })
    expect(transcript(asked)).toMatch(/^2张退货单等您审批，是哪一张？\n① TH2611220015，已超45分\n② TH2611220016/)
    expect(transcript(await desk.tap(asked, '②', { who: 'cs_lead' }))).toContain('驳回原因是什么？TH2611220016')
  })
})

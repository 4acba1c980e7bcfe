import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buttonOf, transcript } from '../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { label, type ReturnFlowDesk, returnFlowDesk } from '../kit/return-flow-desk.ts'
import { orderNo, paidOrder, shippedOrder, signedOrder, zto } from '../kit/write-orders.ts'

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
const lines = [
  { lineKey: 'NF3', sku: 'NF3-900', name: '3段奶粉', spec: '900g', qty: 3, amountFen: 29_800n },
  { lineKey: 'NK', sku: 'NK-L', name: '纸尿裤', spec: 'L', qty: 2, amountFen: 10_000n },
]
const twoLines = () => signedOrder({ lines, totalFen: 39_800n, discountFen: 4_000n, paidFen: 35_800n })

const returnsMade = () => fresh.database.sql<
  { id: string; waybill: string | null; reason: string; refund: bigint; approval: string; by: string; qty: number }[]
>`SELECT r.id, r.waybill_no AS waybill, r.reason, r.refund_fen AS refund, r.approval, r.applied_by AS by,
    (SELECT sum(asked_qty)::int FROM return_lines l WHERE l.return_id = r.id) AS qty FROM returns r ORDER BY r.id`

describe('J5: a photo, a number, a reason, one confirmation', () => {
  test('a photo with glare, the number typed, a chip, and the first level gets its card (J7)', async () => {
    const orderId = await desk.take(signedOrder())
    const asked = await desk.say(`${orderNo} 要退货`)
    expect(transcript(asked)).toBe('抖音…2563 登记退货：请先发退回包裹的面单照片，收到后接着登记。')
    expect(asked.trace).toMatchObject({ intent: 'return.create', expect: 'card', about: { orderId } })
    const read = await desk.photo(label(null, { unreadable: 'glare' }))
    expect(transcript(read)).toMatch(/^没读出面单：面单反光\n快递 圆通 \| 寄件 11-21 16:20/)
    const reason = await desk.say(yto)
    expect(transcript(reason)).toBe(
      [
        '退货原因是什么？抖音…2563',
        '待提交：3段奶粉×2',
        '截至10:05 · 没有改动任何数据',
        '[破损] [不想要] [有异味] [其他]',
      ].join('\n'),
    )
    const shown = await desk.tap(reason, '破损')
    expect(transcript(shown)).toBe(
      [
        '请确认：登记退货·抖音…2563',
        `商品 3段奶粉×2 | 金额 ¥286.00 | 原因 破损 | 面单 圆通${yto} | 下一步 组长初审，限15分`,
        '截至10:05 · 10分钟内有效',
        '[确认] [取消]',
      ].join('\n'),
    )
    expect(await returnsMade()).toEqual([])
    const done = await desk.tap(shown, '确认')
    const [made] = await returnsMade()
    expect(made).toMatchObject({
      waybill: yto,
      reason: '破损',
      refund: 28_600n,
      approval: 'pending',
      by: 'mem_cs',
      qty: 2,
    })
    expect(made?.id).toMatch(/^TH261122\d{4}$/)
    expect(transcript(done)).toBe(
      [
        `已登记退货·${made?.id}`,
        `商品 3段奶粉×2 | 金额 ¥286.00 | 原因 破损 | 面单 圆通${yto} | 下一步 组长初审，限15分 | 经办 您 10:05:00`,
        '已通知小cs_lead',
        '截至10:05',
      ].join('\n'),
    )
    // the card of the first level is the copies' to send
    expect(await desk.told()).toEqual([])
    expect(await desk.audits(`order:${orderId}`)).toMatchObject([
      { actor: 'mem_cs', action: 'return.create', detail: { return: made?.id, waybillNo: yto, refundFen: '28600' } },
    ])
    expect(await desk.chain.verifyChain()).toMatchObject({ outcome: 'whole' })
  })

  test('the rows: three levels with the limit of the first, and the photo belongs to the return', async () => {
    const id = await createdReturn()
    const levels = await fresh.database.sql`
      SELECT level, role, state, (extract(epoch FROM due_at - started_at) / 60)::int AS minutes FROM approval_levels
      WHERE return_id = ${id} ORDER BY level`
    expect(levels).toEqual([
      { level: 1, role: 'cs_lead', state: 'pending', minutes: 15 },
      { level: 2, role: 'warehouse', state: 'waiting', minutes: null },
      { level: 3, role: 'finance', state: 'waiting', minutes: null },
    ])
    const [photo] = await fresh.database.sql`SELECT return_id FROM waybill_photos`
    expect(photo).toEqual({ return_id: id })
  })

  test('the first level decides by a typed line; asked about, the return says where it stands', async () => {
    const id = await createdReturn()
    const asked = await desk.say(`${id} 通过`, 'cs_lead')
    expect(transcript(await desk.tap(asked, '确认', 'cs_lead'))).toContain(`已同意·${id}`)
    // a Sunday: the warehouse's four hours begin on Monday at nine
    expect(transcript(await desk.say(`${id} 退货进度`, 'cs_lead'))).toMatch(/^卡在：仓管复核，剩26时54分/)
    expect((await desk.say(`${id} 驳回 面单不符`, 'cs')).trace?.expect).toBe('deny')
  })

  test('a sure photo of the order’s own parcel: one tap to the reason, own words for it', async () => {
    const orderId = await desk.take(signedOrder())
    const read = await desk.photo(label(zto, { carrier: 'ZTO' }))
    expect(transcript(read)).toContain('[登记退货] [看订单] [手输单号]')
    await desk.tap(read, '登记退货')
    const shown = await desk.say('客户说味道不对')
    expect(transcript(shown)).toContain(`原因 客户说味道不对 | 面单 中通${zto}✓`)
    await desk.tap(shown, '确认')
    expect(await returnsMade()).toMatchObject([{ waybill: zto, reason: '客户说味道不对' }])
    expect((await desk.parts.lookup.track(orderId))?.stage).toBe('returning')
  })

  test('a sure photo nobody knows waits for the order; typed with its reason it is shown at once', async () => {
    await desk.take(signedOrder())
    const read = await desk.photo(label(yto))
    expect(transcript(read)).toContain('要登记退货，请接着发订单号和原因')
    const shown = await desk.say(`${orderNo} 要退货 尺码不合适`)
    expect(transcript(shown)).toContain(`原因 尺码不合适 | 面单 圆通${yto}✓`)
  })

  test('the order’s number alone is enough after such a photo', async () => {
    await desk.take(signedOrder())
    await desk.photo(label(yto))
    expect(transcript(await desk.say(orderNo))).toMatch(/^退货原因是什么？抖音…2563/)
  })

  test('a photo that comes in the line is read, and the return goes on from its result', async () => {
    await desk.take(signedOrder())
    expect(transcript(await desk.say(`${orderNo} 要退货 破损`, 'cs', 'direct', 'm9'))).toBe(
      '收到照片，识别中。读好后接着登记退货。',
    )
    const read = await desk.photoOfLine(label(yto))
    expect(transcript(read)).toContain('[继续登记]')
    expect(transcript(await desk.tap(read, '继续登记'))).toContain(`原因 破损 | 面单 圆通${yto}✓`)
  })

  test('a number with one witness is asked for, and the tap on it goes on', async () => {
    await desk.take(signedOrder())
    await desk.photo(label(yto, { sure: false, evidence: 'text×1', ask: ['waybillNo'] }))
    const asked = await desk.say(`${orderNo} 要退货 破损`)
    expect(transcript(asked)).toMatch(/^面单单号没把握：YT0082452614557\n/)
    expect(transcript(await desk.tap(asked, '就是这个'))).toContain(`面单 圆通${yto}`)
  })
})

async function createdReturn(order = signedOrder(), waybillNo = yto, words = '破损'): Promise<string> {
  await desk.take(order)
  await desk.photo(label(waybillNo))
  await desk.tap(await desk.say(`${order.orderNo} 要退货 ${words}`), '确认')
  const made = await returnsMade()
  const id = made.find(({ waybill }) => waybill === waybillNo)?.id
  if (id === undefined) throw new Error('no return was made')
  return id
}

describe('which goods and how many', () => {
  test('several lines: choose one or all', async () => {
    await desk.take(twoLines())
    await desk.photo(label(yto))
    const asked = await desk.say(`${orderNo} 要退货 破损`)
    expect(transcript(asked)).toBe(
      ['退哪一件？抖音…2563', '① 3段奶粉×3', '② 纸尿裤×2', '截至10:05 · 没有改动任何数据', '[①] [②] [全部]'].join('\n'),
    )
    expect(transcript(await desk.tap(asked, '②'))).toContain('商品 纸尿裤×2 | 金额 ¥89.95')
    const all = await desk.tap(asked, '全部')
    expect(transcript(all)).toContain('商品 3段奶粉×3等5件 | 金额 ¥358.00')
    expect(transcript(all)).toContain('3段奶粉×3、纸尿裤×2')
  })

  test('the place or a count in words', async () => {
    await desk.take(twoLines())
    await desk.photo(label(yto))
    await desk.say(`${orderNo} 要退货 破损`)
    expect(transcript(await desk.say('①'))).toContain('商品 3段奶粉×3')
    expect(transcript(await desk.say('退1罐'))).toContain('商品 3段奶粉×1 | 金额 ¥89.35')
    expect(transcript(await desk.say('确认'))).toMatch(/^已登记退货/)
    expect(await returnsMade()).toMatchObject([{ qty: 1, refund: 8_935n }])
  })

  test('goods and count in the line itself; the count is no reason', async () => {
    await desk.take(twoLines())
    await desk.photo(label(yto))
    const asked = await desk.say(`${orderNo} 要退货 纸尿裤1包`)
    expect(transcript(asked)).toMatch(/^退货原因是什么？抖音…2563\n待提交：纸尿裤×1/)
  })

  test('more than was bought, or than is left, is refused with the number that is', async () => {
    await createdReturn(signedOrder({ lines: [{ ...lines[0], qty: 3 } as never] }), yto, '破损 2罐')
    await desk.photo(label('YT0082452614558'))
    expect(transcript(await desk.say(`${orderNo} 要退货 破损 2罐`))).toMatch(/^不能登记退货：只能退1件\n/)
  })

  test('everything is in a return already', async () => {
    const id = await createdReturn()
    await desk.photo(label('YT0082452614558'))
    const refused = await desk.say(`${orderNo} 要退货 破损`)
    expect(transcript(refused)).toMatch(/^不能登记退货：都已在退货中\n/)
    expect(transcript(refused)).toContain(id)
    expect(refused.trace?.expect).toBe('deny')
  })
})

describe('what stands against it', () => {
  test('not shipped: cancel instead', async () => {
    await desk.take(paidOrder())
    expect(transcript(await desk.say(`${orderNo} 要退货 破损`))).toMatch(
      /^不能登记退货：还没有发货\n[\s\S]*可以直接取消/,
    )
  })

  test('shipped and not signed yet may come back', async () => {
    expect(await createdReturn(shippedOrder())).toMatch(/^TH/)
  })

  test('a label that stands in an open return, also of another order', async () => {
    const id = await createdReturn()
    await desk.take(signedOrder({ orderNo: '6936476692437470009', waybillNo: '75894561230190' }))
    const again = await desk.photo(label(yto))
    expect(transcript(again)).toContain('[退货进度]')
    const refused = await desk.say('6936476692437470009 要退货 破损')
    expect(transcript(refused)).toMatch(/请先发退回包裹的面单照片/)
    const typed = await desk.say(`6936476692437470009 要退货 破损 运单号${yto}`)
    expect(transcript(typed)).toMatch(/请先发退回包裹的面单照片/)
    await desk.photo(label(null))
    const stands = await desk.say(`6936476692437470009 要退货 破损 运单号${yto}`)
    expect(transcript(stands)).toMatch(/^不能登记退货：这张面单已经登记过\n/)
    expect(transcript(stands)).toContain(id)
  })

  test('refused by a level, it may be applied for again, with the same photo', async () => {
    const first = await createdReturn()
    await desk.say(`${first} 驳回 面单不符`, 'cs_lead')
    await desk.say('确认', 'cs_lead')
    await desk.tap(await desk.say(`${orderNo} 要退货 有异味`), '确认')
    expect((await returnsMade()).map(({ approval }) => approval).sort()).toEqual(['pending', 'rejected'])
  })

  test('the parcel of another order', async () => {
    await desk.take(signedOrder())
    await desk.take(signedOrder({ orderNo: '6936476692437470009', waybillNo: '75894561230190' }))
    await desk.photo(label(null))
    const refused = await desk.say(`${orderNo} 要退货 破损 运单号75894561230190`)
    expect(transcript(refused)).toMatch(/^不能登记退货：面单是别的订单的\n[\s\S]*抖音…0009/)
  })

  test('a photo of somebody else, of another chat, or of yesterday does not count', async () => {
    await desk.take(signedOrder())
    await desk.photo(label(yto), 'cs2')
    expect(transcript(await desk.say(`${orderNo} 要退货 破损`))).toMatch(/请先发退回包裹的面单照片/)
    await desk.photo(label(zto), 'cs')
    desk.clock.setOffset(24 * 3_600_000 + 1)
    expect(transcript(await desk.say(`${orderNo} 要退货 破损`))).toMatch(/请先发退回包裹的面单照片/)
  })

  test('who may not is told who may, in a group privately', async () => {
    await desk.take(signedOrder())
    for (const who of ['warehouse', 'finance', 'ops', 'it']) {
      const refused = await desk.say(`${orderNo} 要退货 破损`, who, 'group')
      expect(transcript(refused), who).toMatch(/^已私信说明。\n—— 私聊 ——\n登记退货需要「客服」及以上/)
      expect(refused.trace?.expect).toBe('deny')
    }
    for (const who of ['cs', 'cs_lead', 'director'])
      expect(transcript(await desk.say(`${orderNo} 要退货 破损`, who)), who).toMatch(/请先发退回包裹的面单照片/)
  })

  test('in a group nobody is shown in clear, neither there nor to the first level', async () => {
    await desk.take(signedOrder())
    await desk.photo(label(yto), 'cs', 'group')
    const shown = await desk.say(`${orderNo} 要退货 张伟13812345678说破了`, 'cs', 'group')
    const done = await desk.tap(shown, '确认', 'cs', 'group')
    const told = (await desk.told()).map(({ reply }) => transcript(reply))
    for (const secret of ['张伟', '13812345678', '市心路'])
      expect([transcript(shown), transcript(done), ...told].join('\n')).not.toContain(secret)
    expect((await desk.tap(shown, '确认', 'cs2', 'group')).trace?.expect).toBe('deny')
  })
})

test('tokens of the flow fit the smallest store', async () => {
  await desk.take(signedOrder())
  await desk.say(`${orderNo} 要退货 破损`)
  const read = await desk.photo(label(yto))
  expect(buttonOf(read, '继续登记').token.length).toBeLessThanOrEqual(100)
})

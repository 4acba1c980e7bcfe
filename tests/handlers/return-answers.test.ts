import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cardLimits } from '../../src/chat/card.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { findStatement } from '../../src/hub/order-sql.ts'
import { personalData } from '../../src/hub/personal.ts'
import { arrivalRange, defaultRefundTimes, refundExpectation } from '../../src/hub/refund-times.ts'
import { returnLookup } from '../../src/hub/return-lookup.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { seedSample } from '../../src/seed/seed-sample.ts'
import { methodText, payMethodCode } from '../../src/text/zh-refunds.ts'
import { buttonOf, transcript } from '../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { returnDesk } from '../kit/return-desk.ts'

const nowMs = Date.parse('2026-11-22T10:05:00+08:00')
const personal = personalData('5a'.repeat(32))
let hub: FreshDatabase
let desk: ReturnType<typeof returnDesk>

beforeAll(async () => {
  hub = await freshDatabase()
  await seedSample(hub.database, { orders: 1200, seed: 7, nowMs, personal, log: silentLog })
  desk = returnDesk(hub.database, personal, nowMs)
})
afterAll(() => hub.drop())

const say = async (text: string, chat: 'direct' | 'group' = 'direct') => transcript(await desk.ask(text, chat))
const title = (reply: Reply) => ('card' in reply ? reply.card.title : reply.kind === 'text' ? reply.text : '')
const rowOf = (reply: Reply, label: string) =>
  'card' in reply ? reply.card.facts.find((fact) => fact.label === label)?.value : undefined

/** One return of each state the sample firm has. */
type State = {
  readonly id: string
  readonly orderId: string
  readonly approval: string
  readonly level: number | null
  readonly received: boolean
  readonly released: boolean
  readonly refunded: boolean
}
const states = () => hub.database.sql<State[]>`
  SELECT * FROM (SELECT r.id, r.order_id AS "orderId", r.approval, a.level, r.received_at IS NOT NULL AS received,
      r.refund_released_at IS NOT NULL AS released, r.refunded_at IS NOT NULL AS refunded,
      row_number() OVER (PARTITION BY r.approval, a.level, r.received_at IS NULL, r.refund_released_at IS NULL,
        r.refunded_at IS NULL ORDER BY r.applied_at DESC) AS n
    FROM returns r LEFT JOIN approval_levels a ON a.return_id = r.id AND a.state IN ('pending', 'rejected')) x
  WHERE n <= 3`

describe('J2: whose return', () => {
  test('two people, told apart by tail, channel and goods; a tap answers the same question', async () => {
    const asked = await desk.ask('客户张伟昨天退的那盒奶粉是否已入仓')
    expect(transcript(asked)).toBe(
      [
        '找到2位张伟昨天有奶粉退货，是哪一位？',
        '① 尾号1234 天猫 初芽较大婴儿配方奶粉2段×1 11-21申请',
        '② 尾号8806 抖音 初芽幼儿配方奶粉3段×1 11-21申请',
        '截至10:05 · 天猫拉取06:00',
        '[①] [②] [都不是]',
      ].join('\n'),
    )
    expect(asked.trace?.choices?.map(({ returnId }) => returnId)).toEqual(['TH2611210031', 'TH2611210033'])
    const second = await desk.tap(buttonOf(asked, '②'))
    expect(title(second)).toBe('【已入仓】11-22 09:31扫码入库，验货完好')
    expect(rowOf(second, '退货')).toBe('TH2611210033')
    expect(rowOf(second, '审批')).toBe('三级已过')
    expect(rowOf(second, '退款')).toBe('09:33已放行，原路（抖音支付）')
    expect(rowOf(second, '预计到账')).toBe('11-23~11-25')
    expect(second.trace?.about).toMatchObject({ returnId: 'TH2611210033' })
    expect(transcript(await desk.tap(buttonOf(second, '复制话术')))).toMatch(
      /^您好，您的订单（尾号\d{4}）退回的商品已于今天09:31收到，退款¥\d+\.\d{2}已办理，按原支付方式（抖音支付）退回，请您留意。有需要随时联系我们。$/,
    )
    expect(title(await desk.tap(buttonOf(asked, '①')))).toMatch(/^【未入仓】还在审批：仓管复核·/)
  })

  test('in a group nobody is named', async () => {
    const asked = await say('客户张伟昨天退的那盒奶粉是否已入仓', 'group')
    expect(asked).toContain('找到2位张*昨天有奶粉退货')
    expect(asked).not.toContain('张伟')
  })

  test('one person, one return: answered at once, by name, goods and day', async () => {
    expect(await say('杨柳这周二退的奶瓶入苍了吗')).toMatch(
      /^【已入仓】11-\d\d \d\d:\d\d扫码入库，[\s\S]*退货 TH2611170052/,
    )
    expect(await say('高洁上周五退的货 钱还没到')).toMatch(
      /^还没到退款这一步：卡在(?:验货核实|财务放款)\n[\s\S]*TH2611130060/,
    )
  })

  test('goods that did not come back are not guessed at', async () => {
    const asked = await say('杨柳这周二退的推车入仓了吗')
    expect(asked).toContain('没有推车的退货，这些是其他商品的')
    expect(asked).toContain('① 尾号5453 天猫 小满宽口径PPSU奶瓶')
  })

  test('somebody without a return in that time is told so', async () => {
    expect(await say('杨柳昨天退的奶瓶入仓了吗')).toMatch(/^杨柳昨天没有退货/)
  })

  test('an order without a return says so and what can be done', async () => {
    const asked = await desk.ask('6936476692437472563 退款什么时候到账')
    expect(title(asked)).toBe('这一单没有退货申请')
    expect(title(await desk.tap(buttonOf(asked, '能不能退')))).toBe('还没签收：签收后7天内可以申请')
    expect(await say('6936476692437472563 退款什么时候到账 话术')).toMatch(/目前没有退货申请/)
  })

  test('an order with several returns is a choice of returns', async () => {
    const [row] = await hub.database.sql<{ orderId: string }[]>`
      SELECT order_id AS "orderId" FROM returns WHERE id = 'TH2611170052'`
    const orderId = row?.orderId ?? ''
    await hub.database.sql`
      INSERT INTO returns (id, order_id, reason, applied_at) VALUES ('TH2611010001', ${orderId}, '漏液', ${new Date(nowMs - 21 * 86_400_000)})`
    try {
      const asked = await desk.ask(`${orderId} 退货进度`)
      expect(title(asked)).toBe('找到2张退货，是哪一张？')
      expect(asked.trace?.choices?.map(({ returnId }) => returnId)).toEqual(['TH2611170052', 'TH2611010001'])
      expect(title(await desk.tap(buttonOf(asked, '②')))).toBe('审批中，还没有分到人')
      expect(title(await desk.ask('TH2611170052 退货进度'))).toMatch(/^已退款/)
    } finally {
      await hub.database.sql`DELETE FROM returns WHERE id = 'TH2611010001'`
    }
  })

  test('a return number nobody knows', async () => {
    expect(await say('TH2611229999 到谁审批了')).toContain('没有找到这张退货单')
  })
})

describe('every state of the sample firm', () => {
  test('has its title for status, goods and money', async () => {
    const seen = new Set<string>()
    for (const { id, approval, received, released, refunded } of await states()) {
      const [status, inbound, eta] = await Promise.all([
        desk.ask(`${id} 现在到谁审批了`),
        desk.ask(`${id} 收到货没`),
        desk.ask(`${id} 退款几天到`),
      ])
      for (const reply of [status, inbound, eta]) {
        expect(reply.trace?.about?.returnId).toBe(id)
        expect(transcript(reply)).not.toMatch(/undefined|null|NaN|partial/)
        if ('card' in reply) expect([...reply.card.title].length).toBeLessThanOrEqual(cardLimits.titleChars)
      }
      const money = released ? '已放行' : received ? '已入仓' : approval
      seen.add(refunded ? '已退款' : money)
      if (refunded) {
        expect(title(status)).toMatch(/^已退款，/)
        expect(title(eta)).toMatch(/^已于.*退回，原路（/)
      } else if (released) {
        expect(title(status)).toBe('退款已放行，等到账')
        expect(title(eta)).toMatch(/^预计\d\d-\d\d~\d\d-\d\d到账，原路（|^已过预计/)
      } else if (received) {
        expect(title(status)).toBe('已入仓，等退款')
        expect(title(eta)).toMatch(/^还没到退款这一步：卡在(?:验货核实|财务放款)$/)
      } else if (approval === 'approved') {
        expect(title(status)).toBe('已通过，等寄回')
        expect(title(eta)).toBe('还没到退款这一步：卡在寄回，货未到仓')
        expect(title(inbound)).toMatch(/^【未入仓】.*退件还没有轨迹，预计未知$/)
      } else if (approval === 'pending') {
        expect(title(status)).toMatch(/^卡在：(?:组长初审|仓管复核|财务终审)·.+，(?:剩|已超).+/)
        expect(title(eta)).toMatch(/^还没到退款这一步：卡在(?:组长初审|仓管复核|财务终审)·/)
        expect(rowOf(eta, '按时限')).toMatch(/^\d\d-\d\d~\d\d-\d\d到账$/)
      } else {
        expect(title(status)).toMatch(approval === 'rejected' ? /^已驳回：/ : /^已撤回/)
        expect(title(eta)).toMatch(/^没有退款：退货已(?:驳回|撤回)/)
        expect(title(inbound)).toMatch(/^【未入仓】/)
      }
      if (received) expect(title(inbound)).toMatch(/^【已入仓(?:\d\/\d)?】/)
    }
    expect([...seen].sort()).toEqual(
      ['approved', 'pending', 'rejected', 'withdrawn', '已入仓', '已放行', '已退款'].sort(),
    )
  })

  test('overdue says by how much; after 24 hours the bar names the fine', async () => {
    const reply = await desk.ask('TH2611210019 现在到谁审批了')
    expect(title(reply)).toMatch(/^卡在：财务终审·小陈，已超/)
    expect('card' in reply && reply.card).toMatchObject({ tone: 'alarm', bar: '超24小时未处理，可能触发平台罚款' })
    expect(rowOf(reply, '罚款线')).toMatch(/^11-24 \d\d:\d\d，剩/)
    const eta = await desk.ask('TH2611210019 退款几天到')
    expect(transcript(eta)).toContain('审批已超24小时：按今天审完、退件1~5天到仓推算')
  })

  test('step by step, oldest first', async () => {
    const reply = await desk.ask('TH2611210033 退货时间线')
    const lines = 'card' in reply ? (reply.card.lines ?? []) : []
    expect(lines.map((line) => line.replace(/^[\d-]+ [\d:]+ /, ''))).toEqual([
      expect.stringMatching(/^申请·小.：不想要了$/),
      expect.stringMatching(/^组长初审·小. 同意$/),
      expect.stringMatching(/^仓管复核·.. 同意$/),
      expect.stringMatching(/^财务终审·小. 同意$/),
      '扫码入库，验货完好',
      '退款放行',
    ])
    expect([...lines].sort()).toEqual(lines)
  })

  test('a difference in quantity is named, and the money counts what came', async () => {
    const [short] = await hub.database.sql<{ id: string; received: number; asked: number }[]>`
      SELECT r.id, sum(l.received_qty)::int AS received, sum(l.asked_qty)::int AS asked FROM returns r
      JOIN return_lines l ON l.return_id = r.id WHERE r.received_at IS NOT NULL
      GROUP BY r.id HAVING sum(l.received_qty) < sum(l.asked_qty) ORDER BY r.id LIMIT 1`
    if (short === undefined) throw new Error('the sample has no partial receipt')
    const { id, received, asked } = short
    const inbound = await desk.ask(`${id} 收到货没`)
    expect(title(inbound)).toMatch(
      new RegExp(`^【已入仓${received}/${asked}】[\\d-]+ [\\d:]+，差${asked - received}件$`),
    )
    expect(transcript(inbound)).toContain('验货 数量不符，少1件，核实中')
    expect(await say(`${id} 退了多少钱`)).toContain(`按实收${received}/${asked}件计算`)
  })
})

describe('money', () => {
  test('of every return adds up and agrees with the record', async () => {
    const all = await hub.database.sql<
      { id: string }[]
    >`SELECT id FROM returns WHERE approval IN ('pending', 'approved')`
    expect(all.length).toBeGreaterThan(20)
    for (const { id } of all) {
      const reply = await desk.ask(`${id} 退了多少钱`)
      const sum = /^已?退¥([\d.]+)=(?:实付¥([\d.]+)|商品¥([\d.]+)-优惠(?:分摊)?¥([\d.]+))$/.exec(
        title(reply).replaceAll(',', ''),
      )
      if (sum === null) throw new Error(`${id}: ${title(reply)}`)
      const [, refund, paid, goods, share] = sum.map(Number)
      expect(Math.round(Number(refund) * 100)).toBe(Math.round((paid || Number(goods) - Number(share)) * 100))
      expect(rowOf(reply, '系统记录')).toMatch(/，一致$/)
    }
  })

  test('that disagrees with the record says so, with both numbers and whom to ask; the customer hears neither', async () => {
    await hub.database.sql`UPDATE returns SET refund_fen = refund_fen + 1 WHERE id = 'TH2611210033'`
    try {
      const reply = await desk.ask('TH2611210033 退了多少钱')
      expect(title(reply)).toBe('与系统记录不符，差¥0.01')
      expect([rowOf(reply, '算得'), rowOf(reply, '系统记录'), rowOf(reply, '找谁')]).toEqual([
        '¥253.00',
        '¥253.01',
        '财务',
      ])
      const script = transcript(await desk.tap(buttonOf(reply, '复制话术')))
      expect(script).toMatch(/正在为您核对/)
      expect(script).not.toContain('253')
    } finally {
      await hub.database.sql`UPDATE returns SET refund_fen = refund_fen - 1 WHERE id = 'TH2611210033'`
    }
  })

  test('without the amounts of the lines only the record is given, and why', async () => {
    await hub.database
      .sql`UPDATE order_lines l SET amount_fen = NULL FROM returns r WHERE r.id = 'TH2611210031' AND l.order_id = r.order_id`
    const reply = await desk.ask('TH2611210031 退了多少钱')
    expect(title(reply)).toBe('系统记录退¥273，算不出明细')
    expect(rowOf(reply, '原因')).toBe('商品没有金额')
  })

  test('given back on the order itself', async () => {
    const [cancelled] = await hub.database.sql<{ orderNo: string }[]>`
      SELECT order_no AS "orderNo" FROM orders WHERE cancelled_at IS NOT NULL AND refund_fen IS NOT NULL ORDER BY id LIMIT 1`
    expect(await say(`${cancelled?.orderNo} 退了多少钱`)).toMatch(/^已退¥[\d.]+，\d\d-\d\d \d\d:\d\d\n/)
    expect(await say(`${cancelled?.orderNo} 退款到账了吗 话术`)).toMatch(/的退款¥[\d.]+已于.+按原支付方式退回/)
  })

  test('nineteen of twenty arrivals of the sample lie in the range that was told at their release', async () => {
    const rows = await hub.database.sql<{ id: string }[]>`SELECT id FROM returns WHERE refunded_at IS NOT NULL`
    const lookup = returnLookup(hub.database, personal)
    let inside = 0
    for (const { id } of rows) {
      const found = await lookup.byNo(id)
      if (found?.request.releasedAtMs === undefined || found.request.refundedAtMs === undefined)
        throw new Error(`${id} was paid back without a release`)
      const method = payMethodCode(methodText(found.request.refundMethod, found.sale.payMethod))
      const { fromMs, toMs } = arrivalRange(method, found.request.releasedAtMs, defaultRefundTimes)
      if (found.request.refundedAtMs >= fromMs && found.request.refundedAtMs < toMs + 86_400_000) inside += 1
    }
    expect(rows.length).toBeGreaterThan(20)
    expect(inside / rows.length).toBeGreaterThanOrEqual(0.95)
  })

  test('the settings replace the table', async () => {
    const slow = { from: { n: 6, unit: 'days' }, to: { n: 9, unit: 'days' } }
    await hub.database
      .sql`INSERT INTO settings (name, value) VALUES ('refund.times', ${hub.database.sql.json({ methods: { douyin_pay: slow } })})`
    try {
      expect(title(await desk.ask('TH2611210033 退款几天到'))).toBe('预计11-28~12-01到账，原路（抖音支付）')
    } finally {
      await hub.database.sql`DELETE FROM settings WHERE name = 'refund.times'`
    }
    expect(title(await desk.ask('TH2611210033 退款几天到'))).toBe('预计11-23~11-25到账，原路（抖音支付）')
  })

  test('the wording for the customer has the days, no inner words, and only what holds', async () => {
    const internal = /审批|初审|复核|终审|财务|放行|卡在|仓管|罚款|WMS|系统记录|规则/
    for (const { id } of await states()) {
      for (const question of ['退款几天到', '收到货没', '现在到谁审批了', '退了多少钱']) {
        const text = await say(`${id} ${question} 话术`)
        expect(text, `${id} ${question}`).toMatch(/^您好，/)
        expect(text).not.toMatch(internal)
        expect(text).not.toMatch(/！|!|undefined|null/)
      }
    }
    expect(await say('TH2611210033 退款几天到 话术')).toMatch(/预计明天至11月25日按原支付方式（抖音支付）退回/)
  })
})

describe('the view of the hub', () => {
  test('is the rows of the tables, in one statement by index', async () => {
    const lookup = returnLookup(hub.database, personal)
    const found = await lookup.byNo('th2611210033')
    expect(found?.sale).toMatchObject({
      channel: 'douyin',
      consigneeName: '张伟',
      phone: '13685578806',
      paidFen: 25_300n,
    })
    expect(found?.request).toMatchObject({ approval: 'approved', refundFen: 25_300n, notes: 0 })
    expect(found?.request.levels.map(({ role, state }) => `${role} ${state}`)).toEqual([
      'cs_lead approved',
      'warehouse approved',
      'finance approved',
    ])
    expect(found?.request.lines).toMatchObject([
      { askedQty: 1, approvedQty: 1, receivedQty: 1, damagedQty: 0, earlierQty: 0 },
    ])
    expect(found?.request.wholeDueAtMs).toBe((found?.request.appliedAtMs ?? 0) + 86_400_000)
    expect(await lookup.byNo('TH2611229999')).toBeUndefined()
    expect(await lookup.ofOrder('SO000000000000')).toBeUndefined()
    expect(await lookup.byNo("TH'; --\0")).toBeUndefined()
  })

  test('shows where the parcel is once a tracker knows its number, and the notes', async () => {
    const { sql } = hub.database
    const [row] = await sql<{ id: string; orderId: string; waybillNo: string }[]>`
      SELECT id, order_id AS "orderId", waybill_no AS "waybillNo" FROM returns WHERE approval = 'approved' AND received_at IS NULL LIMIT 1`
    if (row === undefined) throw new Error('no return is under way')
    // the tracker keeps the parcel under another order: what counts is the number
    const [other] = await sql<
      { id: string }[]
    >`SELECT id FROM orders WHERE id <> ${row.orderId} AND paid_at IS NULL LIMIT 1`
    await sql`INSERT INTO parcels (id, order_id, waybill_no, carrier_code, eta_at, state, tracked_at)
      VALUES ('back-1', ${other?.id ?? ''}, ${row.waybillNo}, 'ZTO', ${new Date(nowMs + 86_400_000)}, 'in_transit', ${new Date(nowMs)})`
    await sql`INSERT INTO tracking_events (parcel_id, occurred_at, state, place, description, source, node_hash)
      VALUES ('back-1', ${new Date(nowMs - 3_600_000)}, 'in_transit', '宁波北仑转运中心', '快件到达宁波北仑转运中心', 'track.kuaidi100', 'x')`
    await sql`INSERT INTO notes (id, owner_kind, owner_id, text, by_member_id, at) VALUES ('n1', 'return', ${row.id}, '漏液', 'mem_1', ${new Date(nowMs)})`
    expect(title(await desk.ask(`${row.id} 收到货没`))).toMatch(/^【未入仓】.+已到宁波北仑.*，预计11-23到仓$/)
    expect(rowOf(await desk.ask(`${row.id} 退货进度`), '备注')).toBe('1条')
    await sql`UPDATE parcels SET state = 'signed' WHERE id = 'back-1'`
    expect(title(await desk.ask(`${row.id} 退货进度`))).toBe('已通过，退件已签收，等扫码入库')
    const found = await desk.returns.byNo(row.id)
    expect(found && refundExpectation(found.request, 'wechat', nowMs, defaultRefundTimes).stage).toBe('goods')
  })

  test('uses an index at every step', async () => {
    const { sql } = hub.database
    await sql.begin(async (tx) => {
      await tx`SET LOCAL enable_seqscan = off`
      const plan = await tx.unsafe<{ 'QUERY PLAN': string }[]>(
        `EXPLAIN SELECT r.id FROM returns r JOIN return_lines l ON l.return_id = r.id JOIN approval_levels a ON a.return_id = r.id
         LEFT JOIN notes n ON n.owner_kind = 'return' AND n.owner_id = r.id LEFT JOIN parcels p ON p.waybill_no = r.waybill_no
         WHERE r.order_id = (SELECT order_id FROM returns WHERE id = 'TH1')`,
      )
      expect(plan.map((row) => row['QUERY PLAN']).join('\n')).not.toMatch(
        /Seq Scan on (?:returns|return_lines|approval_levels|notes|parcels)/,
      )
    })
  })

  test('finds the returns of a name through the returns of its orders', async () => {
    const { sql } = hub.database
    const shape = { channel: false, product: true, name: false, returned: true }
    const { text, slots } = findStatement('name', shape)
    const values = { value: '张伟', fromMs: 0, toMs: nowMs, limit: 6, product: '奶粉', backFromMs: 0, backToMs: nowMs }
    await sql.begin(async (tx) => {
      await tx`SET LOCAL enable_seqscan = off`
      const plan = await tx.unsafe<{ 'QUERY PLAN': string }[]>(
        `EXPLAIN ${text}`,
        slots.map((slot) => values[slot as keyof typeof values]),
      )
      const steps = plan.map((row) => row['QUERY PLAN']).join('\n')
      expect(steps).toContain('orders_consignee')
      expect(steps).not.toMatch(/Seq Scan on (?:orders|returns|order_lines|parcels)/)
    })
  })

  test('a silent warehouse is named under an answer about its scans', async () => {
    await hub.database.sql`UPDATE sources SET heard_at = heard_at - interval '2 hours' WHERE name = 'wms.push'`
    try {
      const reply = await desk.ask('TH2611210033 收到货没')
      expect('card' in reply && reply.card.bar).toMatch(/^仓库已2时1分没有回传，可能有漏扫$/)
      expect('card' in reply && reply.card.tone).toBe('warn')
    } finally {
      await hub.database.sql`UPDATE sources SET heard_at = heard_at + interval '2 hours' WHERE name = 'wms.push'`
    }
  })
})

describe('what people added to a return', () => {
  test('stands on its answer with who and when; in a group without names and numbers', async () => {
    const [row] = await states()
    const [agent] = await hub.database.sql`SELECT id, name FROM members WHERE id = 'mem_sample_01'`
    await hub.database.sql`
      INSERT INTO notes (id, owner_kind, owner_id, text, pictures, by_member_id, at)
      VALUES ('n_told', 'return', ${row?.id ?? ''}, '漏液了，电话17000009354', 2, ${agent?.id}, ${new Date(nowMs - 60_000)})`
    expect(await say(`${row?.id} 进度`)).toContain(`备注 ${agent?.name} 10:04：漏液了，电话17000009354（2张图）`)
    expect(await say(`${row?.id} 进度`, 'group')).toContain('漏液了，电话170****9354（2张图）')
  })
})

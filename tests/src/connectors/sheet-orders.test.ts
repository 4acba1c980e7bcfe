import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { formatCsv } from '../../../src/connectors/csv.ts'
import { readSheetOrders } from '../../../src/connectors/sheet-orders.ts'
import type { SheetContext, SheetOrders } from '../../../src/hub/sheet-port.ts'
import { type Cell, workbook } from '../../kit/sheets.ts'

const toldAtMs = Date.parse('2026-11-22T10:00:00+08:00')
const context: SheetContext = { toldAtMs, mappingOf: async () => undefined }
const at = (text: string) => Date.parse(`${text}+08:00`)

async function read(
  rows: readonly (readonly Cell[])[],
  options: Partial<SheetContext> & { fileName?: string; merges?: string[] } = {},
) {
  const { fileName = 'orders.xlsx', merges = [], ...rest } = options
  // a workbook costs a thread: text where nothing but a workbook can show it
  const needsWorkbook = merges.length > 0 || rows.flat().some((cell) => typeof cell === 'number' && cell >= 1e15)
  const bytes = needsWorkbook
    ? workbook(rows, { merges })
    : Buffer.from(formatCsv(rows.map((cells) => cells.map((cell) => String(cell ?? '')))))
  return readSheetOrders({ bytes, fileName }, { ...context, ...rest })
}

function taken(sheet: SheetOrders) {
  if (sheet.outcome !== 'read') throw new Error(JSON.stringify(sheet))
  return sheet
}

const head = [
  '线上订单号',
  '店铺名称',
  '下单时间',
  '付款日期',
  '应付金额',
  '已付金额',
  '状态',
  '快递公司',
  '快递单号',
  '商品编码',
  '商品名称',
  '颜色及规格',
  '数量',
  '商品金额',
  '收货人',
  '手机',
  '省份',
  '城市',
  '区县',
  '地址',
  '买家留言',
]
const row = (no: Cell, over: Partial<Record<string, Cell>> = {}): Cell[] =>
  head.map(
    (name) =>
      ({
        线上订单号: no,
        店铺名称: 'JXS07 义乌店',
        下单时间: '2026-11-20 09:12:05',
        付款日期: '2026/11/20 9:15',
        应付金额: '230.00',
        已付金额: '230',
        状态: '已发货',
        快递公司: '中通快递',
        快递单号: '75894561230147',
        商品编码: 'DP-L-46',
        商品名称: '棉云纸尿裤',
        颜色及规格: 'L 46片',
        数量: 2,
        商品金额: '238.00',
        收货人: '张伟',
        手机: '13812345678',
        省份: '浙江省',
        城市: '杭州市',
        区县: '滨江区',
        地址: '江南大道1号',
        买家留言: null,
        ...over,
      })[name] ?? null,
  )

describe('a sheet as 聚水潭 writes it', () => {
  it('becomes an order with all that it says, and no more', async () => {
    const sheet = taken(
      await read([['销售订单导出'], head, row('JXS07-20261120-9001'), ['合计', null, null, null, 230]]),
    )
    expect(sheet).toMatchObject({ rows: 1, problems: [], mapping: { orderNo: '线上订单号', qty: '数量' } })
    expect(sheet.orders).toEqual([
      {
        rows: [3],
        cells: expect.objectContaining({ phone: 'P3', orderedAtMs: 'C3' }),
        order: {
          channel: 'distributor',
          shop: 'JXS07',
          orderNo: 'JXS07-20261120-9001',
          source: 'sheet.JXS07',
          modifiedAtMs: toldAtMs,
          orderedAtMs: at('2026-11-20T09:12:05'),
          paidAtMs: at('2026-11-20T09:15:00'),
          payMethod: '表格未注明',
          paidFen: 23000n,
          totalFen: 23800n,
          discountFen: 800n,
          stage: 'shipped',
          carrier: 'ZTO',
          waybillNo: '75894561230147',
          consigneeName: '张伟',
          phone: '13812345678',
          region: '浙江省 杭州市',
          address: '浙江省杭州市滨江区江南大道1号',
          lines: [
            { lineKey: 'DP-L-46', sku: 'DP-L-46', name: '棉云纸尿裤', spec: 'L 46片', qty: 2, amountFen: 23800n },
          ],
        },
      },
    ])
  })

  it('joins the rows of an order: repeated numbers, merged cells, numbers only on the first row', async () => {
    const more = (sku: string) =>
      head.map((name) => ({ 商品编码: sku, 商品名称: `商品${sku}`, 数量: 1, 商品金额: '10' })[name] ?? null)
    const sheet = taken(
      await read(
        [
          head,
          row('A-1001'),
          row('A-1001', { 商品编码: 'X2' }),
          row('A-1002'),
          more('Y2'),
          row('A-1003'),
          [null, ...more('Z2').slice(1)],
        ],
        { merges: ['A6:A7'] },
      ),
    )
    expect(
      sheet.orders.map(({ order, rows }) => [order.orderNo, rows, order.lines.map((line) => line.lineKey)]),
    ).toEqual([
      ['A-1001', [2, 3], ['DP-L-46', 'X2']],
      ['A-1002', [4, 5], ['DP-L-46', 'Y2']],
      ['A-1003', [6, 7], ['DP-L-46', 'Z2']],
    ])
  })

  it('numbers equal rows instead of dropping them', async () => {
    const sheet = taken(await read([head, row('A-1001'), row('A-1001'), row('A-1001')]))
    expect(sheet.orders[0]?.order.lines.map((line) => line.lineKey)).toEqual(['DP-L-46', 'DP-L-46#2', 'DP-L-46#3'])
  })

  it('collects the waybills of all parcels', async () => {
    const sheet = taken(await read([head, row('A-1001'), row('A-1001', { 快递单号: '75894561230148' })]))
    expect(sheet.orders[0]?.order.waybillNo).toBe('75894561230147,75894561230148')
  })

  it.each([
    ['待付款', 'pending_payment'],
    ['待审核', 'paid'],
    ['已审核', 'paid'],
    ['待发货', 'paid'],
    ['已付款待审核', 'paid'],
    ['发货中', 'paid'],
    ['部分发货', 'part_shipped'],
    ['已发货', 'shipped'],
    ['交易成功', 'signed'],
    ['已完成', 'signed'],
    ['已签收', 'signed'],
    ['已取消', 'cancelled'],
    ['异常', 'on_hold'],
    ['被合并', undefined],
    ['被拆分', undefined],
    ['不知道', undefined],
  ])('reads the status %s as %s', async (word, stage) => {
    expect(taken(await read([head, row('A-1001', { 状态: word })])).orders[0]?.order.stage).toBe(stage)
  })

  it('does not let an internal order that was merged away speak for the one that lives on', async () => {
    const sheet = taken(
      await read([
        head,
        row('A-1001', { 状态: '被合并', 快递单号: '75894561230999' }),
        row('A-1001', { 状态: '已发货' }),
      ]),
    )
    expect(sheet.orders).toHaveLength(1)
    expect(sheet.orders[0]).toMatchObject({ rows: [3], order: { stage: 'shipped', waybillNo: '75894561230147' } })
    expect(sheet.rows).toBe(2)
  })
})

describe('carriers', () => {
  it.each([
    [{ 快递公司: '顺丰速运', 快递单号: null }, { carrier: 'SF' }],
    [{ 快递公司: '京东物流' }, { carrier: 'JD' }],
    [{ 快递公司: '安能物流' }, { carrier: 'OTHER', carrierName: '安能物流' }],
    [{ 快递公司: '到店自提', 快递单号: null }, { carrier: 'PICKUP' }],
    [{ 快递公司: null, 快递单号: 'SF1694121245991' }, { carrier: 'SF' }],
  ])('are read from %j', async (cells, expected) => {
    expect(taken(await read([head, row('A-1001', cells)])).orders[0]?.order).toMatchObject(expected)
  })

  it('are not invented where none is chosen', async () => {
    for (const word of [null, '无', '未选择', '-']) {
      const order = taken(await read([head, row('A-1001', { 快递公司: word, 快递单号: null })])).orders[0]?.order
      expect(order).toBeDefined()
      expect(order).not.toHaveProperty('carrier')
    }
  })
})

describe('rows that cannot be read', () => {
  const faults: [string, Partial<Record<string, Cell>>, Cell, object][] = [
    ['a phone with a digit lost', { 手机: '1381234567' }, 'A-1', { cell: 'P2', problem: 'phone_short', by: 1 }],
    ['an impossible date', { 下单时间: '2026-11-31' }, 'A-1', { cell: 'C2', problem: 'date_unreadable' }],
    ['a date to come', { 下单时间: '2027-11-20' }, 'A-1', { cell: 'C2', problem: 'date_future' }],
    ['an id turned into a number', {}, 6.936476692437473e18, { cell: 'A2', problem: 'number_lost' }],
    ['an id in scientific notation', {}, '6.93648E+18', { cell: 'A2', problem: 'number_lost' }],
    ['no order number', {}, null, { cell: 'A2', problem: 'order_no_missing' }],
    ['several order numbers', {}, 'A-1,A-2', { cell: 'A2', problem: 'order_no_several' }],
    ['words for a quantity', { 数量: '两箱' }, 'A-1', { cell: 'M2', problem: 'qty_unreadable' }],
    ['no quantity', { 数量: null }, 'A-1', { cell: 'M2', problem: 'qty_missing' }],
    ['words for money', { 已付金额: '免费' }, 'A-1', { cell: 'F2', problem: 'amount_unreadable' }],
    ['no goods', { 商品编码: null, 商品名称: null }, 'A-1', { cell: 'K2', problem: 'name_missing' }],
  ]
  it.each(faults)('%s is named by its cell and keeps only its order out', async (_, cells, no, problem) => {
    const sheet = taken(await read([head, row(no, cells), row('A-1009')]))
    expect(sheet.problems).toMatchObject([problem])
    expect(sheet.errorRows.map((error) => error.row)).toEqual([2])
    expect(sheet.orders.map(({ order }) => order.orderNo)).toEqual(['A-1009'])
    expect(JSON.stringify(sheet.problems)).not.toMatch(/138|张伟/)
  })

  it('keep all rows of their order out', async () => {
    const sheet = taken(await read([head, row('A-1001'), row('A-1001', { 数量: 0 }), row('A-1002')]))
    expect(sheet.errorRows.map((error) => error.row)).toEqual([2, 3])
    expect(sheet.orders.map(({ order }) => order.orderNo)).toEqual(['A-1002'])
  })

  it('keep the goods below a lost number out too', async () => {
    const goods = head.map((name) => ({ 商品编码: 'Y', 商品名称: 'Y', 数量: 1 })[name] ?? null)
    const sheet = taken(await read([head, row('A-1001'), row('6.93648E+18'), goods]))
    expect(sheet.errorRows.map((error) => error.row)).toEqual([3, 4])
    expect(sheet.orders[0]?.order.lines).toHaveLength(1)
  })
})

describe('whose order it is', () => {
  const one = async (no: string, cells: Partial<Record<string, Cell>>, options: Parameters<typeof read>[1] = {}) => {
    const sheet = taken(await read([head, row(no, cells)], options))
    return sheet.orders[0]?.order ?? sheet.problems
  }
  it('is what the number says in the house form', async () => {
    expect(await one('JXS03-20261120-9001', { 店铺名称: 'JXS07 义乌店' })).toMatchObject({
      channel: 'distributor',
      shop: 'JXS03',
    })
  })
  it('is the distributor of the shop column, the file name or the sender', async () => {
    expect(await one('A-1001', {})).toMatchObject({ channel: 'distributor', shop: 'JXS07' })
    expect(await one('A-1001', { 店铺名称: null }, { fileName: 'JXS12-1121.xlsx' })).toMatchObject({ shop: 'JXS12' })
    expect(await one('A-1001', { 店铺名称: null }, { defaultShop: 'JXS05' })).toMatchObject({ shop: 'JXS05' })
  })
  it('is a platform where the shop is one of its', async () => {
    expect(await one('6936476692437472563', { 店铺名称: '抖音-棉云旗舰店' })).toMatchObject({
      channel: 'douyin',
      shop: '抖音-棉云旗舰店',
    })
  })
  it('is asked where nothing tells', async () => {
    expect(await one('A-1001', { 店铺名称: null })).toMatchObject([{ problem: 'channel_unknown', cell: 'B2' }])
  })
  it('says when it was ordered by its number where no column does', async () => {
    expect(await one('JXS07-20261118-9001', { 下单时间: null, 付款日期: null })).toMatchObject({
      orderedAtMs: at('2026-11-18T00:00:00'),
    })
  })
})

describe('header rows', () => {
  it('are found below titles, in any order, with brackets, blanks and full-width letters', async () => {
    const sheet = taken(
      await read([
        ['某某公司'],
        ['2026年11月'],
        [],
        ['数量(件)', '【原始单号】', '货 品 名 称', 'ＳＫＵ', '下单时间', '店铺'],
        [3, 'A-1', '奶粉', 'K', '2026-11-20', 'JXS01'],
      ]),
    )
    expect(sheet.orders[0]?.order).toMatchObject({
      orderNo: 'A-1',
      shop: 'JXS01',
      lines: [{ sku: 'K', name: '奶粉', qty: 3 }],
    })
  })
  it('may repeat a column: the first filled cell counts', async () => {
    const sheet = taken(
      await read([
        ['订单号', '商品名称', '数量', '备注', '备注', '店铺', '下单时间'],
        ['A-1', 'x', 1, null, '第二栏', 'JXS01', '2026-11-20'],
      ]),
    )
    expect(sheet.orders[0]?.order.remark).toBe('第二栏')
  })
  it('take the channel’s number before the ERP’s own', async () => {
    const sheet = taken(
      await read([
        ['订单编号', '原始单号', '商品名称', '数量', '店铺', '下单时间'],
        ['JY1', 'JXS02-20261120-9001', 'x', 1, 'JXS02', '2026-11-20'],
      ]),
    )
    expect(sheet.orders[0]?.order.orderNo).toBe('JXS02-20261120-9001')
  })
  it('that lack a mandatory column are asked about, and understood once it was explained', async () => {
    const rows = [
      ['客户单号', '商品名称', '箱数', '店铺', '下单时间'],
      ['A-1', 'x', 4, 'JXS02', '2026-11-20'],
    ]
    const asked = await read(rows)
    expect(asked).toMatchObject({
      outcome: 'needs-columns',
      missing: ['orderNo', 'qty'],
      headers: ['客户单号', '商品名称', '箱数', '店铺', '下单时间'],
    })
    const hash = asked.outcome === 'needs-columns' ? asked.headerHash : ''
    const sheet = taken(
      await read(rows, { mappingOf: async (of) => (of === hash ? { orderNo: '客户单号', 数量: '箱数' } : undefined) }),
    )
    expect(sheet.orders[0]?.order).toMatchObject({ orderNo: 'A-1', lines: [{ qty: 4 }] })
  })
  it('that cannot be found are said so', async () => {
    expect(await read([['你好'], ['世界', 1]])).toEqual({ outcome: 'refused', problem: 'no_header' })
    expect(await read([head])).toEqual({ outcome: 'refused', problem: 'empty' })
  })
})

describe('the sheets of the README', () => {
  it('are read: 40 orders in 聚水潭’s form with three bad ones', async () => {
    const bytes = await readFile(new URL('../../../docs/sample-orders.xlsx', import.meta.url))
    const sheet = taken(await readSheetOrders({ bytes, fileName: 'sample-orders.xlsx' }, context))
    expect(sheet.orders).toHaveLength(37)
    expect(sheet.problems.map(({ problem }) => problem).sort()).toEqual([
      'date_unreadable',
      'number_lost',
      'phone_short',
    ])
    expect(sheet.orders.filter(({ order }) => order.carrier === undefined)).toHaveLength(1)
    expect(sheet.orders.filter(({ order }) => order.carrier === 'PICKUP')).toHaveLength(1)
    expect(new Set(sheet.orders.map(({ order }) => order.shop))).toEqual(new Set(['JXS07']))
  })
  it('are read: 12 orders in 旺店通’s form, GB18030', async () => {
    const bytes = await readFile(new URL('../../../docs/sample-orders-wdt.csv', import.meta.url))
    const sheet = taken(await readSheetOrders({ bytes, fileName: 'sample-orders-wdt.csv' }, context))
    expect(sheet.problems).toEqual([])
    expect(sheet.orders).toHaveLength(12)
    expect(sheet.orders[0]?.order).toMatchObject({
      channel: 'distributor',
      shop: 'JXS11',
      orderNo: 'JXS11-20261120-9001',
      warehouse: '杭州仓',
      stage: 'shipped',
    })
  })
})

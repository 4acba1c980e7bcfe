import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { utils, type WorkSheet, write } from '@e965/xlsx'
import type { CarrierCode } from '../hub/order-facts.ts'
import { hourMs, minuteMs } from './beijing.ts'
import { type Product, products } from './catalogue.ts'
import { carrierNames } from './fate.ts'
import { numberBook } from './numbers.ts'
import { nameOf } from './people.ts'
import { cities, streetOf } from './places.ts'
import { at, type Random, randomOf } from './prng.ts'

// Makes docs/sample-orders.xlsx and docs/sample-orders-wdt.csv, the sheets of the README. Run it with tsx to write them
// anew; a test compares what is committed with what it makes. The dates are fixed: a committed file cannot follow the clock.

type Line = { readonly product: Product; readonly qty: number }
type SheetOrder = {
  readonly orderNo: string
  readonly orderedAtMs: number
  readonly status: string
  readonly carrier: string
  readonly waybill: string
  readonly name: string
  readonly phone: string
  readonly place: readonly [province: string, city: string, district: string, street: string]
  readonly remark: string
  /** '' while it waits. */
  readonly shipped: string
  readonly lines: readonly Line[]
}

const firstMs = Date.parse('2026-11-20T09:12:00+08:00')
const carriers: readonly CarrierCode[] = ['ZTO', 'YTO', 'YUNDA', 'JT', 'SF', 'STO']

/** `count` orders of one distributor over a day and a half; numbers from 9001 on, which the sample firm never reaches. */
function ordersOf(shop: string, seed: number, count: number): SheetOrder[] {
  const book = numberBook()
  return Array.from({ length: count }, (_, index) => {
    const random = randomOf(seed, index)
    const orderedAtMs = firstMs + index * 47 * minuteMs + random.int(0, 40) * minuteMs
    const city = random.pick(cities)
    const carrier = random.pick(carriers)
    const shipped = orderedAtMs < firstMs + 22 * hourMs
    const district = random.pick(city.districts)
    return {
      orderNo: `${shop}-${stamp(orderedAtMs).slice(0, 10).replaceAll('-', '')}-${String(9001 + index)}`,
      orderedAtMs,
      status: shipped ? '已发货' : random.chance(0.2) ? '已付款待审核' : '待发货',
      carrier: carrierNames[carrier],
      waybill: shipped ? book.waybillNo(random, carrier) : '',
      name: nameOf(random),
      phone: `1${random.pick(['38', '59', '77', '86'])}${random.digits(8)}`,
      place: [
        city.province,
        city.city,
        district,
        streetOf(random, { ...city, districts: [district] }).slice(district.length),
      ],
      remark: random.chance(0.15) ? '请尽快发货' : '',
      shipped: shipped ? stamp(orderedAtMs + random.int(180, 700) * minuteMs) : '',
      lines: linesOf(random),
    }
  })
}

function linesOf(random: Random): Line[] {
  const goods = new Set(Array.from({ length: random.chance(0.3) ? random.int(2, 3) : 1 }, () => random.pick(products)))
  return [...goods].map((product) => ({ product, qty: random.int(1, 6) }))
}

/** yyyy-MM-dd HH:mm:ss in Beijing. */
function stamp(ms: number): string {
  return new Date(ms + 8 * hourMs).toISOString().slice(0, 19).replace('T', ' ')
}

const yuan = (fen: number) => (fen / 100).toFixed(2)
const sumOf = (order: SheetOrder) => order.lines.reduce((sum, line) => sum + line.product.priceFen * line.qty, 0)

const jushuitan =
  '内部订单号 线上订单号 店铺名称 下单时间 付款日期 应付金额 已付金额 状态 快递公司 快递单号 订单类型 商品编码 商品名称 颜色及规格 数量 商品金额 收货人 手机 省份 城市 区县 地址 买家留言 发货日期'.split(
    ' ',
  )
/** Columns of the order, which stand once per order in merged cells. */
const orderColumns = new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 17, 18, 19, 20, 21, 22, 23])

type Cell = string | number

function jushuitanRow(order: SheetOrder, index: number, line: Line): Cell[] {
  const paid = order.orderedAtMs + 3 * minuteMs
  const [province, city, district, street] = order.place
  const money = yuan(sumOf(order))
  return [
    1_085_200 + index,
    order.orderNo,
    'JXS07 安心母婴义乌店',
    stamp(order.orderedAtMs),
    stamp(paid),
    money,
    money,
    order.status,
    order.carrier,
    order.waybill,
    '普通订单',
    line.product.sku,
    line.product.name,
    line.product.spec,
    line.qty,
    yuan(line.product.priceFen * line.qty),
    order.name,
    order.phone,
    province,
    city,
    district,
    street,
    order.remark,
    order.shipped,
  ]
}

/** The faults of real sheets, one order each: a phone with a digit lost, an impossible date, a number Excel has rounded. */
function spoil(rows: readonly (readonly Cell[])[]): Cell[][] {
  return rows.map((row, index) => {
    const cells = [...row]
    if (index === 11) cells[17] = String(cells[17]).slice(0, 10)
    if (index === 19) cells[3] = '2026-11-31 10:22'
    if (index === 27) cells[1] = 6.93648e18
    return cells
  })
}

/** 40 orders of JXS07 as 聚水潭 exports them: a title row, merged order cells, a total, three bad orders. */
export function jushuitanWorkbook(): Uint8Array {
  const orders = ordersOf('JXS07', 70_701, 40).map((order, index) => {
    if (index === 33) return { ...order, carrier: '', waybill: '', shipped: '', status: '待发货' }
    return index === 36 ? { ...order, carrier: '到店自提', waybill: '', shipped: '', status: '待发货' } : order
  })
  const firsts = spoil(orders.map((order, index) => jushuitanRow(order, index, at(order.lines, 0))))
  const rows: Cell[][] = [['销售订单导出 2026-11-21 18:00'], jushuitan]
  const merges: NonNullable<WorkSheet['!merges']> = [{ s: { r: 0, c: 0 }, e: { r: 0, c: jushuitan.length - 1 } }]
  for (const [index, order] of orders.entries()) {
    const top = rows.length
    for (const [place, line] of order.lines.entries()) {
      const row = place === 0 ? at(firsts, index) : jushuitanRow(order, index, line)
      rows.push(row.map((cell, column) => (place > 0 && orderColumns.has(column) ? '' : cell)))
    }
    if (order.lines.length > 1)
      for (const column of orderColumns) merges.push({ s: { r: top, c: column }, e: { r: rows.length - 1, c: column } })
  }
  rows.push(['合计', '', '', '', '', yuan(orders.reduce((sum, order) => sum + sumOf(order), 0))])
  const sheet = utils.aoa_to_sheet(rows)
  sheet['!merges'] = merges
  sheet['!cols'] = jushuitan.map((name) => ({ wch: name.length > 3 ? 18 : 12 }))
  const book = utils.book_new()
  utils.book_append_sheet(book, sheet, '订单')
  return new Uint8Array(write(book, { type: 'buffer', bookType: 'xlsx', compression: true }) as Buffer)
}

const wangdian =
  '订单编号,原始单号,店铺,仓库,订单状态,下单时间,付款时间,商家编码,货品名称,规格名称,数量,货品总价,实付金额,物流公司,物流单号,发货时间,收件人,收件人手机,收货地址'

/** 12 orders of JXS11 as 旺店通 exports them: CSV in GB18030, order cells repeated on each line, numbers guarded by ="…". */
export function wangdianCsv(): Uint8Array {
  const rows = ordersOf('JXS11', 71_101, 12).flatMap((order, index) =>
    order.lines.map((line) =>
      [
        `JY2026112${String(10_000 + index)}`,
        order.orderNo,
        'JXS11 宝贝家',
        '杭州仓',
        order.status,
        stamp(order.orderedAtMs).replaceAll('-', '/').slice(0, 16),
        stamp(order.orderedAtMs + 2 * minuteMs),
        line.product.sku,
        line.product.name,
        line.product.spec,
        line.qty,
        yuan(line.product.priceFen * line.qty),
        yuan(sumOf(order)),
        order.carrier,
        order.waybill === '' ? '' : `"=""${order.waybill}"""`,
        order.shipped,
        order.name,
        `"=""${order.phone}"""`,
        order.place.join(''),
      ].join(','),
    ),
  )
  return encodeGbk(`${[wangdian, ...rows].join('\r\n')}\r\n`)
}

/** Node decodes GB18030 but does not encode it: the table of its two-byte part is read from the decoder. */
function encodeGbk(text: string): Uint8Array {
  const decoder = new TextDecoder('gb18030')
  const codes = new Map<string, readonly [number, number]>()
  for (let high = 0x81; high <= 0xfe; high++)
    for (let low = 0x40; low <= 0xfe; low++) {
      const sign = decoder.decode(Uint8Array.of(high, low))
      if (low !== 0x7f && [...sign].length === 1 && sign !== '\ufffd') codes.set(sign, [high, low])
    }
  return Uint8Array.from(
    [...text].flatMap((sign) => {
      if (sign < '\x80') return [sign.charCodeAt(0)]
      const code = codes.get(sign)
      if (code === undefined) throw new RangeError(`no GBK code for ${sign}`)
      return [...code]
    }),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync('docs/sample-orders.xlsx', jushuitanWorkbook())
  writeFileSync('docs/sample-orders-wdt.csv', wangdianCsv())
}

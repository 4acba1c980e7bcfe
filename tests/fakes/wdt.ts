import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { listen } from '../kit/listen.ts'
import { atOf, between, cut, type Row, type WdtRows } from './wdt-rows.ts'

export const flagshipAccount = { sid: 'wdtapi3', appKey: 'app-test', appSecret: 'e0c8demo:7b1ademo' }

const hourMs = 3_600_000
const epochS = 1_325_347_200
const refused = (message: string) => ({ status: 100, message })

/** 旺店通旗舰版 as documented: one address, a method in the query, signed over query and body, timestamps of ±120 s. */
export async function fakeWdt(rows: WdtRows, nowMs: () => number) {
  const app = new Hono()
  let running = 0
  app.post('/openapi', async (c) => {
    const query = new URL(c.req.url).searchParams
    const body = await c.req.text()
    const asked = JSON.parse(body) as readonly unknown[]
    rows.calls.push({ method: query.get('method') ?? '', asked: (asked[0] ?? {}) as Row, query })
    c.header('date', new Date(nowMs() + rows.skewMs).toUTCString())
    if (rows.mischief === 'down') return c.text('bad gateway', 502)
    running += 1
    try {
      await new Promise((resolve) => setImmediate(resolve))
      if (running > 1) return c.json(refused('并发次数限制'))
      const answer = answerTo(rows, nowMs(), query, body, asked)
      if (answer === 'lost') return c.text('gateway timeout', 504)
      return c.json(answer)
    } finally {
      running -= 1
    }
  })
  const { url, close } = await listen(app)
  return { url: `${url}/openapi`, close }
}

function answerTo(rows: WdtRows, nowMs: number, query: URLSearchParams, body: string, asked: readonly unknown[]) {
  const at = (Number(query.get('timestamp')) + epochS) * 1_000
  if (Math.abs(nowMs + rows.skewMs - at) > 120_000 || rows.mischief === 'clock') return refused('时间戳超出允许范围')
  if (query.get('sign') !== signOf(query, body)) return refused('签名错误')
  if (rows.mischief === 'busy') return refused('超过每分钟最大调用频率限制,请稍后重试')
  if (rows.mischief === 'failed') return refused('店铺权限不足')
  const method = query.get('method') ?? ''
  if (method === 'aftersales.refund.RawRefund.upload2') return pushAnswer(rows, asked)
  const params = (asked[0] ?? {}) as Row
  switch (method) {
    case 'sales.TradeQuery.queryWithDetail':
      return listAnswer(rows, query, params, { rows: rows.trades, number: ['src_tid', 'src_tids'], time: 'modified' })
    case 'wms.stockout.Sales.queryWithDetail':
      return listAnswer(rows, query, params, {
        rows: rows.stockOuts,
        number: ['src_tid', 'src_trade_no'],
        time: 'consign_time',
      })
    case 'wms.stockin.Refund.queryWithDetail':
      return listAnswer(rows, query, params, {
        rows: rows.stockIns,
        number: ['refund_no', 'refund_no'],
        time: 'modified',
        mostMs: 720 * hourMs,
      })
    case 'aftersales.refund.Refund.search':
      return refundAnswer(rows, query, params)
    case 'wms.StockSpec.search2':
      return stockAnswer(rows, query, params)
    default:
      return refused('接口不存在')
  }
}

function signOf(query: URLSearchParams, body: string): string {
  const secret = flagshipAccount.appSecret.split(':')[0] ?? ''
  const named = [...query].filter(([key]) => key !== 'sign').concat([['body', body]])
  const text = named.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => key + value)
  return createHash('md5')
    .update(`${secret}${text.join('')}${secret}`)
    .digest('hex')
}

type List = {
  readonly rows: readonly Row[]
  /** Parameter and field of the number that may be asked for instead of a span. */
  readonly number: readonly [string, string]
  readonly time: string
  readonly mostMs?: number
  readonly name?: string
}

function listAnswer(world: WdtRows, query: URLSearchParams, params: Row, list: List) {
  const [asked, field] = list.number
  if (params[asked] !== undefined) {
    const own = list.rows.filter((row) => String(row[field]).split(',').includes(String(params[asked])))
    return pageAnswer(world, query, own, list.name)
  }
  const { start_time: from, end_time: to } = params
  if (from === undefined || to === undefined) return refused('起止时间不能为空')
  if (atOf(to) - atOf(from) > (list.mostMs ?? hourMs)) return refused('起止时间跨度超过限制')
  return pageAnswer(world, query, between(list.rows, list.time, from, to), list.name)
}

function refundAnswer(world: WdtRows, query: URLSearchParams, params: Row) {
  const { raw_refund_nos: raw, modified_from: start_time, modified_to: end_time, refund_no } = params
  const wanted = typeof raw === 'string' ? { raw } : refund_no === undefined ? { start_time, end_time } : { refund_no }
  const number = typeof raw === 'string' ? (['raw', 'raw_refund_nos'] as const) : (['refund_no', 'refund_no'] as const)
  return listAnswer(world, query, wanted, { rows: world.refunds, number, time: 'modified_date', mostMs: 720 * hourMs })
}

function stockAnswer(world: WdtRows, query: URLSearchParams, params: Row) {
  if (Array.isArray(params.spec_nos)) {
    const wanted: readonly unknown[] = params.spec_nos
    const rows = world.stock.filter((row) => wanted.includes(row.spec_no))
    return pageAnswer(world, query, rows, 'detail_list')
  }
  const wanted = params
  const number = ['sku', 'spec_no'] as const
  const list = { rows: world.stock, number, time: 'modified', mostMs: 720 * hourMs, name: 'detail_list' }
  return listAnswer(world, query, wanted, list)
}

function pageAnswer(world: WdtRows, query: URLSearchParams, rows: readonly Row[], name = 'order') {
  const [size, page] = [Number(query.get('page_size')), Number(query.get('page_no'))]
  if (!(size >= 1 && size <= 1_000) || !query.has('page_no')) return refused('分页参数错误')
  const counted = query.get('calc_total') === '1' ? { total_count: rows.length } : {}
  return { status: 0, data: { ...counted, [name]: cut(rows, page, size, world.mischief) } }
}

function pushAnswer(world: WdtRows, asked: readonly unknown[]) {
  const [shopNo, list] = asked as [unknown, Row[]]
  if (typeof shopNo !== 'string' || !Array.isArray(list)) return refused('参数错误')
  if (world.mischief === 'text-data') return { status: 0, data: '店铺权限不足' }
  const { refuse } = world
  if (refuse !== undefined)
    return {
      status: 0,
      data: { chg_count: 0, new_count: 0, error_list: list.map((one) => ({ no: one.refund_no, error: refuse })) },
    }
  let fresh = 0
  for (const one of list) {
    const key = `${one.refund_no}/${one.oid}`
    if (!world.pushed.has(key)) fresh += 1
    world.pushed.set(key, { shopNo, ...one })
  }
  if (world.loseAnswer) {
    world.loseAnswer = false
    return 'lost' as const
  }
  return { status: 0, data: { chg_count: list.length - fresh, new_count: fresh, error_list: [] } }
}

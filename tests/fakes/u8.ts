import { readFile } from 'node:fs/promises'
import { Hono } from 'hono'
import { listen } from '../kit/listen.ts'

export type U8Bill = Record<string, unknown>
export type U8Lie = 'half-page' | 'repeated-page' | 'wrong-type' | 'no-remain' | 'agent-off' | 'busy' | 'http-502'

export type U8World = {
  readonly bills: U8Bill[]
  /** Tokens that are still good. */
  readonly tokens: Set<string>
  lie?: U8Lie | undefined
  /** The lie begins with this page. */
  liesFromPage: number
  /** errcode as a number in place of text. */
  bare: boolean
  given: number
  calls: number
  readonly asked: Readonly<Record<string, string>>[]
}

export const u8Account = {
  fromAccount: 'openapi_dev',
  toAccount: 'openapi_ent',
  appKey: 'opa6fdd4bea98b95ad7',
  appSecret: 'secret-of-the-fake',
}

export const u8Frames = JSON.parse(await readFile(new URL('../fixtures/u8/frames.json', import.meta.url), 'utf8')) as {
  token: { token: object }
  bill: U8Bill
  page: U8Bill
  noRows: U8Bill
}

/** 用友 U8 OpenAPI on a free port: tokens and the list of receivables over `world`. */
export async function fakeU8() {
  const world: U8World = {
    bills: [],
    tokens: new Set(),
    liesFromPage: 1,
    bare: false,
    given: 0,
    calls: 0,
    asked: [],
  }
  const app = new Hono()
  app.get('/system/token', (c) => {
    const { from_account, app_key, app_secret } = c.req.query()
    if (from_account !== u8Account.fromAccount || app_key !== u8Account.appKey || app_secret !== u8Account.appSecret)
      return c.json({ errcode: '30003', errmsg: 'app_secret错误' })
    world.given += 1
    const id = `t${world.given}`
    world.tokens.add(id)
    return c.json({ ...u8Frames.token, token: { ...u8Frames.token.token, id } })
  })
  app.get('/api/oughtreceivelist/batch_get', (c) => {
    const query = c.req.query()
    world.calls += 1
    world.asked.push(query)
    if (!world.tokens.has(query.token ?? '')) return c.json({ errcode: '10001', errmsg: '无效的token' })
    if (query.to_account !== u8Account.toAccount) return c.json({ errcode: '10002', errmsg: '未授权' })
    const page = Number(query.page_index)
    const lie = page >= world.liesFromPage ? world.lie : undefined
    if (lie === 'agent-off') return c.json({ errcode: '50001', errmsg: '数据源代理不在线' })
    if (lie === 'busy') return c.json({ errcode: '40001', errmsg: '接口调用次数超过上限' })
    if (lie === 'http-502') return c.text('bad gateway', 502)
    return c.json(pageOf(world, query, page, lie) as never)
  })
  const server = await listen(app)
  return { world, baseUrl: server.url, close: server.close }
}

function pageOf(world: U8World, query: Record<string, string>, page: number, lie: U8Lie | undefined): U8Bill {
  const size = Number(query.rows_per_page)
  const fits = world.bills.filter(
    ({ date, cust_vendor_code }) =>
      String(date) >= (query.date_begin ?? '') &&
      String(date) <= (query.date_end ?? '') &&
      (query.cust_vendor_code === undefined || query.cust_vendor_code === cust_vendor_code),
  )
  if (fits.length === 0) return u8Frames.noRows
  const start = lie === 'repeated-page' ? 0 : (page - 1) * size
  const rows = fits.slice(start, start + (lie === 'half-page' ? Math.floor(size / 2) : size)).map((bill) => {
    if (lie === 'wrong-type') return { ...bill, remain_amount: [] }
    const { remain_amount, ...rest } = bill
    return lie === 'no-remain' ? rest : { ...rest, remain_amount }
  })
  return {
    ...u8Frames.page,
    errcode: world.bare ? 0 : '0',
    page_index: String(page),
    row_count: String(fits.length),
    page_count: String(Math.ceil(fits.length / size)),
    oughtreceivelist: rows,
  }
}

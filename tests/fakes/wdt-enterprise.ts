import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { listen } from '../kit/listen.ts'
import { atOf, between, cut, type Row, type WdtRows } from './wdt-rows.ts'

export const enterpriseAccount = { sid: 'test2', appKey: 'test2-xx', appSecret: '12345' }

const hourMs = 3_600_000
const refused = (message: string, code = 1_000) => ({ code, message })

/** What each list is called, holds and can be asked by; `mostMs` and `mostRows` are the vendor's limits. */
const lists = {
  trade_query: { rows: 'trades', name: 'trades', numbers: { src_tid: 'src_tids' }, mostMs: hourMs, mostRows: 40 },
  stockout_order_query_trade: {
    rows: 'stockOuts',
    name: 'stockout_list',
    numbers: { src_tid: 'src_tids' },
    mostMs: 24 * hourMs,
    mostRows: 100,
  },
  refund_query: {
    rows: 'refunds',
    name: 'refunds',
    numbers: { refund_no: 'refund_no', src_refund_no: 'src_no' },
    mostMs: 24 * hourMs,
    mostRows: 100,
  },
  stockin_order_query_refund: {
    rows: 'stockIns',
    name: 'stockin_list',
    numbers: { refund_no: 'refund_no' },
    mostMs: 24 * hourMs,
    mostRows: 100,
  },
  stock_query: { rows: 'stock', name: 'stocks', numbers: { spec_no: 'spec_no' }, mostMs: 24 * hourMs, mostRows: 100 },
} as const

type List = (typeof lists)[keyof typeof lists]

/** 旺店通企业版 as documented: an address for each call, form bodies, packed signature, timestamps of ±5 min. */
export async function fakeWdtEnterprise(rows: WdtRows, nowMs: () => number) {
  const app = new Hono()
  app.post('/openapi2/:name', async (c) => {
    const form = new URLSearchParams(await c.req.text())
    const method = c.req.param('name').replace(/\.php$/, '')
    rows.calls.push({ method, asked: Object.fromEntries(form), query: form })
    c.header('date', new Date(nowMs() + rows.skewMs).toUTCString())
    if (rows.mischief === 'down') return c.text('bad gateway', 502)
    const answer = answerTo(rows, nowMs(), method, form)
    return answer === 'lost' ? c.text('gateway timeout', 504) : c.json(answer)
  })
  const { url, close } = await listen(app)
  return { url: `${url}/openapi2`, close }
}

function answerTo(rows: WdtRows, nowMs: number, method: string, form: URLSearchParams) {
  const atMs = Number(form.get('timestamp')) * 1_000
  if (Math.abs(nowMs + rows.skewMs - atMs) > 300_000 || rows.mischief === 'clock') return refused('时间戳错误')
  if (form.get('sid') !== enterpriseAccount.sid || form.get('appkey') !== enterpriseAccount.appKey)
    return refused('sid或appkey错误')
  if (form.get('sign') !== signOf(form)) return refused('签名错误')
  if (rows.mischief === 'busy') return refused('超过每分钟最大调用频率限制', 1_012)
  if (rows.mischief === 'failed') return refused('店铺权限不足')
  if (method === 'sales_refund_push') return pushAnswer(rows, form)
  if (!Object.hasOwn(lists, method)) return refused('接口不存在')
  return listAnswer(rows, form, lists[method as keyof typeof lists])
}

/** As its guide has it, written anew: lengths count characters. */
function signOf(form: URLSearchParams): string {
  const names = [...form.keys()].filter((name) => name !== 'sign').sort()
  const parts = names.map((name) => {
    const value = form.get(name) ?? ''
    const [n, v] = [Array.from(name).length, Array.from(value).length]
    return `${n < 10 ? '0' : ''}${n}-${name}:${'0'.repeat(Math.max(0, 4 - String(v).length))}${v}-${value}`
  })
  return createHash('md5')
    .update(parts.join(';') + enterpriseAccount.appSecret)
    .digest('hex')
}

function listAnswer(world: WdtRows, form: URLSearchParams, { rows, name, numbers, mostMs, mostRows }: List) {
  const [size, page] = [Number(form.get('page_size')), Number(form.get('page_no'))]
  if (!(size >= 1 && size <= mostRows)) return refused('page_size错误')
  const asked = Object.entries(numbers).find(([param]) => form.has(param))
  const [from, to] = [form.get('start_time'), form.get('end_time')]
  if (asked === undefined && (from === null || to === null)) return refused('起止时间不能为空')
  if (asked === undefined && atOf(to) - atOf(from) > mostMs) return refused('起止时间跨度超过限制')
  const found = asked
    ? world[rows].filter((row) =>
        String(row[asked[1]])
          .split(',')
          .includes(form.get(asked[0]) ?? ''),
      )
    : between(world[rows], 'modified', from, to)
  const counted = page === 0 ? { total_count: String(found.length) } : {}
  return { code: 0, message: 'ok', ...counted, [name]: cut(found, page, size, world.mischief) }
}

function pushAnswer(world: WdtRows, form: URLSearchParams) {
  const list = JSON.parse(form.get('api_refund_list') ?? '[]') as Row[]
  const { refuse } = world
  if (refuse !== undefined) return { code: 0, message: 'ok', error_list: [{ no: list[0]?.refund_no, error: refuse }] }
  const fresh = list.filter((one) => !world.pushed.has(String(one.refund_no))).length
  for (const one of list) world.pushed.set(String(one.refund_no), one)
  if (world.loseAnswer) {
    world.loseAnswer = false
    return 'lost' as const
  }
  return { code: 0, message: 'ok', new_count: fresh, chg_count: list.length - fresh }
}

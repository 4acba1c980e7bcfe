import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Context, Hono } from 'hono'
import { listen } from '../kit/listen.ts'

export type KingdeeRow = Record<string, unknown>

/** What the fake does wrong when it is told to. */
export type KingdeeLie = 'half-page' | 'repeated-page' | 'wrong-type' | 'response-error' | 'no-filter' | 'busy' | '5001'

export type KingdeeWorld = {
  readonly stock: KingdeeRow[]
  readonly purchases: KingdeeRow[]
  readonly filters: string[]
  /** Of the vendor's clock against the caller's. */
  skewMs: number
  lie?: KingdeeLie | undefined
  /** Sessions that are still good. */
  readonly sessions: Set<string>
  logins: number
  calls: number
}

export const kingdeeApp = {
  appId: '200001_RGVtb0NsaWVudFNlY3JldE1hdGVyaWFsMDAwMDAwMDE=',
  appSecret: 'demoappsecret0001',
}
/** As the vector derives it from the app id. */
const clientSecret = 'dFVYWyVfUFINQmFWV0FSTC9RTQYTXgVfVQVUVVJTVQY='
export const kingdeeAccount = { acctId: '60000000000001', user: 'demo', orgNum: '100' }
export const kingdeePassword = 'password-of-the-fake'
const maxAgeMs = 300_000
const mostRows = 2_000

export const kingdeeFrames = JSON.parse(
  await readFile(new URL('../fixtures/kingdee/frames.json', import.meta.url), 'utf8'),
) as { stock: KingdeeRow; purchase: KingdeeRow; refusalInCell: unknown; responseError: string; login: KingdeeRow }

/** 金蝶云星空 on a free port: signed headers or sessions, ExecuteBillQuery over `world`. */
export async function fakeKingdee(nowMs: () => number) {
  const world: KingdeeWorld = {
    stock: [],
    purchases: [],
    filters: [],
    skewMs: 0,
    sessions: new Set(),
    logins: 0,
    calls: 0,
  }
  const app = new Hono()
  const service = '/k3cloud/Kingdee.BOS.WebApi.ServicesStub'
  app.use(async (c, next) => {
    await next()
    c.res.headers.set('date', new Date(nowMs() + world.skewMs).toUTCString())
  })
  for (const method of ['ValidateUser', 'LoginByAppSecret'])
    app.post(`${service}.AuthService.${method}.common.kdsvc`, async (c) => login(c, world, method))
  app.post(`${service}.DynamicFormService.ExecuteBillQuery.common.kdsvc`, async (c) => {
    world.calls += 1
    const refused = refusalOf(c, world, nowMs() + world.skewMs)
    if (refused !== undefined) return refused
    if (world.lie === '5001') return gateway(5001)
    if (world.lie === 'response-error') return c.text(kingdeeFrames.responseError)
    if (world.lie === 'busy') return c.text('response_error:{"Message":"系统繁忙"}')
    const { data } = (await c.req.json()) as { data: Record<string, string | number> }
    world.filters.push(String(data.FilterString))
    return c.json(rowsFor(world, data))
  })
  const server = await listen(app)
  return { world, serverUrl: `${server.url}/k3cloud/`, close: server.close }
}

async function login(c: Context, world: KingdeeWorld, method: string): Promise<Response> {
  const body = (await c.req.json()) as Record<string, unknown>
  world.logins += 1
  const secret = method === 'ValidateUser' ? body.password : body.appSecret
  const good = method === 'ValidateUser' ? kingdeePassword : kingdeeApp.appSecret
  if (body.acctID !== kingdeeAccount.acctId || body.username !== kingdeeAccount.user || secret !== good)
    return c.json({ ...kingdeeFrames.login, LoginResultType: 0 })
  const id = `session-${world.logins}`
  world.sessions.add(id)
  c.header('set-cookie', `ASP.NET_SessionId=${id}-net; path=/; HttpOnly`)
  c.header('set-cookie', `kdservice-sessionid=${id}; path=/`, { append: true })
  return c.json(kingdeeFrames.login)
}

function refusalOf(c: Context, world: KingdeeWorld, nowMs: number): Response | undefined {
  const signature = c.req.header('x-api-signature')
  if (signature === undefined) {
    const id = /kdservice-sessionid=([^;]+)/.exec(c.req.header('cookie') ?? '')?.[1] ?? ''
    return world.sessions.has(id) ? undefined : c.json(kingdeeFrames.refusalInCell as never)
  }
  const seconds = c.req.header('x-api-timestamp') ?? ''
  if (Math.abs(Number(seconds) * 1_000 - nowMs) > maxAgeMs) return gateway(4006)
  const path = encodeURIComponent(c.req.path)
  const text = `POST\n${path}\n\nx-api-nonce:${c.req.header('x-api-nonce')}\nx-api-timestamp:${seconds}\n`
  const hex = createHmac('sha256', clientSecret).update(text).digest('hex')
  const appdata = `${kingdeeAccount.acctId},${kingdeeAccount.user},2052,${kingdeeAccount.orgNum}`
  const kd = createHmac('sha256', kingdeeApp.appSecret).update(`${kingdeeApp.appId}${appdata}`).digest('hex')
  const right =
    signature === Buffer.from(hex).toString('base64') &&
    c.req.header('x-kd-signature') === Buffer.from(kd).toString('base64') &&
    c.req.header('x-kd-appdata') === Buffer.from(appdata).toString('base64') &&
    c.req.header('x-api-clientid') === '200001'
  return right ? undefined : gateway(4002)
}

const gateway = (errcode: number) =>
  new Response(JSON.stringify({ errcode, description: 'refused' }), {
    status: 519,
    headers: { 'content-type': 'application/json' },
  })

function rowsFor(world: KingdeeWorld, data: Record<string, string | number>): unknown {
  const limit = Number(data.Limit)
  if (limit > mostRows || data.OrderString === '') throw new TypeError('the vendor refuses this')
  const from = data.FormId === 'STK_Inventory' ? world.stock : world.purchases
  const order = String(data.OrderString).split(',')
  const fits = from
    .filter((row) => world.lie === 'no-filter' || fitsFilter(row, String(data.FilterString)))
    .sort((a, b) => order.map((key) => compared(a[key], b[key])).find((one) => one !== 0) ?? 0)
  const start = world.lie === 'repeated-page' ? 0 : Number(data.StartRow)
  const rows = fits.slice(start, start + (world.lie === 'half-page' ? Math.ceil(limit / 2) : limit))
  const keys = String(data.FieldKeys).split(',')
  return rows.map((row) => keys.map((key) => (world.lie === 'wrong-type' && key.endsWith('Qty') ? ['x'] : row[key])))
}

const compared = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0)

/** `A = 'x' AND B IN ('y','z')`, quotes doubled; anything else is refused. */
function fitsFilter(row: KingdeeRow, filter: string): boolean {
  let rest = filter
  while (rest !== '') {
    const match = /^(F[\w.]+) (?:= ('(?:[^']|'')*')|IN \(('(?:[^']|'')*'(?:,'(?:[^']|'')*')*)\))(?: AND |$)/.exec(rest)
    if (match === null) throw new TypeError('the filter is no filter')
    const [whole, field = '', one, several = ''] = match
    const values = [...(one ?? several).matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) =>
      text.replaceAll("''", "'"),
    )
    if (!values.includes(String(row[field]))) return false
    rest = rest.slice(whole.length)
  }
  return true
}

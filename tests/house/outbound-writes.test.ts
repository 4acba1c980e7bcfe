import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesBelow, root } from './tree.ts'
import { callNames, importedNames, opensConnections, strangeVerbs } from './ways-out.ts'

// Product row 8: reading is broad, writing is a closed list. Whoever adds a way out adds it here, with its reason.

/** product §0: WMS 拣货任务/待收货, CRM 通知/字段/服务记录, ERP 应收/赠品冻结与释放, 海关预申报; and the to-do of the list of messages. */
const closedList = [
  'wms.expect_return',
  'wms.cancel_expected',
  'wms.pick',
  'crm.notice',
  'crm.field',
  'crm.service_record',
  'erp.receivable',
  'erp.gift_freeze',
  'erp.gift_release',
  'customs.predeclare',
  'todo.open',
  'todo.close',
].sort()

/** Files that open a connection to another system, and for what. */
const waysOut: Readonly<Record<string, string>> = {
  'bot/dingtalk/call.ts': 'messages, cards and to-dos of DingTalk',
  'bot/dingtalk/media.ts': 'reads a photo',
  'bot/relay.ts': 'the edge hands events to its own hub',
  'bot/wecom/aibot-media.ts': 'reads a photo',
  'bot/wecom/api.ts': 'messages and cards of WeCom',
  'src/db/alive.ts': 'asks this machine whether a process of ours lives',
  'src/db/server-binaries.ts': 'starts the embedded database',
  'src/db/server-process.ts': 'starts the embedded database',
  'src/ocr/reading-process.ts': 'reads photos in a process of its own',
  'src/runtime/vendor-call.ts': 'connectors: reads, and the commands of the closed list',
}

/** Files that speak HTTP through vendor-call.ts: one a vendor, and one for its tokens where they come another way. */
const speakers = /^src\/connectors\/(?:[a-z0-9-]+-calls|jd-token|webhook-crm)\.ts$/

/** Verbs of DingTalk's own API: a card is updated, a to-do closed. Nobody else has a reason. */
const otherVerbs = ['bot/dingtalk/call.ts', 'bot/dingtalk/outbound.ts', 'bot/dingtalk/todo.ts']

/** Every name of a call that adapters know. Who adds one says here what it is. */
const calls: Readonly<Record<string, readonly string[]>> = {
  read: [
    ...['order.searchList', 'order.orderDetail', 'afterSale.List', 'afterSale.Detail'],
    ...['/channels/ec/order/list/get', '/channels/ec/order/get'],
    ...['/channels/ec/aftersale/getaftersalelist', '/channels/ec/aftersale/getaftersaleorder'],
    ...['taobao.trades.sold.increment.get', 'taobao.trade.fullinfo.get'],
    ...['taobao.refunds.receive.get', 'taobao.refund.get'],
    ...['jingdong.pop.order.enSearch', 'jingdong.pop.order.enGet'],
    ...['youzan.trades.sold.get/4.0.4', 'youzan.trade.get/4.0.0'],
    ...['youzan.trade.refund.search/3.0.1', 'youzan.trade.refund.get/3.0.1'],
    ...['sales.TradeQuery.queryWithDetail', 'wms.stockout.Sales.queryWithDetail'],
    ...['aftersales.refund.Refund.search', 'wms.stockin.Refund.queryWithDetail', 'wms.StockSpec.search2'],
    ...['trade_query', 'stockout_order_query_trade', 'refund_query', 'stockin_order_query_refund', 'stock_query'],
    ...['/v1.0/workflow/processInstances?processInstanceId=', '/v1.0/workflow/processes/instanceIds/query'],
    ...['DynamicFormService.ExecuteBillQuery.common.kdsvc', '/api/oughtreceivelist/batch_get', 'query', 'get'],
    ...['/poll/query.do', '1002', '8001', 'EXP_RECE_SEARCH_ROUTES', 'QuerySendDetails', 'QuerySmsTemplate'],
  ],
  'asks to be told': [
    ...['/poll', '1008', '8008', '/callback/'],
    ...['taobao.tmc.user.permit', 'taobao.tmc.messages.consume', 'taobao.tmc.messages.confirm'],
  ],
  token: [
    ...['token.create', 'token.refresh', '/cgi-bin/stable_token', '/auth/token', '/oauth2/refresh_token'],
    ...['/v1.0/oauth2/accessToken', '/cgi/corpAccessToken/get/V2', '/system/token'],
  ],
  'a door that a named call goes through': [
    ...['/router/rest', '/routerjson', '/api/', '/Ebusiness/EbusinessOrderHandle.aspx', '/std/service'],
    ...['Kingdee.BOS.WebApi.ServicesStub', 'common.kdsvc', '/cgi/crm/v2/data/', '/cgi/crm/custom/v2/data/'],
  ],
  'wms.expect_return': ['aftersales.refund.RawRefund.upload2', 'sales_refund_push'],
  'crm.notice, crm.field, crm.service_record': ['create', 'update'],
  'a text message to a colleague, the last channel of the ladder': ['SendSms'],
  'no call': [
    ...['GET', 'POST', '/sheet-thread.js', '0000', 'InvalidAccessKeyId.NotFound', 'Forbidden.RAM'],
    ...['customer.level', 'customer.touch', 'parcel.out', 'customs.predeclare'],
  ],
}
/** Sources in our own table, commands, error codes of Alibaba, and fields of 金蝶's forms. */
const otherWords = /^(?:[a-z]+\.(?:push|pull|single|watch|query|kuaidi100|kdniao|sf)|isv\.\w+|F[A-Z]\w+\.F\w+)$/

const sources = (await Promise.all(['src', 'handlers', 'cards', 'bot'].map(filesBelow)))
  .flat()
  .filter((path) => /\.ts$/.test(path) && !path.startsWith('src/console/'))
const texts = new Map(
  await Promise.all(sources.map(async (path) => [path, await readFile(join(root, path), 'utf8')] as const)),
)

test('the list of commands is the list of the product', () => {
  const body = /export type CommandPayloads = \{([\s\S]*?)\n\}/.exec(texts.get('src/hub/commands.ts') ?? '')?.[1] ?? ''
  const declared = [...body.matchAll(/readonly '([a-z_]+\.[a-z_]+)':/g)].map(([, name]) => name)
  expect(declared.sort()).toEqual(closedList)
})

test('no file names a command that is not on it', () => {
  const strangers = [...texts].flatMap(([path, text]) =>
    [...text.matchAll(/'((?:wms|crm|erp|customs|todo)\.[a-z_]+)'/g)]
      .map(([, name = '']) => name)
      // names of sources that are read: src/hub/sources.ts
      .filter((name) => !closedList.includes(name) && !/\.(push|pull|watch|stock|feed|query)$/.test(name))
      .map((name) => `${path}: ${name}`),
  )
  expect(strangers).toEqual([])
})

test('nothing opens a connection but what is named here', () => {
  const found = [...texts].flatMap(([path, text]) => (opensConnections(text) ? [path] : []))
  expect(found.sort()).toEqual(Object.keys(waysOut).sort())
})

test('only the file of its vendor speaks HTTP to it, and only by GET and POST', () => {
  expect([...texts].flatMap(([path, text]) => strayVoices(path, text))).toEqual([])
})

test('adapters know no call that is not named here', () => {
  const adapters = [...texts].filter(([path]) => path.startsWith('src/connectors/'))
  expect(adapters.flatMap(([path, text]) => strangeCalls(path, text))).toEqual([])
  const said = new Set(adapters.flatMap(([path, text]) => callNames(path, text)))
  expect(Object.values(calls).flatMap((names) => names.filter((name) => !said.has(name)))).toEqual([])
})

describe('a planted write is found', () => {
  const aFile = 'src/connectors/doudian.ts'
  test.each([
    ['by its name', "await shop.call('order.logisticsAdd', params, signal)"],
    ['in a constant', "const ship = '/channels/ec/order/delivery/send'"],
    ['behind a base address', "const url = baseUrl + '/kop/order/close'"],
    [
      'under a verb of 旺店通',
      "return pageOf(call, { name: 'stock_sync_by_pd', params, rows: 'stocks' }, page, signal)",
    ],
    ['as a number', "const types = { query: '8001', order: '1007' }"],
    ['in capitals', "const place = 'EXP_RECE_CREATE_ORDER'"],
    ['by a GET that does something', "call({ method: 'GET', path: '/v1.0/workflow/processInstances/terminate' })"],
    ['as another verb of a record', "await call(pathOf(object, 'invalid'), { data }, signal)"],
  ])('%s', (_, text) => {
    expect(strangeCalls(aFile, text)).toHaveLength(1)
  })

  test.each([
    ['in an adapter', 'src/connectors/youzan.ts', "import { vendorCall } from '../runtime/vendor-call.ts'"],
    [
      'in a file beside it',
      'src/connectors/shipping.ts',
      "import { vendorCall as ask } from '../runtime/vendor-call.ts'",
    ],
    ['elsewhere', 'src/hub/ship.ts', "import { vendorCall } from '../runtime/vendor-call.ts'"],
    ['with PUT', 'src/connectors/sf-calls.ts', "send({ method: 'PUT', url })"],
    ['with delete', 'src/connectors/sf-calls.ts', "send({ method: 'delete', url })"],
    ['with PATCH', 'src/runtime/vendor-call.ts', 'const verb = `PATCH`'],
  ])('through HTTP %s', (_, path, text) => {
    expect(strayVoices(path, text)).toHaveLength(1)
  })

  test.each([
    "await fetch(url, { method: 'POST' })",
    'const send = globalThis.fetch',
    'export const parts = { send: fetch }',
    'const { fetch: given = fetch } = parts',
    "import { request } from 'node:https'",
    "import http from 'http'",
    "const { connect } = await import('node:net')",
    "import { connect, isIP } from 'node:net'",
    "import { execFile } from 'node:child_process'",
    "import { request } from 'undici'",
    "new WebSocket('wss://example.test')",
  ])('through a connection of its own: %s', (text) => {
    expect(opensConnections(text)).toBe(true)
  })

  test.each([
    "import { isIP } from 'node:net'",
    "import type { Socket } from 'node:net'",
    'const media = { fetch: async () => bytes }\nawait media.fetch(ref)',
    'function read({ fetch: given }: Parts) {}',
    'async function read(fetch: (ref: Ref) => Promise<Bytes>) { return await fetch(ref) }',
    '// fetch(url) is what it does not do',
  ])('and nothing that is none: %s', (text) => {
    expect(opensConnections(text)).toBe(false)
  })
})

function strangeCalls(path: string, text: string): readonly string[] {
  const known = new Set([...Object.values(calls).flat(), ...closedList])
  return callNames(path, text)
    .filter((name) => !known.has(name) && !otherWords.test(name))
    .map((name) => `${path}: ${name}`)
}

function strayVoices(path: string, text: string): readonly string[] {
  const imports =
    !speakers.test(path) && text.includes('vendorCall') && importedNames(text).includes('vendorCall')
      ? [`${path}: vendorCall`]
      : []
  const outside = path.startsWith('bot/') || /^src\/(?:connectors|runtime)\//.test(path)
  const verbs = outside && !otherVerbs.includes(path) ? strangeVerbs(text) : []
  return [...imports, ...verbs.map((verb) => `${path}: ${verb}`)]
}

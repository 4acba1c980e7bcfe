import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { actionCodec } from '../../cards/actions.ts'
import type { Remembered } from '../../handlers/question.ts'
import { routes } from '../../handlers/routes.ts'
import type { ChatEvent } from '../../src/chat/event.ts'
import type { Role } from '../../src/chat/member.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { parseCsv } from '../../src/connectors/csv.ts'
import { csvFile } from '../../src/connectors/sheet-write.ts'
import { audit } from '../../src/hub/audit.ts'
import { chatMemory } from '../../src/hub/chat-memory.ts'
import { orderExports } from '../../src/hub/exports.ts'
import { orderLookup } from '../../src/hub/orders.ts'
import { personalData } from '../../src/hub/personal.ts'
import { savedViews } from '../../src/hub/saved-views.ts'
import { blobFiles } from '../../src/runtime/blob-files.ts'
import { type Clock, systemClock } from '../../src/runtime/clock.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { seedSample } from '../../src/seed/seed-sample.ts'
import { exportSaid, viewSaid } from '../../src/text/zh-views.ts'
import { buttonOf, transcript } from '../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { quietParts } from '../kit/quiet-parts.ts'

const dayMs = 86_400_000
const startMs = Date.parse('2026-11-22T10:00:00+08:00')
const personal = personalData('5a'.repeat(32))
const list = '待发货京东有哪些'
let hub: FreshDatabase
let dir: string
let nowMs = startMs
let base: string | undefined
const clock: Clock = { nowMs: () => nowMs, sleep: systemClock.sleep }
const ids = randomIds()
let files: ReturnType<typeof blobFiles>
let parts: Parameters<typeof routes>[0]

beforeAll(async () => {
  hub = await freshDatabase()
  dir = await mkdtemp(join(tmpdir(), 'chadan-exports-'))
  await seedSample(hub.database, { orders: 3000, seed: 7, nowMs: startMs, personal, log: silentLog })
  const { database } = hub
  const seal = {
    seal: (clear: Uint8Array) => personal.seal(Buffer.from(clear).toString('base64'), 'file'),
    unseal: (sealed: Uint8Array) => Buffer.from(personal.open(sealed, 'file'), 'base64'),
  }
  files = blobFiles({ dir, seal, ids })
  parts = {
    ...quietParts,
    lookup: orderLookup(database, personal, clock),
    clock,
    codec: actionCodec(new Uint8Array(32)),
    memory: chatMemory<Remembered>(database, personal, clock),
    pull: undefined,
    budget: undefined,
    asked: undefined,
    views: savedViews(database, clock),
    wholeLists: { list: orderLookup(database, personal, clock, { orders: 2000, nodes: 0 }).list },
    exports: orderExports({ database, audit: audit(database, clock), files, write: csvFile }),
    exportLinks: () => (base === undefined ? undefined : (file) => `${base}/export/${file}`),
    rights: { ...quietParts.rights, colleagues: async () => ['小周'] },
  }
})
afterAll(async () => {
  await hub.drop()
  await rm(dir, { recursive: true, force: true })
})

let person = 0
beforeEach(() => {
  person += 1
  nowMs = startMs
  base = 'https://desk.example'
})

type Asking = { readonly role?: Role; readonly chat?: 'direct' | 'group'; readonly who?: string }

let events = 0
async function send(
  event: object,
  { role = 'cs_lead', chat = 'direct', who = `mem_${person}` }: Asking,
): Promise<Reply> {
  events += 1
  const whole = {
    id: `e${events}`,
    platform: 'play',
    conversation: { platform: 'play', kind: chat, id: `c_${chat}` },
    sender: { id: 'u1', trusted: true },
    sentAtMs: nowMs,
    ...event,
  } as ChatEvent
  for (const route of routes(parts)) {
    const taken = route.take(whole)
    if (taken !== undefined) return route.handle(taken, { id: who, name: '小李', roles: [role] })
  }
  throw new Error('no route')
}
const ask = (text: string, asking: Asking = {}) => send({ kind: 'text', text }, asking)
const tap = (token: string, asking: Asking = {}) =>
  send({ kind: 'card-tap', token, cardRef: { platform: 'play', id: 'card1' } }, asking)
const wordsOf = async (text: string, asking?: Asking) => transcript(await ask(text, asking))
const titleOf = (reply: Reply) => ('card' in reply ? reply.card.title : '')

describe('saved views', () => {
  test('a list is saved, listed, opened as the list it was, and removed', async () => {
    const before = await ask(list)
    expect(titleOf(before)).toMatch(/^近60天京东待发货共/)
    expect(await wordsOf('保存为 待发货京东')).toMatch(/^已保存视图「待发货京东」：近60天京东待发货。/)
    expect(await wordsOf('视图')).toMatch(/^您有1个视图.*\n待发货京东：近60天京东待发货$/)
    const again = await ask('视图 待发货京东')
    expect(again.trace).toMatchObject({ intent: 'order.list', slots: { channel: '京东', status: '待发货' } })
    expect(titleOf(again)).toBe(titleOf(before))
    expect(titleOf(await ask('下一页'))).toMatch(/第6～10单$/)
    expect(await wordsOf('删除视图 待发货京东')).toBe('已删除视图「待发货京东」。')
    expect(await wordsOf('视图 待发货京东')).toContain('没有叫「待发货京东」的视图')
    expect(await wordsOf('我的视图')).toContain('还没有视图')
  })

  test('days said relatively are counted from the day of use, days of the calendar stay', async () => {
    await ask('昨天京东的订单有哪些')
    expect(await wordsOf('保存为 昨日京东')).toContain('「昨天」按打开当天算')
    await ask('11-20京东的订单有哪些')
    expect(await wordsOf('保存为 二十号')).not.toContain('按打开当天算')
    nowMs = startMs - dayMs
    const moved = await ask('视图 昨日京东')
    expect(moved.trace?.slots).toMatchObject({ date: { raw: '昨天', from: '2026-11-20', to: '2026-11-20' } })
    expect((await ask('视图 二十号')).trace?.slots).toMatchObject({ date: { from: '2026-11-20', to: '2026-11-20' } })
    nowMs = startMs + 400 * dayMs
    expect((await ask('视图 二十号')).trace?.slots).toMatchObject({ date: { from: '2026-11-20', to: '2026-11-20' } })
    expect((await ask('视图 昨日京东')).trace?.slots).toMatchObject({ date: { from: '2027-12-26' } })
  })

  test('turning a page by its button keeps the words of the days', async () => {
    const first = await ask('最近三天京东的订单有哪些')
    const next = await tap(buttonOf(first, '下一页').token)
    expect(next.trace?.slots).toMatchObject({ date: { raw: '最近三天' } })
    expect(await wordsOf('保存为 三天')).toContain('「最近三天」按打开当天算')
  })

  test('a name is one of at most 20 characters and no number; the same one again replaces', async () => {
    await ask(list)
    expect(await wordsOf('保存为')).toBe('视图要有名字，例如：保存为 待发货京东')
    expect(await wordsOf(`保存为 ${'长'.repeat(21)}`)).toContain('最多20个字')
    expect(await wordsOf('保存为 17000009354')).toContain('不要写手机号')
    expect(await wordsOf('视图')).toContain('还没有视图')
    expect(await wordsOf(`保存为 ${'长'.repeat(20)}`)).toContain('已保存')
    expect(await wordsOf('保存为 「ＡＢ　１」')).toContain('已保存视图「AB 1」')
    await ask('抖音的订单有哪些')
    expect(await wordsOf('保存为 AB 1')).toMatch(/^视图「AB 1」已换成：近7天抖音。$/)
    expect(titleOf(await ask('视图 AB 1'))).toMatch(/^近7天抖音共/)
  })

  test('twenty, also when several are saved at once', async () => {
    const who = `mem_${person}`
    const outcomes = await Promise.all(
      Array.from({ length: 24 }, (_, place) => parts.views.save(who, `v${place}`, { channel: '京东' })),
    )
    expect(outcomes.filter((outcome) => outcome === 'saved')).toHaveLength(20)
    await ask(list)
    expect(await wordsOf('保存为 多一个')).toContain('已有20个视图')
    expect((await wordsOf('视图')).split('\n')).toHaveLength(21)
  })

  test('nobody sees another’s, and no customer stands in one', async () => {
    await ask(list)
    await ask('保存为 我的')
    expect(await wordsOf('视图 我的', { who: 'mem_other' })).toContain('没有叫「我的」的视图')
    expect(await wordsOf('删除视图 我的', { who: 'mem_other' })).toContain('没有叫')
    const [row] = await hub.database.sql<{ phone: Buffer }[]>`SELECT phone_enc AS phone FROM orders
      GROUP BY phone_enc, phone_hash, ordered_at ORDER BY ordered_at DESC LIMIT 1`
    const phone = personal.open(row?.phone ?? Buffer.alloc(0), 'phone').split('-')[0] ?? ''
    await ask(`${phone} 的订单有哪些`)
    expect(await wordsOf('保存为 这位客户')).toContain('不能存成视图')
    const kept = await hub.database.sql`SELECT 1 FROM saved_views WHERE slots::text LIKE ${`%${phone}%`}`
    expect(kept).toHaveLength(0)
  })

  test('without a list there is nothing to save', async () => {
    expect(await wordsOf('保存为 空的')).toContain('请先列出订单')
  })
})

describe('exports', () => {
  const rowsOf = async (reply: Reply) => {
    const id = /\/export\/(\S+)/.exec(transcript(reply))?.[1] ?? ''
    const file = await files.get(id)
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(file?.bytes)
    expect(text.startsWith('\ufeff')).toBe(true)
    return parseCsv(text.slice(1), ',', 5000)
  }
  const logged = async () => {
    const rows = await hub.database.sql<{ detail: Record<string, unknown> }[]>`
      SELECT detail FROM audit WHERE action = 'orders.export' AND actor = ${`mem_${person}`} ORDER BY seq`
    return rows.map(({ detail }) => detail)
  }

  test('asks once for the purpose, then gives a link to all rows, masked, and writes it down', async () => {
    const shown = await ask(list)
    expect(await wordsOf('导出')).toContain('导出做什么用？')
    expect(await logged()).toEqual([])
    const reply = await ask('用途：给仓库对账')
    const total = Number(/共(\d+)单/.exec(titleOf(shown))?.[1])
    expect(transcript(reply)).toMatch(
      new RegExp(`^近60天京东待发货${total}单已导出\n姓名和手机号已打码，不含地址。\n10分钟`),
    )
    const [headers = [], ...rows] = await rowsOf(reply)
    expect(total).toBeGreaterThan(10)
    expect(rows).toHaveLength(total)
    const cell = (row: readonly string[], name: string) => row[headers.indexOf(name)] ?? ''
    for (const row of rows) {
      expect(cell(row, '渠道')).toBe('京东')
      expect(cell(row, '状态')).toBe('待发货')
      expect(cell(row, '手机')).toMatch(/^(\d{3}\*{4}\d{4}|\*{4}\d{0,2}|)$/)
      expect(cell(row, '客户')).toMatch(/^.?\*$|^$/)
      expect(cell(row, '订单号')).toMatch(/^\d{12}\t$/)
    }
    const addresses = await hub.database.sql<{ address: Buffer }[]>`
      SELECT address_enc AS address FROM orders WHERE channel = 'jd' AND address_enc IS NOT NULL LIMIT 200`
    const flat = rows.flat().join('|')
    for (const { address } of addresses) expect(flat).not.toContain(personal.open(address, 'address'))
    const [entry] = await logged()
    expect(entry).toMatchObject({ purpose: '给仓库对账', rows: total, total, full: false, group: false })
    expect(entry?.filter).toEqual({ channel: '京东', status: '待发货' })
  })

  test('names and phones in clear only when asked for in a direct chat by who may see them', async () => {
    await ask(list)
    const [headers = [], ...rows] = await rowsOf(await ask('导出完整 用途：给仓库对账'))
    expect(rows.some((row) => /^1\d{10}/.test(row[headers.indexOf('手机')] ?? ''))).toBe(true)
    await ask(list, { role: 'finance' })
    const masked = await ask('导出完整 用途：对账', { role: 'finance' })
    expect(transcript(masked)).toContain('已打码（完整的')
    expect((await rowsOf(masked)).flat().some((cell) => /^1\d{10}$/.test(cell))).toBe(false)
    expect((await logged()).map(({ full }) => full)).toEqual([true, false])
  })

  test('in a group the link is told privately and holds nothing in clear', async () => {
    await ask(list, { chat: 'group' })
    const reply = await ask('导出完整 用途：给仓库对账', { chat: 'group' })
    const { direct, ...shown } = reply
    expect(transcript(shown)).toBe('导出链接已私信给您。')
    expect(transcript(direct ?? { kind: 'none' })).toContain('https://desk.example/export/')
    expect((await rowsOf(reply)).flat().some((cell) => /^1\d{10}$/.test(cell))).toBe(false)
    expect(await logged()).toMatchObject([{ full: false, group: true }])
  })

  test.each(['cs', 'warehouse', 'it'] as const)('%s may not: told who may, written down, no file', async (role) => {
    await ask(list, { role })
    const before = await readdir(dir)
    expect(await wordsOf('导出 用途：给仓库对账', { role })).toBe(
      '导出订单需要「客服组长、财务、运营主管、运营总监」，可找：值班组长（小周）。已记录，没有导出。',
    )
    const group = await ask('导出 用途：给仓库对账', { role, chat: 'group' })
    expect(group).toMatchObject({ text: '已私信说明。', trace: { expect: 'deny' } })
    expect(await readdir(dir)).toEqual(before)
    expect(await logged()).toEqual([])
    const refusals = await hub.database.sql`
      SELECT 1 FROM audit WHERE action = 'right.refused' AND actor = ${`mem_${person}`} AND detail->>'intent' = 'orders.export'`
    expect(refusals).toHaveLength(2)
  })

  test('a purpose is the person’s own words: it follows no order and drops no draft', async () => {
    await ask(list)
    for (const purpose of ['重点关注的客户', '取消单核对', '确认发货']) {
      expect(await wordsOf(`导出 用途：${purpose}`)).toContain('已导出')
    }
    expect((await logged()).map(({ purpose }) => purpose)).toEqual(['重点关注的客户', '取消单核对', '确认发货'])
  })

  test('a purpose without any list is a line like others', async () => {
    const alone = await ask('用途：给仓库对账')
    expect(transcript(alone)).not.toContain('请先列出订单')
    expect(alone.trace?.intent).toBe('unsupported')
  })

  test('without an address of the desk it says so and makes no file', async () => {
    base = undefined
    await ask(list)
    const before = await readdir(dir)
    expect(await wordsOf('导出 用途：给仓库对账')).toContain('没有设对外网址')
    expect(await readdir(dir)).toEqual(before)
    expect(await logged()).toEqual([])
  })

  test('the line may name the list itself; without one it asks for one; an empty one makes no file', async () => {
    expect(await wordsOf('导出 用途：给仓库对账')).toContain('请先列出订单')
    expect(await wordsOf('导出抖音待发货')).toContain('请这样回：导出抖音待发货 用途：给仓库对账')
    const reply = await ask('导出抖音待发货 用途：给仓库对账')
    const [headers = [], ...rows] = await rowsOf(reply)
    expect(new Set(rows.map((row) => row[headers.indexOf('渠道')]))).toEqual(new Set(['抖音']))
    expect(await wordsOf('导出2025-01-01京东 用途：给仓库对账')).toContain('没有订单，没有生成文件')
    expect(await logged()).toHaveLength(1)
  })

  test('2,000 of a longer list, and it says so', async () => {
    const reply = await ask('导出最近60天的 用途：月结')
    const rows = await rowsOf(reply)
    const [orders] = await hub.database.sql<{ n: number }[]>`
      SELECT count(*)::int AS n FROM orders WHERE ordered_at >= '2026-09-24T00:00:00+08:00' AND ordered_at < '2026-11-23T00:00:00+08:00'`
    expect(orders?.n).toBeGreaterThan(2000)
    expect(transcript(reply)).toContain(`共${orders?.n}单，已导出最近2000单`)
    expect(rows).toHaveLength(2001)
  })

  test('a phone in the purpose is masked before it is written down', async () => {
    await ask(list)
    await ask('导出 用途：回访17000009354')
    expect((await logged())[0]?.purpose).toBe('回访170****9354')
    expect(await wordsOf('导出 用途：x')).toContain('请写2到60个字')
    expect(await wordsOf(`导出 用途：${'长'.repeat(61)}`)).toContain('请写2到60个字')
  })
})

describe('what is said', () => {
  test.each([
    ['保存为 待发货京东', { wish: 'save', name: '待发货京东' }],
    ['保存视图：昨天的', { wish: 'save', name: '昨天的' }],
    ['存为“a b”', { wish: 'save', name: 'a b' }],
    ['视图', { wish: 'list' }],
    ['我的视图', { wish: 'list' }],
    ['打开视图「x」', { wish: 'run', name: 'x' }],
    ['删除视图 x', { wish: 'remove', name: 'x' }],
    ['6936476692437472563 到哪了', undefined],
    ['截图保存了吗', undefined],
  ])('%s', (line, wish) => {
    expect(viewSaid(line)).toEqual(wish)
  })

  test.each([
    ['导出', { list: '', purpose: undefined, full: false, answers: false }],
    ['导出这些订单', { list: '', purpose: undefined, full: false, answers: false }],
    ['导出 用途:给仓库对账', { list: '', purpose: '给仓库对账', full: false, answers: false }],
    ['请导出完整列表，用途是月结', { list: '', purpose: '月结', full: true, answers: false }],
    ['完整导出 用途：完整回访', { list: '', purpose: '完整回访', full: true, answers: false }],
    ['导出 用途：核对完整号码', { list: '', purpose: '核对完整号码', full: false, answers: false }],
    ['导出昨天京东待发货 用途：对账', { list: '昨天京东待发货', purpose: '对账', full: false, answers: false }],
    ['用途：对账', { list: '', purpose: '对账', full: false, answers: true }],
    ['用途是月结', { list: '', purpose: '月结', full: false, answers: true }],
    ['用途是什么', undefined],
    ['导出不了', undefined],
    ['这个赠品用途是什么', undefined],
    ['怎么导出', undefined],
  ])('%s', (line, wish) => {
    expect(exportSaid(line)).toEqual(wish)
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Role } from '../../src/chat/member.ts'
import { type Database, openDatabase, urlOfTarget } from '../../src/db/client.ts'
import { migrate } from '../../src/db/migrate.ts'
import { members } from '../../src/hub/members.ts'
import { type PersonalData, personalData } from '../../src/hub/personal.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { seedSample } from '../../src/seed/seed-sample.ts'
import { memberWords } from '../../src/text/zh-members.ts'
import { understand } from '../../src/understanding/understand.ts'
import { startFakeWecom } from '../fakes/wecom-server.ts'
import { scratchServer } from '../kit/scratch-server.ts'
import { createDatabase, withDatabase } from '../kit/server.ts'
import { rest, untilOk, withDesk } from './desk-process.ts'

export type AnswerBenchOptions = { readonly orders?: number; readonly perSecond?: number; readonly seconds?: number }

const dataKeyHex = '5a'.repeat(32)
/** Each asks less than 30 times a minute, as people do and the desk demands. */
const agents = 90

/**
 * Questions over the signed WeCom callback into a desk with `orders` orders, its jobs running: open loop (a question leaves
 * when its time has come, whether or not the earlier ones were answered), so waiting counts. Milliseconds from the first
 * byte out to the whole answer in. The baseline of the ratio is the same mix asked one at a time of the idle desk.
 */
export async function answerBench(options: AnswerBenchOptions = {}): Promise<object> {
  const { orders = 1_000_000, perSecond = 30, seconds = 60 } = options
  const server = await scratchServer()
  const dataDir = await mkdtemp(join(tmpdir(), 'chadan-bench-'))
  let port = 0
  const wecom = await startFakeWecom({ callbackUrl: () => `http://127.0.0.1:${port}/callback/wecom`, tries: 1 })
  try {
    await createDatabase(server.target, 'answer')
    const target = withDatabase(server.target, 'answer')
    await migrate(target, silentLog)
    const database = openDatabase(target, { max: 2 })
    const lines = await fill(database, personalData(dataKeyHex), orders)
    const { config } = wecom
    const env = {
      ...process.env,
      DATABASE_URL: urlOfTarget(target),
      DATA_DIR: dataDir,
      DATA_KEY: dataKeyHex,
      PLAY: '0',
      WECOM_CORP_ID: config.corpId,
      WECOM_AGENT_ID: String(config.agentId),
      WECOM_SECRET: config.secret,
      WECOM_TOKEN: config.token,
      WECOM_ENCODING_AES_KEY: config.encodingAesKey,
      WECOM_API_BASE: config.apiBase,
    }
    let result: object = {}
    await withDesk(env, async (desk) => {
      port = desk.port
      await untilOk(`http://127.0.0.1:${port}/readyz`)
      const ask = (line: string, agent: number) => timed(() => wecom.phone.say(`agent${agent}`, line))
      const idle: Asked[] = []
      for (const [index, line] of lines.slice(0, 90).entries()) idle.push(await ask(line, index % agents))
      console.error(`idle: ${idle.length} questions`)
      await rest(61_000)
      const loaded = await openLoop(lines, perSecond, seconds, ask)
      result = await figures(database, idle, loaded, lines)
    })
    await database.close()
    return {
      goal: 'p95 <= 800 ms, p99 <= 2000 ms; understanding >= 2000 lines/s',
      orders,
      perSecond,
      seconds,
      ...result,
    }
  } finally {
    await wecom.close()
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

type Asked = { readonly ms: number; readonly answered: boolean }

async function timed(say: () => Promise<{ status: number | undefined; shown: string | undefined }>): Promise<Asked> {
  const startedAt = performance.now()
  const { status, shown } = await say()
  return { ms: performance.now() - startedAt, answered: status === 200 && (shown ?? '') !== '' }
}

/** One question every 1/perSecond, from the agents in turn. */
async function openLoop(
  lines: readonly string[],
  perSecond: number,
  seconds: number,
  ask: (line: string, agent: number) => Promise<Asked>,
): Promise<Asked[]> {
  const startedAt = performance.now()
  const asked: Promise<Asked>[] = []
  for (let index = 0; index < perSecond * seconds; index++) {
    const wait = startedAt + (index * 1_000) / perSecond - performance.now()
    if (wait > 0) await rest(wait)
    asked.push(ask(lines[index % lines.length] ?? '', index % agents))
    if (index % (perSecond * 10) === 0) console.error(`${index} asked`)
  }
  return Promise.all(asked)
}

/** Lean orders, the agents, and lines of every kind people ask, each about another order. */
async function fill(database: Database, personal: PersonalData, orders: number): Promise<string[]> {
  console.error(`filling ${orders} orders`)
  const nowMs = systemClock.nowMs()
  await seedSample(database, { orders, seed: 7, nowMs, personal, log: silentLog, detail: 'lean' })
  const people = members<Role>({ database, personal, ids: randomIds(), words: memberWords })
  const rows = Array.from({ length: agents }, (_, index) => `客服${index},客服,agent${index},\n`)
  await people.importCsv(`姓名,角色,企业微信,钉钉\n${rows.join('')}`)
  await database.sql`VACUUM ANALYZE`
  const known = await database.sql<
    { id: string; orderNo: string; name: string; tail: string; waybillNo: string | null; day: string }[]
  >`SELECT o.id, o.order_no AS "orderNo", o.consignee_name AS name, o.phone_tail AS tail, p.waybill_no AS "waybillNo",
      to_char(o.ordered_at AT TIME ZONE 'Asia/Shanghai', 'FMMM月FMDD号') AS day
    FROM orders o LEFT JOIN parcels p ON p.order_id = o.id AND p.position = 1
    WHERE o.consignee_name IS NOT NULL AND o.phone_tail IS NOT NULL AND o.ordered_at > now() - interval '20 days'
    ORDER BY md5(o.id) LIMIT 600`
  return known.flatMap(({ id, orderNo, name, tail, waybillNo, day }, index) => {
    const forms = [
      `${orderNo} 到哪了`,
      `尾号${tail} ${day}的订单到哪啦`,
      `客户${name}${day}买的东西在哪里`,
      `${orderNo} 赠品会一起发吗`,
      `${orderNo} 退货的钱什么时候到账`,
      `${waybillNo ?? id} 物流`,
      `${id} 怎么还不发货`,
      `${orderNo} 几号能到`,
      `${orderNo} 发的哪家快递`,
      `${orderNo}签收了吗 谁签的`,
      '今天京东待发货的有哪些',
      '我的待办',
      `${orderNo.slice(0, -2)}${orderNo.at(-1)}${orderNo.at(-2)} 到哪了`,
      '3段奶粉库存还有多少',
    ]
    const form = forms[index % forms.length]
    return form === undefined ? [] : [form]
  })
}

async function figures(database: Database, idle: readonly Asked[], loaded: readonly Asked[], lines: readonly string[]) {
  const [log] = await database.sql<{ n: number; mean: number }[]>`
    SELECT count(*)::int AS n, avg(latency_ms)::float8 AS mean FROM query_log`
  const understandingMs = meanUnderstandingMs(lines)
  const p95 = quantile(loaded, 0.95)
  return {
    asked: loaded.length,
    unanswered: loaded.filter(({ answered }) => !answered).length,
    p50Ms: quantile(loaded, 0.5),
    p95Ms: p95,
    p99Ms: quantile(loaded, 0.99),
    maxMs: quantile(loaded, 1),
    idleP95Ms: quantile(idle, 0.95),
    ratioLoadedToIdle: round(p95 / quantile(idle, 0.95), 2),
    questionsLogged: log?.n,
    thinkingMeanMs: round(log?.mean ?? Number.NaN, 2),
    understandingMeanMs: round(understandingMs, 3),
    shareUnderstanding: round(understandingMs / (log?.mean ?? Number.NaN), 3),
    understandingLinesPerSecond: Math.round(1_000 / understandingMs),
  }
}

/** One core, warm. */
function meanUnderstandingMs(lines: readonly string[]): number {
  const atMs = systemClock.nowMs()
  for (const line of lines) understand(line, { atMs })
  const rounds = 10
  const startedAt = performance.now()
  for (let round = 0; round < rounds; round++) for (const line of lines) understand(line, { atMs })
  return (performance.now() - startedAt) / (rounds * lines.length)
}

function quantile(asked: readonly Asked[], share: number): number {
  const sorted = asked.map(({ ms }) => ms).sort((a, b) => a - b)
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN, 1)
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

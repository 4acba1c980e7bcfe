import { type ChildProcess, execFile, fork, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Database, type DatabaseTarget, openDatabase, urlOfTarget } from '../../src/db/client.ts'
import { migrate } from '../../src/db/migrate.ts'
import { personalData } from '../../src/hub/personal.ts'
import { pushValues, rowsOf, takePushText } from '../../src/hub/take-push.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { scratchServer } from '../kit/scratch-server.ts'
import { createDatabase, withDatabase } from '../kit/server.ts'

const connections = 8
const sockets = 32
const warmUps = 3
const rounds = 5
const roundMs = 3_000
const batch = 100
const account = { shop: 'bench', shopId: '1', appKey: '6839996111111111111', appSecret: '0a1b2c3d-demo-secret' }
const cipher = personalData('42'.repeat(32))
const run = promisify(execFile)

/**
 * Pushes per second through the signed door (HTTP, signature over the raw body, one statement that stores event, hint and job, answer
 * after its commit), one message a push and a hundred, against the very statement run by pgbench at 8 connections, in turns;
 * medians. Without a pgbench on this machine the statement is driven by 8 bare connections of postgres.js, and the output says so.
 */
export async function ingestBench(): Promise<object> {
  const server = await scratchServer()
  const children: ChildProcess[] = []
  try {
    await createDatabase(server.target, 'ingest')
    const target = withDatabase(server.target, 'ingest')
    await migrate(target, silentLog)
    const database = openDatabase(target, { max: connections })
    const baseline = hasPgbench() ? await pgbench(target) : bare(database)
    const { child, port } = await startDoor(target)
    children.push(child)
    const seen: Record<'single' | 'batch' | 'statement', number[]> = { single: [], batch: [], statement: [] }
    for (let round = 1 - warmUps; round <= rounds; round++) {
      const single = await measure(port, 1)
      const statement = await baseline.perSecond()
      const many = await measure(port, batch)
      console.error(`round ${round}: ${Math.round(single)} / ${Math.round(statement)} / ${Math.round(many)}`)
      // the first rounds warm caches, plans and the compiler
      if (round > 0) {
        seen.single.push(single)
        seen.statement.push(statement)
        seen.batch.push(many)
      }
    }
    const [stored] = await database.sql<{ n: number }[]>`SELECT count(*)::float8 AS n FROM source_events`
    await database.close()
    const [single, many, statement] = [median(seen.single), median(seen.batch), median(seen.statement)]
    return {
      goal: 'ratio >= 0.8, ratioBatch >= 2.5',
      ratio: round2(single / statement),
      ratioBatch: round2(many / single),
      pushesPerSecond: Math.round(single),
      messagesPerSecondInHundreds: Math.round(many),
      baseline: { by: baseline.by, connections, perSecond: Math.round(statement) },
      sockets,
      rounds,
      storedEvents: stored?.n,
    }
  } finally {
    for (const child of children) child.kill()
    await server.stop()
  }
}

function hasPgbench(): boolean {
  return spawnSync('pgbench', ['--version']).status === 0
}

type Baseline = { readonly by: string; perSecond(): Promise<number> }

/** The door's own statement as a pgbench script: values of one push as constants, its key new each time. */
async function pgbench(target: DatabaseTarget): Promise<Baseline> {
  const script = join(tmpdir(), `chadan-ingest-${process.pid}.sql`)
  await writeFile(script, `\\set r random(1, 9000000000000000)\n${asScript(valuesOf('KEY'))};\n`)
  const url = urlOfTarget(target)
  return {
    by: 'pgbench -M prepared',
    perSecond: async () => {
      const seconds = String(Math.ceil(roundMs / 1_000))
      const told = ['-n', '-M', 'prepared', '-c', String(connections), '-j', '2', '-T', seconds, '-f', script, url]
      const { stdout } = await run('pgbench', told)
      return Number(/tps = ([\d.]+)/.exec(stdout)?.[1])
    },
  }
}

function valuesOf(key: string) {
  const raw = Buffer.from(bodyOf([key]))
  const about = { kind: 'order', orderNo: '6936476692437472563' } as const
  const hints = [{ key, about, toldAtMs: Date.now() }]
  return pushValues(rowsOf({ connector: 'doudian', hints, raw, receivedAtMs: Date.now() }, cipher))
}

function asScript(values: ReturnType<typeof valuesOf>): string {
  const quoted = (value: unknown): string => {
    if (value === null) return 'NULL'
    if (value === 'KEY') return `'k' || :r`
    // a hint of its own each time, as orders differ
    if (value === 'order:6936476692437472563') return `'order:' || :r`
    if (Array.isArray(value)) return `ARRAY[${value.map(quoted).join(', ')}]`
    return typeof value === 'number' ? String(value) : `'${String(value).replaceAll("'", "''")}'`
  }
  return takePushText.replaceAll(/\$(\d)/g, (_, at: string) => quoted(values[Number(at) - 1])).replaceAll('\n', ' ')
}

/** Where pgbench is missing. */
function bare({ sql }: Database): Baseline {
  return {
    by: 'postgres.js, bare connections',
    perSecond: async () => {
      const until = performance.now() + roundMs
      let done = 0
      const work = async () => {
        while (performance.now() < until) {
          await sql.unsafe(takePushText, valuesOf(`bare-${Math.random()}`), { prepare: true })
          done += 1
        }
      }
      await Promise.all(Array.from({ length: connections }, work))
      return (done * 1_000) / roundMs
    },
  }
}

async function startDoor(target: DatabaseTarget): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const path = new URL('./ingest-server.mjs', import.meta.url).pathname
  const child = fork(path, [urlOfTarget(target), JSON.stringify(account), String(connections)], { execArgv: [] })
  const [{ port }] = await once(child, 'message')
  return { child, port }
}

let given = 0

/** As the vendor sends it: a list of messages, each about an order of its own. */
function bodyOf(keys: readonly string[]): string {
  return JSON.stringify(
    keys.map((key) => {
      const orderNo = `69364766924${String(++given).padStart(8, '0')}`
      const data = `{"p_id":${orderNo},"s_ids":[${orderNo}],"shop_id":1,"order_status":2,"update_time":1764000000,"pay_amount":12900}`
      return { tag: '101', msg_id: key, data }
    }),
  )
}

let message = 0

function requestOf(port: number, size: number): Buffer {
  const body = bodyOf(Array.from({ length: size }, () => `11${String(++message).padStart(16, '0')}`))
  const sign = createHash('md5')
    .update(account.appKey + body + account.appSecret)
    .digest('hex')
  const head = [
    'POST /callback/doudian HTTP/1.1',
    `host: 127.0.0.1:${port}`,
    'content-type: application/json',
    `app-id: ${account.appKey}`,
    `event-sign: ${sign}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** Messages per second. Requests are made before the round: making them must not cost what is measured. */
async function measure(port: number, size: number): Promise<number> {
  const requests = Array.from({ length: size === 1 ? 30_000 : 1_500 }, () => requestOf(port, size))
  const started = performance.now()
  const counts = await Promise.all(Array.from({ length: sockets }, () => drive(port, requests, started + roundMs)))
  return (counts.reduce((sum, count) => sum + count, 0) * size * 1_000) / (performance.now() - started)
}

/** One keep-alive connection, one request at a time. */
function drive(port: number, requests: Buffer[], untilMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let served = 0
    let received = ''
    const next = () => {
      const request = performance.now() < untilMs ? requests.pop() : undefined
      if (request !== undefined) return socket.write(request)
      socket.end()
      return resolve(served)
    }
    const socket = connect(port, '127.0.0.1', next)
    socket.setNoDelay(true)
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      if (!received.startsWith('HTTP/1.1 200')) return reject(new Error(received.slice(0, 200)))
      if (!received.includes('"success"}')) return
      received = ''
      served += 1
      next()
    })
  })
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}

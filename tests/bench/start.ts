import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scratchServer } from '../kit/scratch-server.ts'
import { freePort, rest, untilOk, withDesk } from './desk-process.ts'

const rounds = 7

/** The least a Node process that answers HTTP does: what every start pays before our own code runs. */
const bareServer = `require('node:http').createServer((q,s)=>s.end('ok')).listen(Number(process.env.PORT),'127.0.0.1')`

/**
 * Start of the desk on a ready database (migrated, sample data in it; the database server runs outside and is not
 * counted): milliseconds from spawn to the first 200 of /healthz and of /readyz, and resident memory after 5 s of rest.
 * Interleaved with a bare node:http server; medians.
 */
export async function startBench(): Promise<object> {
  const server = await scratchServer()
  const dataDir = await mkdtemp(join(tmpdir(), 'chadan-bench-'))
  try {
    const env = { ...process.env, DATABASE_URL: server.url, DATA_DIR: dataDir, PLAY: '1', DATA_KEY: '11'.repeat(32) }
    await withDesk(env, async ({ port }) => untilOk(`http://127.0.0.1:${port}/readyz`))
    const figures = {
      bareMs: [] as number[],
      healthzMs: [] as number[],
      readyzMs: [] as number[],
      rssMb: [] as number[],
    }
    for (let round = 0; round < rounds; round++) {
      figures.bareMs.push(await timeBare())
      await withDesk(env, async ({ port, startedAtMs, child }) => {
        await untilOk(`http://127.0.0.1:${port}/healthz`)
        figures.healthzMs.push(performance.now() - startedAtMs)
        await untilOk(`http://127.0.0.1:${port}/readyz`)
        figures.readyzMs.push(performance.now() - startedAtMs)
        await rest(5_000)
        figures.rssMb.push(await rssMb(child))
      })
      console.error(`round ${round + 1}/${rounds}`)
    }
    const medians = Object.fromEntries(Object.entries(figures).map(([name, values]) => [name, round1(median(values))]))
    return {
      goal: 'healthz <= 1000 ms, rss <= 150 MB',
      rounds,
      ...medians,
      ratioToBareNode: round1(median(figures.healthzMs) / median(figures.bareMs)),
    }
  } finally {
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function timeBare(): Promise<number> {
  const port = await freePort()
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['-e', bareServer], {
    env: { ...process.env, PORT: String(port) },
    stdio: 'ignore',
  })
  try {
    await untilOk(`http://127.0.0.1:${port}/`)
    return performance.now() - startedAt
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

async function rssMb(child: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const round1 = (value: number) => Math.round(value * 10) / 10

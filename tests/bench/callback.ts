import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { startFakeWecom } from '../fakes/wecom-server.ts'

const rounds = 21
const roundMs = 400
const sockets = 16
const goal = 0.85

type Server = { readonly child: ChildProcess; readonly port: number }
type Round = { readonly perSecond: number; readonly cpuMicros: number }

/**
 * Our callback path (bounds, signature, decryption, decoding, sink, encoding, encryption, under Hono) against the same
 * crypto and XML on bare node:http. Each server has a process of its own; rounds take turns; medians.
 */
export async function callbackBench(): Promise<object> {
  const wecom = await startFakeWecom()
  const { phone, config } = wecom
  const clear = phone.write(phone.message('LiSi', 'text', { Content: '6936476692437472563 到哪了' }))
  const servers = { bare: await start('bare', config), ours: await start('ours', config) }
  const results: Record<keyof typeof servers, Round[]> = { bare: [], ours: [] }
  try {
    for (let round = -1; round < rounds; round += 1) {
      for (const name of round % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const)) {
        const measured = await measure(servers[name], phone.envelope(clear))
        // the first round warms both up
        if (round >= 0) results[name].push(measured)
      }
      console.error(`round ${round + 1}/${rounds}`)
    }
  } finally {
    for (const { child } of Object.values(servers)) child.kill()
    await wecom.close()
  }
  const ours = summary(results.ours)
  const bare = summary(results.bare)
  return {
    goal: `ratio >= ${goal}`,
    rounds,
    // what one core serves, from the CPU time each callback takes: a busy machine blurs callbacks per second much more
    ratio: round2(bare.cpuMicrosEach / ours.cpuMicrosEach),
    ratioPerSecond: round2(ours.perSecond / bare.perSecond),
    ours,
    bare,
  }
}

function summary(measured: readonly Round[]): { readonly perSecond: number; readonly cpuMicrosEach: number } {
  return {
    perSecond: Math.round(median(measured.map(({ perSecond }) => perSecond))),
    cpuMicrosEach: Math.round(median(measured.map(({ cpuMicros }) => cpuMicros))),
  }
}

async function start(kind: 'ours' | 'bare', settings: object): Promise<Server> {
  const path = new URL('./callback-server.mjs', import.meta.url).pathname
  const child = fork(path, [kind, JSON.stringify(settings)], { execArgv: [] })
  const [{ port }] = await once(child, 'message')
  return { child, port }
}

async function measure({ child, port }: Server, envelope: { url: string; body: string }): Promise<Round> {
  const { pathname, search } = new URL(envelope.url)
  const head = `POST ${pathname}${search} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: text/xml\r\n`
  const request = Buffer.from(`${head}content-length: ${Buffer.byteLength(envelope.body)}\r\n\r\n${envelope.body}`)
  const before = await cpuMicros(child)
  const started = performance.now()
  const counts = await Promise.all(Array.from({ length: sockets }, () => drive(port, request, started + roundMs)))
  const seconds = (performance.now() - started) / 1_000
  const served = counts.reduce((sum, count) => sum + count, 0)
  return { perSecond: served / seconds, cpuMicros: ((await cpuMicros(child)) - before) / served }
}

async function cpuMicros(child: ChildProcess): Promise<number> {
  child.send('cpu')
  const [answer] = await once(child, 'message')
  return answer.cpuMicros
}

/** One keep-alive connection, one request at a time, ready-made bytes: the load must cost less than what it measures. */
function drive(port: number, request: Buffer, untilMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let served = 0
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    socket.setNoDelay(true)
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      if (!isWhole(received)) return
      if (!received.startsWith('HTTP/1.1 200')) return reject(new Error(received.slice(0, 200)))
      received = ''
      served += 1
      if (performance.now() < untilMs) socket.write(request)
      else {
        socket.end()
        resolve(served)
      }
    })
  })
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /content-length: (\d+)/i.exec(text.slice(0, end))?.[1]
  return length === undefined ? text.endsWith('0\r\n\r\n') : text.length >= end + 4 + Number(length)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

export type DeskProcess = { readonly port: number; readonly child: ChildProcess; readonly startedAtMs: number }

/** The built desk in a process of its own, as `npm start` runs it, for as long as `use` takes; then SIGTERM. */
export async function withDesk(env: NodeJS.ProcessEnv, use: (desk: DeskProcess) => Promise<void>): Promise<void> {
  const port = await freePort()
  const startedAtMs = performance.now()
  const child = spawn(process.execPath, ['dist/src/main.js'], {
    env: { ...env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  // a desk that dies early ends the bench instead of being waited for
  const gone = once(child, 'exit')
  const died = gone.then(([code]) => Promise.reject(new Error(`the desk ended with ${code}`)))
  died.catch(() => {})
  try {
    await Promise.race([use({ port, child, startedAtMs }), died])
  } finally {
    child.kill('SIGTERM')
    await gone
  }
}

/** Resolves at the first 200 of the address; rejects after 30 s without one. */
export async function untilOk(url: string): Promise<void> {
  const giveUpAt = performance.now() + 30_000
  while (performance.now() < giveUpAt) {
    const ok = await fetch(url).then(
      async (answer) => {
        await answer.arrayBuffer()
        return answer.status === 200
      },
      () => false,
    )
    if (ok) return
    await rest(5)
  }
  throw new Error(`no 200 from ${url} within 30 s`)
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

export const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

import { Hono } from 'hono'
import { BadPayload, BadSignature } from './runtime/errors.ts'
import { errorFields, type Log } from './runtime/log.ts'

/** One check of /readyz: undefined when fine, else what to do. */
export type Check = () => Promise<string | undefined>

export type AppParts = {
  /** Routes of the platforms, the relay, the play pages: each a Hono relative to the root. */
  readonly mounts: readonly Hono[]
  /** By name, e.g. database, queue, wecom. */
  readonly checks: Readonly<Record<string, Check>>
  /** Where `/` leads, e.g. /play/. */
  readonly home: string | undefined
  readonly log: Log
}

/** The one Hono app. What is mounted is handed in; this adds health, the way home and the answer to what nobody caught. */
export function buildApp({ mounts, checks, home, log }: AppParts): Hono {
  const app = new Hono()
  app.get('/healthz', (c) => c.json({ ok: true }))
  app.get('/readyz', async (c) => {
    const faults = await runChecks(checks)
    return c.json({ ok: Object.keys(faults).length === 0, faults }, Object.keys(faults).length === 0 ? 200 : 503)
  })
  if (home !== undefined) app.get('/', (c) => c.redirect(home))
  for (const mount of mounts) app.route('/', mount)
  app.onError((error, c) => {
    if (error instanceof BadSignature) return c.text('', 403)
    if (error instanceof BadPayload) return c.text('', 400)
    log('error', 'request failed', { path: c.req.path, ...errorFields(error) })
    return c.text('', 503)
  })
  return app
}

/** Runs all checks side by side; the result names the failed ones with their repair. */
export async function runChecks(checks: Readonly<Record<string, Check>>): Promise<Record<string, string>> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const fault = await check().catch((error: unknown) => (error instanceof Error ? error.message : 'failed'))
      return [name, fault] as const
    }),
  )
  return Object.fromEntries(results.filter((entry): entry is readonly [string, string] => entry[1] !== undefined))
}

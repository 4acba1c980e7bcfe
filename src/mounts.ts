import { fileURLToPath } from 'node:url'
import type { Hono } from 'hono'
import type { Platform } from '../bot/platform.ts'
import { playPages } from '../bot/play/pages.ts'
import { relayCallback } from '../bot/relay.ts'
import type { AppParts, Check } from './app.ts'
import type { EventSink } from './chat/ports.ts'
import type { Config } from './config.ts'
import { systemClock } from './runtime/clock.ts'
import type { Log } from './runtime/log.ts'
import type { Store } from './store.ts'

type Mounting = {
  readonly config: Config
  readonly platforms: readonly Platform[]
  readonly sinkOf: (door: Platform['name'] | 'edge') => EventSink
  /** What is served by signed links. */
  readonly doors: readonly Hono[]
  readonly log: Log
}

/** Every address the desk answers at, beside its health. */
export function mountsOf({ config, platforms, sinkOf, doors, log }: Mounting): Pick<AppParts, 'mounts' | 'home'> {
  const mounts = [...platforms.map((platform) => platform.callback(sinkOf(platform.name))), ...doors]
  if (config.relaySecret !== undefined)
    mounts.push(relayCallback({ sink: sinkOf('edge'), secret: config.relaySecret, clock: systemClock, log }))
  if (!config.play) return { mounts, home: undefined }
  // the same place seen from src/ and from dist/src/
  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/dist\/$/, '')
  return { mounts: [...mounts, playPages(`${root}dist/console`)], home: '/play/' }
}

/** What health and doctor ask: undefined is well, else one sentence with what to do. */
export function checksOf(store: Store, queue: Check, platforms: readonly Platform[]): Readonly<Record<string, Check>> {
  const database: Check = async () => {
    const answer = store.database.sql`SELECT 1`.then(
      () => undefined,
      () => 'The database does not answer: see that it runs.',
    )
    return answer
  }
  return { database, queue, ...Object.fromEntries(platforms.map(({ name, health }) => [name, health])) }
}

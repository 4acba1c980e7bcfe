import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { isAlive } from '../../src/db/alive.ts'
import type { DatabaseTarget } from '../../src/db/client.ts'
import { startEmbedded } from '../../src/db/embedded.ts'
import { migrate } from '../../src/db/migrate.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { createDatabase, dropDatabase, withDatabase } from './server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server of this run and the migrated database that every test database is copied from. */
    server: { readonly target: DatabaseTarget; readonly template: string }
  }
}

/**
 * One PostgreSQL per test run: embedded and forgetful in a temporary directory, or the one TEST_DATABASE_URL names
 * (its user must be allowed to create databases).
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.TEST_DATABASE_URL
  const { target, stop } = url ? { target: { kind: 'url', url } as const, stop: async () => {} } : await startServer()
  const template = `chadan_template_${process.pid}`
  try {
    await createDatabase(target, template)
    const migrated = await migrate(withDatabase(target, template), silentLog)
    if (migrated.outcome !== 'ready') throw new Error(migrated.problem)
  } catch (error) {
    await stop()
    throw error
  }
  project.provide('server', { target, template })
  return async () => {
    if (url) await dropDatabase(target, template)
    await stop()
  }
}

const prefix = 'chadan-test-'

async function startServer(): Promise<{ readonly target: DatabaseTarget; stop(): Promise<void> }> {
  await stopLeftovers()
  const dataDir = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  // root's server runs as another user, who must be able to walk in
  await chmod(dataDir, 0o711)
  const server = await startEmbedded({ dataDir, owner: 'desk', durable: false, log: silentLog })
  if (server.outcome !== 'running') throw new Error(server.outcome === 'busy' ? 'busy' : server.problem)
  return {
    target: server.target,
    stop: async () => {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** A run that was killed outright leaves its server behind: the next one stops it. */
async function stopLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(/^chadan-test-(\d+)-/.exec(name)?.[1])
    if (!pid || isAlive(pid)) continue
    const dataDir = join(tmpdir(), name)
    const left = await startEmbedded({ dataDir, owner: 'desk', durable: false, log: silentLog, patienceMs: 0 })
    if (left.outcome === 'running') await left.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Database, type DatabaseTarget, openDatabase } from '../../../src/db/client.ts'
import { migrate } from '../../../src/db/migrate.ts'
import journal from '../../../src/db/migrations/meta/_journal.json' with { type: 'json' }
import { silentLog } from '../../../src/runtime/log.ts'
import { freshDatabase } from '../../kit/database.ts'
import { createDatabase, dropDatabase, withDatabase } from '../../kit/server.ts'
import { makeCheckout } from './desk-process.ts'

const allSteps = journal.entries.map((entry) => entry.tag)
let checkout: string
let made = 0

beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'chadan-checkout-'))
  await makeCheckout(checkout, 'linked')
})
afterAll(() => rm(checkout, { recursive: true, force: true }))

/** A database with nothing in it, gone afterwards. */
async function withEmpty(work: (target: DatabaseTarget, database: Database) => Promise<void>): Promise<void> {
  const { target } = inject('server')
  made += 1
  const name = `empty_${process.pid}_${made}`
  await createDatabase(target, name)
  const database = openDatabase(withDatabase(target, name), { max: 2 })
  try {
    await work(withDatabase(target, name), database)
  } finally {
    await database.close()
    await dropDatabase(target, name)
  }
}

const recorded = async ({ sql }: Database) =>
  (await sql`SELECT created_at FROM drizzle.__drizzle_migrations ORDER BY id`).map((row) => Number(row.created_at))

test('an empty database gets every step once and in order; then there is nothing to do', () =>
  withEmpty(async (target, database) => {
    expect(await migrate(target, silentLog)).toEqual({ outcome: 'ready', applied: allSteps })
    expect(await recorded(database)).toEqual(journal.entries.map((entry) => entry.when))
    expect(await migrate(target, silentLog)).toEqual({ outcome: 'ready', applied: [] })
  }))

test('four processes at once apply each step once', () =>
  withEmpty(async (target, database) => {
    const results = await Promise.all(Array.from({ length: 4 }, () => migrate(target, silentLog)))
    const applied = results.flatMap((result) => (result.outcome === 'ready' ? result.applied : [result.problem]))
    expect(applied.sort()).toEqual(allSteps)
    expect(await recorded(database)).toHaveLength(allSteps.length)
  }))

test.each([1, 2])('killed after step %i, the next run goes on from there', (pass) =>
  withEmpty(async (target, database) => {
    const script = join(checkout, 'tests/src/db/migrate-child.js')
    const env = { ...process.env, CHADAN_FAULT: `migration.between:${pass}` }
    const [, signal] = await once(spawn(process.execPath, [script, JSON.stringify(target)], { env }), 'exit')
    expect(signal).toBe('SIGKILL')
    expect(await recorded(database)).toHaveLength(pass)
    expect(await migrate(target, silentLog)).toEqual({ outcome: 'ready', applied: allSteps.slice(pass) })
  }),
)

test('a step that fails leaves nothing of itself, and says which one and why', () =>
  withEmpty(async (target, database) => {
    // stands in the way of a table in the middle of the first step
    await database.sql`CREATE TABLE transcript (seq bigint)`
    const refused = {
      outcome: 'refused',
      problem: expect.stringMatching(/stopped at 0000_hub .*"transcript" already exists/),
    }
    expect(await migrate(target, silentLog)).toEqual(refused)
    expect(await database.sql`SELECT FROM pg_tables WHERE schemaname = 'public'`).toHaveLength(1)
    await database.sql`DROP TABLE transcript`
    expect(await migrate(target, silentLog)).toMatchObject({ outcome: 'ready' })
  }))

test('a database of a newer release is refused and left alone', () =>
  withEmpty(async (target, database) => {
    await migrate(target, silentLog)
    await database.sql`INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('later', 4102444800000)`
    expect(await migrate(target, silentLog)).toEqual({
      outcome: 'refused',
      problem:
        'The database was migrated by a newer release: start that release, or restore a backup made before it ran.',
    })
  }))

test('a database that does not answer, or refuses us, is named as such', async () => {
  const nobody = { kind: 'url', url: 'postgres://127.0.0.1:1/none' } as const
  expect(await migrate(nobody, silentLog)).toEqual({
    outcome: 'refused',
    problem: 'The database does not answer (ECONNREFUSED): check that it runs and that DATABASE_URL names it.',
  })
  const absent = withDatabase(inject('server').target, 'absent')
  expect(await migrate(absent, silentLog)).toEqual({
    outcome: 'refused',
    problem: expect.stringMatching(/^The database refuses us .*"absent" does not exist/),
  })
})

test('the audit takes rows and never gives one up', async () => {
  const { database, drop } = await freshDatabase()
  try {
    await database.sql`
      INSERT INTO audit (seq, at, actor, action, subject, detail, prev_hash, hash)
      VALUES (1, now(), 'test', 'made', 'SO1', '{}', '', 'a')`
    const refused = /audit is append-only/
    await expect(database.sql`UPDATE audit SET actor = 'other'`).rejects.toThrow(refused)
    await expect(database.sql`DELETE FROM audit`).rejects.toThrow(refused)
    await expect(database.sql`TRUNCATE audit`).rejects.toThrow(refused)
    expect(await database.sql`SELECT actor FROM audit`).toEqual([{ actor: 'test' }])
  } finally {
    await drop()
  }
})

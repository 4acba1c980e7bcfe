import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '../../../src/db/client.ts'
import { type AuditEntry, audit } from '../../../src/hub/audit.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'

const databases: FreshDatabase[] = []
afterAll(async () => {
  for (const fresh of databases) await fresh.drop()
})

const entry = (n: number): AuditEntry => ({
  actor: `member ${n}`,
  action: 'return.decide',
  subject: 'return:TH2611220015',
  detail: { z: n, a: { nested: [1.5, null, true, '王*'] }, at: '10:06\0' },
})

async function chainOf(rows: number) {
  const fresh = await freshDatabase()
  databases.push(fresh)
  const log = audit(fresh.database, fixedClock(1_763_776_800_123))
  const { sql } = fresh.database
  for (let n = 1; n <= rows; n++) await sql.begin((tx) => log.append(tx, entry(n)))
  /** What a thief with the owner's rights would do. */
  const tamper = (statement: string) =>
    sql.unsafe(`ALTER TABLE audit DISABLE TRIGGER ALL; ${statement}; ALTER TABLE audit ENABLE TRIGGER ALL`)
  return { fresh, log, sql, tamper }
}

test('an untouched chain is whole, an empty one too', async () => {
  expect(await (await chainOf(0)).log.verifyChain()).toEqual({ outcome: 'whole', rows: 0 })
  expect(await (await chainOf(5)).log.verifyChain()).toEqual({ outcome: 'whole', rows: 5 })
})

test('writers in many connections take turns: no gap, no fork', async () => {
  const { fresh, log } = await chainOf(0)
  const second = openDatabase(fresh.target)
  const other = audit(second, fixedClock(1_763_776_800_000))
  await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      n % 2
        ? fresh.database.sql.begin((tx) => log.append(tx, entry(n)))
        : second.sql.begin((tx) => other.append(tx, entry(n))),
    ),
  )
  await second.close()
  expect(await log.verifyChain()).toEqual({ outcome: 'whole', rows: 40 })
})

test('a change that is rolled back leaves no trace in the chain', async () => {
  const { log, sql } = await chainOf(2)
  const failing = sql.begin(async (tx) => {
    await log.append(tx, entry(3))
    throw new Error('refused')
  })
  await expect(failing).rejects.toThrow('refused')
  await sql.begin((tx) => log.append(tx, entry(4)))
  expect(await log.verifyChain()).toEqual({ outcome: 'whole', rows: 3 })
})

test('the database itself refuses to change or delete rows', async () => {
  const { sql } = await chainOf(1)
  await expect(sql`UPDATE audit SET actor = 'x'`).rejects.toThrow('append-only')
  await expect(sql`DELETE FROM audit`).rejects.toThrow('append-only')
})

test.each([
  ['a changed value', `UPDATE audit SET detail = '{"z":9}' WHERE seq = 3`, 3n],
  ['a changed actor', `UPDATE audit SET actor = 'nobody' WHERE seq = 2`, 2n],
  ['a changed time', `UPDATE audit SET at = at + interval '1 s' WHERE seq = 4`, 4n],
  ['a row taken out', 'DELETE FROM audit WHERE seq = 3', 4n],
  ['the first row taken out', 'DELETE FROM audit WHERE seq = 1', 2n],
  ['the end cut off', 'DELETE FROM audit WHERE seq = 5', 5n],
  ['everything gone', 'DELETE FROM audit', 1n],
])('tampering is found: %s', async (_what, statement, seq) => {
  const { log, tamper } = await chainOf(5)
  await tamper(statement)
  expect(await log.verifyChain()).toMatchObject({ outcome: 'broken', seq })
})

test('a row put in with a made-up proof is found', async () => {
  const { log, tamper } = await chainOf(2)
  await tamper(
    `INSERT INTO audit SELECT 3, at, actor, action, subject, detail, hash, repeat('0', 64) FROM audit WHERE seq = 2`,
  )
  expect(await log.verifyChain()).toMatchObject({ outcome: 'broken', seq: 3n, reason: 'it was changed' })
})

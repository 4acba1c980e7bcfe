import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '../../../src/db/client.ts'
import { freshDatabase } from '../../kit/database.ts'

// R7b: what is left of a pool when the server went away in the middle of transactions.

const fresh = await freshDatabase()
afterAll(fresh.drop)

test('after transactions were cut off, again and again, every connection works at once and answers what it was asked', async () => {
  const own = openDatabase(fresh.target, { name: 'cut', max: 4 })
  const { sql } = own
  const throwOut = () => fresh.database.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'cut'`
  let cutOff = 0
  for (let round = 0; round < 6; round++) {
    const begun = Array.from({ length: 4 }, () =>
      sql.begin(async (tx) => {
        await tx`SELECT 1`
        await tx`SELECT pg_sleep(20)`
      }),
    )
    let open = begun.length
    const ended = begun.map(async (transaction) => {
      await expect(transaction).rejects.toThrow()
      open -= 1
    })
    while (open > 0) cutOff += (await throwOut()).length
    await Promise.all(ended)
  }
  expect(cutOff).toBeGreaterThan(6)
  const startedAtMs = performance.now()
  const numbers = Array.from({ length: 12 }, (_, n) => n)
  let answered: number[] = []
  // as the desk's own loops do: what fails is asked again
  while (answered.length < numbers.length) {
    const asked = await Promise.allSettled(numbers.map((n) => sql<{ n: number }[]>`SELECT ${n}::int AS n`))
    for (const [n, answer] of asked.entries()) if (answer.status === 'fulfilled') expect(answer.value[0]?.n).toBe(n)
    answered = numbers.filter((n) => asked[n]?.status === 'fulfilled')
  }
  expect(performance.now() - startedAtMs).toBeLessThan(5_000)
  await own.close()
})

test('a transaction that fails for another reason is rolled back, and its error is the one that comes', async () => {
  const { sql } = fresh.database
  await sql`CREATE TABLE rolled (n int)`
  const failing = sql.begin(async (tx) => {
    await tx`INSERT INTO rolled VALUES (1)`
    throw new RangeError('no')
  })
  await expect(failing).rejects.toThrow(RangeError)
  await expect(sql.begin('read only', (tx) => tx`INSERT INTO rolled VALUES (2)`)).rejects.toThrow(/read-only/)
  expect(await sql.begin((tx) => tx`SELECT count(*)::int AS n FROM rolled`)).toEqual([{ n: 0 }])
})

import { afterAll, expect, test } from 'vitest'
import { isLostWrite, openDatabase } from '../../../src/db/client.ts'
import { freshDatabase } from '../../kit/database.ts'

// R7b: what the driver does to its connections when the server goes away in the middle of transactions.

const fresh = await freshDatabase()
afterAll(fresh.drop)

test('after transactions were cut off, again and again, every connection of the pool works at once', async () => {
  const own = openDatabase(fresh.target, { name: 'cut', max: 4 })
  const { sql } = own
  let failed = 0
  for (let round = 0; round < 8; round++) {
    const begun: Promise<unknown>[] = []
    const reached = Promise.all(
      Array.from(
        { length: 4 },
        () =>
          new Promise<void>((resolve, reject) => {
            const transaction = sql.begin(async (tx) => {
              await tx`SELECT 1`
              resolve()
              await tx`SELECT pg_sleep(20)`
            })
            begun.push(transaction.catch(() => void (failed += 1)))
            transaction.catch(reject)
          }),
      ),
    )
    // one that could not even begin is answered with an error, and tried again
    await reached.catch(() => {})
    await fresh.database.sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'cut'`
    await Promise.all(begun)
  }
  expect(failed).toBe(32)
  const startedAtMs = performance.now()
  let answered = 0
  // as the desk's own loops do: what fails is asked again
  while (answered < 12) {
    const asked = await Promise.allSettled(Array.from({ length: 12 }, () => sql`SELECT 1`))
    answered = asked.filter(({ status }) => status === 'fulfilled').length
  }
  expect(performance.now() - startedAtMs).toBeLessThan(5_000)
  await own.close()
})

test('only the driver’s write to a socket that is gone is overlooked', () => {
  const lost = new TypeError("Cannot read properties of null (reading 'write')")
  lost.stack = `${lost.stack?.split('\n')[0]}\n    at Immediate.nextWrite (file:///app/node_modules/postgres/src/connection.js:255:22)`
  expect(isLostWrite(lost)).toBe(true)
  expect(isLostWrite(new TypeError("Cannot read properties of null (reading 'write')"))).toBe(false)
  expect(isLostWrite(new Error('write'))).toBe(false)
  expect(isLostWrite(undefined)).toBe(false)
})

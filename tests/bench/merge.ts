import { openDatabase } from '../../src/db/client.ts'
import { migrate } from '../../src/db/migrate.ts'
import { audit } from '../../src/hub/audit.ts'
import { customerMerges } from '../../src/hub/customer-merge.ts'
import { intake } from '../../src/hub/intake.ts'
import { fixedClock } from '../../src/runtime/clock.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { testPersonal as personal } from '../kit/cipher.ts'
import { judgedMerges, truthOrder } from '../kit/people-judge.ts'
import { peopleTruth } from '../kit/people-truth.ts'
import { scratchServer } from '../kit/scratch-server.ts'
import { createDatabase, withDatabase } from '../kit/server.ts'
import { noonMs } from '../src/hub/sample-order.ts'

const clock = fixedClock(noonMs)

/**
 * How often customers are merged rightly, on invented people of whom it is known who they are (tests/kit/people-truth.ts):
 * `PEOPLE_SEEDS` are the sets, `PEOPLE` how many people each has. Precision is of merges, 1 = all right.
 */
export async function mergeBench(): Promise<object> {
  const seeds = (process.env.PEOPLE_SEEDS ?? '20261123,1,2').split(',').map(Number)
  const people = Number(process.env.PEOPLE ?? 1_500)
  const server = await scratchServer(false)
  try {
    const sets: { seed: number; orders: number; merges: number; right: number }[] = []
    for (const seed of seeds) {
      const name = `people_${sets.length}`
      await createDatabase(server.target, name)
      const target = withDatabase(server.target, name)
      await migrate(target, silentLog)
      const database = openDatabase(target, { max: 4 })
      try {
        const truth = peopleTruth(seed, people)
        await intake(database, personal, clock, randomIds()).takeAll(truth.map(truthOrder))
        const parts = { database, personal, audit: audit(database, clock), clock, severalChannels: 'several' }
        const merges = customerMerges(parts)
        while ((await merges.settle(100)) > 0);
        const { pairs, right } = await judgedMerges(database, personal, truth)
        sets.push({ seed, orders: truth.length, merges: pairs, right })
      } finally {
        await database.close()
      }
    }
    const [merges, right] = [sum(sets.map((one) => one.merges)), sum(sets.map((one) => one.right))]
    return { goal: 'precision >= 0.995', people, precision: right / merges, merges, right, sets }
  } finally {
    await server.stop()
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

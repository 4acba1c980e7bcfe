import { parseArgs } from 'node:util'
import { systemClock } from '../runtime/clock.ts'
import { seedSample } from '../seed/seed-sample.ts'
import { openStore } from '../store.ts'
import type { Command } from './command.ts'

const usage = `seed [--orders N] [--seed N] [--lean] [--force]: fills an empty hub with the sample firm.
  --orders N  how many orders over the last 60 days (default 3000)
  --seed N    another firm (default 1); the same seed at the same moment makes the same rows
  --lean      orders, lines and one parcel only: for millions
  --force     replaces the orders, customers, returns and stock that are there`

export const seed: Command = {
  usage,
  run: async ({ args, config, log, print }) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        orders: { type: 'string', default: '3000' },
        seed: { type: 'string', default: '1' },
        lean: { type: 'boolean', default: false },
        force: { type: 'boolean', default: false },
      },
    })
    const orders = Number(values.orders)
    const seedNumber = Number(values.seed)
    if (!Number.isSafeInteger(orders) || orders < 1 || !Number.isSafeInteger(seedNumber)) {
      print('--orders and --seed take whole numbers, --orders at least 1.')
      return 1
    }
    const store = await openStore(config, 'command', log)
    try {
      const done = await seedSample(store.database, {
        orders,
        seed: seedNumber,
        nowMs: systemClock.nowMs(),
        personal: store.personal,
        log,
        detail: values.lean ? 'lean' : 'full',
        force: values.force,
      })
      if (done.outcome === 'not-empty') {
        print('The hub holds orders already: nothing was changed. --force replaces them.')
        return 1
      }
      print(`${done.rows.orders} orders with ${done.rows.parcels} parcels in ${(done.tookMs / 1000).toFixed(1)} s.`)
      return 0
    } finally {
      await store.close()
    }
  },
}

import { openHub } from '../hub-parts.ts'
import { systemClock } from '../runtime/clock.ts'
import { openStore } from '../store.ts'
import type { Command } from './command.ts'

const usage = `outbox dead: what could not be sent, with its reason (never its content).
outbox replay KEY: gives it its tries again; the running desk carries it out.`

export const outboxCommand: Command = {
  usage,
  run: async ({ args, config, log, print }) => {
    const [verb, key] = args
    if (verb !== 'dead' && !(verb === 'replay' && key !== undefined)) {
      print(usage)
      return 1
    }
    const store = await openStore(config, 'command', log)
    const hub = openHub({ store, dataDir: config.dataDir, clock: systemClock, log })
    try {
      if (verb === 'replay' && key !== undefined) {
        const outcome = await hub.outbox.replay(key)
        print(outcome === 'replayed' ? 'It is due again.' : 'There is no dead letter with this key.')
        return outcome === 'replayed' ? 0 : 1
      }
      const letters = await hub.outbox.deadLetters(100)
      for (const { createdAtMs, key: dead, task, attempts, reason } of letters)
        print([new Date(createdAtMs).toISOString(), dead, task, `${attempts} tries`, reason].join('\t'))
      if (letters.length === 0) print('No dead letters.')
      return 0
    } finally {
      await hub.close()
      await store.close()
    }
  },
}

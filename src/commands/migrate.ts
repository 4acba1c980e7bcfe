import { openStore } from '../store.ts'
import type { Command } from './command.ts'

/** Brings the database to the code's schema and says so; every other command does the same on its way. */
export const migrateOnly: Command = {
  usage: 'migrate: brings the database to the schema of this release.',
  run: async ({ config, log, print }) => {
    const store = await openStore(config, 'command', log)
    await store.close()
    print('The database has the schema of this release.')
    return 0
  },
}

import type { Config } from './config.ts'
import { type Database, type DatabaseTarget, openDatabase, targetOfUrl } from './db/client.ts'
import { type EmbeddedServer, startEmbedded } from './db/embedded.ts'
import { migrate } from './db/migrate.ts'
import { checkDataKey, loadDataKey } from './hub/data-key.ts'
import { type PersonalData, personalData } from './hub/personal.ts'
import { CannotStart } from './runtime/errors.ts'
import type { Log } from './runtime/log.ts'

/** A migrated database and the key to the personal fields in it. */
export type Store = {
  readonly target: DatabaseTarget
  readonly database: Database
  readonly personal: PersonalData
  /** 64 hex digits; other keys of the desk are derived from it. Secret. */
  readonly dataKeyHex: string
  /** Closes the pool, and the embedded server where we are the one to stop it. */
  close(): Promise<void>
}

type Server = { readonly target: DatabaseTarget; stop(): Promise<void> }

/**
 * Opens the database of the configuration (the embedded server without DATABASE_URL), brings it to the code's schema and
 * checks the data key. `desk` owns the embedded server alone; `command` joins a running desk or borrows the server.
 * Throws CannotStart with one sentence for the operator.
 */
export async function openStore(config: Config, owner: 'desk' | 'command', log: Log): Promise<Store> {
  const server = await openServer(config, owner, log)
  try {
    const migrated = await migrate(server.target, log)
    if (migrated.outcome === 'refused') throw new CannotStart(migrated.problem)
    const { keyHex } = await loadDataKey({ dataDir: config.dataDir, fromEnv: config.dataKey })
    const personal = personalData(keyHex)
    const database = openDatabase(server.target, { name: `chadan ${owner}` })
    const close = async () => {
      await database.close()
      await server.stop()
    }
    try {
      await checkDataKey(database, personal)
    } catch (error) {
      await database.close()
      throw error
    }
    return { target: server.target, database, personal, dataKeyHex: keyHex, close }
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function openServer(config: Config, owner: 'desk' | 'command', log: Log): Promise<Server> {
  if (config.databaseUrl !== undefined) return { target: targetOfUrl(config.databaseUrl), stop: async () => {} }
  const embedded = await startEmbedded({ dataDir: config.dataDir, owner, log })
  if (embedded.outcome === 'running') return embedded satisfies EmbeddedServer
  if (embedded.outcome === 'refused') throw new CannotStart(embedded.problem)
  throw new CannotStart(
    embedded.kind === 'desk'
      ? `Chadan already runs on ${config.dataDir} (process ${embedded.pid}): use that one, or stop it first.`
      : `A chadan command (process ${embedded.pid}) is using ${config.dataDir}: start again when it has ended.`,
  )
}

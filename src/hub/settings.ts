import type postgres from 'postgres'
import type { Database } from '../db/client.ts'

export type Settings = {
  get(name: string): Promise<unknown>
  put(name: string, value: postgres.JSONValue): Promise<void>
  /** What stands there afterwards: the value given, or the one that was first. */
  putOnce(name: string, value: postgres.JSONValue): Promise<unknown>
}

/** Small facts about the installation, by name (sample data loaded, key check value). JSON values. */
export function settings({ sql }: Pick<Database, 'sql'>): Settings {
  const get = async (name: string) => {
    const [row] = await sql<{ value: unknown }[]>`SELECT value FROM settings WHERE name = ${name}`
    return row?.value
  }
  return {
    get,
    put: async (name, value) => {
      await sql`
        INSERT INTO settings (name, value) VALUES (${name}, ${sql.json(value)})
        ON CONFLICT (name) DO UPDATE SET value = excluded.value`
    },
    putOnce: async (name, value) => {
      await sql`INSERT INTO settings (name, value) VALUES (${name}, ${sql.json(value)}) ON CONFLICT DO NOTHING`
      return get(name)
    },
  }
}

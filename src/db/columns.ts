import { bigint, customType, timestamp } from 'drizzle-orm/pg-core'

/** Kinds of column that every table shares: sealed bytes, moments (timestamptz) and money (bigint fen). */

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
export const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
export const fen = (name: string) => bigint(name, { mode: 'bigint' })

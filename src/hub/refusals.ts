import type { Database } from '../db/client.ts'
import type { Audit } from './audit.ts'

export type Refusals = {
  /** A member asked for what their roles may not. */
  refused(entry: { readonly memberId: string; readonly intent: string; readonly group: boolean }): Promise<void>
  /** A member tapped a button that was made for somebody else. */
  foreignTap(entry: { readonly memberId: string; readonly group: boolean }): Promise<void>
  /** A member sent a token that is none of ours, or whose time is over. */
  badTap(entry: {
    readonly memberId: string
    readonly group: boolean
    readonly why: 'forged' | 'expired'
  }): Promise<void>
}

/** What was refused, written down for good: who, what, where; never what was typed. */
export function refusals({ sql }: Pick<Database, 'sql'>, audit: Pick<Audit, 'append'>): Refusals {
  const note = async (action: string, memberId: string, detail: Readonly<Record<string, unknown>>) => {
    await sql.begin((tx) => audit.append(tx, { actor: memberId, action, subject: `member:${memberId}`, detail }))
  }
  return {
    refused: ({ memberId, intent, group }) => note('right.refused', memberId, { intent, group }),
    foreignTap: ({ memberId, group }) => note('tap.foreign', memberId, { group }),
    badTap: ({ memberId, group, why }) => note(`tap.${why}`, memberId, { group }),
  }
}

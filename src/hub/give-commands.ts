import type { Clock } from '../runtime/clock.ts'
import type { Command, GiveCommands, GivenCommand } from './commands.ts'
import type { Outbox } from './outbox.ts'
import { expectOne, type Sql } from './write.ts'

/** How commands stand in the outbox. */
export const commandTaskName = 'command.run'

/** Product row 85: so long a decision may be taken back, and what it told other systems waits. */
export const undoMs = 2 * 60_000

export type GiveParts = {
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly clock: Clock
}

/**
 * Writes commands into the ledger and the outbox, in the caller's transaction; a key that was given before is left as it is.
 * Commands to one system about one subject go in the order they were given. Wake the pump after the commit.
 */
export function giveCommands({ outbox, clock }: GiveParts): GiveCommands {
  return async (tx, given) => {
    for (const one of given) {
      const { key, subject, command, holdMs = 0 } = one
      const rows = await tx`
        INSERT INTO commands (key, name, subject, state, target, made_at)
        VALUES (${key}, ${command.name}, ${subject}, ${holdMs > 0 ? 'held' : 'sent'}, ${systemOf(command)},
          to_timestamp(${clock.nowMs()}::float8 / 1000))
        ON CONFLICT (key) DO NOTHING`
      // the ledger is for ever, the outbox forgets: a command of last month must not be given again
      if (rows.count === 1) await outbox.enqueue(tx, [entryOf(one)])
    }
  }
}

function entryOf({ key, subject, command, holdMs = 0 }: GivenCommand) {
  const lane = `${systemOf(command)}:${subject}`
  return { key, task: commandTaskName, lane, payload: command, ...(holdMs > 0 && { delayMs: holdMs }) }
}

/** wms, crm, erp, customs or todo, until the port that carries it out says its own name. */
const systemOf = ({ name }: Pick<Command, 'name'>): string => name.slice(0, name.indexOf('.'))

/**
 * Takes commands back that nobody has begun to carry out. All or none: `sent` when one of them is on its way or done, and then
 * nothing was changed.
 */
export async function withdrawCommands(tx: Sql, keys: readonly string[]): Promise<'withdrawn' | 'sent'> {
  const open = await tx`
    SELECT 1 FROM outbox WHERE key = ANY(${[...keys]}::text[]) AND state = 'ready' AND attempts = 0 FOR UPDATE`
  if (open.count !== keys.length) return 'sent'
  for (const key of keys) {
    expectOne(
      await tx`UPDATE outbox SET state = 'withdrawn', done_at = now() WHERE key = ${key} AND state = 'ready'`,
      'taking a command back',
    )
    expectOne(
      await tx`UPDATE commands SET state = 'withdrawn' WHERE key = ${key} AND state IN ('held', 'sent')`,
      'noting that a command was taken back',
    )
  }
  return 'withdrawn'
}

/**
 * Ends the hold of commands that were given two minutes ago by the desk's time. The outbox counts real minutes: without this a desk
 * whose time the play page has moved would still wait. Returns how many are due now; wake the pump.
 */
export async function hurryHeld(sql: Sql, nowMs: number): Promise<number> {
  const rows = await sql`
    UPDATE outbox b SET due_at = now() FROM commands c
    WHERE c.state = 'held' AND c.made_at <= to_timestamp(${nowMs - undoMs}::float8 / 1000)
      AND b.key = c.key AND b.state = 'ready' AND b.attempts = 0 AND b.due_at > now()`
  return rows.count
}

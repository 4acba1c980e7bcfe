import { escalationEntry } from '../../handlers/escalations.ts'
import { proveBeside } from '../hub/clock-proof.ts'
import { BadPayload } from '../runtime/errors.ts'
import { codecOf } from '../signed-links.ts'
import { openStore } from '../store.ts'
import type { Command } from './command.ts'

const usage = `prove-clock: synthetic returns, parcels, orders and a command go through every rung of every clock, with a moved clock,
shadow members and the rules as they are set. Nothing is sent and nothing is kept. Prints the ledger; exit code 1 when a rung
did not fire, or fired early, late or twice.`

const zoneMs = 8 * 3_600_000
const moment = (ms: number) => new Date(ms + zoneMs).toISOString().slice(0, 19).replace('T', ' ')

export const proveClockCommand: Command = {
  usage,
  run: async ({ config, log, print }) => {
    const store = await openStore(config, 'command', log)
    try {
      const words = escalationEntry({ codec: codecOf(store.dataKeyHex) })
      const { lines, messages, proven } = await proveBeside(store, { words, log })
      for (const { clock, rung, step, dueMs, firedMs, told, verdict } of lines) {
        const after = firedMs === undefined ? '-' : `+${((firedMs - dueMs) / 1000).toFixed(1)}s`
        const who = told.length === 0 ? 'list' : told.join(', ')
        print([moment(dueMs), `${clock}#${rung}`, step, verdict, after, who].join('\t'))
      }
      const bad = lines.filter(({ verdict }) => verdict !== 'ok').length
      print(
        proven
          ? `All ${lines.length} rungs fired once and in time; ${messages} messages, none of them left.`
          : `${bad} of ${lines.length} rungs are wrong: see the lines without ok.`,
      )
      return proven ? 0 : 1
    } catch (error) {
      if (!(error instanceof BadPayload)) throw error
      print(`Nothing was proven: ${error.message}`)
      return 1
    } finally {
      await store.close()
    }
  },
}

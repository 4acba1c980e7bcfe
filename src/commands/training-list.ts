import { parseArgs } from 'node:util'
import { queryLog, type TrainingLine } from '../hub/query-log.ts'
import { systemClock } from '../runtime/clock.ts'
import { openStore } from '../store.ts'
import type { Command } from './command.ts'

const usage = `training-list [--limit N] [--json]: questions whose answer got a 👎, newest first, phones masked.
  --json   one JSON object a line: question, intent, slots, expect, at. Words are kept 7 days.`

const mostLines = 10_000

export const trainingList: Command = {
  usage,
  run: async ({ args, config, log, print }) => {
    const { values } = parseArgs({
      args: [...args],
      options: { limit: { type: 'string', default: '1000' }, json: { type: 'boolean', default: false } },
    })
    const limit = Number(values.limit)
    if (!Number.isInteger(limit) || limit < 1 || limit > mostLines) {
      print(`--limit takes a whole number from 1 to ${mostLines}.`)
      return 1
    }
    const store = await openStore(config, 'command', log)
    try {
      const lines = await queryLog(store.database, systemClock).trainingList(limit)
      for (const line of lines) print(values.json ? jsonOf(line) : wordsOf(line))
      if (lines.length === 0 && !values.json) print('No answer was called bad.')
      return 0
    } finally {
      await store.close()
    }
  },
}

function jsonOf({ atMs, ...line }: TrainingLine): string {
  return JSON.stringify({ ...line, at: new Date(atMs).toISOString() })
}

function wordsOf({ atMs, question, intent, slots, expect }: TrainingLine): string {
  return [new Date(atMs).toISOString(), intent, expect, JSON.stringify(slots), question].join('\t')
}

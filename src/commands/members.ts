import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { openHub } from '../hub-parts.ts'
import { systemClock } from '../runtime/clock.ts'
import { openStore } from '../store.ts'
import { memberImportText, memberProblemText } from '../text/zh-members.ts'
import type { Command } from './command.ts'

const usage = `members import FILE.csv [--complete]: takes a staff list: name, roles, WeCom userid, DingTalk staffId / unionId, phone.
  --complete  the list is whole: who is not in it has left
members list: who is who.`

export const members: Command = {
  usage,
  run: async ({ args, config, log, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { complete: { type: 'boolean', default: false } },
    })
    const [verb, file] = positionals
    if (verb !== 'list' && !(verb === 'import' && file !== undefined)) {
      print(usage)
      return 1
    }
    const text = verb === 'import' && file !== undefined ? await readFile(file, 'utf8') : ''
    const store = await openStore(config, 'command', log)
    const hub = openHub({ store, dataDir: config.dataDir, clock: systemClock, log })
    try {
      if (verb === 'list') {
        for (const member of await hub.members.list()) print(lineOf(member))
        return 0
      }
      const done = await hub.members.importCsv(text, { complete: values.complete })
      print(memberImportText({ ...done, problems: done.problems.length }))
      for (const { line, problem, shown } of done.problems) print(memberProblemText(line, problem, shown))
      return done.problems.length === 0 ? 0 : 1
    } finally {
      await hub.close()
      await store.close()
    }
  },
}

type Listed = {
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  readonly active: boolean
  readonly accounts: readonly { readonly platform: string; readonly userId: string }[]
}

function lineOf({ id, name, roles, active, accounts }: Listed): string {
  const places = accounts.map(({ platform, userId }) => `${platform}:${userId}`).join(' ')
  return [id, name, roles.join(','), places, active ? '' : '(left)'].filter((part) => part !== '').join('\t')
}

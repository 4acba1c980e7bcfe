import type { Command } from './commands/command.ts'
import { BadConfig, loadConfig } from './config.ts'
import { CannotStart } from './runtime/errors.ts'
import { jsonLog } from './runtime/log.ts'

/** Loaded when asked for: `doctor` must not pay for the sheet reader. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  ask: async () => (await import('./commands/ask.ts')).ask,
  customs: async () => (await import('./commands/customs.ts')).customsCommand,
  connectors: async () => (await import('./commands/connectors.ts')).connectorsCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  import: async () => (await import('./commands/import.ts')).importSheet,
  members: async () => (await import('./commands/members.ts')).members,
  migrate: async () => (await import('./commands/migrate.ts')).migrateOnly,
  outbox: async () => (await import('./commands/outbox.ts')).outboxCommand,
  'prove-clock': async () => (await import('./commands/prove-clock.ts')).proveClockCommand,
  'read-waybill': async () => (await import('./commands/read-waybill.ts')).readWaybill,
  seed: async () => (await import('./commands/seed.ts')).seed,
  'training-list': async () => (await import('./commands/training-list.ts')).trainingList,
  'wecom-curl': async () => (await import('./commands/wecom-curl.ts')).wecomCurlCommand,
}

async function run(): Promise<number> {
  const [name = '', ...args] = process.argv.slice(2)
  const load = commands[name]
  if (load === undefined) {
    console.error(`Commands: ${Object.keys(commands).join(', ')}. Each says what it takes with --help.`)
    return name === '' || name === 'help' || name === '--help' ? 0 : 1
  }
  const command = await load()
  if (args.includes('--help')) {
    console.log(command.usage)
    return 0
  }
  const log = jsonLog('warn')
  return command.run({ args, config: loadConfig(process.env), log, print: (line) => console.log(line) })
}

try {
  process.loadEnvFile()
} catch {
  // no .env: the environment alone counts
}
try {
  process.exitCode = await run()
} catch (error) {
  const known = error instanceof BadConfig || error instanceof CannotStart
  const usage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  if (!known && !usage) throw error
  console.error(error.message)
  process.exitCode = 1
}

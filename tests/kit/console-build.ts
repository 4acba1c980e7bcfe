import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'

/** Builds the play page from the sources as they are now (about a second) into a folder of its own. */
export async function buildConsole(): Promise<{ readonly dir: string; drop(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'chadan-console-'))
  const configFile = new URL('../../src/console/vite.config.ts', import.meta.url).pathname
  await build({ configFile, logLevel: 'error', build: { outDir: dir } })
  return { dir, drop: () => rm(dir, { recursive: true, force: true }) }
}

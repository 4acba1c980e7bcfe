import { execFile } from 'node:child_process'
import { appendFile, cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import journal from '../../src/db/migrations/meta/_journal.json' with { type: 'json' }
import { root } from './tree.ts'

const run = promisify(execFile)

test('the journal names every file, in the order of time', async () => {
  const files = (await readdir(join(root, 'src/db/migrations'))).filter((name) => name.endsWith('.sql'))
  expect(files.sort()).toEqual(journal.entries.map((entry) => `${entry.tag}.sql`))
  const times = journal.entries.map((entry) => entry.when)
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
})

/** Files that drizzle-kit would add to the migrations of a copy, after `edit` of the copy's schema. */
async function generate(edit = ''): Promise<string[]> {
  const copy = await mkdtemp(join(tmpdir(), 'chadan-kit-'))
  const migrations = join(copy, 'src/db/migrations')
  try {
    await mkdir(join(copy, 'src'))
    await cp(join(root, 'src/db'), join(copy, 'src/db'), { recursive: true })
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
    await appendFile(join(copy, 'src/db/schema.ts'), edit)
    const before = new Set(await readdir(migrations))
    const kit = join(root, 'node_modules/drizzle-kit/bin.cjs')
    await run(process.execPath, [kit, 'generate', '--config', 'src/db/drizzle.config.ts'], { cwd: copy })
    return (await readdir(migrations)).filter((name) => !before.has(name))
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

test('drizzle-kit finds no difference between schema.ts and the migrations', async () => {
  expect(await generate()).toEqual([])
})

test('and would find one', async () => {
  const added = await generate(`\nexport const planted = pgTable('planted', { id: text('id').primaryKey() })\n`)
  expect(added).toHaveLength(1)
})

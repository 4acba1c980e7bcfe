import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../house/tree.ts'

let project: string

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'chadan-build-'))
  const files: Readonly<Record<string, string>> = {
    'package.json': '{ "type": "module" }',
    'src/main.ts': "import { said } from './said.ts'\nconsole.log(said satisfies string)\n",
    'src/said.ts': "export const said: string = 'first'\n",
    'src/db/migrations/0000_hub.sql': 'SELECT 1;\n',
    'src/console/index.html': '<script type="module" src="./page.ts"></script>\n',
    'src/console/page.ts': "document.title = 'page'\n",
    'src/console/vite.config.ts':
      "export default { root: import.meta.dirname, build: { outDir: '../../dist/console', emptyOutDir: true } }\n",
  }
  for (const [path, text] of Object.entries(files)) await write(path, text)
  for (const path of ['src/build.mjs', 'src/tsconfig.build.json', 'tsconfig.json'])
    await cp(join(root, path), join(project, path))
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'))
})
afterAll(() => rm(project, { recursive: true, force: true }))

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(project, path)), { recursive: true })
  await writeFile(join(project, path), text)
}

function run(...args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, args, { cwd: project })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      said += part
    })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })))
}

const build = (...args: readonly string[]) => run('src/build.mjs', ...args)
const silent = { code: 0, said: '' }
const start = async () => (await run('--enable-source-maps', 'dist/src/main.js')).said.trim()

test('makes code, the files beside it and the pages, without a word', async () => {
  expect(await build()).toEqual(silent)
  expect(await start()).toBe('first')
  expect(await readFile(join(project, 'dist/src/db/migrations/0000_hub.sql'), 'utf8')).toBe('SELECT 1;\n')
  expect(await readdir(join(project, 'dist/console'))).toContain('index.html')
  const map = JSON.parse(await readFile(join(project, 'dist/src/main.js.map'), 'utf8'))
  expect(join(project, 'dist/src', map.sources[0])).toBe(join(project, 'src/main.ts'))
})

test('does nothing when nothing changed, and what is needed when something did', async () => {
  await rm(join(project, 'dist/src/main.js.map'))
  expect(await build()).toEqual(silent)
  expect(await readdir(join(project, 'dist/src'))).not.toContain('main.js.map')
  await write('src/said.ts', "export const said = 'second'\n")
  expect(await build()).toEqual(silent)
  expect(await start()).toBe('second')
})

test('two builds at once make one whole result', async () => {
  await write('src/said.ts', "export const said = 'third, by either'\n")
  expect(await Promise.all([build(), build(), build('--force')])).toEqual([silent, silent, silent])
  expect(await start()).toBe('third, by either')
  expect((await readdir(join(project, 'dist'))).sort()).toEqual(['.stamp.json', 'console', 'src'])
})

test('what is gone from the sources is gone from dist/', async () => {
  await write('src/extra.ts', 'export const extra = 1\n')
  await build()
  expect(await readdir(join(project, 'dist/src'))).toContain('extra.js')
  await rm(join(project, 'src/extra.ts'))
  await build()
  expect(await readdir(join(project, 'dist/src'))).not.toContain('extra.js')
})

test('a source that does not parse fails with its place and leaves the last build alone', async () => {
  await write('src/broken.ts', 'const const\n')
  const { code, said } = await build()
  expect(code).toBe(1)
  expect(said).toContain('src/broken.ts(1,')
  expect(await start()).toBe('third, by either')
  await rm(join(project, 'src/broken.ts'))
  expect(await build()).toEqual(silent)
})

test('without the compiler a finished dist/ is enough, and a missing one is named', async () => {
  await rm(join(project, 'node_modules'))
  await write('src/said.ts', "export const said = 'never compiled'\n")
  expect(await build()).toEqual(silent)
  await rm(join(project, 'dist'), { recursive: true })
  expect(await build()).toEqual({
    code: 1,
    said: expect.stringMatching(/^dist\/ is missing and so is the compiler: run/),
  })
})

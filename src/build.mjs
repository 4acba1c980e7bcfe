// Makes dist/ fresh: JavaScript of the rooms (tsc without checking), the files beside it (SQL, card templates) and the
// web console (vite). Says and does nothing when nothing changed; `--force` builds all. Plain JavaScript with no imports
// of ours, because it runs before anything is compiled.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const force = process.argv.includes('--force')
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')
const stampFile = join(dist, '.stamp.json')
const lockFile = join(dist, '.lock')
const rooms = ['src', 'bot', 'handlers', 'cards']
const consoleRoom = join('src', 'console')
/** A build takes seconds; a lock older than this was left behind, whoever has its pid now. */
const staleLockMs = 300_000

/** What each part of dist/ is made of, as one hash: differs when a source was added, changed or removed. */
function fingerprints() {
  const code = createHash('sha256')
  const pages = createHash('sha256')
  const add = (hash, path) => {
    const { mtimeMs, size } = statSync(join(root, path))
    hash.update(`${path} ${mtimeMs} ${size}\n`)
  }
  for (const path of ['package-lock.json', 'tsconfig.json'].filter((name) => existsSync(join(root, name)))) {
    add(code, path)
    add(pages, path)
  }
  for (const path of rooms.flatMap(filesOf)) add(path.startsWith(consoleRoom + sep) ? pages : code, path)
  return { code: code.digest('hex'), pages: pages.digest('hex') }
}

function filesOf(room) {
  if (!existsSync(join(root, room))) return []
  const entries = readdirSync(join(root, room), { withFileTypes: true })
  const paths = entries.map((entry) => (entry.isDirectory() ? filesOf(join(room, entry.name)) : join(room, entry.name)))
  return paths.flat().sort()
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'))
  } catch {
    // none yet, or cut short by a kill: build
    return {}
  }
}

/** One builder at a time. The file holds our pid; one of a dead process is taken away. */
async function withLock(work) {
  mkdirSync(dist, { recursive: true })
  while (!tryLock()) await pause(50)
  try {
    return await work()
  } finally {
    rmSync(lockFile, { force: true })
  }
}

function tryLock() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  try {
    const pid = Number(readFileSync(lockFile, 'utf8'))
    const ageMs = Date.now() - statSync(lockFile).mtimeMs
    // a file without a number is being written right now
    if (pid > 0 ? !runs(pid) || ageMs > staleLockMs : ageMs > 1000) rmSync(lockFile, { force: true })
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  return false
}

function runs(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function run(script, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (part) => (output += part))
    child.stderr.on('data', (part) => (output += part))
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(output.trim() || `${script} failed: ${code}`)),
    )
  })
}

async function buildCode(work) {
  await run(require.resolve('typescript/bin/tsc'), ['-p', 'src/tsconfig.build.json', '--outDir', work])
  for (const path of rooms.flatMap(filesOf)) copyBeside(work, path)
  for (const room of rooms) if (existsSync(join(work, room))) liftSourceMaps(join(work, room))
  return rooms
}

/** Whatever is no source goes beside the compiled file that reads it. */
function copyBeside(work, path) {
  if (path.startsWith(consoleRoom + sep) || /\.(ts|tsx|mjs)$|tsconfig.*\.json$/.test(path)) return
  cpSync(join(root, path), join(work, path))
}

/** The maps were made one folder deeper than they end up. */
function liftSourceMaps(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.js.map')) continue
    const file = join(entry.parentPath, entry.name)
    const map = JSON.parse(readFileSync(file, 'utf8'))
    map.sources = map.sources.map((source) => source.replace(/^\.\.\//, ''))
    writeFileSync(file, JSON.stringify(map))
  }
}

async function buildPages(work) {
  const config = join(consoleRoom, 'vite.config.ts')
  if (!existsSync(join(root, config))) return []
  const vite = join(dirname(require.resolve('vite/package.json')), 'bin', 'vite.js')
  await run(vite, ['build', '--config', config, '--outDir', join(work, 'console'), '--logLevel', 'error'])
  return ['console']
}

/** What runs keeps its modules; what starts waits for our lock. So two renames are as good as one. */
function swap(work, names) {
  for (const name of names) {
    if (existsSync(join(dist, name))) renameSync(join(dist, name), join(work, `old-${name}`))
    if (existsSync(join(work, name))) renameSync(join(work, name), join(dist, name))
  }
}

/** Nothing in dist/ changes unless every part could be built. */
async function build() {
  const made = fingerprints()
  const stamp = force ? {} : readStamp()
  if (isFresh(stamp, made)) return
  for (const entry of readdirSync(dist))
    if (entry.startsWith('.work-')) rmSync(join(dist, entry), { recursive: true, force: true })
  const work = join(dist, `.work-${process.pid}`)
  mkdirSync(work)
  try {
    const parts = []
    if (stamp.code !== made.code) parts.push(buildCode(work))
    if (stamp.pages !== made.pages) parts.push(buildPages(work))
    const results = await Promise.allSettled(parts)
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    swap(
      work,
      results.flatMap((result) => result.value),
    )
    writeFileSync(`${stampFile}.new`, JSON.stringify(made))
    renameSync(`${stampFile}.new`, stampFile)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

const isFresh = (stamp, made) => stamp.code === made.code && stamp.pages === made.pages

function canBuild() {
  try {
    return Boolean(require.resolve('typescript/bin/tsc') && require.resolve('vite/package.json'))
  } catch {
    // installed without development packages: a finished dist/ may have been brought along
    return false
  }
}

async function main() {
  if (!force && isFresh(readStamp(), fingerprints())) return
  if (canBuild()) return withLock(build)
  if (existsSync(join(dist, 'src', 'main.js'))) return
  throw new Error(
    'dist/ is missing and so is the compiler: run `npm ci` with development packages, or bring a built dist/.',
  )
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

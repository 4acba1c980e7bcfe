import type { Dirent, Stats } from 'node:fs'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import type { FolderFile, FolderRead, SheetFolder } from '../hub/sheet-folder-port.ts'
import { errorCode, Unreachable } from '../runtime/errors.ts'
import { adapter, shopForm } from './adapter.ts'
import { sheetLimits } from './sheet-reader.ts'

const settings = z.strictObject({
  folder: z.string().refine(isAbsolute, 'must be an absolute path'),
  /** Sub-folder → shop, where the folder is not called as the distributor is. */
  shops: z.record(z.string(), shopForm).default({}),
  /** Member ids. */
  tell: z.array(z.string().min(1)).max(10).default([]),
})

type Settings = z.infer<typeof settings>
type Seen = { readonly looked: Map<string, string>; readonly settled: Map<string, string> }
type Place = { readonly directory: string; readonly sub?: string }

const sheetName = /\.(?:xlsx|xls|csv|tsv)$/i
/** Lock files of spreadsheet programs, and parts that a copy or a sync has not finished. */
const passing = /^(?:\.|~\$)/
const mostFiles = 20_000

/**
 * Sheets that distributors put into a folder: a sub-folder each, or the folder itself. Looked at on a timer, since shares of other
 * machines tell nobody what changed. Files are read and otherwise left alone.
 */
export const sheetFolder = adapter(settings, (name, given) => {
  const seen: Seen = { looked: new Map(), settled: new Map() }
  const sheets: SheetFolder = {
    name,
    source: `sheet.watch-${name}`,
    tells: given.tell,
    look: () => look(name, given, seen),
  }
  return {
    sheets,
    check: async () => void (await entriesOf(given.folder)),
  }
})

async function look(name: string, given: Settings, seen: Seen): ReturnType<SheetFolder['look']> {
  const top = await entriesOf(given.folder)
  const subs = top.filter((one) => one.isDirectory() && !passing.test(one.name)).map((one) => one.name)
  const problems: string[] = []
  const files: FolderFile[] = []
  const there = new Set<string>()
  const places: readonly Place[] = [
    { directory: given.folder },
    ...subs.map((sub) => ({ directory: join(given.folder, sub), sub })),
  ]
  for (const place of places) {
    try {
      const entries = place.sub === undefined ? top : await entriesOf(place.directory)
      // links are not followed: they could lead anywhere
      const names = entries.filter((one) => one.isFile() && sheetName.test(one.name) && !passing.test(one.name))
      for (const { name: file } of names) {
        const path = join(place.directory, file)
        there.add(path)
        const ready = await still(path, seen)
        if (ready !== undefined) files.push(fileOf({ name, given, seen, place, file, path, stats: ready }))
      }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      problems.push(error.message)
    }
    if (there.size > mostFiles)
      throw new Unreachable(`the folder holds more than ${mostFiles} sheets: take old ones out`)
  }
  if (problems.length === 0) forget(seen, there)
  return { files: files.sort((a, b) => a.toldAtMs - b.toldAtMs), problems }
}

type Found = {
  readonly name: string
  readonly given: Settings
  readonly seen: Seen
  readonly place: Place
  readonly file: string
  readonly path: string
  readonly stats: Stats
}

function fileOf({ name, given, seen, place: { sub }, file, path, stats }: Found): FolderFile {
  const state = stateOf(stats)
  const shop = sub === undefined ? undefined : (given.shops[sub] ?? sub)
  return {
    sender: sub === undefined ? `folder:${name}` : `folder:${name}/${sub}`,
    ...(shop !== undefined && { shop }),
    fileName: sub === undefined ? file : `${sub}/${file}`,
    toldAtMs: Math.floor(stats.mtimeMs),
    state: `${path} ${state}`,
    read: () => readWhole(path, stats),
    settle: () => void seen.settled.set(path, state),
  }
}

/** Its state, when that is the one of the look before and not settled yet. */
async function still(path: string, { looked, settled }: Seen): Promise<Stats | undefined> {
  const stats = await statOf(path)
  if (stats === undefined) return undefined
  const state = stateOf(stats)
  const before = looked.get(path)
  looked.set(path, state)
  return before === state && settled.get(path) !== state ? stats : undefined
}

async function readWhole(path: string, before: Stats): Promise<FolderRead> {
  if (before.size > sheetLimits.bytes) return { outcome: 'refused', problem: 'too_big' }
  try {
    const bytes = await readFile(path)
    const after = await statOf(path)
    if (after === undefined || stateOf(after) !== stateOf(before)) return { outcome: 'changing' }
    return { outcome: 'read', bytes }
  } catch (error) {
    if (gone(error)) return { outcome: 'changing' }
    if (['EACCES', 'EPERM', 'EBUSY'].includes(errnoOf(error))) return { outcome: 'refused', problem: 'locked' }
    throw new Unreachable(`a sheet cannot be read (${errnoOf(error)})`, { cause: error })
  }
}

/** undefined when it went away since the folder was listed. */
async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (cause) {
    if (gone(cause)) return undefined
    throw new Unreachable(`a sheet cannot be looked at (${errnoOf(cause)})`, { cause })
  }
}

async function entriesOf(directory: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true })
  } catch (cause) {
    throw new Unreachable(`${directory} cannot be listed (${errnoOf(cause)}): see that it is there and readable`, {
      cause,
    })
  }
}

function forget({ looked, settled }: Seen, there: ReadonlySet<string>): void {
  for (const path of looked.keys())
    if (!there.has(path)) {
      looked.delete(path)
      settled.delete(path)
    }
}

const stateOf = ({ size, mtimeMs }: Stats): string => `${size} ${mtimeMs}`
const gone = (error: unknown): boolean => errnoOf(error) === 'ENOENT'
const errnoOf = (error: unknown): string => errorCode(error) ?? 'failed'

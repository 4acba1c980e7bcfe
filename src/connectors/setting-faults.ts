import type { z } from 'zod'
import { CannotStart } from '../runtime/errors.ts'

// What is wrong in connectors.json, said to whoever wrote it: entry, field, and what is wanted. Values are never repeated: some are secrets.

/** A sentence for each fault of one entry's settings; `known` are the names of all settings it may have. */
export function settingFaults(error: z.ZodError, known: readonly string[]): readonly string[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [sentence(fieldOf(issue.path), issue)]
    return issue.keys.map((key) => {
      const near = issue.path.length === 0 ? nearest(key, known) : undefined
      const instead = near === undefined ? 'take it out' : `is it ${near}?`
      return `${fieldOf([...issue.path, key])} is no setting: ${instead}`
    })
  })
}

/** The same for the file's own form: faults stand with the entry they are in, named as its writer would. */
export function formFaults(error: z.ZodError, file: unknown): readonly string[] {
  return error.issues.map((issue) => {
    const [list, index, ...rest] = issue.path
    if (list !== 'connectors' || typeof index !== 'number')
      return issue.code === 'unrecognized_keys'
        ? `${issue.keys.join(', ')} stands beside "connectors": take it out`
        : 'it must be {"connectors": [ … ]} with an entry for each system'
    return `${entryName(file, index)}: ${sentence(fieldOf(rest), issue)}`
  })
}

/** Where a text stops being JSON, as line and column; the text itself is not quoted. */
export function notJson(text: string, error: unknown): CannotStart {
  const [, at] = /position (\d+)/.exec(error instanceof Error ? error.message : '') ?? []
  const before = at === undefined ? text : text.slice(0, Number(at))
  const lines = before.split('\n')
  const place = `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`
  return new CannotStart(`connectors.json is not JSON: look at ${place} (a comma, a quote or a bracket)`, error)
}

type Issue = z.ZodError['issues'][number]

function sentence(field: string, issue: Issue): string {
  const { message } = issue
  if (field === '') return 'it must be an object in braces'
  if (issue.code === 'invalid_type' && / received undefined$/.test(message)) return `${field} is missing`
  if (issue.code === 'invalid_type')
    return `${field} must be ${article(issue.expected)}, not ${/ received (\w+)$/.exec(message)?.[1] ?? 'this'}`
  if (issue.code === 'invalid_value') return `${field} must be one of ${issue.values.map(String).join(', ')}`
  return /^must /.test(message)
    ? `${field} ${message}`
    : `${field}: ${message.replace(/^./, (first) => first.toLowerCase())}`
}

const article = (type: string): string => (/^[aeio]/.test(type) ? `an ${type}` : `a ${type}`)

/** `shops[0].shopNo` */
function fieldOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((field, step) => {
    if (typeof step === 'number') return `${field}[${step}]`
    return field === '' ? String(step) : `${field}.${String(step)}`
  }, '')
}

function entryName(file: unknown, index: number): string {
  const entries = typeof file === 'object' && file !== null && 'connectors' in file ? file.connectors : undefined
  const entry: unknown = Array.isArray(entries) ? entries[index] : undefined
  const said = typeof entry === 'object' && entry !== null ? Object.entries(entry) : []
  const name = ['name', 'kind']
    .map((key) => said.find(([one]) => one === key)?.[1])
    .find((one) => typeof one === 'string')
  return typeof name === 'string' && name !== '' ? name : `entry ${index + 1}`
}

/** The setting that was probably meant: the same letters whatever their size, or two slips of the hand apart. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '')
  const byDistance = known
    .map((one) => ({ one, slips: slipsBetween(plain(key), plain(one)) }))
    .filter(({ slips, one }) => slips <= Math.min(2, Math.floor(one.length / 3)))
  return byDistance.sort((a, b) => a.slips - b.slips)[0]?.one
}

function slipsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, n) => n)
  for (const [n, letter] of [...one].entries()) {
    const next = [n + 1]
    for (const [m, theirs] of [...other].entries())
      next.push(Math.min((next[m] ?? 0) + 1, (row[m + 1] ?? 0) + 1, (row[m] ?? 0) + (letter === theirs ? 0 : 1)))
    row = next
  }
  return row.at(-1) ?? 0
}

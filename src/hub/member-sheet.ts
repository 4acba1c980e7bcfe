import { parseCsv } from './csv.ts'

export const memberFields = ['name', 'roles', 'wecom', 'dingtalk', 'unionId', 'phone', 'status'] as const
export type MemberField = (typeof memberFields)[number]

/** What headers, roles and states may be called; src/text/zh-members.ts has them. Compared without case and blanks. */
export type MemberWords<Role extends string> = {
  readonly headers: Readonly<Record<MemberField, readonly string[]>>
  readonly roles: Readonly<Record<Role, readonly string[]>>
  readonly left: readonly string[]
  readonly staying: readonly string[]
}

/** One person of the sheet. An empty cell is undefined and changes nothing. */
export type MemberRow<Role extends string> = {
  readonly line: number
  readonly name: string
  readonly roles: readonly Role[]
  readonly wecom: string | undefined
  readonly dingtalk: string | undefined
  readonly unionId: string | undefined
  readonly phone: string | undefined
  readonly active: boolean
}

export type MemberProblem = {
  /** Line of the file, the header being 1. */
  readonly line: number
  readonly problem:
    | 'missing-column'
    | 'no-name'
    | 'no-roles'
    | 'unknown-role'
    | 'unknown-status'
    | 'bad-phone'
    | 'no-identity'
    | 'twice'
    | 'two-people'
  /** What stood there; never a phone number. */
  readonly shown: string
}

export type MemberSheet<Role extends string> = {
  readonly rows: readonly MemberRow<Role>[]
  readonly problems: readonly MemberProblem[]
}

/** Reads a staff list. Every fault of every line is named; rows with a fault are left out. Pure. */
export function readMemberSheet<Role extends string>(text: string, words: MemberWords<Role>): MemberSheet<Role> {
  const [header, ...lines] = parseCsv(text)
  const columns = columnsOf(header?.cells ?? [], words)
  const missing = (['name', 'roles'] as const).filter((field) => !columns.has(field))
  if (missing.length > 0)
    return { rows: [], problems: missing.map((shown) => ({ line: 1, problem: 'missing-column', shown })) }

  const rows: MemberRow<Role>[] = []
  const problems: MemberProblem[] = []
  const seen = new Map<string, number>()
  for (const { line, cells } of lines) {
    const cell = (field: MemberField) => cells[columns.get(field) ?? -1] || undefined
    const read = readRow(line, cell, words)
    const twice = read.ids.find((id) => seen.has(id))
    for (const id of read.ids) seen.set(id, line)
    if (twice !== undefined) read.problems.push({ line, problem: 'twice', shown: read.row.name })
    if (read.problems.length === 0) rows.push(read.row)
    problems.push(...read.problems)
  }
  return { rows, problems }
}

function columnsOf<Role extends string>(
  header: readonly string[],
  words: MemberWords<Role>,
): ReadonlyMap<MemberField, number> {
  const found = new Map<MemberField, number>()
  for (const field of memberFields) {
    const names = new Set([field, ...words.headers[field]].map(plain))
    const index = header.findIndex((title) => names.has(plain(title)))
    if (index >= 0) found.set(field, index)
  }
  return found
}

function readRow<Role extends string>(
  line: number,
  cell: (field: MemberField) => string | undefined,
  words: MemberWords<Role>,
) {
  const problems: MemberProblem[] = []
  const fault = (problem: MemberProblem['problem'], shown = '') => problems.push({ line, problem, shown })
  const roles = new Set<Role>()
  for (const name of (cell('roles') ?? '').split(/[,\uff0c\u3001;\uff1b/|\s]+/).filter(Boolean)) {
    const role = roleOf(name, words)
    if (role) roles.add(role)
    else fault('unknown-role', name)
  }
  const status = cell('status')
  const active = status === undefined || words.staying.map(plain).includes(plain(status))
  if (!active && !words.left.map(plain).includes(plain(status))) fault('unknown-status', status)
  const name = cell('name') ?? ''
  const row: MemberRow<Role> = {
    line,
    name,
    roles: [...roles].sort(),
    wecom: cell('wecom'),
    dingtalk: cell('dingtalk'),
    unionId: cell('unionId'),
    phone: cell('phone'),
    active,
  }
  if (name === '') fault('no-name')
  if (roles.size === 0 && active && problems.every(({ problem }) => problem !== 'unknown-role')) fault('no-roles', name)
  if (row.wecom === undefined && row.dingtalk === undefined && row.phone === undefined) fault('no-identity', name)
  const ids = [
    row.wecom && `wecom ${row.wecom.toLowerCase()}`,
    row.dingtalk && `dingtalk ${row.dingtalk.toLowerCase()}`,
    row.phone && `phone ${row.phone.replace(/\D/g, '')}`,
  ].filter((id) => id !== undefined)
  return { row, problems, ids }
}

function roleOf<Role extends string>(name: string, words: MemberWords<Role>): Role | undefined {
  const roles = Object.entries(words.roles) as [Role, readonly string[]][]
  return roles.find(([role, names]) => [role, ...names].some((known) => plain(known) === plain(name)))?.[0]
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]/g, '')
}

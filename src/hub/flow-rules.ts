import { z } from 'zod'
import { BadPayload } from '../runtime/errors.ts'
import { limitOf } from './rung-times.ts'
import { type ClockName, clockRules } from './rungs.ts'
import type { Sql } from './write.ts'

// The approval flow as data: its levels, limits and conditions, versioned. A return keeps the version it began with.

const fenText = z.string().regex(/^\d{1,12}$/, 'must be an amount in fen')

const decidingRoles = ['cs_lead', 'warehouse', 'finance'] as const

/** The number says what a level checks and by which clock it runs: 1 the request, 2 the shelf, 3 what is owed. */
const levelForm = z.strictObject({
  level: z.int().min(1).max(3),
  /** Who decides it. */
  role: z.enum(decidingRoles),
  limitMinutes: z.int().min(1).max(10_080),
  /** The level is left out for smaller amounts; unknown amounts always pass it. */
  fromFen: fenText.optional(),
  /** The level is left out for customers of this level (V1 to V5) and above; unknown customers always pass it. */
  exceptFrom: z.int().min(1).max(5).optional(),
})

const form = z
  .strictObject({
    levels: z.array(levelForm).min(1).max(3),
    /** Small safe cases pass their levels by rule: so much at most, so often per customer and day, one in so many looked at all the same. */
    autoApprove: z
      .strictObject({
        mostFen: fenText,
        perCustomerPerDay: z.int().min(1).max(10),
        sampleOneIn: z.int().min(2).max(1_000),
      })
      .optional(),
    /** When money goes: with the last yes, with the carrier's first scan, or once the goods are booked in. */
    releaseAt: z.enum(['at_approval', 'first_scan', 'scan_in']),
  })
  .refine(
    ({ levels }) => levels.every(({ level }, index) => index === 0 || level > (levels[index - 1]?.level ?? 0)),
    'levels must stand in their order, each once',
  )
  .refine(
    ({ levels }) => new Set(levels.map(({ role }) => role)).size === levels.length,
    'a role decides one level: nobody decides two levels of one return',
  )
  .refine(
    ({ levels }) => levels.some(({ fromFen, exceptFrom }) => fromFen === undefined && exceptFrom === undefined),
    'one level must decide whatever the amount and whoever the customer',
  )

export type FlowRules = z.infer<typeof form>
export type FlowLevel = FlowRules['levels'][number]

/** Version 1: product §0 and §2.9. */
export const defaultFlow: FlowRules = {
  levels: [
    { level: 1, role: 'cs_lead', limitMinutes: 15 },
    { level: 2, role: 'warehouse', limitMinutes: 240 },
    { level: 3, role: 'finance', limitMinutes: 240 },
  ],
  releaseAt: 'scan_in',
}

/** Checks rules before they go live. Throws BadPayload with what is wrong. */
export function checkedFlow(body: unknown): FlowRules {
  const read = form.safeParse(body)
  if (!read.success) throw new BadPayload(`the flow: ${z.prettifyError(read.error)}`)
  return read.data
}

export type LiveFlow = { readonly version: number; readonly rules: FlowRules }

/** The version that new returns begin with. */
export async function liveFlow(sql: Sql): Promise<LiveFlow> {
  const [row] = await sql<{ version: number; body: unknown }[]>`
    SELECT version, body FROM flow_versions ORDER BY version DESC LIMIT 1`
  return row === undefined ? { version: 1, rules: defaultFlow } : { version: row.version, rules: checkedFlow(row.body) }
}

/** The rules of one version; version 1 is the shipped one where nobody has changed anything. */
export async function flowOf(sql: Sql, version: number): Promise<FlowRules> {
  const [row] = await sql<{ body: unknown }[]>`SELECT body FROM flow_versions WHERE version = ${version}`
  if (row !== undefined) return checkedFlow(row.body)
  if (version === 1) return defaultFlow
  throw new BadPayload(`there is no version ${version} of the flow`)
}

/** The levels that a return of this amount passes; `customerLevel` as customers have it: V3. At least one. */
export function levelsFor(
  { levels }: FlowRules,
  refundFen: bigint | undefined,
  customerLevel?: string,
): readonly FlowLevel[] {
  const rank = Number(/^V([1-5])$/.exec(customerLevel ?? '')?.[1] ?? 0)
  return levels.filter(
    ({ fromFen, exceptFrom }) =>
      (fromFen === undefined || refundFen === undefined || refundFen >= BigInt(fromFen)) &&
      (exceptFrom === undefined || rank < exceptFrom),
  )
}

/** Limits count the hours in which a level is staffed: the first all day, the others on office days. */
const levelClocks: readonly Extract<ClockName, 'l1' | 'l2' | 'l3'>[] = ['l1', 'l2', 'l3']

async function settingOf(sql: Sql, name: string): Promise<unknown> {
  const [row] = await sql<{ value: unknown }[]>`SELECT value FROM settings WHERE name = ${name}`
  return row?.value
}

/** When a level that opens now has to be decided, in the calendar of its clock. */
export async function levelDueMs(
  sql: Sql,
  { level, limitMinutes }: Pick<FlowLevel, 'level' | 'limitMinutes'>,
  startMs: number,
): Promise<number> {
  const rules = await clockRules({ get: async (name) => settingOf(sql, name) })
  const clock = levelClocks[level - 1] ?? 'l3'
  const clocks = { ...rules.clocks, [clock]: { ...rules.clocks[clock], limitMinutes } }
  return limitOf({ ...rules, clocks }, clock, startMs)
}

import { z } from 'zod'
import { BadPayload } from '../runtime/errors.ts'
import { errorFields, type Log } from '../runtime/log.ts'
import { publishedDays } from './holidays.ts'
import type { Settings } from './settings.ts'
import type { Calendar } from './working-time.ts'

export const clockNames = [
  'l1',
  'l2',
  'l3',
  'return_total',
  'fine',
  'stalled',
  'unscanned',
  'ship_promise',
  'first_sms',
  'no_carrier',
  'no_waybill',
  'command',
  'assigned',
] as const

export type ClockName = (typeof clockNames)[number]

export const steps = ['nudge', 'deputy', 'substitute', 'supervisor', 'director', 'team', 'list'] as const

/** What a rung is called in the ledger. list: nobody is told, it stands on the list alone. */
export type Step = (typeof steps)[number]

const roleNames = ['cs', 'cs_lead', 'warehouse', 'finance', 'ops', 'director', 'it'] as const

/** What is done at a rung; kept with the deadline, so that a running item keeps the rules it was armed under. */
export type RungPlan = {
  readonly step: Step
  /** holder: who has to decide, or everybody of the role · others: the rest of that role · else these roles or people. */
  readonly tell:
    | 'holder'
    | 'others'
    | 'nobody'
    | readonly (typeof roleNames)[number][]
    | { readonly members: readonly string[] }
  /** carrier-call: a call to the carrier is opened where none stands. */
  readonly act?: 'carrier-call' | undefined
  /** Told at the next full hour, with whatever else came due in it: for what happens to many at once. */
  readonly together?: 'hour' | undefined
  /** Clock `assigned`: the level that was handed to this person. */
  readonly of?: { readonly level: number; readonly memberId: string } | undefined
}

export type Rung = RungPlan & {
  /** Minutes of the clock's calendar after it started; 0 with ship_promise: at the promise. */
  readonly minutes: number
}

export type ClockRule = {
  readonly limitMinutes: number
  readonly calendar: Calendar['kind']
  /** In order of time; a rung's number is its place, from 1. */
  readonly rungs: readonly Rung[]
}

export type ClockRules = {
  readonly clocks: Readonly<Record<ClockName, ClockRule>>
  readonly staffed: { readonly opensMin: number; readonly closesMin: number }
  readonly working: { readonly opensMin: number; readonly closesMin: number }
  readonly holidays: readonly string[]
  readonly workdays: readonly string[]
  /** Nobody is told between these minutes of the day, but of what is urgent. Begins in the evening, ends in the morning. */
  readonly quiet: { readonly fromMin: number; readonly toMin: number }
  /** A return with no more than this to its fine line rings at any time. */
  readonly urgentMinutes: number
  /** Who has said 我来处理 is not reminded of it for so long. */
  readonly ackMinutes: number
  /** Nobody hears of one item twice within this. */
  readonly itemPauseMinutes: number
  /** Messages of this engine to one person; what is beyond collects. */
  readonly perHour: number
}

const hour = 60
const level = (role: 'cs_lead' | 'director'): ClockRule => ({
  limitMinutes: 4 * hour,
  calendar: 'working',
  rungs: [
    { minutes: 3 * hour, step: 'nudge', tell: 'holder' },
    { minutes: 4 * hour, step: 'substitute', tell: 'others' },
    { minutes: 5 * hour, step: 'supervisor', tell: [role] },
  ],
})

/** Version 1, 2026-11-22: product §2.9. Replaced in part by the setting `clocks.rules`. */
export const defaultClockRules: ClockRules = {
  clocks: {
    l1: {
      limitMinutes: 15,
      calendar: 'staffed',
      rungs: [
        { minutes: 10, step: 'nudge', tell: 'holder' },
        { minutes: 15, step: 'deputy', tell: 'others' },
      ],
    },
    l2: level('cs_lead'),
    l3: level('director'),
    return_total: {
      limitMinutes: 24 * hour,
      calendar: 'wall',
      rungs: [
        { minutes: 20 * hour, step: 'nudge', tell: 'holder' },
        { minutes: 24 * hour, step: 'director', tell: ['director'] },
      ],
    },
    fine: {
      limitMinutes: 72 * hour,
      calendar: 'wall',
      rungs: [
        { minutes: 60 * hour, step: 'director', tell: ['director'] },
        { minutes: 70 * hour, step: 'director', tell: ['director'] },
        { minutes: 72 * hour, step: 'director', tell: ['director'] },
      ],
    },
    stalled: {
      limitMinutes: 48 * hour,
      calendar: 'wall',
      rungs: [
        { minutes: 36 * hour, step: 'list', tell: 'nobody' },
        { minutes: 48 * hour, step: 'team', tell: ['cs'], act: 'carrier-call' },
      ],
    },
    unscanned: {
      limitMinutes: 24 * hour,
      calendar: 'wall',
      rungs: [
        { minutes: 18 * hour, step: 'nudge', tell: ['warehouse'] },
        { minutes: 24 * hour, step: 'team', tell: ['warehouse', 'cs_lead'] },
      ],
    },
    ship_promise: {
      limitMinutes: 0,
      calendar: 'wall',
      rungs: [{ minutes: 0, step: 'team', tell: ['warehouse'] }],
    },
    first_sms: {
      limitMinutes: 2 * hour,
      calendar: 'wall',
      rungs: [
        { minutes: 90, step: 'list', tell: 'nobody' },
        { minutes: 2 * hour, step: 'team', tell: ['cs_lead'], together: 'hour' },
      ],
    },
    no_carrier: {
      limitMinutes: hour,
      calendar: 'working',
      rungs: [
        // the fix card is there within sixty seconds, the sweep's own lateness counted in
        { minutes: 0, step: 'nudge', tell: ['cs_lead'] },
        { minutes: hour, step: 'supervisor', tell: ['ops'] },
      ],
    },
    no_waybill: {
      // found within ten minutes of the event (product row 13), the time a lagging push needs left to it
      limitMinutes: 10,
      calendar: 'wall',
      rungs: [{ minutes: 5, step: 'team', tell: ['warehouse', 'ops'] }],
    },
    command: {
      // two minutes in which it may be taken back, ten for its three tries
      limitMinutes: 12,
      calendar: 'wall',
      rungs: [{ minutes: 12, step: 'team', tell: ['it'] }],
    },
    assigned: {
      limitMinutes: 30,
      calendar: 'wall',
      // armed one by one (assigned-clock.ts): who assigned it is told
      rungs: [{ minutes: 30, step: 'director', tell: ['director'] }],
    },
  },
  staffed: { opensMin: 8 * hour, closesMin: 23 * hour },
  working: { opensMin: 9 * hour, closesMin: 18 * hour },
  ...publishedDays,
  quiet: { fromMin: 23 * hour, toMin: 8 * hour },
  urgentMinutes: 2 * hour,
  ackMinutes: 2 * hour,
  itemPauseMinutes: 10,
  perHour: 12,
}

const minuteOfDay = z.int().min(0).max(1440)
const hoursForm = z
  .strictObject({ opensMin: minuteOfDay, closesMin: minuteOfDay })
  .refine(({ opensMin, closesMin }) => opensMin < closesMin, 'opensMin must be before closesMin')

export const planForm = z.object({
  step: z.enum(steps),
  tell: z.union([
    z.enum(['holder', 'others', 'nobody']),
    z.array(z.enum(roleNames)).min(1),
    z.strictObject({ members: z.array(z.string()).min(1) }),
  ]),
  act: z.literal('carrier-call').optional(),
  together: z.literal('hour').optional(),
  of: z.strictObject({ level: z.int(), memberId: z.string() }).optional(),
})

const ruleForm = z
  .strictObject({
    limitMinutes: z.int().min(0).max(100_000),
    calendar: z.enum(['wall', 'staffed', 'working']),
    rungs: z
      .array(planForm.extend({ minutes: z.int().min(0).max(100_000) }))
      .min(1)
      .max(20),
  })
  .refine(
    ({ rungs }) => rungs.every(({ minutes }, index) => index === 0 || minutes > (rungs[index - 1]?.minutes ?? 0)),
    'rungs must stand in order of time',
  )

const form = z
  .strictObject({
    clocks: z.partialRecord(z.enum(clockNames), ruleForm),
    staffed: hoursForm,
    working: hoursForm,
    holidays: z.array(z.iso.date()),
    workdays: z.array(z.iso.date()),
    quiet: z
      .strictObject({ fromMin: minuteOfDay, toMin: minuteOfDay })
      .refine(({ fromMin, toMin }) => fromMin > toMin, 'quiet hours begin in the evening and end in the morning'),
    urgentMinutes: z.int().min(0),
    ackMinutes: z.int().min(0),
    itemPauseMinutes: z.int().min(0),
    perHour: z.int().min(1),
  })
  .partial()

/** The rules with what the setting `clocks.rules` replaces of them. Throws BadPayload when the setting has another shape. */
export async function clockRules(settings: Pick<Settings, 'get'>): Promise<ClockRules> {
  const stored = await settings.get('clocks.rules')
  if (stored === undefined) return defaultClockRules
  const read = form.safeParse(stored)
  if (!read.success) throw new BadPayload(`setting clocks.rules: ${z.prettifyError(read.error)}`)
  const { clocks, ...rest } = read.data
  const given = Object.entries(rest).filter(([, value]) => value !== undefined)
  return {
    ...defaultClockRules,
    ...Object.fromEntries(given),
    clocks: { ...defaultClockRules.clocks, ...(clocks as Partial<ClockRules['clocks']>) },
  }
}

/**
 * The rules for the engine: a setting that cannot be read must not stop the clocks, so the last rules that could be count until
 * it is put right, and the log says so once.
 */
export function steadyRules(settings: Pick<Settings, 'get'>, log: Log): () => Promise<ClockRules> {
  let good = defaultClockRules
  let told = false
  return async () => {
    try {
      good = await clockRules(settings)
      told = false
    } catch (error) {
      if (!(error instanceof BadPayload)) throw error
      if (!told) log('error', 'the clocks go on by their last rules', errorFields(error))
      told = true
    }
    return good
  }
}

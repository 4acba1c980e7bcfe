import { z } from 'zod'
import { BadPayload } from '../runtime/errors.ts'
import type { Settings } from './settings.ts'

/** What the rules of returning tell apart. Which words mean which kind is written in text/zh-returns.ts. */
export type GoodsKind = 'food' | 'hygiene' | 'intimate' | 'care' | 'ordinary' | 'unknown'

/** Why a kind once opened is not taken back without a reason. */
export type OpenedRule = 'health' | 'hygiene' | 'quality' | 'worn' | 'depends'

export type ReturnPolicy = {
  readonly version: number
  /** Days from the day after signing in which no reason is needed. */
  readonly noReasonDays: number
  /** The same for damaged, wrong or faulty goods, opened or not. */
  readonly qualityDays: number
  readonly opened: Readonly<Record<GoodsKind, OpenedRule>>
}

/**
 * Version 1, 2026-11-22. Sources: consumer protection law art. 24 and 25; interim measures on seven-day returns (SAMR order 90,
 * as revised 2020) art. 6 and 7 (opened goods whose health, hygiene or quality suffers are excepted), art. 10 (the seven days
 * start the day after signing); 15 days for faults: the firm's promise after the "three guarantees" rules.
 */
export const defaultReturnPolicy: ReturnPolicy = {
  version: 1,
  noReasonDays: 7,
  qualityDays: 15,
  opened: {
    food: 'health',
    hygiene: 'hygiene',
    intimate: 'hygiene',
    care: 'quality',
    ordinary: 'worn',
    unknown: 'depends',
  },
}

const rule = z.enum(['health', 'hygiene', 'quality', 'worn', 'depends'])
const form = z.strictObject({
  version: z.int().positive(),
  noReasonDays: z.int().min(7),
  qualityDays: z.int().min(7),
  opened: z.partialRecord(z.enum(['food', 'hygiene', 'intimate', 'care', 'ordinary', 'unknown']), rule),
})

/** The policy with what the setting `return.policy` replaces of it. Throws BadPayload when the setting has another shape. */
export async function returnPolicy(settings: Pick<Settings, 'get'>): Promise<ReturnPolicy> {
  const stored = await settings.get('return.policy')
  if (stored === undefined) return defaultReturnPolicy
  const read = form.partial().safeParse(stored)
  if (!read.success) throw new BadPayload(`setting return.policy: ${z.prettifyError(read.error)}`)
  const { opened, ...rest } = read.data
  const given = Object.entries(rest).filter(([, value]) => value !== undefined)
  return {
    ...defaultReturnPolicy,
    ...Object.fromEntries(given),
    opened: { ...defaultReturnPolicy.opened, ...(opened as Partial<ReturnPolicy['opened']>) },
  }
}

/** What is known of the goods somebody wants to send back. `days` since the day of signing, 0 on that day itself. */
export type ReturnCase = {
  readonly kind: GoodsKind
  readonly opened: boolean | undefined
  readonly faulty: boolean
  readonly days: number | undefined
}

/**
 * yes: within the days. quality-only: only if something is wrong with it. opened: excepted once opened, `rule` says why; the
 * fault rule still holds when `faultStillOpen`. late: all days are over. Nothing here is a promise: the warehouse looks at it.
 */
export type PolicyVerdict =
  | { readonly outcome: 'yes'; readonly because: 'no-reason' | 'quality'; readonly rule: OpenedRule }
  | { readonly outcome: 'quality-only' }
  | { readonly outcome: 'opened'; readonly rule: OpenedRule; readonly faultStillOpen: boolean }
  | { readonly outcome: 'late' }

/** By the policy and what was said; without a day of signing the days count as open. */
export function judgeReturn(policy: ReturnPolicy, { kind, opened, faulty, days }: ReturnCase): PolicyVerdict {
  const since = days ?? 0
  const faultStillOpen = since <= policy.qualityDays
  const rule = policy.opened[kind]
  if (faulty) return faultStillOpen ? { outcome: 'yes', because: 'quality', rule } : { outcome: 'late' }
  if (since > policy.qualityDays) return { outcome: 'late' }
  if (since > policy.noReasonDays) return { outcome: 'quality-only' }
  if (opened === true && rule !== 'worn' && rule !== 'depends') return { outcome: 'opened', rule, faultStillOpen }
  return { outcome: 'yes', because: 'no-reason', rule }
}

import type { Subject } from './clock-subjects.ts'
import { idOf } from './clock-subjects.ts'
import type { CarrierCode, Channel } from './order-facts.ts'
import type { ClockName, ClockRules, Step } from './rungs.ts'
import type { Sql } from './write.ts'

/** What was tried before on one subject. */
export type Tried = {
  /** Reminders, by the desk and by hand. */
  readonly nudges: number
  /** Rungs above a reminder: whom they reached; nobody when the list is empty. */
  readonly asked: readonly { readonly step: Step; readonly names: readonly string[] }[]
}

type About = {
  readonly subject: Subject
  readonly orderId: string
  readonly channel: Channel
  readonly orderNo: string
}

export type ReturnAbout = About & {
  readonly kind: 'return'
  readonly returnId: string
  readonly refundFen?: bigint
  readonly appliedAtMs: number
  readonly fineAtMs: number
  /** The limit of the whole return. */
  readonly wholeDueAtMs: number
  readonly level?: { readonly role: string; readonly holder?: string; readonly dueAtMs?: number }
  /** Who has put its reminders off, the longest wait first. */
  readonly snoozed?: readonly { readonly by: string; readonly untilMs: number }[]
  readonly tried: Tried
}

export type ParcelAbout = About & {
  readonly kind: 'parcel'
  readonly waybillNo?: string
  readonly carrier: CarrierCode
  readonly carrierName?: string
  readonly place?: string
  /** The open call to the carrier. */
  readonly call?: string
}

export type OrderAbout = About & {
  readonly kind: 'order'
  readonly delayReason?: string
  /** Why it is held back from being worked on. */
  readonly quarantineReason?: string
  /** A carrier was chosen when it was ordered, or since. */
  readonly hasCarrier: boolean
}

/** What was told to another system and is not done. */
export type CommandAbout = Omit<About, 'channel' | 'orderNo'> & {
  readonly kind: 'command'
  /** A name of hub/commands.ts. */
  readonly name: string
  /** The return or order it is about: its number. */
  readonly object: string
  readonly target: string
  readonly tries: number
  readonly lastError?: string
}

/** What a message says of one item. No customer is in it. */
export type EscalatedItem = {
  readonly clock: ClockName
  readonly step: Step
  readonly urgent: boolean
  /** When the clock started, and when this rung was due. */
  readonly sinceMs: number
  readonly dueMs: number
  readonly about: ReturnAbout | ParcelAbout | OrderAbout | CommandAbout
}

type Row<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> | null }

const ofKind = (subjects: readonly Subject[], kind: string) =>
  subjects.filter((subject) => subject.startsWith(`${kind}:`)).map(idOf)

const known = <T>(row: Row<T>): T =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as T

/** The facts of these subjects, by subject; at most the few that a message shows. */
export async function aboutSubjects(
  tx: Sql,
  subjects: readonly Subject[],
  rules: ClockRules,
): Promise<ReadonlyMap<Subject, EscalatedItem['about']>> {
  const found: EscalatedItem['about'][] = [
    ...(await aboutReturns(tx, ofKind(subjects, 'return'), rules)),
    ...(await aboutParcels(tx, ofKind(subjects, 'parcel'))),
    ...(await aboutOrders(tx, ofKind(subjects, 'order'))),
    ...(await aboutCommands(tx, ofKind(subjects, 'command'))),
  ]
  return new Map(found.map((about) => [about.subject, about]))
}

async function aboutReturns(tx: Sql, ids: readonly string[], rules: ClockRules): Promise<readonly ReturnAbout[]> {
  if (ids.length === 0) return []
  type Plain = Omit<ReturnAbout, 'kind' | 'tried' | 'fineAtMs' | 'wholeDueAtMs'>
  const rows = await tx<Row<Plain>[]>`
    SELECT 'return:' || r.id AS subject, r.order_id AS "orderId", o.channel, o.order_no AS "orderNo", r.id AS "returnId",
      r.refund_fen AS "refundFen", round(extract(epoch FROM r.applied_at) * 1000)::float8 AS "appliedAtMs",
      (SELECT json_strip_nulls(json_build_object('role', l.role, 'holder', m.name,
          'dueAtMs', round(extract(epoch FROM l.due_at) * 1000)::float8))
        FROM approval_levels l LEFT JOIN members m ON m.id = l.holder_id
        WHERE l.return_id = r.id AND l.state = 'pending' ORDER BY l.level LIMIT 1) AS level,
      (SELECT json_agg(json_build_object('by', w.name, 'untilMs', round(extract(epoch FROM s.until_at) * 1000)::float8)
          ORDER BY s.until_at DESC)
        FROM snoozes s JOIN members w ON w.id = s.member_id WHERE s.subject = 'return:' || r.id AND NOT s.over) AS snoozed
    FROM returns r JOIN orders o ON o.id = r.order_id WHERE r.id = ANY(${[...ids]}::text[])`
  const tried = await triedOf(
    tx,
    ids.map((id): Subject => `return:${id}`),
  )
  const limitMs = (clock: 'fine' | 'return_total') => rules.clocks[clock].limitMinutes * 60_000
  return rows.map((row) => {
    const about = known<Plain>(row)
    return {
      ...about,
      kind: 'return',
      fineAtMs: about.appliedAtMs + limitMs('fine'),
      wholeDueAtMs: about.appliedAtMs + limitMs('return_total'),
      tried: tried.get(about.subject) ?? { nudges: 0, asked: [] },
    }
  })
}

async function aboutParcels(tx: Sql, ids: readonly string[]): Promise<readonly ParcelAbout[]> {
  if (ids.length === 0) return []
  const rows = await tx<Row<Omit<ParcelAbout, 'kind'>>[]>`
    SELECT 'parcel:' || p.id AS subject, p.order_id AS "orderId", o.channel, o.order_no AS "orderNo", p.waybill_no AS "waybillNo",
      p.carrier_code AS carrier, p.carrier_name AS "carrierName",
      (SELECT t.place FROM tracking_events t WHERE t.parcel_id = p.id ORDER BY t.occurred_at DESC LIMIT 1) AS place,
      (SELECT c.id FROM carrier_calls c WHERE c.parcel_id = p.id AND c.closed_at IS NULL) AS call
    FROM parcels p JOIN orders o ON o.id = p.order_id WHERE p.id = ANY(${[...ids]}::text[])`
  return rows.map((row) => ({ ...known<Omit<ParcelAbout, 'kind'>>(row), kind: 'parcel' }))
}

async function aboutOrders(tx: Sql, ids: readonly string[]): Promise<readonly OrderAbout[]> {
  if (ids.length === 0) return []
  const rows = await tx<Row<Omit<OrderAbout, 'kind'>>[]>`
    SELECT 'order:' || o.id AS subject, o.id AS "orderId", o.channel, o.order_no AS "orderNo",
      o.delay_reason AS "delayReason", o.quarantine_reason AS "quarantineReason",
      o.carrier_code IS NOT NULL AS "hasCarrier"
    FROM orders o WHERE o.id = ANY(${[...ids]}::text[])`
  return rows.map((row) => ({ ...known<Omit<OrderAbout, 'kind'>>(row), kind: 'order' }))
}

async function aboutCommands(tx: Sql, keys: readonly string[]): Promise<readonly CommandAbout[]> {
  if (keys.length === 0) return []
  const rows = await tx<Row<Omit<CommandAbout, 'kind'>>[]>`
    SELECT 'command:' || c.key AS subject, coalesce(r.order_id, split_part(c.subject, ':', 2)) AS "orderId", c.name,
      split_part(c.subject, ':', 2) AS object, c.target, c.tries, c.last_error AS "lastError"
    FROM commands c LEFT JOIN returns r ON c.subject = 'return:' || r.id WHERE c.key = ANY(${[...keys]}::text[])`
  return rows.map((row) => ({ ...known<Omit<CommandAbout, 'kind'>>(row), kind: 'command' }))
}

/** Only what went out counts: a reminder that waits for the morning has reminded nobody. */
async function triedOf(tx: Sql, subjects: readonly Subject[]): Promise<ReadonlyMap<Subject, Tried>> {
  const rungs = await tx<{ subject: Subject; step: Step; names: readonly string[] }[]>`
    SELECT e.subject, e.step, array_remove(array_agg(DISTINCT m.name), NULL) AS names
    FROM escalations e LEFT JOIN members m ON m.id = e.member_id
    WHERE e.subject = ANY(${[...subjects]}::text[]) AND e.state IN ('told', 'delivered', 'nobody')
    GROUP BY e.subject, e.step, e.clock, e.rung, e.fired_at ORDER BY min(e.id)`
  const urged = await tx<{ subject: Subject; times: number }[]>`
    SELECT subject, count(*)::int AS times FROM nudges WHERE subject = ANY(${[...subjects]}::text[]) GROUP BY subject`
  return new Map(
    subjects.map((subject) => {
      const own = rungs.filter((rung) => rung.subject === subject)
      const byHand = urged.find((row) => row.subject === subject)?.times ?? 0
      const nudges = byHand + own.filter(({ step, names }) => step === 'nudge' && names.length > 0).length
      const asked = own.filter(({ step }) => step !== 'nudge').map(({ step, names }) => ({ step, names }))
      return [subject, { nudges, asked }]
    }),
  )
}

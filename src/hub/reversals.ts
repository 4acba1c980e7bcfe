import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Ids } from '../runtime/ids.ts'
import type { Audit } from './audit.ts'
import type { Command, GiveCommands } from './commands.ts'
import { withdrawCommands } from './give-commands.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'
import type { PersonalData } from './personal.ts'
import { type CloseTodo, type CustomerWords, findReturn, noticeOf } from './return-actions.ts'
import { type Receiver, receiversOf, rolesOf } from './staff.ts'
import { lockReturn } from './undo-decision.ts'
import { expectOne, type Sql } from './write.ts'

/** A wish to turn an approval back after its two minutes; it needs the yes of somebody above. Times epoch ms. */
export type Reversal = {
  readonly id: string
  readonly returnId: string
  readonly orderId: string
  readonly refundFen?: bigint
  readonly askedById: string
  readonly askedBy: string
  readonly askedAtMs: number
  readonly reason: string
  readonly state: 'pending' | 'approved' | 'refused'
  readonly decidedById?: string
  readonly decidedBy?: string
  readonly decidedAtMs?: number
}

/** Why nothing was done. */
export type ReversalRefusal =
  | { readonly outcome: 'gone' }
  /** Not one of those who decided it; for a decision: not above, or the one who asked. */
  | { readonly outcome: 'forbidden' }
  /** The goods are in or the money went: the return is carried out. */
  | { readonly outcome: 'carried-out' }

export type AskedReversal =
  | ReversalRefusal
  | { readonly outcome: 'asked'; readonly reversal: Reversal; readonly told: readonly string[] }
  | { readonly outcome: 'stands'; readonly reversal: Reversal }

export type DecidedReversal =
  | ReversalRefusal
  | { readonly outcome: 'decided'; readonly reversal: Reversal }
  | { readonly outcome: 'already'; readonly reversal: Reversal }

export type TellReversal = (reversal: Reversal, to: readonly Receiver[], nowMs: number) => readonly OutboxEntry[]

export type Reversals = {
  /** By somebody who decided a level of it. Those who may say yes are told. */
  ask(returnId: string, memberId: string, reason: string, tell: TellReversal): Promise<AskedReversal>
  /** Turns the approval back, or leaves it: never by the one who asked. Whoever asked is told. Wake the pump. */
  decide(id: string, memberId: string, yes: boolean, tell: TellReversal): Promise<DecidedReversal>
}

export type ReversalParts = {
  readonly database: Pick<Database, 'sql'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly audit: Pick<Audit, 'append'>
  readonly personal: PersonalData
  readonly clock: Clock
  readonly ids: Ids
  readonly give: GiveCommands
  readonly closeTodo: CloseTodo
  readonly words: Pick<CustomerWords, 'reversed'>
  /** Platforms that messages can leave by, the first one first. */
  readonly channels: readonly string[]
}

/** Supervisor and director. */
const aboveRoles: readonly string[] = ['ops', 'director']

export function reversals(parts: ReversalParts): Reversals {
  const { sql } = parts.database
  return {
    ask: (returnId, memberId, reason, tell) => sql.begin((tx) => ask(tx, parts, { returnId, memberId, reason, tell })),
    decide: (id, memberId, yes, tell) => sql.begin((tx) => decide(tx, parts, { id, memberId, yes, tell })),
  }
}

type Asking = {
  readonly returnId: string
  readonly memberId: string
  readonly reason: string
  readonly tell: TellReversal
}

async function ask(tx: Sql, parts: ReversalParts, asking: Asking): Promise<AskedReversal> {
  const { returnId, memberId, reason, tell } = asking
  const nowMs = parts.clock.nowMs()
  const refused = (await lockReturn(tx, returnId)) === undefined ? ('gone' as const) : await notNow(tx, returnId)
  if (refused !== undefined) return { outcome: refused }
  const [decider] = await tx`
    SELECT 1 FROM approval_levels WHERE return_id = ${returnId} AND decided_by = ${memberId} AND state = 'approved'`
  if (decider === undefined) {
    await note(tx, parts, memberId, 'reversal.refused', returnId, { why: 'right' })
    return { outcome: 'forbidden' }
  }
  const [stands] = await list(tx, tx`v.return_id = ${returnId} AND v.state = 'pending'`)
  if (stands !== undefined) return { outcome: 'stands', reversal: stands }
  const id = parts.ids.next('rev')
  await tx`
    INSERT INTO reversals (id, return_id, asked_by, asked_at, reason)
    VALUES (${id}, ${returnId}, ${memberId}, to_timestamp(${nowMs}::float8 / 1000), ${reason})`
  const reversal = await find(tx, id)
  const to = await receiversOf(tx, { ...reach(parts), roles: aboveRoles, except: memberId })
  await parts.outbox.enqueue(tx, tell(reversal, to, nowMs))
  await note(tx, parts, memberId, 'reversal.ask', returnId, { reversal: id })
  return { outcome: 'asked', reversal, told: to.map(({ name }) => name) }
}

const reach = ({ channels }: ReversalParts) => ({ platform: channels[0] ?? '', reachable: channels })

/** Only an approval that is not carried out can be turned back. The return is locked. */
async function notNow(tx: Sql, returnId: string): Promise<'gone' | 'carried-out' | undefined> {
  const [row] = await tx<{ approved: boolean; over: boolean }[]>`
    SELECT approval = 'approved' AS approved,
      received_at IS NOT NULL OR refund_released_at IS NOT NULL OR refunded_at IS NOT NULL AS over
    FROM returns WHERE id = ${returnId}`
  if (row === undefined || !row.approved) return 'gone'
  return row.over ? 'carried-out' : undefined
}

type Deciding = {
  readonly id: string
  readonly memberId: string
  readonly yes: boolean
  readonly tell: TellReversal
}

async function decide(tx: Sql, parts: ReversalParts, { id, memberId, yes, tell }: Deciding): Promise<DecidedReversal> {
  const [row] = await tx<{ returnId: string }[]>`SELECT return_id AS "returnId" FROM reversals WHERE id = ${id}`
  if (row === undefined || (await lockReturn(tx, row.returnId)) === undefined) return { outcome: 'gone' }
  const { returnId } = row
  const before = await find(tx, id)
  const roles = await rolesOf(tx, memberId)
  if (!aboveRoles.some((role) => roles.includes(role)) || before.askedById === memberId) {
    await note(tx, parts, memberId, 'reversal.refused', returnId, { reversal: id, why: 'right' })
    return { outcome: 'forbidden' }
  }
  if (before.state !== 'pending') {
    await note(tx, parts, memberId, 'reversal.again', returnId, { reversal: id, was: before.state })
    return { outcome: 'already', reversal: before }
  }
  const refused = yes ? await notNow(tx, returnId) : undefined
  if (refused !== undefined) return { outcome: refused }
  const nowMs = parts.clock.nowMs()
  const rows = await tx`
    UPDATE reversals SET state = ${yes ? 'approved' : 'refused'}, decided_by = ${memberId},
      decided_at = to_timestamp(${nowMs}::float8 / 1000)
    WHERE id = ${id} AND state = 'pending'`
  expectOne(rows, 'deciding a reversal')
  if (yes) await turnBack(tx, parts, returnId, nowMs)
  const reversal = await find(tx, id)
  const to = await receiversOf(tx, { ...reach(parts), memberIds: [reversal.askedById], except: memberId })
  await parts.outbox.enqueue(tx, tell(reversal, to, nowMs))
  await note(tx, parts, memberId, yes ? 'reversal.approve' : 'reversal.reject', returnId, { reversal: id })
  return { outcome: 'decided', reversal }
}

/** What nobody has been told yet is taken back in silence; what was told is told again, the other way round. */
async function turnBack(tx: Sql, parts: ReversalParts, returnId: string, nowMs: number): Promise<void> {
  const found = await findReturn(tx, parts.personal, returnId)
  // what never arrived shall not be given again either
  await tx`UPDATE commands SET state = 'withdrawn' WHERE subject = ${`return:${returnId}`} AND state = 'failed'`
  const given = await tx<{ key: string; name: string }[]>`
    SELECT key, name FROM commands WHERE subject = ${`return:${returnId}`} AND state <> 'withdrawn'
      AND name IN ('wms.expect_return', 'crm.notice')`
  for (const { key, name } of given) {
    if ((await withdrawCommands(tx, [key])) === 'withdrawn') continue
    const command: Command =
      name === 'crm.notice'
        ? noticeOf(found, parts.words.reversed(found.sale.orderNo))
        : { name: 'wms.cancel_expected', payload: { returnId, why: 'the approval was turned back' } }
    await parts.give(tx, [{ key: `${command.name}:${returnId}:reversed`, subject: `return:${returnId}`, command }])
  }
  await parts.closeTodo(tx, returnId)
  const rows = await tx`
    UPDATE returns SET approval = 'withdrawn', closed_at = to_timestamp(${nowMs}::float8 / 1000), version = version + 1
    WHERE id = ${returnId} AND approval = 'approved' AND received_at IS NULL AND refund_released_at IS NULL`
  expectOne(rows, 'turning an approval back')
}

function note(
  tx: Sql,
  { audit }: ReversalParts,
  actor: string,
  action: string,
  returnId: string,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  return audit.append(tx, { actor, action, subject: `return:${returnId}`, detail })
}

async function find(tx: Sql, id: string): Promise<Reversal> {
  const [reversal] = await list(tx, tx`v.id = ${id}`)
  if (reversal === undefined) throw new Error(`there is no reversal ${id}`)
  return reversal
}

type Row = { readonly [K in keyof Reversal]-?: Exclude<Reversal[K], undefined> | null }

async function list(tx: Sql, where: ReturnType<Sql>): Promise<readonly Reversal[]> {
  const rows = await tx<Row[]>`
    SELECT v.id, v.return_id AS "returnId", r.order_id AS "orderId", r.refund_fen AS "refundFen", v.asked_by AS "askedById",
      a.name AS "askedBy", round(extract(epoch FROM v.asked_at) * 1000)::float8 AS "askedAtMs", v.reason, v.state,
      v.decided_by AS "decidedById", d.name AS "decidedBy",
      round(extract(epoch FROM v.decided_at) * 1000)::float8 AS "decidedAtMs"
    FROM reversals v JOIN returns r ON r.id = v.return_id JOIN members a ON a.id = v.asked_by
      LEFT JOIN members d ON d.id = v.decided_by
    WHERE ${where}`
  return rows.map(
    (row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as Reversal,
  )
}

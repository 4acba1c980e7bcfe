import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Ids } from '../runtime/ids.ts'
import type { Audit } from './audit.ts'
import {
  type Asked,
  columns,
  type Draft,
  type DraftPlace,
  draftOf,
  insert,
  type Row,
  type Settled,
  settle,
} from './draft-rows.ts'
import type { Outbox, OutboxEntry } from './outbox.ts'
import type { PersonalData } from './personal.ts'
import type { ReturnApproved } from './return-actions.ts'
import { type Receiver, receiversOf, rolesOf } from './staff.ts'
import {
  type Applied,
  type By,
  type Done,
  type Look,
  type Missing,
  type Offer,
  type Plan,
  type Refusal,
  type Sql,
  subjectOf,
  type Wish,
  type WriteKind,
} from './write.ts'
import { carryOut, lookAt } from './write-kinds.ts'

export type Opened =
  | { readonly outcome: 'ready'; readonly draft: Draft; readonly plan: Plan }
  | { readonly outcome: 'asks'; readonly draft: Draft; readonly asked: Asked }
  | { readonly outcome: 'refused'; readonly why: Refusal }

/** Why nothing was done at a tap, before the change itself was looked at. */
export type Spent =
  | { readonly outcome: 'unknown' }
  /** Made for somebody else; written down. */
  | { readonly outcome: 'not-yours' }
  | { readonly outcome: 'expired'; readonly draft: Draft }
  | { readonly outcome: 'already'; readonly draft: Draft; readonly settled: Settled }

export type Confirmed =
  | Spent
  | { readonly outcome: 'done'; readonly draft: Draft; readonly plan: Plan; readonly done: Done; readonly atMs: number }
  /** The right was lost since the preview. */
  | { readonly outcome: 'forbidden'; readonly draft: Draft }
  | { readonly outcome: 'refused'; readonly draft: Draft; readonly why: Refusal }
  /** What it rests on is different now: a new draft with the facts of this moment waits for a second look. */
  | { readonly outcome: 'changed'; readonly draft: Draft; readonly plan: Plan; readonly before: Plan }
  | { readonly outcome: 'asks'; readonly draft: Draft; readonly asked: Asked }

export type Dropped = Spent | { readonly outcome: 'dropped'; readonly draft: Draft; readonly atMs: number }

export type Follow = (done: {
  readonly draft: Draft
  readonly plan: Plan
  readonly done: Done
  readonly to: readonly Receiver[]
  readonly atMs: number
}) => readonly OutboxEntry[]

export type Drafts = {
  /** Looks at the wish and keeps it for 10 minutes; nothing is changed. `offers` are the words to choose from. */
  open(
    wish: Wish,
    by: { readonly place: DraftPlace; readonly roles: readonly string[] },
    offers: (missing: Missing, wish: Wish) => readonly Offer[],
  ): Promise<Opened>
  find(id: string): Promise<Draft | undefined>
  /** The draft this person made last in this chat, settled or not, while it lives. */
  newest(place: DraftPlace): Promise<Draft | undefined>
  /**
   * Makes the change, once: right, state and facts are looked at again under locks; change, audit, messages and the draft's
   * end are one transaction. `may` decides by the roles of this moment. Wake the pump after it.
   */
  confirm(
    id: string,
    memberId: string,
    how: { readonly may: (kind: WriteKind, roles: readonly string[]) => boolean; readonly follow: Follow },
  ): Promise<Confirmed>
  drop(id: string, memberId: string): Promise<Dropped>
}

export type DraftsParts = {
  readonly database: Pick<Database, 'sql'>
  readonly personal: PersonalData
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  readonly ids: Ids
  /** Platforms that messages can leave by. */
  readonly reachable: readonly string[]
  /** Closes the warehouse's to-do of a return whose goods are in. */
  readonly closeTodo?: ((tx: Sql, returnId: string) => Promise<boolean>) | undefined
  /** What follows when the last level has said yes. */
  readonly returnApproved?: ReturnApproved | undefined
}

/** Writes that were shown and wait for their one confirmation. */
export function drafts(parts: DraftsParts): Drafts {
  const { database, clock, audit } = parts
  const { sql } = database
  return {
    open: (wish, { place, roles }, offers) =>
      sql.begin(async (tx): Promise<Opened> => {
        const by = { memberId: place.memberId, roles, nowMs: clock.nowMs() }
        const look = await lookAt(tx, wish, by, false)
        if (look.outcome === 'refused') return look
        if (look.outcome === 'ready') {
          const draft = await insert(tx, parts, { place, wish, plan: look.plan })
          return { outcome: 'ready', draft, plan: look.plan }
        }
        const asked = askedOf(look, offers(look.missing, wish))
        return { outcome: 'asks', draft: await insert(tx, parts, { place, wish, asked }), asked }
      }),
    find: async (id) => {
      const [row] = await sql<Row[]>`SELECT ${columns(sql)} FROM drafts WHERE id = ${id}`
      return row && draftOf(row, parts.personal)
    },
    newest: async (place) => {
      const rows = await sql<Row[]>`
        SELECT ${columns(sql)} FROM drafts
        WHERE member_id = ${place.memberId} AND expires_at > to_timestamp(${clock.nowMs()}::float8 / 1000)
        ORDER BY created_at DESC, settled_at IS NULL DESC, id DESC`
      const own = rows.map((row) => draftOf(row, parts.personal))
      return own.find(
        (one) => one.place.platform === place.platform && one.place.conversationId === place.conversationId,
      )
    },
    confirm: (id, memberId, how) =>
      sql.begin(async (tx): Promise<Confirmed> => {
        const nowMs = clock.nowMs()
        const spent = await spentOf(tx, parts, id, memberId, 'confirm')
        if (spent.outcome !== 'open') return spent
        const { draft } = spent
        const roles = await rolesOf(tx, memberId)
        if (!how.may(draft.kind, roles)) {
          await settle(tx, draft, nowMs, 'refused', {})
          await audit.append(tx, entryOf(draft, 'write.refused', { why: 'right' }))
          return { outcome: 'forbidden', draft }
        }
        return settleOpen(tx, parts, draft, { memberId, roles, nowMs }, how.follow)
      }),
    drop: (id, memberId) =>
      sql.begin(async (tx): Promise<Dropped> => {
        const nowMs = clock.nowMs()
        const spent = await spentOf(tx, parts, id, memberId, 'cancel')
        if (spent.outcome !== 'open') return spent
        await settle(tx, spent.draft, nowMs, 'cancelled', {})
        return { outcome: 'dropped', draft: spent.draft, atMs: nowMs }
      }),
  }
}

/** The draft under its lock, when it can still be settled by this member. Taps that come too late leave a trace. */
async function spentOf(
  tx: Sql,
  { personal, clock, audit }: DraftsParts,
  id: string,
  memberId: string,
  tapped: 'confirm' | 'cancel',
): Promise<Spent | { readonly outcome: 'open'; readonly draft: Draft }> {
  const [row] = await tx<Row[]>`SELECT ${columns(tx)} FROM drafts WHERE id = ${id} FOR UPDATE`
  if (row === undefined) return { outcome: 'unknown' }
  const draft = draftOf(row, personal)
  if (draft.memberId !== memberId) {
    await audit.append(tx, { ...entryOf(draft, 'write.stranger', { tapped }), actor: memberId })
    return { outcome: 'not-yours' }
  }
  if (draft.settled !== undefined) {
    await audit.append(tx, entryOf(draft, 'write.again', { tapped, was: draft.settled.outcome }))
    return { outcome: 'already', draft, settled: draft.settled }
  }
  return clock.nowMs() >= draft.expiresAtMs ? { outcome: 'expired', draft } : { outcome: 'open', draft }
}

/** Looks again under locks, and then changes, asks again or refuses. The audit goes last: it holds the whole chain. */
async function settleOpen(tx: Sql, parts: DraftsParts, draft: Draft, by: By, follow: Follow): Promise<Confirmed> {
  const { audit, outbox } = parts
  const look = await lookAt(tx, draft.wish, by, true)
  switch (look.outcome) {
    case 'refused':
      await settle(tx, draft, by.nowMs, 'refused', { why: look.why })
      await audit.append(tx, entryOf(draft, 'write.refused', { why: look.why.code }))
      return { outcome: 'refused', draft, why: look.why }
    case 'asks':
      return { outcome: 'asks', draft, asked: draft.asked ?? askedOf(look, []) }
    case 'ready': {
      const { plan } = look
      const before = draft.plan
      if (before === undefined || JSON.stringify(before.facts) !== JSON.stringify(plan.facts)) {
        await settle(tx, draft, by.nowMs, 'refused', {})
        const again = await insert(tx, parts, { place: draft.place, wish: draft.wish, plan })
        return { outcome: 'changed', draft: again, plan, before: before ?? plan }
      }
      const applied = await carryOut(tx, plan, by, {
        personal: parts.personal,
        newId: parts.ids.next,
        closeTodo: parts.closeTodo,
        returnApproved: parts.returnApproved,
      })
      await settle(tx, draft, by.nowMs, 'confirmed', { done: applied.done })
      await outbox.enqueue(
        tx,
        follow({ draft, plan, done: applied.done, to: await told(tx, parts, draft, applied), atMs: by.nowMs }),
      )
      await audit.append(tx, entryOf(draft, applied.audit.action, applied.audit.detail))
      return { outcome: 'done', draft, plan, done: applied.done, atMs: by.nowMs }
    }
  }
}

async function told(
  tx: Sql,
  { reachable }: DraftsParts,
  draft: Draft,
  { tells, tellsMembers = [] }: Applied,
): Promise<readonly Receiver[]> {
  if (tells.length === 0 && tellsMembers.length === 0) return []
  return receiversOf(tx, {
    roles: tells,
    memberIds: tellsMembers,
    platform: draft.place.platform,
    reachable,
    except: draft.memberId,
  })
}

function askedOf(look: Extract<Look, { outcome: 'asks' }>, words: readonly Offer[]): Asked {
  const { missing, offers, goods } = look
  return { missing, offers: offers.length > 0 ? offers : words, ...(goods !== undefined && { goods }) }
}

function entryOf(draft: Draft, action: string, detail: Readonly<Record<string, unknown>>) {
  return { actor: draft.memberId, action, subject: subjectOf(draft.wish), detail: { draft: draft.id, ...detail } }
}

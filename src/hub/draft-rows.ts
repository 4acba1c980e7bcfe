import { createHash } from 'node:crypto'
import type postgres from 'postgres'
import type { Clock } from '../runtime/clock.ts'
import type { Ids } from '../runtime/ids.ts'
import type { PersonalData } from './personal.ts'
import {
  type Done,
  expectOne,
  type Goods,
  type Missing,
  type Offer,
  type Plan,
  type Refusal,
  type Sql,
  subjectOf,
  type Wish,
  type WriteKind,
} from './write.ts'

/** In whose chat it was asked for; a typed 确认 counts there only. */
export type DraftPlace = { readonly platform: string; readonly conversationId: string; readonly memberId: string }

/** What the person was asked; the value chosen goes into the wish. */
export type Asked = {
  readonly missing: Missing
  readonly offers: readonly Offer[]
  readonly goods?: readonly Goods[]
}

export type Draft = {
  readonly id: string
  readonly kind: WriteKind
  readonly memberId: string
  readonly place: DraftPlace
  readonly wish: Wish
  /** Undefined while a piece of the wish is missing. */
  readonly plan?: Plan
  readonly asked?: Asked
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly settled?: Settled
}

export type Settled = {
  readonly outcome: 'confirmed' | 'cancelled' | 'refused'
  readonly atMs: number
  readonly done?: Done
  readonly why?: Refusal
}

const lifeMs = 600_000

type Kept = { readonly place: DraftPlace; readonly wish: Wish; readonly plan?: Plan; readonly asked?: Asked }

type Parts = { readonly personal: PersonalData; readonly clock: Clock; readonly ids: Ids }

/** Keeps what was shown, or asked, for 10 minutes; sealed, since people type names and phones. */
export async function insert(tx: Sql, { personal, clock, ids }: Parts, kept: Kept): Promise<Draft> {
  // 64 bits of the id: it stands in every token of the card, whose length is limited
  const id = createHash('sha256').update(ids.next('dr')).digest().subarray(0, 8).toString('base64url')
  const createdAtMs = clock.nowMs()
  const expiresAtMs = createdAtMs + lifeMs
  const { wish, place } = kept
  await tx`
    INSERT INTO drafts (id, kind, subject, member_id, payload_enc, created_at, expires_at)
    VALUES (${id}, ${wish.kind}, ${subjectOf(wish)}, ${place.memberId}, ${personal.seal(JSON.stringify(kept))},
      to_timestamp(${createdAtMs}::float8 / 1000), to_timestamp(${expiresAtMs}::float8 / 1000))`
  return { ...kept, id, kind: wish.kind, memberId: place.memberId, createdAtMs, expiresAtMs }
}

/** The one end of a draft; throws when it had one already. */
export async function settle(
  tx: Sql,
  draft: Draft,
  nowMs: number,
  outcome: Settled['outcome'],
  result: Pick<Settled, 'done' | 'why'>,
): Promise<void> {
  const rows = await tx`
    UPDATE drafts SET settled_at = to_timestamp(${nowMs}::float8 / 1000), outcome = ${outcome},
      result = ${tx.json(result as postgres.JSONValue)}
    WHERE id = ${draft.id} AND settled_at IS NULL`
  expectOne(rows, 'settling a draft')
}

export type Row = {
  readonly id: string
  readonly kind: WriteKind
  readonly memberId: string
  readonly payload: Buffer
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly settledAtMs: number | null
  readonly outcome: Settled['outcome'] | null
  readonly result: Pick<Settled, 'done' | 'why'> | null
}

export function columns(sql: Sql) {
  return sql`id, kind, member_id AS "memberId", payload_enc AS payload,
    round(extract(epoch FROM created_at) * 1000)::float8 AS "createdAtMs",
    round(extract(epoch FROM expires_at) * 1000)::float8 AS "expiresAtMs",
    round(extract(epoch FROM settled_at) * 1000)::float8 AS "settledAtMs", outcome, result`
}

export function draftOf(row: Row, personal: PersonalData): Draft {
  const { payload, settledAtMs, outcome, result, ...rest } = row
  const kept: Kept = JSON.parse(personal.open(payload))
  const settled = settledAtMs === null || outcome === null ? {} : { settled: { outcome, atMs: settledAtMs, ...result } }
  return { ...rest, ...kept, ...settled }
}

import { createHash } from 'node:crypto'
import type { Database } from '../db/client.ts'
import { type CopyFace, type CopyRow, copyColumns, dirtyReturns, insertCopy } from './card-copy-rows.ts'
import { type DeskTime, deskNow } from './deadlines.ts'
import type { Outbox } from './outbox.ts'
import { type ReturnSheet, returnSheet } from './return-sheet.ts'
import { type Receiver, receiversOf } from './staff.ts'
import type { Sql } from './write.ts'

/**
 * A card of the chat as the hub knows it: JSON. Drawn at `sinceMs` it is the same card until `nextMs`. `over`: nothing about it
 * will change any more. Undefined: there is nothing to show.
 */
export type DrawCopy = (
  sheet: ReturnSheet,
  copy: CopyFace,
  nowMs: number,
) => { readonly card: unknown; readonly sinceMs: number; readonly nextMs?: number; readonly over: boolean } | undefined

/** The task that sends and redraws copies; its payload. */
export const copyTaskName = 'card.copy'
export type CopyJob = {
  readonly copyId: string
  readonly why: 'new' | 'deed' | 'moment'
  /** When it was asked for: a retry soon after draws the same card, which platforms know as the same. */
  readonly atMs: number
}

/** The task that takes back the message of a card another one has taken the place of; its payload. */
export const recallTaskName = 'card.recall'
export type RecallJob = { readonly platform: string; readonly messageId: string }

export type Copy = CopyFace & {
  readonly id: string
  readonly returnId: string
  readonly platform: string
  readonly conversationId: string
  /** The message that first carried it. */
  readonly outboxKey: string
  readonly cardId?: string
  /** One redraw, where the platform gives that right; absent when it is spent or too old. */
  readonly updateCode?: string
}

export type CardCopies = {
  /**
   * Sends what is missing and redraws what is not true any more; how many messages were written. Wake the pump after it. `also`:
   * returns somebody has just been asked about, whose first card may have been long ago or never.
   */
  sweep(also?: readonly string[]): Promise<number>
  /** A copy with what it is about, as of now; undefined when one of them is gone. */
  find(
    copyId: string,
  ): Promise<{ readonly copy: Copy; readonly sheet: ReturnSheet; readonly nowMs: number } | undefined>
  /**
   * It stands in the chat as `card`, drawn from `sheet`; `known`: what the platform said of it, `spent`: its code is used up. In
   * another message than before: the one before is taken back. Wake the pump after it.
   */
  stands(copyId: string, sheet: ReturnSheet, drawn: NonNullable<ReturnType<DrawCopy>>, known?: Known): Promise<void>
  /** The copy that was tapped, with the fresh right to redraw it. */
  tapped(tap: {
    readonly platform: string
    readonly cardId: string
    readonly memberId: string
    readonly updateCode?: string
  }): Promise<Copy | undefined>
  close(copyId: string): Promise<void>
}

type Known = {
  readonly cardId?: string
  readonly updateCode?: string
  readonly messageId?: string
  readonly spent?: boolean
}

export type CardCopiesParts = {
  readonly database: Pick<Database, 'sql'>
  readonly outbox: Pick<Outbox, 'enqueue'>
  readonly time: DeskTime
  readonly draw: DrawCopy
  /** Platforms that messages can leave by, the first one first. */
  readonly channels: readonly string[]
  /** Who may decide in the place of these people now. */
  readonly standIns: (tx: Sql, memberIds: readonly string[], nowMs: number) => Promise<readonly string[]>
}

/** Returns of one sweep; the next comes a second later. */
const sweepReturns = 100
/** WeCom: the right to redraw lives 72 h. An hour less: it must still be good when it is used. */
const codeLifeMs = 71 * 3_600_000

export function cardCopies(parts: CardCopiesParts): CardCopies {
  const { sql } = parts.database
  return {
    sweep: async (also = []) => {
      const nowMs = await deskNow(sql, parts.time)
      let written = 0
      for (const returnId of new Set([...also, ...(await dirtyReturns(sql, nowMs, sweepReturns))]))
        written += await sql.begin((tx) => refresh(tx, parts, returnId, nowMs))
      return written
    },
    find: async (copyId) => {
      const nowMs = await deskNow(sql, parts.time)
      const [row] = await sql<CopyRow[]>`SELECT ${copyColumns(sql)} FROM card_copies WHERE id = ${copyId}::bigint`
      const sheet = row && (await returnSheet(sql, row.returnId))
      return row && sheet && { copy: copyOf(row, nowMs), sheet, nowMs }
    },
    stands: async (copyId, sheet, drawn, known = {}) => {
      const nowMs = await deskNow(sql, parts.time)
      await sql.begin((tx) => noteStanding(tx, parts, { copyId, sheet, drawn, known, nowMs }))
    },
    tapped: async ({ platform, cardId, memberId, updateCode }) => {
      const nowMs = await deskNow(sql, parts.time)
      const [row] = await sql<CopyRow[]>`
        UPDATE card_copies SET update_code = coalesce(${updateCode ?? null}, update_code),
          update_code_at = CASE WHEN ${updateCode ?? null}::text IS NULL THEN update_code_at ELSE to_timestamp(${nowMs}::float8 / 1000) END
        WHERE platform = ${platform} AND card_id = ${cardId} AND member_id = ${memberId} RETURNING ${copyColumns(sql)}`
      return row && copyOf(row, nowMs)
    },
    close: async (copyId) => {
      await sql`UPDATE card_copies SET state = 'closed', next_at = NULL WHERE id = ${copyId}::bigint`
    },
  }
}

type Standing = {
  readonly copyId: string
  readonly sheet: ReturnSheet
  readonly drawn: NonNullable<ReturnType<DrawCopy>>
  readonly known: Known
  readonly nowMs: number
}

async function noteStanding(tx: Sql, { draw, outbox }: CardCopiesParts, standing: Standing): Promise<void> {
  const { copyId, sheet, drawn, known, nowMs } = standing
  const { cardId, updateCode, messageId, spent } = known
  const [row] = await tx<CopyRow[]>`
    SELECT ${copyColumns(tx)} FROM card_copies WHERE id = ${copyId}::bigint FOR UPDATE`
  const shown = row && shownOf(draw, sheet, row, drawn)
  if (row === undefined || shown === undefined) return
  // the version stays: the sweep has still to see what else follows from the change
  const code = updateCode ?? (spent ? null : undefined)
  await tx`
    UPDATE card_copies SET shown = split_part(shown, '|', 1) || '|' || ${lookIn(shown)}::text,
      shown_at = to_timestamp(${nowMs}::float8 / 1000), next_at = to_timestamp(${drawn.nextMs ?? null}::float8 / 1000),
      card_id = coalesce(${cardId ?? null}, card_id), message_id = coalesce(${messageId ?? null}, message_id),
      update_code = CASE WHEN ${code === undefined} THEN update_code ELSE ${code ?? null} END,
      update_code_at = CASE WHEN ${code === undefined} THEN update_code_at ELSE to_timestamp(${nowMs}::float8 / 1000) END
    WHERE id = ${copyId}::bigint`
  const { platform, messageId: before } = row
  if (before === null || messageId === undefined || before === messageId) return
  const payload: RecallJob = { platform, messageId: before }
  // in no lane: what is taken back a little later holds up nothing that is to be said
  await outbox.enqueue(tx, [{ key: `recall:${platform}:${before}`, task: recallTaskName, payload }])
}

/** One process at a time looks after a return; another one's turn comes with the next sweep. */
async function refresh(tx: Sql, parts: CardCopiesParts, returnId: string, nowMs: number): Promise<number> {
  const [lock] = await tx<{ ours: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${`copies ${returnId}`}, 0)) AS ours`
  const sheet = lock?.ours === true ? await returnSheet(tx, returnId) : undefined
  if (sheet === undefined) return 0
  const copies = await tx<CopyRow[]>`
    SELECT ${copyColumns(tx)} FROM card_copies WHERE subject = ${`return:${returnId}`} AND state = 'open' ORDER BY id`
  let written = 0
  for (const row of copies) written += await redraw(tx, parts, sheet, row, nowMs)
  return written + (await sendMissing(tx, parts, sheet, copies, nowMs))
}

async function redraw(
  tx: Sql,
  parts: CardCopiesParts,
  sheet: ReturnSheet,
  row: CopyRow,
  nowMs: number,
): Promise<number> {
  const drawn = parts.draw(sheet, row, nowMs)
  const shown = drawn && shownOf(parts.draw, sheet, row, drawn)
  if (drawn === undefined || shown === undefined) {
    await tx`UPDATE card_copies SET state = 'closed', next_at = NULL WHERE id = ${row.id}::bigint`
    return 0
  }
  const same = lookIn(row.shown) === lookIn(shown)
  // the same version: only time has passed
  const why: CopyJob['why'] = row.shown.startsWith(`${sheet.version}|`) ? 'moment' : 'deed'
  // a drawing that still waits will draw what is true when its turn comes
  const [waits] = same
    ? []
    : await tx`SELECT 1 FROM outbox WHERE key = ${drawingKey(row, row.drawings)} AND state = 'ready' AND leased_until IS NULL`
  const again = !same && waits === undefined
  const drawings = again ? row.drawings + 1 : row.drawings
  await tx`
    UPDATE card_copies SET shown = ${shown}, shown_at = to_timestamp(${nowMs}::float8 / 1000), drawings = ${drawings},
      next_at = to_timestamp(${drawn.nextMs ?? null}::float8 / 1000), state = ${drawn.over ? 'closed' : 'open'}
    WHERE id = ${row.id}::bigint`
  if (!again) return 0
  await parts.outbox.enqueue(tx, [entryOf(row, drawingKey(row, drawings), { why, atMs: nowMs })])
  return 1
}

/** Cards nobody has got yet: of the level that is open, and of what the applicant has to hear. */
async function sendMissing(
  tx: Sql,
  parts: CardCopiesParts,
  sheet: ReturnSheet,
  copies: readonly CopyRow[],
  nowMs: number,
): Promise<number> {
  let written = 0
  for (const { face, to, key } of await wanted(tx, parts, sheet, nowMs)) {
    const has =
      face.kind === 'approval' &&
      copies.some((one) => one.kind === 'approval' && one.level === face.level && one.memberId === face.memberId)
    const drawn = has ? undefined : parts.draw(sheet, face, nowMs)
    const shown = drawn && shownOf(parts.draw, sheet, face, drawn)
    if (drawn === undefined || shown === undefined) continue
    const row = await insertCopy(tx, { returnId: sheet.id, face, to, key, shown, nowMs, nextMs: drawn.nextMs })
    if (row === undefined) continue
    await parts.outbox.enqueue(tx, [entryOf(row, key, { why: 'new', atMs: nowMs })])
    written += 1
  }
  return written
}

type Wanted = { readonly face: CopyFace; readonly to: Receiver; readonly key: string }

async function wanted(tx: Sql, parts: CardCopiesParts, sheet: ReturnSheet, nowMs: number): Promise<readonly Wanted[]> {
  return [...(await wantedByLevel(tx, parts, sheet, nowMs)), ...(await wantedByApplicant(tx, parts, sheet))]
}

/** The holder, else everybody of the role; who stands in for them; whoever was asked to sign or has claimed it. */
async function wantedByLevel(
  tx: Sql,
  { channels, standIns }: CardCopiesParts,
  sheet: ReturnSheet,
  nowMs: number,
): Promise<readonly Wanted[]> {
  const level = sheet.levels.find(({ state }) => state === 'pending')
  if (sheet.approval !== 'pending' || level === undefined) return []
  const reach = { platform: channels[0] ?? '', reachable: channels }
  const own = await receiversOf(tx, {
    ...reach,
    ...(level.holderId === undefined ? { roles: [level.role] } : { memberIds: [level.holderId] }),
  })
  const beside = [
    ...(await standIns(
      tx,
      level.holderId === undefined ? own.map(({ memberId }) => memberId) : [level.holderId],
      nowMs,
    )),
    ...(level.signers ?? []).filter(({ decision }) => decision === undefined).map(({ id }) => id),
  ]
  const others = beside.length === 0 ? [] : await receiversOf(tx, { ...reach, memberIds: beside })
  // who applied, or decided a level of it, may not decide this one
  const barred = [sheet.appliedById, ...sheet.levels.map(({ decidedById }) => decidedById)]
  const all = new Map([...own, ...others].map((one) => [one.memberId, one]))
  return [...all.values()]
    .filter(({ memberId }) => !barred.includes(memberId))
    .map((to) => ({
      face: { kind: 'approval', level: level.level, memberId: to.memberId },
      to,
      key: `copy:${sheet.id}:${level.level}:${to.memberId}:${level.startedAtMs ?? 0}`,
    }))
}

async function wantedByApplicant(
  tx: Sql,
  { channels }: CardCopiesParts,
  sheet: ReturnSheet,
): Promise<readonly Wanted[]> {
  const news = newsOf(sheet)
  if (news === undefined || sheet.appliedById === undefined) return []
  const [to] = await receiversOf(tx, {
    memberIds: [sheet.appliedById],
    platform: channels[0] ?? '',
    reachable: channels,
  })
  if (to === undefined) return []
  const face: CopyFace = { kind: 'applicant', level: news.level, memberId: to.memberId }
  return [{ face, to, key: `copy:${sheet.id}:applicant:${news.key}` }]
}

/** What the applicant has to hear: more material is asked for, or it is decided. */
function newsOf({ approval, levels }: ReturnSheet): { readonly key: string; readonly level: number } | undefined {
  const last = levels.findLast(({ state }) => state === 'approved' || state === 'rejected')
  if (approval === 'approved' || approval === 'rejected')
    return last?.auto === true && levels.every(({ auto }) => auto === true)
      ? undefined
      : { key: approval, level: last?.level ?? 1 }
  const open = levels.find(({ state }) => state === 'pending')
  if (open?.materialAskedAtMs === undefined) return undefined
  return { key: `m${open.level}:${open.materialAskedAtMs}`, level: open.level }
}

function entryOf(row: CopyRow, key: string, job: Omit<CopyJob, 'copyId'>) {
  const payload: CopyJob = { copyId: row.id, ...job }
  return { key, task: copyTaskName, lane: `${row.platform}:${row.conversationId}`, payload }
}

const drawingKey = (row: CopyRow, drawing: number): string =>
  drawing === 1 ? row.outboxKey : `${row.outboxKey}:${drawing}`

/** Version it was drawn from | look, where the look leaves out what only time moves. */
function shownOf(
  draw: DrawCopy,
  sheet: ReturnSheet,
  face: CopyFace,
  { sinceMs }: NonNullable<ReturnType<DrawCopy>>,
): string | undefined {
  const still = draw(sheet, face, sinceMs)
  if (still === undefined) return undefined
  return `${sheet.version}|${createHash('sha256').update(JSON.stringify(still.card)).digest('base64url').slice(0, 22)}`
}

const lookIn = (shown: string): string => shown.slice(shown.indexOf('|') + 1)

function copyOf({ cardId, updateCode, updateCodeAtMs, ...row }: CopyRow, nowMs: number): Copy {
  const good = updateCode !== null && updateCodeAtMs !== null && nowMs - updateCodeAtMs < codeLifeMs
  return { ...row, ...(cardId !== null && { cardId }), ...(good && { updateCode }) }
}

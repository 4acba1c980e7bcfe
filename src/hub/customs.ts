import type postgres from 'postgres'
import type { Database } from '../db/client.ts'
import type { Clock } from '../runtime/clock.ts'
import { BadPayload } from '../runtime/errors.ts'
import type { GiveCommands } from './commands.ts'
import {
  type CustomsFacts,
  type CustomsGood,
  type CustomsLimits,
  type CustomsPapers,
  type CustomsProblem,
  type CustomsState,
  checkPapers,
  type GivenPapers,
  readPapers,
} from './customs-papers.ts'
import type { CustomsAnswer } from './customs-port.ts'
import type { PersonalData } from './personal.ts'
import { openJson, sealJson } from './sealed-json.ts'
import type { Sql } from './write.ts'

export type PapersTaken =
  | { readonly outcome: 'given' | 'blocked'; readonly orderId: string; readonly problems: readonly CustomsProblem[] }
  | { readonly outcome: 'no-order' | 'settled' }
  | { readonly outcome: 'unreadable'; readonly problem: string }

export type Customs = {
  /** Replaces goods of the positive list by SKU. Returns how many. */
  takeGoods(goods: readonly CustomsGood[]): Promise<number>
  /**
   * Takes an order's papers, compares them, and has the order declared when nothing stands against it: state, command and outbox in
   * one transaction. The same papers again change nothing; others after a refusal declare anew.
   */
  takePapers(given: unknown): Promise<PapersTaken>
  /** What the declarant's side answered; newer wins by its own time. False for an order that was not declared. */
  takeAnswer(answer: CustomsAnswer): Promise<boolean>
  ofOrder(orderId: string): Promise<CustomsFacts | undefined>
}

export type CustomsParts = {
  readonly database: Pick<Database, 'sql'>
  readonly personal: PersonalData
  readonly give: GiveCommands
  readonly clock: Clock
  readonly newGuid: () => string
  readonly limits: CustomsLimits
}

/** Since 2019 a person may buy for 5,000 yuan at once and 26,000 a year [process knowledge, confirm with the declarant]. */
export const defaultLimits: CustomsLimits = { singleFen: 500_000n, yearlyFen: 2_600_000n }

type Row = {
  readonly state: CustomsState
  readonly papers: unknown
  readonly guid: string
  readonly times: number
  readonly problems: readonly CustomsProblem[]
  readonly preNo: string | null
}

export function customs(parts: CustomsParts): Customs {
  const { sql } = parts.database
  return {
    takeGoods: async (goods) => {
      if (goods.length === 0) return 0
      const rows = goods.map(({ sku, itemName, model, hsCode, unit, country }) => {
        return { sku, item_name: itemName, model, hs_code: hsCode, unit, country }
      })
      await sql`INSERT INTO customs_goods ${sql([...rows].sort((a, b) => (a.sku < b.sku ? -1 : 1)))}
        ON CONFLICT (sku) DO UPDATE SET item_name = excluded.item_name, model = excluded.model, hs_code = excluded.hs_code,
          unit = excluded.unit, country = excluded.country`
      return goods.length
    },
    takePapers: async (given) => {
      try {
        const papers = readPapers(given)
        return await sql.begin((tx) => takePapers(tx, parts, papers, given as GivenPapers))
      } catch (error) {
        if (error instanceof BadPayload) return { outcome: 'unreadable', problem: error.message }
        throw error
      }
    },
    takeAnswer: (answer) => takeAnswer(sql, answer),
    ofOrder: async (orderId) => {
      const [row] = await sql<Row[]>`
        SELECT state, problems, pre_no AS "preNo" FROM customs_declarations WHERE order_id = ${orderId}`
      return row && { state: row.state, problems: row.problems, ...(row.preNo !== null && { preNo: row.preNo }) }
    },
  }
}

async function takePapers(
  tx: Sql,
  parts: CustomsParts,
  papers: CustomsPapers,
  given: GivenPapers,
): Promise<PapersTaken> {
  const { personal, clock, limits } = parts
  const [order] = await tx<{ id: string; orderNo: string; paidFen: bigint | null }[]>`
    SELECT id, order_no AS "orderNo", paid_fen AS "paidFen" FROM orders
    WHERE channel = ${papers.channel} AND order_no = ${papers.orderNo} FOR UPDATE`
  if (order === undefined) return { outcome: 'no-order' }
  const [was] = await tx<Row[]>`
    SELECT state, papers, guid, given_times AS times, problems, pre_no AS "preNo" FROM customs_declarations WHERE order_id = ${order.id}`
  if (was !== undefined && (was.state === 'accepted' || was.state === 'released')) return { outcome: 'settled' }
  const text = JSON.stringify(given)
  const isSame = was !== undefined && JSON.stringify(openJson(personal, was.papers)) === text
  if (was?.state === 'given' && isSame) return { outcome: 'given', orderId: order.id, problems: [] }
  const buyerHash = personal.hash('id number', papers.buyer.idNumber.toUpperCase())
  // two orders of one buyer at once must not both fit under the limit of the year
  await tx`SELECT pg_advisory_xact_lock(7238017, ${buyerHash.readInt32BE(0)})`
  const problems = checkPapers(
    papers,
    {
      orderNo: order.orderNo,
      ...(order.paidFen !== null && { paidFen: order.paidFen }),
      goods: await goodsOf(tx, papers),
    },
    { ...limits, spentFen: await spent(tx, buyerHash, order.id, clock.nowMs()) },
  )
  const state: CustomsState = problems.length === 0 ? 'given' : 'blocked'
  const times = (was?.times ?? 0) + (state === 'given' ? 1 : 0)
  const guid = was === undefined || was.state === 'rejected' ? parts.newGuid() : was.guid
  const row = [
    tx`${tx.json(sealJson(personal, given))}, ${buyerHash}, ${String(papers.paid - papers.tax)}::bigint, ${guid}, ${times}, ${state}`,
    tx`${tx.json(problems as postgres.JSONValue)}, to_timestamp(${clock.nowMs()}::float8 / 1000)`,
  ] as const
  // answers to an earlier document say nothing of this one
  await tx`
    INSERT INTO customs_declarations (order_id, papers, buyer_hash, total_fen, guid, given_times, state, problems, made_at)
    VALUES (${order.id}, ${row[0]}, ${row[1]})
    ON CONFLICT (order_id) DO UPDATE SET papers = excluded.papers, buyer_hash = excluded.buyer_hash,
      total_fen = excluded.total_fen, guid = excluded.guid, given_times = excluded.given_times, state = excluded.state,
      problems = excluded.problems, made_at = excluded.made_at, answers = '{}'`
  if (state === 'given') await declare(tx, parts, { orderId: order.id, papers, guid, times })
  return { outcome: state === 'given' ? 'given' : 'blocked', orderId: order.id, problems }
}

type Given = { readonly orderId: string; readonly papers: CustomsPapers; readonly guid: string; readonly times: number }

/** The order's side of a declaration; the adapter adds who declares, and writes the document. */
async function declare(tx: Sql, { give, clock }: CustomsParts, { orderId, papers, guid, times }: Given): Promise<void> {
  const goods = await goodsOf(tx, papers)
  const fen = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)
  const { rawPayment: _raw, ...told } = papers
  const document = {
    guid,
    appType: times === 1 ? '1' : '2',
    atMs: clock.nowMs(),
    papers: told,
    goods: [...goods.values()],
  }
  const payload = { orderNo: papers.orderNo, document: JSON.stringify(document, fen) }
  await give(tx, [
    {
      key: `customs:${orderId}:${times}`,
      subject: `order:${orderId}`,
      command: { name: 'customs.predeclare', payload },
    },
  ])
}

async function goodsOf(tx: Sql, { lines }: CustomsPapers): Promise<ReadonlyMap<string, CustomsGood>> {
  const rows = await tx<CustomsGood[]>`
    SELECT sku, item_name AS "itemName", model, hs_code AS "hsCode", unit, country FROM customs_goods
    WHERE sku = ANY(${lines.map(({ sku }) => sku)}::text[]) ORDER BY sku`
  return new Map(rows.map((row) => [row.sku, row]))
}

/** What else was declared for this buyer in the calendar year, Beijing. */
async function spent(tx: Sql, buyerHash: Buffer, orderId: string, nowMs: number): Promise<bigint> {
  const [row] = await tx<{ fen: bigint }[]>`
    SELECT coalesce(sum(total_fen), 0)::bigint AS fen FROM customs_declarations
    WHERE buyer_hash = ${buyerHash} AND order_id <> ${orderId} AND state IN ('given', 'accepted', 'released')
      AND date_trunc('year', made_at AT TIME ZONE 'Asia/Shanghai')
        = date_trunc('year', to_timestamp(${nowMs}::float8 / 1000) AT TIME ZONE 'Asia/Shanghai')`
  return row?.fen ?? 0n
}

/** Each kind of document by the newest answer to it; one refusal refuses the whole, the list's acceptance accepts it. */
async function takeAnswer(sql: Database['sql'], answer: CustomsAnswer): Promise<boolean> {
  const { kind, orderNo, verdict, atMs, preNo, listNo, code, words } = answer
  const told = { verdict, atMs, code, ...(words !== undefined && { words }) }
  const rows = await sql`
    WITH mine AS (
      SELECT d.order_id, d.answers || CASE WHEN coalesce((d.answers #>> ${`{${kind},atMs}`}::text[])::float8, 0) < ${atMs}::float8
        THEN jsonb_build_object(${kind}::text, ${sql.json(told)}::jsonb) ELSE '{}'::jsonb END AS answers
      FROM customs_declarations d JOIN orders o ON o.id = d.order_id
      WHERE o.order_no = ${orderNo} AND (${answer.guid ?? null}::text IS NULL OR d.guid = ${answer.guid ?? null}) AND d.state <> 'blocked'
      FOR UPDATE OF d
    )
    UPDATE customs_declarations d SET answers = mine.answers,
      pre_no = coalesce(${preNo ?? null}, d.pre_no), list_no = coalesce(${listNo ?? null}, d.list_no),
      told_at = greatest(d.told_at, to_timestamp(${atMs}::float8 / 1000)),
      state = CASE
        WHEN jsonb_path_exists(mine.answers, '$.*.verdict ? (@ == "rejected")') THEN 'rejected'
        WHEN mine.answers #>> '{622,verdict}' = 'released' THEN 'released'
        WHEN mine.answers #>> '{312,verdict}' = 'accepted' OR mine.answers #>> '{622,verdict}' = 'accepted' THEN 'accepted'
        ELSE d.state END
    FROM mine WHERE d.order_id = mine.order_id`
  return rows.count > 0
}

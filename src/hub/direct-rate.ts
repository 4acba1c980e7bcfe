import type { Database } from '../db/client.ts'

/** How many questions there were, and how each of them ended: the parts add up to `asked`. */
export type DirectAnswers = {
  readonly asked: number
  readonly direct: number
  /** Answered with a choice or a question back. */
  readonly askedBack: number
  /** Went to a person, or was told to. */
  readonly handedOver: number
  readonly refused: number
  /** Answered, but asked after within two minutes. */
  readonly askedAgain: number
}

/** For the query that answers 直答率. Epoch ms, `toMs` excluded. */
export type DirectAnswerRate = (fromMs: number, toMs: number) => Promise<DirectAnswers>

/** Thanks and help are no questions, neither asked nor asked again. */
const noQuestions = ['smalltalk', 'help']

/**
 * Product row 32, counted over typed questions of members. A question is one line, with the lines that only bring what it was
 * asked back for: a line within 2 min of a choose or clarify of the same person and chat belongs to that one. Direct: its first
 * line was answered (answer, confirm, card), was not handed over, and the same person asked no more in the same chat within
 * 2 min about the same order or return, or without naming one. Taps are part of the answer they stand on.
 */
export function directAnswerRate({ sql }: Pick<Database, 'sql'>): DirectAnswerRate {
  return async (fromMs, toMs) => {
    const [row] = await sql<DirectAnswers[]>`
      WITH line AS (
        SELECT at, expect, handed_over, intent,
          lag(expect) OVER talk AS expect_before, lag(at) OVER talk AS at_before,
          subject IS NOT NULL AND count(*) OVER (
            PARTITION BY platform, conversation_id, member_id, subject ORDER BY at
            RANGE BETWEEN CURRENT ROW AND interval '2 min' FOLLOWING EXCLUDE CURRENT ROW) > 0 AS same_again,
          count(*) FILTER (WHERE subject IS NULL) OVER (
            PARTITION BY platform, conversation_id, member_id ORDER BY at
            RANGE BETWEEN CURRENT ROW AND interval '2 min' FOLLOWING EXCLUDE CURRENT ROW) > 0 AS bare_again
        FROM query_log
        WHERE at >= to_timestamp(${fromMs}::float8 / 1000) - interval '2 min'
          AND at < to_timestamp(${toMs}::float8 / 1000) + interval '2 min'
          AND question IS DISTINCT FROM '' AND member_id IS NOT NULL AND intent <> ALL(${noQuestions}::text[])
        WINDOW talk AS (PARTITION BY platform, conversation_id, member_id ORDER BY at, id)
      ), ended AS (
        SELECT CASE
          WHEN handed_over OR expect = 'handoff' OR intent = 'handoff' THEN 'handed over'
          WHEN expect IN ('choose', 'clarify') THEN 'asked back'
          WHEN expect = 'deny' THEN 'refused'
          WHEN same_again OR bare_again THEN 'asked again'
          ELSE 'direct' END AS how
        FROM line
        WHERE at >= to_timestamp(${fromMs}::float8 / 1000) AND at < to_timestamp(${toMs}::float8 / 1000)
          AND NOT coalesce(expect_before IN ('choose', 'clarify') AND at - at_before <= interval '2 min', false)
      )
      SELECT count(*)::int AS asked,
        (count(*) FILTER (WHERE how = 'direct'))::int AS direct,
        (count(*) FILTER (WHERE how = 'asked back'))::int AS "askedBack",
        (count(*) FILTER (WHERE how = 'handed over'))::int AS "handedOver",
        (count(*) FILTER (WHERE how = 'refused'))::int AS refused,
        (count(*) FILTER (WHERE how = 'asked again'))::int AS "askedAgain"
      FROM ended`
    return row ?? { asked: 0, direct: 0, askedBack: 0, handedOver: 0, refused: 0, askedAgain: 0 }
  }
}

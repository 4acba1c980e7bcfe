import type { TalkParts } from '../../handlers/question.ts'
import type { AskedBefore } from '../../src/hub/query-log.ts'

type Row = AskedBefore & { readonly memberId: string }

/** The query log as the talk sees it, over rows that a test puts in; keeps what was voted. */
export function memoryOfQuestions(rows: readonly Row[]) {
  const all = [...rows]
  const votes: (readonly [answerKey: string, vote: string])[] = []
  const own = (memberId: string) => all.filter((row) => row.memberId === memberId)
  return {
    votes,
    add: (row: Row) => {
      all.push(row)
    },
    vote: async (memberId, answerKey, vote) => {
      if (!own(memberId).some((row) => row.answerKey === answerKey)) return 'unknown'
      votes.push([answerKey, vote])
      return 'noted'
    },
    lastAsked: async ({ memberId }) => own(memberId).at(-1),
    asked: async (memberId, answerKey) => own(memberId).find((row) => row.answerKey === answerKey),
    lookedAt: async (memberId, subjects) =>
      new Set(
        own(memberId).flatMap(({ subject }) => (subject !== undefined && subjects.includes(subject) ? [subject] : [])),
      ),
  } satisfies TalkParts['asked'] & Record<string, unknown>
}

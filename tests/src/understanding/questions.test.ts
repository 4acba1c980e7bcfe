import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { intents } from '../../../src/understanding/types.ts'
import { understand } from '../../../src/understanding/understand.ts'
import { type Meaning, meaningOf, plainSlots } from '../../kit/judge.ts'

type Question = Meaning & { readonly id: string; readonly context: { readonly attachment?: string } }

const set = JSON.parse(readFileSync(new URL('../../fixtures/questions.json', import.meta.url), 'utf8')) as {
  readonly meta: { readonly anchor_time: string; readonly intents: Readonly<Record<string, string>> }
  readonly questions: readonly Question[]
}
const atMs = Date.parse(set.meta.anchor_time)

const answered = ['order.status', 'order.list', 'order.carrier', 'logistics.track', 'help']

function rightOf(question: Question) {
  const got = meaningOf(understand(question.text, { atMs, hasPhoto: question.context.attachment !== undefined }))
  const intent = got.intent === question.intent
  const slots = JSON.stringify(sorted(got.slots)) === JSON.stringify(sorted(plainSlots(question.slots)))
  return { intent, slots, expect: got.expect === question.expect }
}

const sorted = (slots: object) => Object.entries(slots).sort(([a], [b]) => a.localeCompare(b))

describe('the question set', () => {
  test('has the intents of the grammar', () => {
    expect([...intents].sort()).toEqual(Object.keys(set.meta.intents).sort())
  })

  const ours = set.questions.filter(({ intent }) => answered.includes(intent))
  test.each(ours.map((question) => [question.id, question] as const))('%s is understood whole', (_id, question) => {
    const got = meaningOf(understand(question.text, { atMs }))
    expect(got).toEqual({ intent: question.intent, slots: plainSlots(question.slots), expect: question.expect })
  })

  test('is understood over all 60, per intent', () => {
    const rows = intents.map((intent) => {
      const judged = set.questions.filter((question) => question.intent === intent).map(rightOf)
      const share = (of: keyof ReturnType<typeof rightOf>) =>
        `${judged.filter((right) => right[of]).length}/${judged.length}`
      return { intent, right: share('intent'), slots: share('slots'), expect: share('expect') }
    })
    console.table(rows)
    const all = set.questions.map(rightOf)
    expect(all.filter(({ intent }) => intent).length).toBeGreaterThanOrEqual(59)
    expect(all.filter(({ slots }) => slots).length).toBeGreaterThanOrEqual(58)
    expect(all.filter((right) => right.expect).length).toBeGreaterThanOrEqual(58)
  })
})

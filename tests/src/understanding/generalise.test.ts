import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { understand } from '../../../src/understanding/understand.ts'
import { type Meaning, type Score, score } from '../../kit/judge.ts'
import { freshSeeds, paraphrases, writes } from '../../kit/paraphrase.ts'

type Line = readonly [text: string, intent: string, slots: Readonly<Record<string, unknown>>, expect: string]
type Round = { readonly note: string; readonly lines: readonly Line[] }

const fixture = (name: string) => JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'))
const questions = fixture('questions.json') as {
  readonly meta: { readonly anchor_time: string }
  readonly questions: readonly (Meaning & { readonly context: { readonly attachment?: string } })[]
}
const { rounds } = fixture('heldout.json') as { readonly rounds: readonly Round[] }

const atMs = Date.parse(questions.meta.anchor_time)
const ask = (text: string) => understand(text, { atMs, hasPhoto: text === '' })

/** Shows the lines that went wrong when a share is too low. */
function atLeast(got: Score, least: { intent: number; slotF1: number; expect: number }): void {
  const shares = { intent: got.intent, slotF1: got.slotF1, expect: got.expect }
  const low = Object.entries(least).filter(([name, share]) => shares[name as keyof typeof shares] < share)
  expect({ low, shares, wrong: low.length === 0 ? [] : got.wrong.slice(0, 30) }).toEqual({ low: [], shares, wrong: [] })
}

test('the question set: intent 98 %, slots 96 %, expect 96 %', () => {
  atLeast(score(questions.questions, ask), { intent: 0.98, slotF1: 0.96, expect: 0.96 })
})

describe('paraphrases of fresh seeds: intent 97 %, slots 95 %, expect 96 %', () => {
  test.each(freshSeeds)('seed %i', (seed) => {
    atLeast(score(paraphrases(seed, 40), ask), { intent: 0.97, slotF1: 0.95, expect: 0.96 })
  })
})

test.each(rounds)('lines written before the grammar saw them: $note', ({ lines }) => {
  const meanings = lines.map(([text, intent, slots, expected]) => ({ text, intent, slots, expect: expected }))
  atLeast(score(meanings, ask), { intent: 0.98, slotF1: 0.97, expect: 0.98 })
})

test('a write is never answered at once', () => {
  const texts = [
    ...freshSeeds.flatMap((seed) => paraphrases(seed, 40)).map(({ text }) => text),
    ...rounds.flatMap(({ lines }) => lines.map(([text]) => text)),
    ...questions.questions.map(({ text }) => text),
  ]
  const allowed = ['confirm', 'clarify', 'card', 'deny']
  const direct = texts.filter((text) => {
    const { intent, expect: next } = ask(text)
    return [...writes, 'return.create'].includes(intent) && !allowed.includes(next)
  })
  expect(direct).toEqual([])
})

test('no question is taken for a write that could be confirmed', () => {
  const taken = freshSeeds
    .flatMap((seed) => paraphrases(seed, 40))
    .filter(({ intent, text }) => {
      const got = ask(text)
      return !writes.includes(intent) && writes.includes(got.intent) && got.expect === 'confirm'
    })
    .map(({ text, intent }) => `${text}: ${intent}`)
  expect(taken.length / (freshSeeds.length * 38 * 40), taken.join('\n')).toBeLessThan(0.002)
})

test('the same line means the same thing every time', () => {
  for (const { text } of paraphrases(freshSeeds[0] ?? 1, 5)) expect(ask(text)).toEqual(ask(text))
})

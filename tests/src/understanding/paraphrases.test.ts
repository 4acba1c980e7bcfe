import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { understand } from '../../../src/understanding/understand.ts'
import { meaningOf } from '../../kit/judge.ts'

type Line = readonly [text: string, intent: string, slots: Readonly<Record<string, unknown>>, expect: string]

const { anchor_time, lines, more } = JSON.parse(
  readFileSync(new URL('../../fixtures/paraphrases.json', import.meta.url), 'utf8'),
) as {
  readonly anchor_time: string
  readonly lines: readonly Line[]
  readonly more: readonly (readonly [string, string])[]
}

test.each(lines)('%s → %s', (text, intent, slots, expected) => {
  expect(meaningOf(understand(text, { atMs: Date.parse(anchor_time) }))).toEqual({ intent, slots, expect: expected })
})

test.each(more)('%s means %s', (text, intent) => {
  expect(understand(text, { atMs: Date.parse(anchor_time) }).intent).toBe(intent)
})

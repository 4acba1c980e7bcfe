import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { understand } from '../../../src/understanding/understand.ts'
import { meaningOf } from '../../kit/judge.ts'

type Line = readonly [text: string, intent: string, slots: Readonly<Record<string, unknown>>, expect: string]

const { anchor_time, lines } = JSON.parse(
  readFileSync(new URL('../../fixtures/paraphrases.json', import.meta.url), 'utf8'),
) as { readonly anchor_time: string; readonly lines: readonly Line[] }

test.each(lines)('%s → %s', (text, intent, slots, expected) => {
  expect(meaningOf(understand(text, { atMs: Date.parse(anchor_time) }))).toEqual({ intent, slots, expect: expected })
})

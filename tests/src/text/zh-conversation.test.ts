import { describe, expect, test } from 'vitest'
import { intentName } from '../../../src/text/zh-cn.ts'
import { exampleOf, helpTexts, onlyCallsPerson, onlyNames, takesBack } from '../../../src/text/zh-conversation.ts'
import { intents } from '../../../src/understanding/types.ts'
import { understand } from '../../../src/understanding/understand.ts'
import { nowMs } from '../../kit/sample-orders.ts'

const talk = ['help', 'handoff', 'unsupported', 'smalltalk']

describe('what is offered to people who were not understood', () => {
  test.each(intents.filter((intent) => !talk.includes(intent)))('the example of %s is understood as that', (intent) => {
    const example = exampleOf(intent)
    if (example === undefined) throw new Error('there is none')
    expect(understand(example, { atMs: nowMs }).intent).toBe(intent)
    expect([...intentName(intent)].length).toBeLessThanOrEqual(10)
  })

  test('every line of the help is understood, and they differ', () => {
    const meant = helpTexts.lines.map((line) => understand(line.slice(line.indexOf('：') + 1), { atMs: nowMs }))
    expect(new Set(meant.map(({ intent }) => intent)).size).toBe(helpTexts.lines.length)
    for (const { intent, expect: next } of meant) {
      expect(talk).not.toContain(intent)
      expect(['answer', 'confirm', 'choose']).toContain(next)
    }
  })
})

test.each([
  ['6936476692437472563', ['6936476692437472563'], true],
  ['单号是 6936 4766 9243 7472 563。', ['6936476692437472563'], true],
  ['尾号9746', ['9746'], true],
  ['手机后四位９７４６的', ['9746'], true],
  ['客户叫刘芳', ['刘芳'], true],
  ['刘芳，前天的', ['刘芳', '前天'], true],
  ['帮我查一下TH2611210033', ['TH2611210033'], true],
  ['6936476692437472563 到哪了', ['6936476692437472563'], false],
  ['刘芳的退款', ['刘芳'], false],
  ['尾号9746 赠品呢', ['9746'], false],
  ['今天异常率', ['今天'], false],
])('%s only names something: %o %s', (line, said, only) => {
  expect(onlyNames(line, said)).toBe(only)
})

test.each([
  ['人工', true],
  ['转人工！', true],
  ['帮我找值班组长', true],
  ['麻烦转一下人工客服', true],
  ['转人工，6936476692437472563 要赔', false],
  ['客户要投诉', false],
])('%s only calls for a person: %s', (line, only) => {
  expect(onlyCallsPerson(line)).toBe(only)
})

test.each([
  ['取消转交', true],
  ['不用转了', true],
  ['撤回转人工', true],
  ['取消订单', false],
  ['转人工', false],
])('%s takes a hand-over back: %s', (line, back) => {
  expect(takesBack(line)).toBe(back)
})

import { expect, test } from 'vitest'
import { sentences, smalltalkText } from '../../../src/text/sentences.ts'

test.each([
  ['谢谢啦', sentences.thanks],
  ['辛苦了', sentences.thanks],
  ['早上好', sentences.morning],
  ['这个客户真难缠', sentences.tired],
  ['你是谁', sentences.whoIsThis],
  ['好的', sentences.noted],
  ['拜拜，下班了', sentences.bye],
  ['厉害', sentences.praised],
  ['在吗', sentences.smalltalk],
])('%s is answered in one human line', (said, answer) => {
  expect(smalltalkText(said)).toBe(answer)
  expect(answer).not.toMatch(/[!！]/)
})

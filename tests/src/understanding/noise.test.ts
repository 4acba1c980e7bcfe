import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { understand } from '../../../src/understanding/understand.ts'
import { type Meaning, meaningOf } from '../../kit/judge.ts'

const { meta, questions } = JSON.parse(
  readFileSync(new URL('../../fixtures/questions.json', import.meta.url), 'utf8'),
) as { readonly meta: { readonly anchor_time: string }; readonly questions: readonly Meaning[] }
const atMs = Date.parse(meta.anchor_time)

const answered = ['order.status', 'order.list', 'order.carrier', 'logistics.track']
const lines = questions.filter(({ intent }) => answered.includes(intent))

const wide = (text: string) =>
  text.replace(/[!-~]/g, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0))

/** What fingers, input methods and chat apps do to a line without changing what it says. */
const noises: readonly ((text: string) => string)[] = [
  (text) => text,
  wide,
  (text) => text.toLowerCase(),
  (text) => [...text].join('\u200b'),
  (text) => `\u202a${text}\u202c`,
  (text) => `  ${text}  `,
  (text) => `${text}？`,
  (text) => `${text}!!`,
  (text) => `${text}🙏`,
  (text) => `麻烦${text}`,
  (text) => `亲，${text}，急`,
  (text) => text.replace(/\d{19}/, (number) => `${number.slice(0, 4)} ${number.slice(4, 8)} ${number.slice(8)}`),
  (text) => text.replace(/\d{19}/, (number) => `${number.slice(0, 6)}-${number.slice(6, 13)}-${number.slice(13)}`),
  (text) => text.replace(/订单/g, '訂單').replace(/发/g, '發').replace(/单/g, '單').replace(/号/g, '號'),
]

test('noise changes neither the intent nor the slots', () => {
  fc.assert(
    fc.property(fc.constantFrom(...lines), fc.constantFrom(...noises), fc.constantFrom(...noises), (line, one, two) => {
      const noisy = two(one(line.text))
      expect({ noisy, ...meaningOf(understand(noisy, { atMs })) }).toEqual({
        noisy,
        ...meaningOf(understand(line.text, { atMs })),
      })
    }),
    { numRuns: 500 },
  )
})

test('any order number is found in any question about it', () => {
  const number = fc.oneof(
    fc.stringMatching(/^69\d{17}$/),
    fc.stringMatching(/^4[0-3]\d{17}$/),
    fc.stringMatching(/^37\d{17}$/),
    fc.stringMatching(/^3[01]\d{10}$/),
    fc.stringMatching(/^E2026111\d{16}$/),
  )
  const frame = fc.constantFrom('# 到哪了', '查一下#', '订单#什么状态', '客户问#发了没', '帮看下 # 这单')
  fc.assert(
    fc.property(number, frame, (orderNo, words) => {
      const { intent, slots } = understand(words.replace('#', orderNo), { atMs })
      expect({ intent, slots }).toEqual({ intent: 'order.status', slots: { order_no: orderNo } })
    }),
  )
})

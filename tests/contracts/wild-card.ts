import fc from 'fast-check'
import type { ActionToken, Button, Card, Fact } from '../../src/chat/card.ts'
import { cardLimits } from '../../src/chat/card.ts'

// What people and sources put into a card sooner or later: far too long, markup, escapes of both platforms, marks that
// turn the direction, halves of emoji.
const nasty = [
  'SO261122000001',
  '张伟',
  '👩‍👩‍👧‍👦😀',
  ']]>',
  ']]]]><![CDATA[>',
  '$userName=lisi$',
  '$departmentName=3$',
  '<a href="https://evil.example">点我</a>',
  '</xml><xml>',
  '{{code}}',
  '**粗** [x](https://evil.example) `y`',
  "'; DROP TABLE orders; --",
  '\u202eevil\u202c',
  '\u200b\u200d\ufeff',
  '\ud83d',
  '\u0000\u0007',
  'line one\nline two\r\nline three',
  '长'.repeat(400),
  'a'.repeat(3000),
  '',
  '   ',
]

/** Any text a field of a card may hold. */
export const wildText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.constantFrom(...nasty), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
)

const token = (text: string) => text as ActionToken

const fact: fc.Arbitrary<Fact> = fc.record({ label: wildText, value: wildText })
const button: fc.Arbitrary<Button> = fc.record(
  {
    label: wildText,
    token: fc.oneof(fc.string({ minLength: 1, maxLength: cardLimits.tokenBytes }), wildText).map(token),
    style: fc.constantFrom('go' as const, 'stop' as const, 'plain' as const),
    say: wildText,
  },
  { requiredKeys: ['label', 'token', 'style'] },
)

const tone = fc.constantFrom('calm' as const, 'warn' as const, 'alarm' as const, 'done' as const)

/** A card that keeps to nothing but its type: a platform must show it or cut it, never be refused for it. */
export const wildCard: fc.Arbitrary<Card> = fc.record(
  {
    title: wildText,
    tone,
    bar: wildText,
    facts: fc.array(fact, { maxLength: 9 }),
    lines: fc.array(wildText, { maxLength: 12 }),
    note: wildText,
    buttons: fc.array(button, { maxLength: 9 }),
  },
  { requiredKeys: ['title', 'tone', 'facts', 'buttons'] },
)

const words = (max: number, min = 0) =>
  fc
    .array(fc.constantFrom(...'运输中已到杭州萧山转运中心预计送达订单商品快递停留赠品负责0123456789·×¥:'), {
      minLength: min,
      maxLength: max,
    })
    .map((letters) => letters.join(''))

/** A card within `cardLimits`, as cards/ makes them: every platform must show all of it. */
export const tameCard: fc.Arbitrary<Card> = fc.record(
  {
    title: words(cardLimits.titleChars, 1),
    tone,
    bar: words(cardLimits.barChars, 1),
    facts: fc.array(fc.record({ label: words(cardLimits.labelChars, 1), value: words(cardLimits.valueChars, 1) }), {
      maxLength: cardLimits.facts,
    }),
    lines: fc.array(words(cardLimits.lineChars, 1), { maxLength: cardLimits.lines }),
    note: words(cardLimits.noteChars, 1),
    buttons: fc.uniqueArray(
      fc.record({
        label: words(cardLimits.buttonChars, 1),
        token: fc.stringMatching(/^[a-z0-9.]{3,40}$/).map(token),
        style: fc.constantFrom('go' as const, 'stop' as const, 'plain' as const),
        say: words(10, 1),
      }),
      { maxLength: cardLimits.buttons, selector: (made) => made.token },
    ),
  },
  { requiredKeys: ['title', 'tone', 'facts', 'buttons'] },
)

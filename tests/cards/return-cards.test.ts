import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { giftGapCard, giftIncludedCard, giftMissingCard } from '../../cards/gift-answers.ts'
import { giftScript } from '../../cards/gift-script.ts'
import { refundAmountCard } from '../../cards/refund-amount.ts'
import { orderRefundCard, refundEtaCard } from '../../cards/refund-eta.ts'
import { noReturnCard, returnChoiceCard } from '../../cards/return-choice.ts'
import { returnEligibleCard, returnPolicyCard } from '../../cards/return-eligible.ts'
import { returnInboundCard } from '../../cards/return-inbound.ts'
import type { Back } from '../../cards/return-rows.ts'
import {
  orderRefundScript,
  policyScript,
  refundAmountScript,
  refundEtaScript,
  returnScript,
} from '../../cards/return-script.ts'
import { returnStatusCard, returnTimelineCard } from '../../cards/return-status.ts'
import { stockCard, stockChoiceCard, stockScript, stockUnknownCard } from '../../cards/stock-check.ts'
import type { View } from '../../cards/view.ts'
import { type Card, cardLimits, cardText } from '../../src/chat/card.ts'
import type { GiftSheet } from '../../src/hub/gift-facts.ts'
import type { OrderFacts } from '../../src/hub/order-facts.ts'
import { refundSum } from '../../src/hub/refund-shares.ts'
import { refundExpectation, defaultRefundTimes as times } from '../../src/hub/refund-times.ts'
import { defaultReturnPolicy, type GoodsKind, judgeReturn } from '../../src/hub/return-policy.ts'
import {
  clockText,
  dayText,
  dueText,
  durationText,
  fenText,
  maskPhone,
  momentText,
  spokenDay,
  spokenMoment,
} from '../../src/text/format.ts'
import { methodText, payMethodCode } from '../../src/text/zh-refunds.ts'
import { anyMoment } from '../kit/arbitrary-order.ts'
import { anyArrivals, anyBack, anyGiven, anyItem } from '../kit/arbitrary-return.ts'
import { codec } from '../kit/every-card.ts'

const mode = fc.constantFrom('full' as const, 'masked' as const)
const source = { name: 'wms.push', staleAfterMs: 1_800_000 }

function derived(back: Back, nowMs: number) {
  const method = payMethodCode(methodText(back.request.refundMethod, back.sale.payMethod))
  return {
    expected: refundExpectation(back.request, method, nowMs, times),
    counting: { time: times.methods[method], transitDays: times.transitDays },
    sum: refundSum(back.sale, back.request),
  }
}

const kinds: readonly GoodsKind[] = ['food', 'hygiene', 'intimate', 'care', 'ordinary', 'unknown']

/** Each way the policy can turn out, for the order's own goods. */
function judgedAll(order: OrderFacts) {
  return kinds.flatMap((kind) =>
    [true, false, undefined].flatMap((opened) =>
      [0, 7, 12, 40, undefined].map((days) => {
        const verdict = judgeReturn(defaultReturnPolicy, { kind, opened, faulty: kind === 'care', days })
        const what = order.lines[0]?.name ?? ''
        const since = days === undefined ? {} : { days }
        return { policy: defaultReturnPolicy, verdict, what, kind, opened, faulty: kind === 'care', ...since }
      }),
    ),
  )
}

function returnCards(back: Back, view: View): readonly Card[] {
  const { order, request } = back
  const { expected, counting, sum } = derived(back, view.nowMs)
  const pairs = [{ order, request }]
  const said = { who: '', when: '昨天', product: '奶粉' }
  return [
    returnStatusCard(back, view, codec),
    returnTimelineCard(back, view, codec),
    returnInboundCard(back, expected, view, codec),
    refundEtaCard(back, expected, counting, view, codec),
    refundAmountCard(back, sum, view, codec),
    orderRefundCard(order, back.sale, view, codec),
    noReturnCard(order, view, codec),
    returnChoiceCard({ found: pairs, more: true, otherGoods: true, ...said }, 'return.inbound', view, codec),
    returnChoiceCard({ found: pairs, more: false, otherGoods: false, ...said }, 'refund.eta', view, codec),
  ]
}

function returnScripts(back: Back, nowMs: number): readonly string[] {
  const { expected, sum } = derived(back, nowMs)
  return [
    returnScript(back, nowMs),
    refundEtaScript(back, expected, nowMs),
    refundAmountScript(back, sum, nowMs),
    orderRefundScript(back.order, back.sale, nowMs),
  ]
}

function giftCards(given: { order: OrderFacts; sheet: GiftSheet }, view: View): readonly Card[] {
  return [giftIncludedCard, giftGapCard, giftMissingCard].map((draw) => draw(given, view, codec))
}

const size = (text: string) => [...text].length

/** Every limit of chat/card.ts that this card breaks. */
function faultsOf(card: Card): string[] {
  const faults: string[] = []
  const check = (what: string, text: string, most: number) => {
    if (size(text) > most) faults.push(`${what} has ${size(text)} characters: ${text}`)
    if (text.trim() !== text || text === '') faults.push(`${what} is blank at an end: «${text}»`)
    if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)) faults.push(`${what} holds an invisible sign`)
    if (/undefined|null|NaN|\[object/.test(text)) faults.push(`${what} prints a missing value: ${text}`)
  }
  check('title', card.title, cardLimits.titleChars)
  if (card.bar !== undefined) check('bar', card.bar, cardLimits.barChars)
  if (card.note !== undefined) check('note', card.note, cardLimits.noteChars)
  for (const { label, value } of card.facts) {
    check('label', label, cardLimits.labelChars)
    check('value', value, cardLimits.valueChars)
  }
  for (const line of card.lines ?? []) check('line', line, cardLimits.lineChars)
  for (const { label, token } of card.buttons) {
    check('button', label, cardLimits.buttonChars)
    if (Buffer.byteLength(token) > cardLimits.tokenBytes) faults.push(`token of ${label} is too long`)
  }
  if (card.facts.length > cardLimits.facts) faults.push(`${card.facts.length} facts`)
  if ((card.lines?.length ?? 0) > cardLimits.lines) faults.push(`${card.lines?.length} lines`)
  if (card.buttons.length > cardLimits.buttons) faults.push(`${card.buttons.length} buttons`)
  if (new Set(card.buttons.map(({ token }) => token)).size < card.buttons.length)
    faults.push('two buttons are the same')
  return faults
}

describe('within every limit', () => {
  test('returns and refunds', () => {
    fc.assert(
      fc.property(anyBack, anyMoment, mode, (back, nowMs, how) => {
        for (const card of returnCards(back, { mode: how, nowMs })) expect(faultsOf(card)).toEqual([])
      }),
      { numRuns: 400 },
    )
  })

  test('gifts', () => {
    fc.assert(
      fc.property(anyGiven, anyMoment, mode, (given, nowMs, how) => {
        for (const card of giftCards(given, { mode: how, nowMs })) expect(faultsOf(card)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('stock', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyItem, { minLength: 1, maxLength: 7, selector: ({ sku }) => sku }),
        anyMoment,
        anyArrivals,
        (items, nowMs, arrivals) => {
          const view = { mode: 'masked', nowMs } as const
          const [item] = items
          if (item === undefined) return
          const cards = [
            stockCard(item, source, view, codec),
            stockCard(item, source, view, codec, arrivals),
            stockChoiceCard('2段奶粉', { items, more: false, source }, view, codec),
            stockUnknownCard('奶粉', '杭州仓', view),
          ]
          for (const card of cards) expect(faultsOf(card)).toEqual([])
          expect(stockScript(item)).toMatch(/^您好，/)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('whether it may be returned', () => {
    fc.assert(
      fc.property(anyGiven, anyMoment, ({ order }, nowMs) => {
        for (const judged of judgedAll(order)) {
          const view = { mode: 'full', nowMs } as const
          expect(faultsOf(returnEligibleCard(order, judged, view, codec))).toEqual([])
          expect(faultsOf(returnPolicyCard(judged, view, codec))).toEqual([])
        }
      }),
      { numRuns: 40 },
    )
  })
})

const person = { name: '欧阳娜娜', phone: '13685578806', address: '浙江省杭州市西湖区文三路18号翡翠城3幢1201室' }
const told = `${person.name} ${person.phone} ${person.address}`

/** The person stands in every field a source or a colleague can put words into. */
function withPerson(back: Back): Back {
  const { order, request, sale } = back
  return {
    order: { ...order, consigneeName: person.name, phone: person.phone, address: person.address, cancelReason: told },
    sale,
    request: {
      ...request,
      reason: told,
      inspection: told,
      levels: request.levels.map((level) => ({ ...level, reason: told })),
      ...(request.comingBack && { comingBack: { ...request.comingBack, text: `${told}签收`, place: person.address } }),
    },
  }
}

test('masked, nobody is shown in clear wherever they are written down; the wording for customers never shows them', () => {
  fc.assert(
    fc.property(anyBack, anyMoment, (made, nowMs) => {
      const back = withPerson(made)
      const cards = returnCards(back, { mode: 'masked', nowMs }).map(cardText)
      const shown = [
        ...cards,
        ...returnScripts(back, nowMs),
        giftScript({ order: back.order, sheet: { gifts: [] } }, nowMs),
      ]
      for (const secret of [person.name, person.phone, person.address]) expect(shown.join('\n')).not.toContain(secret)
    }),
    { numRuns: 200 },
  )
})

const runs = (text: string): readonly string[] => text.normalize('NFC').match(/\d+/g) ?? []

/** Every run of digits that follows from the facts handed in: written out as a time, a sum, a count, or the time between. */
function grounded(facts: unknown, nowMs: number): ReadonlySet<string> {
  const allowed = new Set<string>()
  const allow = (text: string) => {
    for (const run of runs(text)) allowed.add(run)
  }
  const walk = (value: unknown, name: string): void => {
    if (typeof value === 'string') {
      allow(value)
      allow(value.replace(/[\p{Cf}\p{Cs}]/gu, ''))
      allow(value.slice(-4))
      if (name === 'phone') allow(maskPhone(value))
    } else if (typeof value === 'bigint') allow(`${fenText(value, true)} ${fenText(value)}`)
    else if (typeof value === 'number' && /ms$/i.test(name)) {
      const gap = durationText(Math.abs(nowMs - value))
      const written = [clockText(value), dayText(value, nowMs), dayText(value, value), momentText(value, nowMs)]
      allow([...written, dueText(value, nowMs), spokenDay(value, nowMs), spokenMoment(value, nowMs), gap].join(' '))
    } else if (typeof value === 'number') allowed.add(String(value))
    else if (Array.isArray(value)) for (const inner of value) walk(inner, name)
    else if (typeof value === 'object' && value !== null)
      for (const [inner, held] of Object.entries(value)) walk(held, inner)
  }
  walk(facts, '')
  allow(clockText(nowMs))
  return allowed
}

/** Sums and differences over the lines, as the cards count them. */
function counts({ request, order }: Back) {
  const sum = (of: (line: (typeof request.lines)[number]) => number) =>
    request.lines.reduce((all, line) => all + of(line), 0)
  const due = sum((line) => line.approvedQty ?? line.askedQty)
  const received = sum((line) => line.receivedQty)
  const pieces = order.lines.reduce((all, { qty }) => all + qty, 0)
  return [due, received, Math.abs(due - received), sum((line) => line.askedQty), sum((line) => line.damagedQty), pieces]
}

describe('no invented facts', () => {
  // figures of fixed sentences: 24 hours; one order, one person, one day of grace
  const fixed = ['24', '1']

  test('every number and date of a return answer is stored, or computed from what is by the documented table', () => {
    fc.assert(
      fc.property(anyBack, anyMoment, mode, (back, nowMs, how) => {
        const { expected, counting, sum } = derived(back, nowMs)
        const gap =
          sum.outcome === 'known' && back.request.refundFen !== undefined
            ? [sum.refundFen - back.request.refundFen, back.request.refundFen - sum.refundFen]
            : []
        const parts = sum.outcome === 'known' ? [-sum.discountFen, ...sum.lines.map((line) => -line.discountFen)] : []
        const allowed = grounded({ ...back, expected, counting, sum, gap, parts, counts: counts(back) }, nowMs)
        const nodes = back.order.parcels.length
        const shown = [...returnCards(back, { mode: how, nowMs }).map(cardText), ...returnScripts(back, nowMs)]
        const odd = shown
          .flatMap(runs)
          .filter((run) => !allowed.has(run) && !fixed.includes(run) && Number(run) !== nodes)
        expect(odd).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('so is every number of a gift answer', () => {
    fc.assert(
      fc.property(anyGiven, anyMoment, mode, (given, nowMs, how) => {
        const allowed = grounded(given, nowMs)
        const shown = [...giftCards(given, { mode: how, nowMs }).map(cardText), giftScript(given, nowMs)]
        expect(shown.flatMap(runs).filter((run) => !allowed.has(run))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('so is every number of the policy', () => {
    fc.assert(
      fc.property(anyGiven, anyMoment, ({ order }, nowMs) => {
        for (const judged of judgedAll(order)) {
          const ends = [7, 15].map((days) => (order.signedAtMs ?? 0) + days * 86_400_000)
          const allowed = grounded({ order, judged, endsMs: ends }, nowMs)
          const card = returnEligibleCard(order, judged, { mode: 'masked', nowMs }, codec)
          const shown = [cardText(card), policyScript(judged, order), policyScript(judged)]
          expect(shown.flatMap(runs).filter((run) => !allowed.has(run))).toEqual([])
        }
      }),
      { numRuns: 30 },
    )
  })

  test('a number that no field holds is seen', () => {
    const allowed = grounded({ paidFen: 100n }, Date.parse('2026-11-22T10:05:00+08:00'))
    expect(runs('预计11-29到账，¥1').filter((run) => !allowed.has(run))).toEqual(['11', '29'])
  })
})

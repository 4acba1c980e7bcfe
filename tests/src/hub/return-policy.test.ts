import { describe, expect, test } from 'vitest'
import {
  type GoodsKind,
  judgeReturn,
  defaultReturnPolicy as policy,
  returnPolicy,
} from '../../../src/hub/return-policy.ts'
import { BadPayload } from '../../../src/runtime/errors.ts'
import { products } from '../../../src/seed/catalogue.ts'
import { goodsKind, saidFaulty, saidOpened } from '../../../src/text/zh-return-policy.ts'

const judge = (kind: GoodsKind, opened: boolean | undefined, days: number | undefined, faulty = false) =>
  judgeReturn(policy, { kind, opened, days, faulty }).outcome

describe('the policy', () => {
  test('seven days from the day after signing, unopened', () => {
    expect(judge('food', false, 0)).toBe('yes')
    expect(judge('food', undefined, 7)).toBe('yes')
    expect(judge('food', false, 8)).toBe('quality-only')
    expect(judge('ordinary', true, 3)).toBe('yes')
  })

  test('opened food, hygiene, intimate and care goods are excepted', () => {
    for (const kind of ['food', 'hygiene', 'intimate', 'care'] as const) expect(judge(kind, true, 1)).toBe('opened')
  })

  test('faults fifteen days, opened or not', () => {
    expect(judge('food', true, 15, true)).toBe('yes')
    expect(judge('food', true, 16, true)).toBe('late')
    expect(judge('ordinary', false, 16)).toBe('late')
  })

  test('is replaced by the setting, which must have its shape and keep the law', async () => {
    const set = await returnPolicy({ get: async () => ({ version: 2, noReasonDays: 15, opened: { care: 'worn' } }) })
    expect(set).toMatchObject({
      version: 2,
      noReasonDays: 15,
      qualityDays: 15,
      opened: { care: 'worn', food: 'health' },
    })
    await expect(returnPolicy({ get: async () => ({ noReasonDays: 3 }) })).rejects.toThrow(BadPayload)
  })
})

describe('words', () => {
  test.each([
    ['开过的湿巾能退吗', true],
    ['纸尿裤用了两片能退吗', true],
    ['奶粉没拆封能退吗', false],
    ['全新的推车可以退吗', false],
    ['湿巾能退吗', undefined],
  ] as const)('%s: opened %s', (text, opened) => {
    expect(saidOpened(text)).toBe(opened)
  })

  test('a fault is heard', () => {
    expect(saidFaulty('奶瓶漏液能退吗')).toBe(true)
    expect(saidFaulty('奶瓶能退吗')).toBe(false)
  })

  test('every product of the sample firm has a kind', () => {
    expect(products.filter(({ name }) => goodsKind(name) === 'unknown').map(({ name }) => name)).toEqual([])
    expect(goodsKind('初芽幼儿配方奶粉3段')).toBe('food')
    expect(goodsKind('小满宽口径PPSU奶瓶')).toBe('intimate')
    expect(goodsKind('贝途轻便婴儿推车')).toBe('ordinary')
    expect(goodsKind('火箭')).toBe('unknown')
  })
})

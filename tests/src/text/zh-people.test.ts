import { expect, test } from 'vitest'
import { backSaid, bulkSaid, delegateEnd, leaverSaid, peopleSaid } from '../../../src/text/zh-people.ts'

test.each([
  ['TH2611210019 指派 小周', { deed: 'assign', returnId: 'TH2611210019', name: '小周' }],
  ['指派 小周', { deed: 'assign', name: '小周' }],
  ['把TH2611210019转交给小郑', { deed: 'hand', returnId: 'TH2611210019', name: '小郑' }],
  ['转交 TH2611210019 给 小郑', { deed: 'hand', returnId: 'TH2611210019', name: '小郑' }],
  ['th2611210019转给小郑', { deed: 'hand', returnId: 'TH2611210019', name: '小郑' }],
  ['加签 小陈', { deed: 'sign', name: '小陈' }],
  ['我来处理', { deed: 'claim' }],
  ['TH2611210019 我来处理。', { deed: 'claim', returnId: 'TH2611210019' }],
])('%s', (line, wish) => expect(peopleSaid(line)).toEqual(wish))

test.each([
  '转给客服',
  '转人工',
  '这单转给快递处理一下',
  '明天我休息 审批转给小林',
  '我来处理什么',
  '6936476692437472563 到哪了',
  'TH2611210019 通过',
  '客户说转交给门卫了',
])('%s is no word about the people of a level', (line) => {
  expect([peopleSaid(line), leaverSaid(line), bulkSaid(line), backSaid(line)]).toEqual([
    undefined,
    undefined,
    undefined,
    false,
  ])
})

test('leavers', () => {
  expect(leaverSaid('小王离职了，他的单交给小林')).toEqual({ from: '小王', to: '小林', sure: false })
  expect(leaverSaid('小王离职 交接给小林 确认')).toEqual({ from: '小王', to: '小林', sure: true })
})

test('many at once', () => {
  for (const line of ['把所有超时的都批了', '全部通过', '把超时的退货都通过了', '所有待审的都同意', '一键全批'])
    expect(bulkSaid(line), line).toEqual({ all: true })
  expect(bulkSaid('批量同意')).toEqual({ all: false })
  expect(bulkSaid('批量同意 a1B2-_x9z0')).toEqual({ all: false, digest: 'a1B2-_x9z0' })
  for (const line of ['超时的有哪些', '所有超时的退货', '通过', '同意 TH2611210019', '全部订单'])
    expect(bulkSaid(line), line).toBeUndefined()
})

test('the end of a line that gives work away', () => {
  expect(delegateEnd('明天我休息 审批给小林 确认并转')).toBe('move')
  expect(delegateEnd('明天我休息 审批给小林 只转新单')).toBe('new')
  expect(delegateEnd('明天我休息 审批给小林')).toBeUndefined()
})

import { describe, expect, test } from 'vitest'
import { understand } from '../../../src/understanding/understand.ts'

const atMs = Date.parse('2026-11-22T10:00:00+08:00')
const ask = (text: string) => understand(text, { atMs })

describe('what leans on the talk before it', () => {
  test.each([
    ['那赠品呢', 'gift.included'],
    ['赠品呢？', 'gift.included'],
    ['退款呢', 'refund.eta'],
    ['那退款呢', 'refund.eta'],
    ['物流呢', 'logistics.track'],
    ['还有物流呢', 'logistics.track'],
    ['快递呢', 'logistics.track'],
    ['什么时候到呢', 'logistics.eta'],
    ['退货呢', 'return.status'],
    ['短信呢', 'notify.status'],
    ['单号呢', 'order.carrier'],
    ['发货呢', 'order.ship_time'],
    ['它到哪了', 'order.status'],
    ['这单呢', 'order.status'],
    ['刚才那个', 'order.status'],
    ['那个客户的', 'order.status'],
    ['上一单', 'order.status'],
    ['那昨天的呢', 'order.status'],
    ['刚才那单赠品有吗', 'gift.included'],
    ['这个能退吗', 'return.eligible'],
    ['他的退款到了吗', 'refund.eta'],
  ])('%s is about %s', (text, intent) => {
    const got = ask(text)
    expect({ intent: got.intent, back: got.hints.refersBack }).toEqual({ intent, back: true })
  })

  test.each(['6936476692437472563呢', '张伟的呢', '尾号9746那单呢', '退货的钱什么时候到账', '你好', '帮助'])(
    '%s stands by itself',
    (text) => {
      expect(ask(text).hints.refersBack).toBeUndefined()
    },
  )
})

describe('answers to what the desk has said', () => {
  test.each([
    ['②', 2],
    ['第二个', 2],
    ['2', 2],
    ['选2', 2],
    ['2号', 2],
    ['就第三个', 3],
    ['第3个吧', 3],
    ['选②', 2],
    ['２', 2],
    ['都不是', 0],
    ['都不是。', 0],
  ])('%s picks %i', (text, pick) => {
    expect(ask(text).hints).toEqual({ pick })
  })

  test.each(['1234', '2段奶粉库存', '20号的单', '第二单什么时候到', '二'])('%s picks nothing', (text) => {
    expect(ask(text).hints.pick).toBeUndefined()
  })

  test.each([
    ['就是它', 'sameAgain'],
    ['就是这个', 'sameAgain'],
    ['对就这单', 'sameAgain'],
    ['是的就它', 'sameAgain'],
    ['换一单', 'restart'],
    ['重新查', 'restart'],
    ['换个单', 'restart'],
    ['另一单', 'restart'],
    ['不是这单', 'restart'],
    ['确认', 'yes'],
    ['确定', 'yes'],
    ['是的', 'yes'],
    ['好的确认', 'yes'],
    ['确认。', 'yes'],
    ['取消', 'no'],
    ['不用了', 'no'],
    ['算了', 'no'],
    ['算了吧', 'no'],
    ['👎', 'thumbsDown'],
    ['答错了', 'thumbsDown'],
    ['不对', 'thumbsDown'],
    ['答非所问', 'thumbsDown'],
    ['没用', 'thumbsDown'],
    ['👍', 'thumbsUp'],
  ])('%s is %s', (text, hint) => {
    expect(ask(text).hints).toEqual({ [hint]: true })
  })

  test.each(['取消6936476692437472563 重复下单', '确认收货了吗', '换个运单号', '金额不对', '好的'])(
    '%s is no bare reply',
    (text) => {
      const { yes, no, restart, thumbsDown } = ask(text).hints
      expect([yes, no, restart, thumbsDown]).toEqual([undefined, undefined, undefined, undefined])
    },
  )

  test('a bare 取消 gives no reason and changes nothing by itself', () => {
    expect(ask('取消')).toEqual({ intent: 'order.cancel', slots: {}, expect: 'clarify', hints: { no: true } })
  })

  test('a bare reply never asks for a confirmation', () => {
    for (const text of ['②', '2号', '就是它', '确认', '是的', '取消', '换一单', '不对'])
      expect(['confirm', 'card']).not.toContain(ask(text).expect)
  })
})

test('what the desk cannot do names what it can', () => {
  expect(ask('帮我把物流单打印出来贴包裹上').hints.nearTo ?? []).not.toContain('smalltalk')
  expect(ask('客户要开赠品的发货发票')).toMatchObject({ intent: expect.any(String) })
  expect(ask('给客户的订单改价')).toMatchObject({ intent: 'unsupported', hints: { nearTo: ['order.status'] } })
  expect(ask('讲个笑话').hints.nearTo).toBeUndefined()
})

test.each([
  ['YT0077120938456 改成 YT0077120938465', 'YT0077120938456', 'YT0077120938465'],
  ['把YT0077120938456换成SF1694121245991', 'YT0077120938456', 'SF1694121245991'],
  ['运单YT0077120938456错了 应该是YT0077120938465', 'YT0077120938456', 'YT0077120938465'],
])('%s: one waybill becomes another', (text, from, to) => {
  expect(ask(text)).toMatchObject({
    intent: 'order.edit_waybill',
    slots: { waybill_no: from, new_waybill_no: to },
    expect: 'confirm',
  })
})

test('a question that ends in a waybill is no change', () => {
  expect(ask('为啥不更新 78100207241048')).toMatchObject({
    intent: 'logistics.stalled',
    slots: { waybill_no: '78100207241048' },
  })
})

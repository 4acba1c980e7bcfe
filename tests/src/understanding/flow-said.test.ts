import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flowSaid, type SaidChange } from '../../../src/understanding/flow-said.ts'

const changesOf = (text: string) => {
  const said = flowSaid(text)
  return said?.wish === 'look' ? said.changes : said?.wish
}
const limit = (level: 1 | 2 | 3, minutes: number): SaidChange => ({
  kind: 'limit',
  level,
  minutes,
})

describe('what is said to change the flow', () => {
  test.each<[string, readonly SaidChange[]]>([
    ['初审改成20分钟', [limit(1, 20)]],
    ['请把初审时限调到二十分钟吧。', [limit(1, 20)]],
    ['终审改为半小时', [limit(3, 30)]],
    ['复核改成一个半小时', [limit(2, 90)]],
    ['复核改成1.5小时', [limit(2, 90)]],
    ['L2改成2小时30分', [limit(2, 150)]],
    ['l3 改成 3个小时', [limit(3, 180)]],
    ['初审改成20分钟，复核改成2小时', [limit(1, 20), limit(2, 120)]],
    ['初审改成０分钟', [limit(1, 0)]],
    ['终审只审500元以上', [{ kind: 'from', level: 3, fromFen: '50000' }]],
    ['99.5元以下的退货单不用仓管复核', [{ kind: 'from', level: 2, fromFen: '9950' }]],
    ['五百块以下免终审', [{ kind: 'from', level: 3, fromFen: '50000' }]],
    ['V3以上免初审', [{ kind: 'except', level: 1, fromLevel: 3 }]],
    ['v4以上客户免终审', [{ kind: 'except', level: 3, fromLevel: 4 }]],
    ['终审恢复每单都审', [{ kind: 'every', level: 3 }]],
    ['初审改由仓管审', [{ kind: 'who', level: 1, role: 'warehouse' }]],
    ['二审改由财务审', [{ kind: 'who', level: 2, role: 'finance' }]],
    ['让财务来审复核', [{ kind: 'who', level: 2, role: 'finance' }]],
    ['终审交给客服主管', [{ kind: 'who', level: 3, role: 'cs_lead' }]],
    [
      '复核改由财务审，终审改由仓管审',
      [
        { kind: 'who', level: 2, role: 'finance' },
        { kind: 'who', level: 3, role: 'warehouse' },
      ],
    ],
    ['取消复核这一级', [{ kind: 'drop', level: 2 }]],
    ['恢复仓管复核', [{ kind: 'add', level: 2 }]],
    ['300元以下自动通过', [{ kind: 'auto', mostFen: '30000', perDay: 1 }]],
    ['300元以下自动通过，每个客户每天2次', [{ kind: 'auto', mostFen: '30000', perDay: 2 }]],
    ['300元以下自动通过每人每天两单', [{ kind: 'auto', mostFen: '30000', perDay: 2 }]],
    ['关闭自动通过', [{ kind: 'auto-off' }]],
    ['入库后放款', [{ kind: 'release', at: 'scan_in' }]],
    ['改成审批后放款', [{ kind: 'release', at: 'at_approval' }]],
    ['放款时间改成揽收后', [{ kind: 'release', at: 'first_scan' }]],
    ['流程退回上一版', [{ kind: 'back' }]],
    ['流程退回', [{ kind: 'back' }]],
    ['流程退回v3', [{ kind: 'back', to: 3 }]],
    ['流程退回第三版', [{ kind: 'back', to: 3 }]],
    ['退货审批流程退回昨天那版', [{ kind: 'back', to: 'yesterday' }]],
  ])('%s', (text, changes) => {
    expect(changesOf(text)).toEqual(changes)
  })

  test.each([
    '审批通过后放款要多久',
    '入库后放款吗？',
    '已入库后放款了没有',
    '6936476692437472563 入库后放款',
    '入库后放款，帮我看看这单怎么还没到',
    '300元以下自动通过的有哪些',
    '初审改成20分钟了吗',
    '不要把初审改成20分钟',
    '谁把初审改成20分钟',
    'TH2611220015 初审同意',
    '取消初审同意',
    '初审改成20天',
    '流程退回是什么意思',
  ])('nobody wants to change the flow: %s', (text) => {
    expect(flowSaid(text)).toBeUndefined()
  })

  test('what was not understood beside it is told, not left out in silence', () => {
    expect(flowSaid('初审改成20分钟，复核放宽一点')).toMatchObject({
      changes: [limit(1, 20)],
      left: ['复核放宽一点'],
    })
  })

  test('only the words of a preview publish: the version is part of them', () => {
    expect(flowSaid('发布流程v2 初审改成20分钟')).toMatchObject({ wish: 'publish', version: 2 })
    expect(flowSaid('发布流程 初审改成20分钟')).toBeUndefined()
    expect(flowSaid('看流程')).toEqual({ wish: 'show' })
  })

  test('minutes said in hours and minutes are the same minutes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 59 }), (hours, minutes) => {
        expect(changesOf(`终审改成${hours}小时${minutes}分钟`)).toEqual([limit(3, hours * 60 + minutes)])
      }),
    )
  })

  test('whatever is said, it ends soon and nothing is thrown', () => {
    const bits = fc.constantFrom(
      '初审',
      '改成',
      '20',
      '分钟',
      '，',
      '流程',
      '元以下',
      '自动通过',
      '放款',
      'V3以上',
      '半',
      ' ',
      '免',
      '?',
    )
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 40 }), (words) => {
        const said = flowSaid(words.join(''))
        if (said !== undefined && said.wish !== 'show') expect(said.changes.length).toBeGreaterThan(0)
      }),
      { numRuns: 2_000 },
    )
  })
})

import { describe, expect, test } from 'vitest'
import { cut, fitPhrase } from '../../cards/fit.ts'

const asIs = (text: string) => text

describe('fitting', () => {
  test('the middle gives way, head and tail stay', () => {
    const phrase = { head: '【运输中】', body: '已到新疆维吾尔自治区乌鲁木齐头屯河转运中心', tail: '，预计11-23送达' }
    expect(fitPhrase(phrase, 26, asIs)).toBe('【运输中】已到新疆维吾尔自治区…，预计11-23送达')
  })

  test('a number is dropped rather than shown in part', () => {
    expect(cut('下单11-23 10:05', 6)).toBe('下单…')
    expect(cut('单号75894561230147', 10)).toBe('单号…')
    expect(cut('已到杭州萧山转运中心', 6)).toBe('已到杭州萧…')
  })

  test('counts characters, not halves of them', () => {
    expect(cut('👶👶👶👶', 3)).toBe('👶👶…')
  })

  test('masks before it cuts', () => {
    const hide = (text: string) => text.replaceAll('13685578806', '136****8806')
    expect(fitPhrase('电话13685578806转告', 12, hide)).not.toContain('1368')
  })

  test('signs that turn or hide text are taken out', () => {
    expect(fitPhrase('订单\u202e3652\u0000\n号\u200b码', 20, asIs)).toBe('订单3652 号码')
  })
})

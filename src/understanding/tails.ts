import type { Span } from './marks.ts'

export type FoundTail = Span & {
  readonly kind: 'phone_tail' | 'order_tail' | 'waybill_tail'
  readonly value: string
  /** 手机 was said: it is no tail of an order. */
  readonly ofPhone: boolean
}

const count = '[四五六4-6]'
const tailWord = `(?:尾号|尾数|末尾|末[${count}]位(?:数字?)?|(?:最)?后${count}位(?:数字?)?|后${count}个?数?|结尾|最后)`
const is = '(?:是|为|:|=)?\\s*'
const digits = '([0-9A-Z]{1,2}\\d{3,5}|\\d{4,6})(?![\\dA-Za-z])'

type Form = { readonly form: RegExp; readonly kind: FoundTail['kind']; readonly ofPhone?: true }

/** In order: what names the number it belongs to comes before the bare 尾号. */
const tailForms: readonly Form[] = [
  { form: /1[3-9]\d\*{4}(\d{4})(?!\d)/, kind: 'phone_tail', ofPhone: true },
  { form: new RegExp(`(?:运单|快递单|物流单|面单|快递|物流)号?码?的?${tailWord}${is}${digits}`), kind: 'waybill_tail' },
  // the name of the carrier stays in the line
  {
    form: new RegExp(`(?<=顺丰|[中圆申]通|韵达|极兔|德邦|邮政|京东物流)的?${tailWord}${is}${digits}`),
    kind: 'waybill_tail',
  },
  { form: new RegExp(`(?:订单号?|单子|单号|单)的?${tailWord}${is}${digits}`), kind: 'order_tail' },
  {
    form: new RegExp(`(?:手机|电话|联系方式|(?<!单)号码)号?码?的?${tailWord}?${is}(\\d{4})(?!\\d)`),
    kind: 'phone_tail',
    ofPhone: true,
  },
  { form: new RegExp(`${tailWord}${is}(\\d{4})(?![\\dA-Za-z])`), kind: 'phone_tail' },
  { form: new RegExp(`${tailWord}${is}${digits}`), kind: 'order_tail' },
  { form: new RegExp(`(?:运单|快递单|物流单|面单)号?码?${is}(\\d{4,6})(?![\\d年月号天])`), kind: 'waybill_tail' },
  { form: new RegExp(`(?:订单号?|单号)${is}(\\d{4,6})(?![\\d年月号天])`), kind: 'order_tail' },
  { form: /(?<!\d)(\d{4,6})\s?(?:结尾|收尾|尾号?)的?(?:运单|快递|面单)/, kind: 'waybill_tail' },
  { form: /(?<!\d)(\d{4,6})\s?(?:结尾|收尾|尾号?)的?(?:订单|单号|单子|单)/, kind: 'order_tail' },
  { form: /(?<!\d)(\d{4})\s?(?:结尾|收尾|尾号?)/, kind: 'phone_tail' },
  { form: /\.{2,6}(\d{4,6})(?!\d)/, kind: 'order_tail' },
  // nothing but the digits: the answer to being asked for them
  { form: /^(\d{4})$/, kind: 'phone_tail' },
  { form: /^(\d{5,6})$/, kind: 'order_tail' },
  { form: /(?:客户|买家|顾客)\s?(\d{4})(?![\d年])/, kind: 'phone_tail' },
  {
    form: /(?<![\d.¥])(?!20[12]\d)(\d{4})(?=\s?(?:那|这|的)(?:个|张|笔)?(?:订?单|客户|包裹|快递))/,
    kind: 'phone_tail',
  },
]

/** The end of a number that somebody read out (尾号9746, 单号后六位 472563); whole numbers must be taken out of the line first. */
export function findTail(line: string): FoundTail | undefined {
  for (const { form, kind, ofPhone } of tailForms) {
    const match = form.exec(line)
    const value = match?.[1]
    if (match === null || value === undefined) continue
    return { kind, value, ofPhone: ofPhone === true, start: match.index, end: match.index + match[0].length }
  }
  return undefined
}

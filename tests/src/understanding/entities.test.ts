import { describe, expect, test } from 'vitest'
import { findName } from '../../../src/understanding/names.ts'
import { findNumbers } from '../../../src/understanding/numbers.ts'
import { readPinyin, repair } from '../../../src/understanding/repair.ts'
import { findTail } from '../../../src/understanding/tails.ts'

const numbersIn = (line: string) => findNumbers(line).map(({ kind, value }) => `${kind} ${value}`)

describe('numbers', () => {
  test.each([
    ['6936476692437472563', ['order_no 6936476692437472563']],
    ['690161 933282 9229486', ['order_no 6901619332829229486']],
    ['天猫423456789012345678', ['order_no 423456789012345678']],
    ['京东301534109113', ['order_no 301534109113']],
    ['顺丰单号123456789012', ['waybill_no 123456789012']],
    ['so261119733961', ['hub_no SO261119733961']],
    ['S0261119733961', ['hub_no SO261119733961']],
    ['TH 2611180077', ['return_no TH2611180077']],
    ['POS HZ04 20261120 0030', ['order_no POS-HZ04-20261120-0030']],
    ['jxs01-20261118-0025', ['order_no JXS01-20261118-0025']],
    ['E20261119091147078022127', ['order_no E20261119091147078022127']],
    ['17000009354', ['phone 17000009354']],
    ['+86 170 0000 9354', ['phone 17000009354']],
    ['18412345678-1234', ['phone 18412345678']],
    ['17000009354 1234', ['phone 17000009354']],
    ['sf1694121245991', ['waybill_no SF1694121245991']],
    ['JDVA01234567890-1-1-', ['waybill_no JDVA01234567890']],
    ['75894561230147', ['waybill_no 75894561230147']],
    ['69364766924374725', ['odd 69364766924374725']],
    ['2段奶粉3罐 20261120', []],
    ['YT0082452614557 改成 SF1694121245991', ['waybill_no YT0082452614557', 'waybill_no SF1694121245991']],
  ])('%s', (line, found) => {
    expect(numbersIn(line)).toEqual(found)
  })
})

describe('ends of numbers', () => {
  test.each([
    ['手机尾号9746', 'phone_tail 9746'],
    ['尾号 5453', 'phone_tail 5453'],
    ['单号后四位2563', 'order_tail 2563'],
    ['订单尾号472563', 'order_tail 472563'],
    ['快递单号后四位0147', 'waybill_tail 0147'],
    ['138****9746', 'phone_tail 9746'],
    ['…2563'.normalize('NFKC'), 'order_tail 2563'],
    ['1234', 'phone_tail 1234'],
    ['2026年的单', undefined],
  ])('%s is %s', (line, tail) => {
    const found = findTail(line)
    expect(found && `${found.kind} ${found.value}`).toBe(tail)
  })
})

describe('names', () => {
  test.each([
    ['张伟的订单呢', '张伟'],
    ['客户欧阳娜娜的包裹', '欧阳娜娜'],
    ['王女士的快递到哪了', '王'],
    ['刘德华妈妈的奶粉', '刘德华'],
    ['高洁\ue006退的货 钱还没到', '高洁'],
    ['钱悦\ue006拍的\ue008什么时候发', '钱悦'],
    ['帮查一下李小萌', '李小萌'],
    ['钱还没到', undefined],
    ['方便查下吗', undefined],
    ['单号多少', undefined],
    ['金额不对', undefined],
    ['马上发货吗', undefined],
    ['审批给小周', undefined],
    ['江苏的订单', undefined],
  ])('%s → %s', (line, name) => {
    expect(findName(line)?.value).toBe(name)
  })
})

describe('slips of the keyboard', () => {
  test.each([
    ['纸尿库在哪理', '纸尿裤在哪里'],
    ['奶瓶入苍了吗', '奶瓶入仓了吗'],
    ['快第到那了', '快递到哪了'],
    ['审皮到谁了', '审批到谁了'],
    ['什么时侯发货', '什么时候发货'],
    ['dao na le', '到哪了'],
    ['wuliu', '物流'],
    ['kd danhao', '快递 单号'],
    ['张丹的订单', '张丹的订单'],
    ['退会员费', '退会员费'],
    ['hello', 'hello'],
  ])('%s is %s', (typed, meant) => {
    expect(repair(readPinyin(typed))).toBe(meant)
  })
})

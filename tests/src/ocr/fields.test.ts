import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CarrierCode } from '../../../src/hub/order-facts.ts'
import { carrierSpoken, carriersNamed } from '../../../src/ocr/carrier-words.ts'
import { phonesIn, recipientPhone } from '../../../src/ocr/label-phones.ts'
import { speaksAgainst, type TimeSeen, timesIn } from '../../../src/ocr/label-times.ts'
import { guessNumber } from '../../../src/ocr/number-forms.ts'
import { numbersIn } from '../../../src/ocr/number-sightings.ts'
import { ordersIn } from '../../../src/ocr/shop-orders.ts'
import type { TextLine } from '../../../src/ocr/types.ts'

const nowMs = Date.parse('2026-11-22T10:00:00+08:00')

function line(text: string, cy = 100, prob = 0.99): TextLine {
  const at = { cx: 200, cy, width: text.length * 12, height: 24, angle: 0 }
  return { text, probs: Array.from(text, () => prob), at, cut: 'found' }
}

const values = (text: string) => numbersIn(line(text)).map(({ value }) => value)

const digits = (count: number) => fc.stringMatching(new RegExp(`^[0-9]{${count}}$`))
const numberOf: Readonly<Record<string, fc.Arbitrary<string>>> = {
  SF: digits(13).map((tail) => `SF${tail}`),
  JD: fc.tuple(fc.constantFrom('VA', 'VB', 'X0', 'K1'), digits(11)).map(([kind, tail]) => `JD${kind}${tail}`),
  JT: digits(13).map((tail) => `JT${tail}`),
  YTO: digits(13).map((tail) => `YT${tail}`),
  DBL: digits(12).map((tail) => `DPK${tail}`),
  STO: digits(13).map((tail) => `77${tail}`),
  ZTO: fc.tuple(fc.constantFrom('73', '75', '78'), digits(12)).map((parts) => parts.join('')),
  YUNDA: fc.tuple(fc.constantFrom('31', '32', '46'), digits(13)).map((parts) => parts.join('')),
  CAINIAO: digits(12).map((tail) => `621${tail}`),
}

test.each(Object.entries(numberOf))('%s numbers are found whole, behind a word and in groups', (carrier, arbitrary) => {
  fc.assert(
    fc.property(arbitrary, (no) => {
      const head = carrier === 'JD' ? 4 : 3
      const groups = [no.slice(0, head), ...(no.slice(head).match(/.{1,4}/g) ?? [])]
      if (groups.some((group) => group.length < 2)) groups.splice(-2, 2, groups.slice(-2).join(''))
      for (const text of [no, `运单号：${no}`.normalize('NFKC'), `NO.${no}`, groups.join(' ')]) {
        const [found] = numbersIn(line(text))
        expect(found?.value).toBe(no)
        expect(found?.carriers[0]).toBe(carrier)
      }
    }),
    { numRuns: 60 },
  )
})

const anyNumber = fc.oneof(...Object.values(numberOf))

test('a number inside a longer run of letters or digits is never taken', () => {
  fc.assert(
    fc.property(anyNumber, digits(7), (no, more) => {
      for (const text of [`${no}${more}`, `${more}${no}`, `${no}-${more}`, `${more}-${no}`, `${no}*${more}`])
        expect(values(text)).not.toContain(no)
    }),
    { numRuns: 200 },
  )
})

test('signs that look alike are put right inside the digits only, and nothing without a form comes out', () => {
  const alike: Readonly<Record<string, string>> = { 0: 'O', 1: 'I', 8: 'B', 5: 'S', 2: 'Z' }
  fc.assert(
    fc.property(numberOf.YTO as fc.Arbitrary<string>, fc.nat(12), (no, at) => {
      const index = at + 2
      const wrong = alike[no[index] as string]
      if (wrong === undefined) return
      const seen = guessNumber(`${no.slice(0, index)}${wrong}${no.slice(index + 1)}`)
      expect(seen).toMatchObject({ value: no, mended: 1, certainty: 'certain' })
    }),
  )
  expect(guessNumber('SFO448123456789')?.value).toBe('SF0448123456789')
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Z0-9]{1,20}$/), (token) => {
      const seen = guessNumber(token)
      if (seen !== undefined)
        expect(seen.value).toMatch(
          /^(?:[A-Z]{2,4}\d{9,14}(?:CN)?|[A-Z]{2}[A-Z0-9]\d{12}|JD[A-Z0-9]{2}\d{11}|\d{12,15})$/,
        )
    }),
    { numRuns: 2000 },
  )
})

test('the postal check digit decides', () => {
  expect(values('EA123456785CN')).toEqual(['EA123456785CN'])
  expect(values('EA123456784CN')).toEqual([])
})

test('the parcel suffix of JD is cut off and kept', () => {
  const [found] = numbersIn(line('JDVA01234567890-1-2-'))
  expect(found).toMatchObject({ value: 'JDVA01234567890', parcel: '1-2' })
})

test.each([
  '746V50 010',
  '876V-104-25 012',
  '13812345678',
  '138****1234',
  '18400891667-3026',
  '订单号:261120-123456789012345',
  '6936476692437472563',
  '2026-11-20 14:32:05',
  '400-811-1111',
  'BC338364_002',
  '95338',
])('%s is no waybill number', (text) => {
  expect(values(text)).toEqual([])
})

test('digits behind the word for an order are marked as foreign', () => {
  expect(numbersIn(line('商品编码:75894561230147'))[0]?.foreign).toBe(true)
  expect(numbersIn(line('运单号:75894561230147'))[0]).toMatchObject({ labelled: true, foreign: false })
})

test.each([
  ['打印时间:2026-11-20 14:32:05', '2026-11-20T14:32:05+08:00', 'second'],
  ['2026/11/20 14:32', '2026-11-20T14:32:00+08:00', 'minute'],
  ['2026.11.20 14:32', '2026-11-20T14:32:00+08:00', 'minute'],
  ['2026年11月20日14:32', '2026-11-20T14:32:00+08:00', 'minute'],
  ['2026/9/9 07:33', '2026-09-09T07:33:00+08:00', 'minute'],
  ['2026/9/907:33', '2026-09-09T07:33:00+08:00', 'minute'],
  ['2026.11.1515:40', '2026-11-15T15:40:00+08:00', 'minute'],
  ['2026-11-2014:32:05', '2026-11-20T14:32:05+08:00', 'second'],
  ['11/20 14:32:05', '2026-11-20T14:32:05+08:00', 'second'],
  ['11-23 14:32', '2025-11-23T14:32:00+08:00', 'minute'],
  ['寄件日期:2026-11-20', '2026-11-20T00:00:00+08:00', 'day'],
  ['2026-11-20 14.32', '2026-11-20T14:32:00+08:00', 'minute'],
  ['11-20 14:32 05', '2026-11-20T14:32:05+08:00', 'second'],
])('%s is %s', (text, iso, precision) => {
  expect(timesIn([line(text)], nowMs)[0]).toMatchObject({ text: iso, precision })
})

test('a date and a clock that stand in two boxes belong together', () => {
  const clock = { ...line('14:32'), at: { cx: 420, cy: 102, width: 60, height: 24, angle: 0 } }
  expect(timesIn([line('打印时间:2026-11-20'), clock], nowMs)[0]?.text).toBe('2026-11-20T14:32:00+08:00')
  expect(timesIn([line('寄件日期11/20'), line('14:32', 126)], nowMs)[0]?.text).toBe('2026-11-20T14:32:00+08:00')
})

test.each([
  '签收时间:   年  月  日',
  '预计送达:2026-11-23 18:00',
  '生产日期:2026-01-02',
  '2026-13-40 25:61',
  '12345678',
])('%s is no time of printing', (text) => {
  expect(timesIn([line(text)], nowMs)).toEqual([])
})

test('every moment comes back from every way to print it', () => {
  const moment = fc.date({ min: new Date('2024-01-01'), max: new Date('2026-11-21'), noInvalidDate: true })
  const two = (value: number) => String(value).padStart(2, '0')
  fc.assert(
    fc.property(
      moment,
      fc.constantFrom('-', '/', '.'),
      fc.constantFrom(' ', ''),
      fc.boolean(),
      (date, dash, gap, wide) => {
        const there = new Date(date.getTime() + 8 * 3_600_000)
        const day = [there.getUTCFullYear(), two(there.getUTCMonth() + 1), two(there.getUTCDate())].join(dash)
        const time = `${two(there.getUTCHours())}:${two(there.getUTCMinutes())}`
        const text = `${day}${gap}${wide ? time.replace(':', '：') : time}`
        const atMs = Math.floor(date.getTime() / 60_000) * 60_000
        expect(timesIn([line(text)], nowMs)[0]?.atMs).toBe(atMs)
      },
    ),
  )
})

const recipient = (...label: TextLine[]) => recipientPhone(phonesIn(label))

test('the phone beside the mark of the recipient, never one of a service line', () => {
  const label = [
    line('收 王** 138****1234', 200),
    line('寄 江津共享云仓 13212321863', 400),
    line('客服电话 13900001111', 700),
  ]
  expect(recipient(...label)).toMatchObject({ tail: '1234', by: 'mark' })
  expect(recipient(line('收 1******4321'))).toMatchObject({ tail: '4321', by: 'mark' })
  expect(recipient(line('收件人：李明 电话：139 0571 4820'))).toMatchObject({ tail: '4820' })
  const order = line('商家订单号:261113-157360855362560', 600)
  expect(recipient(line('袁磊13068213767', 100), line('寄 青柚旗舰店138****1130', 400), order)?.tail).toBe('3767')
})

test.each([
  '18442953917-3277',
  '安全号码 184****0130',
  '韩**18459124638-1041',
  '虚拟号 184********转6992',
  '184429539173277',
  '徐*184*********9164',
  '郭女士184******8048',
  '虚拟号18***172',
])("behind the virtual number %s stands nobody's tail, least of all the sender's", (lent) => {
  expect(recipient(line(`收 胡轩 ${lent}`, 100), line('寄 徐先生 18057839915', 400))).toBeUndefined()
  expect(recipient(line(lent, 100), line('徐先生 18057839915', 400))).toBeUndefined()
  expect(recipient(line(lent))).toBeUndefined()
})

test('without marks the upper of two may be given, one alone may be anybody and is not', () => {
  expect(recipient(line('王** 138****1234', 100), line('徐先生 18057839915', 400))).toMatchObject({
    tail: '1234',
    by: 'order',
  })
  expect(recipient(line('徐先生 18057839915', 400))).toBeUndefined()
  expect(recipient(line('寄 徐先生 18057839915', 400))).toBeUndefined()
  // the recipient's own lies under a sticker
  expect(recipient(line('收', 100), line('优贝旗舰店18826778283', 150))).toBeUndefined()
  expect(recipient(line('代收货款￥340.69', 200), line('优贝旗舰店18826778283', 150))).toBeUndefined()
})

test.each(['王** 138****1234', '李*1******1234', '周**1*****1234', '陈先生*******1234', '袁磊 138 0013 1234'])(
  '%s: nothing of the tail is hidden',
  (printed) => {
    expect(recipient(line(`收 ${printed}`))).toMatchObject({ tail: '1234', by: 'mark', weakest: 0.99 })
  },
)

test.each(['赵雨刚188*1234', '周先生*****1234', '李明138*****1234'])(
  '%s has lost or gained stars: shown, never sure',
  (printed) => {
    expect(recipient(line(`收 ${printed}`))).toMatchObject({ tail: '1234', weakest: 0.5 })
  },
)

test('four digits behind a name and stars of the recipient are shown, never sure; behind a shelf they are nothing', () => {
  expect(recipient(line('收 杨**5227'))).toMatchObject({ tail: '5227', weakest: 0.5 })
  expect(recipient(line('货架*5227'))).toBeUndefined()
  expect(recipient(line('收 杨**52271'))).toBeUndefined()
})

test('a masked phone below the virtual number is the recipient’s own where the sender’s is in view too', () => {
  const label = [line('安全号码 18400891667-3026', 100), line('收', 118), line('杨** 1******5227', 124)]
  expect(recipient(...label, line('寄 江津共享云仓 13212321863', 400))).toMatchObject({ tail: '5227', by: 'mark' })
  expect(recipient(...label)).toBeUndefined()
})

test("where only the sender's mark was read, the other phone is the recipient's", () => {
  const sender = line('寄 青柚旗舰店138****1130', 400)
  expect(recipient(line('袁磊 13068213767', 100), sender)).toMatchObject({ tail: '3767', by: 'other-mark' })
  // a third phone may be anybody's
  expect(recipient(line('袁磊 13068213767', 100), sender, line('13900001111', 700))).toBeUndefined()
})

test('two readings of the recipient that differ are a dispute', () => {
  const label = [line('收 王** 138****1234', 100), line('收 王** 138****1284', 900)]
  expect(recipient(...label)).toMatchObject({ by: 'rival' })
})

test('a number with letters whose line was found in two pieces is one number; whole numbers side by side are not', () => {
  expect(numbersIn(line('DPK14093973 6864')).map(({ value }) => value)).toEqual(['DPK140939736864'])
  expect(numbersIn(line('YT8824526145570 3026')).map(({ value }) => value)).toEqual(['YT8824526145570'])
  expect(numbersIn(line('77001737 85506584'))).toEqual([])
  expect(numbersIn(line('61001737 8550658'))).toEqual([])
})

test('a number that a crease tore in two halves is one, and never sure by itself', () => {
  const torn = numbersIn(line('3510559 82189712'))
  expect(torn).toMatchObject([{ value: '351055982189712', carriers: ['YUNDA'], mended: 1 }])
  expect(numbersIn(line('13800138 5551234'))).toEqual([])
})

test.each([
  ['订单号:261120-123456789012345', '261120-123456789012345'],
  ['订单编号 6936476692437472563', '6936476692437472563'],
  ['6936476692437472563', '6936476692437472563'],
  ['商家订单号:POS-HZ04-20261120-0030', 'POS-HZ04-20261120-0030'],
])('%s holds the shop order', (text, orderNo) => {
  expect(ordersIn([line(text)], [])[0]?.orderNo).toBe(orderNo)
})

test.each([
  '订单号:28322965869440937',
  '订单号:26112008831955383059',
  '订单号:261399-123456789012345',
  '订单编号:4056',
  '订单号:6980424373354679',
])('%s has lost or gained a digit: no order', (text) => {
  expect(ordersIn([line(text)], [])).toEqual([])
})

test("Pinduoduo's dash comes back, an order read in two places counts twice, 18 digits may be 19", () => {
  expect(ordersIn([line('订单号:261120123456789012345')], [])[0]?.orderNo).toBe('261120-123456789012345')
  const twice = [line('订单号:6936476692437472563', 100), line('6936476692437472563', 400)]
  expect(ordersIn(twice, [])[0]).toMatchObject({ places: 2, labelled: true })
  expect(ordersIn([line('订单号:2871809396986952480', 100, 0.5)], [])).toEqual([])
  for (const short of ['287180939696952480', '698498254048596240'])
    expect(ordersIn([line(`订单号:${short}`)], [])[0]).toMatchObject({ orderNo: short, short: true })
})

test('扫码寄件 under a QR is not the mark of the sender, nor is a sentence about 收件人 one of the recipient', () => {
  const label = [line('罗*霞136****1430', 428), line('扫码寄件', 474), line('郑静13303667252', 552), line('寄', 560)]
  expect(recipient(...label)).toMatchObject({ tail: '1430', by: 'other-mark' })
  const told = [
    line('收', 100),
    line('陈*霞1****5846', 98),
    line('快件送达收件人地址', 700),
    line('王宁139****0088', 710),
  ]
  expect(recipient(...told)).toMatchObject({ tail: '5846', by: 'mark' })
})

test('a sentence that has ended says nothing of the time behind it', () => {
  expect(timesIn([line('代收人签字,视为送达。2026/09/3014:51')], nowMs)[0]?.text).toBe('2026-09-30T14:51:00+08:00')
  expect(timesIn([line('签收时间:2026/09/3014:51')], nowMs)).toEqual([])
})

test.each([
  '2026-1-21 09:10',
  '2026-1-05 09:10',
  '2026.11.1 12:00',
  '2026/1/21 09:10',
  '2026-11-01 18:06:0',
  '2026/11/1705:09:远单号:JDVA41643281185',
])('%s may have lost a digit: asked about', (text) => {
  expect(timesIn([line(text)], nowMs)[0]?.weakest).toBeLessThanOrEqual(0.5)
})

test.each([
  ['寄件日期:11/17 20:56::58', '2026-11-17T20:56:58+08:00'],
  ['寄件时间:2026年11月17日13:2208', '2026-11-17T13:22:08+08:00'],
  ['2026-111704:17', '2026-11-17T04:17:00+08:00'],
  ['202611-17 04:17', '2026-11-17T04:17:00+08:00'],
  ['026.11.1517:14:04', '2026-11-15T17:14:04+08:00'],
  ['2085-08-29 05:08:16', '2026-08-29T05:08:16+08:00'],
  ['11.21C0:58:17', '2026-11-21T00:58:17+08:00'],
  ['2026年10月07E16:25', '2026-10-07T16:25:00+08:00'],
  ['2026牛10用07目16:25', '2026-10-07T16:25:00+08:00'],
])('signs lost to a crease come back: %s', (text, iso) => {
  expect(timesIn([line(text)], nowMs)[0]?.text).toBe(iso)
})

test('of two dates that one row of signs may mean the recent one is shown, and asked about', () => {
  const seen = (text: string) => timesIn([line(text)], nowMs)[0]
  expect(seen('打印日期:2026/1/20 04:00:46')).toMatchObject({ text: '2026-11-20T04:00:46+08:00', weakest: 0.5 })
  expect(seen('1/16 20:22')).toMatchObject({ text: '2026-11-16T20:22:00+08:00', weakest: 0.5 })
  // the eleventh month is still to come
  expect(timesIn([line('2026/1/20 04:00')], Date.parse('2026-02-01T10:00:00+08:00'))[0]?.text).toMatch(/^2026-01-20/)
  expect(seen('10/1 17:55')?.text).toMatch(/^2026-10-01/)
})

test('a clock of which only a part was read leaves the day, unsure', () => {
  expect(timesIn([line('2026-11-2114:1:39')], nowMs)[0]).toMatchObject({
    text: '2026-11-21T00:00:00+08:00',
    precision: 'day',
    weakest: 0.5,
    torn: true,
  })
})

test('a day is whole behind the word for a day; behind the word for a time its clock is missing', () => {
  expect(timesIn([line('寄件日期:2026-11-20')], nowMs)[0]?.weakest).toBeGreaterThan(0.9)
  expect(timesIn([line('寄件时间:2026-11-20')], nowMs)[0]).toMatchObject({ precision: 'day', weakest: 0.5 })
})

test('a weak read of the same print, and the same day without its clock, dispute nothing; another print does', () => {
  const [best, ...others] = timesIn(
    [
      line('打印时间:2026-11-17 13:22:08', 100),
      line('打印时间:2026-1-17 13:22:08', 104),
      line('打印日期:2026-11-17', 400),
      line('打印时间:2026-7-1 10:00:00', 700),
    ],
    nowMs,
  ) as [TimeSeen, ...TimeSeen[]]
  expect(best.text).toBe('2026-11-17T13:22:08+08:00')
  expect(others.filter((other) => speaksAgainst(other, best)).map(({ at }) => at.cy)).toEqual([700])
})

test.each(['2026/9/9 07:33', '2026-11-01 18:06:01', '2026/9/28 07:33'])('%s is whole', (text) => {
  expect(timesIn([line(text)], nowMs)[0]?.weakest).toBeGreaterThan(0.9)
})

test.each<[string, CarrierCode | undefined]>([
  ['顺丰速运', 'SF'],
  ['极免速递', 'JT'],
  ['J&T EXPRESS', 'JT'],
  ['服务热线 95311', 'ZTO'],
  ['甲通快递', 'STO'],
  ['电通快递', 'STO'],
  ['交通快报', undefined],
  ['请发顺丰', undefined],
  ['中通路 12 号', undefined],
  ['京东商城订单', undefined],
  ['圆通速递 申通快递', undefined],
  ['DPK00134253', 'DBL'],
  ['SF13664', undefined],
])('%s names %s', (text, carrier) => {
  expect(carrierSpoken(carriersNamed([line(text)]))).toBe(carrier)
})

test('a name that hangs on one weak sign names nobody: 中通, 申通 and 圆通 differ in just that', () => {
  const weak = { ...line('中通快递'), probs: [0.4, 0.99, 0.99, 0.99] }
  expect(carrierSpoken(carriersNamed([weak]))).toBeUndefined()
})

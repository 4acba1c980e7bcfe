import type { Draw } from './paraphrase-draw.ts'

/** A piece of a line with what it means by the rules of the question set's header. */
export type Piece = { readonly text: string; readonly slots: Readonly<Record<string, unknown>> }

const surnames = [
  ...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜',
]
const doubles = ['欧阳', '上官', '司马', '诸葛', '慕容', '夏侯', '皇甫', '令狐']
const given =
  '伟 芳 敏 静 洁 娜 磊 洋 艳 勇 军 杰 娟 涛 超 秀英 桂兰 子涵 雨桐 思琪 梓萱 佳怡 晓东 建国 志强 海燕 文静 丽华 欣怡 浩然 一诺 若曦 雅婷 诗涵 美玲 嘉豪 俊杰 晓雯 婉清 玉梅'.split(
    ' ',
  )
const titles = ['女士', '先生', '妈妈', '小姐']
const products =
  '纸尿裤 拉拉裤 奶粉 湿巾 奶瓶 推车 安全座椅 吸奶器 睡袋 米粉 奶嘴 爬行垫 餐椅 婴儿床 隔尿垫 棉柔巾 洗衣液 护臀膏 学饮杯 温奶器 消毒器 背带 围栏 积木 绘本 连体衣 牙胶 储奶袋 哺乳内衣 待产包'.split(
    ' ',
  )
const specs: Readonly<Record<string, readonly string[]>> = {
  纸尿裤: ['NB码', 'S码', 'M码', 'L码', 'XL码', 'L'],
  拉拉裤: ['L码', 'XL码', 'XXL码'],
  奶粉: ['1段', '2段', '3段'],
  睡袋: ['粉色', '80码', '蓝色'],
  连体衣: ['66码', '73码', '白色'],
  推车: ['黑色', '灰色'],
}
const measures: Readonly<Record<string, string>> = { 奶粉: '罐', 湿巾: '包', 纸尿裤: '包', 拉拉裤: '包', 推车: '台' }

/** Sunday 2026-11-22, the day all days here count from. */
const days: readonly (readonly [string, string, string?])[] = [
  ['今天', '2026-11-22'],
  ['昨天', '2026-11-21'],
  ['前天', '2026-11-20'],
  ['大前天', '2026-11-19'],
  ['昨儿', '2026-11-21'],
  ['昨晚', '2026-11-21'],
  ['上周五', '2026-11-13'],
  ['上周三', '2026-11-11'],
  ['这周一', '2026-11-16'],
  ['本周四', '2026-11-19'],
  ['周二', '2026-11-17'],
  ['上星期天', '2026-11-15'],
  ['礼拜六', '2026-11-21'],
  ['20号', '2026-11-20'],
  ['18日', '2026-11-18'],
  ['11月15号', '2026-11-15'],
  ['11.19', '2026-11-19'],
  ['11-17', '2026-11-17'],
  ['11/16', '2026-11-16'],
  ['双11', '2026-11-11'],
  ['双十一', '2026-11-11'],
  ['三天前', '2026-11-19'],
  ['5天前', '2026-11-17'],
  ['一周前', '2026-11-15'],
  ['2026-11-14', '2026-11-14'],
  ['十一月十二号', '2026-11-12'],
]
const spans: readonly (readonly [string, string, string])[] = [
  ['最近三天', '2026-11-20', '2026-11-22'],
  ['近7天', '2026-11-16', '2026-11-22'],
  ['最近一周', '2026-11-16', '2026-11-22'],
  ['这周', '2026-11-16', '2026-11-22'],
  ['本周', '2026-11-16', '2026-11-22'],
  ['上周', '2026-11-09', '2026-11-15'],
  ['上个星期', '2026-11-09', '2026-11-15'],
  ['上个月', '2026-10-01', '2026-10-31'],
  ['这个月', '2026-11-01', '2026-11-22'],
  ['本月', '2026-11-01', '2026-11-22'],
  ['今天', '2026-11-22', '2026-11-22'],
  ['昨天', '2026-11-21', '2026-11-21'],
  ['前天', '2026-11-20', '2026-11-20'],
  ['18号到20号', '2026-11-18', '2026-11-20'],
  ['近半个月', '2026-11-08', '2026-11-22'],
  ['双11当天', '2026-11-11', '2026-11-11'],
]

const wide = (text: string) =>
  text.replace(/[0-9A-Za-z]/g, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0))

/** The same number as fingers and chat apps write it. */
function written(draw: Draw, number: string): string {
  const plain = draw.chance(0.2) && /[A-Z]/.test(number) ? number.toLowerCase() : number
  if (draw.chance(0.72)) return plain
  if (draw.chance(0.25)) return wide(plain)
  const digits = /\d{10,}$/.exec(plain)
  if (digits === null) return plain
  const separator = draw.of([' ', ' ', '-', '  '])
  const size = draw.of([3, 4, 5, 6])
  const cut = digits[0].match(new RegExp(`\\d{1,${size}}`, 'g')) ?? []
  return plain.slice(0, digits.index) + cut.join(separator)
}

const channelOf = (draw: Draw, kind: string): Piece => {
  const said: Readonly<Record<string, readonly string[]>> = {
    抖音: ['抖音', '抖店'],
    天猫: ['天猫', '淘宝'],
    京东: ['京东'],
    小程序: ['小程序'],
    POS: ['门店', 'POS'],
    经销商: ['经销商'],
  }
  return { text: draw.of(said[kind] ?? [kind]), slots: { channel: kind } }
}

type Entities = Readonly<Record<string, (draw: Draw) => Piece>>
const word = (text: string, slots: Piece['slots'] = {}): Piece => ({ text, slots })

function orderNumber(draw: Draw): Piece {
  const day = draw.of(['20261118', '20261119', '20261120', '20261121'])
  const [channel, number] = draw.of<readonly [string, string]>([
    ['抖音', `69${draw.digits(17)}`],
    ['天猫', `4${draw.digits(18)}`],
    ['京东', `30${draw.digits(10)}`],
    ['小程序', `E${day}${draw.digits(15)}`],
    ['小程序', `37${draw.digits(17)}`],
    ['POS', `POS-HZ0${draw.of([1, 2, 4])}-${day}-${draw.digits(4)}`],
    ['经销商', `JXS0${draw.of([1, 3, 7])}-${day}-${draw.digits(4)}`],
  ])
  const house = /^(?:POS|JXS)/.test(number)
  const text = house ? (draw.chance(0.2) ? number.toLowerCase() : number) : written(draw, number)
  if (!draw.chance(0.25)) return word(text, { order_no: number })
  const said = channel === 'POS' ? word('门店', { channel }) : channelOf(draw, channel)
  return word(`${said.text}${draw.of(['', '单', '订单', '单号', ' '])}${text}`, { order_no: number, ...said.slots })
}

const hubNumber = (draw: Draw) => {
  const number = `SO2611${draw.of([12, 16, 18, 20, 21])}${draw.digits(6)}`
  return word(written(draw, number), { hub_no: number })
}

const carriers: readonly (readonly [string, (draw: Draw) => string])[] = [
  ['顺丰', (draw) => `SF1${draw.digits(12)}`],
  ['圆通', (draw) => `YT00${draw.digits(11)}`],
  ['极兔', (draw) => `JT3${draw.digits(12)}`],
  ['京东物流', (draw) => `JDV${draw.of(['A', 'B', 'C'])}3${draw.digits(10)}`],
  ['德邦', (draw) => `DPK3${draw.digits(11)}`],
  ['中通', (draw) => `7${draw.of([5, 6, 8])}${draw.digits(12)}`],
]

function waybill(draw: Draw): Piece {
  const [carrier, make] = draw.of(carriers)
  const number = make(draw)
  const text = written(draw, number)
  const letters = /^[A-Z]/.test(number)
  if (draw.chance(0.3))
    return word(`${carrier}${draw.of(['', ' ', '单号', '快递'])}${text}`, { waybill_no: number, carrier })
  return word(text, { waybill_no: number, ...(letters && { carrier }) })
}

export const entities: Entities = {
  order: (draw) => (draw.chance(0.85) ? orderNumber(draw) : hubNumber(draw)),
  hub: hubNumber,
  way: waybill,
  newway: (draw) => {
    const [, make] = draw.of(carriers.slice(0, 5))
    const number = make(draw)
    return word(draw.chance(0.2) ? number.toLowerCase() : number, { new_waybill_no: number })
  },
  ret: (draw) => {
    const number = `TH2611${draw.of([11, 15, 17, 19, 20, 21, 22])}${draw.digits(4)}`
    const head = draw.of(['', '', '', '退货单', '退货单号', '退单 '])
    return word(head + written(draw, number), { return_no: number })
  },
  phone: (draw) => {
    const number = `1${draw.of([36, 38, 39, 50, 58, 70, 87])}${draw.digits(8)}`
    const spaced = `${number.slice(0, 3)}${draw.of([' ', '-'])}${number.slice(3, 7)}${draw.of([' ', '-'])}${number.slice(7)}`
    return word(draw.of(['', '', '手机', '手机号', '电话']) + (draw.chance(0.2) ? spaced : number), { phone: number })
  },
  tail: (draw) => {
    const tail = draw.digits(4)
    if (draw.chance(0.1)) {
      const six = draw.digits(6)
      return word(`${draw.of(['订单尾号', '单号后六位', '订单号后6位'])}${draw.of(['', ' '])}${six}`, {
        order_tail: six,
      })
    }
    const head = draw.of([
      '尾号',
      '尾号',
      '手机尾号',
      '手机后四位',
      '电话尾号',
      '尾号是',
      '手机号尾号',
      '后四位',
      '电话后4位',
    ])
    return word(`${head}${draw.of(['', ' '])}${tail}`, { phone_tail: tail })
  },
  ptail: (draw) => {
    const tail = draw.digits(4)
    return word(`${draw.of(['尾号', '手机尾号', '手机后四位', '电话尾号'])}${draw.of(['', ' '])}${tail}`, {
      phone_tail: tail,
    })
  },
  waytail: (draw) => {
    const tail = draw.digits(4)
    return word(`${draw.of(['运单尾号', '快递单号后四位', '运单后四位', '快递尾号'])}${draw.of(['', ' '])}${tail}`, {
      waybill_tail: tail,
    })
  },
  name: (draw) => {
    const name = (draw.chance(0.08) ? draw.of(doubles) : draw.of(surnames)) + draw.of(given)
    const head = draw.of(['', '', '', '客户', '买家', '顾客'])
    const title = draw.chance(0.15) ? draw.of(titles) : ''
    return word(head + name + title, { customer_name: name })
  },
  product: (draw) => {
    const product = draw.of(products)
    return word(product, { product })
  },
  item: (draw) => {
    const product = draw.of(products)
    const spec = specs[product]
    if (spec === undefined || draw.chance(0.4)) return word(product, { product })
    const said = draw.of(spec)
    return word(said + product, { product, spec: said })
  },
  qtyitem: (draw) => {
    const product = draw.of(Object.keys(measures))
    const [text, qty] = draw.of<readonly [string, number]>([
      ['两', 2],
      ['3', 3],
      ['五', 5],
      ['2', 2],
    ])
    return word(text + (measures[product] ?? '') + product, { product, qty })
  },
  date: (draw) => {
    const [raw, day] = draw.of(days)
    return word(raw, { date: { raw, from: day, to: day } })
  },
  span: (draw) => {
    const [raw, from, to] = draw.of(spans)
    return word(raw, { date: { raw, from, to } })
  },
  channel: (draw) => channelOf(draw, draw.of(['抖音', '天猫', '京东', '小程序', 'POS', '经销商'])),
  qtyshape: (draw) => word(draw.of(['盒', '罐', '个', '包', '件'])),
  since: (draw) => word(draw.of(['昨天', '前天', '20号', '周三', '上周五'])),
  mate: (draw) => {
    const mate = draw.of(['小周', '小林', '小陈', '老王', '老李', '阿强', '小赵', '王芳', '陈静'])
    return word(mate, { assignee: mate })
  },
}

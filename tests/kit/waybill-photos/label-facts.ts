import { carriers, grouped, type PrintedCarrier } from './carriers.ts'
import type { Dice } from './dice.ts'
import { type PrintedTime, printedTime } from './printed-time.ts'

export type Party = { readonly name: string; readonly phone: string; readonly address: string }

/** All that one label says. */
export type LabelFacts = {
  readonly carrier: PrintedCarrier
  readonly waybillNo: string
  readonly groupedNo: string
  readonly bars: string
  readonly time: PrintedTime | null
  readonly receiver: Party
  /** Last four digits of the recipient's own phone; null behind a virtual number. */
  readonly phoneTail: string | null
  readonly sender: Party
  readonly route: string
  readonly hub: string
  readonly order: { readonly word: string; readonly no: string } | null
  readonly goods: readonly string[]
  /** The name in characters stands on the label; else a picture, and the hot line. */
  readonly named: boolean
  readonly hotline: boolean
  readonly codAmount: string | null
  readonly shopCode: string | null
}

const surnames = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕']
const given = [...'伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玲红建文辉力斌婷欣怡子涵宇轩梓萱浩然思雨']
const cities = [
  ['浙江省', '杭州市', '余杭区', '仓前街道文一西路'],
  ['广东省', '深圳市', '宝安区', '西乡街道银田路'],
  ['江苏省', '无锡市', '江阴市', '澄江街道人民东路'],
  ['上海', '上海市', '青浦区', '华新镇华徐公路'],
  ['山东省', '济南市', '槐荫区', '匡山街道匡山小区'],
  ['四川省', '成都市', '双流区', '西航港街道锦华路'],
  ['湖北省', '武汉市', '江夏区', '佛祖岭街道光谷大道'],
  ['北京', '北京市', '朝阳区', '望京街道阜通东大街'],
  ['福建省', '泉州市', '晋江市', '陈埭镇溪边村'],
  ['河南省', '郑州市', '金水区', '花园路街道东风路'],
  ['湖南省', '长沙市', '岳麓区', '麓谷街道桐梓坡路'],
  ['陕西省', '西安市', '雁塔区', '电子城街道'],
] as const
const goods = [
  '婴儿纸尿裤 L码 54片',
  '益生菌冻干粉 20条装',
  '3段奶粉 900g',
  '无糖酸奶 原味 12杯',
  '一次性保鲜袋 中号',
  '儿童保温杯 500ml 粉色',
  '羊毛混纺围巾 驼色',
  '厨房置物架 [不带接水盘]',
  '维生素D滴剂 30粒',
  '手机壳 磨砂黑 14Pro',
]

/** A label's facts, all of them invented. */
export function labelFacts(dice: Dice, nowMs: number): LabelFacts {
  const carrier = dice.weighted(carriers)
  const waybillNo = carrier.number(dice)
  const receiver = cityAndStreet(dice)
  const phone = printedPhone(dice)
  const named = carrier.code === 'OTHER' || dice.chance(carrier.ambiguous ? 0.78 : 0.65)
  return {
    carrier,
    waybillNo,
    groupedNo: grouped(waybillNo, dice.pick(carrier.groups)),
    bars: carrier.bars?.(waybillNo, dice) ?? waybillNo,
    time: dice.chance(0.95) ? printedTime(nowMs, dice.fork('time')) : null,
    receiver: { name: personName(dice, 0.55), phone: phone.printed, address: receiver.address },
    phoneTail: phone.tail,
    sender: {
      name: dice.chance(0.5) ? `${dice.pick(['优贝', '禾一', '每日鲜', '青柚', '海润'])}旗舰店` : personName(dice, 0.4),
      phone: dice.chance(0.55) ? maskedPhone(mobile(dice), dice) : mobile(dice),
      address: cityAndStreet(dice).address,
    },
    route: routeCode(dice),
    hub: `${receiver.city.slice(0, 2)}${dice.pick(['中转包', '转运中心', '集散仓', '市内包', '分拨'])}`,
    order: dice.chance(0.72) ? shopOrder(dice.fork('order'), nowMs) : null,
    goods: Array.from({ length: dice.int(1, 3) }, () => `${dice.pick(goods)} x${dice.int(1, 4)}`),
    named,
    hotline: (carrier.ambiguous === true && !named) || dice.chance(0.6),
    codAmount: dice.chance(0.12) ? `¥${dice.int(20, 400)}.${dice.digits(2)}` : null,
    shopCode: dice.chance(0.22) ? `BC${dice.digits(6)}_${dice.digits(3)}` : null,
  }
}

function personName(dice: Dice, maskedShare: number): string {
  const surname = dice.pick(surnames)
  if (dice.chance(maskedShare)) return `${surname}${dice.pick(['*', '**', '先生', '女士'])}`
  return surname + Array.from({ length: dice.int(1, 2) }, () => dice.pick(given)).join('')
}

function cityAndStreet(dice: Dice): { readonly city: string; readonly address: string } {
  const [province, city, district, street] = dice.pick(cities)
  const house = dice.chance(0.35)
    ? `${dice.int(1, 9)}****`
    : `${dice.int(1, 999)}号${dice.int(1, 30)}幢${dice.int(1, 4)}0${dice.int(1, 9)}室`
  const blank = dice.chance(0.5) ? ' ' : ''
  return { city, address: `${province}${blank}${city}${blank}${district}${blank}${street}${house}` }
}

function mobile(dice: Dice): string {
  return `1${dice.pick(['30', '35', '37', '38', '39', '50', '58', '59', '73', '80', '86', '88', '89', '99'])}${dice.digits(8)}`
}

function maskedPhone(phone: string, dice: Dice): string {
  return dice.weighted([
    [`${phone.slice(0, 3)}****${phone.slice(7)}`, 6],
    [`1******${phone.slice(7)}`, 2],
    [`*******${phone.slice(7)}`, 1],
  ])
}

function printedPhone(dice: Dice): { readonly printed: string; readonly tail: string | null } {
  if (dice.chance(0.14)) {
    const hidden = `184${dice.chance(0.5) ? '********' : dice.digits(8)}`
    return {
      printed: `${dice.pick(['', '安全号码', '虚拟号 '])}${hidden}${dice.pick(['-', '转'])}${dice.digits(4)}`,
      tail: null,
    }
  }
  const phone = mobile(dice)
  const split = `${phone.slice(0, 3)} ${phone.slice(3, 7)} ${phone.slice(7)}`
  const printed = dice.chance(0.68) ? maskedPhone(phone, dice) : dice.chance(0.12) ? split : phone
  return { printed, tail: phone.slice(7) }
}

function routeCode(dice: Dice): string {
  const two = () => String(dice.int(1, 99)).padStart(2, '0')
  return dice.weighted([
    [`${dice.digits(3)} ${dice.letters(1)}${two()} ${dice.digits(3)}`, 4],
    [`${dice.digits(3)}${dice.letters(1)}-${dice.digits(3)}-${two()} ${dice.digits(3)}`, 3],
    [`${dice.int(200, 999)}-${dice.letters(1)}${dice.digits(3)} ${dice.digits(2)}`, 2],
    [`${dice.pick([...'苏浙粤鲁京沪川'])}${dice.letters(1)}-${dice.digits(3)}-00 ${dice.digits(2)}`, 1],
  ])
}

function shopOrder(dice: Dice, nowMs: number): { readonly word: string; readonly no: string } {
  const day = new Date(nowMs - dice.int(0, 20) * 86_400_000).toISOString().slice(2, 10).replaceAll('-', '')
  const no = dice.weighted([
    [`${dice.pick(['31', '28', '40', '46'])}${dice.digits(17)}`, 4],
    [`${day}-${dice.digits(15)}`, 4],
    [`69${dice.digits(17)}`, 3],
  ])
  return { word: dice.pick(['订单号', '订单编号', '商家订单号', '订单']), no }
}

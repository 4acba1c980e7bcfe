import type { Channel } from '../hub/order-facts.ts'
import { hourMs } from './beijing.ts'
import { type City, cityOf, pickCity, streetOf } from './places.ts'
import { at, type Random, randomOf, weighted } from './prng.ts'

export type Customer = {
  readonly index: number
  readonly id: string
  readonly name: string
  /** 1–5 for V1–V5. */
  readonly level: number
  readonly tags: readonly string[]
  readonly phone: string
  /** Channels they buy on; the first one most. */
  readonly channels: readonly Channel[]
  readonly city: City
  readonly street: string
  readonly createdAtMs: number
}

type Known = {
  readonly name: string
  readonly phone: string
  readonly level: number
  readonly channels: readonly Channel[]
  readonly city: string
}

/** People who are asked about by name. Three are called 张伟, and they are three. */
const known = {
  zhangTmall: { name: '张伟', phone: '13905711234', level: 2, channels: ['tmall'], city: '杭州市' },
  zhangDouyin: { name: '张伟', phone: '13685578806', level: 4, channels: ['douyin', 'miniapp'], city: '合肥市' },
  zhangJd: { name: '张伟', phone: '15801093377', level: 1, channels: ['jd'], city: '北京市' },
  liNa: { name: '李娜', phone: '17000009354', level: 3, channels: ['tmall', 'douyin'], city: '上海市' },
  wangFang: { name: '王芳', phone: '13757142087', level: 3, channels: ['douyin', 'pos'], city: '杭州市' },
  wangJing: { name: '王静', phone: '15268870135', level: 3, channels: ['tmall', 'miniapp'], city: '宁波市' },
  liuFang: { name: '刘芳', phone: '13588029862', level: 4, channels: ['miniapp', 'douyin'], city: '苏州市' },
  liuFangToo: { name: '刘芳', phone: '18602774155', level: 1, channels: ['jd'], city: '武汉市' },
  yangLiu: { name: '杨柳', phone: '18980125453', level: 2, channels: ['tmall', 'jd'], city: '成都市' },
  gaoJie: { name: '高洁', phone: '13301589746', level: 5, channels: ['douyin', 'tmall', 'pos'], city: '南京市' },
  qianYue: { name: '钱悦', phone: '13816607712', level: 2, channels: ['tmall'], city: '上海市' },
  zhaoMin: { name: '赵敏', phone: '17152238019', level: 2, channels: ['douyin'], city: '深圳市' },
  jxs03: { name: '安心母婴(义乌)', phone: '13957903303', level: 1, channels: ['distributor'], city: '杭州市' },
} as const satisfies Record<string, Known>

export type KnownName = keyof typeof known

const knownNames = Object.keys(known) as KnownName[]

const surnames = weighted(
  [
    ...'王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严',
  ].map((name, index) => [name, 60 / (index + 6)] as const),
)
const singles = [...'芳娜敏静丽强磊洋艳勇军杰娟涛超霞平刚英华慧莉红玲萍鑫宁婷雪琳晶欣颖悦佳蕾琪瑶倩妍']
const doubles =
  '晓燕 雨桐 思琪 子涵 欣怡 梦洁 佳怡 雅婷 文静 晓雯 丽娟 海燕 志强 建国 俊杰 浩然 婷婷 诗雨 雪梅 玉兰 春梅 秀英 晓东 家豪 国庆 一诺 若曦 可欣 舒雅 语嫣 静怡 美玲 慧敏 冬梅 嘉欣 思远 宇轩 明哲 晨曦 梓萱'.split(
    ' ',
  )

/** A name as China has them: common ones come again and again. */
export function nameOf(random: Random): string {
  return surnames(random) + (random.chance(0.45) ? random.pick(singles) : random.pick(doubles))
}

const realPrefixes =
  '134 135 136 137 138 139 150 151 152 157 158 159 178 182 183 187 188 130 131 132 155 156 176 185 186 133 153 177 180 181 189 191 199'.split(
    ' ',
  )
const virtualPrefixes = ['170', '171', '162', '165', '167']

function phoneOf(random: Random): string {
  const prefix = random.chance(0.04) ? random.pick(virtualPrefixes) : random.pick(realPrefixes)
  return prefix + random.digits(8)
}

/** What big platforms give instead of the buyer's number: another one for every order. */
export function privacyNumber(random: Random): string {
  return `${random.pick(['184', '188', '147'])}${random.digits(8)}-${random.digits(random.chance(0.5) ? 3 : 4)}`
}

const firstChannel = weighted<Channel>([
  ['douyin', 34],
  ['tmall', 23],
  ['jd', 12],
  ['miniapp', 9],
  ['pos', 6],
  ['distributor', 16],
])
const moreChannels: readonly Channel[] = ['douyin', 'tmall', 'jd', 'miniapp', 'pos']
const pickLevel = weighted([
  [1, 42],
  [2, 27],
  [3, 17],
  [4, 9],
  [5, 5],
] as const)

function channelsOf(random: Random): readonly Channel[] {
  const first = firstChannel(random)
  if (first === 'distributor' || !random.chance(0.3)) return [first]
  const second = random.pick(moreChannels)
  if (second === first) return [first]
  const third = random.pick(moreChannels)
  return random.chance(0.75) || third === first || third === second ? [first, second] : [first, second, third]
}

function tagsOf(random: Random, level: number, channels: readonly Channel[]): readonly string[] {
  const tags: string[] = []
  if (channels.length > 1) tags.push('多渠道活跃')
  if (level >= 4) tags.push('高价值')
  tags.push(random.pick(['孕期', '0-6月', '6-12月', '1-3岁', '3岁以上']))
  if (random.chance(0.05)) tags.push('退货偏多')
  return tags
}

/** Customer number `index` of this firm: always the same for the same seed, so nobody has to remember them all. */
function customerAt(seed: number, index: number, nowMs: number): Customer {
  const random = randomOf(seed, 11, index)
  const name = knownNames[index]
  const fixed: Known | undefined = name === undefined ? undefined : known[name]
  const city = fixed === undefined ? pickCity(random) : cityOf(fixed.city)
  const channels = fixed?.channels ?? channelsOf(random)
  const level = fixed?.level ?? pickLevel(random)
  return {
    index,
    id: `cus_sample_${String(index).padStart(8, '0')}`,
    name: fixed?.name ?? nameOf(random),
    level,
    tags: tagsOf(random, level, channels),
    phone: fixed?.phone ?? phoneOf(random),
    channels,
    city,
    street: streetOf(random, city),
    createdAtMs: nowMs - random.int(61 * 24, 900 * 24) * hourMs,
  }
}

/** The customers of one sample: found by number, met by chance. */
export type Crowd = {
  readonly count: number
  at(index: number): Customer
  known(name: KnownName): Customer
  /** Somebody who buys now: a few buy often, most once or twice. Known people only buy what their story says. */
  buyer(random: Random): Customer
}

const rememberAtMost = 50_000

/** The crowd that places `orders` orders in two months. Remembers at most 50,000 people, the rest is made again. */
export function crowdOf(seed: number, nowMs: number, orders: number): Crowd {
  const count = Math.max(knownNames.length + 40, Math.round(orders / 2.2))
  const met = new Map<number, Customer>()
  const find = (index: number): Customer => {
    const known = met.get(index)
    if (known !== undefined) return known
    if (met.size >= rememberAtMost) met.clear()
    const customer = customerAt(seed, index, nowMs)
    met.set(index, customer)
    return customer
  }
  const first = knownNames.length
  return {
    count,
    at: find,
    known: (name) => find(knownNames.indexOf(name)),
    buyer: (random) => find(first + Math.floor(random.next() ** 1.6 * (count - first))),
  }
}

/** Mostly the first channel, sometimes another one of theirs. */
export function channelOf(random: Random, customer: Customer): Channel {
  return random.chance(0.7) ? at(customer.channels, 0) : random.pick(customer.channels)
}

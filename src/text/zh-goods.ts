import type { Phrase } from './answers.ts'

/** Sentences of the answers about gifts and stock. Manner as in answers.ts. */

export const goodsLabels = {
  gift: '赠品',
  state: '状态',
  number: '单号',
  rule: '规则',
  paid: '实付',
  threshold: '门槛',
  level: '等级',
  next: '下一步',
  goods: '商品',
  warehouse: '仓',
  place: '货位',
  lot: '批次',
  locked: '锁定',
  free: '可用',
  near: '临期',
  reason: '原因',
  searched: '查过',
  held: '待检',
} as const

export const goodsButtons = { script: '复制话术', rule: '看规则', create: '发起退货', status: '看订单状态' } as const

export const goodsSayings = {
  rule: (no: string) => `${no} 为什么走这个规则`,
  included: (no: string) => `${no} 赠品会一起发吗`,
  gap: (no: string) => `${no} 为什么没有赠品`,
  missing: (no: string) => `${no} 赠品漏发`,
  stock: (word: string) => `${word} 库存`,
  script: (said: string) => `${said} 话术`,
} as const

export const giftTitles = {
  together: (gift: string, sent: boolean): Phrase => ({
    head: sent ? '已一起发：' : '一起发：',
    body: gift,
    tail: '，同包裹',
  }),
  locked: (gift: string): Phrase => ({ head: '会发：', body: gift, tail: '，已锁定，还没打包' }),
  apart: (eta: string): Phrase => ({ head: '不一起：单独一个包裹', tail: `；预计${eta}到` }),
  apartSigned: (at: string): Phrase => ({ head: '不一起：单独一个包裹', tail: `，${at}已签收` }),
  apartUnknown: { head: '不一起：单独发；另发预计未知' } as Phrase,
  none: (why: string): Phrase => ({ head: '不一起：', body: why }),
  noneUnknown: (why: string): Phrase => ({ head: '不一起：', body: why, tail: '；另发预计未知' }),
  gap: (gap: string): Phrase => ({ head: `未达赠品门槛：差${gap}` }),
  gapUnknown: { head: '未达赠品门槛，差额未知' } as Phrase,
  reached: (why: string): Phrase => ({ head: '已达门槛，', body: why }),
  due: (gift: string, where: string): Phrase => ({ head: '应有：', body: gift, tail: where }),
  notDue: (why: string): Phrase => ({ head: '不应有：', body: why }),
  unpaid: { head: '还没有付款，付款后判定赠品' } as Phrase,
  noVerdict: { head: '赠品未知：还没有判定记录' } as Phrase,
  over: { head: '没有赠品：订单已取消或退款' } as Phrase,
} as const

export const giftWords = {
  gapBar: (gap: string) => `这一单没有赠品：实付差${gap}`,
  verdicts: {
    locked: '已锁定',
    below_threshold: '未达门槛',
    out_of_stock: '库存不足',
    level_too_low: '等级不够',
    rule_conflict: '规则冲突',
  },
  sentState: '已随包裹发出',
  why: {
    below_threshold: (gap: string | undefined) => (gap === undefined ? '未达门槛' : `未达门槛，差${gap}`),
    out_of_stock: '赠品库存不足',
    level_too_low: (level: string | undefined) => (level === undefined ? '会员等级不够' : `会员等级${level}不够`),
    rule_conflict: '赠品规则冲突，待运营处理',
  },
  lockedFor: (gift: string) => `赠品${gift}已锁定`,
  inParcel: {
    same: '，同包裹',
    apart: '，单独一个包裹',
    signed: '，随包裹已签收',
    onTheWay: '，还在路上',
    unsent: '，还没发出',
    unpacked: '，还没打包',
    trouble: '，包裹异常',
  },
  rule: (rule: string, version: number | undefined) => (version === undefined ? rule : `${rule} v${version}`),
  parcelAt: (parcel: string, state: string) => `${parcel} ${state}`,
  next: {
    check: '请客户拍外箱和面单，交仓库核对称重',
    wait: '等赠品的包裹送到',
    pack: '等仓库打包发出',
    trouble: '包裹异常处理完再确认',
    warehouse: '请仓库核对是否漏装',
    explain: '按规则答复客户',
    ops: '请运营处理规则冲突',
    restock: '请运营确认补发或换赠',
  },
  restockUnknown: '补货时间没有记录',
  decided: (at: string) => `赠品判定${at}`,
  notShippedYet: '赠品的包裹还没有出库',
} as const

export const stockTitles = {
  have: (count: number, expiry: string): Phrase => ({ head: `在架${count}`, tail: expiry }),
  nearOnly: (count: number, expiry: string): Phrase => ({ head: `只剩临期${count}`, tail: expiry }),
  allLocked: (count: number): Phrase => ({ head: `在架${count}，全部已锁定` }),
  none: { head: '缺货，预计到货未知' } as Phrase,
  several: (word: string, count: string): Phrase => ({ head: '', body: word, tail: `有${count}种，是哪一种？` }),
  unknown: (word: string): Phrase => ({ head: '没有找到商品：', body: word }),
  outHere: (place: string): Phrase => ({ head: '', body: place, tail: '没有这个商品的库存' }),
} as const

export const stockWords = {
  expiry: (month: string, near: boolean) => `，效期${month}（${near ? '' : '不'}临期）`,
  noExpiry: '，不限效期',
  expiryUnsaid: '，效期未知',
  pieces: (count: number) => `${count}件`,
  lockedOf: (locked: number) => `${locked}件`,
  houses: (count: number) => `${count}个仓`,
  lot: (count: number, locked: number) => ` ${count}件${locked > 0 ? `（锁${locked}）` : ''}`,
  until: (month: string) => ` 效期${month}`,
  nearZone: ' 临期区',
  quarantine: ' 待检',
  itemShelf: (count: number) => (count > 0 ? ` 在架${count}` : ' 缺货'),
  noPlan: '补货计划还没有接入，到货时间未知',
  narrower: '补充段数、尺码或规格可以缩小范围',
  moreLots: (count: number) => `还有${count}个批次`,
  searched: '仓库库存的商品名、规格和货号',
  askWhat: '查哪个商品的库存？请发商品名和规格，例如：2段奶粉库存。',
  gone: '这个商品的库存现在查不到了，请重新发商品名。',
  read: (at: string) => `盘点${at}`,
} as const

/** L and L码 are the same size, XL is another; 90g is no part of 900g. */
export function sizeForm(spec: string): RegExp {
  const size = /^[A-Z\d]+[码号]$/i.test(spec) && !/^\d/.test(spec) ? spec.slice(0, -1) : spec
  const word = size.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const before = /^\d/.test(size) ? '(?<![\\d.])' : /^[A-Z]/i.test(size) ? '(?<![A-Z\\d])' : ''
  const after = /[A-Z]$/i.test(size) ? '(?![A-Z\\d])' : /\d$/.test(size) ? '(?!\\d)' : ''
  return new RegExp(`${before}${word}${after}`, 'i')
}

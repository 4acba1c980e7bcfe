import type { Phrase } from './answers.ts'
import { fenText } from './format.ts'
import { channelName } from './zh-cn.ts'
import { ordersText } from './zh-stats.ts'

const noticeNames: Readonly<Record<string, string>> = {
  ship: '发货',
  delay: '延迟',
  stall: '滞留',
  sign: '签收',
  return: '退货',
  refund: '退款',
  survey: '调查',
}
const noticeWays: Readonly<Record<string, string>> = { sms: '短信', crm: 'CRM通知', chat: '消息' }

const noticeWords: readonly (readonly [RegExp, string])[] = [
  [/签收|照片|妥投/, 'sign'],
  [/退款|到账/, 'refund'],
  [/退货|退/, 'return'],
  [/延迟|超时|晚发/, 'delay'],
  [/滞留|停滞|没更新/, 'stall'],
  [/调查|回访|评价|满意/, 'survey'],
  [/发货|出库|物流/, 'ship'],
]

/** Which notice the words ask for; undefined for any. */
export function noticeSaid(line: string): string | undefined {
  return noticeWords.find(([form]) => form.test(line))?.[1]
}

export const noticeTexts = {
  name: (kind: string) => noticeNames[kind] ?? kind,
  way: (channel: string) => noticeWays[channel] ?? channel,
  title: (kind: string, way: string, state: string): Phrase => ({
    head: `${noticeTexts.name(kind)}${noticeTexts.way(way)}`,
    body: state,
  }),
  none: (kind: string | undefined): Phrase => ({
    head: kind === undefined ? '没有通知记录' : `没有${noticeTexts.name(kind)}通知记录`,
  }),
  notConnected: '短信平台未接入，发没发过不知道',
  noneForOrder: '发送记录里没有这一单',
  reason: '原因',
  photo: '照片',
  photoOk: '签收照片可以打开',
  photoFailed: '签收照片打不开',
  queued: '排队中，还没有发出',
  sent: (at: string) => `${at}已发出，还没有回执`,
  delivered: (at: string) => `${at}已送达`,
  opened: '，已打开',
  notOpened: '，没有打开',
  failed: (reason: string | undefined) => (reason === undefined ? '发送失败，平台没说原因' : `发送失败：${reason}`),
  openedAt: (at: string) => `，${at}打开`,
  script: '复制话术',
  sayScript: (id: string) => `${id} 话术`,
  source: (source: string, at: string) =>
    `${/^sms/.test(source) ? '短信平台' : /^crm/.test(source) ? 'CRM' : source}${at}`,
  delivery: (tail: string, kind: string, when: string, opened: boolean) =>
    `您好，您尾号${tail}的订单，${noticeTexts.name(kind)}短信已于${when}发送到您的手机${opened ? '' : '，方便时请查看'}。`,
} as const

/** The tag of customers who buy on two channels or more (the owner's word for them). */
export const severalChannels = '多渠道活跃'

export const profileTexts = {
  title: (name: string, level: string, channels: number, orders: number): Phrase => ({
    head: '',
    body: name,
    tail: `（${level}）${channels}个渠道${ordersText(orders)}`,
  }),
  choose: (count: string): Phrase => ({ head: `找到${count}位客户，是哪一位？` }),
  choice: (head: string, channel: string, level: string, tail: string | undefined, region: string): Phrase => ({
    head: `${head} ${channel} ${level}${tail === undefined ? '' : ` 尾号${tail}`} `,
    body: region,
  }),
  channels: '渠道',
  channelCount: (code: string, count: number) => (count === 0 ? channelName(code) : `${channelName(code)}${count}单`),
  orders: '订单',
  ordersValue: (count: number, since: string) => `${ordersText(count)}，第一单${since}`,
  tags: '标签',
  last: '最近',
  trail: '足迹',
  deed: (code: string, deed: 'cart' | 'consult', day: string) =>
    `${channelName(code)}${deed === 'cart' ? '加购' : '咨询'}${day}`,
  returns: '退货',
  returnsValue: (count: number) => (count === 0 ? '90天没有退货' : `90天${count}次`),
  arrears: '欠款',
  arrearsValue: (fen: bigint, at: string) => (fen === 0n ? `没有欠款（${at}查）` : `${fenText(fen)}（${at}查）`),
  arrearsUnknown: '未知（未查过ERP）',
  phone: '手机',
  and: '、',
  merged: '合并',
  mergedValue: (accounts: number, percent: number) => `按线索并入${accounts}个账号（把握${percent}%）`,
  split: '拆开账号',
  splitDenied: (roles: string) => `拆开账号需要${roles}，请找他们处理。`,
  splitDone: '已拆开，以后不会再自动合并',
  splitAlready: '这个账号已经拆开过了',
  none: { head: '没有找到这位客户' } as Phrase,
  notJoined: { head: '这一单还没有对上客户' } as Phrase,
  searched: '查过',
  searchedValue: '全部渠道的订单和收件手机号',
  notJoinedWhy: '渠道没有给可识别的手机号',
  askWho: '哪位客户？请发手机号、手机尾号、姓名或订单号。',
  denied: (roles: string) => `欠款只有${roles}能看，请找财务。渠道、等级、订单可以直接问我。`,
  arrearsSaid: /欠款|欠费|欠了?多少|应收|账期/,
  distributor: /JXS\d{2}/i,
  source: '中台客户',
} as const

const ruleSubjects: Readonly<Record<string, string>> = {
  warehouse: '分仓',
  hold: '拦单',
  split: '拆单',
  carrier: '选快递',
}

const ruleWords: readonly (readonly [RegExp, 'gift' | 'split' | 'hold' | 'carrier' | 'warehouse'])[] = [
  [/赠|礼品|送的/, 'gift'],
  [/拆|合单|合并|分包/, 'split'],
  [/拦|锁|挂起|暂停|冻结|扣住|hold/i, 'hold'],
  [/快递|承运|物流公司/, 'carrier'],
  [/仓|区|路由|发到|派/, 'warehouse'],
]

/** What the words ask a reason for; undefined when they leave it open. */
export const ruleSaid = (line: string) => ruleWords.find(([form]) => form.test(line))?.[1]

export const ruleTexts = {
  subject: (about: string) => ruleSubjects[about] ?? about,
  title: (about: string, chosen: string): Phrase => ({ head: `${ruleTexts.subject(about)}：`, body: chosen }),
  rule: '规则',
  ruleValue: (rule: string, version: number) => `${rule} 第${version}版`,
  when: '时间',
  result: '结果',
  other: (about: string, chosen: string, rule: string, version: number) =>
    `${ruleTexts.subject(about)}：${chosen}（${rule} 第${version}版）`,
  giftTitle: (verdict: string): Phrase => ({ head: '赠品：', body: verdict }),
  giftVerdicts: {
    locked: '达到门槛，已锁定',
    below_threshold: '未达门槛',
    out_of_stock: '赠品库存不足',
    level_too_low: '会员等级不够',
    rule_conflict: '规则冲突，没有送',
  },
  giftGap: (gap: string) => `未达门槛，差${gap}`,
  gift: '赠品',
  none: (about: string | undefined): Phrase => ({
    head: about === undefined ? '没有规则记录' : `没有${about === 'gift' ? '赠品' : ruleTexts.subject(about)}规则记录`,
  }),
  warehouse: '仓库',
  warehouseUnknown: '未知（还没有分仓）',
  why: '原因',
  whyUnknown: '未知（分单时没有留下规则）',
  hold: '暂停',
  source: '规则记录',
} as const

import type { Phrase } from './answers.ts'
import { beside } from './format.ts'

/** Sentences of the answers about dispatch, transport and signature. Titles as in the answer table of the product texts. */

export const logisticsLabels = {
  warehouse: '仓库',
  wave: '波次',
  shortage: '缺货',
  reason: '原因',
  now: '现在',
  next: '下一站',
  stuckAt: '停在',
  last: '上次',
  call: '外呼',
  duty: '责任',
  photo: '照片',
  place: '地点',
  courier: '派件员',
  corrected: '改记',
  notes: '备注',
  since: '起于',
} as const

const bracket = (stage: string): string => `【${stage}】`

export const shipTimeTitles = {
  due: (stage: string, due: string): Phrase => ({ head: bracket(stage), body: `预计${due}出库` }),
  noPromise: (stage: string): Phrase => ({ head: bracket(stage), body: '出库时间未知，渠道没有给承诺' }),
  late: (over: string, reason: string | undefined): Phrase => ({
    head: `【超承诺】已超${over}`,
    body: `，原因${reason === undefined ? '未知，来源没有说明' : `：${reason}`}`,
  }),
  pickupDue: (stage: string, due: string): Phrase => ({ head: bracket(stage), body: `到店自提，预计${due}备好` }),
  shipped: (at: string, carrier: string): Phrase => ({ head: bracket('已发货'), body: `${at}由${carrier}发出` }),
  partly: (stage: string, sent: number, total: number, due: string | undefined): Phrase => ({
    head: bracket(stage),
    body: `${sent}/${total}个包裹已发`,
    tail: due === undefined ? '' : `，其余${due}`,
  }),
} as const

export const etaTitles = {
  due: (due: string): Phrase => ({ head: `预计${due}送达` }),
  passed: (day: string, step: string): Phrase => ({
    head: `已过预计${day}`,
    body: step === '' ? '，还没有送达' : `，${step}`,
  }),
  late: (reason: string, was: string | undefined): Phrase => ({
    head: '可能晚到：',
    body: reason,
    tail: was === undefined ? '' : `，原预计${was}`,
  }),
  silentFor: (hours: string) => `${hours}没有更新`,
  unknown: (step: string): Phrase => ({
    head: '送达时间未知，快递没有给',
    body: step === '' ? '' : `，${step}`,
  }),
  unsent: (due: string | undefined): Phrase => ({
    head: '还没有发货，',
    body: due === undefined ? '送达时间未知' : `预计${due}出库`,
  }),
  several: (count: number, due: string): Phrase => ({ head: `${count}个包裹，`, body: `最晚预计${due}送达` }),
  severalPassed: (count: number, day: string): Phrase => ({ head: `${count}个包裹，`, body: `有的已过预计${day}` }),
  severalBelow: (count: number): Phrase => ({ head: `${count}个包裹，`, body: '到达时间见下' }),
} as const

export const stalledTitles = {
  silent: (hours: string, call: string | undefined): Phrase => ({
    head: `已${hours}无更新`,
    body: call === undefined ? '，还没有外呼快递' : `，外呼单${call}处理中`,
  }),
  perhapsLost: (hours: string, call: string | undefined): Phrase => ({
    head: `已${hours}无更新，疑似丢件`,
    body: call === undefined ? '，还没有外呼快递' : `，外呼单${call}处理中`,
  }),
  unscanned: (hours: string, call: string | undefined): Phrase => ({
    head: `发货${hours}快递仍未揽收`,
    body: call === undefined ? '' : `，外呼单${call}`,
  }),
  waiting: (since: string, carrier: string): Phrase => ({ head: `出库${since}，`, body: `等待${carrier}揽收` }),
  moved: (step: string, at: string): Phrase => ({ head: '已更新：', body: step, tail: `（${at}）` }),
} as const

export const signedTitles = {
  signed: (at: string, signer: string | undefined, kind: string | undefined): Phrase =>
    signer === undefined
      ? { head: at, body: '签收', tail: kind === undefined ? '' : `（${kind}）` }
      : { head: `${at}由`, body: signer, tail: `签收${kind === undefined ? '' : `（${kind}）`}` },
  not: { head: '未签收，不能说已签收' } as Phrase,
  carrierSays: (at: string, missing: string): Phrase => ({
    head: `快递显示${beside(at, '签收')}`,
    body: missing === '' ? '，待核实' : `，缺${missing}`,
  }),
  part: (count: number, signed: number): Phrase => ({ head: `${count}个包裹已签收${signed}个`, body: '，其余未签收' }),
} as const

export const signerKinds = { self: '本人', agent: '代收', other: '他人' } as const
/** 张伟 of 张伟(本人): the kind is said behind it. undefined where nothing but the kind was told. */
export function signerName(signer: string | undefined): string | undefined {
  const name = signer?.replace(/[（(][^（()）]*[)）]\s*$/u, '').trim()
  return name === undefined || name === '' || name === signerKinds.self ? undefined : name
}

export const missingOfSignature = { signer: '签收人', photo: '签收照片', and: '和' } as const

export const missingTitles = {
  claimed: (reason: string): Phrase => ({ head: '显示已发货但无单号：', body: reason }),
  given: (parcel: string): Phrase => ({ head: '已补：', body: parcel }),
  unsent: (reason: string): Phrase => ({ head: '还没有发货，没有单号：', body: reason }),
  notForPickup: { head: '到店自提，不需要快递单号' } as Phrase,
  partly: (count: number, without: number): Phrase => ({ head: `${count}个包裹`, body: `，${without}个还没有单号` }),
} as const

export const missingReasons = {
  noCarrier: '下单时未选快递',
  notTold: '渠道没有传单号',
} as const

export const logisticsValues = {
  at: (place: string, when: string): Phrase => ({ head: '', body: place, tail: ` ${when}` }),
  before: (due: string) => `${due}出库`,
  etaBefore: (due: string) => `${due}送达`,
  late: (at: string, over: string) => `${at}，已超${over}`,
  call: (id: string, by: string | undefined, at: string): Phrase => ({
    head: `${id} `,
    body: by ?? '',
    tail: `${by === undefined ? '' : ' '}${at}`,
  }),
  callClosed: (id: string, result: string | undefined): Phrase => ({
    head: `${id} 已结`,
    body: result === undefined ? '' : `：${result}`,
  }),
  saysShortage: (reason: string) => /缺货|无货|补货|断货|库存/.test(reason),
  etaOver: (day: string) => `${day}送达，已过`,
  quiet: (hours: string) => `${hours}没有更新`,
  unscanned: (hours: string) => `${hours}未揽收`,
  photo: '有签收照片',
  noPhoto: '没有传来',
  waveOf: (warehouse: string | undefined, wave: string) => `${warehouse === undefined ? '' : `${warehouse} `}${wave}`,
  corrected: (by: string | undefined, at: string): Phrase => ({ head: '', body: by ?? '', tail: ` ${at}` }),
  was: (old: string) => `改前：${old}`,
  notes: (count: number) => `${count}条`,
  sinceFor: (at: string, duration: string) => `${at}，已${duration}`,
  parcelDue: (due: string) => ` · 预计${due}`,
  parcelPassed: (day: string) => ` · 已过预计${day}`,
  parcelUnknown: ' · 时间未知',
  parcelSigned: (at: string) => ` · ${at}签收`,
  parcelUnsigned: (state: string) => ` · ${state}，未签收`,
  parcelNumberless: ' · 还没有单号',
} as const

export const logisticsButtons = {
  photo: '看照片',
  follow: '关注此单',
  unfollow: '取消关注',
  nextPage: '下一页',
} as const

/** What typing does the same as a button; each names its order, so that it means the same tomorrow. */
export const logisticsSayings = {
  photo: (number: string) => `${number} 签收照片`,
  follow: (number: string) => `${number} 关注此单`,
  unfollow: (number: string) => `${number} 不再关注`,
  script: {
    'order.ship_time': (number: string) => `${number} 什么时候发货 话术`,
    'logistics.eta': (number: string) => `${number} 几号能到 话术`,
    'logistics.stalled': (number: string) => `${number} 物流卡住了 话术`,
    'logistics.signed': (number: string) => `${number} 谁签收的 话术`,
    'logistics.missing_waybill': (number: string) => `${number} 已发货没有单号 话术`,
  },
} as const

export const logisticsSentences = {
  followed: '已关注，有变化会私聊告诉您',
  followedAlready: '您已关注这一单，有变化会私聊告诉您',
  unfollowed: '已取消关注',
  notFollowed: '您没有关注这一单',
  followInDirect: '请在和我的私聊里发这一句，变化会发到私聊。',
  photoLink: (url: string) => `签收照片：${url}`,
  photoPrivately: '签收照片已私聊给您。',
  noPhoto: '这一单没有签收照片：快递没有传来。',
  photoDenied: (roles: string) => `看签收照片需要「${roles}」，可以找值班组长。`,
  pageGone: '这一页已经没有订单了，请重新列一次。',
} as const

/** The first line of a message that a follower gets by themselves. */
export const followedLine = '您关注的订单有变化'

/** 关注此单 / 不再关注, said in words. */
export function followSaid(line: string): 'follow' | 'unfollow' | undefined {
  if (/(?:不再|取消|不用|别)关注/.test(line)) return 'unfollow'
  return /关注/.test(line) ? 'follow' : undefined
}

export const asksPhoto = (line: string): boolean => /照片|图片|签收图/.test(line)

/** 下一页, said in words after a list. */
export const asksNextPage = (line: string): boolean =>
  /^(?:看|翻到?)?(?:下一页|后一页|下页|翻页)[。.]?$/.test(line.trim())

/** 11-21 · 11-20至11-22: days of the form YYYY-MM-DD. */
export function daysText(from: string, to: string): string {
  return from === to ? from.slice(5) : `${from.slice(5)}至${to.slice(5)}`
}

import type { Phrase } from './answers.ts'
import { durationText, fenText } from './format.ts'

const number = new Intl.NumberFormat('zh-CN')

/** 1,204单 */
export const ordersText = (count: number | bigint): string => `${number.format(count)}单`

const unitWords: Readonly<Record<string, string>> = { orders: '单', returns: '单', pieces: '件', messages: '条' }

/** Tenths of a percent: 3.2%; undefined when nothing was there to take a share of. */
function shareText(num: bigint, den: bigint): string | undefined {
  if (den === 0n) return undefined
  const tenths = (num * 2_000n + den) / (den * 2n)
  return `${tenths / 10n}.${tenths % 10n}%`
}

/** The two sums of a metric in words; undefined when they make no figure. Halves are rounded up. */
export function figureText(unit: string, num: bigint, den: bigint): string | undefined {
  switch (unit) {
    case 'share':
      return shareText(num, den)
    case 'money':
      return fenText(num)
    case 'mean-money':
      return den === 0n ? undefined : fenText((num * 2n + den) / (den * 2n))
    case 'mean-time':
      return den === 0n ? undefined : spanText(Number(num / den))
    default:
      return `${number.format(num)}${unitWords[unit] ?? ''}`
  }
}

/** Below a minute in seconds, since the desk answers in less. */
function spanText(ms: number): string {
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)}秒` : durationText(ms)
}

/** The mean of `days` days, for counts and sums; shares and means need no division. */
export function beforeText(unit: string, num: bigint, den: bigint, days: 1 | 7): string | undefined {
  if (unit === 'share' || unit.startsWith('mean-')) return figureText(unit, num, den)
  return figureText(unit, (num * 2n + BigInt(days)) / (BigInt(days) * 2n), den)
}

export const statsTexts = {
  formula: '口径',
  compared: '对比',
  causes: '构成',
  parts: '数量',
  reason: '原因',
  nearest: '相近',
  partsValue: (num: bigint, den: bigint) => `${number.format(num)}÷${number.format(den)}`,
  title: (what: string, value: string, before: string): Phrase => ({
    head: '',
    body: what,
    tail: `${value}${before}`,
    keep: 'end',
  }),
  unknown: (why: string): Phrase => ({ head: '未知：', body: why }),
  incomplete: (why: string): Phrase => ({ head: '数据不全：', body: why }),
  notArrived: (source: string) => `${source}未到`,
  tooSlow: '数据太多，没有算完',
  narrower: '请缩短日期，或只问一个渠道',
  future: '这个时间还没有到',
  noSource: { notices: '短信平台没有接入', gifts: '赠品记录没有接入' },
  nothing: '期间没有可算的记录',
  ofDays: (value: string) => `前7天${value}`,
  ofWeek: (value: string) => `上周同期${value}`,
  inBrackets: (words: string) => `（${words}）`,
  comparedWith: (value: string, how: string) => `${value}，${how}`,
  daysNote: (clock: string | undefined) => (clock === undefined ? '每天平均' : `每天截至${clock}平均`),
  shareNote: (clock: string | undefined) => (clock === undefined ? '合计' : `每天截至${clock}合计`),
  weekNote: '上周同样的几天',
  staleBar: (source: string, silence: string) => `${source}已${silence}没有消息，数字偏少`,
  received: '已收',
  hour: (hour: number) => `${hour}点`,
  groupLine: (name: string, value: string, before: string, peak: string): Phrase => ({
    head: `${name} ${value}${before}${peak}`,
  }),
  peak: (hour: number, value: string) => ` · 最高${hour}点${value}`,
  trough: (hour: number, value: string) => ` · 最低${hour}点${value}`,
  peakCauses: (name: string, hour: number, causes: string): Phrase => ({ head: `${name}${hour}点：`, body: causes }),
  cause: (name: string, count: number) => `${name}${ordersText(count)}`,
  and: '、',
  moreGroups: (count: number) => `还有${count}组`,
  hoursButton: (name: string) => `${name}按小时`,
  cellButton: (name: string, hour: number) => `${name}${hour}点明细`,
  listButton: '异常清单',
  sayHours: (day: string, channel: string, metric: string) => `${day}${channel}按小时${metric}`,
  sayCell: (day: string, channel: string, hour: string) => `${day}${hour}${channel}异常的单`,
  denied: (what: string, roles: string) => `${what}只有${roles}能看，请找他们。订单量、发货量可以直接问我。`,
  asked: '您问的',
  civil: (month: number, date: number) => `${month}月${date}日`,
  fromTo: (from: string, to: string) => `${from}到${to}`,
  lastDays: (days: number) => (days === 1 ? '今天' : `近${days}天`),
} as const

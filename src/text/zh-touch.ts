import type { Phrase } from './answers.ts'

/** 触达健康度: how yesterday's messages reached customers. Takes and gives primitives. */

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`

export const touchTexts = {
  low: (day: string, share: number, line: number): Phrase => ({
    head: `触达${day}：打开率${percent(share)}`,
    tail: `（<${line * 100}%）`,
  }),
  photos: (day: string, count: number): Phrase => ({ head: `触达${day}：签收照片失败${count}单` }),
  well: (day: string, share: number): Phrase => ({ head: `触达正常 ${day}：打开率${percent(share)}` }),
  none: (day: string): Phrase => ({ head: `触达 ${day}：没有发过短信` }),
  open: '打开率',
  openValue: (share: number, delivered: number) => `${percent(share)}（送达${delivered}条）`,
  window: '集中',
  windowValue: (hour: number, channel: string, share: number) => `${hour}–${hour + 2}点·${channel}，${percent(share)}`,
  photo: '照片',
  photoValue: (count: number, hour: number | undefined, line: number) =>
    count === 0
      ? '全部打得开'
      : `失败${count}单${count > line ? `（>${line}）` : ''}${hour === undefined ? '' : `，多在${hour}点`}`,
  failed: '没送到',
  failedValue: (count: number) => (count === 0 ? '没有' : `${count}条`),
  source: '短信回执',
  details: '看明细',
  toIt: '派给技术',
  detailsTitle: (day: string): Phrase => ({ head: `触达明细 ${day}` }),
  why: { photo: '签收照片打不开', failed: '短信没送到' },
  line: (at: string, order: string, why: string) => `${at} ${order} ${why}`,
  nothing: '这一天没有失败的。',
  given: (names: string) => `已派给${names}，带上了时间段、渠道和失败数。`,
  nobody: '没有能通知到的技术同事，请当面说一声。',
  again: (names: string) => `已经派给过${names}，没有重复发。`,
  told: (by: string, day: string, words: string) => `${by}派来：触达${day} ${words}。请查短信通道和照片存储。`,
  and: '、',
  and2: '，',
  denied: '触达健康度由客服组长和总监查看，请找他们。',
} as const

const said = /^(?:看|查)?(?:一下)?(?:昨天的?)?触达(?:健康度?|质量|情况|报告)?[?？]?$/

/** 触达健康度 */
export const touchSaid = (text: string): boolean => said.test(text.normalize('NFKC').trim())

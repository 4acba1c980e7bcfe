import type { Phrase } from './answers.ts'
import { durationText } from './format.ts'

/** To the nearest minute: a rung fires a little after its moment, and five minutes before a limit it says 剩5分, not 剩4分. */
const leftText = (ms: number): string => durationText(Math.round(ms / 60_000) * 60_000)

/** What the desk says on its own when a limit comes near or has passed. */

export const overdueLabels = {
  request: '退货',
  held: '卡在',
  fine: '罚款线',
  due: '时限',
  tried: '之前',
  order: '订单',
  parcel: '快递',
  place: '停在',
  call: '外呼单',
  last: '最近',
  shipped: '出库',
  promise: '承诺',
  reason: '原因',
  since: '从',
  made: '构成',
  more: '还有',
} as const

/** Ends of a list of reminders: 提醒3次，代审无人. */
const stepNames: Readonly<Record<string, string>> = {
  deputy: '代审',
  substitute: '代审',
  supervisor: '主管',
  director: '总监',
  team: '通知',
}

export const overdueTexts = {
  /** The platform counts it as unhandled; the words are the owner's. */
  fineLabel: '可能触发平台罚款',
  wholeOver: (hours: number): Phrase => ({ head: `超${hours}小时未处理·可能触发平台罚款` }),
  fineNear: (leftMs: number): Phrase => ({ head: `离平台罚款线${leftText(leftMs)}，还没有处理` }),
  finePassed: (overMs: number): Phrase => ({ head: `已过平台罚款线${durationText(overMs)}，还没有处理` }),
  remind: (what: string, leftMs: number): Phrase => ({
    head: '请处理：',
    body: what,
    tail: leftMs > 0 ? `，剩${leftText(leftMs)}` : `，已超${durationText(-leftMs)}`,
  }),
  wholeNear: (leftMs: number, hours: number): Phrase => ({ head: `请处理：再过${leftText(leftMs)}满${hours}小时` }),
  standIn: (what: string): Phrase => ({ head: '已到时限，请代为处理：', body: what }),
  above: (what: string, overMs: number): Phrase => ({ head: '', body: what, tail: `已超${durationText(overMs)}` }),
  stalled: (parcel: string, silentMs: number): Phrase => ({
    head: '',
    body: parcel,
    tail: ` ${durationText(silentMs)}没更新`,
  }),
  unscanned: (parcel: string, ms: number): Phrase => ({
    head: '',
    body: parcel,
    tail: ` 出库${durationText(ms)}未揽收`,
  }),
  shipLate: (overMs: number): Phrase => ({ head: `超承诺${durationText(overMs)}还没有发货` }),
  back: (returnId: string, channel: string, amount: string | undefined) =>
    [returnId, channel, amount].filter((part) => part !== undefined).join(' '),
  held: (level: string, holder: string | undefined, sinceMs: number): Phrase => ({
    head: level,
    body: holder === undefined ? '' : `·${holder}`,
    tail: ` 已${durationText(sinceMs)}`,
  }),
  noLevel: '没有审批人',
  fineLeft: (leftMs: number, at: string) => `还剩${leftText(leftMs)}（${at}）`,
  fineOver: (overMs: number, at: string) => `已过${durationText(overMs)}（${at}）`,
  nudged: (times: number) => `提醒${times}次`,
  stepTo: (step: string, names: readonly string[]) =>
    `${stepNames[step] ?? step}${names.length === 0 ? '无人' : names.join('、')}`,
  neverTried: '没有提醒过',
  and: '，',
  how: (returnId: string) => `发「${returnId} 通过」或「驳回 原因」办理`,
  called: '已自动开外呼单，请跟进快递',
  source: '时限',
} as const

export const digestTexts = {
  title: (total: number): Phrase => ({ head: `${total}件到了时限，请看一下` }),
  kinds: {
    l1: '初审',
    l2: '复核',
    l3: '终审',
    return_total: '退货满时限',
    fine: '罚款线',
    stalled: '物流停滞',
    unscanned: '未揽收',
    ship_promise: '超承诺',
    first_sms: '首条短信',
    no_carrier: '缺快递公司',
    no_waybill: '发货没单号',
    command: '指令未完成',
    assigned: '指派未办',
  } as Readonly<Record<string, string>>,
  count: (kind: string, count: number) => `${kind}${count}`,
  and: ' · ',
  line: (mark: string, what: string, tail: string): Phrase => ({ head: `${mark} `, body: what, tail: ` ${tail}` }),
  waits: (ms: number) => `已${durationText(ms)}`,
  more: (count: number) => `${count}件，发「超时的单有哪些」看全部`,
  toFine: (leftMs: number) => (leftMs > 0 ? `离罚款线${leftText(leftMs)}` : `已过罚款线${durationText(-leftMs)}`),
} as const

export const overdueButtons = { urge: '催办', seeReturn: '看退货', seeTrack: '看物流', seeOrder: '看订单' } as const

export const overdueSayings = {
  urge: (returnId: string) => `催一下 ${returnId}`,
  seeReturn: (returnId: string) => `${returnId} 审批到哪一步`,
  seeTrack: (number: string) => `${number} 物流`,
  seeOrder: (number: string) => `${number} 到哪了`,
} as const

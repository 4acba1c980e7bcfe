import { triggers } from '../text/commands.ts'
import { withoutCourtesy } from './courtesy.ts'
import { type FoundDate, findDates, isoDays } from './dates.ts'
import { expectOf } from './expect.ts'
import { talkHints } from './hints.ts'
import { intentOf } from './intent.ts'
import { blank, collapse } from './marks.ts'
import { findName } from './names.ts'
import { longestLine, normalise } from './normalise.ts'
import { type FoundNumber, findNumbers, markOfNumber } from './numbers.ts'
import { readPinyin, repair } from './repair.ts'
import { intentSlots } from './slots.ts'
import { findTail } from './tails.ts'
import { findCarrier, findChannel, findGoods, findQty, findSpec, findStatus } from './trade.ts'
import type { DateSlot, Hints, Intent, Slots, Understanding } from './types.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * One typed line as one intent of the closed list with its slots. Deterministic, local, about 0.2 ms; never throws. `atMs`
 * (epoch ms) is the moment relative dates count from, in Asia/Shanghai.
 */
export function understand(
  text: string,
  { atMs, hasPhoto = false }: { atMs: number; hasPhoto?: boolean },
): Understanding {
  const said = repair(readPinyin(normalise(text)))
  const plain = withoutCourtesy(said)
  const slots: Writable<Slots> = {}
  const hints: Writable<Hints> = {}
  let line = takeNumbers(plain, slots, hints)
  line = takeTail(line, slots, hints)
  const { rest, date } = takeDate(line, atMs)
  line = takeWords(rest, slots)
  const signals = {
    line: collapse(line),
    said,
    slots,
    hasPhoto,
    odd: hints.oddNumber !== undefined,
    days: date ? date.to - date.from + 1 : 0,
  }
  const intent =
    plain === '' && hasPhoto
      ? 'return.create'
      : intentOf({ ...signals, slots: { ...slots, ...dateSlot(date, line, 'order.status') } })
  Object.assign(
    slots,
    dateSlot(date, line, intent),
    intentSlots(intent, { line: signals.line, words: rest, plain, product: slots.product }),
  )
  forget(intent, slots)
  Object.assign(hints, talkHints(said, signals.line, intent, slots))
  if (triggers.script.test(plain)) hints.script = true
  if (plain === '' && !hasPhoto) hints.unreadable = 'empty'
  else if (text.length > longestLine * 4) hints.unreadable = 'too-long'
  return { intent, slots, expect: expectOf(intent, slots, hasPhoto, /政策|规则|无理由|条件/.test(plain)), hints }
}

/** Every number of the line into its slot; of two waybills the one after 改成 is the new one. */
function takeNumbers(line: string, slots: Writable<Slots>, hints: Writable<Hints>): string {
  let rest = line
  let since = 0
  for (const found of findNumbers(line)) {
    rest = blank(rest, found, markOfNumber[found.kind])
    const replaces = isReplacement(line, found, since)
    since = found.end
    if (found.kind === 'odd') hints.oddNumber ??= found.value
    else if (replaces) {
      if (slots.new_waybill_no !== undefined) slots.waybill_no ??= slots.new_waybill_no
      slots.new_waybill_no = found.value
    } else if (slots[found.kind] === undefined) {
      slots[found.kind] = found.value
      if (found.carrier !== undefined) slots.carrier = found.carrier
      if (found.extension !== undefined) hints.phoneExtension = found.extension
    } else if (found.kind !== 'phone' && slots[found.kind] !== found.value)
      hints.moreNumbers = [...(hints.moreNumbers ?? []), { slot: found.kind, value: found.value }]
  }
  return rest
}

/** Right before a waybill: it is the new one (改成, 新单号, 正确的运单号是, →). */
const becomes =
  /(?:(?:改|换|更正|修正|修改|更新|变更|更改)[\u4e00-\u9fff]{0,6}[成为到]|应该?[是为]|应为|正确|新的?(?:运单|快递|物流)?单?号|号[为成])[\u4e00-\u9fffA-Za-z\s:,]{0,10}$|^\s*(?:→|->?|=>|[为成到])\s*$/
/** Somewhere before it: enough when the line has named by then what is to be changed. */
const changes = /改|换|更正|修正|更新|变更/

/** Whether this waybill is what another one is to become. `since` is where the number before it ends, 0 without one. */
function isReplacement(line: string, { start, kind, value }: FoundNumber, since: number): boolean {
  if (kind !== 'waybill_no' && !/^\d{12,15}$/.test(value)) return false
  return becomes.test(line.slice(since, start)) || (since > 0 && changes.test(line.slice(0, start)))
}

function takeTail(line: string, slots: Writable<Slots>, hints: Writable<Hints>): string {
  const tail = findTail(line)
  if (tail === undefined) return line
  slots[tail.kind] = tail.value
  if (tail.ofPhone) hints.tailOfPhone = true
  return blank(line, tail, 'tail')
}

/** The date the question is about: the first that lies in the past and belongs to a deed, else the first. */
function takeDate(line: string, atMs: number): { rest: string; date: FoundDate | undefined } {
  const dates = findDates(line, atMs)
  let rest = line
  for (const date of dates) rest = blank(rest, date, 'date')
  const deed = dates.find(({ end }) =>
    /^\s?(?:[\u4e00-\u9fff]{0,3}?)(?:买|拍|下单|下的|订|退|付|签收的|发的|发货的|的)/.test(line.slice(end)),
  )
  return { rest, date: deed ?? dates[0] }
}

/** Channel and carrier stay in the line (intents are told by them); goods and name are taken out. */
function takeWords(line: string, slots: Writable<Slots>): string {
  const channel = findChannel(line)
  if (channel !== undefined) slots.channel = channel.value
  const carrier = findCarrier(line)
  if (carrier !== undefined && slots.carrier === undefined) slots.carrier = carrier.value
  const item = findGoods(line)
  let rest = line
  if (item !== undefined) {
    slots.product = item.value
    rest = blank(rest, item, 'goods')
  }
  const spec = findSpec(line)
  if (spec !== undefined) slots.spec = spec.value
  const qty = item === undefined ? undefined : findQty(rest)
  if (qty !== undefined) slots.qty = qty
  const sku = /(?<![A-Za-z\d])([A-Z]{2}-[A-Z\d]{1,5}(?:-[A-Z\d]{1,5})?)(?![A-Za-z\d])/i.exec(line)?.[1]
  if (sku !== undefined) slots.sku_hint = sku.toUpperCase()
  const status = findStatus(line)
  if (status !== undefined) slots.status = status
  const name = findName(masked(rest, channel, carrier))
  if (name === undefined) return rest
  slots.customer_name = name.value
  return blank(rest, name, 'name')
}

function masked(
  line: string,
  ...words: readonly ({ readonly start: number; readonly end: number } | undefined)[]
): string {
  return words.reduce((rest, word) => (word === undefined ? rest : blank(rest, word, 'channel')), line)
}

const listIntents: readonly Intent[] = ['order.list', 'alert.list']
const silent: readonly Intent[] = [
  'help',
  'handoff',
  'unsupported',
  'smalltalk',
  'approval.delegate',
  'approval.snooze',
  'approval.todo',
]

/** Takes away what the words mean in another intent only. */
function forget(intent: Intent, slots: Writable<Slots>): void {
  if (!listIntents.includes(intent)) delete slots.status
  if (intent !== 'order.edit_waybill') delete slots.new_waybill_no
  // 是顺丰还是中通: what is asked for is no filter
  if (intent === 'order.carrier' && slots.waybill_no === undefined) delete slots.carrier
  // 奶粉结块: what the note says, not what was bought
  if (intent === 'return.add_note') {
    delete slots.product
    delete slots.customer_name
  }
  if (!silent.includes(intent)) return
  delete slots.spec
  delete slots.qty
  delete slots.date
  delete slots.customer_name
  if (intent !== 'approval.snooze') delete slots.product
}

/** Verbs right behind a date say what happened that day; without one the intent says it. */
const deeds: readonly (readonly [RegExp, DateSlot['of']])[] = [
  [/^.{0,3}退款/, 'refund'],
  [/^.{0,3}(?:退|寄回)/, 'return'],
  [/^.{0,2}(?:签收|收到)/, 'sign'],
  [/^.{0,2}(?:发货|发的|出库|寄)/, 'ship'],
  [/^.{0,2}(?:付款|支付|付的)/, 'pay'],
  [/^.{0,3}(?:买|拍|下单|下的|订)/, 'order'],
]

const dateOf: Partial<Record<Intent, DateSlot['of']>> = {
  'stats.query': 'any',
  'alert.list': 'any',
  'notify.status': 'any',
  'approval.todo': 'any',
}

function dateSlot(date: FoundDate | undefined, line: string, intent: Intent): { date?: DateSlot } {
  if (date === undefined || isHorizon(date, line, intent)) return {}
  const behind = line.slice(date.end)
  const said = deeds.find(([form]) => form.test(behind))?.[1]
  const usual = dateOf[intent] ?? (/^(?:return|refund)\./.test(intent) ? 'return' : 'order')
  return { date: { raw: date.raw, ...isoDays(date), of: usual === 'any' ? 'any' : (said ?? usual) } }
}

/** 今天能到吗, 昨天开始没更新, 明天: a horizon or a duration, no day to filter by. */
function isHorizon(date: FoundDate, line: string, intent: Intent): boolean {
  const behind = line.slice(date.end)
  if (
    /^\s?(?:之?前|以前)?(?:就|还|都|才)?(?:能|会|可以|可不可以|要|到得了|送得到|发得|到吗|能不能|到不|送到|发吗)/.test(
      behind,
    )
  )
    return true
  if (intent === 'logistics.stalled') return /^(?:开始|起|就|到现在|以来|一直|都)/.test(behind)
  if (['logistics.eta', 'order.ship_time'].includes(intent)) return /^(?:到|发|送|出)(?!的)/.test(behind)
  return false
}

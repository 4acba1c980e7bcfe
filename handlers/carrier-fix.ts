import type { ActionName } from '../cards/actions.ts'
import { carrierFixCard, carrierSetCard } from '../cards/carrier-fix.ts'
import { orderObject } from '../cards/write-rows.ts'
import { type Role, roles } from '../src/chat/member.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { ChosenCarrier } from '../src/hub/corrections.ts'
import type { CarrierCode, OrderFacts } from '../src/hub/order-facts.ts'
import type { SetCarrier } from '../src/hub/set-carrier.ts'
import { fenText } from '../src/text/format.ts'
import { carrierSaid, nameAndFreight, carrierTexts as texts } from '../src/text/zh-carrier.ts'
import { carrierName, roleName } from '../src/text/zh-cn.ts'
import { understand } from '../src/understanding/understand.ts'
import { theOrder } from './found-or-not.ts'
import { type Aside, type AskParts, type Question, textReply } from './question.ts'
import { questionOf, redrawn, type Tap, type TapHandler, tapText } from './taps.ts'

export type CarrierParts = AskParts & { readonly setCarrier: SetCarrier }

/** Product §2.10 has no row for it: those who look after orders, and the operations manager whom the card reaches. */
const fixers: readonly Role[] = ['cs', 'cs_lead', 'warehouse', 'ops', 'director']
const choosable: readonly CarrierCode[] = ['SF', 'ZTO', 'JD', 'JT', 'YTO', 'DBL', 'STO', 'YUNDA', 'EMS', 'POST']
/** What the memory of a talk keeps while the name or freight of another carrier is waited for. */
const otherMark = 'OTHER'

/** [补承运商] and the carriers on its card. */
export function carrierTaps(parts: CarrierParts) {
  return {
    'carrier.fix': async (tap) => {
      const question = asFix(questionOf(tap, 'logistics.missing_waybill'))
      const order = await parts.lookup.track(tap.args[0] ?? '')
      if (order === undefined) return tapText(tap, texts.gone)
      return redrawn(tap, await fixReply(parts, question, order), texts.button)
    },
    'carrier.set': async (tap) => {
      const [orderId = '', code = ''] = tap.args
      const order = await parts.lookup.track(orderId)
      if (order === undefined) return tapText(tap, texts.gone)
      return redrawn(tap, await chosen(parts, tap, order, code as CarrierCode), texts.setToast)
    },
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

/** Typed for the same: 补承运商 订单号 [承运商 [运费]], and the words that were asked for after [其他]. */
export function carrierAside(parts: CarrierParts): Aside {
  return async (asked) => {
    const question = asFix(asked)
    const open = waitedFor(asked)
    if (open !== undefined) {
      const order = await parts.lookup.track(open.orderId)
      const { name = open.name, yuan } = nameAndFreight(asked.text)
      if (order !== undefined && name !== undefined) return settleOther(parts, question, order, { name, yuan })
    }
    const said = carrierSaid(asked.text)
    if (said === undefined) return undefined
    const sighting = await theOrder(parts, {
      ...question,
      understood: {
        ...understand(said.order ?? '', { atMs: parts.clock.nowMs() }),
        intent: 'logistics.missing_waybill',
      },
    })
    if (sighting.outcome === 'reply') return sighting.reply
    const { order } = sighting
    if (said.rest === '') return fixReply(parts, question, order)
    const code = choosable.find((one) => carrierName(one) === said.rest)
    if (code !== undefined && code !== 'OTHER') return settle(parts, question, order, { carrier: code })
    const { name, yuan } = nameAndFreight(said.rest)
    return name === undefined || name === texts.other
      ? askOther(question, order)
      : settleOther(parts, question, order, { name, yuan })
  }
}

const asFix = (question: Question): Question => ({
  ...question,
  understood: { ...question.understood, intent: 'logistics.missing_waybill', slots: {}, expect: 'clarify' },
})

/** The order whose other carrier this person was asked for a moment ago; a line that names something else is not the answer. */
function waitedFor({
  remembered,
  understood,
  text,
}: Question): { readonly orderId: string; readonly name?: string } | undefined {
  const carrier = remembered?.slots.carrier
  if (remembered?.waiting !== true || remembered.about === undefined || carrier?.startsWith(otherMark) !== true)
    return undefined
  if (Object.keys(understood.slots).some((slot) => slot.endsWith('_no')) || [...text].length > 24) return undefined
  const name = carrier.slice(otherMark.length + 1)
  if (name === '' && /^\d/.test(text.trim())) return undefined
  return { orderId: remembered.about.orderId, ...(name !== '' && { name }) }
}

async function fixReply(parts: CarrierParts, question: Question, order: OrderFacts): Promise<Reply> {
  const refusal = refusalOf(question, order)
  if (refusal !== undefined) return refusal
  const card = carrierFixCard(order, question.view, parts.codec)
  return { kind: 'card', card, trace: traceFor(question, order) }
}

function refusalOf(question: Question, order: OrderFacts): Reply | undefined {
  if (!question.member.roles.some((role) => fixers.includes(role))) {
    const names = roles.filter((role) => fixers.includes(role)).map(roleName)
    return textReply(question, texts.denied(names.join(texts.and)), 'deny')
  }
  if (order.cancelledAtMs !== undefined) return textReply(question, texts.cancelled, undefined, { orderId: order.id })
  if (order.quarantinedAtMs !== undefined) return undefined
  const carrier = carrierName(order.carrier ?? 'OTHER', order.carrierName)
  return textReply(question, texts.hasOne(carrier), undefined, { orderId: order.id })
}

async function chosen(parts: CarrierParts, tap: Tap, order: OrderFacts, code: CarrierCode): Promise<Reply> {
  const question = asFix(questionOf(tap, 'logistics.missing_waybill'))
  if (code === 'OTHER') return refusalOf(question, order) ?? askOther(question, order)
  return settle(parts, question, order, { carrier: code } as ChosenCarrier)
}

function askOther(question: Question, order: OrderFacts): Reply {
  return waiting(question, order, texts.askOther(orderObject(order)), otherMark)
}

function waiting(question: Question, order: OrderFacts, text: string, carrier: string): Reply {
  const slots = { carrier }
  return { kind: 'text', text, trace: { ...traceFor(question, order), slots } }
}

function traceFor(question: Question, { id: orderId }: OrderFacts) {
  return {
    intent: 'logistics.missing_waybill',
    slots: {},
    expect: 'clarify' as const,
    mask: question.group,
    about: { orderId },
  }
}

const mostFen = 1_000_000n

async function settleOther(
  parts: CarrierParts,
  question: Question,
  order: OrderFacts,
  { name, yuan }: { readonly name: string; readonly yuan: string | undefined },
): Promise<Reply> {
  if (yuan === undefined) return waiting(question, order, texts.askFreight(name), `${otherMark}:${name}`)
  const freightFen = fenOf(yuan)
  if (freightFen === undefined) return waiting(question, order, texts.badFreight, `${otherMark}:${name}`)
  return settle(parts, question, order, { carrier: 'OTHER', name, freightFen: String(freightFen) })
}

/** 18.5 yuan as fen; undefined when it is no amount of freight. */
function fenOf(yuan: string): bigint | undefined {
  const [, whole = '', cents = ''] = /^(\d{1,6})(?:\.(\d{1,2}))?$/.exec(yuan) ?? []
  if (whole === '') return undefined
  const amountFen = BigInt(whole) * 100n + BigInt(cents.padEnd(2, '0'))
  return amountFen <= mostFen ? amountFen : undefined
}

async function settle(
  parts: CarrierParts,
  question: Question,
  order: OrderFacts,
  choice: ChosenCarrier,
): Promise<Reply> {
  const refusal = refusalOf(question, order)
  if (refusal !== undefined) return refusal
  const outcome = await parts.setCarrier(order.id, choice, question.member.id)
  const about = { orderId: order.id }
  switch (outcome.outcome) {
    case 'gone':
      return textReply(question, texts.gone)
    case 'cancelled':
      return textReply(question, texts.cancelled, undefined, about)
    case 'has-one':
      return textReply(question, texts.hasOne(carrierName(outcome.carrier, outcome.carrierName)), undefined, about)
    case 'set': {
      const other = choice.carrier === 'OTHER'
      const carrier = carrierName(choice.carrier, other ? choice.name : undefined)
      const freight = other ? fenText(BigInt(choice.freightFen)) : undefined
      const set = { carrier, by: question.member.name, ...(freight !== undefined && { freight }) }
      const card = carrierSetCard(order, set, question.view)
      return { kind: 'card', card, trace: { ...traceFor(question, order), expect: 'answer' } }
    }
  }
}

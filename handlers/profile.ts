import type { ActionName } from '../cards/actions.ts'
import { mostChoices } from '../cards/order-choice.ts'
import { customerChoiceCard, noCustomerCard, profileCard } from '../cards/profile.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { CustomerMerges } from '../src/hub/customer-merge.ts'
import type { CustomerKey, ProfileLookup } from '../src/hub/profile.ts'
import type { DebtLookup } from '../src/hub/shop-debt.ts'
import { fenText, momentText } from '../src/text/format.ts'
import { sentences } from '../src/text/sentences.ts'
import { sourceName } from '../src/text/zh-cn.ts'
import { shopDebtTexts } from '../src/text/zh-erp.ts'
import { profileTexts as texts } from '../src/text/zh-surveys.ts'
import { keyOf } from './find-orders.ts'
import { theOrder } from './found-or-not.ts'
import { type Answerer, type AskParts, type Question, textReply, traceOf } from './question.ts'
import { arrearsHolders, maySeeArrears, maySplit, splitters } from './survey-rights.ts'
import { questionOf, redrawn, type TapHandler, tapText } from './taps.ts'

export type ProfileParts = AskParts & {
  readonly profiles: ProfileLookup
  readonly merges: Pick<CustomerMerges, 'settle' | 'undo'>
  /** What distributors owe by the accounts; nobody when left out. */
  readonly debts?: DebtLookup
}

/** customer.profile: who somebody is to the firm; what they owe only for those who may know. */
export function customerProfile(parts: ProfileParts): Answerer {
  return async (question) => {
    if (texts.arrearsSaid.test(question.text) && !maySeeArrears(question.member))
      return textReply(question, texts.denied(arrearsHolders(texts.and)), 'deny')
    if (question.about !== undefined) return ofOrder(parts, question, question.about.orderId)
    const key = customerKey(question)
    if (key !== undefined) return (await shopDebt(parts, question, key)) ?? ofPerson(parts, question, key)
    if (keyOf(question.understood) === undefined) return textReply(question, texts.askWho, 'clarify')
    const sighting = await theOrder(parts, question)
    return sighting.outcome === 'reply' ? sighting.reply : ofOrder(parts, question, sighting.order.id)
  }
}

/** [拆开账号]: what was merged by evidence is taken apart at once; everything goes back to where it was. */
export function profileTaps(parts: ProfileParts) {
  return {
    'customer.split': async (tap) => {
      const [mergeId, orderId] = tap.args
      if (mergeId === undefined || orderId === undefined) return tapText(tap, sentences.orderGone)
      if (!maySplit(tap.member)) return tapText(tap, texts.splitDenied(splitters(texts.and)), 'deny')
      const outcome = await parts.merges.undo(mergeId, tap.member.id)
      const reply = await ofOrder(parts, questionOf(tap, 'customer.profile'), orderId)
      return redrawn(tap, reply, outcome === 'undone' ? texts.splitDone : texts.splitAlready)
    },
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

/** Who was named; a whole number names an order, which leads to its customer. */
function customerKey({ text, understood }: Question): CustomerKey | undefined {
  const shop = texts.distributor.exec(text)?.[0]
  const sought = keyOf(understood)?.key
  if (sought === undefined) return shop === undefined ? undefined : { kind: 'shop', value: shop }
  switch (sought.kind) {
    case 'phone':
    case 'phone-tail':
      return sought
    case 'name':
      return [...sought.value].length < 2 ? undefined : sought
    default:
      return undefined
  }
}

/** A distributor's debt by its own account: people who buy through it owe none of it. */
async function shopDebt({ debts }: ProfileParts, question: Question, key: CustomerKey): Promise<Reply | undefined> {
  const { view, group, text } = question
  if (key.kind !== 'shop' || !texts.arrearsSaid.test(text)) return undefined
  const shop = key.value.toUpperCase()
  const found = await debts?.(shop)
  if (found === undefined) return undefined
  // a group reads along
  if (group && view.mode !== 'full') return textReply(question, shopDebtTexts.inPrivate)
  const { amountFen, source, checkedAtMs, silent } = found
  const say = silent ? shopDebtTexts.silent : shopDebtTexts.owed
  const at = momentText(checkedAtMs, view.nowMs)
  return textReply(question, say(shop, amountFen, fenText(amountFen), sourceName(source), at))
}

async function ofPerson(parts: ProfileParts, question: Question, key: CustomerKey): Promise<Reply> {
  const { customers, more } = await parts.profiles.find(key, mostChoices)
  const [only] = customers
  if (only === undefined) return { kind: 'card', card: noCustomerCard('none', question.view), trace: traceOf(question) }
  if (customers.length === 1 && !more) return ofOrder(parts, question, only.orderId)
  const choices = customers.map(({ orderId }) => ({ orderId }))
  const card = customerChoiceCard(customers, more, question.view, parts.codec)
  return { kind: 'card', card, trace: { ...traceOf(question), choices } }
}

async function ofOrder(parts: ProfileParts, question: Question, orderId: string): Promise<Reply> {
  const { member, view, group } = question
  // a group reads along: what somebody owes is not for all of it
  const arrears = maySeeArrears(member) && (!group || view.mode === 'full')
  const profile = await parts.profiles.ofOrder(orderId, view.nowMs, { arrears })
  const trace = traceOf(question, undefined, { orderId })
  if (profile !== undefined)
    return { kind: 'card', card: profileCard(profile, arrears ? 'shown' : 'hidden', view, parts.codec), trace }
  const order = await parts.lookup.track(orderId)
  if (order === undefined) return textReply(question, sentences.orderGone)
  return { kind: 'card', card: noCustomerCard('not-joined', view), trace }
}

import { handedOverCard, receivedCard, withdrawnCard } from '../cards/handoff.ts'
import type { PlatformName } from '../src/chat/event.ts'
import type { Member, Role } from '../src/chat/member.ts'
import type { OutboundMessage } from '../src/chat/ports.ts'
import type { Reply, Subject, Trace } from '../src/chat/reply.ts'
import type { Handoffs, Taker, Withdrawn, WithdrawOutcome } from '../src/hub/handoffs.ts'
import type { AskedBefore } from '../src/hub/query-log.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { orList } from '../src/text/sentences.ts'
import { roleName } from '../src/text/zh-cn.ts'
import { handoffTexts, onlyCallsPerson, takesBack } from '../src/text/zh-conversation.ts'
import type { Intent } from '../src/understanding/types.ts'
import { findOrders, keyOf } from './find-orders.ts'
import {
  type Answerer,
  type Aside,
  type AskParts,
  type Place,
  placeOf,
  type Question,
  type Remembered,
} from './question.ts'
import { subjectName } from './still-about.ts'
import { type Tap, type TapHandler, tapText } from './taps.ts'
import { chatEntry } from './tasks.ts'

export type HandoffParts = AskParts & { readonly handoffs: Handoffs }

/** How far back the question behind a bare 人工 may lie. */
const askedMs = 600_000

/** What is handed over, by whom, from where. */
type Brought = {
  readonly member: Member
  readonly place: Place
  readonly group: boolean
  readonly question: string
  readonly answerKey?: string
  readonly about?: Subject
  /** What was asked last: money goes to finance. */
  readonly intent?: Intent
}

/** handoff: the question goes to a person, with the order it is about. */
export function handoff(parts: HandoffParts): Answerer {
  return async (question) => {
    const { member, place, group, remembered } = question
    const before = onlyCallsPerson(question.text)
      ? await parts.asked?.lastAsked(place, question.view.nowMs - askedMs)
      : undefined
    const about = (await namedIn(parts, question)) ?? (await aboutOf(parts, before, remembered))
    return handOver(parts, {
      member,
      place,
      group,
      question: before?.question ?? (onlyCallsPerson(question.text) ? '' : question.text),
      ...(before !== undefined && { answerKey: before.answerKey }),
      ...(about !== undefined && { about }),
      ...(remembered !== undefined && { intent: remembered.intent }),
    })
  }
}

/** 取消转交 as a line. */
export function typedWithdrawal({ handoffs }: Pick<HandoffParts, 'handoffs'>): Aside {
  return async ({ text, member, place, group }) => {
    if (!takesBack(text)) return undefined
    const by = { memberId: member.id, platform: place.platform }
    return withdrawn(await handoffs.withdraw(by, takenBack(member)), group)
  }
}

/** `handoff.ask`: the question behind an answer goes to a person. `handoff.cancel`: it is taken back. */
export function handoffTaps(parts: HandoffParts) {
  const ask: TapHandler = async (tap) => {
    const [key] = tap.args
    const place = placeOf(tap.event, tap.member)
    const before = key === undefined ? undefined : await parts.asked?.asked(tap.member.id, key)
    const remembered = await parts.memory?.recall(place)
    const about = await aboutOf(parts, before, remembered)
    return handOver(parts, {
      member: tap.member,
      place,
      group: inGroup(tap),
      question: before?.question ?? '',
      ...(key !== undefined && { answerKey: key }),
      ...(about !== undefined && { about }),
      ...(remembered !== undefined && { intent: remembered.intent }),
    })
  }
  const cancel: TapHandler = async (tap) => {
    const [id] = tap.args
    if (id === undefined) return tapText(tap, handoffTexts.noneToWithdraw)
    const by = { memberId: tap.member.id, platform: tap.event.platform, id }
    const reply = withdrawn(await parts.handoffs.withdraw(by, takenBack(tap.member)), inGroup(tap))
    if (reply.kind !== 'card') return reply
    return { ...reply, kind: 'card-update', cardRef: tap.event.cardRef }
  }
  return { 'handoff.ask': ask, 'handoff.cancel': cancel } as const
}

const inGroup = ({ event }: Tap): boolean => event.conversation.kind === 'group'

/**
 * Who may take what: questions about money back go to finance first, all others to a lead, then to the director. Who is on
 * duty nobody knows before there is a roster.
 */
function takers(intent: Intent | undefined): readonly Role[] {
  return intent?.startsWith('refund.') ? ['finance', 'cs_lead', 'director'] : ['cs_lead', 'director']
}

async function handOver(parts: HandoffParts, brought: Brought): Promise<Reply> {
  const { member, place, group, question, answerKey, about, intent } = brought
  const what = about === undefined ? undefined : await subjectName(parts, about)
  const done = await parts.handoffs.handOver({
    fromMemberId: member.id,
    question,
    ...(answerKey !== undefined && { answerKey }),
    ...(about !== undefined && { subject: about.returnId ?? about.orderId }),
    platform: place.platform,
    roles: takers(intent),
    tell: ({ id, to, question: masked }) => {
      const card = receivedCard(
        {
          from: member.name,
          role: orList(member.roles.map(roleName)),
          what,
          question: masked,
          about: about && { intent: intent ?? 'order.status', ...about },
        },
        parts.codec,
      )
      return messagesTo(to, `handoff:${id}`, { kind: 'card', card })
    },
  })
  const trace = traceOf(group)
  switch (done.outcome) {
    case 'handed':
    case 'already': {
      const shown = { id: done.id, who: done.to.name, what, again: done.outcome === 'already' }
      return { kind: 'card', card: handedOverCard(shown, member.id, parts.codec), trace }
    }
    case 'nobody':
      return { kind: 'text', text: handoffTexts.nobody, trace }
    default:
      return assertNever(done)
  }
}

function withdrawn(done: WithdrawOutcome, group: boolean): Reply {
  if (done.outcome === 'unknown') return { kind: 'text', text: handoffTexts.noneToWithdraw, trace: traceOf(group) }
  const card = withdrawnCard(done.to.name, done.outcome === 'already')
  return { kind: 'card', card, trace: traceOf(group) }
}

/** Who was told of the question is told that it is settled. */
function takenBack(member: Member) {
  return ({ id, to, subject }: Withdrawn) =>
    messagesTo(to, `handoff.back:${id}`, { kind: 'text', text: handoffTexts.takenBack(member.name, subject) })
}

const platforms: readonly PlatformName[] = ['wecom', 'dingtalk', 'play']

/** One message to each direct chat of the person. */
function messagesTo({ chats }: Taker, key: string, reply: Reply) {
  return chats.flatMap(({ platform: name, userId }) => {
    const platform = platforms.find((one) => one === name)
    if (platform === undefined) return []
    const to = { platform, kind: 'direct', id: userId } as const
    const message: OutboundMessage = { key: `${key}:${platform}`, to, reply }
    return [chatEntry(message)]
  })
}

/** The one order that the line itself names. */
async function namedIn(parts: AskParts, { understood, view }: Question): Promise<Subject | undefined> {
  const sought = keyOf(understood)
  if (sought === undefined) return undefined
  const found = await findOrders(parts.lookup, sought, understood, view.nowMs, 2)
  const [order] = found.orders
  if (order === undefined || found.orders.length > 1 || found.productIgnored) return undefined
  const returnId = understood.slots.return_no
  return { orderId: order.id, ...(returnId !== undefined && { returnId }) }
}

/** What the question before was about, else what was looked at last. */
async function aboutOf(
  { lookup }: AskParts,
  before: AskedBefore | undefined,
  remembered: Remembered | undefined,
): Promise<Subject | undefined> {
  const subject = before?.subject
  if (subject === undefined) return remembered?.about
  const same = remembered?.about
  if (same !== undefined && (same.returnId ?? same.orderId) === subject) return same
  if (subject.startsWith('SO')) return { orderId: subject }
  const [order] = (await lookup.find({ kind: 'return-no', value: subject }, { limit: 1 })).orders
  return order && { orderId: order.id, returnId: subject }
}

function traceOf(mask: boolean): Trace {
  return { intent: 'handoff', slots: {}, expect: 'handoff', mask }
}

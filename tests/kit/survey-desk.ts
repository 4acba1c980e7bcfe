import type { ActionName } from '../../cards/actions.ts'
import { alertList, alertTap } from '../../handlers/alerts.ts'
import { ask } from '../../handlers/ask.ts'
import { cardActions } from '../../handlers/card-actions.ts'
import { notYet } from '../../handlers/not-yet.ts'
import { notifyStatus } from '../../handlers/notices.ts'
import { orderStatus } from '../../handlers/order-query.ts'
import { customerProfile, type ProfileParts, profileTaps } from '../../handlers/profile.ts'
import type { Answerer, AskParts } from '../../handlers/question.ts'
import { ruleExplain } from '../../handlers/rule-explain.ts'
import { statsQuery, statsTap } from '../../handlers/stats.ts'
import { type TapHandler, tapText } from '../../handlers/taps.ts'
import { approvalTodo } from '../../handlers/todo.ts'
import type { Conversation } from '../../src/chat/event.ts'
import type { Member, Role } from '../../src/chat/member.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { alertLookup } from '../../src/hub/alerts.ts'
import { audit } from '../../src/hub/audit.ts'
import { customerMerges } from '../../src/hub/customer-merge.ts'
import { directAnswerRate } from '../../src/hub/direct-rate.ts'
import { noticeLookup } from '../../src/hub/notices.ts'
import { orderLookup } from '../../src/hub/orders.ts'
import type { PersonalData } from '../../src/hub/personal.ts'
import { profileLookup } from '../../src/hub/profile.ts'
import { ruleLookup } from '../../src/hub/rule-decisions.ts'
import { statsLookup } from '../../src/hub/stats.ts'
import { todoLookup } from '../../src/hub/todo.ts'
import { type Clock, fixedClock } from '../../src/runtime/clock.ts'
import { severalChannels } from '../../src/text/zh-surveys.ts'
import { type Intent, intents } from '../../src/understanding/types.ts'
import type { FreshDatabase } from './database.ts'
import { codec } from './every-card.ts'

export type SurveyAsker = { readonly chat?: Conversation['kind']; readonly role?: Role; readonly memberId?: string }

const mergesOf = (database: FreshDatabase['database'], personal: PersonalData, clock: Clock) =>
  customerMerges({ database, personal, audit: audit(database, clock), clock, severalChannels })

/** The answers about many orders at once, over a real hub, with the status answer beside them. */
export function surveyDesk(
  { database }: FreshDatabase,
  personal: PersonalData,
  nowMs: number,
  more: Pick<ProfileParts, 'debts'> = {},
) {
  const clock = fixedClock(nowMs)
  const parts: AskParts = { lookup: orderLookup(database, personal, clock), clock, codec }
  const stats = statsLookup(database, directAnswerRate(database))
  const surveys = { ...parts, stats, alerts: alertLookup(database) }
  const people = { profiles: profileLookup(database, personal), merges: mergesOf(database, personal, clock), ...more }
  const rest = notYet(parts)
  const table = {
    ...(Object.fromEntries(intents.map((intent) => [intent, rest])) as Record<Intent, Answerer>),
    'order.status': orderStatus(parts),
    'approval.todo': approvalTodo({ ...parts, todo: todoLookup(database) }),
    'alert.list': alertList(surveys),
    'stats.query': statsQuery(surveys),
    'notify.status': notifyStatus({ ...parts, notices: noticeLookup(database) }),
    'customer.profile': customerProfile({ ...parts, ...people }),
    'rule.explain': ruleExplain({ ...parts, rules: ruleLookup(database) }),
  }
  const other: TapHandler = async (tap) => tapText(tap, 'other')
  const taps = new Proxy({} as Record<ActionName, TapHandler>, {
    get: (_, name) =>
      ({ ...profileTaps({ ...parts, ...people }), 'alert.page': alertTap(surveys), 'stats.open': statsTap(surveys) })[
        name as string
      ] ?? other,
  })
  const [typed, tapped] = [ask(parts, table), cardActions(parts, taps)]
  const base = (chat: Conversation['kind']) => ({
    id: 'e1',
    platform: 'play' as const,
    conversation: { platform: 'play' as const, kind: chat, id: 'c1' },
    sender: { id: 'u1', trusted: true },
    sentAtMs: nowMs,
  })
  const member = (role: Role, id: string): Member => ({ id, name: role, roles: [role] })
  return {
    ...surveys,
    ...people,
    ask: (text: string, { chat = 'direct', role = 'director', memberId = 'mem_x' }: SurveyAsker = {}): Promise<Reply> =>
      typed({ ...base(chat), kind: 'text', text }, member(role, memberId)),
    tap: (
      token: string,
      { chat = 'direct', role = 'director', memberId = 'mem_x' }: SurveyAsker = {},
    ): Promise<Reply> =>
      tapped(
        { ...base(chat), kind: 'card-tap', token, cardRef: { platform: 'play', id: 'card1' } },
        member(role, memberId),
      ),
  }
}

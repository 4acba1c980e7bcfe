import { actionCodec } from '../../cards/actions.ts'
import { cardActions } from '../../handlers/card-actions.ts'
import { approvalDecide } from '../../handlers/decide.ts'
import { notYet } from '../../handlers/not-yet.ts'
import { orderStatus } from '../../handlers/order-query.ts'
import { type Answerer, answerKeyOf, placeOf, type Question, textReply, viewFor } from '../../handlers/question.ts'
import { foreignTap, permitted } from '../../handlers/rights.ts'
import { approvalUrge } from '../../handlers/urge.ts'
import {
  logisticsCallCarrier,
  orderCancel,
  orderEditWaybill,
  orderMarkSigner,
  returnAddNote,
} from '../../handlers/write-answers.ts'
import { settleTyped, type WriteTapParts, writeTaps } from '../../handlers/write-taps.ts'
import type { Conversation, MediaRef } from '../../src/chat/event.ts'
import { type Member, type Role, roles } from '../../src/chat/member.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { audit } from '../../src/hub/audit.ts'
import { drafts } from '../../src/hub/drafts.ts'
import { intake } from '../../src/hub/intake.ts'
import { nudges } from '../../src/hub/nudges.ts'
import type { SourceOrder } from '../../src/hub/order-facts.ts'
import { orderLookup } from '../../src/hub/orders.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { pendingFor } from '../../src/hub/pending-for.ts'
import { personalData } from '../../src/hub/personal.ts'
import { refusals } from '../../src/hub/refusals.ts'
import { staff } from '../../src/hub/staff.ts'
import { fixedClock, movableClock } from '../../src/runtime/clock.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import type { Intent } from '../../src/understanding/types.ts'
import { understand } from '../../src/understanding/understand.ts'
import { buttonOf } from './ask-desk.ts'
import type { FreshDatabase } from './database.ts'
import { nowMs } from './sample-orders.ts'

export type WriteAsking = {
  /** Whose line or tap it is; `cs2` is a second person of the role cs. */
  readonly who?: string
  readonly chat?: Conversation['kind']
  readonly media?: readonly MediaRef[]
}

const personal = personalData('5a'.repeat(32))

/** The people of the tests: one per role, a second agent and a second lead; each with a chat on the play page. */
const people: readonly (readonly [id: string, name: string, role: Role])[] = [
  ...roles.map((role) => [`mem_${role}`, `小${role}`, role] as const),
  ['mem_cs2', '小吴', 'cs'],
  ['mem_cs_lead2', '小郑', 'cs_lead'],
]

/** Writes by text over a real database: intake, look-ups, drafts, taps, at a clock the test moves. */
export function writeDesk(fresh: FreshDatabase) {
  const { database } = fresh
  const clock = movableClock(fixedClock(nowMs))
  const ids = randomIds()
  const chain = audit(database, clock)
  const box = outbox(database, personal)
  const lookup = orderLookup(database, personal, clock)
  const parts: WriteTapParts = {
    lookup,
    clock,
    codec: actionCodec(new Uint8Array(32).fill(3)),
    drafts: drafts({ database, personal, outbox: box, audit: chain, clock, ids, reachable: ['play'] }),
    nudges: nudges({ database, outbox: box, audit: chain, clock, ids, reachable: ['play'] }),
    pendingFor: pendingFor(database),
    rights: { colleagues: staff(database).colleagues, ...refusals(database, chain) },
  }
  const table: Partial<Record<Intent, Answerer>> = {
    'order.status': orderStatus(parts),
    'order.cancel': orderCancel(parts),
    'order.edit_waybill': orderEditWaybill(parts),
    'order.mark_signer': orderMarkSigner(parts),
    'return.add_note': returnAddNote(parts),
    'logistics.call_carrier': logisticsCallCarrier(parts),
    'approval.decide': approvalDecide(parts),
    'approval.urge': approvalUrge(parts),
  }
  const memberOf = (who: string): Member => {
    const found = people.find(([id]) => id === `mem_${who}`)
    if (found === undefined) throw new Error(`nobody is called ${who}`)
    return { id: found[0], name: found[1], roles: [found[2]] }
  }
  let events = 0
  /** The audit is append-only: what stands before a test is no part of it. */
  let since = 0n
  const eventOf = (who: string, chat: Conversation['kind']) => {
    events += 1
    const conversation = { platform: 'play' as const, kind: chat, id: chat === 'group' ? 'g1' : `play-${who}` }
    return {
      id: `e${events}`,
      platform: 'play' as const,
      conversation,
      sender: { id: `play-${who}`, trusted: true },
      sentAtMs: nowMs,
    }
  }
  const check = permitted(parts.rights)
  const settle = settleTyped(parts)
  const taps = new Proxy(writeTaps(parts), { get: (known, name) => known[name as keyof typeof known] })

  const ask = async (text: string, { who = 'cs', chat = 'direct', media = [] }: WriteAsking = {}): Promise<Reply> => {
    const event = { ...eventOf(who, chat), kind: 'text' as const, text }
    const member = memberOf(who)
    const question: Question = {
      text,
      understood: understand(text, { atMs: clock.nowMs(), hasPhoto: media.length > 0 }),
      member,
      group: chat === 'group',
      view: viewFor(event.conversation, member, clock.nowMs()),
      place: placeOf(event, member),
      answerKey: answerKeyOf(event),
      media,
    }
    const refused = (await settle(question)) ?? (await check(question))
    if (refused !== undefined) return refused
    const answer = table[question.understood.intent] ?? notYet(parts)
    return answer(question) ?? textReply(question, '')
  }
  const tapToken = async (token: string, { who = 'cs', chat = 'direct' }: WriteAsking = {}): Promise<Reply> => {
    const event = {
      ...eventOf(who, chat),
      kind: 'card-tap' as const,
      token,
      cardRef: { platform: 'play' as const, id: 'k1' },
    }
    const tap = cardActions(parts, taps as unknown as Parameters<typeof cardActions>[1], foreignTap(parts.rights))
    return tap(event, memberOf(who))
  }
  const take = async (order: SourceOrder): Promise<string> => {
    const outcome = await intake(database, personal, clock, ids).take(order)
    if (!('id' in outcome)) throw new Error(`not taken: ${JSON.stringify(outcome)}`)
    return outcome.id
  }
  return {
    parts,
    clock,
    lookup,
    chain,
    ask,
    tapToken,
    tap: (reply: Reply, label: string, how?: WriteAsking) => tapToken(buttonOf(reply, label).token, how),
    take,
    audits: (subject: string) =>
      database.sql<{ actor: string; action: string; detail: Record<string, unknown> }[]>`
        SELECT actor, action, detail FROM audit WHERE subject = ${subject} AND seq > ${since} ORDER BY seq`,
    /** The words that wait in the outbox, with whom they go to. */
    told: async () => {
      const rows = await database.sql<{ key: string; task: string; payload: { sealed: string } }[]>`
        SELECT key, task, payload FROM outbox ORDER BY id`
      return rows.map(({ task, payload }) => ({
        task,
        ...(JSON.parse(personal.open(Buffer.from(payload.sealed, 'base64'))) as {
          to?: { id: string }
          reply?: { text: string }
          owner?: unknown
        }),
      }))
    },
    clean: async () => {
      await database.sql`TRUNCATE orders, customers, members, sources, drafts, notes, nudges, handoffs, outbox CASCADE`
      for (const [id, name, role] of people) {
        await database.sql`INSERT INTO members (id, name) VALUES (${id}, ${name})`
        await database.sql`INSERT INTO member_roles (member_id, role) VALUES (${id}, ${role})`
        await database.sql`INSERT INTO member_accounts (platform, user_id, member_id) VALUES ('play', ${`play-${id.slice(4)}`}, ${id})`
      }
      const [last] = await database.sql<{ seq: bigint }[]>`SELECT coalesce(max(seq), 0)::bigint AS seq FROM audit`
      since = last?.seq ?? 0n
      clock.setOffset(0)
    },
  }
}

export type WriteDesk = ReturnType<typeof writeDesk>

import { approvalTaps } from '../../handlers/approval-taps.ts'
import { cardActions } from '../../handlers/card-actions.ts'
import { approvalParts } from '../../src/approval-parts.ts'
import { type Card, cardText } from '../../src/chat/card.ts'
import type { PlatformName } from '../../src/chat/event.ts'
import type { Role } from '../../src/chat/member.ts'
import type { OutboundMessage } from '../../src/chat/ports.ts'
import type { Reply } from '../../src/chat/reply.ts'
import type { Database } from '../../src/db/client.ts'
import { audit } from '../../src/hub/audit.ts'
import { deskNow } from '../../src/hub/deadlines.ts'
import type { DecideLevel } from '../../src/hub/decide-level.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { tapDecision } from '../../src/hub/tap-decision.ts'
import { worker } from '../../src/jobs/worker.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { testPersonal } from './cipher.ts'
import { codec } from './every-card.ts'
import { toWorkday } from './workday.ts'

/** Two leads on different apps, one keeper and finance; the director; who applies. */
const people = [
  ['m_lead', '小林', 'cs_lead', 'wecom'],
  ['m_lead2', '小郑', 'cs_lead', 'dingtalk'],
  ['m_keeper', '小周', 'warehouse', 'dingtalk'],
  ['m_finance', '小陈', 'finance', 'wecom'],
  ['m_cs', '小李', 'cs', 'wecom'],
  ['m_boss', '沈总', 'director', 'wecom'],
  ['m_page', '小吴', 'cs_lead', 'play'],
] as const satisfies readonly (readonly [string, string, Role, PlatformName])[]

type Sent = { readonly key: string; readonly to: string; readonly reply: Reply }
/** A card as it stands in somebody's chat. */
type Standing = { readonly id: string; card: Card; readonly codes: string[] }

export type ApprovalDeskOptions = { readonly decideLevel?: DecideLevel }

/** Copies and taps of approval cards over a real database, with chats that keep, redraw and count what was sent. */
export function approvalDesk(database: Database, options: ApprovalDeskOptions = {}) {
  const { sql } = database
  const clock = movableClock()
  clock.setOffset(toWorkday(10))
  const box = outbox(database, testPersonal)
  const chain = audit(database, clock)
  const sent: Sent[] = []
  const chats = new Map<string, Standing[]>()
  let codes = 0
  let events = 0
  const parts = approvalParts({
    store: { database } as never,
    hub: { outbox: box, answering: { audit: chain } } as never,
    clock,
    log: silentLog,
    codec,
    channels: ['wecom', 'dingtalk', 'play'],
    wake: () => {},
    decideLevel: options.decideLevel ?? tapDecision({ database, audit: chain, clock }),
    standIns: async () => [],
  })

  const chatOf = (to: string): Standing[] => {
    const chat = chats.get(to) ?? []
    chats.set(to, chat)
    return chat
  }
  /** As the platforms do: WeCom redraws once per code, the others by the card's id. */
  const take = async ({ key, to, reply }: OutboundMessage) => {
    sent.push({ key, to: to.id, reply })
    const chat = chatOf(to.id)
    const stands = reply.kind === 'card-update' ? chat.find(({ id }) => id === reply.cardRef.id) : undefined
    if (reply.kind === 'card-update' && stands !== undefined) {
      const code = reply.cardRef.updateCode
      if (to.platform === 'wecom' && (code === undefined || !stands.codes.includes(code)))
        return { outcome: 'refused' as const, reason: 'spent', alarm: true }
      if (code !== undefined) stands.codes.splice(stands.codes.indexOf(code), 1)
      stands.card = reply.card
      return { outcome: 'sent' as const, receipt: { cardId: stands.id } }
    }
    if (reply.kind !== 'card') throw new Error(`no card to be redrawn: ${reply.kind}`)
    const code = `code-${++codes}`
    chat.push({ id: `card-${key}`, card: reply.card, codes: [code] })
    return {
      outcome: 'sent' as const,
      receipt: {
        cardId: `card-${key}`,
        ...(to.platform === 'wecom' && { updateCode: code, messageId: `message of card-${key}` }),
      },
    }
  }
  const recall = async (platform: PlatformName, messageId: string) => {
    for (const [who, chat] of chats)
      chats.set(
        who,
        chat.filter(({ id }) => platform !== 'wecom' || messageId !== `message of ${id}`),
      )
    return { outcome: 'sent' as const }
  }
  const executor = worker({
    outbox: box,
    tasks: parts.tasks({ send: take, recall }),
    wake: () => {},
    clock,
    log: silentLog,
  })
  const drain = async () => {
    for (let round = 0; round < 50; round++) {
      const due = await box.due(50)
      if (due.length === 0) return
      for (const { key } of due) await executor.execute(key)
    }
    throw new Error('the outbox does not come to an end')
  }
  const act = cardActions({ clock, codec } as never, approvalTaps(parts) as never)

  return {
    parts,
    clock,
    chain,
    sent,
    drain,
    /** What is missing is sent and what is untrue redrawn; how many messages that took. */
    settle: async (): Promise<number> => {
      const before = sent.length
      await sweep()
      await drain()
      return sent.length - before
    },
    stands: (who: string): readonly Standing[] => chatOf(who),
    newest: (who: string): Card => {
      const card = chatOf(who).at(-1)?.card
      if (card === undefined) throw new Error(`${who} has no card`)
      return card
    },
    text: (who: string): string =>
      cardText(chatOf(who).at(-1)?.card ?? { title: '', tone: 'calm', facts: [], buttons: [] }),
    /** Taps a button of the person's newest card; what comes back is drawn over it, as every platform does. */
    tap: async (who: string, label: string, token?: string): Promise<Reply> => {
      const found = people.find(([id]) => id === who)
      const stands = chatOf(who).at(-1)
      const button = stands?.card.buttons.find((one) => one.label === label)
      if (found === undefined || stands === undefined || (button === undefined && token === undefined))
        throw new Error(`${who} has no button ${label}: ${stands?.card.buttons.map((one) => one.label).join(' ')}`)
      events += 1
      const platform = found[3]
      const code = `code-${++codes}`
      if (platform === 'wecom') stands.codes.push(code)
      const reply = await act(
        {
          kind: 'card-tap',
          id: `e${events}`,
          platform,
          conversation: { platform, kind: 'direct', id: who },
          sender: { id: who, trusted: true },
          sentAtMs: clock.nowMs(),
          token: token ?? button?.token ?? '',
          cardRef: { platform, id: stands.id, ...(platform === 'wecom' && { updateCode: code }) },
        },
        { id: found[0], name: found[1], roles: [found[2]] },
      )
      if (reply.kind === 'card-update') stands.card = reply.card
      return reply
    },
    /** The desk's time is this from now on; it goes on with the database's. */
    set: async (atMs: number) => {
      const [row] = await sql<{ ms: number }[]>`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`
      clock.setOffset(Math.ceil(atMs - (row?.ms ?? 0)) + 1)
    },
    now: () => deskNow(sql, clock),
    audits: (subject: string) =>
      sql<{ actor: string; action: string }[]>`SELECT actor, action FROM audit WHERE subject = ${subject} ORDER BY seq`,
    clean: async () => {
      // what a tap has woken is done first
      await sweep()
      await sql`TRUNCATE card_copies, deadlines, escalations, nudges, outbox, orders, members, snoozes CASCADE`
      for (const [id, name, role, platform] of people) {
        await sql`INSERT INTO members (id, name) VALUES (${id}, ${name})`
        await sql`INSERT INTO member_roles (member_id, role) VALUES (${id}, ${role})`
        await sql`INSERT INTO member_accounts (platform, user_id, member_id) VALUES (${platform}, ${id}, ${id})`
      }
      sent.length = 0
      chats.clear()
      clock.setOffset(toWorkday(10))
    },
  }

  async function sweep() {
    await parts.tick.run(new AbortController().signal)
  }
}

export type ApprovalDesk = ReturnType<typeof approvalDesk>

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { actionCodec } from '../../cards/actions.ts'
import { bookByPhoto } from '../../handlers/receive-photo.ts'
import { routes } from '../../handlers/routes.ts'
import { type PhotoJob, photoRoutes, photoTask, photoTaskName } from '../../handlers/waybill-photo.ts'
import { answerParts, talkParts } from '../../src/answer-parts.ts'
import type { ChatEvent, Conversation } from '../../src/chat/event.ts'
import { type Member, type Role, roles } from '../../src/chat/member.ts'
import type { OutboundMessage } from '../../src/chat/ports.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { audit } from '../../src/hub/audit.ts'
import { intake } from '../../src/hub/intake.ts'
import type { SourceOrder } from '../../src/hub/order-facts.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { personalData } from '../../src/hub/personal.ts'
import type { PhotoRead, PhotoReading } from '../../src/hub/photo-reading.ts'
import { releaseDueRefunds } from '../../src/hub/refund-window.ts'
import { activeMember } from '../../src/hub/staff.ts'
import { blobFiles } from '../../src/runtime/blob-files.ts'
import { fixedClock, movableClock } from '../../src/runtime/clock.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { buttonOf } from './ask-desk.ts'
import type { FreshDatabase } from './database.ts'
import { nowMs } from './sample-orders.ts'

const personal = personalData('5a'.repeat(32))
const picture = new Uint8Array([0xff, 0xd8, 1, 2, 3])

type Person = readonly [id: string, name: string, role: Role]
const people: readonly Person[] = [
  ...roles.map((role): Person => [role, `小${role}`, role]),
  ['cs2', '小吴', 'cs'],
  ['warehouse2', '小孙', 'warehouse'],
]

/** A label as the reader tells it; sure of the number where one is given. */
export function label(waybillNo: string | null, more: Partial<PhotoReading> = {}): PhotoRead {
  const known = waybillNo !== null
  const reading: PhotoReading = {
    carrier: 'YTO',
    waybillNo,
    evidence: known ? 'barcode+text' : null,
    sentAt: { atMs: Date.parse('2026-11-21T16:20:00+08:00'), precision: 'minute', label: '寄件时间' },
    phoneTail: null,
    orderNo: null,
    sure: known,
    ask: known ? [] : ['waybillNo'],
    rivals: [],
    ...more,
  }
  return { outcome: 'read', reading }
}

/** The whole desk of the chat over a real database: every route, memory, photos read by hand, at a clock the test moves. */
export function returnFlowDesk(fresh: FreshDatabase) {
  const { database } = fresh
  const { sql } = database
  let events = 0
  // a millisecond per event: of two drafts the later one is the newer
  const clock = movableClock({ ...fixedClock(nowMs), nowMs: () => nowMs + events })
  const ids = randomIds()
  const dir = mkdtempSync(join(tmpdir(), 'chadan-returns-'))
  const plain = { seal: (bytes: Uint8Array) => bytes, unseal: (bytes: Uint8Array) => bytes }
  const blobs = blobFiles({ dir, seal: plain, ids })
  const chain = audit(database, clock)
  const box = outbox(database, personal)
  const orders = intake(database, personal, clock, ids)
  const codec = actionCodec(new Uint8Array(32).fill(3))
  const sources = { door: database, database, personal, outbox: box, audit: chain, blobs, exportFiles: blobs }
  const from = { ...sources, intake: orders, clock, ids, log: silentLog }
  const parts = { ...answerParts(from, codec, ['play']), ...talkParts(from, []) }
  const jobs: { readonly key: string; readonly job: PhotoJob }[] = []
  const table = [...photoRoutes({ request: async (key, job) => void jobs.push({ key, job }) }), ...routes(parts)]

  const base = (who: string, chat: Conversation['kind']) => {
    events += 1
    return {
      id: `e${events}`,
      platform: 'play' as const,
      conversation: { platform: 'play' as const, kind: chat, id: chat === 'group' ? 'g1' : `play-${who}` },
      sender: { id: `play-${who}`, trusted: true },
      sentAtMs: clock.nowMs(),
    }
  }
  const send = async (event: ChatEvent, who: string): Promise<Reply> => {
    const found = people.find(([id]) => id === who)
    if (found === undefined) throw new Error(`nobody is called ${who}`)
    const member: Member = { id: `mem_${found[0]}`, name: found[1], roles: [found[2]] }
    for (const route of table) {
      const taken = route.take(event)
      if (taken !== undefined) return route.handle(taken, member)
    }
    return { kind: 'none' }
  }
  const scanIt = (text: string, who = 'warehouse'): Promise<Reply> =>
    send({ ...base(who, 'direct'), kind: 'text', text, scanned: true }, who)
  const sayIt = (text: string, who = 'cs', chat: Conversation['kind'] = 'direct', media?: string): Promise<Reply> =>
    send({ ...base(who, chat), kind: 'text', text, ...(media && { media: [{ platform: 'play', id: media }] }) }, who)

  /** What the reader makes of a photo is told into the chat; the last message is the result. */
  const readJob = async (key: string, job: PhotoJob, read: PhotoRead): Promise<Reply> => {
    const said: OutboundMessage[] = []
    await photoTask({
      ...parts,
      read: async () => read,
      media: { fetch: async () => picture },
      say: async (message) => void said.push(message),
      cropLink: () => undefined,
      bookByPhoto: bookByPhoto(parts),
      memberOf: activeMember<Role>(database),
    })(job, key, new AbortController().signal)
    const [result] = said
    if (result === undefined) throw new Error('nothing was said about the photo')
    return result.reply
  }

  return {
    parts,
    clock,
    chain,
    /** Lets go the money whose window is over; how many returns' money went. */
    releaseDue: releaseDueRefunds({ database, audit: chain, clock }),
    say: sayIt,
    /** Read by a scanner, as the app's menu sends it. */
    scan: scanIt,
    photo: async (read: PhotoRead, who = 'cs', chat: Conversation['kind'] = 'direct'): Promise<Reply> => {
      await send({ ...base(who, chat), kind: 'image', media: { platform: 'play', id: `m${events}` } }, who)
      const sent = jobs.at(-1)
      if (sent === undefined) throw new Error('the photo was not queued')
      return readJob(sent.key, sent.job, read)
    },
    /** The photo that came with a line, as the outbox has it. */
    photoOfLine: async (read: PhotoRead): Promise<Reply> => {
      const [row] = await sql<{ key: string; payload: { sealed: string } }[]>`
        SELECT key, payload FROM outbox WHERE task = ${photoTaskName} ORDER BY id DESC LIMIT 1`
      if (row === undefined) throw new Error('the photo was not queued')
      return readJob(row.key, JSON.parse(personal.open(Buffer.from(row.payload.sealed, 'base64'))), read)
    },
    tap: (reply: Reply, name: string, who = 'cs', chat: Conversation['kind'] = 'direct'): Promise<Reply> => {
      const { token } = buttonOf(reply, name)
      return send({ ...base(who, chat), kind: 'card-tap', token, cardRef: { platform: 'play', id: 'k1' } }, who)
    },
    take: async (order: SourceOrder): Promise<string> => {
      const outcome = await orders.take(order)
      if (!('id' in outcome)) throw new Error(`not taken: ${JSON.stringify(outcome)}`)
      return outcome.id
    },
    /** Messages that wait to leave, with whom they go to, oldest first. */
    told: async (): Promise<readonly { readonly to: string; readonly reply: Reply }[]> => {
      const rows = await sql<{ payload: { sealed: string } }[]>`
        SELECT payload FROM outbox WHERE task = 'chat.send' ORDER BY id`
      return rows.map(({ payload }) => {
        const { to, reply } = JSON.parse(personal.open(Buffer.from(payload.sealed, 'base64'))) as OutboundMessage
        return { to: to.id, reply }
      })
    },
    audits: (subject: string) =>
      sql<{ actor: string; action: string; detail: Record<string, unknown> }[]>`
        SELECT actor, action, detail FROM audit WHERE subject = ${subject} ORDER BY seq`,
    clean: async () => {
      await sql`TRUNCATE orders, customers, members, sources, drafts, notes, nudges, handoffs, outbox, chat_memory,
        waybill_photos, send_budgets CASCADE`
      for (const [id, name, role] of people) {
        await sql`INSERT INTO members (id, name) VALUES (${`mem_${id}`}, ${name})`
        await sql`INSERT INTO member_roles (member_id, role) VALUES (${`mem_${id}`}, ${role})`
        await sql`INSERT INTO member_accounts (platform, user_id, member_id) VALUES ('play', ${`play-${id}`}, ${`mem_${id}`})`
      }
      jobs.length = 0
      events = 0
      clock.setOffset(0)
    },
    close: () => rmSync(dir, { recursive: true, force: true }),
  }
}

export type ReturnFlowDesk = ReturnType<typeof returnFlowDesk>

/** A return that was applied for by the agent with this label, and approved by all three levels. */
export async function approvedReturn(desk: ReturnFlowDesk, order: SourceOrder, waybillNo: string): Promise<string> {
  await desk.take(order)
  await desk.photo(label(waybillNo))
  await desk.say(`${order.orderNo} 要退货 破损`)
  const id = (await desk.say('确认')).trace?.about?.returnId ?? ''
  for (const who of ['cs_lead', 'warehouse', 'finance']) {
    await desk.say(`${id} 通过`, who)
    await desk.say('确认', who)
  }
  return id
}

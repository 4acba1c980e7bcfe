import { Hono } from 'hono'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { type Dispatch, type DispatchParts, dispatch } from '../../bot/dispatch.ts'
import type { Platform } from '../../bot/platform.ts'
import { chatEntry } from '../../handlers/tasks.ts'
import type { ChatEvent, TextEvent } from '../../src/chat/event.ts'
import type { Member } from '../../src/chat/member.ts'
import type { Inbox, OutboundMessage, QueryLog } from '../../src/chat/ports.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { inbox } from '../../src/hub/inbox.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import type { LogFields } from '../../src/runtime/log.ts'
import { testPersonal } from '../kit/cipher.ts'
import { freshDatabase } from '../kit/database.ts'
import { until } from '../kit/until.ts'

const fresh = await freshDatabase({ statementTimeoutMs: 2_000, lockTimeoutMs: 1_000 })
const { sql } = fresh.database
afterAll(fresh.drop)

const box = outbox(fresh.database, testPersonal)
const clock = movableClock()
const logged: (LogFields & { message: string })[] = []
const asked: Parameters<QueryLog['record']>[0][] = []
let handled: string[] = []
let woken = 0

beforeEach(async () => {
  await sql`TRUNCATE inbox, outbox`
  clock.setOffset(0)
  logged.length = 0
  asked.length = 0
  handled = []
  woken = 0
})

const people: Readonly<Record<string, Member>> = {
  LiTing: { id: 'm1', name: '小李', roles: ['cs'] },
  HeRui: { id: 'm2', name: '小何', roles: ['ops'] },
}

/** Says the text back as a card; the WeCom way: the answer carries text, the card follows. */
const cardOf = (title: string): Reply => ({ kind: 'card', card: { title, tone: 'calm', facts: [], buttons: [] } })
const platform: Platform = {
  name: 'wecom',
  callback: () => new Hono(),
  followUps: (reply) => (reply.kind === 'card' ? [reply] : []),
  outbound: { send: async () => ({ outcome: 'sent' }) },
  media: { fetch: async () => new Uint8Array() },
  health: async () => undefined,
}

type Answer = (event: TextEvent, member: Member) => Promise<Reply>
const trace = { intent: 'order.status', slots: { order_no: '1' }, expect: 'answer', mask: false } as const

function desk(answer: Answer, more: Partial<DispatchParts> = {}): Dispatch {
  const isText = (event: ChatEvent) => (event.kind === 'text' ? event : undefined)
  return dispatch({
    inbox: inbox<ChatEvent, Reply, OutboundMessage>({
      ...{ database: fresh.database, cipher: testPersonal, outbox: box, entryOf: chatEntry, clock },
      log: () => {},
    }),
    members: { identify: async (_platform, user) => (user.trusted ? people[user.id] : undefined) },
    routes: [
      {
        name: 'help',
        take: (event) => (event.kind === 'text' && event.text === '帮助' ? event : undefined),
        needs: 'none',
        handle: async (_event, member) => ({ kind: 'text', text: `help for ${member.id}` }),
      },
      {
        name: 'import',
        take: (event) => (event.kind === 'file' ? event : undefined),
        needs: 'import',
        handle: async () => ({ kind: 'text', text: 'imported' }),
      },
      {
        name: 'order-query',
        take: isText,
        needs: 'ask',
        handle: (event, member) => {
          handled.push(event.id)
          return answer(event as TextEvent, member)
        },
      },
    ],
    platforms: [platform],
    queryLog: {
      record: async (entry) => {
        asked.push(entry)
      },
    },
    clock,
    log: (_level, message, fields) => logged.push({ message, ...fields }),
    ids: randomIds(),
    wake: () => {
      woken += 1
    },
    ...more,
  })
}

let number = 0
function text(said: string, more: Partial<TextEvent> = {}): TextEvent {
  number += 1
  return {
    ...{ kind: 'text', id: `e${number}`, platform: 'wecom', text: said, sentAtMs: clock.nowMs() },
    conversation: { platform: 'wecom', kind: 'direct', id: 'LiTing' },
    sender: { id: 'LiTing', trusted: true },
    ...more,
  }
}
const group = { platform: 'wecom', kind: 'group', id: 'g1' } as const
const soon = (ms = 5_000) => clock.nowMs() + ms
const echo: Answer = async (event) => ({ kind: 'text', text: `you said ${event.text}`, trace })

/** What the outbox would send, in order. */
async function outgoing(): Promise<{ key: string; to: string; said: unknown }[]> {
  const rows = await sql`SELECT key FROM outbox ORDER BY id`
  const messages = []
  for (const { key } of rows) {
    await sql`UPDATE outbox SET leased_until = NULL, lane = NULL WHERE key = ${key}`
    const claim = await box.claim(key, 60_000)
    if (claim.outcome !== 'claimed') throw new Error(claim.outcome)
    const { to, reply } = claim.row.payload as OutboundMessage
    const said = reply.kind === 'text' ? reply.text : reply.kind === 'card' ? reply.card.title : reply.kind
    messages.push({ key, to: `${to.kind}:${to.id}`, said })
  }
  return messages
}

describe('one event', () => {
  test('is answered by its route, and the question recorded afterwards', async () => {
    const { sink, idle } = desk(echo)
    const event = text('查单')
    expect(await sink(event, soon())).toEqual({ kind: 'text', text: 'you said 查单', trace })
    await idle()
    expect(asked).toMatchObject([{ event, memberId: 'm1', question: '查单', trace: { intent: 'order.status' } }])
    expect(asked[0]?.latencyMs).toBeLessThan(1_000)
    expect(await outgoing()).toEqual([])
  })

  test('repeated: the stored answer, no second effect', async () => {
    const { sink } = desk(async (event) => ({ kind: 'text', text: `${event.text} ${handled.length}` }))
    const event = text('查单')
    const replies = [await sink(event, soon()), await sink(event, soon())]
    expect(replies.map((reply) => reply.kind === 'text' && reply.text)).toEqual(['查单 1', '查单 1'])
    expect(handled).toEqual([event.id])
  })

  test('50 deliveries at once: one effect, 50 equal answers, one follow-up', async () => {
    const { sink } = desk(async () => cardOf('运输中'))
    const event = text('查单')
    const replies = await Promise.all(Array.from({ length: 50 }, () => sink(event, soon())))
    expect(handled).toEqual([event.id])
    expect(new Set(replies.map((reply) => JSON.stringify(reply)))).toEqual(new Set([JSON.stringify(cardOf('运输中'))]))
    expect(await outgoing()).toEqual([{ key: `wecom:${event.id}:follow.0`, to: 'direct:LiTing', said: '运输中' }])
  })

  test('what the door cannot carry follows through the outbox, and the pump is told', async () => {
    const { sink } = desk(async () => cardOf('运输中'))
    await sink(text('查单'), soon())
    expect((await outgoing()).map(({ said }) => said)).toEqual(['运输中'])
    expect(woken).toBe(1)
  })

  test('asked in a group: the full answer goes to the asker alone', async () => {
    const { sink } = desk(async () => ({ ...cardOf('张*'), direct: cardOf('张伟') }))
    await sink(text('查单', { conversation: group }), soon())
    expect((await outgoing()).map(({ to, said }) => ({ to, said }))).toEqual([
      { to: 'group:g1', said: '张*' },
      { to: 'direct:LiTing', said: '张伟' },
    ])
  })
})

describe('who may', () => {
  const strangers = { sender: { id: 'nobody', trusted: true } }

  test('a stranger is told what to do and nothing is handled', async () => {
    const { sink, idle } = desk(echo)
    const reply = await sink(text('查单', strangers), soon())
    expect(reply).toMatchObject({
      kind: 'text',
      text: expect.stringMatching(/成员名单.*nobody/),
      trace: { expect: 'deny' },
    })
    expect(handled).toEqual([])
    await idle()
    expect(asked).toMatchObject([{ memberId: undefined, trace: { intent: 'stranger' } }])
  })

  test('a stranger may what needs nothing', async () => {
    expect(await desk(echo).sink(text('帮助', strangers), soon())).toEqual({ kind: 'text', text: 'help for guest' })
  })

  test('in a group a stranger is told in private, unless nobody vouches for the id', async () => {
    const { sink } = desk(echo)
    expect(await sink(text('查单', { ...strangers, conversation: group }), soon())).toMatchObject({
      text: '已私聊告诉您。',
    })
    expect(await outgoing()).toMatchObject([{ to: 'direct:nobody', said: expect.stringContaining('成员名单') }])
    const outside = { sender: { id: 'LiTing', trusted: false }, conversation: group }
    expect(await sink(text('查单', outside), soon())).toMatchObject({ text: expect.stringContaining('认不出') })
  })

  test('a member without the right is told who has it', async () => {
    const { id, conversation, sender, sentAtMs } = text('')
    const media = { platform: 'wecom', id: 'f1' } as const
    const file: ChatEvent = {
      ...{ kind: 'file', id, platform: 'wecom', conversation, sender, sentAtMs },
      media,
      fileName: 'a.xlsx',
    }
    const reply = await desk(echo).sink(file, soon())
    expect(reply).toMatchObject({ kind: 'text', trace: { intent: 'import', expect: 'deny' } })
    expect(reply.kind === 'text' && reply.text).toMatch(/导入表格.*运营主管、IT/)
    const byOps = { ...file, id: `${id} ops`, sender: { id: 'HeRui', trusted: true } }
    expect(await desk(echo).sink(byOps, soon())).toEqual({ kind: 'text', text: 'imported' })
  })

  test('a message nobody can read gets a hint, somebody joining silence', async () => {
    const { conversation, sender, sentAtMs } = text('')
    const base = { platform: 'wecom', conversation, sender, sentAtMs } as const
    const { sink } = desk(echo)
    expect(await sink({ ...base, kind: 'unreadable', id: 'u1', what: 'voice' }, soon())).toMatchObject({
      text: expect.stringContaining('看不懂语音'),
    })
    expect(await sink({ ...base, kind: 'join', id: 'j1' }, soon())).toEqual({ kind: 'none' })
  })
})

describe('trouble', () => {
  test('a handler that breaks: an apology whose number is in the log, and the same to a repeat', async () => {
    const { sink } = desk(async () => {
      throw new Error('no such column')
    })
    const event = text('查单')
    const reply = await sink(event, soon())
    const shown = reply.kind === 'text' ? /编号 (\w{8})/.exec(reply.text)?.[1] : undefined
    expect(logged).toMatchObject([
      { message: 'a handler failed', traceId: shown, route: 'order-query', reason: 'no such column' },
    ])
    expect(await sink(event, soon())).toEqual(reply)
    expect(handled).toEqual([event.id])
  })

  test('a handler that never ends is given up with an apology', async () => {
    const { sink } = desk(() => new Promise(() => {}), { handlerMs: 50 })
    expect(await sink(text('查单'), soon())).toMatchObject({ text: expect.stringContaining('编号') })
  })

  test('an event that cannot be stored is refused to the door, which repeats it', async () => {
    const away: Inbox['claim'] = async () => Promise.reject(new Error('the database is away'))
    const broken = { claim: away } as Inbox
    await expect(desk(echo, { inbox: broken }).sink(text('查单'), soon())).rejects.toThrow('the database is away')
    expect(handled).toEqual([])
  })

  test('an answer that cannot be recorded is given all the same', async () => {
    const { sink, idle } = desk(echo, { queryLog: { record: async () => Promise.reject(new Error('full')) } })
    expect(await sink(text('查单'), soon())).toMatchObject({ text: 'you said 查单' })
    await idle()
    expect(logged).toMatchObject([{ message: 'a question was not recorded' }])
  })
})

describe('late', () => {
  /** A handler that answers when told to. */
  function held() {
    const waiting: (() => void)[] = []
    const answer: Answer = async (event) => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return { kind: 'text', text: `late ${event.text}`, trace, direct: { kind: 'text', text: 'for you' } }
    }
    return { answer, go: () => waiting.splice(0).forEach((resolve) => void resolve()) }
  }

  test('the door gets nothing in time, the answer leaves by the outbox, a repeat gets nothing', async () => {
    const { answer, go } = held()
    const { sink, idle } = desk(answer)
    const event = text('查单')
    const startMs = performance.now()
    expect(await sink(event, soon(400))).toEqual({ kind: 'none' })
    expect(performance.now() - startMs).toBeLessThan(390)
    expect(await outgoing()).toEqual([])
    go()
    await idle()
    expect(await outgoing()).toEqual([
      { key: `wecom:${event.id}:late`, to: 'direct:LiTing', said: 'late 查单' },
      { key: `wecom:${event.id}:direct`, to: 'direct:LiTing', said: 'for you' },
    ])
    expect(await sink(event, soon())).toEqual({ kind: 'none' })
    expect(handled).toEqual([event.id])
    expect(asked).toHaveLength(1)
  })

  test('a deadline that has passed already is late, not an error', async () => {
    const { sink, idle } = desk(echo)
    const event = text('查单')
    const reply = await sink(event, clock.nowMs() - 1_000)
    await idle()
    const sent = await outgoing()
    // whichever was first, the reply is delivered once
    expect(reply.kind === 'none' ? sent.map(({ said }) => said) : [reply.kind === 'text' && reply.text]).toEqual([
      'you said 查单',
    ])
  })

  test('a repeat while the first is being answered waits for that answer', async () => {
    const { answer, go } = held()
    const { sink } = desk(answer)
    const event = text('查单')
    const first = sink(event, soon())
    await until(() => expect(handled).toEqual([event.id]))
    const second = sink(event, soon())
    const hurried = await sink(event, soon(350))
    expect(hurried).toEqual({ kind: 'none' })
    go()
    expect(await second).toEqual(await first)
    expect(handled).toEqual([event.id])
  })

  test('in time or late, every reply is delivered exactly once, whenever the handler ends', async () => {
    for (let ms = 0; ms < 40; ms += 2) {
      const { sink, idle } = desk(async (event) => {
        await new Promise((resolve) => setTimeout(resolve, ms))
        return { kind: 'text', text: event.text }
      })
      const event = text(`after ${ms}`)
      const reply = await sink(event, soon(320))
      await idle()
      const late = await sql`SELECT 1 FROM outbox WHERE key = ${`wecom:${event.id}:late`}`
      expect(Number(reply.kind === 'text') + late.length).toBe(1)
    }
  })
})

describe('reclaimed events', () => {
  test('are handled again and answered by the outbox; the first answer counts', async () => {
    const { sink, redispatch, idle } = desk(echo)
    const event = text('查单')
    await sql`INSERT INTO inbox (source, event_id, event, claimed_at) VALUES ('wecom', ${event.id}, '{}', now())`
    await redispatch(event)
    await redispatch(event)
    await idle()
    expect(await outgoing()).toEqual([{ key: `wecom:${event.id}:late`, to: 'direct:LiTing', said: 'you said 查单' }])
    expect(await sink(event, soon())).toEqual({ kind: 'none' })
    expect(asked).toHaveLength(1)
  })

  test('too old: nothing is handled, the sender is asked to say it again', async () => {
    const { redispatch } = desk(echo)
    const event = text('查单', { sentAtMs: Date.parse('2026-11-22T02:05:00Z') })
    clock.setOffset(Date.parse('2026-11-22T02:16:00Z') - Date.now())
    await sql`INSERT INTO inbox (source, event_id, event, claimed_at) VALUES ('wecom', ${event.id}, '{}', now())`
    await redispatch(event)
    expect(handled).toEqual([])
    expect(await outgoing()).toMatchObject([{ said: expect.stringContaining('您 10:05 发的消息') }])
  })

  test('one that is still being handled here is left alone', async () => {
    let go = () => {}
    const { sink, redispatch, idle } = desk(async () => {
      await new Promise<void>((resolve) => (go = resolve))
      return { kind: 'text', text: 'slow' }
    })
    const event = text('查单')
    expect(await sink(event, soon(310))).toEqual({ kind: 'none' })
    await redispatch(event)
    expect(handled).toEqual([event.id])
    go()
    await idle()
    expect((await outgoing()).map(({ said }) => said)).toEqual(['slow'])
  })
})

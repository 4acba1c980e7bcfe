import { describe, expect, test } from 'vitest'
import type { ActionName } from '../../cards/actions.ts'
import { ask } from '../../handlers/ask.ts'
import { cardActions, orderTaps } from '../../handlers/card-actions.ts'
import {
  logisticsEta,
  logisticsMissingWaybill,
  logisticsStalled,
  orderShipTime,
} from '../../handlers/logistics-answers.ts'
import { logisticsSigned, signPhotoTaps } from '../../handlers/logistics-signed.ts'
import { followAside, followedEntry, followTaps } from '../../handlers/order-follow.ts'
import { nextPageAside, orderList, orderListTaps } from '../../handlers/order-list.ts'
import { orderStatus } from '../../handlers/order-query.ts'
import { orderTrack } from '../../handlers/order-track.ts'
import type { Answerer, ChatMemory, Remembered } from '../../handlers/question.ts'
import { type TapHandler, tapText } from '../../handlers/taps.ts'
import type { Conversation } from '../../src/chat/event.ts'
import type { Member, Role } from '../../src/chat/member.ts'
import type { Follow, Follows } from '../../src/hub/follows.ts'
import type { OrderFacts } from '../../src/hub/order-facts.ts'
import { fixedClock } from '../../src/runtime/clock.ts'
import { type Intent, intents } from '../../src/understanding/types.ts'
import { understand } from '../../src/understanding/understand.ts'
import { buttonOf, transcript } from '../kit/ask-desk.ts'
import { codec } from '../kit/every-card.ts'
import { memoryLookup } from '../kit/memory-lookup.ts'
import { node, november, nowMs, order, parcel } from '../kit/sample-orders.ts'

type At = { readonly chat?: Conversation['kind']; readonly role?: Role }

/** Follows that are kept in a map. */
function memoryFollows(): Follows & { readonly kept: Map<string, Follow> } {
  const kept = new Map<string, Follow>()
  const key = (memberId: string, orderId: string) => `${memberId} ${orderId}`
  return {
    kept,
    follow: async (follow) => {
      const name = key(follow.memberId, follow.orderId)
      if (kept.has(name)) return 'already'
      kept.set(name, follow)
      return 'followed'
    },
    unfollow: async (memberId, orderId) => (kept.delete(key(memberId, orderId)) ? 'unfollowed' : 'not-followed'),
    isFollowed: async (memberId, orderId) => kept.has(key(memberId, orderId)),
    tellChanges: async () => 0,
  }
}

/** What was looked at, kept in a variable. */
function memory(): ChatMemory {
  let kept: Remembered | undefined
  return {
    recall: async () => kept,
    remember: async (_, looked) => {
      kept = { ...looked, atMs: nowMs }
    },
    forget: async () => {
      kept = undefined
    },
  }
}

/** What other rooms answer. */
const elsewhere: Answerer = async () => ({ kind: 'none' })

/** The answers of this room, joined as the desk joins them. */
function deskOf(orders: readonly OrderFacts[]) {
  const follows = memoryFollows()
  const parts = { lookup: memoryLookup(orders), clock: fixedClock(nowMs), codec, follows, memory: memory() }
  const table = {
    ...(Object.fromEntries(intents.map((intent) => [intent, elsewhere])) as Record<Intent, Answerer>),
    'order.status': orderStatus(parts),
    'order.list': orderList(parts),
    'logistics.track': orderTrack(parts),
    'order.ship_time': orderShipTime(parts),
    'logistics.eta': logisticsEta(parts),
    'logistics.stalled': logisticsStalled(parts),
    'logistics.signed': logisticsSigned(parts),
    'logistics.missing_waybill': logisticsMissingWaybill(parts),
  }
  const typed = ask(parts, table, [followAside(parts), nextPageAside(parts)])
  const taps = {
    ...orderTaps(parts, table),
    ...signPhotoTaps(parts),
    ...followTaps(parts),
    ...orderListTaps(parts),
  }
  const other: TapHandler = async (tap) => tapText(tap, '')
  const all = new Proxy(taps, { get: (known, name: ActionName) => known[name as keyof typeof taps] ?? other })
  const tapped = cardActions(parts, all as unknown as Readonly<Record<ActionName, TapHandler>>)
  const base = (kind: Conversation['kind'], role: Role) => ({
    event: {
      id: 'e1',
      platform: 'play' as const,
      conversation: { platform: 'play' as const, kind, id: kind === 'group' ? 'g1' : 'u1' },
      sender: { id: 'u1', trusted: true },
      sentAtMs: nowMs,
    },
    member: { id: `mem_${role}`, name: role, roles: [role] } satisfies Member,
  })
  return {
    follows,
    ask: async (text: string, { chat = 'direct', role = 'cs' }: At = {}) => {
      const { event, member } = base(chat, role)
      return typed({ ...event, kind: 'text', text }, member)
    },
    tap: async (token: string, { chat = 'direct', role = 'cs' }: At = {}) => {
      const { event, member } = base(chat, role)
      return tapped({ ...event, kind: 'card-tap', token, cardRef: { platform: 'play', id: 'card1' } }, member)
    },
  }
}

const photo = 'https://sign.example.com/1.jpg'
const signed = order({
  stage: 'signed',
  signedAtMs: november(21, '14:02'),
  signer: '张伟(本人)',
  signerKind: 'self',
  signPhotoUrl: photo,
  holder: { group: 'nobody' },
  parcels: [parcel({ state: 'signed', signedAtMs: november(21, '14:02') })],
})

describe('questions as they are typed', () => {
  const silent = order({ parcels: [parcel({ nodes: [node(20, '05:00', '快件到达', { place: '宁波北仑转运中心' })] })] })
  test.each([
    ['6936476692437472563 什么时候发货', order(), 'order.ship_time', '【已发货】11-21 14:30由中通发出'],
    ['6936476692437472563 几号能到', order(), 'logistics.eta', '预计11-23 18点前送达'],
    ['75894561230147 两天没更新了怎么回事', silent, 'logistics.stalled', '已53时无更新，还没有外呼快递'],
    ['6936476692437472563签收了吗 谁签的', order(), 'logistics.signed', '未签收，不能说已签收'],
    ['6936476692437472563已发货但没有物流单号', order(), 'logistics.missing_waybill', '已补：中通75894561230147'],
  ])('%s', async (text, facts, intent, title) => {
    const answer = await deskOf([facts]).ask(text)
    expect(answer.trace).toMatchObject({ intent, expect: 'answer', about: { orderId: facts.id } })
    expect(transcript(answer).split('\n')[0]).toBe(title)
  })

  test('each button says in words what it does', async () => {
    const desk = deskOf([signed])
    for (const text of ['什么时候发货', '几号能到', '物流卡住了', '谁签收的', '已发货没有单号']) {
      const answer = await desk.ask(`${signed.orderNo} ${text}`)
      const script = buttonOf(answer, '复制话术')
      const words = await desk.tap(script.token)
      expect(words.kind).toBe('text')
      expect(transcript(await desk.ask(script.say ?? ''))).toBe(transcript(words))
      expect(understand(script.say ?? '', { atMs: nowMs, hasPhoto: false }).intent).toBe(answer.trace?.intent)
    }
  })

  test('in a group names stay masked', async () => {
    const answer = await deskOf([signed]).ask(`${signed.orderNo} 谁签的`, { chat: 'group' })
    const { direct, ...shown } = answer
    expect(transcript(shown)).toContain('11-21 14:02由张*签收（本人）')
    expect(transcript(shown)).not.toContain('张伟')
    expect(direct && transcript(direct)).toContain('由张伟签收')
  })
})

describe('the photo of a signature', () => {
  const desk = deskOf([signed])
  test('is given as its link, tapped or typed', async () => {
    const card = await desk.ask(`${signed.orderNo} 谁签的`)
    const button = buttonOf(card, '看照片')
    expect(transcript(await desk.tap(button.token))).toBe(`签收照片：${photo}`)
    expect(transcript(await desk.ask(button.say ?? ''))).toBe(`签收照片：${photo}`)
  })

  test('in a group only privately, and only to whom may see people in full', async () => {
    const { token } = buttonOf(await desk.ask(`${signed.orderNo} 谁签的`), '看照片')
    const inGroup = await desk.tap(token, { chat: 'group' })
    expect(inGroup).toMatchObject({ text: '签收照片已私聊给您。', direct: { text: `签收照片：${photo}` } })
    const refused = await desk.tap(token, { role: 'finance' })
    expect(transcript(refused)).toContain('看签收照片需要「客服、客服组长、运营总监」')
    expect(transcript(refused)).not.toContain(photo)
    expect(refused.trace?.expect).toBe('deny')
    const told = await desk.tap(token, { role: 'finance', chat: 'group' })
    expect(told).toMatchObject({ direct: { text: expect.stringContaining('看签收照片需要') } })
    expect('text' in told && told.text).not.toContain('看签收照片需要')
  })

  test('that nobody sent is said to be missing', async () => {
    expect(transcript(await deskOf([order()]).ask(`${order().orderNo} 签收照片`))).toContain('未签收，不能说已签收')
  })
})

describe('following', () => {
  test('in the direct chat the button turns', async () => {
    const desk = deskOf([order()])
    const card = await desk.ask(`${order().orderNo} 到哪了`)
    const followed = await desk.tap(buttonOf(card, '关注此单').token)
    expect(followed).toMatchObject({ kind: 'card-update', toast: '已关注，有变化会私聊告诉您' })
    expect([...desk.follows.kept.values()]).toEqual([
      { memberId: 'mem_cs', orderId: order().id, platform: 'play', conversationId: 'u1' },
    ])
    expect(transcript(await desk.ask(`${order().orderNo} 到哪了`))).toContain('[取消关注]')
    expect(await desk.tap(buttonOf(followed, '取消关注').token)).toMatchObject({ toast: '已取消关注' })
    expect(desk.follows.kept.size).toBe(0)
  })

  test('in a group changes go to the direct chat, and the card stays everybody’s', async () => {
    const desk = deskOf([order()])
    const card = await desk.ask(`${order().orderNo} 到哪了`, { chat: 'group' })
    const after = await desk.tap(buttonOf(card, '关注此单').token, { chat: 'group' })
    expect([...desk.follows.kept.values()][0]).toMatchObject({ conversationId: 'u1' })
    expect(transcript(after)).toContain('[关注此单]')
    expect(transcript(after)).not.toContain('张伟')
    expect(await desk.tap(buttonOf(after, '关注此单').token, { chat: 'group' })).toMatchObject({
      toast: '您已关注这一单，有变化会私聊告诉您',
    })
  })

  test('can be said, of a number or of what was looked at; 取消关注 never cancels the order', async () => {
    const desk = deskOf([order()])
    expect(transcript(await desk.ask(`${order().orderNo} 关注此单`))).toBe('已关注，有变化会私聊告诉您')
    expect(transcript(await desk.ask('取消关注'))).toContain('已取消关注')
    expect(transcript(await desk.ask(`${order().orderNo} 取消关注`))).toBe('您没有关注这一单')
    expect(transcript(await desk.ask(`${order().orderNo} 关注此单`, { chat: 'group' }))).toContain('私聊')
  })

  test('a change becomes a message to the direct chat, as its reader may see the order', () => {
    const entry = followedEntry({ clock: fixedClock(nowMs), codec })
    const change = {
      memberId: 'm1',
      orderId: order().id,
      platform: 'wecom',
      conversationId: 'LiTing',
      name: '小李',
      order: order(),
      key: 'follow:m1:1',
    }
    const full = entry({ ...change, roles: ['cs'] })
    expect(full).toMatchObject({ key: 'follow:m1:1', task: 'chat.send', lane: 'wecom:LiTing' })
    expect(full.payload.to).toEqual({ platform: 'wecom', kind: 'direct', id: 'LiTing' })
    expect(transcript(full.payload.reply)).toMatch(/^【运输中】[\s\S]*您关注的订单有变化[\s\S]*张伟/)
    expect(transcript(entry({ ...change, roles: ['finance'] }).payload.reply)).not.toContain('张伟')
  })
})

describe('a list', () => {
  const jd = (index: number, more: Partial<OrderFacts> = {}): OrderFacts =>
    order({
      id: `SO2611220000${String(index).padStart(2, '0')}`,
      channel: 'jd',
      orderNo: `3015341091${String(index).padStart(2, '0')}`,
      stage: 'paid',
      parcels: [],
      orderedAtMs: november(22, `08:${String(index + 10)}`),
      ...more,
    })
  const twelve = Array.from({ length: 12 }, (_, index) => jd(index + 1))

  test('is walked through page by page, tapped', async () => {
    const desk = deskOf(twelve)
    let reply = await desk.ask('今天京东待发货的有哪些', { chat: 'group' })
    expect(transcript(reply)).toContain('今天京东待发货共12单，最近5单')
    const seen = [...transcript(reply).matchAll(/京东…(\d{4})/g)].map(([, tail]) => tail)
    for (const title of ['今天京东待发货共12单，第6～10单', '今天京东待发货共12单，第11～12单']) {
      reply = await desk.tap(buttonOf(reply, '下一页').token, { chat: 'group' })
      expect(transcript(reply)).toContain(title)
      seen.push(...[...transcript(reply).matchAll(/京东…(\d{4})/g)].map(([, tail]) => tail))
    }
    expect(new Set(seen).size).toBe(12)
    expect(transcript(reply)).not.toContain('[下一页]')
    expect(transcript(reply)).not.toMatch(/张伟|13685578806/)
  })

  test('is walked through by saying so, and ② of a page is that one', async () => {
    const desk = deskOf(twelve)
    await desk.ask('今天京东待发货的有哪些')
    expect(transcript(await desk.ask('下一页'))).toContain('第6～10单')
    expect(transcript(await desk.ask('②'))).toContain('京东…9106')
  })

  test('of one person too, without phone or name in the token', async () => {
    const desk = deskOf(twelve)
    for (const who of ['13685578806 的所有订单', '张伟 13685578806 最近三天的单都给我']) {
      const first = await desk.ask(who, { chat: 'group' })
      const { token } = buttonOf(first, '下一页')
      const inside = Buffer.from(token, 'base64url').toString()
      expect(inside).not.toMatch(/13685578806|8806|张伟/)
      expect(transcript(await desk.tap(token, { chat: 'group' }))).toContain('共12单，第6～10单')
    }
  })

  test('昨天签收的 goes by the day of the signature', async () => {
    const long = order({ ...signed, orderedAtMs: november(10, '09:00') })
    const other = order({
      ...signed,
      id: 'SO261112000002',
      orderNo: '6936476692437470002',
      signedAtMs: november(20, '14:02'),
    })
    const answer = transcript(await deskOf([long, other]).ask('昨天签收的有哪些'))
    expect(answer).toContain('1单【已签收】11-21 14:02')
  })

  test('派件中 lists what is out for delivery and nothing else', async () => {
    const out = (id: number, state: 'delivering' | 'in_transit') =>
      jd(id, { stage: 'shipped', parcels: [parcel({ state })] })
    const answer = transcript(
      await deskOf([out(1, 'delivering'), out(2, 'delivering'), out(3, 'in_transit')]).ask('今天京东派件中的有哪些'),
    )
    expect(answer).toContain('今天京东派件中共2单')
    expect(answer).not.toContain('9103')
  })
})

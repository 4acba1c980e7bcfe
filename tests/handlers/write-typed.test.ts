import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Question, type Remembered, viewFor } from '../../handlers/question.ts'
import { typedReason } from '../../handlers/write-typed.ts'
import type { Role } from '../../src/chat/member.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { understand } from '../../src/understanding/understand.ts'
import { transcript } from '../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { type WriteDesk, writeDesk } from '../kit/write-desk.ts'
import { orderNo, paidOrder } from '../kit/write-orders.ts'

let fresh: FreshDatabase
let desk: WriteDesk
let id: string
let asked: Reply
beforeAll(async () => {
  fresh = await freshDatabase({ max: 20 })
  desk = writeDesk(fresh)
})
beforeEach(async () => {
  await desk.clean()
  id = await desk.take(paidOrder())
  asked = await desk.ask(`取消 ${orderNo}`)
})
afterAll(() => fresh.drop())

/** The next line of the same person, with what the talk remembers of the question before it. */
function next(text: string, over: { readonly role?: Role; readonly remembered?: Partial<Remembered> } = {}) {
  const nowMs = desk.clock.nowMs()
  const { role = 'cs' } = over
  const member = { id: 'mem_cs', name: '小cs', roles: [role] }
  const question: Question = {
    text,
    understood: understand(text, { atMs: nowMs, hasPhoto: false }),
    member,
    group: false,
    view: viewFor({ platform: 'play', kind: 'direct', id: 'play-cs' }, member, nowMs),
    place: { platform: 'play', conversationId: 'play-cs', memberId: member.id },
    answerKey: 'k',
    media: [],
    remembered: {
      about: { orderId: id },
      intent: 'order.cancel',
      slots: {},
      waiting: true,
      answerKey: 'k0',
      atMs: nowMs,
      ...over.remembered,
    },
  }
  return typedReason(desk.parts)(question)
}

const shown = async (reply: ReturnType<typeof next>) => transcript((await reply) ?? { kind: 'none' })

describe('the reason that was asked for, in words', () => {
  test.each([
    ['客户重复下单', '重复下单'],
    ['重复下单了', '重复下单'],
    ['④', '缺货'],
    ['第二个', '重复下单'],
    ['客户拍错了', '拍错了'],
    ['客户说尺码太小', '尺码太小'],
    ['不想要了', '不想要了'],
  ])('› %s', async (line, reason) => {
    expect(transcript(asked)).toContain('取消原因是什么？')
    expect(await shown(next(line))).toMatch(new RegExp(`^请确认：取消订单·抖音…2563\\n.*原因 ${reason} \\|`))
    expect((await desk.lookup.track(id))?.stage).toBe('paid')
    expect(await shown(desk.ask('确认'))).toContain('已取消订单')
    expect(await desk.lookup.track(id)).toMatchObject({ stage: 'cancelled', cancelReason: reason })
  })

  test('who may not cancel is not led past the check by a reason', async () => {
    expect(await shown(next('拍错了', { role: 'finance' }))).toMatch(/需要「客服」及以上/)
  })
})

describe('what is no reason is answered for itself', () => {
  test.each(['到哪了', '退款呢', '算了', '换一单', '人工', '谢谢', '就是它', '其他', '⑨', '6936476692437472563 缺货'])(
    '› %s',
    async (line) => {
      expect(await next(line)).toBeUndefined()
    },
  )

  test('nor when the talk went on: another order, another question, a choice', async () => {
    expect(await next('拍错了', { remembered: { about: { orderId: 'another' } } })).toBeUndefined()
    expect(await next('拍错了', { remembered: { intent: 'order.status' } })).toBeUndefined()
    expect(await next('②', { remembered: { choices: [{ orderId: id }] } })).toBeUndefined()
  })

  test('nor when nothing is asked for any more', async () => {
    await next('拍错了')
    expect(await next('缺货了')).toBeUndefined()
    await desk.ask('确认')
    expect(await next('缺货了')).toBeUndefined()
  })
})

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { isWrite, refusedTo } from '../../handlers/rights.ts'
import type { Role } from '../../src/chat/member.ts'
import { roles } from '../../src/chat/member.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { intents } from '../../src/understanding/types.ts'
import { buttonOf, transcript } from '../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { type WriteDesk, writeDesk } from '../kit/write-desk.ts'
import { orderNo, paidOrder, pendingReturn, shippedOrder, signedOrder, ztoNew } from '../kit/write-orders.ts'

let fresh: FreshDatabase
let desk: WriteDesk
beforeAll(async () => {
  fresh = await freshDatabase({ max: 20 })
  desk = writeDesk(fresh)
})
beforeEach(() => desk.clean())
afterAll(() => fresh.drop())

type Write = {
  readonly kind: string
  readonly line: string
  readonly who: string
  /** Another member who may do the same, and one who may not. */
  readonly other: string
  readonly wrong: string
  readonly subject: (orderId: string) => string
  prepare(): Promise<string>
}

const onOrder = (orderId: string) => `order:${orderId}`
const writes: readonly Write[] = [
  {
    kind: 'order.cancel',
    line: `取消 ${orderNo} 缺货`,
    who: 'cs',
    other: 'cs_lead',
    wrong: 'warehouse',
    subject: onOrder,
    prepare: () => desk.take(paidOrder()),
  },
  {
    kind: 'order.edit_waybill',
    line: `${orderNo} 的运单改成${ztoNew}`,
    who: 'cs',
    other: 'warehouse',
    wrong: 'finance',
    subject: onOrder,
    prepare: () => desk.take(shippedOrder()),
  },
  {
    kind: 'order.mark_signer',
    line: `${orderNo} 物业签的 标代收`,
    who: 'cs',
    other: 'cs_lead',
    wrong: 'warehouse',
    subject: onOrder,
    prepare: () => desk.take(signedOrder()),
  },
  {
    kind: 'return.add_note',
    line: 'TH2611220015 加个说明 漏液了',
    who: 'cs',
    other: 'finance',
    wrong: 'ops',
    subject: () => 'return:TH2611220015',
    prepare: withReturn,
  },
  {
    kind: 'logistics.call_carrier',
    line: `${orderNo} 派个外呼催快递`,
    who: 'cs',
    other: 'warehouse',
    wrong: 'it',
    subject: onOrder,
    prepare: () => desk.take(shippedOrder()),
  },
  {
    kind: 'approval.decide',
    line: 'TH2611220015 通过',
    who: 'cs_lead',
    other: 'cs_lead2',
    wrong: 'cs',
    subject: () => 'return:TH2611220015',
    prepare: withReturn,
  },
]

async function withReturn(): Promise<string> {
  const id = await desk.take(signedOrder())
  await pendingReturn(fresh, id)
  return id
}

/** All that a change could have touched. */
const changed = async () => {
  const rows = await fresh.database.sql`
    SELECT (SELECT count(*) FROM order_corrections)::int AS corrections, (SELECT count(*) FROM notes)::int AS notes,
      (SELECT count(*) FROM carrier_calls)::int AS calls, (SELECT count(*) FROM outbox)::int AS outbox,
      (SELECT count(*) FROM approval_levels WHERE state = 'approved')::int AS decided`
  return rows[0]
}
const nothing = { corrections: 0, notes: 0, calls: 0, outbox: 0, decided: 0 }

describe.each(writes)('$kind', (write) => {
  const { line, who } = write

  test('by the right person: shown, confirmed, written down once', async () => {
    const id = await write.prepare()
    const shown = await desk.ask(line, { who })
    expect(shown.trace).toMatchObject({ intent: write.kind, expect: 'confirm' })
    expect(await changed()).toEqual(nothing)
    const done = await desk.tap(shown, '确认', { who })
    expect(done.kind).toBe('card-update')
    expect(await changed()).not.toEqual(nothing)
    const rows = await desk.audits(write.subject(id))
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ actor: `mem_${who}` })
    expect(await desk.chain.verifyChain()).toMatchObject({ outcome: 'whole' })
  })

  test('by the wrong role: told who may, and written down', async () => {
    await write.prepare()
    const refused = await desk.ask(line, { who: write.wrong })
    expect(refused.trace).toMatchObject({ intent: write.kind, expect: 'deny' })
    expect(transcript(refused)).toMatch(/需要「.+」.*可找：.+。已记录，未改动。$/)
    expect(await desk.audits(`member:mem_${write.wrong}`)).toMatchObject([{ action: 'right.refused' }])
    expect(await changed()).toEqual(nothing)
  })

  test('a tap of somebody else, also of one who may, does nothing and is written down', async () => {
    await write.prepare()
    const shown = await desk.ask(line, { who })
    for (const label of ['确认', '取消']) {
      const refused = await desk.tap(shown, label, { who: write.other })
      expect(refused.trace?.expect).toBe('deny')
    }
    expect(await changed()).toEqual(nothing)
    expect(await desk.audits(`member:mem_${write.other}`)).toHaveLength(2)
    // past the token: the draft itself belongs to its member
    const [draft] = await fresh.database.sql<{ id: string }[]>`SELECT id FROM drafts`
    const forced = await desk.parts.drafts.confirm(draft?.id ?? '', `mem_${write.other}`, {
      may: () => true,
      follow: () => [],
    })
    expect(forced.outcome).toBe('not-yours')
    expect(await changed()).toEqual(nothing)
  })

  test('two taps at the same second are one effect, and both are told', async () => {
    const id = await write.prepare()
    const shown = await desk.ask(line, { who })
    const replies = await Promise.all(Array.from({ length: 5 }, () => desk.tap(shown, '确认', { who })))
    const again = replies.filter((reply) => transcript(reply) === '已由您 10:05:00 确认，无需重复。')
    expect(again).toHaveLength(4)
    const actions = (await desk.audits(write.subject(id))).map(({ action }) => action)
    expect(actions.filter((action) => action === 'write.again')).toHaveLength(4)
    expect(actions).toHaveLength(5)
  })

  test('after ten minutes, and after 取消, it is void', async () => {
    await write.prepare()
    const late = await desk.ask(line, { who })
    desk.clock.setOffset(600_000)
    expect(transcript(await desk.tap(late, '确认', { who }))).toMatch(/^这次确认超过10分钟已作废/)
    desk.clock.setOffset(0)
    const dropped = await desk.ask(line, { who })
    expect(transcript(await desk.tap(dropped, '取消', { who }))).toMatch(/^已取消这次操作/)
    expect(transcript(await desk.tap(dropped, '确认', { who }))).toMatch(/^您 10:05:00 已放弃/)
    expect(await changed()).toEqual(nothing)
  })

  test('in a group nobody is shown in clear', async () => {
    await write.prepare()
    const shown = await desk.ask(line, { who, chat: 'group' })
    const done = await desk.tap(shown, '确认', { who, chat: 'group' })
    for (const secret of ['张伟', '13812345678', '市心路'])
      expect(transcript(shown) + transcript(done)).not.toContain(secret)
    expect(await desk.told()).not.toContainEqual(expect.stringContaining('张伟'))
  })
})

describe('the table of rights', () => {
  const member = (role: Role) => ({ id: 'm', name: 'n', roles: [role] })

  test('has a row for every intent; nobody without a role may anything', () => {
    for (const intent of intents) expect(refusedTo({ id: 'm', name: 'n', roles: [] }, intent)).toBeDefined()
  })

  test('questions are open to every role, changes are not', () => {
    for (const intent of intents) {
      const refused = roles.filter((role) => refusedTo(member(role), intent) !== undefined)
      if (isWrite(intent)) expect(refused).toEqual(expect.arrayContaining(['ops', 'it']))
      else expect(refused, intent).toEqual([])
    }
  })

  test.each([
    ['order.cancel', ['cs', 'cs_lead', 'director']],
    ['order.edit_waybill', ['cs', 'cs_lead', 'warehouse', 'director']],
    ['order.mark_signer', ['cs', 'cs_lead', 'director']],
    ['return.create', ['cs', 'cs_lead', 'director']],
    ['return.add_note', ['cs', 'cs_lead', 'warehouse', 'finance', 'director']],
    ['approval.decide', ['cs_lead', 'warehouse', 'finance', 'director']],
  ] as const)('%s: as product §2.10 says', (intent, allowed) => {
    expect(roles.filter((role) => refusedTo(member(role), intent) === undefined)).toEqual(allowed)
  })
})

test('tokens fit the smallest card store, whatever they carry', async () => {
  await desk.take(shippedOrder({ waybillNo: '75894561230147,75894561230155' }))
  const shown: readonly Reply[] = [
    await desk.ask(`${orderNo} 的运单改成${ztoNew}`),
    await desk.ask(`取消 ${orderNo} 缺货`),
  ]
  expect(buttonOf(shown[0] as Reply, '…0155').token.length).toBeLessThanOrEqual(100)
})

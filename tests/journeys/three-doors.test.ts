import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { startDingtalk } from '../fakes/dingtalk-server.ts'
import { startFakeWecom } from '../fakes/wecom-server.ts'
import { openRealDesk } from '../kit/real-desk.ts'
import { until } from '../kit/until.ts'

// One question, three doors, one truth: the order 6936476692437472563 of the sample firm, in transit to Hangzhou.

const orderNo = '6936476692437472563'
const question = `${orderNo} 到哪了`
const group = 'cidTeamOfTheDesk=='
let deskUrl = ''

const wecom = await startFakeWecom({ callbackUrl: () => `${deskUrl}/callback/wecom` })
const dingtalk = await startDingtalk()
const real = await openRealDesk({ wecom: wecom.config, dingtalk: dingtalk.config, play: true })
deskUrl = real.url
await real.desk.hub.members.importCsv('姓名,角色,企业微信,钉钉\n小李,客服,lisi,staff-1\n小何,运营,herui,staff-ops\n')
await until(() => expect(dingtalk.gateway.openings.length).toBeGreaterThan(0))

afterAll(async () => {
  await real.close()
  await wecom.close()
  await dingtalk.close()
})

/** Types in the play chat and resolves with the words of the answer. */
async function play(persona: string, chat: 'direct' | 'group', text: string) {
  const answer = await fetch(`${real.url}/play/api/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: real.url },
    body: JSON.stringify({ id: randomUUID(), persona, chat, text }),
  })
  expect(answer.status).toBe(200)
  return JSON.stringify(await answer.json())
}

describe('J1 where is my order', () => {
  test('WeCom: the callback answers in words, the card with buttons follows', async () => {
    const said = await wecom.phone.say('lisi', question)
    expect(said).toMatchObject({ tries: 1, status: 200 })
    expect(said.shown).toMatch(/^【运输中】已到杭州萧山转运中心，预计\d\d-\d\d送达\n订单 抖音…2563 \| 商品 /)
    const card = await until(() => {
      const newest = wecom.shownTo('lisi').at(-1)
      expect(newest?.content.kind).toBe('card')
      return newest
    })
    expect(card?.words).toContain('中通75894561230147')
    const tapped = await wecom.phone.tap('lisi', '完整时间线')
    expect(tapped.status).toBe(200)
    await until(() => expect(wecom.shownTo('lisi').at(-1)?.words).toMatch(/揽收/))
  })

  test('DingTalk: a Stream frame is acknowledged and answered in the chat', async () => {
    const ack = await dingtalk.say('staff-1', question)
    expect(ack?.code).toBe(200)
    await until(() => expect(dingtalk.shownTo('staff-1').at(-1)?.text).toContain('已到杭州萧山转运中心'))
    expect(dingtalk.shownTo('staff-1').at(-1)?.buttons).toContain('复制话术')
    await dingtalk.tap('staff-1', '完整时间线')
    await until(() => expect(dingtalk.shownTo('staff-1').at(-1)?.text).toMatch(/揽收/))
    expect(dingtalk.violations()).toEqual([])
  })

  test('play: the same card in the browser', async () => {
    expect(await play('cs', 'direct', question)).toContain('已到杭州萧山转运中心')
  })
})

describe('J4 two digits swapped', () => {
  test('says what was searched and offers the nearest number', async () => {
    const said = await wecom.phone.say('lisi', '6936476692437472653 到哪了')
    expect(said.shown).toContain('没有找到这个单号')
    expect(said.shown).toContain(`最接近：抖音 ${orderNo}`)
  })
})

describe('J6 in a group', () => {
  test('masked for everybody, in full to the one who asked', async () => {
    await dingtalk.say('staff-1', question, { group })
    await until(() => expect(dingtalk.shownIn(group, 'staff-1').at(-1)?.text).toContain('完整信息已私聊给您'))
    const [row] = await real.fresh.database.sql`SELECT consignee_name AS name FROM orders WHERE order_no = ${orderNo}`
    expect(row?.name).toBeTruthy()
    expect(dingtalk.shownIn(group, 'staff-1').at(-1)?.text).not.toContain(row?.name)
    await until(() => expect(dingtalk.shownTo('staff-1').at(-1)?.text).toContain(row?.name))
  })
})

describe('who may ask', () => {
  test('somebody who is not in the member list is told what to do, and learns nothing', async () => {
    const said = await wecom.phone.say('nobody', question)
    expect(said.shown).toBeTruthy()
    expect(said.shown).not.toContain('杭州')
    expect(await play('stranger', 'direct', question)).not.toContain('杭州')
  })
})

describe('the same delivery again', () => {
  test('gets the stored answer and has no second effect', async () => {
    const message = dingtalk.message('staff-1', { msgtype: 'text', text: { content: question } })
    await dingtalk.deliver(message)
    const { sql } = real.fresh.database
    await until(async () => {
      const [row] =
        await sql`SELECT count(*)::int AS n FROM inbox WHERE event_id = ${String(message.msgId)} AND answered_at IS NOT NULL`
      expect(row?.n).toBe(1)
    })
    const counted = async () => (await sql`SELECT count(*)::int AS n FROM outbox`)[0]?.n
    const before = await counted()
    await dingtalk.deliver(message)
    await wecom.phone.say('lisi', question)
    await until(async () => expect(await counted()).toBeGreaterThan(before))
    const [row] = await sql`SELECT count(*)::int AS n FROM outbox WHERE key LIKE ${`dingtalk:${message.msgId}:%`}`
    expect(row?.n).toBe(1)
  })
})

describe('the play page moves the clock by a day', () => {
  test('vendors sign with the real time, and their doors go on', async () => {
    real.clock.setOffset(86_400_000)
    const said = await wecom.phone.say('lisi', question)
    expect(said).toMatchObject({ tries: 1, status: 200 })
    expect(said.shown).toContain('已到杭州萧山转运中心')
    await dingtalk.say('staff-1', question)
    await until(() => expect(dingtalk.shownTo('staff-1').at(-1)?.text).toContain('杭州'))
    real.clock.setOffset(0)
  })
})

describe('lines that are no questions', () => {
  test.each([
    ['emoji', '😀😀😀'],
    ['SQL', `'; DROP TABLE orders; --`],
    ['right to left', '\u202e2563 到哪了\u202c'],
    ['10,000 characters', '查'.repeat(10_000)],
    ['a wildcard', '%'],
  ])('%s gets a short answer', async (_name, text) => {
    const answer = await play('cs', 'direct', text)
    expect(answer).toMatch(/"kind":"(text|card)"|title|text/)
    expect(answer).not.toMatch(/undefined|null|Error/)
    const [row] = await real.fresh.database.sql`SELECT count(*)::int AS n FROM orders`
    expect(row?.n).toBeGreaterThan(100)
  })
})

describe('a distributor sheet as a DingTalk file', () => {
  test('is imported, reported, and its orders are answerable in all three doors', async () => {
    const sheet = await readFile('docs/sample-orders.xlsx')
    dingtalk.world.media.set('sheet-1', { bytes: sheet })
    await dingtalk.deliver(
      dingtalk.message('staff-ops', {
        msgtype: 'file',
        content: { downloadCode: 'sheet-1', fileName: 'JXS07-1121.xlsx' },
      }),
    )
    await until(() => expect(dingtalk.shownTo('staff-ops').at(-1)?.text).toMatch(/导入完成|行：|行:/), 20_000)
    const [row] = await real.fresh.database.sql`
      SELECT order_no AS no FROM orders WHERE order_no LIKE 'JXS07-%' ORDER BY created_at DESC, order_no LIMIT 1`
    expect(row?.no).toMatch(/^JXS07/)
    const tail = String(row?.no).slice(-4)
    expect(await play('cs', 'direct', `${row?.no} 到哪了`)).toContain(tail)
    expect((await wecom.phone.say('lisi', `${row?.no} 到哪了`)).shown).toContain(tail)
    await dingtalk.say('staff-1', `${row?.no} 到哪了`)
    await until(() => expect(dingtalk.shownTo('staff-1').at(-1)?.text).toContain(tail))
  })
})

import { tmpdir } from 'node:os'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Card } from '../../src/chat/card.ts'
import { transcript } from '../kit/ask-desk.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { openReceiveDesk, type ReceiveDesk } from '../kit/receive-desk.ts'
import { approvedReturn, type ReturnFlowDesk, returnFlowDesk } from '../kit/return-flow-desk.ts'
import { signedOrder } from '../kit/write-orders.ts'

let fresh: FreshDatabase
let desk: ReturnFlowDesk
let pages: ReceiveDesk
beforeAll(async () => {
  fresh = await freshDatabase({ max: 20 })
  desk = returnFlowDesk(fresh)
  pages = await openReceiveDesk(fresh, desk, tmpdir())
})
beforeEach(async () => {
  await desk.clean()
  pages.linkClock.setOffset(0)
})
afterAll(async () => {
  await pages.close()
  desk.close()
  await fresh.drop()
})

const [yto, otherYto] = ['YT0082452614557', 'YT0082452614558']
const other = { orderNo: '6936476692437470019', waybillNo: '75894561230190' }
const dayMs = 86_400_000

type Told = { readonly card?: Card; readonly text?: string }

async function post(page: string, path: string, body: unknown): Promise<Told> {
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(`${page}${path}`, init)
  expect(response.status).toBe(200)
  return (await response.json()) as Told
}
const scan = (page: string, code: string) => post(page, '/scan', { code })
const words = ({ card, text }: Told) => (card === undefined ? text : transcript({ kind: 'card', card }))
const tap = (page: string, { card }: Told, name: string) =>
  post(page, '/tap', { token: card?.buttons.find(({ label }) => label === name)?.token ?? 'none' })

const received = async (id: string) => {
  const [row] = await fresh.database.sql<{ came: number | null; released: boolean }[]>`
    SELECT CASE WHEN r.received_at IS NOT NULL THEN l.received_qty END AS came, r.refund_released_at IS NOT NULL AS released
    FROM returns r JOIN return_lines l ON l.return_id = r.id WHERE r.id = ${id}`
  return row
}

describe('the link is the right of one member', () => {
  test('forged, over, of somebody who left: refused, and nothing is booked in', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    const page = pages.page('warehouse', id)
    const status = async (address: string) =>
      (await fetch(`${address}/scan`, { method: 'POST', body: JSON.stringify({ code: id }) })).status
    expect(await status(page.replace(/.{3}$/, 'AAA'))).toBe(404)
    await fresh.database.sql`UPDATE members SET active = false WHERE id = 'mem_warehouse'`
    expect(await status(page)).toBe(403)
    await fresh.database.sql`UPDATE members SET active = true WHERE id = 'mem_warehouse'`
    pages.linkClock.setOffset(14 * dayMs)
    expect(await status(page)).toBe(410)
    expect(await received(id)).toEqual({ came: null, released: false })
  })

  test('a role that may not scan in is refused by the desk, and that is written down', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    expect(words(await scan(pages.page('cs'), yto))).toMatch(/^登记入库需要「仓管、运营总监」/)
    expect(await received(id)).toEqual({ came: null, released: false })
    expect((await desk.audits('member:mem_cs')).at(-1)).toMatchObject({ action: 'right.refused' })
  })

  test('opening it changes nothing, and says nothing of the customer', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    const response = await fetch(`${pages.page('warehouse', id)}/state`)
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    const told = await response.text()
    expect(JSON.parse(told)).toEqual({
      who: '小warehouse',
      expects: { returnId: id, goods: [{ name: '3段奶粉 900g', qty: 2 }], waybillNo: yto },
    })
    expect(told).not.toMatch(/张伟|170\d{8}/)
    expect(await received(id)).toEqual({ came: null, released: false })
  })

  test('a button of somebody else’s card does nothing here', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    const booked = await scan(pages.page('warehouse', id), yto)
    expect(words(await tap(pages.page('warehouse2', id), booked, '数量不符'))).toMatch(/^这个按钮是给别人的/)
    expect((await desk.audits('member:mem_warehouse2')).at(-1)).toMatchObject({ action: 'tap.foreign' })
    expect(words(await post(pages.page('warehouse'), '/tap', { token: 'forged' }))).toMatch(/^这个按钮认不出来/)
  })
})

describe('parcels', () => {
  test('J15: by number, by waybill, by an address that holds the number, by photo', async () => {
    const codes = [(id: string) => id, () => yto, (id: string) => `https://desk.example/r/${id}?x=1`, () => yto]
    for (const [nth, code] of codes.entries()) {
      await desk.clean()
      const id = await approvedReturn(desk, signedOrder(), yto)
      const page = pages.page('warehouse', id)
      const told =
        nth < 3
          ? await scan(page, code(id))
          : ((await (await fetch(`${page}/photo`, { method: 'POST', body: yto })).json()) as Told)
      expect(words(told), String(nth)).toContain('退款2分钟后放行')
      expect(words(told)).toContain('[有破损] [数量不符]')
      expect(await received(id)).toEqual({ came: 2, released: false })
    }
  })

  test('J15: 数量不符 › 1 on the page; the answer goes on in the chat', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    const page = pages.page('warehouse', id)
    const asked = await tap(page, await scan(page, yto), '数量不符')
    expect(words(asked)).toContain('[1件] [0件]')
    expect(words(await tap(page, asked, '1件'))).toMatch(
      /^已记 1\/2\n[\s\S]*退款暂停，按实收重算¥143.00\n财务已收到确认卡/,
    )
    expect(await received(id)).toEqual({ came: 1, released: false })
    expect(transcript(await desk.say('实收2件', 'warehouse'))).toMatch(/^已记 2\/2\n[\s\S]*退款2分钟后放行/)
    expect(await received(id)).toEqual({ came: 2, released: false })
  })

  test('J16: somebody else’s parcel is red and books nothing in until it is said so', async () => {
    const first = await approvedReturn(desk, signedOrder(), yto)
    const second = await approvedReturn(desk, signedOrder(other), otherYto)
    const page = pages.page('warehouse', first)
    const red = await scan(page, otherYto)
    expect(words(red)).toMatch(new RegExp(`^这个包裹属于 ${second}\n不是 ${first} 的包裹`))
    expect(red.card?.tone).toBe('alarm')
    expect(words(await tap(page, red, '取消'))).toMatch(/^好，没有登记。/)
    expect(await received(second)).toEqual({ came: null, released: false })
    expect(words(await tap(page, red, `登记${second.slice(-4)}`))).toMatch(/^已登记入库 2\/2/)
    expect([await received(first), await received(second)]).toMatchObject([{ came: null }, { came: 2 }])
    await scan(page, yto)
    // the page's own return is in: the next parcel is no stranger any more
    expect(words(await scan(page, otherYto))).toMatch(/已登记过，没有重复入库/)
  })

  test('J17: the same code again, twenty at once: one booking', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    const page = pages.page('warehouse', id)
    const told = await Promise.all(Array.from({ length: 20 }, () => scan(page, yto)))
    expect(told.filter((one) => /^已登记入库 2\/2/.test(words(one) ?? ''))).toHaveLength(1)
    expect(told.filter((one) => /已登记过，没有重复入库。$/.test(words(one) ?? ''))).toHaveLength(19)
    expect((await desk.audits(`return:${id}`)).filter(({ action }) => action === 'return.receive')).toHaveLength(1)
    const counts = await fresh.database.sql`SELECT kind FROM return_counts WHERE return_id = ${id}`
    expect(counts).toHaveLength(1)
  })

  test('a code nobody knows, a photo nobody can read, a body that is none', async () => {
    const page = pages.page('warehouse')
    expect(words(await scan(page, '99887766554433'))).toMatch(/^没有退货单用这个单号/)
    const unread = (await (await fetch(`${page}/photo`, { method: 'POST', body: '?' })).json()) as Told
    expect(words(unread)).toMatch(/^没有读出单号/)
    expect((await fetch(`${page}/scan`, { method: 'POST', body: 'x' })).status).toBe(400)
    expect(
      (await fetch(`${page}/scan`, { method: 'POST', body: JSON.stringify({ code: 'x'.repeat(5_000) }) })).status,
    ).toBe(413)
  })
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { feedDoor } from '../../src/feed-door.ts'
import { afterSales } from '../../src/hub/after-sales.ts'
import { feed } from '../../src/hub/feed.ts'
import { intake } from '../../src/hub/intake.ts'
import { sources } from '../../src/hub/sources.ts'
import { takePush } from '../../src/hub/take-push.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { openWeixin } from '../fakes/weixin.ts'
import { openYouzan } from '../fakes/youzan.ts'
import { testPersonal } from '../kit/cipher.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { listen } from '../kit/listen.ts'
import type { ChannelWorld } from './channel-subject.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

const never = new AbortController().signal

async function deliver(world: ChannelWorld, url: string, orderNo: string, times: number): Promise<void> {
  const frame = world.push(orderNo, 'k')
  if (frame === undefined) throw new Error('the vendor pushes nothing')
  for (let n = 0; n < times; n++) {
    const answer = await fetch(`${url}/callback/${world.channel.name}?${frame.query ?? ''}`, {
      method: 'POST',
      headers: frame.headers,
      body: frame.body,
    })
    expect([answer.status, await answer.text()]).toEqual([200, frame.ack])
  }
}

test.each([
  ['weixin', openWeixin, 'miniapp.push'],
  ['youzan', openYouzan, 'miniapp.push-youzan'],
] as const)(
  '%s: a push that comes twice is one job, and the order it points at stands in the hub',
  async (_, open, source) => {
    const world = await open()
    const { clock, channel } = world
    const door = await listen(
      feedDoor({
        doors: [channel],
        takePush: takePush(fresh.database, testPersonal),
        clock,
        log: silentLog,
        wake: () => undefined,
      }),
    )
    const [orderNo, nowMs] = [world.orderNo(1), Math.floor(clock.nowMs() / 1_000) * 1_000]
    world.put({
      orderNo,
      state: 'paid',
      createdAtMs: nowMs - 60_000,
      modifiedAtMs: nowMs - 1_000,
      paidFen: 12_900n,
      lines: [{ key: '1', sku: 'TEA-01', name: '白瓷茶壶', qty: 1 }],
    })
    await deliver(world, door.url, orderNo, 2)
    const jobs = await fresh.database.sql`SELECT key FROM outbox WHERE key LIKE ${`feed:${channel.name}:%`}`
    expect(jobs).toHaveLength(1)
    const reader = feed({
      database: fresh.database,
      channels: [channel],
      intake: intake(fresh.database, testPersonal, clock, randomIds()),
      afterSales: afterSales(fresh.database),
      heard: sources(fresh.database),
      clock,
      log: silentLog,
    })
    expect(await reader.fetch({ connector: channel.name, about: { kind: 'order', orderNo } }, never)).toBe('taken')
    const rows = await fresh.database
      .sql`SELECT channel, paid_at IS NOT NULL AS paid, quarantined_at IS NULL AS good FROM orders WHERE order_no = ${orderNo}`
    expect([...rows]).toEqual([{ channel: 'miniapp', paid: true, good: true }])
    const heard = await sources(fresh.database).freshness(clock.nowMs())
    expect(heard).toContainEqual(expect.objectContaining({ name: source, stale: false, staleAfterMs: 30 * 60_000 }))
    await door.close()
    await world.close()
  },
)

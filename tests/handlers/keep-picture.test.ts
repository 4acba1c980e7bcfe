import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keepPictureTask, pictureEntries } from '../../handlers/keep-picture.ts'
import type { MediaRef } from '../../src/chat/event.ts'
import { attachments } from '../../src/hub/attachments.ts'
import type { Task } from '../../src/jobs/worker.ts'
import { fixedClock } from '../../src/runtime/clock.ts'
import { BadPayload, PlatformRefused, Unreachable } from '../../src/runtime/errors.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { nowMs } from '../kit/sample-orders.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh.drop())

const media: MediaRef = { platform: 'play', id: 'm1' }
const png = Buffer.from('89504e470d0a1a0a00000000', 'hex')
const owner = { kind: 'note' as const, id: 'nt_1' }
const stop = new AbortController().signal

function task(fetch: (ref: MediaRef) => Promise<Uint8Array>): { task: Task; stored: string[] } {
  const stored: string[] = []
  const blobs = {
    put: async (_: Uint8Array, { mime }: { readonly mime: string }) => {
      stored.push(mime)
      return `blob_${stored.length}`
    },
  }
  const kept = attachments({ database: fresh.database, blobs, clock: fixedClock(nowMs) })
  return { task: keepPictureTask({ media: { fetch }, attachments: kept }), stored }
}

describe('a picture of a confirmed note', () => {
  test('is fetched and kept once, whatever is repeated, for thirty days', async () => {
    const [entry] = pictureEntries('write:d1', [media], { owner, memberId: 'mem_cs' })
    const { task: keep, stored } = task(async () => png)
    for (let times = 0; times < 3; times++)
      expect(await keep(entry?.payload, entry?.key ?? '', stop)).toEqual({ outcome: 'done' })
    expect(stored).toEqual(['image/png'])
    const rows = await fresh.database.sql`
      SELECT owner_kind, owner_id, mime, by_member_id, (expires_at - created_at)::text AS life FROM attachments`
    expect(rows).toEqual([
      { owner_kind: 'note', owner_id: 'nt_1', mime: 'image/png', by_member_id: 'mem_cs', life: '30 days' },
    ])
  })

  test.each([
    ['no picture', async () => Buffer.from('<svg onload=alert(1)>')],
    ['too big', async () => Promise.reject(new BadPayload('10 MB'))],
    ['gone', async () => Promise.reject(new PlatformRefused('gone', { retryable: false }))],
  ] as const)('that is %s is listed, not tried for ever', async (_, fetch) => {
    const [entry] = pictureEntries('write:d2', [media], { owner, memberId: 'mem_cs' })
    expect(await task(fetch).task(entry?.payload, 'k2', stop)).toMatchObject({ outcome: 'give-up' })
  })

  test('that cannot be reached now is tried again', async () => {
    const [entry] = pictureEntries('write:d3', [media], { owner, memberId: 'mem_cs' })
    const { task: keep } = task(async () => Promise.reject(new Unreachable('down')))
    await expect(keep(entry?.payload, 'k3', stop)).rejects.toThrow(Unreachable)
  })

  test('a row of another shape is given up with an alarm', async () => {
    expect(await task(async () => png).task({ nothing: 1 }, 'k4', stop)).toMatchObject({
      outcome: 'give-up',
      alarm: true,
    })
  })
})

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { webhookCrm } from '../../src/connectors/webhook-crm.ts'
import type { Command } from '../../src/hub/commands.ts'
import { fakeWebhookCrm, webhookSecret } from '../fakes/webhook-crm.ts'
import { adapterParts } from '../kit/back-office-parts.ts'

const signal = new AbortController().signal
const record: Command = {
  name: 'crm.service_record',
  payload: { orderNo: '2958', returnId: 'TH1', reason: '破损', refundFen: '23805' },
}

async function open(changed: object = {}) {
  const made = adapterParts(Date.parse('2026-11-26T12:00:00+08:00'))
  const fake = await fakeWebhookCrm(() => made.clock.nowMs())
  const given = webhookCrm.settings.parse({ url: fake.url, secret: webhookSecret, ...changed })
  const { commands, check } = webhookCrm.open('webhook-crm', given, made.parts)
  if (commands === undefined) throw new TypeError('it carries commands out')
  return { ...made, ...fake, commands, check }
}

describe('any CRM by signed POSTs', () => {
  let desk: Awaited<ReturnType<typeof open>>
  beforeAll(async () => {
    desk = await open()
  })
  afterAll(() => desk.close())
  beforeEach(() => {
    desk.world.lie = undefined
    desk.world.taken.clear()
    desk.moveMs(60_000)
  })
  const run = (key = 'k1') => desk.commands.run(record, key, signal)

  test('the key is the id, the payload the data, and its number stands in the receipt', async () => {
    expect(await run()).toEqual({ outcome: 'done', receipt: { id: 'crm-1' } })
    expect([...desk.world.taken]).toEqual([['k1', { event: 'crm.service_record', data: record.payload }]])
    desk.world.lie = 'words'
    expect(await run()).toEqual({ outcome: 'done', receipt: {} })
  })

  test('an error inside HTTP 200 is no success; only its short code is passed on', async () => {
    desk.world.lie = 'no'
    expect(await run()).toEqual({
      outcome: 'refused',
      reason: 'it does not take this (NO_ORDER): see the log of the other side',
    })
    desk.world.lie = 'later'
    expect(await run()).toEqual({ outcome: 'retry', reason: 'it asks for a later try (LOCKED)', afterMs: 60_000 })
    desk.world.lie = 'gone'
    expect(await run()).toEqual({ outcome: 'refused', reason: 'HTTP 404: see the log of the other side' })
  })

  test('busy is waited for as long as it says; a redirect is not followed', async () => {
    desk.world.lie = 'busy'
    await expect(run()).rejects.toMatchObject({ code: 'unreachable', retryAfterMs: 20_000 })
    desk.world.lie = 'moved'
    await expect(run()).rejects.toMatchObject({ code: 'unreachable' })
    expect(desk.world.taken.size).toBe(0)
  })

  test('doctor pings without an effect', async () => {
    await desk.check(signal)
    expect(desk.world.taken.size).toBe(0)
  })
})

test('a wrong secret is final and says what to look at', async () => {
  const desk = await open({ secret: 'another secret of 24 letters' })
  expect(await desk.commands.run(record, 'k1', signal)).toMatchObject({
    outcome: 'refused',
    reason: expect.stringContaining('secret'),
  })
  await expect(desk.check(signal)).rejects.toMatchObject({ code: 'unreachable' })
  await desk.close()
})

test.each(['ftp://crm.example/x', 'https://user:word@crm.example/x', 'nothing'])('%s is no address', (url) => {
  expect(webhookCrm.settings.safeParse({ url, secret: webhookSecret }).success).toBe(false)
})

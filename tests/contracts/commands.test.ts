import { fxiaoke } from '../../src/connectors/fxiaoke.ts'
import { hubLocal } from '../../src/connectors/hub-local.ts'
import { wdtEnterprise } from '../../src/connectors/wdt-enterprise.ts'
import { webhookCrm } from '../../src/connectors/webhook-crm.ts'
import type { Command } from '../../src/hub/commands.ts'
import { fakeFxiaoke, fxiaokeAccount } from '../fakes/fxiaoke.ts'
import { enterpriseAccount, fakeWdtEnterprise } from '../fakes/wdt-enterprise.ts'
import { fakeWebhookCrm, webhookSecret } from '../fakes/webhook-crm.ts'
import { adapterParts } from '../kit/back-office-parts.ts'
import { freshDatabase } from '../kit/database.ts'
import { outwardDesk } from '../kit/outward-desk.ts'
import { expected, openWdt } from '../kit/wdt-connector.ts'
import { commandContract } from './command-port.ts'

const startMs = Date.parse('2026-11-26T12:00:00+08:00')
const notice: Command = {
  name: 'crm.notice',
  payload: { orderNo: '2958', channel: 'jd', shop: '京东店', about: 'return', text: '张三您好，退款预计三天内到账' },
}

commandContract({
  name: 'webhook-crm',
  open: async () => {
    const made = adapterParts(startMs)
    const fake = await fakeWebhookCrm(() => made.clock.nowMs())
    const given = webhookCrm.settings.parse({ url: fake.url, secret: webhookSecret })
    const { commands } = webhookCrm.open('webhook-crm', given, made.parts)
    if (commands === undefined) throw new TypeError('it carries commands out')
    return {
      port: commands,
      command: notice,
      effects: () => fake.world.taken.size,
      mood: (mood) => {
        made.moveMs(60_000)
        fake.world.lie = (
          { well: undefined, 'loses-answer': 'cut-after-taking', refuses: 'no', busy: 'busy' } as const
        )[mood]
      },
      close: fake.close,
    }
  },
})

commandContract({
  name: 'fxiaoke',
  open: async () => {
    const made = adapterParts(startMs)
    const fake = await fakeFxiaoke()
    const fields = { object: 'notice__c', key: 'own__c', orderNo: 'no__c', about: 'about__c', text: 'text__c' }
    const given = fxiaoke.settings.parse({ ...fxiaokeAccount, notice: fields, baseUrl: fake.baseUrl })
    const { commands } = fxiaoke.open('fxiaoke', given, made.parts)
    if (commands === undefined) throw new TypeError('it carries commands out')
    return {
      port: commands,
      command: notice,
      effects: () => fake.world.records.length,
      mood: (mood) => {
        made.moveMs(700_000)
        fake.world.lie = (
          { well: undefined, 'loses-answer': 'cut-after-create', refuses: 'no-right', busy: 'busy' } as const
        )[mood]
      },
      close: fake.close,
    }
  },
})

commandContract({
  name: 'wdt-enterprise',
  open: async () => {
    const { rows, clock, commands, close } = await openWdt(
      'enterprise',
      wdtEnterprise,
      fakeWdtEnterprise,
      enterpriseAccount,
    )
    return {
      port: commands,
      command: expected,
      effects: () => rows.pushed.size,
      mood: (mood) => {
        clock.moveMs(700_000)
        rows.loseAnswer = mood === 'loses-answer'
        rows.refuse = mood === 'refuses' ? '店铺权限不足' : undefined
        rows.mischief = mood === 'busy' ? 'busy' : undefined
      },
      close,
    }
  },
})

commandContract({
  name: 'the stand-in on hub data',
  open: async () => {
    const fresh = await freshDatabase()
    const desk = outwardDesk(fresh)
    await desk.clean()
    const { orderId } = await desk.makeReturn()
    const [order] = await desk.sql<
      { orderNo: string }[]
    >`SELECT order_no AS "orderNo" FROM orders WHERE id = ${orderId}`
    const about = { channel: 'douyin', shop: 'S1', orderNo: order?.orderNo ?? '' }
    return {
      port: hubLocal({ database: fresh.database, clock: desk.clock }),
      command: { name: 'crm.notice', payload: { ...notice.payload, ...about } },
      effects: async () => (await desk.sql`SELECT 1 FROM notices`).length,
      close: () => fresh.drop(),
    }
  },
})

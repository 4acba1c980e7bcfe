import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, type OpenBrowser, openBrowser } from '../kit/browser.ts'
import { openRealDesk, type RealDesk } from '../kit/real-desk.ts'
import { until } from '../kit/until.ts'
import { drawLabel, photograph } from '../src/ocr/draw-label.ts'

// A return from the photo to the money on the play page in headless Chromium: every role in a tab of its own, the desk's clock
// moved by the page. CHADAN_PICTURES=docs writes the pictures of docs/returns.md.

const missing = browserMissing()
if (missing !== undefined) console.warn(`the return on the play page ${missing}`)
const root = fileURLToPath(new URL('../..', import.meta.url))
const minuteMs = 60_000
const yto = 'YT0082452614557'

describe.skipIf(missing !== undefined)('a return on the play page', () => {
  let real: RealDesk
  let browser: OpenBrowser
  let orderNo = ''
  let returnId = ''
  const tabs = new Map<string, Page>()
  const complaints: string[] = []

  beforeAll(async () => {
    spawnSync(process.execPath, [join(root, 'src/build.mjs')], { stdio: 'inherit' })
    real = await openRealDesk({ orders: 400, opensAt: { hour: 10, minute: 5 } })
    browser = await openBrowser({ viewport: { width: 1180, height: 860 } })
    const [order] = await real.fresh.database.sql<{ no: string }[]>`
      SELECT o.order_no AS no FROM orders o WHERE o.signed_at IS NOT NULL AND o.channel = 'douyin' AND o.paid_fen BETWEEN 10000 AND 40000
        AND NOT EXISTS (SELECT 1 FROM returns r WHERE r.order_id = o.id)
        AND (SELECT count(*) FROM order_lines l WHERE l.order_id = o.id) = 1
      ORDER BY o.signed_at DESC LIMIT 1`
    orderNo = order?.no ?? ''
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await real?.close()
  })

  const tab = async (who: string): Promise<Page> => {
    const open = tabs.get(who)
    if (open !== undefined) return open
    const page = await browser.context.newPage()
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`${real.url}/play/#${who}/direct`)
    await page.getByRole('img', { name: '已连接' }).waitFor()
    tabs.set(who, page)
    return page
  }
  const say = async (who: string, line: string) => {
    const box = (await tab(who)).getByRole('textbox', { name: '输入消息' })
    await box.fill(line)
    await box.press('Enter')
  }
  const tap = async (who: string, label: string) =>
    (await tab(who)).getByRole('log').getByRole('button', { name: label, exact: true }).last().click()
  const sees = async (who: string, text: string | RegExp, patienceMs = 15_000) =>
    (await tab(who)).getByRole('log').getByText(text).last().waitFor({ timeout: patienceMs })
  const picture = async (who: string, name: string) => {
    if (process.env.CHADAN_PICTURES === undefined) return
    const page = await tab(who)
    await page.mouse.move(0, 0)
    await page.screenshot({ path: join(root, process.env.CHADAN_PICTURES, `return-${name}.png`) })
  }
  const later = (ms: number) => real.clock.setOffset(real.clock.offsetMs() + ms)
  const row = async () => {
    const [found] = await real.fresh.database.sql<{ approval: string; received: boolean; released: boolean }[]>`
      SELECT approval, received_at IS NOT NULL AS received, refund_released_at IS NOT NULL AS released FROM returns WHERE id = ${returnId}`
    return found
  }

  test('the agent sends the label, says why, confirms', async () => {
    const page = await tab('cs')
    const photo = await photograph(await drawLabel({ carrierName: '圆通速递', waybillNo: yto }))
    await page
      .getByLabel('发照片', { exact: true })
      .last()
      .setInputFiles({ name: 'IMG_2210.jpg', mimeType: 'image/jpeg', buffer: photo })
    await page.getByRole('textbox', { name: '输入消息' }).press('Enter')
    await sees('cs', new RegExp(yto), 40_000)
    await say('cs', `${orderNo} 要退货 破损`)
    await sees('cs', /请确认：登记退货/)
    await tap('cs', '确认')
    await sees('cs', /已登记退货/)
    const [made] = await real.fresh.database.sql<{ id: string }[]>`
      SELECT r.id FROM returns r JOIN orders o ON o.id = r.order_id WHERE o.order_no = ${orderNo}`
    returnId = made?.id ?? ''
    expect(returnId).toMatch(/^TH\d{10}$/)
  }, 90_000)

  test('three levels, one tap each; every card shows who holds it and what it rests on', async () => {
    await sees('cs_lead', new RegExp(`待初审】${returnId}`))
    await picture('cs_lead', '1-lead')
    await tap('cs_lead', '同意')
    await sees('cs_lead', /已同意/)
    await sees('warehouse', new RegExp(`待复核】${returnId}`))
    await picture('warehouse', '2-warehouse')
    await tap('warehouse', '通过')
    await sees('finance', new RegExp(`待终审】${returnId}`))
    await picture('finance', '3-finance')
    await tap('finance', '通过')
    await until(async () => expect(await row()).toMatchObject({ approval: 'approved' }))
    await sees('warehouse', /退货入库/)
  }, 90_000)

  test('two minutes later other systems are told; the scan books in; two minutes later the money goes', async () => {
    later(3 * minuteMs)
    await until(async () => {
      const rows = await real.fresh.database.sql<{ name: string; state: string }[]>`
        SELECT name, state FROM commands WHERE subject = ${`return:${returnId}`} AND name = 'wms.expect_return'`
      expect(rows).toEqual([{ name: 'wms.expect_return', state: 'done' }])
    }, 20_000)
    await say('warehouse', `扫码 ${returnId}`)
    await sees('warehouse', /已登记入库/)
    await picture('warehouse', '4-scan')
    expect(await row()).toMatchObject({ received: true, released: false })
    later(3 * minuteMs)
    await until(async () => expect(await row()).toMatchObject({ released: true }), 20_000)
    await say('cs', `${returnId} 退款什么时候到账`)
    await sees('cs', /预计.*到账/)
    await picture('cs', '5-money')
  }, 90_000)

  test('the page had nothing to complain about', () => {
    expect(complaints).toEqual([])
  })
})

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, type OpenBrowser, openBrowser } from '../kit/browser.ts'
import { openRealDesk, type RealDesk } from '../kit/real-desk.ts'
import { until } from '../kit/until.ts'

// The newcomer's quarter of an hour of the README, in a real browser on the whole desk.

const missing = browserMissing()
if (missing !== undefined) console.warn(`play desk journey ${missing}`)

const root = fileURLToPath(new URL('../..', import.meta.url))
const orderNo = '6936476692437472563'

describe.skipIf(missing !== undefined)('the first quarter of an hour', () => {
  let real: RealDesk
  let browser: OpenBrowser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    // the page is served from dist/console, as it is for everybody
    spawnSync(process.execPath, [join(root, 'src/build.mjs')], { stdio: 'inherit' })
    real = await openRealDesk({ orders: 3_000 })
    browser = await openBrowser({ viewport: { width: 1280, height: 800 } })
    page = await browser.context.newPage()
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await real?.close()
  })

  const be = async (who: string) => {
    await page.goto(`${real.url}/play/#${who}`)
    await page.getByRole('img', { name: '已连接' }).waitFor()
  }
  const say = async (text: string) => {
    const box = page.getByRole('textbox', { name: '输入消息' })
    await box.fill(text)
    await box.press('Enter')
  }

  test('an agent asks, opens the track, and finds all of it after a reload', async () => {
    await be('cs/direct')
    await say(`${orderNo} 到哪了`)
    await page.getByText('已到杭州萧山转运中心').first().waitFor()
    await page.getByRole('button', { name: '完整时间线' }).first().click()
    await page.getByText(/揽收/).first().waitFor()
    await page.reload()
    await page.getByText(/揽收/).first().waitFor()
    await page.getByRole('button', { name: '返回订单' }).first().click()
    await page.getByText('已到杭州萧山转运中心').first().waitFor()
  })

  test('the customer wording can be copied', async () => {
    await be('cs/direct')
    await page.getByRole('button', { name: '复制话术' }).first().click()
    await page.getByText('您好').first().waitFor()
  })

  test('a tall photo is answered in view, however late it grows', async () => {
    await page.getByLabel('发照片', { exact: true }).last().setInputFiles(join(root, 'docs/play-phone.png'))
    await page.getByRole('textbox', { name: '输入消息' }).press('Enter')
    const answer = page.getByText('收到照片，识别中。')
    await answer.waitFor()
    await until(async () => {
      const place = await answer.boundingBox()
      expect((place?.y ?? 9_999) + (place?.height ?? 0)).toBeLessThan(700)
    }, 5_000)
  })

  test('a stranger learns nothing', async () => {
    await be('stranger/direct')
    await say(`${orderNo} 到哪了`)
    await page.getByText('还不在查单的成员名单里').waitFor()
    expect(await page.getByText('杭州').count()).toBe(0)
  })

  test('asked in the group: masked there, in full in the direct chat', async () => {
    const [row] = await real.fresh.database.sql`SELECT consignee_name AS name FROM orders WHERE order_no = ${orderNo}`
    await be('cs_lead/group')
    await say(`@助手 ${orderNo} 到哪了`)
    await page.getByText('完整信息已私聊给您').waitFor()
    expect(await page.getByText(String(row?.name)).count()).toBe(0)
    await be('cs_lead/direct')
    await page.getByText(String(row?.name)).first().waitFor()
  })

  test('operations drops a sheet, an agent asks for one of its orders', async () => {
    await be('ops/direct')
    await page.getByLabel('发文件', { exact: true }).last().setInputFiles(join(root, 'docs/sample-orders.xlsx'))
    await page.getByRole('textbox', { name: '输入消息' }).press('Enter')
    await page.getByText('长号码被表格变成科学计数').first().waitFor({ timeout: 20_000 })
    await page.getByText('JXS07-20261121-9034 没选快递').waitFor()
    await be('cs/direct')
    await say('JXS07-20261121-9031 到哪了')
    await page.getByText('经销商…9031').first().waitFor()
  })

  test('the platform paid another amount than was approved: finance is asked, and its tap settles it', async () => {
    const { sql } = real.fresh.database
    const [row] = await sql<{ id: string }[]>`
      WITH one AS (
        SELECT r.id FROM returns r JOIN orders o ON o.id = r.order_id
        WHERE r.approval = 'approved' AND r.refund_fen > 1000 AND r.refunded_at IS NULL ORDER BY r.applied_at DESC LIMIT 1
      ), went AS (
        UPDATE returns r SET refund_released_at = to_timestamp(${real.clock.nowMs() / 1000 - 60}::float8) FROM one WHERE r.id = one.id
        RETURNING r.id, r.order_id, r.refund_fen, r.applied_at
      )
      INSERT INTO after_sales (channel, shop, after_sale_no, order_no, source, state, told, applied_at, modified_at)
      SELECT o.channel, o.shop, 'AS-1', o.order_no, 'test', 'done', jsonb_build_object('refundFen', (went.refund_fen - 300)::text,
        'refundedAtMs', extract(epoch FROM went.applied_at) * 1000 + 60000), went.applied_at, went.applied_at
      FROM went JOIN orders o ON o.id = went.order_id RETURNING (SELECT id FROM went) AS id`
    await be('finance/direct')
    await page.getByText(`${row?.id}退款金额对不上`).waitFor({ timeout: 45_000 })
    await page.getByText('平台少退¥3').waitFor()
    await page
      .getByRole('button', { name: /^按¥.*记$/ })
      .first()
      .click()
    await page.getByText(`${row?.id}应收金额已定`).waitFor()
  }, 60_000)

  test('an agent has no right to import and is told who has', async () => {
    await be('cs/direct')
    await page.getByLabel('发文件', { exact: true }).last().setInputFiles(join(root, 'docs/sample-orders-wdt.csv'))
    await page.getByRole('textbox', { name: '输入消息' }).press('Enter')
    await page.getByText(/运营/).first().waitFor()
    expect(complaints).toEqual([])
  })
})

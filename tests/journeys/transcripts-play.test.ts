import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, type OpenBrowser, openBrowser } from '../kit/browser.ts'
import { openRealDesk, type RealDesk } from '../kit/real-desk.ts'

// J1 to J6 as a person has them on the play page, in headless Chromium, buttons and all.

const missing = browserMissing()
if (missing !== undefined) console.warn(`play transcripts ${missing}`)
const root = fileURLToPath(new URL('../..', import.meta.url))

describe.skipIf(missing !== undefined)('on the play page', () => {
  let real: RealDesk
  let browser: OpenBrowser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    spawnSync(process.execPath, [join(root, 'src/build.mjs')], { stdio: 'inherit' })
    real = await openRealDesk({ orders: 1_200 })
    browser = await openBrowser({ viewport: { width: 1280, height: 900 } })
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
  const sees = async (text: string | RegExp) => page.getByText(text).last().waitFor({ timeout: 20_000 })
  const taps = async (label: string) => page.getByRole('button', { name: label, exact: true }).last().click()

  test('J1 › 到哪了 › [复制话术] › [关注此单]', async () => {
    await be('cs/direct')
    await say('6936476692437472563 到哪了')
    await sees(/【运输中】已到杭州萧山转运中心，预计/)
    await taps('关注此单')
    await page.getByRole('button', { name: '取消关注', exact: true }).last().waitFor()
    await taps('复制话术')
    await sees(/您好，您的订单（尾号2563）正在运输途中/)
  })

  test('J2 › 张伟昨天退的奶粉 › [②] ‹ 已入仓', async () => {
    await say('客户张伟昨天退的那盒奶粉是否已入仓')
    await sees('找到2位张伟昨天有奶粉退货，是哪一位？')
    await taps('②')
    await sees(/【已入仓】.*扫码入库，验货完好/)
  })

  test('J3 › 什么时候到账 ‹ 您刚查过 › [就是它] ‹ a range of days', async () => {
    await say('退货的钱什么时候到账')
    await sees(/您刚查过.*TH\d{10}/)
    await taps('就是它')
    await sees(/预计\d\d-\d\d~\d\d-\d\d到账，原路/)
  })

  test('J4 › two digits swapped › [查…2563]', async () => {
    await say('6936476692437472653 到哪了')
    await sees(/没有.*这个单号/)
    await taps('查…2563')
    await sees(/【运输中】已到杭州萧山转运中心/)
  })

  test('J5 › a photo without a label ‹ why, and what to do › [手输单号]', async () => {
    const bare = await sharp({ create: { width: 1080, height: 1440, channels: 3, background: '#b8a58a' } })
      .jpeg()
      .toBuffer()
    const picture = { name: 'IMG_2210.jpg', mimeType: 'image/jpeg', buffer: bare }
    await page.getByLabel('发照片', { exact: true }).last().setInputFiles(picture)
    await page.getByRole('textbox', { name: '输入消息' }).press('Enter')
    await sees('收到照片，识别中。')
    await page
      .getByText(/没读出面单：|单号没读准/)
      .last()
      .waitFor({ timeout: 40_000 })
    await taps('手输单号')
    await sees(/请直接发快递单号/)
  }, 60_000)

  test('J6 › in the group ‹ masked, the whole in the direct chat', async () => {
    await be('cs/group')
    await say('@助手 17000009354 最近三天的单')
    await sees('完整信息已私聊给您')
    await sees(/李\* 170\*\*\*\*9354/)
    expect(await page.getByText('17000009354', { exact: true }).count()).toBe(0)
    await be('cs/direct')
    await sees(/17000009354/)
    await be('finance/group')
    await say('@助手 6936476692437472563 运单改成 SF1694121245991')
    await sees('已私信说明。')
    expect(complaints).toEqual([])
  })
})

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserMissing, type OpenBrowser, openBrowser } from '../kit/browser.ts'
import { openRealDesk, type RealDesk } from '../kit/real-desk.ts'
import { type Chat, holds, type Stage } from '../kit/transcript.ts'
import { until } from '../kit/until.ts'
import { j1, j2, j3, j4, j6 } from './golden-talks.ts'

// The same conversations as golden.test.ts on the play page in headless Chromium, its real buttons and the real reader of photos.

const missing = browserMissing()
if (missing !== undefined) console.warn(`golden conversations on the play page ${missing}`)
const root = fileURLToPath(new URL('../..', import.meta.url))
const personas: Readonly<Record<string, string>> = { 客服: 'cs', 财务: 'finance' }

describe.skipIf(missing !== undefined)('on the play page', () => {
  let real: RealDesk
  let browser: OpenBrowser
  const tabs = new Map<string, Promise<Page>>()
  const complaints: string[] = []

  beforeAll(async () => {
    // the page is served from dist/console, as it is for everybody
    spawnSync(process.execPath, [join(root, 'src/build.mjs')], { stdio: 'inherit' })
    real = await openRealDesk({ orders: 1_200, opensAt: { hour: 10, minute: 5 } })
    browser = await openBrowser({ viewport: { width: 1280, height: 900 } })
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await real?.close()
  })

  /** Each chat has a tab of its own: nothing that arrives in one is missed while another is looked at. */
  const tab = (hash: string): Promise<Page> => {
    const open = tabs.get(hash) ?? openTab(hash)
    tabs.set(hash, open)
    return open
  }
  const openTab = async (hash: string) => {
    const page = await browser.context.newPage()
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`${real.url}/play/#${hash}`)
    await page.getByRole('img', { name: '已连接' }).waitFor()
    return page
  }
  const chatOf = (name: string, where: 'direct' | 'group'): Chat => {
    const hash = `${personas[name]}/${where}`
    return {
      say: async (line) => {
        const box = (await tab(hash)).getByRole('textbox', { name: '输入消息' })
        await box.fill(where === 'group' ? `@助手 ${line}` : line)
        await box.press('Enter')
      },
      tap: async (label) => {
        const log = (await tab(hash)).getByRole('log')
        await log.getByRole('button', { name: label, exact: true }).last().click()
      },
      stands: async () => (await tab(hash)).evaluate(standing),
    }
  }
  const stageOf = (where: 'direct' | 'group'): Stage => ({
    chat: (name) => chatOf(name, where),
    direct: (name) => chatOf(name, 'direct'),
  })

  test('J1 › 到哪了 › [复制话术] › [完整时间线] › [关注此单]', () => holds(stageOf('direct'), j1))
  test('J2 › 张伟昨天退的那盒奶粉 ‹ 哪一位？ › ② › [复制话术]', () => holds(stageOf('direct'), j2))
  test('J3 › 退货的钱什么时候到账 ‹ 您刚查过 › 就是它', () => holds(stageOf('direct'), j3))
  test('J4 › two digits swapped › [查…2563]', () => holds(stageOf('direct'), j4))

  test('J2 and J3 by their buttons', () =>
    holds(
      stageOf('direct'),
      `
      客服 › 客户张伟昨天退的那盒奶粉是否已入仓
      ‹ 是哪一位？ | [②]
      › [②]
      ‹ 【已入仓】{日} {刻}扫码入库，验货完好 | 退货 {退货}
      › 退货的钱什么时候到账
      ‹ （您刚查过 退货单 {退货}） | [就是它]
      › [就是它]
      ‹ 预计{日}~{日}到账，原路（支付宝） | 金额 ¥268.00
    `,
    ))

  test('J5 › a photo without a label ‹ why, and what to do › [手输单号]', async () => {
    const page = await tab('cs/direct')
    const bare = await sharp({ create: { width: 1080, height: 1440, channels: 3, background: '#b8a58a' } })
      .jpeg()
      .toBuffer()
    await page
      .getByLabel('发照片', { exact: true })
      .last()
      .setInputFiles({ name: 'IMG_2210.jpg', mimeType: 'image/jpeg', buffer: bare })
    await page.getByRole('textbox', { name: '输入消息' }).press('Enter')
    await page.getByText('收到照片，识别中。').waitFor()
    // the first photo opens the reader
    const read = await until(async () => {
      const newest = (await chatOf('客服', 'direct').stands()).at(-1)?.words ?? ''
      expect(newest).toContain('[手输单号]')
      return newest
    }, 40_000)
    expect(read).toMatch(/没读出面单：\S+/)
    expect(read).toContain('[重拍]')
    await holds(stageOf('direct'), '客服 › [手输单号]\n‹ 请直接发快递单号')
  }, 60_000)

  test('J6 › in the group: masked there, whole in the direct chat › who may not is told in private', async () => {
    await holds(stageOf('group'), j6)
    const [row] = await real.fresh.database.sql`
      SELECT waybill_no AS no FROM orders WHERE order_no = '6936476692437472563'`
    expect(row?.no).toBe('75894561230147')
  })

  test('the page had nothing to complain about', () => {
    expect(complaints).toEqual([])
  })
})

// What runs inside the page, as text: these tests are checked without the browser's types. Words as people see them, line by
// line, a card's label and value in one line, its buttons in brackets.
const standing = `[...document.querySelectorAll('.log-inside .row:not(.row-mine)')].flatMap((row, index) => {
  const text = (one) => one.textContent.trim()
  const all = (from, selector) => [...from.querySelectorAll(selector)]
  const card = row.querySelector('article')
  const bubble = row.querySelector('.bubble:not(.thinking)')
  if (card === null && bubble === null) return []
  const facts = (card) => all(card, '.card-fact').map((fact) => text(fact.children[0]) + ' ' + text(fact.children[1]))
  const lines = card === null ? [bubble.innerText] : [
    ...all(card, '.card-bar, .card-title').map(text), ...facts(card), ...all(card, '.card-lines li, .card-note').map(text),
    all(card, '.card-buttons button').map((button) => '[' + text(button) + ']').join(' '),
  ]
  return [{ id: String(index), words: lines.filter((line) => line !== '').join('\\n') }]
})`

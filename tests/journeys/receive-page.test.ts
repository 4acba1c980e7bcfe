import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { browserMissing, type OpenBrowser, openBrowser } from '../kit/browser.ts'
import { buildConsole } from '../kit/console-build.ts'
import { type FreshDatabase, freshDatabase } from '../kit/database.ts'
import { openReceiveDesk, type ReceiveDesk } from '../kit/receive-desk.ts'
import { approvedReturn, type ReturnFlowDesk, returnFlowDesk } from '../kit/return-flow-desk.ts'
import { signedOrder } from '../kit/write-orders.ts'

// J15 to J17 on the page of the to-do, at the size of a phone.

const missing = browserMissing()
if (missing !== undefined) console.warn(`receive page journeys ${missing}`)

const [yto, otherYto] = ['YT0082452614557', 'YT0082452614558']
const other = { orderNo: '6936476692437470019', waybillNo: '75894561230190' }

describe.skipIf(missing !== undefined)('the page of a warehouse to-do on a phone', () => {
  let fresh: FreshDatabase
  let desk: ReturnFlowDesk
  let built: Awaited<ReturnType<typeof buildConsole>>
  let pages: ReceiveDesk
  let browser: OpenBrowser
  let page: Page
  let complaints: string[]
  let foreign: string[]

  beforeAll(async () => {
    fresh = await freshDatabase({ max: 10 })
    desk = returnFlowDesk(fresh)
    built = await buildConsole()
    pages = await openReceiveDesk(fresh, desk, built.dir)
    browser = await openBrowser({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true })
  }, 120_000)
  beforeEach(async () => {
    await desk.clean()
    complaints = []
    foreign = []
    page = await browser.context.newPage()
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => request.url().startsWith(pages.url) || foreign.push(request.url()))
  })
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await page.screenshot({ path: join(tmpdir(), 'chadan-receive-page.png') })
    await page.close()
    expect({ foreign, complaints }).toEqual({ foreign: [], complaints: [] })
  })
  afterAll(async () => {
    await browser?.close()
    await pages?.close()
    await built?.drop()
    desk?.close()
    await fresh?.drop()
  })

  const told = () => page.getByRole('region', { name: '登记结果' })
  const type = async (code: string) => {
    const field = page.getByRole('textbox', { name: '单号' })
    await field.fill(code)
    await field.press('Enter')
  }
  const pixelsOver = () => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')

  test('J15, J17: a scanner types the code, one piece is missing, the second scan is told', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    await page.goto(pages.page('warehouse', id))
    await page.getByText(id, { exact: true }).waitFor()
    expect(await page.getByText('3段奶粉 900g').count()).toBe(1)
    await type(yto)
    await told()
      .getByText(/^已登记入库 2\/2/)
      .waitFor()
    await told().getByText('退款2分钟后放行').waitFor()
    await page.getByText(/已登记入库$/).waitFor()
    expect(await pixelsOver()).toBe(0)
    await told().getByRole('button', { name: '数量不符' }).click()
    await told().getByRole('button', { name: '1件' }).click()
    await told()
      .getByText(/^已记 1\/2/)
      .waitFor()
    await told().getByText('退款暂停，按实收重算¥143.00').waitFor()
    await type(yto)
    await told()
      .getByText(/已登记过，没有重复入库/)
      .waitFor()
    expect(await pixelsOver()).toBe(0)
    if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, 'j15.png'), fullPage: true })
  })

  test('J16: a stranger’s parcel is red, and is registered only when that is tapped', async () => {
    const first = await approvedReturn(desk, signedOrder(), yto)
    const second = await approvedReturn(desk, signedOrder(other), otherYto)
    await page.goto(pages.page('warehouse', first))
    await type(otherYto)
    await page.locator('.card-alarm').waitFor()
    await told().getByText(`这个包裹属于 ${second}`).waitFor()
    if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, 'j16.png'), fullPage: true })
    await told()
      .getByRole('button', { name: `登记${second.slice(-4)}` })
      .click()
    await told()
      .getByText(/^已登记入库 2\/2/)
      .waitFor()
  })

  test('the photo of a label, where the browser reads no barcodes', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    await page.goto(pages.page('warehouse', id))
    expect(await page.getByRole('button', { name: '打开摄像头扫码' }).count()).toBe(0)
    const file = { name: 'label.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(yto) }
    await page.getByLabel('拍面单').setInputFiles(file)
    await told()
      .getByText(/^已登记入库 2\/2/)
      .waitFor()
  })

  test('the camera, where the browser reads barcodes: one code in view is one booking', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    await page.addInitScript(cameraShowing(yto))
    await page.goto(pages.page('warehouse', id))
    await page.getByRole('button', { name: '打开摄像头扫码' }).click()
    await told()
      .getByText(/^已登记入库 2\/2/)
      .waitFor()
    await page.getByRole('button', { name: '停止扫码' }).click()
    await page.getByRole('button', { name: '打开摄像头扫码' }).waitFor()
    expect(await told().getByRole('article').count()).toBe(1)
  })

  test('a dead link and a lost network are said in words', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    await page.goto(pages.page('warehouse', id))
    await page.getByText(id, { exact: true }).waitFor()
    await browser.context.setOffline(true)
    await type(yto)
    await told()
      .getByText(/^没有连上/)
      .waitFor()
    await browser.context.setOffline(false)
    pages.linkClock.setOffset(15 * 86_400_000)
    await type(yto)
    await page
      .getByRole('alert')
      .getByText(/^链接已过期/)
      .waitFor()
    pages.linkClock.setOffset(0)
    // the browser itself complains of what we refused
    complaints = complaints.filter((line) => !/ERR_INTERNET_DISCONNECTED|410/.test(line))
  })

  test('everything that can be pressed has a name and room for a thumb', async () => {
    const id = await approvedReturn(desk, signedOrder(), yto)
    await page.addInitScript(cameraShowing(''))
    await page.goto(pages.page('warehouse', id))
    await type(yto)
    await told()
      .getByText(/^已登记入库 2\/2/)
      .waitFor()
    if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, 'cam.png'), fullPage: true })
    expect(await page.evaluate(tooSmallOrNameless)).toEqual([])
  })
})

// What runs inside the page, as text: these tests are checked without the browser's types.
const cameraShowing = (code: string) => `
  globalThis.BarcodeDetector = class { async detect() { return '${code}' === '' ? [] : [{ rawValue: '${code}' }] } }
  const canvas = document.createElement('canvas')
  const pen = canvas.getContext('2d')
  setInterval(() => pen.fillRect(0, 0, Math.random() * 300, 150), 50)
  const stream = async () => canvas.captureStream()
  Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia: stream } })`
const tooSmallOrNameless = `[...document.querySelectorAll('button, label, input[type=text], input:not([type])')]
  .filter((one) => one.getBoundingClientRect().height < 40
    || !(one.getAttribute('aria-label') ?? one.textContent).trim())
  .map((one) => one.outerHTML)`

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ChatEvent } from '../../src/chat/event.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { browserMissing, type OpenBrowser, openBrowser } from '../kit/browser.ts'
import { buildConsole } from '../kit/console-build.ts'
import { openPlay, type PlayHarness } from '../kit/play-harness.ts'
import { sampleReply } from '../kit/sample-desk.ts'

const missing = browserMissing()
if (missing !== undefined) console.warn(`play page journeys ${missing}`)

/** A desk whose answers wait until the test lets them go. */
type Gate = { readonly seen: ChatEvent[]; hold(): () => void }

describe.skipIf(missing !== undefined)('the play page in a real browser', () => {
  let pages: Awaited<ReturnType<typeof buildConsole>>
  let browser: OpenBrowser
  let desk: PlayHarness
  let gate: Gate
  let page: Page
  let complaints: string[]
  let foreign: string[]

  beforeAll(async () => {
    pages = await buildConsole()
    browser = await openBrowser({ viewport: { width: 1280, height: 800 } })
  })
  afterAll(async () => {
    await browser?.close()
    await pages?.drop()
  })
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await page.screenshot({ path: join(tmpdir(), 'chadan-play-page.png') })
    await page.close()
    await desk.stop()
    expect(foreign).toEqual([])
  })

  function gatedSink() {
    const seen: ChatEvent[] = []
    let held: Promise<void> = Promise.resolve()
    const sink = async (event: ChatEvent): Promise<Reply> => {
      seen.push(event)
      await held
      return sampleReply(event)
    }
    const hold = () => {
      let release = () => {}
      held = new Promise((resolve) => {
        release = resolve
      })
      return () => release()
    }
    return { sink, gate: { seen, hold } }
  }

  async function visit(options: { readonly width?: number; readonly hash?: string } = {}): Promise<void> {
    const gated = gatedSink()
    gate = gated.gate
    desk = await openPlay(gated.sink, {
      consoleDir: pages.dir,
      samples: ['6936476692437472563 到哪了', '退货的钱什么时候到账'],
    })
    page = await browser.context.newPage()
    complaints = []
    foreign = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('request', (request) => {
      const address = new URL(request.url())
      if (address.protocol !== 'blob:' && address.origin !== desk.url) foreign.push(address.href)
    })
    await page.setViewportSize({ width: options.width ?? 1280, height: 800 })
    await page.goto(`${desk.url}/play/${options.hash ?? ''}`)
    await page.getByRole('img', { name: '已连接' }).waitFor()
  }

  const box = () => page.getByRole('textbox', { name: '输入消息' })
  const cards = () => page.getByRole('article')
  async function say(text: string): Promise<void> {
    await box().fill(text)
    await box().press('Enter')
  }

  test('an agent asks, sees it thinking, gets the card, copies the words, and a reload keeps it all', async () => {
    await visit()
    await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: desk.url })
    const release = gate.hold()
    await page.getByRole('button', { name: '6936476692437472563 到哪了' }).click()
    await page.getByText('正在查…').waitFor()
    release()
    await cards().waitFor()
    expect(await page.getByText('正在查…').count()).toBe(0)
    expect(await cards().textContent()).toMatch(/运输中.*快递中通 75894561230147.*截至10:05/)

    await page.getByRole('button', { name: '复制话术' }).click()
    await page.getByText('你 点了「复制话术」').waitFor()
    await page.getByRole('button', { name: '复制', exact: true }).click()
    await page.getByText('已复制').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^亲,您的包裹已到杭州/)

    await page.reload()
    await cards().waitFor()
    await page.getByText('亲,您的包裹已到杭州').waitFor()
    expect(gate.seen.map(({ kind }) => kind)).toEqual(['text', 'card-tap'])
    expect(complaints).toEqual([])
  })

  test('a decided card is redrawn where it stands, with a toast, and stays so after a reload', async () => {
    await visit({ hash: '#cs_lead/direct' })
    await say('我的待办')
    await page.getByRole('button', { name: '同意' }).click()
    await page.getByRole('status').getByText('已同意').waitFor()
    expect(await cards().count()).toBe(1)
    expect(await page.getByRole('button', { name: '驳回' }).count()).toBe(0)
    await page.reload()
    await page.getByRole('heading', { name: /已同意/ }).waitFor()
    expect(await page.getByRole('status').getByText('已同意').count()).toBe(0)
    expect(gate.seen.at(-1)).toMatchObject({ kind: 'card-tap', sender: { id: 'play-cs_lead' } })
  })

  test('in the group only a mention is answered, and everybody sees it', async () => {
    await visit({ hash: '#cs/group' })
    await say('今天这单有人跟吗')
    await page.getByText('今天这单有人跟吗').waitFor()
    await page.getByRole('button', { name: '插入 @助手' }).click()
    await box().press('End')
    await box().pressSequentially('17000009354 最近三天的单')
    await box().press('Enter')
    await page.getByText('李* 170****9354').waitFor()
    expect(gate.seen).toMatchObject([{ text: '17000009354 最近三天的单', conversation: { kind: 'group' } }])
    await page.getByRole('radio', { name: /财务/ }).check()
    await page.getByText('李* 170****9354').waitFor()
    await page.getByText('回复 小李').waitFor()
    expect(page.url()).toMatch(/#finance\/group$/)
    await page.goto(`${desk.url}/play/#director/direct`)
    await page.getByRole('radio', { name: /沈总/, checked: true }).waitFor()
    await page.getByText('有单就问我').waitFor()
  })

  test('what the desk says of its own accord appears, and marks the chats that are not open', async () => {
    await visit()
    const tell = (kind: 'direct' | 'group', id: string, text: string) =>
      desk.platform.outbound.send({ key: text, to: { platform: 'play', kind, id }, reply: { kind: 'text', text } })
    await tell('direct', 'play-cs', '包裹已签收')
    await page.getByText('包裹已签收').waitFor()
    await tell('group', 'play-group', '大家好')
    await page.locator('.switch').getByRole('img', { name: '有新消息' }).waitFor()
    await tell('direct', 'play-director', '超24小时未处理')
    await page.locator('.persona').filter({ hasText: '沈总' }).getByRole('img', { name: '有新消息' }).waitFor()
    await page.getByRole('radio', { name: /沈总/ }).check()
    await page.getByText('超24小时未处理').waitFor()
    expect(await page.locator('.persona').getByRole('img', { name: '有新消息' }).count()).toBe(0)
  })

  test('when the desk is gone a message stays with 重发, and is sent once it is back: once', async () => {
    await visit()
    await say('6936476692437472563 到哪了')
    await cards().waitFor()
    await desk.stop()
    await page.getByText('与服务的连接断了').waitFor()
    await say('还在吗')
    await page.getByRole('button', { name: '重发' }).waitFor()
    await desk.start()
    await page.getByText('发单号、手机尾号或姓名,我来查。').waitFor()
    await page.getByRole('img', { name: '已连接' }).waitFor()
    expect(await page.getByRole('button', { name: '重发' }).count()).toBe(0)
    expect(await page.getByText('还在吗').count()).toBe(1)
    expect(gate.seen.filter((event) => event.kind === 'text' && event.text === '还在吗')).toHaveLength(1)
  })

  test('an answer that was cut off by the desk’s death comes with the repeat, without a second bubble', async () => {
    await visit()
    const release = gate.hold()
    await say('6936476692437472563 到哪了')
    await page.getByText('正在查…').waitFor()
    await desk.stop()
    await page.getByRole('button', { name: '重发' }).waitFor()
    release()
    await desk.start()
    await cards().waitFor()
    expect(await page.getByText('6936476692437472563 到哪了', { exact: true }).count()).toBe(1)
    expect(new Set(gate.seen.map(({ id }) => id)).size).toBe(1)
  })

  test('photos and tables are sent by button, paste and drop, and stand there after a reload', async () => {
    await visit()
    await page
      .getByLabel('发照片', { exact: true })
      .last()
      .setInputFiles({ name: '面单.png', mimeType: 'image/png', buffer: png })
    await box().press('Enter')
    await page.getByText('收到面单照片').waitFor()
    await page.getByRole('img', { name: '照片 面单.png' }).waitFor()
    await give('paste', 'JXS07.csv')
    await page.getByText('JXS07.csv').waitFor()
    await page.getByRole('button', { name: '发送' }).click()
    await page.getByText('收到 JXS07.csv').waitFor()
    await give('drop', 'JXS08.csv')
    await page.getByRole('button', { name: '发送' }).click()
    await page.getByText('收到 JXS08.csv').waitFor()
    expect(gate.seen.map(({ kind }) => kind)).toEqual(['image', 'file', 'file'])
    await page.reload()
    await page.getByRole('img', { name: '照片 面单.png' }).waitFor()
    expect(await page.evaluate(photoWidth)).toBe(1)
    expect(complaints).toEqual([])
  })

  const give = (how: 'paste' | 'drop', name: string) => page.evaluate(giveFile(how, name))

  test('Enter sends, Shift+Enter breaks the line, an input method’s Enter does neither', async () => {
    await visit()
    await box().fill('第一行')
    await box().press('Shift+Enter')
    await box().pressSequentially('第二行')
    await box().dispatchEvent('keydown', { key: 'Enter', isComposing: true })
    expect(gate.seen).toEqual([])
    expect(await box().inputValue()).toBe('第一行\n第二行')
    await box().press('Enter')
    await expect.poll(() => gate.seen.length).toBe(1)
    expect(gate.seen).toMatchObject([{ text: '第一行\n第二行' }])
    expect(await box().inputValue()).toBe('')
  })

  test('the clock is moved for the desk, step by step and back', async () => {
    await visit()
    const clock = page.getByRole('region', { name: '系统时间' })
    for (const step of ['+1 天', '+1 小时', '+15 分钟']) await clock.getByRole('button', { name: step }).click()
    await clock.getByText('已拨 +1天1小时15分钟').waitFor()
    await expect.poll(() => desk.clock.offsetMs()).toBe(((24 + 1) * 60 + 15) * 60_000)
    await clock.getByRole('button', { name: '退一步' }).click()
    await clock.getByText('已拨 +1天1小时', { exact: true }).waitFor()
    await clock.getByRole('button', { name: '回到现在' }).click()
    await clock.getByText('与真实时间一致').waitFor()
    expect(desk.clock.offsetMs()).toBe(0)
  })

  test('on a phone of 360 px nothing runs over the edge, and the drawer changes who I am', async () => {
    await visit({ width: 360 })
    const overflow = () => page.evaluate(pixelsOver)
    expect(await overflow()).toBe(0)
    await say(`6936476692437472563 到哪了 ${'a'.repeat(300)}`)
    await cards().waitFor()
    for (const text of ['我的待办', '6926704328626645039 为什么没有赠品', '客户张伟昨天退的那盒奶粉']) await say(text)
    await expect.poll(() => cards().count()).toBe(4)
    expect(await overflow()).toBe(0)
    const edges = await cards().evaluateAll((all) => all.map((one) => one.getBoundingClientRect().right))
    expect(Math.max(...edges)).toBeLessThanOrEqual(360)
    await page.getByRole('button', { name: '切换身份、拨动时间' }).click()
    await page.getByRole('radio', { name: /路人/ }).click()
    await expect.poll(() => page.url()).toMatch(/#stranger\/direct$/)
    await say('6936476692437472563 到哪了')
    await page.getByText('您还不在成员名单里').waitFor()
    expect(await overflow()).toBe(0)
  })

  test('everything that can be pressed has a name', async () => {
    await visit({ hash: '#cs/group' })
    await say('@助手 我的待办')
    await cards().waitFor()
    const nameless = await page.evaluate(namelessControls)
    expect(nameless).toEqual([])
  })
})

// What runs inside the page, as text: these tests are checked without the browser's types.
const photoWidth = `document.querySelector('.photo img').decode().then(() => document.querySelector('.photo img').naturalWidth)`
const pixelsOver = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
/** Hands the page a file as the browser does on paste and drop: Playwright itself cannot. */
const giveFile = (how: 'paste' | 'drop', name: string) => `{
  const files = new DataTransfer()
  files.items.add(new File(['订单号,商品\\n1,奶粉'], '${name}', { type: 'text/csv' }))
  const init = { bubbles: true, cancelable: true }
  const event = '${how}' === 'paste'
    ? new ClipboardEvent('paste', { ...init, clipboardData: files })
    : new DragEvent('drop', { ...init, dataTransfer: files })
  document.querySelector('textarea').dispatchEvent(event)
}`
const namelessControls = `[...document.querySelectorAll('button, input:not([hidden]), textarea, a')]
  .filter((one) => !(one.getAttribute('aria-label') ?? (one.closest('label') ?? one).textContent).trim())
  .map((one) => one.outerHTML)`

/** One white pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4////fwAJ+wP9KobjigAAAABJRU5ErkJggg==',
  'base64',
)

import type { Page } from 'playwright-core'
import { openBrowser } from './browser.ts'

// The pictures of the README: `npx tsx tests/kit/screenshots.ts http://127.0.0.1:8787` beside a running desk with sample
// data and an empty play chat. Writes docs/play-desktop.png and docs/play-phone.png.

const docs = new URL('../../docs/', import.meta.url).pathname

async function openChat(page: Page, url: string, who: string): Promise<void> {
  await page.goto(`${url}/play/#${who}`)
  await page.getByRole('img', { name: '已连接' }).waitFor()
}

async function ask(page: Page, question: string): Promise<void> {
  const before = await page.locator('.row:not(.row-mine)').count()
  await page.getByRole('textbox', { name: '输入消息' }).fill(question)
  await page.getByRole('textbox', { name: '输入消息' }).press('Enter')
  await page.locator('.row:not(.row-mine):not(:has(.thinking))').nth(before).waitFor()
  await page.mouse.move(0, 0)
}

/** Questions about real orders, as the page offers them in an empty chat. */
async function questionsOf(url: string, persona: string): Promise<readonly string[]> {
  const response = await fetch(`${url}/play/api/samples?persona=${persona}`)
  return ((await response.json()) as { questions: readonly string[] }).questions
}

async function shoot(url: string): Promise<void> {
  const [first, second] = await questionsOf(url, 'cs')
  if (first === undefined) throw new Error('the desk has no sample questions: seed it first')
  const browser = await openBrowser({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 })
  try {
    const page = await browser.context.newPage()
    await openChat(page, url, 'cs/direct')
    await ask(page, first)
    await page.screenshot({ path: `${docs}play-desktop.png` })
    await page.setViewportSize({ width: 390, height: 844 })
    await openChat(page, url, 'warehouse/group')
    await ask(page, `@助手 ${second ?? first}`)
    await page.screenshot({ path: `${docs}play-phone.png` })
  } finally {
    await browser.close()
  }
}

const [url] = process.argv.slice(2)
if (url === undefined) throw new Error('give the address of a running desk, e.g. http://127.0.0.1:8787')
await shoot(url.replace(/\/$/, ''))

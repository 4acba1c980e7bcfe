import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ownPagesOnly } from '../../../bot/play/guard.ts'
import { playPages } from '../../../bot/play/pages.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chadan-pages-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function built() {
  await mkdir(join(dir, 'assets'))
  await writeFile(join(dir, 'index.html'), '<!doctype html>')
  await writeFile(join(dir, 'icon.svg'), '<svg/>')
  await writeFile(join(dir, 'assets', 'index-abc.js'), 'export {}')
  return playPages(dir)
}

test('the page is looked up each time and lets in nothing but itself', async () => {
  const page = await (await built()).request('/play/')
  expect(page.status).toBe(200)
  expect(page.headers.get('cache-control')).toBe('no-cache')
  const policy = page.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
})

test('assets are kept for ever, by type', async () => {
  const asset = await (await built()).request('/play/assets/index-abc.js')
  expect(asset.headers.get('cache-control')).toContain('immutable')
  expect(asset.headers.get('content-type')).toMatch(/^text\/javascript/)
  expect(asset.headers.get('x-content-type-options')).toBe('nosniff')
  expect((await (await playPages(dir)).request('/play/icon.svg')).headers.get('content-type')).toMatch(/^image\/svg/)
})

test('/play leads to /play/; what is not there is not found', async () => {
  const pages = await built()
  const home = await pages.request('/play')
  expect([home.status, home.headers.get('location')]).toEqual([302, '/play/'])
  for (const path of ['/play/assets/none.js', '/play/assets/..%2findex.html', '/play/package.json'])
    expect((await pages.request(path)).status).toBe(404)
})

test('a page that was not built says what to do', async () => {
  const page = await playPages(join(dir, 'nothing')).request('/play/')
  expect([page.status, await page.text()]).toEqual([503, expect.stringContaining('npm run build')])
})

describe('beyond loopback', () => {
  const status = async (boundHost: string, host: string) => {
    const app = new Hono().use(ownPagesOnly(boundHost)).get('/', (c) => c.text('in'))
    return (await app.request('/', { headers: { host } })).status
  }

  test.each([
    ['0.0.0.0', '192.168.1.5:8787', 200],
    ['0.0.0.0', '[fe80::1]:8787', 200],
    ['0.0.0.0', 'localhost:8787', 200],
    ['0.0.0.0', 'evil.example', 403],
    ['desk.lan', 'desk.lan:8787', 200],
    ['desk.lan', 'other.lan:8787', 403],
    ['127.0.0.1', '192.168.1.5:8787', 403],
  ])('bound to %s, a Host of %s gets %i', async (boundHost, host, expected) => {
    expect(await status(boundHost, host)).toBe(expected)
  })
})

import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core'

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

function browserPath(): string | undefined {
  return [process.env.CHROMIUM, ...candidates].find((path) => path !== undefined && existsSync(path))
}

/** One line for whoever reads the run, when the browser journeys cannot be run here; undefined when they can. */
export function browserMissing(): string | undefined {
  if (browserPath() !== undefined) return undefined
  return 'skipped: no Chromium (apt-get install chromium fonts-noto-cjk, or CHROMIUM=/path/to/it)'
}

export type OpenBrowser = { readonly context: BrowserContext; close(): Promise<void> }

/** Headless Chromium with a profile of its own that talks to nobody but the page under test. Close it: it is a process. */
export async function openBrowser(options: BrowserContextOptions = {}): Promise<OpenBrowser> {
  const executablePath = browserPath()
  if (executablePath === undefined) throw new Error(browserMissing())
  const profile = await mkdtemp(join(tmpdir(), 'chadan-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    locale: 'zh-CN',
    ...options,
  })
  return {
    context,
    close: async () => {
      await context.close()
      // Chromium's last children may still be writing when the context says it is closed
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    },
  }
}

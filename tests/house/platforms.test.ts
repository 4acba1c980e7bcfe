import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './tree.ts'

const names = ['platform', 'callback', 'crypt', 'decode', 'encode', 'card', 'api', 'limits', 'errcode']

/** What a platform has no use for, and why. */
const without: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  play: {
    crypt: 'nothing is signed or encrypted between the page and the server it came from',
    card: 'the page draws our own Card, there is no vendor shape to turn it into',
    api: 'there is no vendor to call: sending is writing the transcript',
    errcode: 'no vendor, no codes',
  },
}

const platforms = (await readdir(join(root, 'bot'), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)

test('the three platforms are there', () => {
  expect(platforms.sort()).toEqual(['dingtalk', 'play', 'wecom'])
})

test.each(platforms)('bot/%s has the names every platform has', async (platform) => {
  const files = new Set(await readdir(join(root, 'bot', platform)))
  const missing = names.filter((name) => !files.has(`${name}.ts`))
  expect(missing.sort()).toEqual(Object.keys(without[platform] ?? {}).sort())
})

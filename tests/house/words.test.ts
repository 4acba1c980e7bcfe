import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { filesBelow, root } from './tree.ts'

/** Where people's language lives. Everything else in the product takes its Chinese from src/text/. */
const allowed = ['src/text/', 'src/understanding/', 'src/seed/', 'src/console/', 'bot/dingtalk/templates/']
const code = ['src', 'bot', 'handlers', 'cards', '.ci']
const single = ['.env.example', 'biome.json', 'tsconfig.json', 'wrangler.toml']
/** Han characters, and the punctuation and full-width forms that only Chinese text has. */
const chinese = /\p{Script=Han}|[\u3001-\u303f\uff01-\uffee]/u

/**
 * Comments may quote what a card or a person says (docs/decisions/080): blanked here, line by line, so that line numbers stay.
 * A `//` counts as a comment only after a blank, so addresses in strings are left alone.
 */
function withoutComments(text: string): string {
  const blank = (comment: string) => comment.replace(/[^\n]/g, ' ')
  return text.replace(/\/\*\*?[\s\S]*?\*\//g, blank).replace(/(?<=^|\s)\/\/.*$/gm, blank)
}

async function linesWithChinese(path: string): Promise<string[]> {
  const text = withoutComments(await readFile(join(root, path), 'utf8').catch(() => ''))
  return text.split('\n').flatMap((line, index) => (chinese.test(line) ? [`${path}:${index + 1}`] : []))
}

test('Chinese stands only where the house allows it', async () => {
  const paths = [...single, ...(await Promise.all(code.map(filesBelow))).flat()]
  const checked = paths.filter((path) => !allowed.some((folder) => path.startsWith(folder)))
  expect(checked.length).toBeGreaterThan(30)
  expect((await Promise.all(checked.map(linesWithChinese))).flat()).toEqual([])
})

test('the check sees Chinese at all', async () => {
  const texts = await filesBelow('src/text')
  expect((await Promise.all(texts.map(linesWithChinese))).flat()).not.toEqual([])
})

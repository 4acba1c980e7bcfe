import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { envSchema } from '../../src/config.ts'
import { root } from './tree.ts'

const lines = (await readFile(join(root, '.env.example'), 'utf8')).split('\n')
const settings = lines.flatMap((line, index) => {
  const key = /^#?([A-Z][A-Z0-9_]*)=/.exec(line)?.[1]
  return key ? [{ key, commented: /^# [A-Za-z]/.test(lines[index - 1] ?? '') }] : []
})

test('.env.example lists exactly the keys the desk reads, each once', () => {
  expect(settings.map(({ key }) => key).sort()).toEqual(Object.keys(envSchema.shape).sort())
})

test('.env.example explains each key on the line above', () => {
  expect(settings.filter(({ commented }) => !commented)).toEqual([])
})

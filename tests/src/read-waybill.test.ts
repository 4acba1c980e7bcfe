import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readWaybill } from '../../src/commands/read-waybill.ts'
import { loadConfig } from '../../src/config.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { drawLabel, photograph } from './ocr/draw-label.ts'

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chadan-read-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function run(...args: string[]): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = []
  const config = loadConfig({})
  const code = await readWaybill.run({ args, config, log: silentLog, print: (line) => void lines.push(line) })
  return { code, lines }
}

test('one JSON object a line, in the order of the files; what cannot be read does not stop the others', async () => {
  const label = { carrierName: '圆通速递', waybillNo: 'YT8824526145570', timeLine: '打印时间: 2026-11-20 14:32:05' }
  const [good, pdf, missing] = [join(dir, 'a.jpg'), join(dir, 'b.jpg'), join(dir, 'none.jpg')]
  await writeFile(good, await photograph(await drawLabel(label)))
  await writeFile(pdf, '%PDF-1.7')
  const { code, lines } = await run('--json', pdf, missing, good)
  expect(code).toBe(1)
  const [refused, lost, read] = lines.map((line) => JSON.parse(line))
  expect(refused).toMatchObject({ file: pdf, error: 'not-an-image' })
  expect(lost).toMatchObject({ file: missing, error: 'missing' })
  expect(Object.keys(read)).toEqual([
    'file',
    'carrier',
    'waybillNo',
    'evidence',
    'sentAt',
    'phoneTail',
    'orderNo',
    'sure',
    'ask',
    'ms',
  ])
  expect(read).toMatchObject({
    ...{ file: good, carrier: 'YTO', waybillNo: 'YT8824526145570', evidence: 'barcode+text', sure: true, ask: [] },
    ...{ sentAt: '2026-11-20T14:32:05+08:00', phoneTail: null, orderNo: null },
  })
  expect((await run(good)).lines[0]).toContain('YT8824526145570')
}, 60_000)

test('without a file it says how it is called', async () => {
  expect(await run()).toMatchObject({ code: 1, lines: [readWaybill.usage] })
})

test('where the native runtime cannot be loaded tesseract reads instead, and it is said', async () => {
  const file = join(dir, 'fallback.jpg')
  await writeFile(file, await photograph(await drawLabel({ carrierName: '圆通速递', waybillNo: 'YT8824526145570' })))
  const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
  const hook = new URL('../kit/no-onnxruntime.mjs', import.meta.url).href
  const { OCR_READER: _, ...env } = process.env
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', cli, 'read-waybill', '--json', file], {
    env: { ...env, NODE_OPTIONS: `--import ${hook}` },
  })
  const { stdout, stderr } = await run
  const [line = ''] = stdout.split('\n').filter((each) => each.startsWith('{"file"'))
  expect(JSON.parse(line)).toMatchObject({ carrier: 'YTO', waybillNo: 'YT8824526145570', evidence: 'barcode+text' })
  expect(stdout + stderr).toContain('reading with tesseract')
}, 90_000)

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readWaybill } from '../../src/commands/read-waybill.ts'
import { readerVerdict } from '../../src/commands/reader-check.ts'
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
  expect(refused).toMatchObject({ file: pdf, waybillNo: null, sure: false, error: 'not-an-image' })
  expect(lost).toMatchObject({ file: missing, error: 'missing' })
  expect(Object.keys(lost)).toEqual([...Object.keys(read), 'error'])
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

test('each file that cannot be read is told in one sentence, and the next one is read', async () => {
  const plain = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#998877' } })
  const files = {
    'svg.png': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    'heavy.jpg': Buffer.alloc(11 * 1024 * 1024),
    'wide.png': await plain(6250, 4000).png({ compressionLevel: 1 }).toBuffer(),
    'pages.tif': Buffer.concat([Buffer.from('II*\0\x08\0\0\0\0\0\x0e\0\0\0\0\0\0\0\0\0', 'latin1')]),
    'cut.jpg': (await plain(400, 400).jpeg().toBuffer()).subarray(0, 300),
    'table.jpg': await plain(600, 400).jpeg().toBuffer(),
  }
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(dir, name), bytes)
  const names = ['none.jpg', '', ...Object.keys(files)]
  const { code, lines } = await run(...names.map((name) => join(dir, name)))
  expect(code).toBe(1)
  expect(lines.map((line) => line.slice(line.indexOf('：') + 1))).toEqual([
    '没有这个文件',
    '这是文件夹，请写图片的文件名',
    '这不是能识别的图片，请发 JPG、PNG、WebP、HEIC 或 AVIF',
    '图片超过 10 MB，请压缩后再发',
    '图片像素过大（上限 2400 万像素），请缩小后再发',
    '这不是能识别的图片，请发 JPG、PNG、WebP、HEIC 或 AVIF',
    '图片损坏，打不开，请重新发送',
    '没看到面单，请拍贴着快递单的那一面',
  ])
}, 60_000)

test('without a file it says how it is called', async () => {
  expect(await run()).toMatchObject({ code: 1, lines: [readWaybill.usage] })
})

const noRuntime = new URL('../kit/no-onnxruntime.mjs', import.meta.url).href

test('where the native runtime cannot be loaded tesseract reads instead, and it is said', async () => {
  const file = join(dir, 'fallback.jpg')
  await writeFile(file, await photograph(await drawLabel({ carrierName: '圆通速递', waybillNo: 'YT8824526145570' })))
  const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
  const { OCR_READER: _, ...env } = process.env
  const run = promisify(execFile)(process.execPath, ['--import', 'tsx', cli, 'read-waybill', '--json', file], {
    env: { ...env, NODE_OPTIONS: `--import ${noRuntime}` },
  })
  const { stdout, stderr } = await run
  const [line = ''] = stdout.split('\n').filter((each) => each.startsWith('{"file"'))
  expect(JSON.parse(line)).toMatchObject({ carrier: 'YTO', waybillNo: 'YT8824526145570', evidence: 'barcode+text' })
  expect(stdout + stderr).toContain('reading with tesseract')
}, 90_000)

test('doctor says which reader starts and why not the better one', async () => {
  const before = process.env.NODE_OPTIONS
  // the reading process inherits it
  process.env.NODE_OPTIONS = `--import ${noRuntime}`
  try {
    const fallen = await readerVerdict(undefined, silentLog)
    expect(fallen).toMatchObject({
      repair: undefined,
      note: expect.stringMatching(/^tesseract, since .*shared object/),
    })
    const chosen = await readerVerdict('paddle', silentLog)
    expect(chosen.repair).toMatch(/: OCR_READER=paddle cannot start here \(.*\); use OCR_READER=tesseract\.$/)
  } finally {
    if (before === undefined) delete process.env.NODE_OPTIONS
    else process.env.NODE_OPTIONS = before
  }
}, 60_000)

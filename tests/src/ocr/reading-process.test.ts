import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ReadingProcess, readingProcess } from '../../../src/ocr/reading-process.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { until } from '../../kit/until.ts'
import { drawLabel, photograph } from './draw-label.ts'

const photo = await photograph(await drawLabel({ carrierName: '圆通速递', waybillNo: 'YT8824526145570' }))

let reader: ReadingProcess

beforeAll(async () => {
  reader = await readingProcess({ log: silentLog, timeLimitMs: 12_000, maxPhotos: 4 })
})

afterAll(() => reader.close())

async function numberRead(): Promise<string | null | undefined> {
  const outcome = await reader.read(photo)
  return outcome.outcome === 'read' ? outcome.reading.waybillNo : undefined
}

test('reads in a process of its own', async () => {
  expect(reader.pid()).not.toBe(process.pid)
  expect(await numberRead()).toBe('YT8824526145570')
})

test('the death of the process costs one photo; the next meets a fresh one', async () => {
  const pid = reader.pid() as number
  const lost = reader.read(photo)
  process.kill(pid, 'SIGKILL')
  expect(await lost).toEqual({ outcome: 'failed', reason: 'worker-died' })
  expect(await numberRead()).toBe('YT8824526145570')
  expect(reader.pid()).not.toBe(pid)
})

test('after some photos the process is replaced, and nobody notices', async () => {
  const pid = reader.pid()
  const numbers = await Promise.all([1, 2, 3, 4].map(numberRead))
  expect(new Set(numbers)).toEqual(new Set(['YT8824526145570']))
  await until(() => expect([undefined, pid]).not.toContain(reader.pid()))
})

test('what is refused costs no process', async () => {
  const pid = reader.pid()
  expect(await reader.read(Buffer.from('%PDF-1.4'))).toEqual({ outcome: 'refused', reason: 'not-an-image' })
  expect(reader.pid()).toBe(pid)
})

test('a photo that takes too long ends the process; the next is read', async () => {
  const impatient = await readingProcess({ log: silentLog, timeLimitMs: 400 })
  try {
    process.kill(impatient.pid() as number, 'SIGSTOP')
    expect(await impatient.read(photo)).toEqual({ outcome: 'failed', reason: 'too-slow' })
    expect(await impatient.read(Buffer.from('%PDF-1.4'))).toEqual({ outcome: 'refused', reason: 'not-an-image' })
  } finally {
    await impatient.close()
  }
})

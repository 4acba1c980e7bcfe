import { expect, test } from 'vitest'
import { openReader } from '../../../src/ocr/open-reader.ts'
import { fixedClock } from '../../../src/runtime/clock.ts'
import { drawLabel, photograph } from './draw-label.ts'

test('the reader without a native library turns a page by itself and reads the same fields', async () => {
  const clock = fixedClock(Date.parse('2026-11-22T10:00:00+08:00'))
  const { reader, fellBackBecause } = await openReader({ choice: 'tesseract', clock })
  try {
    expect([reader.name, fellBackBecause]).toEqual(['tesseract', undefined])
    const label = { carrierName: '圆通速递', waybillNo: 'YT8824526145570', timeLine: '打印时间: 2026-11-20 14:32:05' }
    const outcome = await reader.read(await photograph(await drawLabel(label), { turnDeg: 90 }))
    expect(outcome).toMatchObject({
      outcome: 'read',
      reading: { reader: 'tesseract', carrier: 'YTO', waybillNo: 'YT8824526145570', evidence: 'barcode+text' },
    })
    expect(outcome.outcome === 'read' && outcome.reading.sentAt?.text).toBe('2026-11-20T14:32:05+08:00')
  } finally {
    await reader.close()
  }
}, 60_000)

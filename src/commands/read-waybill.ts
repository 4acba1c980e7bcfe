import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { readingProcess } from '../ocr/reading-process.ts'
import type { WaybillReading } from '../ocr/types.ts'
import { errorCode } from '../runtime/errors.ts'
import { readWaybillLine, refusedText, unreadableText } from '../text/zh-ocr.ts'
import type { Command } from './command.ts'

const usage = `read-waybill FILE… [--json]: reads photos of express waybills, one line each; needs no database.
--json: {file, carrier, waybillNo, evidence, sentAt, phoneTail, orderNo, sure, ask, ms}, or {file, error, ms} for a file
that is missing or refused (exit code 1 at the end, the other files are still read).`

export const readWaybill: Command = {
  usage,
  run: async ({ args, config, log, print }) => {
    const options = { json: { type: 'boolean', default: false } } as const
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options })
    if (positionals.length === 0) {
      print(usage)
      return 1
    }
    const reader = await readingProcess({ choice: config.ocrReader, log })
    if (reader.fellBackBecause !== undefined)
      log('warn', 'reading with tesseract: the native runtime cannot be loaded', { reason: reader.fellBackBecause })
    let failed = false
    try {
      for (const file of positionals) {
        const startedMs = performance.now()
        const bytes = await readFile(file).catch(unlessUnreadable)
        const outcome = bytes === undefined ? undefined : await reader.read(bytes)
        const ms = Math.round(performance.now() - startedMs)
        if (outcome?.outcome === 'read') {
          print(values.json ? JSON.stringify(asJson(file, outcome.reading, ms)) : asLine(file, outcome.reading, ms))
          continue
        }
        failed = true
        const error = outcome?.reason ?? 'missing'
        print(values.json ? JSON.stringify({ file, error, ms }) : `${file}: ${refusedText(error)}`)
      }
    } finally {
      await reader.close()
    }
    return failed ? 1 : 0
  },
}

function unlessUnreadable(error: unknown): undefined {
  if (['ENOENT', 'EISDIR', 'EACCES', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined
  throw error
}

function asJson(file: string, reading: WaybillReading, ms: number) {
  const { carrier, waybillNo, evidence, sentAt, phoneTail, orderNo, ask, unreadable } = reading
  return {
    file,
    carrier,
    waybillNo,
    evidence,
    sentAt: sentAt?.text ?? null,
    phoneTail,
    orderNo,
    sure: isSure(reading),
    ask,
    ms,
    ...(unreadable === null ? {} : { unreadable }),
  }
}

function asLine(file: string, reading: WaybillReading, ms: number): string {
  const { carrier, waybillNo, sentAt, unreadable } = reading
  if (unreadable !== null) return `${file}: ${unreadableText(unreadable)}`
  return readWaybillLine({ file, carrier, waybillNo, sentAt: sentAt?.text ?? null, sure: isSure(reading), ms })
}

/** Number and carrier may be acted on without asking. */
function isSure({ sure }: WaybillReading): boolean {
  return sure.waybillNo && sure.carrier
}

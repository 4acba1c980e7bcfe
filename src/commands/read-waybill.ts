import { readFile, stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { mostPhotoBytes } from '../ocr/picture-kind.ts'
import { readingProcess } from '../ocr/reading-process.ts'
import type { WaybillReading } from '../ocr/types.ts'
import { errorCode } from '../runtime/errors.ts'
import { readWaybillLine, refusedLine, unreadableLine } from '../text/zh-ocr.ts'
import type { Command } from './command.ts'

const usage = `read-waybill FILE… [--json]: reads photos of express waybills, one line each; needs no database.
--json: {file, carrier, waybillNo, evidence, sentAt, phoneTail, orderNo, sure, ask, ms}, with "error" for a file that is missing
or refused: nothing is known of it then (exit code 1 at the end, the other files are still read).`

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
        const bytes = await bytesOf(file)
        const outcome = typeof bytes === 'string' ? undefined : await reader.read(bytes)
        const ms = Math.round(performance.now() - startedMs)
        if (outcome?.outcome === 'read') {
          print(values.json ? JSON.stringify(asJson(file, outcome.reading, ms)) : asLine(file, outcome.reading, ms))
          continue
        }
        failed = true
        const error = typeof bytes === 'string' ? bytes : outcome?.reason
        print(
          values.json ? JSON.stringify({ ...asJson(file, nothingRead, ms), error }) : refusedLine(file, error ?? ''),
        )
      }
    } finally {
      await reader.close()
    }
    return failed ? 1 : 0
  },
}

type NoBytes = 'missing' | 'directory' | 'forbidden' | 'too-big'

/** What lies there; a file that is too big is told by its size, not by reading it. */
async function bytesOf(file: string): Promise<Uint8Array | NoBytes> {
  try {
    const { size } = await stat(file)
    return size > mostPhotoBytes ? 'too-big' : await readFile(file)
  } catch (error) {
    const reason = noBytes[errorCode(error) ?? '']
    if (reason === undefined) throw error
    return reason
  }
}

const noBytes: Readonly<Record<string, NoBytes>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  ENAMETOOLONG: 'missing',
  EISDIR: 'directory',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
}

/** The part of a reading that is told here. */
type Said = Pick<
  WaybillReading,
  'carrier' | 'waybillNo' | 'evidence' | 'sentAt' | 'phoneTail' | 'orderNo' | 'ask' | 'unreadable'
> & { readonly sure: Pick<WaybillReading['sure'], 'waybillNo' | 'carrier'> }

const nothingRead: Said = {
  ...{ carrier: null, waybillNo: null, evidence: null, sentAt: null, phoneTail: null, orderNo: null, unreadable: null },
  ...{ sure: { waybillNo: false, carrier: false }, ask: ['waybillNo', 'carrier'] },
}

function asJson(file: string, reading: Said, ms: number) {
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
  if (unreadable !== null) return unreadableLine(file, unreadable)
  return readWaybillLine({ file, carrier, waybillNo, sentAt: sentAt?.text ?? null, sure: isSure(reading), ms })
}

/** Number and carrier may be acted on without asking. */
function isSure({ sure }: Said): boolean {
  return sure.waybillNo && sure.carrier
}

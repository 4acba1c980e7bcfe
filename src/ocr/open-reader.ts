import sharp from 'sharp'
import type { Clock } from '../runtime/clock.ts'
import { CannotStart } from '../runtime/errors.ts'
import { openPaddle } from './paddle.ts'
import { openTesseract } from './tesseract.ts'
import type { TextEngine } from './text-engine.ts'
import type { ReaderName, WaybillReader } from './types.ts'
import { waybillReader } from './waybill-reader.ts'

export type ReaderOptions = {
  /** Undefined: paddle where its native runtime loads, else tesseract. */
  readonly choice?: ReaderName | undefined
  /** For times printed without a year. */
  readonly clock: Clock
  /** Threads of the native runtime; default 2. */
  readonly threads?: number
}

export type OpenedReader = {
  readonly reader: WaybillReader
  /** Why the better reader could not be had; undefined when it was not asked for or works. For logs and doctor. */
  readonly fellBackBecause?: string
}

/**
 * Opens the chosen reader in this process. Without a choice paddle is taken and tesseract where paddle's native runtime cannot
 * be loaded; a reader that was asked for by name and cannot start throws CannotStart.
 */
export async function openReader({ choice, clock, threads }: ReaderOptions): Promise<OpenedReader> {
  if (choice === 'tesseract') return { reader: await waybillReader(await openTesseract(), clock) }
  const paddle = await openPaddle(threads).catch((error: unknown) => new Unloadable(error))
  if (!(paddle instanceof Unloadable)) return { reader: await waybillReader(paddle, clock) }
  const because = paddle.because
  if (choice === 'paddle')
    throw new CannotStart(`OCR_READER=paddle cannot start here (${because}); use OCR_READER=tesseract.`)
  const engine: TextEngine = await openTesseract()
  return { reader: await waybillReader(engine, clock), fellBackBecause: because }
}

/** Runs the whole chain once on an empty sheet, so that the first photo does not pay for what is set up on first use. */
export async function warmUp(reader: WaybillReader): Promise<void> {
  const sheet = sharp({ create: { width: 720, height: 960, channels: 3, background: 'white' } })
  await reader.read(await sheet.jpeg().toBuffer())
}

class Unloadable {
  readonly because: string
  constructor(error: unknown) {
    this.because = (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 200) ?? 'unknown'
  }
}

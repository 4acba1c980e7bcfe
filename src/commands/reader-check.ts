import { readingProcess } from '../ocr/reading-process.ts'
import type { ReaderName } from '../ocr/types.ts'
import { CannotStart } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'

/** Which reader of photos starts here, and why not the better one; `repair` undefined = fine. */
export async function readerVerdict(choice: ReaderName | undefined, log: Log) {
  const check = 'reader of waybill photos'
  try {
    const reader = await readingProcess({ choice, log })
    const { name, fellBackBecause } = reader
    await reader.close()
    const note = fellBackBecause === undefined ? name : `${name}, since ${fellBackBecause}`
    return { check, repair: undefined, note }
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error
    return { check, repair: error.message }
  }
}

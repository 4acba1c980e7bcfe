// The process that reads photos, one at a time. Started by reading-process.ts; ends when its parent goes away.
import { systemClock } from '../runtime/clock.ts'
import { CannotStart } from '../runtime/errors.ts'
import type { ChildAnswer, ChildOrder } from './child-wire.ts'
import { openReader, warmUp } from './open-reader.ts'
import type { ReaderName } from './types.ts'

function answer(message: ChildAnswer): void {
  process.send?.(message)
}

function said(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

const [choice = '', threads = '2'] = process.argv.slice(2)

process.on('disconnect', () => process.exit(0))

try {
  const { reader, fellBackBecause } = await openReader({
    choice: choice === '' ? undefined : (choice as ReaderName),
    clock: systemClock,
    threads: Number(threads),
  })
  process.on('message', (order: ChildOrder) => {
    void reader.read(order.bytes).then(
      (outcome) => answer({ kind: 'outcome', outcome, rssBytes: process.memoryUsage.rss() }),
      (error: unknown) => {
        answer({ kind: 'fault', reason: said(error) })
        // the channel is flushed before the process ends
        process.disconnect?.()
      },
    )
  })
  await warmUp(reader)
  answer({ kind: 'ready', reader: reader.name, ...(fellBackBecause === undefined ? {} : { fellBackBecause }) })
} catch (error) {
  // what to do about it is said already
  answer({ kind: 'unable', reason: error instanceof CannotStart ? error.message : said(error) })
  process.disconnect?.()
}

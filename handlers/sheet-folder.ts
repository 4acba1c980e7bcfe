import type { Reply } from '../src/chat/reply.ts'
import type { FolderFile, SheetFolder } from '../src/hub/sheet-folder-port.ts'
import { type FolderRecord, sha256Of } from '../src/hub/sheet-folder-record.ts'
import type { ImportOutcome, SheetImports } from '../src/hub/sheet-imports.ts'
import type { Sources } from '../src/hub/sources.ts'
import type { Receiver } from '../src/hub/staff.ts'
import type { Tick } from '../src/jobs/schedule.ts'
import type { Clock } from '../src/runtime/clock.ts'
import { errorFields, type Log } from '../src/runtime/log.ts'
import { reportReply } from './sheet-import.ts'
import { replyTo } from './urge.ts'

export type FolderParts = {
  readonly folder: SheetFolder
  readonly everyMs: number
  readonly imports: SheetImports
  readonly record: FolderRecord
  /** These members, or those of the role where none is named. */
  readonly receivers: (memberIds: readonly string[]) => Promise<readonly Receiver[]>
  readonly heard: Pick<Sources, 'heard' | 'failed'>
  readonly wake: () => void
  readonly clock: Clock
  readonly log: Log
}

/** Takes in what stands still in a watched folder and tells its people; one file's trouble keeps no other back. */
export function sheetFolderTick(parts: FolderParts): Tick {
  const { folder, everyMs } = parts
  return { name: `sheets ${folder.name}`, everyMs, run: (stop) => lookOnce(parts, stop) }
}

async function lookOnce(parts: FolderParts, stop: AbortSignal): Promise<void> {
  const { folder, heard, clock, log } = parts
  try {
    const { files, problems } = await folder.look()
    const failed = [...problems]
    for (const file of files) {
      if (stop.aborted) return
      try {
        await takeFile(parts, file)
      } catch (error) {
        // it stays unsettled: the next look tries it again
        log('error', 'a sheet of a watched folder was not taken', { connector: folder.name, ...errorFields(error) })
        failed.push('a sheet was not taken')
      }
    }
    if (failed[0] === undefined) await heard.heard(folder.source, clock.nowMs())
    else await heard.failed(folder.source, failed[0])
  } catch (error) {
    log('error', 'a watched folder was not looked at', { connector: folder.name, ...errorFields(error) })
    await heard.failed(folder.source, error instanceof Error ? error.message : 'failed')
  }
}

async function takeFile(parts: FolderParts, file: FolderFile): Promise<void> {
  const { folder, imports, record, clock } = parts
  const read = await file.read()
  if (read.outcome === 'changing') return
  const sha256 = sha256Of(read.outcome === 'read' ? read.bytes : `${read.problem} ${file.state}`)
  const people = await parts.receivers(folder.tells)
  if (people.length === 0) parts.log('warn', 'nobody hears of the sheets of a folder', { connector: folder.name })
  const entries = (done: ImportOutcome) =>
    entriesFor(people, file, sha256, reportReply(done, file.fileName, clock.nowMs()))
  const refuse = async (done: Extract<ImportOutcome, { outcome: 'refused' | 'needs-columns' }>) => {
    const problem = done.outcome === 'refused' ? done.problem : done.outcome
    if (await record.refuse({ ...file, sha256, problem }, entries(done))) parts.wake()
  }
  if (read.outcome === 'refused') {
    await refuse(read)
    // what is locked is tried again until it opens; it is told once
    if (read.problem !== 'locked') file.settle()
    return
  }
  if (!(await record.dealtWith(file.sender, sha256))) {
    const { sender, fileName, shop } = file
    const done = await imports.importFile({
      bytes: read.bytes,
      fileName,
      sender,
      // a clock that runs ahead on another machine must not make a sheet newer than all that follows
      toldAtMs: Math.min(file.toldAtMs, clock.nowMs()),
      ...(shop !== undefined && { shop }),
      follow: entries,
    })
    if (done.outcome === 'refused' || done.outcome === 'needs-columns') await refuse(done)
    else if (done.outcome === 'imported') parts.wake()
  }
  file.settle()
}

/** The same file is told of once, whichever process took it. */
function entriesFor(people: readonly Receiver[], file: FolderFile, sha256: string, reply: Reply) {
  return people.map((one) => replyTo(one, `${file.sender}:${sha256.slice(0, 24)}:${one.memberId}`, reply))
}

import { sheetReportCard } from '../cards/sheet-report.ts'
import type { ChatEvent, Conversation, EpochMs, FileEvent, MediaRef } from '../src/chat/event.ts'
import type { MediaSource, OutboundMessage } from '../src/chat/ports.ts'
import type { Reply, Trace } from '../src/chat/reply.ts'
import type { ImportOutcome, SheetImports } from '../src/hub/sheet-imports.ts'
import type { Task } from '../src/jobs/worker.ts'
import type { Clock } from '../src/runtime/clock.ts'
import { assertNever, BadPayload, PlatformRefused } from '../src/runtime/errors.ts'
import { momentText } from '../src/text/format.ts'
import { sheetTexts } from '../src/text/zh-sheets.ts'
import type { Route } from './route.ts'
import { chatEntry } from './tasks.ts'

export const sheetImportTaskName = 'sheet.import'

/** A sheet that waits to be fetched and taken in; the payload of the outbox row. */
export type SheetJob = {
  readonly media: MediaRef
  readonly fileName: string
  readonly to: Conversation
  readonly memberId: string
  /** When it was sent in. */
  readonly toldAtMs: EpochMs
}

export type SheetRouteParts = {
  /** Writes the job to the outbox; the same key twice is one job. */
  readonly request: (key: string, job: SheetJob) => Promise<void>
}

const sheetName = /\.(?:xlsx|xls|csv|tsv)$/i

/** A spreadsheet dropped in the chat is imported, by those who may; any other file is answered with what to do instead. */
export function sheetImportRoutes({ request }: SheetRouteParts): readonly [Route<FileEvent>, Route<FileEvent>] {
  return [
    {
      name: 'sheet-import',
      needs: 'import',
      take: (event) => (isSheet(event) ? event : undefined),
      handle: async (event, member) => {
        const { media, fileName, conversation, sentAtMs } = event
        await request(`sheet:${event.platform}:${event.id}`, {
          media,
          fileName,
          to: conversation,
          memberId: member.id,
          toldAtMs: sentAtMs,
        })
        return say(sheetTexts.received(shortName(fileName)), event)
      },
    },
    {
      name: 'other-file',
      needs: 'ask',
      take: (event) => (event.kind === 'file' && !isSheet(event) ? event : undefined),
      handle: async (event) => say(sheetTexts.notASheet(shortName(event.fileName)), event),
    },
  ]
}

function isSheet(event: ChatEvent): event is FileEvent {
  return event.kind === 'file' && sheetName.test(event.fileName.trim())
}

/** The names of intents end with the question set; a file is none of them. */
function say(text: string, event: FileEvent): Reply {
  const trace: Trace = { intent: 'unsupported', slots: {}, expect: 'answer', mask: event.conversation.kind === 'group' }
  return { kind: 'text', text, trace }
}

function shortName(fileName: string): string {
  const signs = [...fileName.replace(/[\p{Cc}\p{Cf}]/gu, '')]
  return signs.length <= 40 ? signs.join('') : `${signs.slice(0, 39).join('')}…`
}

export type SheetTaskParts = {
  readonly imports: SheetImports
  readonly media: MediaSource
  /** Queues a message to a conversation; the same key twice is one message. */
  readonly say: (message: OutboundMessage) => Promise<void>
  readonly clock: Clock
}

/** Fetches the file, takes it in and tells the conversation what became of it. Repeats do nothing new. */
export function sheetImportTask({ imports, media, say: send, clock }: SheetTaskParts): Task {
  return async (payload, key) => {
    if (!isJob(payload)) return { outcome: 'give-up', reason: 'the row holds no sheet', alarm: true }
    const { fileName, to, memberId, toldAtMs } = payload
    const tell = (reply: Reply) => send({ key: `${key}:report`, to, reply })
    const bytes = await media.fetch(payload.media).catch(unlessLost)
    if (!(bytes instanceof Uint8Array)) {
      const text = bytes === 'too-big' ? sheetTexts.refused(fileName, 'too_big') : sheetTexts.unreachable(fileName)
      await tell({ kind: 'text', text })
      return { outcome: 'done', receipt: { result: bytes } }
    }
    const report = (done: ImportOutcome) => reportReply(done, fileName, clock.nowMs())
    const done = await imports.importFile({
      bytes,
      fileName,
      sender: memberId,
      toldAtMs,
      follow: (imported) => [chatEntry({ key: `${key}:report`, to, reply: report(imported) })],
    })
    // after an import that stood before a crash this is the same key again, and the report of then is what is sent
    if (done.outcome !== 'imported') await tell(report(done))
    return { outcome: 'done', receipt: { result: done.outcome } }
  }
}

/** What the platform will never give out is told to the sender; everything else is tried again. */
function unlessLost(error: unknown): 'too-big' | 'lost' {
  if (error instanceof BadPayload) return 'too-big'
  if (error instanceof PlatformRefused && !error.retryable) return 'lost'
  throw error
}

/** What the sender hears of an import. */
export function reportReply(done: ImportOutcome, fileName: string, nowMs: EpochMs): Reply {
  switch (done.outcome) {
    case 'imported':
      return { kind: 'card', card: sheetReportCard(done.report) }
    case 'unchanged':
      return { kind: 'text', text: sheetTexts.unchanged(momentText(done.firstAtMs, nowMs)) }
    case 'needs-columns':
      return { kind: 'text', text: sheetTexts.needsColumns(done.missing, done.headers) }
    case 'refused':
      return { kind: 'text', text: sheetTexts.refused(shortName(fileName), done.problem) }
    default:
      return assertNever(done)
  }
}

function isJob(payload: unknown): payload is SheetJob {
  if (typeof payload !== 'object' || payload === null) return false
  const has = (field: string) => field in payload
  return ['media', 'fileName', 'to', 'memberId', 'toldAtMs'].every(has)
}

import { join } from 'node:path'
import { chatEntry, taskMaxAgeMs } from '../handlers/tasks.ts'
import type { AnswerSources } from './answer-parts.ts'
import type { ChatEvent } from './chat/event.ts'
import type { Role } from './chat/member.ts'
import type { OutboundMessage } from './chat/ports.ts'
import type { Reply } from './chat/reply.ts'
import { readSheetOrders } from './connectors/sheet-orders.ts'
import { openDatabase } from './db/client.ts'
import { attachments } from './hub/attachments.ts'
import { audit } from './hub/audit.ts'
import { inbox } from './hub/inbox.ts'
import { intake } from './hub/intake.ts'
import { members } from './hub/members.ts'
import { type OutboxEntry, outbox } from './hub/outbox.ts'
import type { PersonalData } from './hub/personal.ts'
import { queryLog } from './hub/query-log.ts'
import { retention } from './hub/retention.ts'
import { sendBudget } from './hub/send-budget.ts'
import { sharedToken } from './hub/shared-token.ts'
import { sheetImports } from './hub/sheet-imports.ts'
import { transcript } from './hub/transcript.ts'
import { blobFiles, type Seal } from './runtime/blob-files.ts'
import { type Clock, systemClock } from './runtime/clock.ts'
import { randomIds } from './runtime/ids.ts'
import type { Log } from './runtime/log.ts'
import type { Store } from './store.ts'
import { memberWords } from './text/zh-members.ts'

export type HubParts = { readonly store: Store; readonly dataDir: string; readonly clock: Clock; readonly log: Log }

export type Hub = ReturnType<typeof openHub>

/** A door waits behind these statements, so they may not take long (reliability.md rule 9). */
const doorLimits = { statementTimeoutMs: 2_000, lockTimeoutMs: 1_000 }

/** Every part of the order hub on one database, for the desk and for commands. Close it before the store. */
export function openHub({ store, dataDir, clock, log }: HubParts) {
  const { database, personal } = store
  const door = openDatabase(store.target, { ...doorLimits, name: 'chadan door' })
  const ids = randomIds()
  const blobs = blobFiles({ dir: join(dataDir, 'files'), seal: fileSeal(personal), ids })
  const exportFiles = blobFiles({ dir: join(dataDir, 'exports'), seal: fileSeal(personal), ids })
  const box = outbox(database, personal, { maxAgeMs: taskMaxAgeMs })
  const chain = audit(database, clock)
  const orders = intake(database, personal, clock, ids)
  const toOutbox = (entry: OutboxEntry) => database.sql.begin((tx) => box.enqueue(tx, [entry]))
  const answering: AnswerSources = {
    door,
    database,
    personal,
    outbox: box,
    audit: chain,
    blobs,
    exportFiles,
    intake: orders,
    clock,
    ids,
    log,
  }
  return {
    ids,
    /** For answerParts and talkParts. */
    answering,
    blobs,
    exportFiles,
    outbox: box,
    /** Written and committed at once; wake the pump after it. */
    toOutbox,
    inbox: inbox<ChatEvent, Reply, OutboundMessage>({
      database: door,
      cipher: personal,
      outbox: box,
      entryOf: chatEntry,
      clock,
      log,
    }),
    members: members<Role>({ database, personal, ids, words: memberWords }),
    queryLog: queryLog(database, clock),
    // what is erased and what a vendor gave out go by the real time, wherever the play page has moved the desk's
    retention: retention(database, systemClock),
    sharedToken: sharedToken(database, personal, systemClock),
    sendBudget: sendBudget(database),
    playTranscript: transcript(database, personal, 'play'),
    attachments: attachments({ database, blobs, clock }),
    imports: sheetImports({
      database,
      read: readSheetOrders,
      intake: orders,
      audit: chain,
      outbox: box,
      keep: blobs.put,
      clock,
      ids,
    }),
    close: () => door.close(),
  }
}

/** personal.ts seals text; files go through it as base64. */
function fileSeal(personal: PersonalData): Seal {
  return {
    seal: (clear) => personal.seal(Buffer.from(clear).toString('base64'), 'file'),
    unseal: (sealed) => Buffer.from(personal.open(sealed, 'file'), 'base64'),
  }
}

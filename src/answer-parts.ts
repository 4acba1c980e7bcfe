import type { ActionCodec } from '../cards/actions.ts'
import { type ExportParts, mostExported } from '../handlers/order-export.ts'
import type { Remembered, TalkParts } from '../handlers/question.ts'
import type { DeskParts } from '../handlers/routes.ts'
import { photoEntry } from '../handlers/waybill-photo.ts'
import type { PlatformName } from './chat/event.ts'
import { csvFile } from './connectors/sheet-write.ts'
import type { Database } from './db/client.ts'
import { alertLookup } from './hub/alerts.ts'
import type { Audit } from './hub/audit.ts'
import { chatMemory } from './hub/chat-memory.ts'
import { commandLedger } from './hub/command-ledger.ts'
import { confirmRefund } from './hub/confirm-refund.ts'
import { customerMerges } from './hub/customer-merge.ts'
import { directAnswerRate } from './hub/direct-rate.ts'
import { drafts } from './hub/drafts.ts'
import { orderExports } from './hub/exports.ts'
import { flowEdits } from './hub/flow-edit.ts'
import { follows } from './hub/follows.ts'
import { giftLookup } from './hub/gift-facts.ts'
import { handoffs } from './hub/handoffs.ts'
import type { Intake } from './hub/intake.ts'
import { lookupBudget } from './hub/lookup-budget.ts'
import { notesOf } from './hub/notes.ts'
import { noticeLookup } from './hub/notices.ts'
import { nudges } from './hub/nudges.ts'
import { type OrderSource, orderPull } from './hub/on-demand.ts'
import { orderLookup } from './hub/orders.ts'
import type { Outbox } from './hub/outbox.ts'
import { overdueNow } from './hub/overdue-now.ts'
import { pendingFor } from './hub/pending-for.ts'
import type { PersonalData } from './hub/personal.ts'
import { type PhotosParts, photos } from './hub/photos.ts'
import { profileLookup } from './hub/profile.ts'
import { queryLog } from './hub/query-log.ts'
import { refundMismatches } from './hub/refund-mismatch.ts'
import { refundTimes } from './hub/refund-times.ts'
import { refusals } from './hub/refusals.ts'
import { returnLookup } from './hub/return-lookup.ts'
import { returnPolicy } from './hub/return-policy.ts'
import { reversals } from './hub/reversals.ts'
import { ruleLookup } from './hub/rule-decisions.ts'
import { clockRules } from './hub/rungs.ts'
import { savedViews } from './hub/saved-views.ts'
import { sayOnce } from './hub/say-once.ts'
import { sendBudget } from './hub/send-budget.ts'
import { setCarrier } from './hub/set-carrier.ts'
import { settings } from './hub/settings.ts'
import { sources } from './hub/sources.ts'
import { receiversOf, staff } from './hub/staff.ts'
import { statsLookup } from './hub/stats.ts'
import { stockLookup } from './hub/stock.ts'
import { todoLookup } from './hub/todo.ts'
import { touchLookup } from './hub/touch-health.ts'
import { undoDecision } from './hub/undo-decision.ts'
import { outwardActions } from './outward-parts.ts'
import type { BlobFiles } from './runtime/blob-files.ts'
import type { Clock } from './runtime/clock.ts'
import type { Ids } from './runtime/ids.ts'
import type { Log } from './runtime/log.ts'
import { customerWords } from './text/zh-commands.ts'
import { severalChannels } from './text/zh-surveys.ts'

export type AnswerSources = {
  /** Statements people wait for: bounded in time. */
  readonly door: Database
  readonly database: Database
  readonly personal: PersonalData
  readonly outbox: Outbox
  readonly audit: Audit
  readonly blobs: PhotosParts['blobs']
  /** Exported lists; they go with their links. */
  readonly exportFiles: BlobFiles
  readonly intake: Intake
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}

/**
 * What the answers are made from, joined once. `reachable`: platforms that messages can leave by; `exportLinks`: where
 * exported lists are fetched, nowhere when left out.
 */
export function answerParts(
  from: AnswerSources,
  codec: ActionCodec,
  reachable: readonly PlatformName[],
  exportLinks: ExportParts['exportLinks'] = () => undefined,
): DeskParts {
  const { door, database, personal, outbox, audit, blobs, exportFiles, clock, ids } = from
  const lookup = orderLookup(door, personal, clock)
  const kept = settings(door)
  const outward = outwardActions({ outbox, clock, personal, refundTimes: () => refundTimes(kept) })
  const writing = { database, outbox, audit, clock, channels: reachable }
  return {
    lookup,
    clock,
    codec,
    returns: returnLookup(door, personal),
    notesOf: notesOf(door),
    refundTimes: () => refundTimes(kept),
    returnPolicy: () => returnPolicy(kept),
    gifts: giftLookup(door),
    stock: stockLookup(door),
    todo: todoLookup(door),
    alerts: alertLookup(door),
    stats: statsLookup(door, directAnswerRate(door)),
    notices: noticeLookup(door),
    profiles: profileLookup(door, personal),
    touch: touchLookup(door),
    peopleOf: (role: string) => receiversOf(database.sql, { roles: [role], platform: reachable[0] ?? '', reachable }),
    sayOnce: sayOnce(database, outbox),
    flow: flowEdits({ database, audit, clock }),
    setCarrier: setCarrier({ database, personal, audit, clock }),
    merges: customerMerges({ database, personal, audit, clock, severalChannels }),
    rules: ruleLookup(door),
    confirmRefund: confirmRefund({ database, audit, clock }),
    mismatches: refundMismatches({ database, audit, clock }),
    decidersOfMoney: async () => {
      const roles = ['finance', 'director']
      const each = reachable.map((platform) => receiversOf(database.sql, { roles, platform, reachable: [platform] }))
      return (await Promise.all(each)).flat()
    },
    receiptOf: (key: string) => outbox.receiptOf(key),
    drafts: drafts({
      database,
      personal,
      outbox,
      audit,
      clock,
      ids,
      reachable,
      closeTodo: outward.closeTodo,
      returnApproved: outward.returnApproved,
    }),
    commands: commandLedger(writing),
    undo: undoDecision({ database, audit, clock, closeTodo: outward.closeTodo }),
    reversals: reversals({ ...writing, ...outward, personal, ids, words: customerWords }),
    overdue: overdueNow({ database: door, personal, audit, clock, rules: () => clockRules(kept) }),
    nudges: nudges({ database, outbox, audit, clock, ids, reachable }),
    handoffs: handoffs({ database, outbox, clock, ids, reachable }),
    follows: follows({ database, lookup, outbox, clock }),
    pendingFor: pendingFor(door),
    views: savedViews(door, clock),
    // as many rows as a file holds take longer than people wait for a statement
    wholeLists: { list: orderLookup(database, personal, clock, { orders: mostExported, nodes: 0 }).list },
    exports: orderExports({ database, audit, files: exportFiles, write: csvFile }),
    exportLinks,
    photos: photos({ database, blobs, clock, ids }),
    readPhoto: (media, question) => database.sql.begin((tx) => outbox.enqueue(tx, [photoEntry(media, question)])),
    rights: { colleagues: staff(door).colleagues, ...refusals(database, audit) },
  }
}

/** What a talk needs besides: memory, a limit, and who is asked for an order nobody here knows. `cli ask` goes without. */
export function talkParts(from: AnswerSources, orderSources: readonly OrderSource[]) {
  const { door, database, personal, intake, clock, log } = from
  return {
    memory: chatMemory<Remembered>(database, personal, clock),
    asked: queryLog(door, clock),
    budget: lookupBudget(sendBudget(database), log),
    pull: orderPull({ sources: orderSources, intake, heard: sources(database), clock, log }),
  } satisfies TalkParts
}

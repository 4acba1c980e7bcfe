import type { CrmFeed } from '../src/hub/crm-told.ts'
import type { Feed } from '../src/hub/feed.ts'
import type { Outbound } from '../src/hub/outbound.ts'
import type { SmsReceipts } from '../src/hub/sms-receipts.ts'
import { type FeedJob, feedTask } from '../src/hub/take-push.ts'
import type { Tracking } from '../src/hub/tracking.ts'
import type { Task } from '../src/jobs/worker.ts'
import { assertNever } from '../src/runtime/errors.ts'

/** Fetches what a push pointed at. An order that its source does not show yet is asked for again by the outbox's ladder. */
export function feedTasks(
  feed: Pick<Feed, 'fetch'>,
  tracking: Pick<Tracking, 'heard'>,
  receipts: Pick<SmsReceipts, 'heard'>,
  crm: Pick<CrmFeed, 'heard'>,
  outbound: Pick<Outbound, 'heard'>,
): Readonly<Record<string, Task>> {
  const taken = async ({ connector, about, track, crm: said, out }: FeedJob, stop: AbortSignal) => {
    if (about.kind === 'outbound')
      return out === undefined ? ('not-there' as const) : outbound.heard({ connector, told: out })
    if (about.kind === 'customer')
      return crm.heard({ connector, recordId: about.recordId, ...(said && { crm: said }) }, stop)
    if (about.kind === 'sms') return receipts.heard(connector, about)
    return about.kind === 'parcel'
      ? tracking.heard({ connector, waybillNo: about.waybillNo, ...(track && { track }) }, stop)
      : feed.fetch({ connector, about }, stop)
  }
  return {
    [feedTask]: async (payload, _key, stop) => {
      if (!isJob(payload)) return { outcome: 'give-up', reason: 'the row holds no push', alarm: true }
      const fetched = await taken(payload, stop)
      switch (fetched) {
        case 'taken':
        case 'fetched-since':
          return { outcome: 'done' }
        case 'not-there':
          return { outcome: 'retry', reason: 'the source does not show it yet' }
        case 'too-soon':
          return { outcome: 'retry', reason: 'its tracker was asked a moment ago' }
        case 'unknown-connector':
          return { outcome: 'give-up', reason: 'its connector is not configured any more', alarm: true }
        default:
          return assertNever(fetched)
      }
    },
  }
}

/** The outbox is ours, but an older release may have written the row. */
function isJob(payload: unknown): payload is FeedJob {
  if (typeof payload !== 'object' || payload === null || !('connector' in payload) || !('about' in payload))
    return false
  return (
    typeof payload.connector === 'string' &&
    typeof payload.about === 'object' &&
    payload.about !== null &&
    'kind' in payload.about
  )
}

import type { DeskParts } from '../../handlers/routes.ts'
import { defaultFlow } from '../../src/hub/flow-rules.ts'
import { defaultRefundTimes } from '../../src/hub/refund-times.ts'
import { defaultReturnPolicy } from '../../src/hub/return-policy.ts'

const nothing = { items: [], counts: { red: 0, yellow: 0, green: 0 } }

/** A hub that knows orders and nothing else, for desks over orders in memory: every other question finds nothing. */
export const quietParts: Omit<DeskParts, 'lookup' | 'clock' | 'codec' | 'memory' | 'pull' | 'budget' | 'asked'> = {
  returns: { byNo: async () => undefined, ofOrder: async () => undefined },
  refundTimes: async () => defaultRefundTimes,
  returnPolicy: async () => defaultReturnPolicy,
  gifts: { ofOrder: async () => undefined },
  stock: { find: async () => ({ items: [], more: false, source: { name: 'wms.push' } }) },
  todo: {
    approvals: async () => nothing,
    escalated: async () => nothing,
    ownReturns: async () => ({ items: [], total: 0 }),
    handedOver: async () => [],
  },
  alerts: { list: async () => ({ items: [], total: 0, more: false, kinds: [] }) },
  stats: { count: async () => ({ outcome: 'too-slow' }), staleSources: async () => [] },
  notices: { ofOrder: async () => ({ notices: [], connected: false }) },
  touch: { of: async (dayMs) => ({ dayMs, delivered: 0, failed: 0, photoFailures: 0 }), failures: async () => [] },
  peopleOf: async () => [],
  sayOnce: async () => 0,
  flow: {
    live: async () => ({ version: 1, rules: defaultFlow, running: 0 }),
    look: async () => ({ outcome: 'same' }),
    publish: async () => ({ outcome: 'same' }),
  },
  setCarrier: async () => ({ outcome: 'gone' }),
  merges: { settle: async () => 0, undo: async () => 'unknown' },
  profiles: { find: async () => ({ customers: [], more: false }), ofOrder: async () => undefined },
  rules: { ofOrder: async () => [], gifts: async () => [] },
  drafts: {
    open: async () => ({ outcome: 'refused', why: { code: 'gone' } }),
    find: async () => undefined,
    newest: async () => undefined,
    confirm: async () => ({ outcome: 'unknown' }),
    drop: async () => ({ outcome: 'unknown' }),
  },
  confirmRefund: async () => ({ outcome: 'refused', why: 'gone' }),
  commands: {
    begin: async () => ({ outcome: 'over', state: 'unknown' }),
    done: async () => {},
    later: async () => {},
    failed: async () => {},
    replay: async () => ({ outcome: 'gone' }),
    find: async () => undefined,
    ofSubject: async () => [],
  },
  undo: async () => ({ outcome: 'gone' }),
  reversals: { ask: async () => ({ outcome: 'gone' }), decide: async () => ({ outcome: 'gone' }) },
  nudges: { look: async () => undefined, nudge: async () => ({ outcome: 'nothing-waits' }) },
  overdue: { ofReturn: async () => undefined, phoneOfHolder: async () => ({ outcome: 'gone' }) },
  handoffs: { handOver: async () => ({ outcome: 'nobody' }), withdraw: async () => ({ outcome: 'unknown' }) },
  follows: {
    follow: async () => 'no-order',
    unfollow: async () => 'not-followed',
    isFollowed: async () => false,
    tellChanges: async () => 0,
  },
  pendingFor: async () => [],
  views: {
    save: async () => 'full',
    ofMember: async () => [],
    find: async () => undefined,
    remove: async () => 'unknown',
  },
  wholeLists: { list: async () => ({ orders: [], more: false, total: 0 }) },
  exports: { keep: async () => 'blob_1', refused: async () => {} },
  exportLinks: () => undefined,
  photos: {
    ofJob: async () => undefined,
    keep: async () => ({ id: 'ph_1', storedAs: 'blob_1', state: 'waiting' }),
    bytesOf: async () => undefined,
    twinOf: async () => undefined,
    match: async () => undefined,
    settle: async () => {},
    confirm: async () => undefined,
    labelFor: async () => undefined,
    unclaimed: async () => undefined,
    storedAs: async () => undefined,
  },
  readPhoto: async () => {},
  rights: { colleagues: async () => [], refused: async () => {}, foreignTap: async () => {}, badTap: async () => {} },
}

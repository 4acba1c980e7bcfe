// The chat of a desk with all its routes in a process of its own that CHADAN_FAULT may kill: events come by HTTP, messages leave
// for the test.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { dispatch } from '../../bot/dispatch.ts'
import { outbound } from '../../bot/outbound.ts'
import type { Platform } from '../../bot/platform.ts'
import { routes } from '../../handlers/routes.ts'
import { tasks } from '../../handlers/tasks.ts'
import { answerParts, talkParts } from '../../src/answer-parts.ts'
import { approvalParts } from '../../src/approval-parts.ts'
import type { ChatEvent } from '../../src/chat/event.ts'
import { type DatabaseTarget, openDatabase } from '../../src/db/client.ts'
import { tapDecision } from '../../src/hub/tap-decision.ts'
import { openHub } from '../../src/hub-parts.ts'
import { bullmqQueue } from '../../src/jobs/bullmq-queue.ts'
import { hintTasks, pump } from '../../src/jobs/pump.ts'
import { schedule } from '../../src/jobs/schedule.ts'
import { worker } from '../../src/jobs/worker.ts'
import { movableClock } from '../../src/runtime/clock.ts'
import { enableFaults } from '../../src/runtime/fault.ts'
import { jsonLog } from '../../src/runtime/log.ts'
import { testPersonal as personal } from '../kit/cipher.ts'
import { codec } from '../kit/every-card.ts'

const { target, effects } = JSON.parse(process.argv[2] ?? '') as { target: DatabaseTarget; effects: string }
const log = jsonLog('error')
const clock = movableClock()
const database = openDatabase(target)
const store = { target, database, personal, dataKeyHex: '', close: async () => {} }
const hub = openHub({ store, dataDir: await mkdtemp(join(tmpdir(), 'chadan-kill-')), clock, log })
const approval = approvalParts({
  store,
  hub,
  clock,
  log,
  codec,
  channels: ['wecom'],
  wake: () => line.wake(),
  decideLevel: tapDecision({ database, audit: hub.answering.audit, clock }),
  standIns: async () => [],
})
const parts = {
  ...answerParts(hub.answering, codec, ['wecom']),
  ...talkParts(hub.answering, []),
  approvals: approval.approvals,
  receiveLink: () => undefined,
}
const platform: Platform = {
  name: 'wecom',
  callback: () => new Hono(),
  followUps: () => [],
  outbound: {
    send: async ({ key, to }) => {
      const answer = await fetch(effects, { method: 'POST', body: JSON.stringify({ key, to: to.id }) })
      return answer.ok ? { outcome: 'sent' } : { outcome: 'retry', reason: String(answer.status) }
    },
  },
  tellsRepeats: () => false,
  media: { fetch: async () => new Uint8Array() },
  health: async () => undefined,
}
const out = outbound({ platforms: [platform], healed: (name) => hub.outbox.hurry(`${name}:`), clock })
const executor = worker({
  outbox: hub.outbox,
  tasks: { ...tasks({ outbound: out }), ...approval.tasks(out) },
  wake: () => line.wake(),
  clock,
  log,
  leaseMs: 1_000,
  turnOf: out.turnOf,
})
const queue = bullmqQueue({ target, redisUrl: undefined, log })
const line = pump({ outbox: hub.outbox, queue, executor, clock, log, patienceMs: 1_000 })
const desk = dispatch({
  inbox: hub.inbox,
  members: hub.members,
  routes: routes(parts),
  platforms: [platform],
  queryLog: hub.queryLog,
  ids: hub.ids,
  wake: line.wake,
  ...{ clock, log },
})
const reclaim = {
  name: 'reclaim',
  everyMs: 300,
  run: async () => {
    for (const event of await hub.inbox.reclaim(1_000, 50)) await desk.redispatch(event)
  },
}

enableFaults(process.env.CHADAN_FAULT)
const stop = new AbortController().signal
void line.run(stop)
void queue.work(hintTasks(executor), stop)
void schedule({ ticks: [reclaim, approval.tick], clock, log }, stop)

const app = new Hono()
app.post('/', async (c) => c.json(await desk.sink(await c.req.json<ChatEvent>(), clock.nowMs() + 4_000)))
app.onError((_error, c) => c.text('', 503))
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log(`http://127.0.0.1:${port}/`))

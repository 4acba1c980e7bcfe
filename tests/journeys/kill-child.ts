// A desk in a process of its own that CHADAN_FAULT may kill on the way: one HTTP door, one route that answers with a card,
// and a platform that sends to the test. Everything between is the real thing.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { dispatch } from '../../bot/dispatch.ts'
import { outbound } from '../../bot/outbound.ts'
import type { Platform } from '../../bot/platform.ts'
import { chatEntry, tasks } from '../../handlers/tasks.ts'
import type { ChatEvent } from '../../src/chat/event.ts'
import type { OutboundMessage } from '../../src/chat/ports.ts'
import type { Reply } from '../../src/chat/reply.ts'
import { type DatabaseTarget, openDatabase } from '../../src/db/client.ts'
import { inbox } from '../../src/hub/inbox.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { queryLog } from '../../src/hub/query-log.ts'
import { bullmqQueue } from '../../src/jobs/bullmq-queue.ts'
import { hintTasks, pump } from '../../src/jobs/pump.ts'
import { schedule } from '../../src/jobs/schedule.ts'
import { worker } from '../../src/jobs/worker.ts'
import { systemClock as clock } from '../../src/runtime/clock.ts'
import { enableFaults } from '../../src/runtime/fault.ts'
import { randomIds } from '../../src/runtime/ids.ts'
import { jsonLog } from '../../src/runtime/log.ts'
import { testPersonal as cipher } from '../kit/cipher.ts'

const { target, effects } = JSON.parse(process.argv[2] ?? '') as { target: DatabaseTarget; effects: string }
const log = jsonLog('error')
const database = openDatabase(target)
const box = outbox(database, cipher, { random: () => 0 })
const events = inbox<ChatEvent, Reply, OutboundMessage>({
  database,
  cipher,
  outbox: box,
  entryOf: chatEntry,
  clock,
  log,
})

const platform: Platform = {
  name: 'wecom',
  callback: () => new Hono(),
  followUps: (reply) => (reply.kind === 'card' ? [reply] : []),
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

const out = outbound({ platforms: [platform], healed: (name) => box.hurry(`${name}:`), clock })
const executor = worker({
  outbox: box,
  tasks: tasks({ outbound: out }),
  wake: () => line.wake(),
  clock,
  log,
  leaseMs: 1_000,
  turnOf: out.turnOf,
})
const queue = bullmqQueue({ target, redisUrl: undefined, log })
const line = pump({ outbox: box, queue, executor, clock, log, patienceMs: 1_000 })
const desk = dispatch({
  inbox: events,
  members: { identify: async () => ({ id: 'm1', name: 'Li', roles: ['cs'] }) },
  routes: [
    {
      name: 'echo',
      take: (event) => event,
      needs: 'ask',
      handle: async (event) => ({
        kind: 'card',
        card: { title: `${event.id} by ${process.pid}`, tone: 'calm', facts: [], buttons: [] },
      }),
    },
  ],
  platforms: [platform],
  queryLog: queryLog(database, clock),
  ids: randomIds(),
  wake: line.wake,
  ...{ clock, log },
})
const reclaim = {
  name: 'reclaim',
  everyMs: 300,
  run: async () => {
    for (const event of await events.reclaim(1_000, 50)) await desk.redispatch(event)
  },
}

enableFaults(process.env.CHADAN_FAULT)
const stop = new AbortController().signal
void line.run(stop)
void queue.work(hintTasks(executor), stop)
void schedule({ ticks: [reclaim], clock, log }, stop)

const app = new Hono()
app.post('/', async (c) => c.json(await desk.sink(await c.req.json<ChatEvent>(), clock.nowMs() + 2_000)))
app.onError((_error, c) => c.text('', 503))
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log(`http://127.0.0.1:${port}/`))

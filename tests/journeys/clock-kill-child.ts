// The clocks of a desk in a process of its own that CHADAN_FAULT may kill: they fire, tell, and the messages leave for the test.
// Its own clock is wrong by `skewMs` and jumps to and fro: the database's is the one that counts.
import { outbound } from '../../bot/outbound.ts'
import type { Platform } from '../../bot/platform.ts'
import { wecomPlatform } from '../../bot/wecom/platform.ts'
import type { WecomSettings } from '../../bot/wecom/settings.ts'
import { clockTicks } from '../../handlers/escalations.ts'
import { tasks } from '../../handlers/tasks.ts'
import { type DatabaseTarget, openDatabase } from '../../src/db/client.ts'
import { clockEngine } from '../../src/hub/clock-engine.ts'
import { outbox } from '../../src/hub/outbox.ts'
import { defaultClockRules } from '../../src/hub/rungs.ts'
import { bullmqQueue } from '../../src/jobs/bullmq-queue.ts'
import { hintTasks, pump } from '../../src/jobs/pump.ts'
import { schedule } from '../../src/jobs/schedule.ts'
import { worker } from '../../src/jobs/worker.ts'
import { movableClock, systemClock } from '../../src/runtime/clock.ts'
import { enableFaults } from '../../src/runtime/fault.ts'
import { jsonLog } from '../../src/runtime/log.ts'
import { memoryBudget, memoryToken } from '../fakes/memory-ports.ts'
import { testPersonal as cipher } from '../kit/cipher.ts'
import { codec } from '../kit/every-card.ts'

type Given = {
  readonly target: DatabaseTarget
  readonly wecom: WecomSettings
  /** Where messages go instead of WeCom: to somebody who cannot tell a repeat from a new one. */
  readonly robot?: string
  readonly skewMs: number
  readonly redisUrl?: string
}

const { target, wecom, robot, skewMs, redisUrl } = JSON.parse(process.argv[2] ?? '') as Given
const real = Date.now.bind(Date)
let jumps = 0
setInterval(() => {
  jumps += 1
}, 700)
Date.now = () => real() + (jumps % 2 === 0 ? skewMs : -skewMs)

const log = jsonLog('error')
const database = openDatabase(target)
const box = outbox(database, cipher, { random: () => 0 })
const app = wecomPlatform({
  config: wecom,
  sharedToken: memoryToken(real),
  sendBudget: memoryBudget(real),
  clock: systemClock,
  log,
})
const platform: Platform = {
  ...app,
  ...(robot !== undefined && {
    outbound: {
      send: async ({ key, to }) => {
        const answer = await fetch(robot, { method: 'POST', body: JSON.stringify({ key, to: to.id }) })
        return answer.ok ? { outcome: 'sent' } : { outcome: 'retry', reason: String(answer.status) }
      },
    },
    tellsRepeats: () => false,
  }),
}
const out = outbound({ platforms: [platform], healed: (name) => box.hurry(`${name}:`), clock: systemClock })
const executor = worker({
  outbox: box,
  tasks: tasks({ outbound: out }),
  wake: () => line.wake(),
  clock: systemClock,
  log,
  leaseMs: 1_000,
  turnOf: out.turnOf,
})
const queue = bullmqQueue({ target, redisUrl, log })
const line = pump({ outbox: box, queue, executor, clock: systemClock, log, patienceMs: 1_000 })
const engine = clockEngine({
  database,
  time: movableClock(),
  rules: async () => defaultClockRules,
  outbox: box,
  log,
  channels: ['wecom'],
  process: String(process.pid),
})

enableFaults(process.env.CHADAN_FAULT)
const stop = new AbortController().signal
void line.run(stop)
void queue.work(hintTasks(executor), stop)
void schedule({ ticks: clockTicks({ engine, codec, wake: line.wake }), clock: systemClock, log }, stop)
console.log('running')

import { dingtalkApi } from '../bot/dingtalk/api.ts'
import { dingtalkTodos } from '../bot/dingtalk/todo.ts'
import { commandTask } from '../handlers/command-task.ts'
import { todoPort } from '../handlers/todo-commands.ts'
import type { PlatformName } from './chat/event.ts'
import { hubLocal } from './connectors/hub-local.ts'
import type { FlowSources } from './flow-sources.ts'
import { commandLedger } from './hub/command-ledger.ts'
import type { CommandPort } from './hub/commands.ts'
import { commandTaskName, giveCommands, hurryHeld } from './hub/give-commands.ts'
import { giveOwed } from './hub/owed-commands.ts'
import { type Receiver, receiversOf } from './hub/staff.ts'
import type { Tick } from './jobs/schedule.ts'
import { systemClock } from './runtime/clock.ts'

export type CommandSources = FlowSources & {
  /** The page of a warehouse to-do. */
  readonly receiveLink: (grant: {
    readonly memberId: string
    readonly platform: PlatformName
    readonly conversationId: string
    readonly returnId: string
  }) => string | undefined
}

/**
 * Commands to other systems, joined: the task that carries them out, the tick that ends holds when the desk's time was moved, and
 * the one that gives what orders and returns owe by where they stand.
 */
export function commandParts(from: CommandSources) {
  const { store, hub, clock, codec, channels, wake, ports } = from
  const { database } = store
  const { outbox, audit } = hub.answering
  const ledger = commandLedger({ database, outbox, audit, clock, channels })
  const task = commandTask({
    ledger,
    ports: [...ports, todos(from, ledger), hubLocal({ database, clock })],
    codec,
    wake,
  })
  const tick: Tick = {
    name: 'held commands',
    everyMs: 1_000,
    run: async () => {
      if ((await hurryHeld(database.sql, clock.nowMs())) > 0) wake()
    },
  }
  const owed = giveOwed({ database, give: giveCommands({ outbox, clock }), takes: ports.flatMap(({ takes }) => takes) })
  const owedTick: Tick = {
    name: 'owed commands',
    everyMs: 5_000,
    run: async () => {
      if ((await owed(clock.nowMs())) > 0) wake()
    },
  }
  return { tasks: { [commandTaskName]: task }, ticks: [tick, owedTick] }
}

function todos(from: CommandSources, ledger: ReturnType<typeof commandLedger>): CommandPort {
  const { config, store, hub, log, codec, channels, wake, receiveLink } = from
  const { sql } = store.database
  const { sharedToken, sendBudget } = hub
  const list =
    config.dingtalk &&
    dingtalkTodos(dingtalkApi({ config: config.dingtalk, sharedToken, sendBudget, clock: systemClock, log }))
  return todoPort({
    list,
    keepers: () => receiversOf(sql, { roles: ['warehouse'], platform: 'dingtalk', reachable: channels }),
    linkFor: ({ memberId, platform, userId }: Receiver, returnId) =>
      receiveLink({ memberId, platform: platform as PlatformName, conversationId: userId, returnId }),
    ledger,
    say: async (entries) => {
      await sql.begin((tx) => hub.outbox.enqueue(tx, entries))
      wake()
    },
    receiptOf: hub.outbox.receiptOf,
    codec,
  })
}

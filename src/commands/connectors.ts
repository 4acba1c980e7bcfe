import { backOfficeParts } from '../back-office-parts.ts'
import { type OpenFeed, openFeed } from '../feed-parts.ts'
import type { SalesChannel } from '../hub/channel-port.ts'
import type { SmsVendor } from '../hub/sms.ts'
import { smsFigures } from '../hub/sms-receipts.ts'
import { filled } from '../hub/sms-templates.ts'
import { feedTask } from '../hub/take-push.ts'
import { type Hub, openHub } from '../hub-parts.ts'
import { systemClock } from '../runtime/clock.ts'
import { BadPayload, PlatformRefused, Unreachable } from '../runtime/errors.ts'
import type { Log } from '../runtime/log.ts'
import { openStore, type Store } from '../store.ts'
import { smsSample } from '../text/zh-sms.ts'
import type { Command } from './command.ts'
import { type ConnectorArgs, connectorArgs } from './connector-args.ts'

const usage = `connectors list: every configured system, what it is, and when it was heard last.
connectors pull NAME [--since 2026-11-01]: reads its list now, from that day or the last window; stock and receivables as far as due.
connectors order NAME NO: asks it for one order and takes it in.
connectors replay ID: gives a dead fetch (its key in "outbox dead") its tries again.`

const longestMs = 30 * 60_000

export const connectorsCommand: Command = {
  usage,
  run: async ({ args, config, log, print }) => {
    const given = connectorArgs(args, systemClock.nowMs())
    if ('problem' in given) {
      print(given.problem)
      return 1
    }
    const store = await openStore(config, 'command', log)
    const hub = openHub({ store, dataDir: config.dataDir, clock: systemClock, log })
    try {
      const fed = openFeed({ config, store, hub, log, wake: () => undefined })
      const signal = AbortSignal.timeout(longestMs)
      return await verbs[given.verb]({ fed, hub, store, log, print, signal, ...given }).catch((error: unknown) => {
        print(`${given.name}: ${problemOf(error, signal)}`)
        return 1
      })
    } finally {
      await hub.close()
      await store.close()
    }
  },
}

/** What a vendor did; anything else is a bug and stays one. */
function problemOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted)
    return `it was not done within ${longestMs / 60_000} minutes: what was read is in, begin with a later day.`
  if (error instanceof Unreachable) return `${error.message}: try again later.`
  if (error instanceof PlatformRefused) return error.message
  if (error instanceof BadPayload) return `its answer cannot be read: ${error.message}`
  throw error
}

type Given = {
  readonly fed: OpenFeed
  readonly hub: Hub
  readonly store: Store
  readonly log: Log
  readonly print: (line: string) => void
  readonly signal: AbortSignal
} & Omit<ConnectorArgs, 'verb'>

const verbs: Readonly<Record<ConnectorArgs['verb'], (given: Given) => Promise<number>>> = {
  list: async ({ fed, store: { database }, print }) => {
    const rows = await database.sql<{ name: string; heard: string | null; error: string | null }[]>`
      SELECT name, to_char(heard_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') AS heard, last_error AS error FROM sources`
    const said = (source: string) => {
      const row = rows.find((one) => one.name === source)
      return `${source} ${row?.heard ?? 'never'}${row?.error ? ` (${row.error})` : ''}`
    }
    for (const { name, kind, connector } of fed.connectors) {
      const named = [
        ...(connector.channels ?? []).flatMap(({ sources }) => [sources.pull, sources.push]),
        ...[
          connector.tracker,
          connector.stock,
          connector.purchases,
          connector.receivables,
          connector.sheets,
          connector.outbound,
        ].map((one) => one?.source),
      ].filter((one) => one !== undefined)
      const parts = Object.keys(connector).filter((part) => part !== 'check')
      print([name, kind, parts.join('+'), [...new Set(named)].map(said).join(', ')].join('\t'))
      if (connector.sms !== undefined) for (const line of await templateLines(connector.sms, database)) print(line)
    }
    if (fed.connectors.length === 0) print('No connectors: CONNECTORS_FILE names none (docs/connectors.md).')
    return 0
  },
  pull: async ({ fed, hub, store, log, print, name, sinceMs, signal }) => {
    const { answering } = hub
    const office = backOfficeParts({ store, answering, connectors: fed.connectors, log })
    const pulled = await office.pull(name, signal)
    if (pulled !== undefined) {
      print(`${pulled.told} told.`)
      for (const problem of pulled.failed) print(`Not all is in: ${problem}.`)
      return pulled.failed.length === 0 ? 0 : 1
    }
    if (channelOf(fed, name, print) === undefined) return 1
    print(`${await fed.feed.pullNow(name, sinceMs, signal)} told.`)
    return 0
  },
  order: async ({ fed, hub, print, name, no, signal }) => {
    const channel = channelOf(fed, name, print)
    if (channel === undefined) return 1
    if (!channel.couldBe(no)) {
      print(`"${no}" is no order number of ${name}: take the number as the shop shows it.`)
      return 1
    }
    const told = await channel.pullOrder(no, signal)
    for (const { id, problem } of told?.faulty ?? []) print(`${id} cannot be read: ${problem}`)
    if (told === undefined) print(`${name} has no order ${no}.`)
    const taken = await hub.answering.intake.takeAll(told?.orders ?? [])
    for (const one of taken)
      print(one.outcome === 'refused' ? `refused: ${one.field} ${one.problem}` : `${one.outcome} ${one.id}`)
    return taken.some(({ outcome }) => outcome !== 'refused') ? 0 : 1
  },
  replay: async ({ hub, print, name }) => {
    const dead = (await hub.outbox.deadLetters(1_000)).find(({ key }) => key === name)
    if (dead !== undefined && dead.task !== feedTask) {
      print('This is no fetch of a connector: see "outbox replay".')
      return 1
    }
    const outcome = await hub.outbox.replay(name)
    print(
      outcome === 'replayed' ? 'It is due again.' : 'There is no dead fetch with this key: "outbox dead" lists them.',
    )
    return outcome === 'replayed' ? 0 : 1
  },
}

const figureDays = 7

/** A line a template: how it reads on a phone, and what became of its messages. */
async function templateLines({ name, templates }: SmsVendor, database: Store['database']): Promise<readonly string[]> {
  const sinceMs = systemClock.nowMs() - figureDays * 86_400_000
  const figures = await smsFigures(database, name, sinceMs)
  return templates.map((template) => {
    const found = figures.find((one) => one.template === template.code)
    const { sent = 0, delivered = 0, undelivered = 0, refused = 0 } = found ?? {}
    const counts = `${sent} sent, ${delivered} delivered, ${undelivered} not, ${refused} refused in ${figureDays} days`
    return ['', template.purpose, template.code, counts, filled(template, smsSample)].join('\t')
  })
}

/** undefined with the reason said. */
function channelOf({ channels, connectors }: OpenFeed, name: string, print: Given['print']): SalesChannel | undefined {
  const channel = channels.find((one) => one.name === name)
  if (channel !== undefined) return channel
  const shops = channels.map((one) => one.name).join(', ') || 'none'
  const isOther = connectors.some((one) => one.name === name)
  print(
    isOther
      ? `${name} tells no orders; these do: ${shops}.`
      : `No sales channel is called ${name}; there are: ${shops}.`,
  )
  return undefined
}

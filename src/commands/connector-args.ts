import { parseArgs } from 'node:util'

const verbs = ['list', 'pull', 'order', 'replay'] as const

export type ConnectorArgs = {
  readonly verb: (typeof verbs)[number]
  readonly name: string
  /** Of an order; '' for the other verbs. */
  readonly no: string
  readonly sinceMs: number | undefined
}

/** What `connectors …` was asked, or in one sentence why it cannot be done. Throws what parseArgs says of unknown options. */
export function connectorArgs(args: readonly string[], nowMs: number): ConnectorArgs | { readonly problem: string } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { since: { type: 'string' } },
  })
  const [asked = '', name = '', no = '', ...more] = positionals
  const verb = verbs.find((one) => one === asked)
  if (verb === undefined)
    return { problem: `"${asked}" is none of ${verbs.join(', ')}: connectors --help says what each does.` }
  const wanted = { list: 0, pull: 1, order: 2, replay: 1 }[verb]
  const surplus = [name, no, ...more].filter((one) => one !== '')[wanted]
  if (surplus !== undefined)
    return {
      problem:
        verb === 'pull' && dayOf(surplus) !== undefined
          ? `A day is given as --since ${surplus}.`
          : `"${surplus}" is too much: connectors --help says what ${verb} takes.`,
    }
  if (wanted > 0 && name === '')
    return {
      problem:
        verb === 'replay'
          ? 'Which fetch? "outbox dead" lists the keys of the dead ones.'
          : `Which connector? "connectors list" names them.`,
    }
  if (wanted > 1 && no === '') return { problem: `Which order? connectors order ${name} NUMBER.` }
  if (values.since === undefined) return { verb, name, no, sinceMs: undefined }
  if (verb !== 'pull') return { problem: `--since goes with pull, not with ${verb}.` }
  const sinceMs = dayOf(values.since)
  if (sinceMs === undefined) return { problem: `"${values.since}" is no day: write it as 2026-11-01.` }
  if (sinceMs >= nowMs) return { problem: `${values.since} is still to come: nothing can have changed since.` }
  return { verb, name, no, sinceMs }
}

/** YYYY-MM-DD in Beijing, or a whole moment with its zone. */
function dayOf(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/.test(text)) return undefined
  const atMs = Date.parse(text.length === 10 ? `${text}T00:00:00+08:00` : text)
  // Date.parse takes the 31st of a month of 30 days for the 1st of the next
  const isDay = new Date(Date.parse(`${text.slice(0, 10)}T00:00:00Z`)).toJSON()?.startsWith(text.slice(0, 10)) ?? false
  return Number.isNaN(atMs) || !isDay ? undefined : atMs
}

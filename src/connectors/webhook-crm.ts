import { z } from 'zod'
import type { Command, CommandName, CommandOutcome, CommandPort } from '../hub/commands.ts'
import { Unreachable } from '../runtime/errors.ts'
import { type Json, jsonAt, jsonText, parseJson } from '../runtime/json.ts'
import { type Vendor, type VendorAnswer, vendorCall } from '../runtime/vendor-call.ts'
import { adapter } from './adapter.ts'
import { hmacHex } from './digests.ts'
import { crmEvents } from './webhook-crm-events.ts'

const commandNames = [
  'crm.notice',
  'crm.field',
  'crm.service_record',
  'erp.receivable',
  'erp.gift_freeze',
  'erp.gift_release',
  'wms.pick',
] as const

const settings = z.strictObject({
  /** Where commands are sent to: one address, `https`, or `http` inside the firm's own network. */
  url: z.url({ protocol: /^https?$/ }).refine((given) => (URL.parse(given)?.username ?? '') === '', {
    message: 'must hold no user and password: requests are signed',
  }),
  /** Both sides know it; a reference. */
  secret: z.string().min(24),
  takes: z.array(z.enum(commandNames)).min(1).default(['crm.notice', 'crm.field', 'crm.service_record']),
})
type Settings = z.infer<typeof settings>

const perSecond = 10
/** Answers are a line; more is not ours. */
const maxAnswerBytes = 64 * 1024
/** A clock that stands wrong is put right by hand, a deployment takes a minute. */
const laterMs = 60_000

/**
 * Any CRM with a small service before it: each command is one signed POST, and the body's `id` is the command's key. The other side
 * takes an id once; what it must answer stands in docs/connectors.md.
 */
export const webhookCrm = adapter(settings, (name, given, parts) => {
  const at = parts.vendor({ name, perSecond })
  const commands: CommandPort = {
    name,
    takes: given.takes satisfies readonly CommandName[],
    run: async (command, key, signal) => {
      if (!given.takes.some((one) => one === command.name))
        return { outcome: 'refused', reason: `its settings do not name ${command.name}` }
      return outcomeOf(await post(at, given, { id: key, event: command.name, data: command.payload }, signal))
    },
  }
  return {
    commands,
    customers: { name, readPush: crmEvents(given.secret) },
    check: async (signal) => {
      const outcome = outcomeOf(await post(at, given, { id: 'chadan-doctor', event: 'ping', data: {} }, signal))
      if (outcome.outcome !== 'done') throw new Unreachable(`${name}: the ping was not taken: ${outcome.reason}`)
    },
  }
})

type Sent = { readonly id: string; readonly event: string; readonly data: Command['payload'] | Record<string, never> }

function post(at: Vendor, { url, secret }: Settings, sent: Sent, signal: AbortSignal): Promise<VendorAnswer> {
  return at.call(async () => {
    const nowMs = at.nowMs()
    const timestamp = String(Math.floor(nowMs / 1_000))
    const body = JSON.stringify({
      id: sent.id,
      event: sent.event,
      occurred_at: new Date(nowMs).toISOString(),
      data: sent.data,
    })
    const headers = {
      'content-type': 'application/json',
      'x-timestamp': timestamp,
      'x-signature': hmacHex('sha256', secret, `${timestamp}.${body}`),
    }
    return vendorCall({ method: 'POST', url, headers, body, signal, maxBytes: maxAnswerBytes })
  }, signal)
}

/** Of the answer only numbers and short codes are passed on: its words may quote a customer. */
function outcomeOf({ status, raw }: VendorAnswer): CommandOutcome {
  if (status === 401) return { outcome: 'refused', reason: 'HTTP 401: see the secret and the clock of both sides' }
  if (status === 408 || status === 425) return { outcome: 'retry', reason: `HTTP ${status}`, afterMs: laterMs }
  if (status < 200 || status > 299)
    return { outcome: 'refused', reason: `HTTP ${status}: see the log of the other side` }
  const answer = read(raw)
  const code = codeOf(jsonText(answer, 'code'))
  if (jsonAt(answer, 'ok') === false) {
    if (jsonAt(answer, 'retry') === true)
      return { outcome: 'retry', reason: `it asks for a later try${code}`, afterMs: laterMs }
    return { outcome: 'refused', reason: `it does not take this${code}: see the log of the other side` }
  }
  const id = jsonText(answer, 'id')
  return { outcome: 'done', receipt: id !== undefined && id.length <= 64 ? { id } : {} }
}

/** 2xx is taken, whatever the body says that is not of the convention: an empty one, `OK`, a page. */
function read(raw: Uint8Array): Json | undefined {
  try {
    return parseJson(raw, { maxBytes: maxAnswerBytes })
  } catch {
    return undefined
  }
}

const codeOf = (code: string | undefined): string =>
  code !== undefined && /^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(code) ? ` (${code})` : ''

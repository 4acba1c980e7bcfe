import type { ActionName } from '../cards/actions.ts'
import { type Member, type Role, roles } from '../src/chat/member.ts'
import type { Reply, Trace } from '../src/chat/reply.ts'
import { sentences } from '../src/text/sentences.ts'
import { roleName } from '../src/text/zh-cn.ts'
import { deedName, rightsTexts, spentTexts } from '../src/text/zh-writes.ts'
import type { Intent } from '../src/understanding/types.ts'
import { type Question, traceOf } from './question.ts'
import type { Tap } from './taps.ts'

const everyone = roles

/**
 * Who may ask for what (product §2.10, row 94): the right to talk is not the right to every tool. Default closed: an intent
 * without a row does not compile, a role that is not listed may not.
 */
const mayAskFor: Readonly<Record<Intent, readonly Role[]>> = {
  'order.status': everyone,
  'order.ship_time': everyone,
  'order.carrier': everyone,
  'order.list': everyone,
  'order.cancel': ['cs', 'cs_lead', 'director'],
  'order.edit_waybill': ['cs', 'cs_lead', 'warehouse', 'director'],
  'order.mark_signer': ['cs', 'cs_lead', 'director'],
  'logistics.track': everyone,
  'logistics.eta': everyone,
  'logistics.stalled': everyone,
  'logistics.signed': everyone,
  'logistics.missing_waybill': everyone,
  'logistics.call_carrier': ['cs', 'cs_lead', 'warehouse', 'director'],
  'return.create': ['cs', 'cs_lead', 'director'],
  'return.status': everyone,
  'return.inbound': everyone,
  'return.add_note': ['cs', 'cs_lead', 'warehouse', 'finance', 'director'],
  'return.eligible': everyone,
  'refund.eta': everyone,
  'refund.amount': everyone,
  'gift.included': everyone,
  'gift.gap': everyone,
  'gift.missing': everyone,
  'stock.check': everyone,
  'approval.todo': everyone,
  'approval.decide': ['cs_lead', 'warehouse', 'finance', 'director'],
  'approval.urge': everyone,
  'approval.delegate': ['cs_lead', 'warehouse', 'finance', 'director'],
  'approval.snooze': ['cs_lead', 'warehouse', 'finance', 'director'],
  'alert.list': everyone,
  'stats.query': everyone,
  'notify.status': everyone,
  'customer.profile': everyone,
  'rule.explain': everyone,
  help: everyone,
  handoff: everyone,
  unsupported: everyone,
  smalltalk: everyone,
}

/** What may be done; besides what is asked for, deeds that only buttons and scans lead to. */
export type Deed = Intent | 'return.receive' | 'flow.edit'

const mayDo: Readonly<Record<Exclude<Deed, Intent>, readonly Role[]>> = {
  'return.receive': ['warehouse', 'director'],
  'flow.edit': ['ops', 'director'],
}

const rolesFor = (deed: Deed): readonly Role[] =>
  deed === 'return.receive' || deed === 'flow.edit' ? mayDo[deed] : mayAskFor[deed]

/** Wishes that would change something; each is previewed and confirmed. */
const writes: ReadonlySet<Intent> = new Set([
  'order.cancel',
  'order.edit_waybill',
  'order.mark_signer',
  'logistics.call_carrier',
  'return.create',
  'return.add_note',
  'approval.decide',
  'approval.delegate',
  'approval.snooze',
])

/** True for wishes that would change something. */
export function isWrite(intent: Intent): boolean {
  return writes.has(intent)
}

/** True when one of these roles may ask for it, or do it. Roles come from the database as text. */
export function rolesMay(held: readonly string[], deed: Deed): boolean {
  return rolesFor(deed).some((role) => held.includes(role))
}

/** The roles that may, when this member may not; undefined when they may. */
export function refusedTo(member: Member, deed: Deed): readonly Role[] | undefined {
  return rolesMay(member.roles, deed) ? undefined : rolesFor(deed)
}

export type RightsParts = {
  /** Names of active people of a role. */
  readonly colleagues: (role: Role, limit: number) => Promise<readonly string[]>
  /** Writes the refusal down. */
  readonly refused: (entry: {
    readonly memberId: string
    readonly intent: Deed
    readonly group: boolean
  }) => Promise<void>
  /** Writes down that somebody tapped what was made for another. */
  readonly foreignTap: (entry: { readonly memberId: string; readonly group: boolean }) => Promise<void>
  readonly badTap: (entry: {
    readonly memberId: string
    readonly group: boolean
    readonly why: 'forged' | 'expired'
  }) => Promise<void>
}

/**
 * The one place where the right to an intent is checked: the refusal, or undefined when the member may. It names who may, is
 * written down, and in a group only the asker reads it (product J6). `deed`: where the question's intent is not what is done.
 */
export function permitted(parts: RightsParts): (question: Question, deed?: Deed) => Promise<Reply | undefined> {
  return async (question, deed = question.understood.intent) => {
    const { member, group } = question
    const allowed = refusedTo(member, deed)
    if (allowed === undefined) return undefined
    await parts.refused({ memberId: member.id, intent: deed, group })
    return deniedReply(question, await deniedText(parts, deed, allowed))
  }
}

/** A refusal for the eyes of the one who asked. */
export function deniedReply(question: Question, text: string): Reply {
  const trace = traceOf(question, 'deny')
  if (!question.group) return { kind: 'text', text, trace }
  return { kind: 'text', text: rightsTexts.toldPrivately, trace, direct: { kind: 'text', text } }
}

/** A tap on a button of somebody else: refused for the eyes of the tapper, and written down. */
export function foreignTap(
  parts: Pick<RightsParts, 'foreignTap'>,
): (tap: Pick<Tap, 'event' | 'member'>, action: ActionName) => Promise<Reply> {
  return async ({ event, member }, action) => {
    const group = event.conversation.kind === 'group'
    await parts.foreignTap({ memberId: member.id, group })
    const trace: Trace = { intent: 'unsupported', slots: {}, expect: 'deny', mask: group }
    // whoever started a change has to end it: asking again would not help
    const text = action.startsWith('write.') ? spentTexts.notYours : sentences.notYours
    if (!group) return { kind: 'text', text, trace }
    return { kind: 'text', text: rightsTexts.toldPrivately, trace, direct: { kind: 'text', text } }
  }
}

async function deniedText(parts: RightsParts, intent: Deed, allowed: readonly Role[]): Promise<string> {
  const [lowest = 'it'] = allowed
  // agents are at the bottom: where they may, whoever is above them may as well
  const upwards = lowest === 'cs'
  const lead = allowed.includes('cs_lead')
  const askRole = lead ? 'cs_lead' : lowest
  const names = await parts.colleagues(askRole, 2)
  const who = lead ? rightsTexts.dutyLead : roleName(askRole)
  const people = names.length === 0 ? who : rightsTexts.people(who, names)
  const needed = upwards ? roleName(lowest) : rightsTexts.list(allowed.map(roleName))
  return rightsTexts.denied(deedName(intent), needed, upwards, people)
}

import type { Member, Role } from '../src/chat/member.ts'
import type { Intent } from '../src/understanding/types.ts'

/** Who may ask for what changes something (product §2.10); what is not listed is a question and open to every member. */
const writers: Partial<Record<Intent, readonly Role[]>> = {
  'order.cancel': ['cs', 'cs_lead', 'director'],
  'order.edit_waybill': ['cs', 'cs_lead', 'warehouse', 'director'],
  'order.mark_signer': ['cs', 'cs_lead', 'director'],
  'logistics.call_carrier': ['cs', 'cs_lead', 'warehouse', 'director'],
  'return.create': ['cs', 'cs_lead', 'director'],
  'return.add_note': ['cs', 'cs_lead', 'warehouse', 'finance', 'director'],
  'approval.decide': ['cs_lead', 'warehouse', 'finance', 'director'],
  'approval.delegate': ['cs_lead', 'warehouse', 'finance', 'director'],
  'approval.snooze': ['cs_lead', 'warehouse', 'finance', 'director'],
}

/** True for wishes that would change something. */
export function isWrite(intent: Intent): boolean {
  return writers[intent] !== undefined
}

/** The roles that may, when this member may not; undefined when they may. */
export function refusedTo(member: Member, intent: Intent): readonly Role[] | undefined {
  const allowed = writers[intent]
  if (allowed === undefined || member.roles.some((role) => allowed.includes(role))) return undefined
  return allowed
}

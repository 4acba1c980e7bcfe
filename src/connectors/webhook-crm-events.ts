import { z } from 'zod'
import type { PushReading, ReadPush } from '../hub/channel-port.ts'
import { type CrmTold, customerLevels } from '../hub/crm-words.ts'
import { channels } from '../hub/order-facts.ts'
import { BadPayload } from '../runtime/errors.ts'
import { fieldsOf, signedEvent, takenAnswer } from './signed-events.ts'

/** Either is enough; a phone goes first. */
const personForm = z.object({ phone: z.string().max(40).optional(), member: z.string().max(64).optional() })
const levelForm = personForm.extend({ level: z.enum(customerLevels) })
const touchForm = personForm.extend({
  channel: z.enum(channels as [(typeof channels)[number], ...(typeof channels)[number][]]),
  deed: z.enum(['cart', 'consult']),
})

/**
 * Events of any CRM by the house's convention (docs/connectors.md): `customer.level` and `customer.touch`, each id once. Throws
 * BadPayload that names the field which is not as documented.
 */
export function crmEvents(secret: string): ReadPush {
  return (request): PushReading => {
    const told = signedEvent(secret, request)
    if (told.outcome === 'refused') return told
    const { id, event, atMs, data } = told
    const said = saidBy(event, data)
    const hint =
      said === undefined
        ? { key: id, about: { kind: 'nothing', topic: event }, toldAtMs: atMs }
        : { key: id, about: { kind: 'customer', recordId: id }, toldAtMs: atMs, crm: { id, atMs, ...said } }
    return {
      outcome: 'told',
      hints: [hint as Extract<PushReading, { outcome: 'told' }>['hints'][number]],
      answer: takenAnswer,
    }
  }
}

/** undefined for events we do not follow: they are answered and kept. */
function saidBy(event: string, data: unknown): Pick<CrmTold, 'person' | 'said'> | undefined {
  if (event === 'customer.level') {
    const { level, ...person } = fieldsOf(levelForm, data)
    return { person: personOf(person), said: { kind: 'level', level } }
  }
  if (event !== 'customer.touch') return undefined
  const { channel, deed, ...person } = fieldsOf(touchForm, data)
  return { person: personOf(person), said: { kind: 'touch', channel, deed } }
}

function personOf({ phone, member }: z.infer<typeof personForm>): CrmTold['person'] {
  if (phone !== undefined && phone !== '') return { kind: 'phone', value: phone }
  if (member !== undefined && member !== '') return { kind: 'member', value: member }
  throw new BadPayload('data names neither phone nor member')
}

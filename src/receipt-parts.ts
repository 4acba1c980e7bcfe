import { createHmac } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { receivePage } from '../handlers/receive-page.ts'
import { answerParts } from './answer-parts.ts'
import type { Role } from './chat/member.ts'
import type { FlowSources } from './flow-sources.ts'
import { releaseDueRefunds } from './hub/refund-window.ts'
import { activeMember } from './hub/staff.ts'
import type { Tick } from './jobs/schedule.ts'
import { type ReceiveGrant, receiveDoor, receiveLink } from './receive-door.ts'
import { systemClock } from './runtime/clock.ts'

/** Two minutes are over within two seconds. */
const windowMs = 2_000

/** Goods receipt, joined: the page of a to-do with its links, and the window after which money goes by itself. */
export function receiptParts(from: FlowSources) {
  const { config, store, hub, clock, codec, channels, wake, readPhoto } = from
  const key = createHmac('sha256', Buffer.from(store.dataKeyHex, 'hex')).update('receive links v1').digest()
  const { drafts, lookup, returns, rights, pendingFor, nudges } = answerParts(hub.answering, codec, channels)
  // the same place seen from src/ and from dist/src/
  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/dist\/$/, '')
  const link = (grant: ReceiveGrant): string | undefined => {
    // the address on this machine is one for the play page alone
    const local = config.play && grant.platform === 'play' ? `http://localhost:${config.port}` : undefined
    const base = config.publicUrl ?? local
    return base === undefined ? undefined : receiveLink({ key, clock: systemClock }, base, grant)
  }
  const release = releaseDueRefunds({ database: store.database, audit: hub.answering.audit, clock })
  const tick: Tick = { name: 'refund windows', everyMs: windowMs, run: release }
  const door = receiveDoor({
    key,
    clock: systemClock,
    deskClock: clock,
    page: receivePage({ drafts, lookup, returns, rights, pendingFor, nudges, codec, clock }),
    memberOf: activeMember<Role>(store.database),
    returns,
    read: readPhoto,
    newId: () => hub.ids.next('scan'),
    wake,
    consoleDir: `${root}dist/console`,
  })
  return { tick, door, link }
}

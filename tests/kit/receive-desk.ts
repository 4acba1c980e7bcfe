import { createHash } from 'node:crypto'
import { receivePage } from '../../handlers/receive-page.ts'
import type { Role } from '../../src/chat/member.ts'
import { activeMember } from '../../src/hub/staff.ts'
import { type ReceiveGrant, receiveDoor, receiveLink } from '../../src/receive-door.ts'
import { fixedClock, movableClock } from '../../src/runtime/clock.ts'
import type { FreshDatabase } from './database.ts'
import { listen } from './listen.ts'
import { label, type ReturnFlowDesk } from './return-flow-desk.ts'
import { nowMs } from './sample-orders.ts'

export type ReceiveDesk = {
  readonly url: string
  /** Address of a member's page. */
  page(who: string, returnId?: string): string
  /** Links end by this clock. */
  readonly linkClock: ReturnType<typeof movableClock>
  close(): Promise<void>
}

/** The page of a warehouse to-do over a real desk and real HTTP; a photo "shows" the number its bytes spell. */
export async function openReceiveDesk(
  fresh: FreshDatabase,
  desk: ReturnFlowDesk,
  consoleDir: string,
): Promise<ReceiveDesk> {
  const key = createHash('sha256').update('receive').digest()
  const linkClock = movableClock(fixedClock(nowMs))
  let scans = 0
  const door = await listen(
    receiveDoor({
      key,
      clock: linkClock,
      deskClock: desk.clock,
      page: receivePage(desk.parts),
      memberOf: activeMember<Role>(fresh.database),
      returns: desk.parts.returns,
      read: async (bytes) => label(/^[A-Z0-9]{8,}$/.test(spelt(bytes)) ? spelt(bytes) : null),
      newId: () => `scan_${++scans}`,
      wake: () => {},
      consoleDir,
    }),
  )
  return {
    url: door.url,
    linkClock,
    page: (who, returnId) => {
      const place = { platform: 'play', conversationId: `play-${who}` } as const
      const grant: ReceiveGrant = { memberId: `mem_${who}`, ...place, ...(returnId !== undefined && { returnId }) }
      return receiveLink({ key, clock: linkClock }, door.url, grant)
    },
    close: door.close,
  }
}

const spelt = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

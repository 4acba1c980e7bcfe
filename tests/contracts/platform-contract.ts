import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import type { EventSink } from '../../src/chat/ports.ts'
import { cardPromises } from './platform-cards.ts'
import { doorPromises } from './platform-door.ts'
import { outboundPromises } from './platform-outbound.ts'
import { type ContractSubject, newBench } from './platform-subject.ts'

/**
 * What every platform promises to the desk, whatever its vendor. `setup` gets the sink to hand to the platform's door and
 * answers with the platform standing over its fake (see platform-subject.ts for what it must be able to do); it runs once,
 * and the subject's `close` ends everything it opened. The platform must run on the system clock here.
 */
export function platformContract(name: string, setup: (sink: EventSink) => Promise<ContractSubject>): void {
  describe(`platform contract: ${name}`, () => {
    const bench = newBench()
    beforeAll(() => bench.open(setup))
    afterAll(() => bench.close())
    beforeEach(() => bench.reset())
    describe('its door', () => doorPromises(bench))
    describe('its cards', () => cardPromises(bench))
    describe('speaking first', () => outboundPromises(bench))
  })
}

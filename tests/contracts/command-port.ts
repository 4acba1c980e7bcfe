import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Command, CommandPort } from '../../src/hub/commands.ts'

/** What a system that carries commands out may do to us. */
export type PortMood = 'well' | 'loses-answer' | 'refuses' | 'busy'

export type OpenPort = {
  readonly port: CommandPort
  /** One that it takes. It may quote the customer. */
  readonly command: Command
  /** How many effects of all commands stand there by now. */
  effects(): number | Promise<number>
  /** Absent moods cannot happen to it (a stand-in has no wire). */
  mood?(mood: PortMood): void
  close(): Promise<void>
}

export type CommandSubject = { readonly name: string; open(): Promise<OpenPort> }

const signal = new AbortController().signal

/** What every port owes the ledger: hub/commands.ts and product §2.9. */
export function commandContract({ name, open }: CommandSubject): void {
  describe(`${name} carries commands out`, () => {
    let it: OpenPort
    beforeAll(async () => {
      it = await open()
    })
    afterAll(() => it.close())
    /** As the task of the desk reads it: what is thrown because the world is broken is a try, or final. */
    const attempt = async (key: string, command = it.command) => {
      try {
        return await it.port.run(command, key, signal)
      } catch (error) {
        if (!(error instanceof Error) || !('retryable' in error)) throw error
        return { outcome: error.retryable === true ? ('retry' as const) : ('refused' as const), reason: error.message }
      }
    }

    test('it says what it takes, and refuses what it does not', async () => {
      expect(it.port.takes).toContain(it.command.name)
      expect(it.port.takes).not.toContain('customs.predeclare')
      const strange: Command = { name: 'customs.predeclare', payload: { orderNo: '1', document: 'none' } }
      expect(await attempt('strange:1', strange)).toMatchObject({ outcome: 'refused' })
    })

    test('the same key three times is one effect', async () => {
      const before = await it.effects()
      for (let n = 0; n < 3; n++) expect(await attempt('contract:R1:1')).toMatchObject({ outcome: 'done' })
      expect(await it.effects()).toBe(before + 1)
    })

    test('an answer that was lost after the effect leads to no second one', async (context) => {
      if (it.mood === undefined) return context.skip()
      const before = await it.effects()
      it.mood('loses-answer')
      const [first] = [await attempt('contract:R2:1', again(it.command))]
      expect(first).toMatchObject({ outcome: 'retry' })
      it.mood('well')
      expect(await attempt('contract:R2:1', again(it.command))).toMatchObject({ outcome: 'done' })
      expect(await it.effects()).toBe(before + 1)
    })

    test('refused is final, with a reason without personal data', async (context) => {
      if (it.mood === undefined) return context.skip()
      it.mood('refuses')
      const outcome = await attempt('contract:R3:1')
      it.mood('well')
      expect(outcome).toMatchObject({ outcome: 'refused' })
      expect(JSON.stringify(outcome)).not.toMatch(/张三|1\d{10}\b/)
    })

    test('busy is tried later', async (context) => {
      if (it.mood === undefined) return context.skip()
      it.mood('busy')
      expect(await attempt('contract:R4:1')).toMatchObject({ outcome: 'retry' })
      it.mood('well')
    })
  })
}

/** The same for another return: a system that knows ours by its return must not take it for the one before. */
const again = (command: Command): Command =>
  command.name === 'wms.expect_return'
    ? { ...command, payload: { ...command.payload, returnId: `${command.payload.returnId}2` } }
    : command

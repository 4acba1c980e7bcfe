import { wecomCallback } from '../../../bot/wecom/callback.ts'
import type { ChatEvent } from '../../../src/chat/event.ts'
import type { EventSink } from '../../../src/chat/ports.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import type { LogFields } from '../../../src/runtime/log.ts'
import { type FakeWecom, startFakeWecom } from '../../fakes/wecom-server.ts'
import { listen } from '../../kit/listen.ts'

export type OpenDoor = {
  readonly url: string
  readonly wecom: FakeWecom
  /** The same app, writing JSON. */
  readonly jsonWecom: FakeWecom
  readonly seen: ChatEvent[]
  readonly logged: { readonly message: string; readonly fields: LogFields | undefined }[]
  /** What the desk answers from now on; nothing at first. */
  answer: EventSink
  /** Forgets what was seen and logged, and answers nothing again. */
  reset(): void
  close(): Promise<void>
}

const nothing: EventSink = async () => ({ kind: 'none' })

/** WeCom's callback on a loopback port, and two fake WeComs that call it. */
export async function openDoor(): Promise<OpenDoor> {
  let url = ''
  const callbackUrl = () => `${url}/callback/wecom`
  const wecom = await startFakeWecom({ callbackUrl })
  const jsonWecom = await startFakeWecom({ callbackUrl, wire: 'json' })
  const opened: OpenDoor = {
    get url() {
      return url
    },
    wecom,
    jsonWecom,
    seen: [],
    logged: [],
    answer: nothing,
    reset: () => {
      opened.seen.length = 0
      opened.logged.length = 0
      opened.answer = nothing
    },
    close: async () => {
      await server.close()
      await wecom.close()
      await jsonWecom.close()
    },
  }
  const log = (_level: string, message: string, fields?: LogFields) => void opened.logged.push({ message, fields })
  const app = wecomCallback({ settings: wecom.config, clock: systemClock, log }, async (event, deadlineMs) => {
    opened.seen.push(event)
    return opened.answer(event, deadlineMs)
  })
  const server = await listen(app)
  url = server.url
  return opened
}

import { randomBytes } from 'node:crypto'
import { beforeEach } from 'vitest'
import type { EventSink } from '../../../src/chat/ports.ts'
import { platformContract } from '../../contracts/platform-contract.ts'
import type { ContractSubject, DoorAnswer } from '../../contracts/platform-subject.ts'
import { type FakeDingtalk, startDingtalk } from '../../fakes/dingtalk-server.ts'
import { paths } from '../../fakes/dingtalk-world.ts'
import { listen } from '../../kit/listen.ts'
import { deskOver } from './desk.ts'
import { quietSdk } from './quiet-sdk.ts'

beforeEach(quietSdk)

type Door = 'stream' | 'http'

/** DingTalk over its fake. Its doors carry no words: what a reply shows is sent after it, as the desk's outbox does. */
async function subjectOver(door: Door, withTemplate: boolean, sink: EventSink): Promise<ContractSubject> {
  const dingtalk = await startDingtalk({ ratePerSecond: 10_000, monthlyCalls: 1_000_000, pushTimeoutMs: 3_000 })
  const desk = deskOver(dingtalk, withTemplate ? { config: dingtalk.withTemplate } : {})
  const speaking: EventSink = async (event, deadlineMs) => {
    const reply = await sink(event, deadlineMs)
    sent = (async () => {
      for (const each of desk.platform.followUps(reply, event))
        await desk.platform.outbound.send({ key: `after-${event.id}`, to: event.conversation, reply: each })
    })()
    return reply
  }
  let sent: Promise<void> = Promise.resolve()
  desk.answer(speaking)
  await desk.listen()
  const http = await listen(desk.platform.callback(desk.sink))
  const address = `${http.url}/callback/dingtalk`
  const messages = new Map<string, Record<string, unknown>>()

  /** New messages, and cards that look different now: an answer to a tap redraws the card where it stands. */
  async function shownAfter(person: string, outcome: () => Promise<DoorAnswer['outcome']>): Promise<DoorAnswer> {
    const before = dingtalk.shownTo(person).map((each) => JSON.stringify(each))
    const answered = await outcome()
    await sent
    const shown = dingtalk.shownTo(person).filter((each, index) => JSON.stringify(each) !== before[index])
    return { outcome: answered, shown }
  }
  const byStream = async (ack: Promise<unknown>) => ((await ack) === undefined ? 'again' : 'taken')

  return {
    platform: desk.platform,
    say: (person, text, delivery) =>
      shownAfter(person, async () => {
        const message = messages.get(delivery) ?? dingtalk.message(person, { text: { content: text } })
        messages.set(delivery, message)
        if (door === 'stream') return byStream(dingtalk.deliver(message))
        const { status } = await dingtalk.post(address, message)
        return status === 200 ? 'taken' : status === 503 ? 'again' : 'turned-away'
      }),
    tap: (person, label) => shownAfter(person, () => byStream(dingtalk.tap(person, label))),
    forge: door === 'stream' ? undefined : () => forged(dingtalk, address),
    direct: (person) => ({ platform: 'dingtalk', kind: 'direct', id: person }),
    shownTo: dingtalk.shownTo,
    dropsRepeatedKeys: withTemplate,
    vendor: {
      breakNext: () => dingtalk.fail(paths.direct, { status: 500, body: { code: 'system.error' } }),
      throttleNext: () =>
        dingtalk.fail(paths.direct, { status: 403, body: { code: 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi' } }),
      stranger: 'nobody',
    },
    media: mediaOf(dingtalk),
    async close() {
      await desk.stop()
      await http.close()
      await dingtalk.close()
    },
  }
}

async function forged(dingtalk: FakeDingtalk, url: string): Promise<DoorAnswer> {
  const { status } = await dingtalk.post(url, dingtalk.message('li', { text: { content: '在吗' } }), { sign: 'forged' })
  return { outcome: status === 403 ? 'turned-away' : 'taken', shown: [] }
}

function mediaOf(dingtalk: FakeDingtalk): ContractSubject['media'] {
  const bytes = randomBytes(200_000)
  dingtalk.world.media.set('good', { bytes })
  dingtalk.world.media.set('big', { bytes: Buffer.alloc(10 * 1_048_576 + 1) })
  const ref = (id: string) => ({ platform: 'dingtalk', id }) as const
  return { good: { ref: ref('good'), bytes }, tooBig: ref('big'), gone: ref('gone') }
}

platformContract('DingTalk over Stream, with a card template', (sink) => subjectOver('stream', true, sink))
platformContract('DingTalk over Stream, without a template', (sink) => subjectOver('stream', false, sink))
platformContract('DingTalk over HTTP', (sink) => subjectOver('http', true, sink))

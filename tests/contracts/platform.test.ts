import { randomBytes } from 'node:crypto'
import { wecomPlatform } from '../../bot/wecom/platform.ts'
import type { EventSink } from '../../src/chat/ports.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { silentLog } from '../../src/runtime/log.ts'
import { memoryBudget, memoryToken } from '../fakes/memory-ports.ts'
import { cardButtons } from '../fakes/wecom-card-rules.ts'
import type { Delivered } from '../fakes/wecom-phone.ts'
import { startFakeWecom } from '../fakes/wecom-server.ts'
import { listen } from '../kit/listen.ts'
import { platformContract } from './platform-contract.ts'
import type { ContractSubject, DoorAnswer, Shown } from './platform-subject.ts'

async function wecomSubject(sink: EventSink): Promise<ContractSubject> {
  let address = ''
  const wecom = await startFakeWecom({
    callbackUrl: () => `${address}/callback/wecom`,
    knows: (userId) => userId !== 'ghost',
    tries: 1,
  })
  const sharedToken = memoryToken()
  const sendBudget = memoryBudget()
  const { config, phone, world } = wecom
  const platform = wecomPlatform({ config, sharedToken, sendBudget, clock: systemClock, log: silentLog })
  const door = await listen(platform.callback(sink))
  address = door.url
  const good = randomBytes(4_096)
  world.files.set('photo', { bytes: good, type: 'image/jpeg', name: 'a.jpg' })
  world.files.set('film', { bytes: Buffer.alloc(10 * 1_048_576 + 1), type: 'image/jpeg', name: 'b.jpg' })

  const sent = new Map<string, string>()
  const shownTo = (person: string): readonly Shown[] =>
    wecom.shownTo(person).map(({ words, content }) => ({
      text: words,
      buttons: content.kind === 'card' ? cardButtons(content.card).map(({ label }) => label) : [],
    }))
  const answerOf = ({ status, shown }: Delivered): DoorAnswer => ({
    outcome: status === 200 ? 'taken' : status === 403 ? 'turned-away' : 'again',
    shown: shown === undefined ? [] : [{ text: shown, buttons: [] }],
  })

  return {
    platform,
    say: async (person, text, delivery) => {
      const clear = sent.get(delivery) ?? phone.write(phone.message(person, 'text', { Content: text }))
      sent.set(delivery, clear)
      return answerOf(await phone.deliverClear(clear))
    },
    tap: async (person, label) => {
      const before = shownTo(person).length
      const answer = answerOf(await phone.tap(person, label))
      // the redrawn card is the one that was tapped
      return { ...answer, shown: [...answer.shown, ...shownTo(person).slice(0, before)] }
    },
    forge: async () => {
      const envelope = phone.envelope(phone.write(phone.message('lisi', 'text', { Content: '在吗' })))
      const answer = await phone.post({ ...envelope, url: envelope.url.replace(/msg_signature=./, 'msg_signature=g') })
      return { outcome: answer?.status === 403 ? 'turned-away' : 'taken', shown: [] }
    },
    direct: (person) => ({ platform: 'wecom', kind: 'direct', id: person }),
    shownTo,
    dropsRepeatedKeys: true,
    vendor: {
      breakNext: () => wecom.fail('/cgi-bin/message/send', { status: 502 }),
      throttleNext: () => wecom.fail('/cgi-bin/message/send', { errcode: 45009 }),
      stranger: 'ghost',
    },
    media: {
      good: { ref: { platform: 'wecom', id: 'photo' }, bytes: good },
      tooBig: { platform: 'wecom', id: 'film' },
      gone: { platform: 'wecom', id: 'nothing' },
    },
    close: async () => {
      await door.close()
      await wecom.close()
    },
  }
}

platformContract('wecom', wecomSubject)

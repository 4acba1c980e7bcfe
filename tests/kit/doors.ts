import { startDingtalk } from '../fakes/dingtalk-server.ts'
import { startFakeAibot } from '../fakes/wecom-aibot.ts'
import { cardButtons } from '../fakes/wecom-card-rules.ts'
import { startFakeWecom } from '../fakes/wecom-server.ts'
import { openRealDesk, type RealDesk, type RealDeskOptions } from './real-desk.ts'
import type { Chat } from './transcript.ts'
import { until } from './until.ts'

/** Who has a phone here, with the same id on both platforms; without a role they are in no member list. */
export type Person = { readonly name: string; readonly role?: string; readonly id: string }

/** A vendor's wires as its people have them: a chat of their own with the desk, and one group. */
export type Door = { direct(name: string): Chat; group(name: string): Chat }

export type Doors = {
  readonly real: RealDesk
  /** Direct: the app's callback and cards. Group: the AI bot. */
  readonly wecom: Door
  /** Stream, with the card template. */
  readonly dingtalk: Door
  /** What the members' import reported. */
  readonly imported: { readonly created: number; readonly problems: readonly unknown[] }
  /** A person's list of work in DingTalk. */
  todosOf(name: string): ReturnType<Dingtalk['todosOf']>
  /** DingTalk answers the next call of a path like this. */
  readonly failDingtalk: Dingtalk['fail']
  /** Rules of the vendor that were broken. */
  violations(): readonly string[]
  close(): Promise<void>
}

type Wecom = Awaited<ReturnType<typeof startFakeWecom>>
type Aibot = Awaited<ReturnType<typeof startFakeAibot>>
type Dingtalk = Awaited<ReturnType<typeof startDingtalk>>

const teamOf = { wecom: 'wrTeamOfTheDesk', dingtalk: 'cidTeamOfTheDesk==' } as const

/**
 * One real desk with the sample firm behind WeCom (app and AI bot) and DingTalk. Only `people` are members: the sample's own have
 * no phone here and would be asked first.
 */
export async function openDoors(
  people: readonly Person[],
  more: Pick<RealDeskOptions, 'connectorsFile' | 'secretOf' | 'publicUrl'> = {},
): Promise<Doors> {
  let deskUrl = ''
  const wecom = await startFakeWecom({ callbackUrl: () => `${deskUrl}/callback/wecom` })
  const bot = await startFakeAibot()
  const dingtalk = await startDingtalk()
  const config = { wecom: wecom.config, wecomBot: bot.settings, dingtalk: dingtalk.withTemplate, play: false }
  const real = await openRealDesk({ ...config, ...more, orders: 1_200, opensAt: { hour: 10, minute: 5 } })
  deskUrl = real.url
  await real.fresh.database.sql`UPDATE members SET active = false`
  const rows = people.flatMap(({ name, role, id }) => (role === undefined ? [] : `${name},${role},${id},${id}`))
  const imported = await real.desk.hub.members.importCsv(`姓名,角色,企业微信,钉钉\n${rows.join('\n')}\n`)
  await until(() => {
    if (dingtalk.gateway.openings.length === 0 || !bot.connected()) throw new Error('a door is still closed')
  })
  const idOf = (name: string) => {
    const person = people.find((each) => each.name === name)
    if (person === undefined) throw new Error(`${name} has no phone`)
    return person.id
  }
  return {
    real,
    imported,
    wecom: wecomDoor(wecom, bot, idOf),
    dingtalk: dingtalkDoor(dingtalk, idOf),
    todosOf: (name) => dingtalk.todosOf(idOf(name)),
    failDingtalk: dingtalk.fail,
    violations: () => dingtalk.violations(),
    close: async () => {
      await real.close()
      await Promise.all([wecom.close(), bot.close(), dingtalk.close()])
    },
  }
}

const withButtons = (words: string, labels: readonly string[]) =>
  [words, labels.map((label) => `[${label}]`).join(' ')].filter((line) => line !== '').join('\n')

function wecomDoor(wecom: Wecom, bot: Aibot, idOf: (name: string) => string): Door {
  // words that came as the answer to the call itself stand in the chat, but the platform was never asked to send them
  const passive: { readonly id: string; readonly to: string; readonly words: string }[] = []
  const team = teamOf.wecom
  return {
    direct: (name) => ({
      say: async (line) => {
        const before = wecom.shownTo(idOf(name)).length
        const { shown } = await wecom.phone.say(idOf(name), line)
        if (shown === undefined) return
        passive.push({ id: `passive ${passive.length}`, to: name, words: shown })
        if (!shown.includes('按钮见下一条')) return
        await until(() => {
          if (wecom.shownTo(idOf(name)).length === before) throw new Error('the card did not follow')
        })
      },
      tap: async (label) => {
        await wecom.phone.tap(idOf(name), label)
      },
      stands: () => [
        ...passive.filter(({ to }) => to === name),
        ...wecom.shownTo(idOf(name)).map(({ msgid, words, content }) => {
          const labels = content.kind === 'card' ? cardButtons(content.card).map(({ label }) => label) : []
          return { id: msgid, words: withButtons(words, labels) }
        }),
      ],
    }),
    group: (name) => ({
      say: async (line) => {
        bot.say(idOf(name), line, { group: team })
      },
      tap: async (label) => {
        bot.tap(idOf(name), label, { group: team })
      },
      stands: () =>
        bot.shownIn(team).map(({ words, card }, index) => {
          const labels = card === undefined ? [] : cardButtons(card).map(({ label }) => label)
          return { id: String(index), words: withButtons(words, labels) }
        }),
    }),
  }
}

function dingtalkDoor(dingtalk: Dingtalk, idOf: (name: string) => string): Door {
  const group = teamOf.dingtalk
  const shown = (all: ReturnType<Dingtalk['shownTo']>) =>
    all.map(({ text, buttons }, index) => ({ id: String(index), words: withButtons(text, buttons) }))
  return {
    direct: (name) => ({
      say: async (line) => {
        await dingtalk.say(idOf(name), line)
      },
      tap: async (label) => {
        await dingtalk.tap(idOf(name), label)
      },
      stands: () => shown(dingtalk.shownTo(idOf(name))),
    }),
    group: (name) => ({
      say: async (line) => {
        await dingtalk.say(idOf(name), line, { group })
      },
      tap: async (label) => {
        await dingtalk.tap(idOf(name), label, { group })
      },
      stands: () => shown(dingtalk.shownIn(group, idOf(name))),
    }),
  }
}

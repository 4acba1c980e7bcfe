import type { ActionCodec, ActionName } from '../cards/actions.ts'
import { touchAils, touchCard, touchDetailsCard } from '../cards/touch-health.ts'
import type { Member, Role } from '../src/chat/member.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { OutboxEntry } from '../src/hub/outbox.ts'
import type { Receiver } from '../src/hub/staff.ts'
import { type TouchHealth, type TouchLookup, touchLines } from '../src/hub/touch-health.ts'
import type { Tick } from '../src/jobs/schedule.ts'
import { dayMs, dayStart } from '../src/runtime/beijing.ts'
import type { Clock } from '../src/runtime/clock.ts'
import { dayText } from '../src/text/format.ts'
import { channelName } from '../src/text/zh-cn.ts'
import { touchTexts as texts, touchSaid } from '../src/text/zh-touch.ts'
import { type Aside, type AskParts, type Question, textReply, traceOf } from './question.ts'
import { questionOf, type Tap, type TapHandler, tapText } from './taps.ts'
import { replyTo } from './urge.ts'

/** Writes messages that are not written yet, by key; how many were. */
export type SayOnce = (entries: readonly OutboxEntry[]) => Promise<number>

export type TouchParts = AskParts & {
  readonly touch: TouchLookup
  readonly peopleOf: (role: string) => Promise<readonly Receiver[]>
  readonly sayOnce: SayOnce
}

/** Product row 64a: a figure of the CS leads, and of the director. */
const readers: readonly Role[] = ['cs_lead', 'director', 'ops']
const mayRead = ({ roles }: Member): boolean => roles.some((role) => readers.includes(role))
const nineMs = 9 * 3_600_000
const mostShown = 8

/** 「触达健康度」: yesterday's, as leads get it at nine. */
export function touchAside(parts: TouchParts): Aside {
  return async (question) => {
    if (!touchSaid(question.text)) return undefined
    const asked: Question = { ...question, understood: { ...question.understood, intent: 'stats.query', slots: {} } }
    if (!mayRead(question.member)) return textReply(asked, texts.denied, 'deny')
    const health = await parts.touch.of(dayStart(question.view.nowMs) - dayMs)
    return {
      kind: 'card',
      card: touchCard(health, touchLines, question.view.nowMs, parts.codec),
      trace: traceOf(asked),
    }
  }
}

export function touchTaps(parts: TouchParts) {
  return {
    'touch.details': async (tap) => {
      const day = Number(tap.args[0])
      if (!mayRead(tap.member)) return tapText(tap, texts.denied, 'deny')
      const card = touchDetailsCard(day, await parts.touch.failures(day, mostShown), tap.view.nowMs)
      return { kind: 'card', card, trace: traceOf(questionOf(tap, 'stats.query')) }
    },
    'touch.assign': async (tap) => assign(parts, tap, Number(tap.args[0])),
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

/** [派给技术]: IT hears once a day, whoever taps. */
async function assign(parts: TouchParts, tap: Tap, day: number): Promise<Reply> {
  if (!mayRead(tap.member)) return tapText(tap, texts.denied, 'deny')
  const people = await parts.peopleOf('it')
  if (people.length === 0) return tapText(tap, texts.nobody)
  const words = wordsOf(await parts.touch.of(day))
  const text = texts.told(tap.member.name, dayText(day, tap.view.nowMs), words)
  const fresh = await parts.sayOnce(
    people.map((one) => replyTo(one, `touch-it:${day}:${one.memberId}`, { kind: 'text', text })),
  )
  const names = people.map(({ name }) => name).join(texts.and)
  return tapText(tap, fresh > 0 ? texts.given(names) : texts.again(names))
}

function wordsOf({ openShare, delivered, worst, photoFailures, photoHour }: TouchHealth): string {
  return [
    openShare === undefined ? undefined : `${texts.open}${texts.openValue(openShare, delivered)}`,
    worst && texts.windowValue(worst.hour, channelName(worst.channel), worst.openShare),
    `${texts.photo}${texts.photoValue(photoFailures, photoHour, touchLines.photoFailures)}`,
  ]
    .filter((one) => one !== undefined)
    .join(texts.and2)
}

/** At nine every lead gets yesterday's card, once, whichever process is first; a desk that starts later in the morning makes up for it. */
export function touchTick(
  parts: Omit<TouchParts, keyof AskParts> & { readonly codec: ActionCodec; readonly clock: Clock },
): Tick {
  let toldOf = 0
  return {
    name: 'touch health',
    everyMs: 30_000,
    firstAfterMs: 5_000,
    run: async () => {
      const nowMs = parts.clock.nowMs()
      const day = dayStart(nowMs) - dayMs
      const since = nowMs - dayStart(nowMs)
      if (toldOf === day || since < nineMs || since > nineMs + 3 * 3_600_000) return
      const health = await parts.touch.of(day)
      const card = touchCard(health, touchLines, nowMs, parts.codec)
      const leads = touchAils(health, touchLines) || health.delivered > 0 ? await parts.peopleOf('cs_lead') : []
      await parts.sayOnce(leads.map((one) => replyTo(one, `touch:${day}:${one.memberId}`, { kind: 'card', card })))
      toldOf = day
    },
  }
}

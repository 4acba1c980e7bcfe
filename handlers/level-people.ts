import type { ActionCodec, ActionName } from '../cards/actions.ts'
import { whoCard } from '../cards/level-people.ts'
import type { Member } from '../src/chat/member.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { LevelDone, LevelPeople, LevelRefused, OnLevel, PeopleDeed, TellOf } from '../src/hub/level-people.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { momentText } from '../src/text/format.ts'
import { levelName } from '../src/text/zh-cn.ts'
import { type PeopleWish, peopleSaid, peopleTexts as texts } from '../src/text/zh-people.ts'
import { type ApprovalTapParts, tappedLevel } from './approval-taps.ts'
import { type Aside, type Question, textReply, traceOf } from './question.ts'
import { deniedReply, type RightsParts } from './rights.ts'
import { questionOf, redrawn, type Tap, type TapHandler } from './taps.ts'
import { replyTo } from './urge.ts'
import { guarded } from './write-flow.ts'

export type PeopleDesk = {
  readonly codec: ActionCodec
  readonly levels: LevelPeople
  /** What a line without a number means: `looked` while it waits, else the return this member was shown last. */
  readonly lastShown: (memberId: string, looked?: string) => Promise<string | undefined>
  /** Rows were changed and written to the outbox: copies and pump look now, at this return above all. */
  readonly changed: (returnId?: string) => void
}

/** A desk without clocks and outbox (`cli ask`) has no approvals, and nobody to hand them to. */
export type PeopleParts = {
  readonly people?: PeopleDesk
  readonly approvals?: ApprovalTapParts
  readonly rights: RightsParts
}

type Deed = PeopleWish['deed']

/** [我来处理] [转交] [指派] [加签], and a colleague chosen for one of them. */
export function peopleTaps(parts: PeopleParts) {
  const onTap =
    (deed: 'claim' | PeopleDeed): TapHandler =>
    async (tap) => {
      const [returnId = '', level = '', toId] = tap.args
      const question = questionOf(tap, 'approval.decide', 'card')
      const on = { returnId, memberId: tap.member.id, ...(level !== '' && { level: Number(level) }) }
      const reply = await guarded(parts, (asked) => act(parts, asked, deed, on, toId))(question)
      // the card that was tapped is the level's own: it shows who has it now
      if (reply.kind === 'text' && reply.trace?.expect === 'confirm' && isOwnCard(tap) && parts.approvals !== undefined)
        return tappedLevel(parts.approvals, reply.text)(tap)
      return redrawn(tap, reply, texts.shown)
    }
  return {
    'level.claim': onTap('claim'),
    'level.hand': onTap('hand'),
    'level.sign': onTap('sign'),
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

const isOwnCard = ({ member }: Tap): boolean => !isDirector(member)
const isDirector = ({ roles }: Member): boolean =>
  roles.includes('director') && !roles.some((role) => role === 'cs_lead' || role === 'warehouse' || role === 'finance')

/** The same typed: TH2611210019 指派 小周. Without a number the return is meant that was looked at or shown last. */
export function peopleAside(parts: PeopleParts): Aside {
  return async (asked) => {
    const wish = peopleSaid(asked.text)
    if (wish === undefined || parts.people === undefined) return undefined
    const question = asDeed(asked)
    return guarded(parts, async (allowed) => typed(parts, allowed, wish))(question)
  }
}

const asDeed = (question: Question): Question => ({
  ...question,
  understood: { ...question.understood, intent: 'approval.decide', slots: {}, expect: 'card' },
})

async function typed(parts: PeopleParts, question: Question, { deed, returnId, name }: PeopleWish): Promise<Reply> {
  const { people } = parts
  const meant = returnId ?? (await people?.lastShown(question.member.id, question.remembered?.about?.returnId))
  if (people === undefined || meant === undefined) return textReply(question, texts.whichOne, 'clarify')
  const on = { returnId: meant, memberId: question.member.id }
  const kind = deed === 'assign' ? 'hand' : deed
  if (name === undefined || kind === 'claim') return act(parts, question, kind, on)
  const [to, ...more] = await people.levels.named(name)
  if (to === undefined) return textReply(question, texts.nobodyNamed(name), 'clarify')
  return act(parts, question, kind, on, more.length > 0 ? undefined : to.id)
}

async function act(
  parts: PeopleParts,
  question: Question,
  deed: 'claim' | PeopleDeed,
  on: OnLevel,
  toId?: string,
): Promise<Reply> {
  const { people } = parts
  if (people === undefined) return textReply(question, texts.gone)
  const { levels, codec } = people
  if (deed === 'claim') return settled(parts, question, deed, await levels.claim(on))
  if (toId === undefined) {
    const found = await levels.candidates(on, deed)
    if (found.outcome === 'refused') return settled(parts, question, deed, found)
    const card = whoCard(found, wordOf(question, deed), question.view.nowMs, codec)
    const { orderId, returnId } = found
    return { kind: 'card', card, trace: traceOf(question, 'card', { orderId, returnId }) }
  }
  const outcome = await levels[deed](on, toId, tellOf(question, deed))
  return settled(parts, question, deed, outcome)
}

const wordOf = ({ member }: Question, deed: PeopleDeed): Exclude<Deed, 'claim'> =>
  deed === 'hand' && isDirector(member) ? 'assign' : deed

function tellOf({ member, answerKey }: Question, deed: PeopleDeed): TellOf {
  return (done, to, atMs) =>
    replyTo(to, `level-${deed}:${done.returnId}:${done.level}:${to.memberId}:${answerKey}`, {
      kind: 'text',
      text: toldText(member.name, deed, done, atMs),
    })
}

function toldText(
  by: string,
  deed: PeopleDeed,
  { returnId, role, dueAtMs, untilMs }: LevelDone,
  nowMs: number,
): string {
  const level = levelName(role)
  if (deed === 'sign') return texts.toSign(by, returnId, level)
  if (untilMs !== undefined) return texts.toAssign(by, returnId, level, momentText(untilMs, nowMs))
  return texts.toHand(by, returnId, level, dueWords(dueAtMs, nowMs))
}

const dueWords = (dueAtMs: number | undefined, nowMs: number): string =>
  dueAtMs === undefined ? texts.noLimit : momentText(dueAtMs, nowMs)

async function settled(
  parts: PeopleParts,
  question: Question,
  deed: 'claim' | PeopleDeed,
  outcome: LevelDone | LevelRefused,
): Promise<Reply> {
  const { nowMs } = question.view
  if (outcome.outcome === 'refused') return refusedText(parts, question, outcome.why)
  parts.people?.changed(outcome.returnId)
  const { orderId, returnId, untilMs = nowMs, dueAtMs, to } = outcome
  const name = to?.name ?? ''
  const said = () => {
    if (deed === 'claim') return texts.claimed(momentText(untilMs, nowMs))
    if (deed === 'sign') return texts.signing(returnId, name)
    if (outcome.untilMs !== undefined) return texts.assigned(returnId, name, momentText(untilMs, nowMs))
    return texts.handed(returnId, name, dueWords(dueAtMs, nowMs))
  }
  return textReply(question, said(), 'confirm', { orderId, returnId })
}

async function refusedText(parts: PeopleParts, question: Question, why: LevelRefused['why']): Promise<Reply> {
  const { nowMs } = question.view
  switch (why.code) {
    case 'gone':
      return textReply(question, texts.gone)
    case 'over':
      return textReply(question, texts.over)
    case 'own-return':
      return textReply(question, texts.ownReturn, 'deny')
    case 'signs-already':
      return textReply(question, texts.signsAlready)
    case 'holds-already':
      return textReply(question, texts.holdsAlready)
    case 'claimed':
      return textReply(question, texts.claimedBy(why.by, momentText(why.atMs, nowMs)))
    case 'cannot':
      return textReply(question, texts.cannot(why.name, levelName(why.role)), 'deny')
    case 'not-yours':
      await parts.rights.refused({ memberId: question.member.id, intent: 'approval.decide', group: question.group })
      return deniedReply(question, texts.notYours(levelName(why.role), why.holder))
    default:
      return assertNever(why)
  }
}

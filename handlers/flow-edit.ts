import type { ActionName } from '../cards/actions.ts'
import { flowDraftCard, flowLiveCard, flowNowCard } from '../cards/flow.ts'
import type { Button, Card } from '../src/chat/card.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { FlowEdits, FlowLook, FlowPreview, Published } from '../src/hub/flow-edit.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { roleName, stepName } from '../src/text/zh-cn.ts'
import { flowTexts as texts } from '../src/text/zh-flow.ts'
import { flowSaid, type SaidChange } from '../src/understanding/flow-said.ts'
import { type Aside, type AskParts, type Question, textReply, traceOf } from './question.ts'
import { permitted, type RightsParts } from './rights.ts'
import { questionOf, redrawn, type TapHandler, tapText } from './taps.ts'

export type FlowEditParts = AskParts & { readonly flow: FlowEdits; readonly rights: RightsParts }

/** So many fit into the button's token, whatever they are. */
const mostChanges = 3

/**
 * 「初审改成20分钟」 is shown first; [发布], or its words with the version of the draft (发布流程v2 …), puts it live. 「看流程」 shows
 * what is live, to everybody.
 */
export function flowAside(parts: FlowEditParts): Aside {
  return async (question) => {
    const said = flowSaid(question.text)
    if (said === undefined) return undefined
    const asked = aboutRules(question)
    if (said.wish === 'show') {
      const { version, rules, running } = await parts.flow.live()
      return card(asked, flowNowCard(version, rules, running, question.view.nowMs))
    }
    const denied = await permitted(parts.rights)(asked, 'flow.edit')
    if (denied !== undefined) return denied
    if (said.changes.length > mostChanges) return textReply(asked, texts.tooMany(mostChanges))
    return said.wish === 'look' ? shown(parts, asked, said) : published(parts, asked, said, (said.version ?? 0) - 1)
  }
}

/** A typed 确认 or 取消 right after a preview of the flow is about that, not about a change that was shown before it. */
export function flowSettled(parts: FlowEditParts): Aside {
  return async (question) => {
    const { yes, no } = question.understood.hints
    const said = question.remembered?.says === undefined ? undefined : flowSaid(question.remembered.says)
    if ((yes === undefined && no === undefined) || said?.wish !== 'publish') return undefined
    const asked = aboutRules(question)
    if (yes === undefined) return textReply(asked, texts.left)
    const denied = await permitted(parts.rights)(asked, 'flow.edit')
    return denied ?? published(parts, asked, said, (said.version ?? 0) - 1)
  }
}

export function flowTaps(parts: FlowEditParts) {
  return {
    'flow.publish': async (tap) => {
      const [base = '', ...tokens] = tap.args
      const question = questionOf(tap, 'rule.explain')
      const denied = await permitted(parts.rights)(question, 'flow.edit')
      if (denied !== undefined) return denied
      const changes = tokens.flatMap((token) => changeOf(token) ?? [])
      if (changes.length !== tokens.length) return tapText(tap, texts.stale)
      return redrawn(tap, await published(parts, question, { changes }, Number(base)), texts.toast)
    },
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

function aboutRules(question: Question): Question {
  return { ...question, understood: { ...question.understood, intent: 'rule.explain', slots: {} } }
}

type Asked = { readonly changes: readonly SaidChange[]; readonly words?: string; readonly left?: readonly string[] }

async function shown(parts: FlowEditParts, question: Question, asked: Asked): Promise<Reply> {
  const seen = await parts.flow.look(asked.changes)
  if (seen.outcome !== 'ready') return textReply(question, sentenceOf(seen))
  const drawn = flowDraftCard(seen, publishButton(parts, seen, asked.words), question.view.nowMs, asked.left)
  const says = asked.words && texts.publishSaying(seen.version + 1, asked.words)
  const reply = card(question, drawn, 'confirm')
  return says === undefined || reply.trace === undefined ? reply : { ...reply, trace: { ...reply.trace, says } }
}

function publishButton({ codec }: FlowEditParts, { version, changes }: FlowPreview, words: string | undefined): Button {
  return {
    label: texts.publish,
    token: codec.encode('flow.publish', [String(version), ...changes.map(tokenOf)]),
    style: 'go',
    ...(words !== undefined && { say: texts.publishSaying(version + 1, words) }),
  }
}

async function published(parts: FlowEditParts, question: Question, asked: Asked, base: number): Promise<Reply> {
  const outcome = await parts.flow.publish(asked.changes, base, question.member.id)
  if (outcome.outcome === 'live') {
    const { version, rules, running } = outcome
    return card(question, flowLiveCard(version, rules, running, question.view.nowMs, backButton(parts, version)))
  }
  // somebody was faster: the same wish upon what is live now
  if (outcome.outcome === 'stale') return shown(parts, question, asked)
  return textReply(question, sentenceOf(outcome), outcome.outcome === 'forbidden' ? 'deny' : undefined)
}

function backButton({ codec }: FlowEditParts, version: number): Button {
  const token = codec.encode('flow.publish', [String(version), tokenOf({ kind: 'back', to: version - 1 })])
  return { label: texts.goBack(version - 1), token, style: 'plain', say: texts.backSaying(version - 1) }
}

type NotDone = Exclude<FlowLook, FlowPreview> | Extract<Published, { outcome: 'forbidden' }>

function sentenceOf(outcome: NotDone): string {
  switch (outcome.outcome) {
    case 'same':
      return texts.same
    case 'invalid':
      return texts.invalid
    case 'no-level':
      return texts.noLevel(stepName(outcome.level))
    case 'role-twice':
      return texts.roleTwice(roleName(outcome.role), outcome.levels.map(stepName))
    case 'no-version':
      return outcome.live === 1 ? texts.noEarlier : texts.noVersion(outcome.live)
    case 'forbidden':
      return texts.denied
    default:
      return assertNever(outcome)
  }
}

const levelRoles = ['cs_lead', 'warehouse', 'finance'] as const
const levelNos = [1, 2, 3] as const
const moments = ['at_approval', 'first_scan', 'scan_in'] as const

/** As short as three of them in a token need it: l1=20 · f3=50000 · x3=4 · e3 · d2 · a2 · w2=3 · p30000/1 · o · r2 · b3. */
function tokenOf(change: SaidChange): string {
  const nth = 'level' in change ? String(change.level) : ''
  switch (change.kind) {
    case 'limit':
      return `l${nth}=${change.minutes}`
    case 'from':
      return `f${nth}=${change.fromFen}`
    case 'except':
      return `x${nth}=${change.fromLevel}`
    case 'every':
      return `e${nth}`
    case 'drop':
      return `d${nth}`
    case 'add':
      return `a${nth}`
    case 'who':
      return `w${nth}=${levelRoles.indexOf(change.role) + 1}`
    case 'auto':
      return `p${change.mostFen}/${change.perDay}`
    case 'auto-off':
      return 'o'
    case 'release':
      return `r${moments.indexOf(change.at)}`
    case 'back':
      return `b${change.to ?? ''}`
    default:
      return assertNever(change)
  }
}

function changeOf(token: string): SaidChange | undefined {
  const [, kind = '', first = '', second = ''] = /^([lfxedawporb])(\d*)[=/]?(\d*)$/.exec(token) ?? []
  const level = levelNos.find((one) => String(one) === first)
  const role = levelRoles[Number(second) - 1]
  const at = moments[Number(first)]
  if (kind === 'p') return { kind: 'auto', mostFen: first, perDay: Number(second) }
  if (kind === 'o') return { kind: 'auto-off' }
  if (kind === 'b') return { kind: 'back', to: Number(first) }
  if (kind === 'r') return at && { kind: 'release', at }
  if (level === undefined) return undefined
  if (kind === 'w') return role && { kind: 'who', level, role }
  if (kind === 'l') return { kind: 'limit', level, minutes: Number(second) }
  if (kind === 'f') return { kind: 'from', level, fromFen: second }
  if (kind === 'x') return { kind: 'except', level, fromLevel: Number(second) }
  if (kind === 'e') return { kind: 'every', level }
  return { kind: kind === 'd' ? 'drop' : 'add', level }
}

function card(question: Question, drawn: Card, expect: 'answer' | 'confirm' = 'answer'): Reply {
  return { kind: 'card', card: drawn, trace: traceOf(question, expect) }
}

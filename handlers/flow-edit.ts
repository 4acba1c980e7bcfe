import type { ActionName } from '../cards/actions.ts'
import { flowDraftCard, flowLiveCard, flowNowCard } from '../cards/flow.ts'
import type { Button } from '../src/chat/card.ts'
import { type Member, type Role, roles } from '../src/chat/member.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { FlowEdits } from '../src/hub/flow-edit.ts'
import { roleName } from '../src/text/zh-cn.ts'
import { flowSaid, type SaidChange, flowTexts as texts } from '../src/text/zh-flow.ts'
import { type Aside, type AskParts, type Question, textReply, traceOf } from './question.ts'
import { questionOf, redrawn, type TapHandler, tapText } from './taps.ts'

export type FlowEditParts = AskParts & { readonly flow: FlowEdits }

/** Product §2.10: rules are drafted and put live by operations, and by the director. */
const editors: readonly Role[] = ['ops', 'director']
const mayEdit = ({ roles: own }: Member): boolean => own.some((role) => editors.includes(role))
const denied = texts.denied(
  roles
    .filter((role) => editors.includes(role))
    .map(roleName)
    .join(texts.and),
)

/** 「初审改成20分钟」 is shown first; [发布], or the same words behind 发布流程, puts it live. 「看流程」 shows what is live. */
export function flowAside(parts: FlowEditParts): Aside {
  return async (question) => {
    const said = flowSaid(question.text)
    if (said === undefined) return undefined
    const asked: Question = { ...question, understood: { ...question.understood, intent: 'rule.explain', slots: {} } }
    if (said.wish === 'show') {
      const { version, rules, running } = await parts.flow.live()
      return card(asked, flowNowCard(version, rules, running, question.view.nowMs))
    }
    if (!mayEdit(question.member)) return textReply(asked, denied, 'deny')
    if (said.wish === 'look') return shown(parts, asked, said)
    const { version } = await parts.flow.live()
    return published(parts, asked, said, version)
  }
}

export function flowTaps(parts: FlowEditParts) {
  return {
    'flow.publish': async (tap) => {
      const [base = '', ...written] = tap.args
      const change = changeOf(written)
      if (!mayEdit(tap.member)) return tapText(tap, denied, 'deny')
      if (change === undefined) return tapText(tap, texts.stale)
      const question = questionOf(tap, 'rule.explain')
      return redrawn(tap, await published(parts, question, { change }, Number(base)), texts.toast)
    },
  } as const satisfies Partial<Record<ActionName, TapHandler>>
}

type Asked = { readonly change: SaidChange; readonly words?: string }

/** As short as a token needs it. */
function written(change: SaidChange): readonly string[] {
  switch (change.kind) {
    case 'limit':
      return ['limit', change.role, String(change.minutes)]
    case 'from':
      return ['from', change.role, change.fromFen ?? '']
    case 'auto':
      return ['auto', change.mostFen, String(change.perDay)]
    case 'release':
      return ['release', change.at]
    default:
      return [change.kind]
  }
}

function changeOf([kind, first = '', second = '']: readonly string[]): SaidChange | undefined {
  const role = (['cs_lead', 'warehouse', 'finance'] as const).find((one) => one === first)
  const at = (['at_approval', 'first_scan', 'scan_in'] as const).find((one) => one === first)
  if (kind === 'limit' && role !== undefined) return { kind, role, minutes: Number(second) }
  if (kind === 'from' && role !== undefined) return { kind, role, ...(second !== '' && { fromFen: second }) }
  if (kind === 'auto') return { kind, mostFen: first, perDay: Number(second) }
  if (kind === 'release' && at !== undefined) return { kind, at }
  return kind === 'auto-off' || kind === 'back' ? { kind } : undefined
}

async function shown(parts: FlowEditParts, question: Question, { change, words }: Asked): Promise<Reply> {
  const seen = await parts.flow.look(change)
  if (seen.outcome !== 'ready') return textReply(question, sentenceOf(seen.outcome))
  const publish: Button = {
    label: texts.publish,
    token: parts.codec.encode('flow.publish', [String(seen.version), ...written(change)]),
    style: 'go',
    ...(words !== undefined && { say: texts.publishSaying(words) }),
  }
  return card(question, flowDraftCard(seen, publish, question.view.nowMs), 'confirm')
}

async function published(parts: FlowEditParts, question: Question, asked: Asked, base: number): Promise<Reply> {
  const outcome = await parts.flow.publish(asked.change, base, question.member.id)
  if (outcome.outcome === 'live')
    return card(question, flowLiveCard(outcome.version, outcome.rules, outcome.running, question.view.nowMs))
  // somebody was faster: the same wish upon what is live now
  if (outcome.outcome === 'stale') return shown(parts, question, asked)
  return textReply(question, sentenceOf(outcome.outcome))
}

function sentenceOf(outcome: 'same' | 'invalid' | 'no-earlier'): string {
  if (outcome === 'same') return texts.same
  return outcome === 'invalid' ? texts.invalid : texts.noEarlier
}

function card(
  question: Question,
  drawn: ReturnType<typeof flowNowCard>,
  expect: 'answer' | 'confirm' = 'answer',
): Reply {
  return { kind: 'card', card: drawn, trace: traceOf(question, expect) }
}

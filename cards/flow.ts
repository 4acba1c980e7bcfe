import type { Button, Card } from '../src/chat/card.ts'
import type { FlowPreview } from '../src/hub/flow-edit.ts'
import type { FlowRules } from '../src/hub/flow-rules.ts'
import { noteParts, type Phrase } from '../src/text/answers.ts'
import { clockText, durationText, fenText } from '../src/text/format.ts'
import { levelName } from '../src/text/zh-cn.ts'
import { flowTexts as texts } from '../src/text/zh-flow.ts'
import { fitCard } from './fit.ts'

const minuteMs = 60_000
/** Product §0: what a whole return may take. */
const wholeMs = 24 * 60 * minuteMs
const asIs = (text: string): string => text

/** 流程草稿 v2: what it becomes, what it was, what to think of, and whom it does not touch. `left`: words nothing was made of. */
export function flowDraftCard(
  { version, now, next, running }: FlowPreview,
  publish: Button,
  nowMs: number,
  left: readonly string[] = [],
): Card {
  return flowCard(texts.draft(version + 1), next, 'warn', nowMs, {
    lines: [
      ...left.map((words) => texts.notRead(words)),
      ...changesOf(now, next),
      texts.running(running),
      ...noticesOf(next),
      texts.newOnes,
    ],
    buttons: [publish],
  })
}

/** `back` puts the version before live again, in one tap. */
export function flowLiveCard(version: number, rules: FlowRules, running: number, nowMs: number, back: Button): Card {
  return flowCard(texts.live(version), rules, 'done', nowMs, { lines: [texts.running(running)], buttons: [back] })
}

export function flowNowCard(version: number, rules: FlowRules, running: number, nowMs: number): Card {
  return flowCard(texts.now(version), rules, 'calm', nowMs, {
    lines: [texts.running(running), ...noticesOf(rules), texts.example],
    buttons: [],
  })
}

function flowCard(
  title: Phrase,
  rules: FlowRules,
  tone: Card['tone'],
  nowMs: number,
  rest: { readonly lines: readonly string[]; readonly buttons: readonly Button[] },
): Card {
  return fitCard({ title, tone, facts: rowsOf(rules), note: [noteParts.asOf(clockText(nowMs))], ...rest }, asIs)
}

function rowsOf({ levels, autoApprove, releaseAt }: FlowRules): readonly (readonly [label: string, value: string])[] {
  return [
    ...levels.map(
      ({ level, role, limitMinutes, fromFen, exceptFrom }) =>
        [
          `L${level}`,
          texts.level(
            levelName(role, level),
            durationText(limitMinutes * minuteMs),
            fromFen === undefined ? undefined : fenText(BigInt(fromFen), true),
            exceptFrom,
          ),
        ] as const,
    ),
    [
      texts.auto,
      autoApprove === undefined
        ? texts.autoOff
        : texts.autoValue(fenText(BigInt(autoApprove.mostFen), true), autoApprove.perCustomerPerDay),
    ],
    [texts.release, texts.releaseName(releaseAt)],
  ]
}

function changesOf(now: FlowRules, next: FlowRules): readonly string[] {
  const [before, after] = [new Map(rowsOf(now)), new Map(rowsOf(next))]
  const labels = [...new Set([...before.keys(), ...after.keys()])]
  return labels.flatMap((label) => {
    const [was, is] = [before.get(label), after.get(label)]
    if (was === is) return []
    if (was === undefined) return [texts.added(is ?? '')]
    return [is === undefined ? texts.dropped(was) : texts.was(was)]
  })
}

/** What somebody who changes the flow may not have thought of. */
function noticesOf({ levels, autoApprove }: FlowRules): readonly string[] {
  const sumMs = levels.reduce((sum, { limitMinutes }) => sum + limitMinutes * minuteMs, 0)
  const last = levels.find(({ level }) => level === 3)
  const unseen = last === undefined || last.fromFen !== undefined || last.exceptFrom !== undefined
  return [
    ...(sumMs > wholeMs ? [texts.tooLong(durationText(sumMs), durationText(wholeMs))] : []),
    ...(unseen ? [texts.arrearsUnseen] : []),
    ...(autoApprove === undefined ? [] : [texts.sampled(autoApprove.sampleOneIn)]),
  ]
}

import type { Button, Card } from '../src/chat/card.ts'
import type { FlowPreview } from '../src/hub/flow-edit.ts'
import type { FlowRules } from '../src/hub/flow-rules.ts'
import { noteParts, type Phrase } from '../src/text/answers.ts'
import { clockText, durationText, fenText } from '../src/text/format.ts'
import { levelName } from '../src/text/zh-cn.ts'
import { flowTexts as texts } from '../src/text/zh-flow.ts'
import { fitCard } from './fit.ts'
import type { Row } from './order-rows.ts'

const minuteMs = 60_000
const asIs = (text: string): string => text

/** 流程草稿 v2: what it becomes, what it was, and whom it does not touch. */
export function flowDraftCard({ version, now, next, running }: FlowPreview, publish: Button, nowMs: number): Card {
  return flowCard(texts.draft(version + 1), next, 'warn', nowMs, {
    lines: [...changesOf(now, next), texts.running(running), texts.newOnes],
    buttons: [publish],
  })
}

export function flowLiveCard(version: number, rules: FlowRules, running: number, nowMs: number): Card {
  return flowCard(texts.live(version), rules, 'done', nowMs, { lines: [texts.running(running)], buttons: [] })
}

export function flowNowCard(version: number, rules: FlowRules, running: number, nowMs: number): Card {
  return flowCard(texts.now(version), rules, 'calm', nowMs, {
    lines: [texts.running(running), texts.example],
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

function rowsOf({ levels, autoApprove, releaseAt }: FlowRules): readonly Row[] {
  return [
    ...levels.map(
      ({ level, role, limitMinutes, fromFen }): Row => [
        `L${level}`,
        texts.level(
          levelName(role),
          durationText(limitMinutes * minuteMs),
          fromFen === undefined ? undefined : fenText(BigInt(fromFen), true),
        ),
      ],
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
  const before = rowsOf(now)
  return rowsOf(next).flatMap(([label, value]) => {
    const was = before.find(([name]) => name === label)?.[1]
    return typeof was !== 'string' || was === value ? [] : [texts.was(was)]
  })
}

import type { Button, Card } from '../src/chat/card.ts'
import type { LevelOutcome } from '../src/hub/decide-level.ts'
import type { ReturnSheet, SheetLevel } from '../src/hub/return-sheet.ts'
import { fenText } from '../src/text/format.ts'
import {
  askTexts,
  beyondTexts,
  approvalLabels as labels,
  reasonChips,
  tapTexts,
  approvalButtons as words,
} from '../src/text/zh-approval.ts'
import { writeSayings } from '../src/text/zh-writes.ts'
import type { ActionCodec } from './actions.ts'
import { amountOf, checkRows, goodsOf, masked } from './approval-rows.ts'
import { fitCard } from './fit.ts'
import { approvalCard, type CopyOf, stampOf } from './return-approval.ts'

/** What a reason is asked for: refusing, asking for material, or deciding in the place of others. */
export type AskedWhy = 'reject' | 'material' | 'deputy'

/** In tokens: r(eject), m(aterial), a(pprove as deputy), and the place of the chip. */
const codeOf: Readonly<Record<AskedWhy, string>> = { reject: 'r', material: 'm', deputy: 'a' }

/** The chips of one question at one level's desk. */
function chipsOf(why: AskedWhy, role: SheetLevel['role']): readonly string[] {
  return why === 'reject' ? reasonChips.reject[role] : reasonChips[why]
}

/** What a chip's token means; undefined for one that is not among them. */
export function chosenReason(
  said: string,
  role: SheetLevel['role'],
): { readonly why: AskedWhy; readonly reason: string } | undefined {
  const why = (['reject', 'material', 'deputy'] as const).find((one) => codeOf[one] === said[0])
  const reason = why && chipsOf(why, role)[Number(said.slice(1))]
  return why === undefined || reason === undefined ? undefined : { why, reason }
}

/** The card that was tapped asks for the reason: one tap on a chip decides, or the words are typed. */
export function reasonCard(sheet: ReturnSheet, level: SheetLevel, why: AskedWhy, codec: ActionCodec): Card {
  const args = [sheet.id, String(level.level), stampOf(level)]
  const chips = chipsOf(why, level.role).map(
    (label, place): Button => ({
      label,
      token: codec.encode('level.because', [...args, `${codeOf[why]}${place}`]),
      style: 'plain',
      ...(why !== 'material' && { say: writeSayings.decide(sheet.id, why === 'deputy', label) }),
    }),
  )
  const title =
    why === 'reject'
      ? askTexts.why(level.role, sheet.id)
      : why === 'material'
        ? askTexts.whatMaterial(sheet.id)
        : askTexts.whyDeputy(sheet.id)
  const typed = askTexts.orType(writeSayings.decide(sheet.id, why === 'deputy', askTexts.typed))
  return fitCard(
    {
      title,
      tone: 'warn',
      facts: briefRows(sheet),
      lines: [why === 'material' ? undefined : typed],
      note: [],
      buttons: [...chips, backButton(sheet, level, codec)],
    },
    masked(sheet),
  )
}

function briefRows(sheet: ReturnSheet) {
  return [
    [labels.goods, goodsOf(sheet)],
    [labels.amount, amountOf(sheet)],
    [labels.reason, sheet.reason],
  ] as const
}

const backButton = (sheet: ReturnSheet, level: SheetLevel, codec: ActionCodec): Button => ({
  label: words.back,
  token: codec.encode('level.card', [sheet.id, String(level.level)]),
  style: 'plain',
})

/**
 * The facts moved between the card and the tap (J14): the same card with what is true now, what it was, and a button whose
 * stamp is the new one.
 */
export function changedCard(
  before: ReturnSheet,
  now: ReturnSheet,
  copy: CopyOf,
  nowMs: number,
  codec: ActionCodec,
): Card {
  const drawn = approvalCard(now, copy, nowMs, codec, true)
  const level = now.levels.find((one) => one.level === copy.level)
  if (drawn === undefined || level === undefined) throw new RangeError(`${now.id} has no level ${copy.level}`)
  const token = codec.encode('level.changes', [now.id, String(copy.level)])
  const [approve, reject] = drawn.card.buttons
  return fitCard(
    {
      ...drawn.card,
      title: { head: drawn.card.title },
      facts: drawn.card.facts.map(({ label, value }) => [label, value] as const),
      lines: [...changesOf(before, now, copy.level), ...(drawn.card.lines ?? [])],
      note: [drawn.card.note],
      buttons: [approve, reject, { label: words.changes, token, style: 'plain' }],
    },
    masked(now),
  )
}

/** 在架：A-03-12 共46→已在临期区 */
export function changesOf(before: ReturnSheet, now: ReturnSheet, level: number): readonly string[] {
  const rows = (sheet: ReturnSheet) => checkRows(sheet.levels.find((one) => one.level === level)?.facts)
  const was = new Map(rows(before).map(([label, value]) => [label, wordsOf(value)]))
  return rows(now).flatMap(([label, value]) => {
    const [old, fresh] = [was.get(label) ?? '', wordsOf(value)]
    return old === fresh || old === '' || fresh === '' ? [] : [tapTexts.was(label, old, fresh)]
  })
}

function wordsOf(value: ReturnType<typeof checkRows>[number][1]): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : `${value.head}${value.body ?? ''}${value.tail ?? ''}`
}

export type BeyondPaid = Extract<Extract<LevelOutcome, { outcome: 'refused' }>['why'], { code: 'beyond-paid' }>

/** Together with another return it would give back more than was paid (J21): the sums, and the amount that is still left. */
export function beyondPaidCard(sheet: ReturnSheet, level: SheetLevel, why: BeyondPaid, codec: ActionCodec): Card {
  const left = BigInt(why.leftFen)
  const args = [sheet.id, String(level.level)]
  const reduce: Button | undefined =
    left <= 0n
      ? undefined
      : { label: words.reduce(fenText(left)), token: codec.encode('level.reduce', [...args, why.leftFen]), style: 'go' }
  return fitCard(
    {
      title: beyondTexts.title,
      tone: 'alarm',
      bar: beyondTexts.bar(fenText(BigInt(why.totalFen)), fenText(BigInt(why.paidFen))),
      facts: [
        [labels.request, sheet.id],
        [labels.amount, amountOf(sheet)],
        [labels.paid, fenText(BigInt(why.paidFen))],
      ],
      lines: [
        beyondTexts.other(why.other, fenText(BigInt(why.otherFen))),
        left <= 0n ? beyondTexts.nothingLeft : undefined,
      ],
      note: [],
      buttons: [
        reduce,
        { label: words.both, token: codec.encode('level.both', [sheet.id, why.other]), style: 'plain' },
        backButton(sheet, level, codec),
      ],
    },
    masked(sheet),
  )
}

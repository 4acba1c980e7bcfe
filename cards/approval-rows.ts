import type { LevelFacts, ShelfFacts } from '../src/hub/level-facts.ts'
import type { ReturnSheet, SheetLevel } from '../src/hub/return-sheet.ts'
import { factValues, type Phrase } from '../src/text/answers.ts'
import { beside, clockText, fenText, hidePerson, maskName, momentText } from '../src/text/format.ts'
import { approvalTexts, checkTexts, approvalLabels as labels } from '../src/text/zh-approval.ts'
import { carrierName, sourceName, trackStateName } from '../src/text/zh-cn.ts'
import { lastToldTexts } from '../src/text/zh-erp.ts'

type Row = readonly [label: string, value: string | Phrase | undefined]

/** What each level needs to decide, at most six rows: the customer's story, the shelf, the money. */
export function levelRows(sheet: ReturnSheet, level: SheetLevel): readonly Row[] {
  if (level.level === 1) return leadRows(sheet)
  return level.level === 2 ? keeperRows(sheet, level.facts) : financeRows(sheet, level.facts)
}

function leadRows(sheet: ReturnSheet): readonly Row[] {
  const { consigneeName: name, customerLevel, past } = sheet
  return [
    [labels.customer, name === undefined ? undefined : approvalTexts.customer(maskName(name), customerLevel)],
    [labels.goods, goodsOf(sheet)],
    [labels.amount, amountOf(sheet)],
    [labels.reason, approvalTexts.reason(sheet.reason, sheet.pictures)],
    [labels.label, labelOf(sheet)],
    [labels.history, past === undefined ? undefined : approvalTexts.history(past)],
  ]
}

function keeperRows(sheet: ReturnSheet, facts: LevelFacts | undefined): readonly Row[] {
  return [
    [labels.goods, goodsOf(sheet)],
    ...(facts?.kind === 'stock' ? stockRows(facts.goods) : []),
    [labels.label, parcelOf(sheet)],
    [labels.reason, approvalTexts.reason(sheet.reason, sheet.pictures)],
    [labels.amount, amountOf(sheet)],
  ]
}

function financeRows(sheet: ReturnSheet, facts: LevelFacts | undefined): readonly Row[] {
  const { paidFen, listFen, refundFen, releasedAtMs, payMethod } = sheet
  const off = listFen === undefined || refundFen === undefined || listFen <= refundFen ? undefined : listFen - refundFen
  const old = lastToldRow(facts)
  return [
    [labels.amount, refundFen === undefined ? amountOf(sheet) : approvalTexts.way(fenText(refundFen), payMethod)],
    [labels.arrears, facts?.kind === 'arrears' ? arrearsText(facts) : undefined],
    old,
    [labels.paid, paidFen === undefined ? undefined : fenText(paidFen)],
    [labels.discount, off === undefined ? undefined : approvalTexts.off(fenText(off))],
    [labels.release, releasedAtMs === undefined ? approvalTexts.releaseAfter : approvalTexts.released],
    [labels.goods, old[1] === undefined ? goodsOf(sheet) : undefined],
  ]
}

/** The rows whose change asks for a second tap, as they read. */
export function checkRows(facts: LevelFacts | undefined): readonly Row[] {
  if (facts?.kind === 'stock') return stockRows(facts.goods)
  if (facts?.kind === 'arrears') return [[labels.arrears, arrearsText(facts)]]
  return []
}

/** Several goods: the worst of them is what the level has to see. */
function stockRows(goods: readonly ShelfFacts[]): readonly Row[] {
  const rank: Readonly<Record<ShelfFacts['zone'], number>> = {
    quarantine: 0,
    near_expiry: 1,
    none: 2,
    unknown: 3,
    shelf: 4,
  }
  const [worst] = [...goods].sort((one, other) => rank[one.zone] - rank[other.zone])
  if (worst === undefined) return [[labels.shelf, checkTexts.unknown]]
  const more = goods.length > 1 ? checkTexts.more(goods.length - 1) : ''
  const place =
    worst.zone === 'shelf'
      ? checkTexts.shelf(worst.location, worst.onHand) || checkTexts.unknown
      : checkTexts.zones[worst.zone]
  return [
    [labels.shelf, { head: '', body: place, tail: more === '' ? '' : ` ${more}` }],
    [labels.expiry, worst.zone === 'unknown' || worst.zone === 'none' ? undefined : expiryText(worst)],
  ]
}

function expiryText({ expiresOn, daysLeft, zone }: ShelfFacts): string {
  if (expiresOn === undefined) return checkTexts.noExpiry
  const near = zone === 'near_expiry'
  if (near && daysLeft !== undefined) return checkTexts.nearExpiry(expiresOn.slice(0, 7), daysLeft)
  return checkTexts.expiry(expiresOn.slice(0, 7), near)
}

/** Old news below 「未知」, in a row of its own: cut short it would read as another amount. */
function lastToldRow(facts: LevelFacts | undefined): Row {
  const last = facts?.kind === 'arrears' ? facts.lastTold : undefined
  if (facts?.kind !== 'arrears' || last === undefined) return [lastToldTexts.label, undefined]
  const owed = BigInt(last.amountFen)
  return [lastToldTexts.label, lastToldTexts.value(owed, fenText(owed), momentText(last.atMs, facts.checkedAtMs))]
}

function arrearsText(facts: Extract<LevelFacts, { kind: 'arrears' }>): string {
  const system = facts.source === undefined ? checkTexts.erp : sourceName(facts.source)
  if (facts.arrears === 'unknown') return checkTexts.noAnswer(system)
  if (facts.arrears === 'some' && facts.amountFen !== undefined)
    return checkTexts.arrears(facts.debtor, fenText(BigInt(facts.amountFen)))
  return facts.arrears === 'none' ? checkTexts.noArrears(system, clockText(facts.checkedAtMs)) : checkTexts.unknown
}

/** 中通75894561230147✓; without the tick where a person said the number. */
function labelOf({ waybillNo, carrier, sureLabel }: ReturnSheet): Phrase | undefined {
  if (waybillNo === undefined) return undefined
  const label = carrier === undefined ? waybillNo : beside(carrierName(carrier), waybillNo)
  return { head: '', body: approvalTexts.label(label, sureLabel), keep: 'end' }
}

function parcelOf(sheet: ReturnSheet): Phrase | undefined {
  const label = labelOf(sheet)
  if (label === undefined || sheet.parcel === undefined) return label
  return approvalTexts.parcel(label.body ?? '', trackStateName(sheet.parcel))
}

export function goodsOf({ lines }: Pick<ReturnSheet, 'lines'>): Phrase | undefined {
  const [first] = lines
  if (first === undefined) return undefined
  const pieces = lines.reduce((sum, line) => sum + line.qty, 0)
  const more = lines.length > 1 ? factValues.goodsMore(pieces) : ''
  return { head: '', body: first.name, tail: `${factValues.times(first.qty)}${more}`, keep: 'end' }
}

export function amountOf({ refundFen }: Pick<ReturnSheet, 'refundFen'>): string {
  return refundFen === undefined ? approvalTexts.unknownAmount : fenText(refundFen)
}

/** The card goes to several people and may be forwarded: nobody is named in clear. */
export function masked({ consigneeName }: Pick<ReturnSheet, 'consigneeName'>): (text: string) => string {
  return (text) => hidePerson(text, { name: consigneeName })
}

import type { Button, Card } from '../src/chat/card.ts'
import type { Arrivals } from '../src/hub/arrivals.ts'
import type { StockFound, StockItem, StockLot } from '../src/hub/stock.ts'
import { dayMs, startOfIsoDay } from '../src/runtime/beijing.ts'
import { bars, buttonLabels, noteParts, type Phrase } from '../src/text/answers.ts'
import { circled, clockText, durationText, momentText } from '../src/text/format.ts'
import { stockWording } from '../src/text/return-wording.ts'
import { sourceName } from '../src/text/zh-cn.ts'
import {
  goodsButtons,
  goodsLabels,
  goodsSayings,
  stockTitles as titles,
  stockWords as words,
} from '../src/text/zh-goods.ts'
import type { ActionCodec } from './actions.ts'
import { fitCard } from './fit.ts'
import { mostChoices } from './order-choice.ts'
import type { Row } from './order-rows.ts'
import { toneWith } from './order-summary.ts'
import { arrivalLines, arrivalNote, arrivalRow, arrivalTitle } from './stock-arrivals.ts'
import type { View } from './view.ts'

/** Sold before it is this near its date; the warehouse moves such lots aside (product J14 shows one with 58 days). */
const nearExpiryDays = 90
const mostLots = 6
const asIs = (text: string): string => text

type Source = StockFound['source']

/** stock.check of one SKU: how much stands on the shelf, until when it keeps, where it lies; when more comes, where it was asked. */
export function stockCard(item: StockItem, source: Source, view: View, codec: ActionCodec, arrivals?: Arrivals): Card {
  const { nowMs } = view
  const shelf = lotsIn(item, 'shelf')
  const near = lotsIn(item, 'near_expiry')
  const held = lotsIn(item, 'quarantine')
  const stale = staleBar(item, source, nowMs)
  const empty = sum(shelf) === 0 && sum(near) === 0
  const draft = {
    title: empty ? arrivalTitle(arrivals, nowMs) : titleOf(shelf, near, nowMs),
    tone: toneWith(empty || sum(shelf) === 0 ? 'warn' : 'calm', stale),
    bar: stale,
    facts: [
      [goodsLabels.goods, goodsPhrase(item)] as const,
      [goodsLabels.warehouse, empty ? undefined : houses(item)] as const,
      piecesRow(goodsLabels.free, free(shelf), !empty),
      piecesRow(goodsLabels.locked, lockedIn(shelf), !empty),
      piecesRow(goodsLabels.near, sum(near), sum(near) > 0),
      empty || arrivals !== undefined
        ? arrivalRow(arrivals, nowMs)
        : piecesRow(goodsLabels.held, sum(held), sum(held) > 0),
    ],
    lines: [...lotLines(item), ...arrivalLines(arrivals, nowMs)],
    note: [...noteOf(item, source, nowMs), arrivalNote(arrivals, nowMs)],
    buttons: [scriptButton(item, codec)],
  }
  return fitCard(draft, asIs)
}

/** Several SKUs fit the words: at most five, each a tap away. */
export function stockChoiceCard(word: string, found: StockFound, view: View, codec: ActionCodec): Card {
  const items = found.items.slice(0, mostChoices)
  const cutOff = found.more || found.items.length > items.length
  const count = found.more ? `${found.items.length}+` : String(found.items.length)
  const stale = items.map((item) => staleBar(item, found.source, view.nowMs)).find((bar) => bar !== undefined)
  const draft = {
    title: titles.several(word, count),
    tone: toneWith('calm', stale),
    bar: stale,
    facts: [],
    lines: [
      ...items.map((item, index) => ({
        head: `${circled(index + 1)} `,
        body: nameOf(item),
        tail: words.itemShelf(sum(lotsIn(item, 'shelf'))),
        keep: 'end' as const,
      })),
      cutOff ? words.narrower : undefined,
    ],
    note: noteOf({ lots: items.flatMap(({ lots }) => lots) }, found.source, view.nowMs),
    buttons: [
      ...items.map((item, index) => ({
        label: circled(index + 1),
        token: codec.encode('stock.show', [item.sku]),
        style: 'plain' as const,
        say: goodsSayings.stock(nameOf(item)),
      })),
      {
        label: buttonLabels.none,
        token: codec.encode('choose.none', []),
        style: 'plain' as const,
        say: buttonLabels.none,
      },
    ],
  }
  return fitCard(draft, asIs)
}

/** No SKU of that name, or none in that warehouse. */
export function stockUnknownCard(word: string, warehouse: string | undefined, view: View): Card {
  return fitCard(
    {
      title: warehouse === undefined ? titles.unknown(word) : titles.outHere(warehouse),
      tone: 'warn',
      facts: [
        [goodsLabels.goods, warehouse === undefined ? undefined : word],
        [goodsLabels.searched, words.searched],
      ],
      note: [noteParts.asOf(clockText(view.nowMs))],
      buttons: [],
    },
    asIs,
  )
}

/** Nothing of it can be sold: people ask next when it comes. */
export function isShort(item: StockItem): boolean {
  return free(lotsIn(item, 'shelf')) <= 0
}

/** In stock or not, for the customer; where it lies and how much is nobody's business. */
export function stockScript(item: StockItem): string {
  return isShort(item) ? stockWording.none(nameOf(item)) : stockWording.have(nameOf(item))
}

function titleOf(shelf: readonly StockLot[], near: readonly StockLot[], nowMs: number): Phrase {
  if (sum(shelf) > 0) {
    if (free(shelf) === 0) return titles.allLocked(sum(shelf))
    return titles.have(sum(shelf), expiryText(shelf, nowMs))
  }
  return titles.nearOnly(sum(near), expiryText(near, nowMs))
}

/** The earliest date among them: what is sold next. */
function expiryText(lots: readonly StockLot[], nowMs: number): string {
  const dates = lots
    .flatMap(({ expiresOn, onHand }) => (expiresOn === undefined || onHand === 0 ? [] : [expiresOn]))
    .sort()
  const [first] = dates
  if (first === undefined) return words.noExpiry
  const left = startOfIsoDay(first) - nowMs
  return words.expiry(first.slice(0, 7), left < nearExpiryDays * dayMs)
}

function lotsIn({ lots }: StockItem, zone: StockLot['zone']): readonly StockLot[] {
  return lots.filter((lot) => lot.zone === zone)
}

const sum = (lots: readonly StockLot[]): number => lots.reduce((all, { onHand }) => all + onHand, 0)
const lockedIn = (lots: readonly StockLot[]): number => lots.reduce((all, { locked }) => all + locked, 0)
const free = (lots: readonly StockLot[]): number => sum(lots) - lockedIn(lots)

function piecesRow(label: string, count: number, shown: boolean): Row {
  return [label, shown ? words.pieces(count) : undefined]
}

/** One house by its name, several by their number. */
function houses({ lots }: StockItem): string {
  const names = [...new Set(lots.filter(({ onHand }) => onHand > 0).map(({ warehouse }) => warehouse))]
  return names.length === 1 ? (names[0] ?? '') : words.houses(names.length)
}

/** 广州仓 A-03-12 46件（锁3） 效期2027-08 临期区 */
function lotLines({ lots }: StockItem): readonly (Phrase | string)[] {
  const lying = lots.filter(({ onHand }) => onHand > 0)
  const lines = lying.slice(0, mostLots).map((lot) => {
    const { warehouse, location = '', onHand, locked, expiresOn, zone } = lot
    const until = expiresOn === undefined ? '' : words.until(expiresOn.slice(0, 7))
    const aside = zone === 'near_expiry' ? words.nearZone : zone === 'quarantine' ? words.quarantine : ''
    return { head: `${warehouse} ${location}`, body: '', tail: `${words.lot(onHand, locked)}${until}${aside}` }
  })
  const left = lying.length - lines.length
  return left > 0 ? [...lines, words.moreLots(left)] : lines
}

const nameOf = ({ name, spec }: Pick<StockItem, 'name' | 'spec'>): string =>
  spec === undefined ? name : `${name} ${spec}`

function goodsPhrase({ name, spec }: StockItem): Phrase {
  return { head: '', body: name, tail: spec === undefined ? '' : ` ${spec}`, keep: 'end' }
}

/** The lot that was read longest ago: the answer is no fresher than it. */
function oldestRead(lots: readonly StockLot[]): number | undefined {
  return lots.length === 0 ? undefined : Math.min(...lots.map(({ readAtMs }) => readAtMs))
}

function staleBar({ lots }: Pick<StockItem, 'lots'>, source: Source, nowMs: number): string | undefined {
  const readAtMs = oldestRead(lots)
  if (readAtMs === undefined || source.staleAfterMs === undefined || nowMs - readAtMs <= source.staleAfterMs)
    return undefined
  return bars.stale(sourceName(source.name), durationText(nowMs - readAtMs))
}

function noteOf({ lots }: Pick<StockItem, 'lots'>, source: Source, nowMs: number): readonly (string | undefined)[] {
  const readAtMs = oldestRead(lots)
  return [
    noteParts.asOf(clockText(nowMs)),
    readAtMs === undefined ? undefined : noteParts.source(sourceName(source.name), momentText(readAtMs, nowMs)),
  ]
}

function scriptButton(item: StockItem, codec: ActionCodec): Button {
  return {
    label: goodsButtons.script,
    token: codec.encode('stock.script', [item.sku]),
    style: 'go',
    say: goodsSayings.script(goodsSayings.stock(nameOf(item))),
  }
}

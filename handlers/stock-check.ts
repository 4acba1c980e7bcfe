import { mostChoices } from '../cards/order-choice.ts'
import { isShort, stockCard, stockChoiceCard, stockScript, stockUnknownCard } from '../cards/stock-check.ts'
import type { Card } from '../src/chat/card.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { ArrivalLookup } from '../src/hub/arrivals.ts'
import type { StockFound, StockItem, StockKey, StockLookup } from '../src/hub/stock.ts'
import { sentences } from '../src/text/sentences.ts'
import { sizeForm, stockWords } from '../src/text/zh-goods.ts'
import { catalogueWord } from '../src/understanding/goods.ts'
import type { Slots } from '../src/understanding/types.ts'
import { type Answerer, type AskParts, type Question, textReply, traceOf } from './question.ts'
import { questionOf, redrawn, type TapHandler, tapText } from './taps.ts'

export type StockParts = AskParts & {
  readonly stock: StockLookup
  /** Who can say when goods that are short come; nobody when left out. */
  readonly arrivals?: ArrivalLookup
}

/** SKUs read before the size narrows them: more than one kind of goods has sizes. */
const mostSkus = 40

/** stock.check: one SKU by its lots; several as a choice of five; none says what was searched. */
export function stockCheck(parts: StockParts): Answerer {
  return async (question) => {
    const { slots, hints } = question.understood
    const key = keyOf(slots)
    if (key === undefined) return textReply(question, stockWords.askWhat, 'clarify')
    const found = await narrowed(parts.stock, key, slots)
    const word = `${slots.spec ?? ''}${slots.product ?? slots.sku_hint ?? ''}`
    const [only] = found.items
    if (only === undefined) return cardReply(question, await unknown(parts, question, key, word))
    if (found.items.length > 1 || found.more)
      return cardReply(question, stockChoiceCard(word, found, question.view, parts.codec))
    if (hints.script) return textReply(question, stockScript(only))
    return cardReply(question, await shown(parts, only, found.source, question.view))
  }
}

async function shown(
  { arrivals, codec }: Pick<StockParts, 'arrivals' | 'codec'>,
  item: StockItem,
  source: StockFound['source'],
  view: Question['view'],
): Promise<Card> {
  const coming = isShort(item) ? await arrivals?.(item.sku) : undefined
  return stockCard(item, source, view, codec, coming)
}

function keyOf({ sku_hint, product }: Slots): StockKey | undefined {
  if (sku_hint !== undefined) return { sku: sku_hint }
  return product === undefined ? undefined : { product: catalogueWord(product) }
}

/** What fits words and size; a size nobody stocks is dropped, so that the sizes there are can be chosen from. */
async function narrowed(stock: StockLookup, key: StockKey, { spec, warehouse }: Slots): Promise<StockFound> {
  const found = await stock.find(key, { limit: mostSkus, ...(warehouse !== undefined && { warehouse }) })
  if (spec === undefined) return trimmed(found)
  const form = sizeForm(spec)
  const items = found.items.filter(({ name, spec: size }) => form.test(`${name} ${size ?? ''}`))
  return trimmed(items.length > 0 ? { ...found, items } : found)
}

const trimmed = (found: StockFound): StockFound =>
  found.items.length > mostChoices ? { ...found, more: true, items: found.items.slice(0, mostChoices) } : found

async function unknown({ stock }: StockParts, question: Question, key: StockKey, word: string): Promise<Card> {
  const { warehouse } = question.understood.slots
  const elsewhere = warehouse === undefined ? undefined : await stock.find(key, { limit: 1 })
  const known = elsewhere !== undefined && elsewhere.items.length > 0
  return stockUnknownCard(word, known ? warehouse : undefined, question.view)
}

function cardReply(question: Question, card: Card): Reply {
  return { kind: 'card', card, trace: traceOf(question) }
}

/** One of several SKUs was chosen, or its wording for the customer is wanted. */
export function stockTaps(parts: StockParts) {
  const { stock } = parts
  type Tapped = Parameters<TapHandler>[0]
  const on =
    (show: (item: StockItem, source: StockFound['source'], tap: Tapped) => Reply | Promise<Reply>): TapHandler =>
    async (tap) => {
      const [sku] = tap.args
      const found = sku === undefined ? undefined : await stock.find({ sku }, { limit: 1 })
      const item = found?.items[0]
      return found === undefined || item === undefined ? tapText(tap, stockWords.gone) : show(item, found.source, tap)
    }
  return {
    'stock.show': on(async (item, source, tap) => {
      const question = questionOf(tap, 'stock.check')
      const trace = { ...traceOf(question), slots: { sku_hint: item.sku } }
      const card = await shown(parts, item, source, tap.view)
      return redrawn(tap, { kind: 'card', card, trace }, sentences.shown)
    }),
    'stock.script': on((item, _, tap) => textReply(questionOf(tap, 'stock.check'), stockScript(item))),
  } as const satisfies Readonly<Record<string, TapHandler>>
}

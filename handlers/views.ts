import type { Reply } from '../src/chat/reply.ts'
import { mostViews, type SavedView, type SavedViews } from '../src/hub/saved-views.ts'
import { assertNever } from '../src/runtime/errors.ts'
import { viewTexts as say, viewSaid } from '../src/text/zh-views.ts'
import { countsAnew, daysSaid } from '../src/understanding/said-days.ts'
import type { DateSlot, Slots } from '../src/understanding/types.ts'
import { keyOf } from './find-orders.ts'
import { overBudget } from './lookup-limit.ts'
import { listWords, orderList, withSlots } from './order-list.ts'
import { alsoPrivately } from './privately.ts'
import { type Answerer, type Aside, type AskParts, type Question, type Remembered, textReply } from './question.ts'
import { withVote } from './votes.ts'

export type ViewParts = AskParts & { readonly views: SavedViews }

const longestName = 20
/** A phone or an order number is no name. */
const numberLike = /\d{9,}/

/** 保存为 待发货京东 · 视图 · 视图 待发货京东 · 删除视图 待发货京东: lists by a name of their member's own. */
export function viewAside(parts: ViewParts): Aside {
  const list = orderList(parts)
  return async (question) => {
    const said = viewSaid(question.text)
    if (said === undefined) return undefined
    const asked = withSlots(question, {})
    switch (said.wish) {
      case 'list':
        return textReply(asked, await listed(parts, asked))
      case 'save':
        return save(parts, question, said.name)
      case 'run':
        return run(parts, list, question, said.name)
      case 'remove': {
        const outcome = await parts.views.remove(question.member.id, said.name)
        return textReply(asked, outcome === 'removed' ? say.removed(said.name) : say.unknown(said.name))
      }
      default:
        return assertNever(said)
    }
  }
}

/** The slots of the list that was shown last in this chat; undefined when it was something else. */
export function lastList(remembered: Remembered | undefined): Slots | undefined {
  if (remembered?.intent !== 'order.list') return undefined
  const { slots } = remembered
  return isList(slots) ? slots : undefined
}

/** True when these slots say which orders to list. */
export function isList(slots: Slots): boolean {
  const { channel, status, date, product } = slots
  return ofPerson(slots) || [channel, status, date, product].some((slot) => slot !== undefined)
}

const ofPerson = (slots: Slots): boolean =>
  keyOf({ intent: 'order.list', slots, expect: 'answer', hints: {} }) !== undefined

async function save({ views }: ViewParts, question: Question, name: string): Promise<Reply> {
  const asked = withSlots(question, {})
  const slots = lastList(question.remembered)
  if (slots === undefined) return textReply(asked, say.nothingToSave, 'clarify')
  if (ofPerson(slots)) return textReply(asked, say.personal, 'clarify')
  const bad = badName(name)
  if (bad !== undefined) return textReply(asked, bad, 'clarify')
  const { nowMs } = question.view
  const kept = keptSlots(slots, nowMs)
  const outcome = await views.save(question.member.id, name, kept)
  const what = listWords(slots, nowMs)
  switch (outcome) {
    case 'saved':
      return textReply(asked, say.saved(name, what, kept.date?.from === undefined ? kept.date?.raw : undefined))
    case 'replaced':
      return textReply(asked, say.replaced(name, what))
    case 'full':
      return textReply(asked, say.full(mostViews), 'clarify')
    default:
      return assertNever(outcome)
  }
}

function badName(name: string): string | undefined {
  if (name === '') return say.noName
  if ([...name].length > longestName) return say.longName(longestName)
  return numberLike.test(name) ? say.numberName : undefined
}

/** A list as it is kept: days that are counted from the day of use are words alone. */
type Kept = Pick<Slots, 'channel' | 'status' | 'product'> & {
  readonly date?: Pick<DateSlot, 'raw' | 'of'> & Partial<Pick<DateSlot, 'from' | 'to'>>
}

function keptSlots({ channel, status, product, date }: Slots, nowMs: number): Kept {
  return {
    ...(channel !== undefined && { channel }),
    ...(status !== undefined && { status }),
    ...(product !== undefined && { product }),
    ...(date !== undefined && { date: countsAnew(date.raw, nowMs) ? { raw: date.raw, of: date.of } : date }),
  }
}

/** A kept list as slots of today; undefined when its days are no days any more. */
function slotsOfView({ slots }: SavedView, nowMs: number): Slots | undefined {
  const { date, ...rest } = slots as Kept
  if (date === undefined) return rest
  const { raw, of, from, to } = date
  const days = from !== undefined && to !== undefined ? { from, to } : daysSaid(raw, nowMs)
  return days && { ...rest, date: { raw, of, ...days } }
}

async function listed({ views }: ViewParts, { member, view }: Question): Promise<string> {
  const kept = await views.ofMember(member.id)
  if (kept.length === 0) return say.none
  const lines = kept.map((one) => {
    const slots = slotsOfView(one, view.nowMs)
    return slots === undefined ? one.name : say.line(one.name, listWords(slots, view.nowMs))
  })
  return [say.listed(kept.length), ...lines].join('\n')
}

async function run(parts: ViewParts, list: Answerer, question: Question, name: string): Promise<Reply> {
  const view = await parts.views.find(question.member.id, name)
  if (view === undefined) return textReply(withSlots(question, {}), say.unknown(name), 'clarify')
  const slots = slotsOfView(view, question.view.nowMs)
  if (slots === undefined) return textReply(withSlots(question, {}), say.unreadable(name), 'clarify')
  const { remembered: _, ...line } = question
  const asked = withSlots(line, slots)
  const refused = await overBudget(parts.budget, question.member)
  if (refused !== undefined) return textReply(asked, refused, 'deny')
  return withVote(parts, asked, await alsoPrivately(asked, list))
}

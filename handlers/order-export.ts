import type { PlatformName } from '../src/chat/event.ts'
import { type Member, may, type Role, roles } from '../src/chat/member.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { Exports } from '../src/hub/exports.ts'
import type { OrderLookup } from '../src/hub/order-facts.ts'
import { listTitles } from '../src/text/answers.ts'
import { hidePerson } from '../src/text/format.ts'
import { roleName } from '../src/text/zh-cn.ts'
import { asListQuestion, type ExportWish, exportSaid, exportTexts as say } from '../src/text/zh-views.ts'
import { rightsTexts } from '../src/text/zh-writes.ts'
import type { Slots } from '../src/understanding/types.ts'
import { understand } from '../src/understanding/understand.ts'
import { keyOf } from './find-orders.ts'
import { overBudget } from './lookup-limit.ts'
import { exportName, exportTable } from './order-export-table.ts'
import { listingOf, withSlots } from './order-list.ts'
import { type Aside, type AskParts, type Question, textReply, traceOf } from './question.ts'
import { deniedReply, type RightsParts } from './rights.ts'
import { isList, lastList } from './views.ts'

export type ExportParts = AskParts & {
  /** Lists as long as a file may be. */
  readonly wholeLists: Pick<OrderLookup, 'list'>
  readonly exports: Exports
  /** How the short-lived address of a file is made; undefined where people of that platform could not open it. */
  readonly exportLinks: (platform: PlatformName) => ((fileId: string) => string) | undefined
  readonly rights: Pick<RightsParts, 'colleagues'>
}

/** A file holds the newest of a list. */
export const mostExported = 2_000
const purposeLength = { least: 2, most: 60 }
/** A list that leaves the desk is no look-up any more. */
const exporters: readonly Role[] = ['cs_lead', 'ops', 'director', 'finance']

/** 导出 用途：给仓库对账, after a list or with one: a file for the eyes of the one who asked, and a row in the audit log. */
export function exportAside(parts: ExportParts): Aside {
  return async (question) => {
    const wish = exportSaid(question.text)
    if (wish === undefined || (wish.answers && lastList(question.remembered) === undefined)) return undefined
    const named = namedList(question, wish)
    const asked = named ?? withSlots(question, lastList(question.remembered) ?? {})
    if (!mayExport(question.member)) return refused(parts, asked)
    if (!isList(asked.understood.slots)) return textReply(asked, say.nothingToExport, 'clarify')
    if (wish.purpose === undefined)
      return textReply(asked, say.askPurpose(named === undefined ? '' : wish.list), 'clarify')
    const purpose = hidePerson(wish.purpose, {})
    const { least, most } = purposeLength
    if ([...purpose].length < least || [...purpose].length > most)
      return textReply(asked, say.badPurpose(most), 'clarify')
    return exported(parts, asked, purpose, wish.full)
  }
}

const mayExport = ({ roles: held }: Member): boolean => held.some((role) => exporters.includes(role))

/** 导出今天京东待发货: the list that the line itself names. */
function namedList(question: Question, { list }: ExportWish): Question | undefined {
  if (list === '') return undefined
  const { slots, hints } = understand(asListQuestion(list), { atMs: question.view.nowMs })
  if (!isList(slots)) return undefined
  return { ...question, understood: { intent: 'order.list', slots, expect: 'answer', hints } }
}

async function refused({ exports, rights }: ExportParts, question: Question): Promise<Reply> {
  await exports.refused({ memberId: question.member.id, group: question.group })
  const names = await rights.colleagues('cs_lead', 2)
  const people = names.length === 0 ? rightsTexts.dutyLead : rightsTexts.people(rightsTexts.dutyLead, names)
  const allowed = rightsTexts.list(roles.filter((role) => exporters.includes(role)).map(roleName))
  return deniedReply(question, say.denied(allowed, people))
}

async function exported(parts: ExportParts, question: Question, purpose: string, wantsFull: boolean): Promise<Reply> {
  const { member, group, view, place, understood } = question
  // a file that nobody can fetch would be an export all the same: it is not made
  const linkTo = parts.exportLinks(place.platform)
  if (linkTo === undefined) return textReply(question, say.noAddress)
  const over = await overBudget(parts.budget, member)
  if (over !== undefined) return textReply(question, over, 'deny')
  const lookup = { ...parts.lookup, ...parts.wholeLists }
  const listing = await listingOf({ lookup }, question, 1, mostExported)
  const { orders, total, what } = listing
  if (orders.length === 0) return textReply(question, say.empty(what))
  const full = wantsFull && !group && may(member, 'see-full')
  const table = exportTable(orders, { ...view, mode: full ? 'full' : 'masked' })
  const note = { memberId: member.id, purpose, total, filter: filterOf(understood.slots), full, group }
  const file = await parts.exports.keep(table, exportName(view.nowMs), note)
  const all = orders.length === total && !listing.more
  const count = listing.more ? listTitles.atLeast(total) : String(total)
  const done = all ? say.done(what, total) : say.cut(what, count, orders.length)
  const masks = full ? say.inFull : wantsFull ? say.notInFull : say.masked
  const text = [done, masks, say.link(linkTo(file))].join('\n')
  return forTheAsker(question, text)
}

/** A link opens for whoever has it: it goes to the asker's own chat only. */
function forTheAsker(question: Question, text: string): Reply {
  if (!question.group) return textReply(question, text)
  return { kind: 'text', text: say.toldPrivately, trace: traceOf(question), direct: { kind: 'text', text } }
}

/** The list as the audit log keeps it: of a person only that it was one. */
function filterOf(slots: Slots): Readonly<Record<string, unknown>> {
  const { channel, status, product, date } = slots
  const key = keyOf({ intent: 'order.list', slots, expect: 'answer', hints: {} })?.key.kind
  return { channel, status, product, ...(date !== undefined && { date }), ...(key !== undefined && { by: key }) }
}

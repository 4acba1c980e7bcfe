import { scopeWords, todoCard, todoShown } from '../cards/todo.ts'
import type { Reply } from '../src/chat/reply.ts'
import type { BulkApprove } from '../src/hub/bulk-approve.ts'
import type { Todo, TodoLookup } from '../src/hub/todo.ts'
import { todoTexts } from '../src/text/zh-alerts.ts'
import { type Answerer, type AskParts, type Question, traceOf } from './question.ts'
import { chosenFrom } from './survey-chosen.ts'

export type TodoParts = AskParts & {
  readonly todo: TodoLookup
  readonly returnStatus?: Answerer
  /** What could be approved in one go. */
  readonly bulk?: Pick<BulkApprove, 'offer'>
}

const deciding: readonly string[] = ['cs_lead', 'warehouse', 'finance']
const nothing: Todo = { items: [], counts: { red: 0, yellow: 0, green: 0 } }
/** A card has eight lines: three items, three of these and a count. */
const handedShown = 3

/** approval.todo: what waits for the asker, by colour; who decides nothing hears what they wait for themselves. */
export function approvalTodo(parts: TodoParts): Answerer {
  return async (question) => {
    if (question.about !== undefined) return chosenFrom(parts, question, question.about)
    const { member, view, group } = question
    const { todo, scope } = await waiting(parts, question)
    const total = todo.counts.red + todo.counts.yellow + todo.counts.green
    const own = total > 0 ? { items: [], total: 0 } : await parts.todo.ownReturns(member.id, todoShown)
    const handed = await parts.todo.handedOver(member, view.nowMs, handedShown)
    const shown = total > 0 ? todo.items.slice(0, todoShown) : own.items
    const choices = shown.map(({ orderId, returnId }) => ({ orderId, returnId }))
    const bulk = total > 0 && decides(member) ? await parts.bulk?.offer(member.id) : undefined
    const card = todoCard({ todo, scope, own, handed, group, ...(bulk !== undefined && { bulk }) }, view, parts.codec)
    return {
      kind: 'card',
      card,
      trace: { ...traceOf(question), ...(choices.length > 0 && { choices }) },
    } satisfies Reply
  }
}

const decides = ({ roles }: Question['member']): boolean =>
  roles.includes('director') || roles.some((role) => deciding.includes(role))

/** The director sees what is late, whoever holds it; the three levels see their own and what nobody holds. */
async function waiting(
  { todo }: TodoParts,
  { member, view }: Question,
): Promise<{ readonly todo: Todo; readonly scope: string }> {
  const roles = member.roles.filter((role) => deciding.includes(role))
  if (roles.length > 0)
    return { todo: await todo.approvals({ id: member.id, roles }, view.nowMs, todoShown), scope: scopeWords(roles) }
  if (member.roles.includes('director'))
    return { todo: await todo.escalated(view.nowMs, todoShown), scope: todoTexts.escalated }
  return { todo: nothing, scope: '' }
}

import type { Delivery, TodoItem, TodoList } from '../../src/chat/ports.ts'
import type { DingtalkApi } from './api.ts'
import type { Verdict } from './errcode.ts'
import { deliveryOf } from './outbound.ts'

/** Names of the APIs for their pace: their paths hold ids. */
const createApi = '/v1.0/todo/tasks'
const findApi = '/v1.0/todo/tasks/sources'
const updateApi = '/v1.0/todo/tasks/update'

/** https://open.dingtalk.com/document/development/add-dingtalk-to-do-task, 2026-11-22. */
const maxSubjectChars = 1_024
const highPriority = 30

type Outcome = Awaited<ReturnType<DingtalkApi['request']>>

/**
 * DingTalk's to-dos: keyed by unionId, which is asked for by userId; `sourceId` makes the same key one to-do. The receipt holds
 * taskId and unionId.
 */
export function dingtalkTodos(api: DingtalkApi): TodoList {
  return {
    open: async (item) => {
      const person = await unionIdOf(api, item.userId)
      if ('outcome' in person) return person
      const { unionId } = person
      const made = await api.request('POST', tasksOf(unionId), bodyOf(item, unionId), createApi)
      if (isThere(made)) return findTask(api, unionId, item.key)
      const { id } = made.body
      if (made.verdict.outcome !== 'ok') return judged(made)
      if (typeof id !== 'string' || id === '') return { outcome: 'retry', reason: 'the to-do has no id in the answer' }
      return { outcome: 'sent', receipt: { taskId: id, unionId } }
    },
    close: async ({ taskId = '', unionId = '' }) => {
      if (taskId === '' || unionId === '')
        return { outcome: 'refused', reason: 'the receipt names no to-do', alarm: true }
      const path = `/v1.0/todo/users/${encodeURIComponent(unionId)}/tasks/${encodeURIComponent(taskId)}`
      const closed = await api.request(
        'PUT',
        `${path}?operatorId=${encodeURIComponent(unionId)}`,
        { done: true },
        updateApi,
      )
      // deleted by hand: closed is what it shall be
      if (/NotExist|not exist/i.test(`${codeOf(closed.verdict)} ${messageOf(closed)}`)) return { outcome: 'sent' }
      return judged(closed)
    },
  }
}

const tasksOf = (unionId: string): string => {
  const id = encodeURIComponent(unionId)
  return `/v1.0/todo/users/${id}/tasks?operatorId=${id}`
}

/** `description` is not shown for to-dos of other systems: the facts stand in contentFieldList. A detailUrl is needed since 2024-02-01. */
function bodyOf({ key, title, rows, url }: TodoItem, unionId: string): Readonly<Record<string, unknown>> {
  return {
    sourceId: key,
    subject: [...title].slice(0, maxSubjectChars).join(''),
    creatorId: unionId,
    executorIds: [unionId],
    participantIds: [],
    detailUrl: { appUrl: url, pcUrl: url },
    priority: highPriority,
    isOnlyShowExecutor: true,
    contentFieldList: rows.map(({ label, value }) => ({ fieldKey: label, fieldValue: value })),
    notifyConfigs: { dingNotify: '1' },
  }
}

/** https://open.dingtalk.com/document/development/query-user-details, 2026-11-22; outside the monthly quota. */
async function unionIdOf(api: DingtalkApi, userId: string): Promise<Delivery | { readonly unionId: string }> {
  const asked = await api.requestOld('/topapi/v2/user/get', { userid: userId })
  if (asked.verdict.outcome !== 'ok') return deliveryOf(asked.verdict)
  const { result } = asked.body
  const unionId = typeof result === 'object' && result !== null && 'unionid' in result ? result.unionid : undefined
  if (typeof unionId === 'string' && unionId !== '') return { unionId }
  return { outcome: 'refused', reason: 'DingTalk names no unionId of this person', alarm: false }
}

/** Our own earlier try got through, its answer did not; paramError is one code for many causes. */
const isThere = (made: Outcome): boolean =>
  codeOf(made.verdict) === 'todo.taskCreate.paramError' && /task exist/i.test(messageOf(made))

async function findTask(api: DingtalkApi, unionId: string, sourceId: string): Promise<Delivery> {
  const path = `/v1.0/todo/users/${encodeURIComponent(unionId)}/tasks/sources/${encodeURIComponent(sourceId)}`
  const found = await api.request('GET', path, undefined, findApi)
  if (found.verdict.outcome !== 'ok') return judged(found)
  const { id } = found.body
  if (typeof id === 'string' && id !== '') return { outcome: 'sent', receipt: { taskId: id, unionId } }
  return { outcome: 'retry', reason: 'a to-do is said to exist and is not found' }
}

/** Codes of the to-do API that pass by themselves, besides those every API has. */
function judged({ verdict }: Outcome): Delivery {
  const code = codeOf(verdict)
  if (/\.(lockError|flowControlError|systemError)$/.test(code)) return { outcome: 'retry', reason: code }
  return deliveryOf(verdict)
}

const codeOf = (verdict: Verdict): string => ('code' in verdict ? verdict.code : '')

const messageOf = ({ body }: Outcome): string => (typeof body.message === 'string' ? body.message : '')

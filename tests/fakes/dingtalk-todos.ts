import { type Answer, newId, type World } from './dingtalk-world.ts'

// To-dos: https://open.dingtalk.com/document/development/add-dingtalk-to-do-task, 2026-11-22.

type Body = Readonly<Record<string, unknown>>

const ok = (body: unknown): Answer => ({ status: 200, body })
const bad = (code: string, message: string): Answer => ({ status: 400, body: { code, message, requestid: 'FAKE' } })

export const unionIdOf = (userId: string): string => `union-${userId}`

const tasksPath = /^\/v1\.0\/todo\/users\/([^/]+)\/tasks(?:\/(.+))?$/

/** Undefined when the path is none of the to-do API. */
export function todoAnswer(
  world: World,
  method: string,
  path: string,
  operatorId: string,
  body: Body,
): Answer | undefined {
  const found = tasksPath.exec(path)
  if (found === null) return undefined
  const [unionId = '', rest] = [decodeURIComponent(found[1] ?? ''), found[2]]
  if (!unionId.startsWith('union-')) return bad('todo.task.paramError', 'user not found')
  if (method === 'POST' && rest === undefined) return create(world, unionId, operatorId, body)
  if (method === 'GET' && rest?.startsWith('sources/')) {
    const sourceId = decodeURIComponent(rest.slice('sources/'.length))
    const todo = world.todos.find((one) => one.unionId === unionId && one.sourceId === sourceId)
    return todo === undefined ? bad('todo.task.paramError', 'task not exist') : ok({ id: todo.id, sourceId })
  }
  if (method === 'PUT' && rest !== undefined) {
    const todo = world.todos.find(({ id }) => id === decodeURIComponent(rest))
    if (todo === undefined) return bad('todo.task.paramError', 'task not exist')
    todo.done = body.done === true
    return ok({ result: true })
  }
  return bad('InvalidAction.NotFound', 'no such API')
}

function create(world: World, unionId: string, operatorId: string, body: Body): Answer {
  const { sourceId, subject, creatorId, executorIds, detailUrl, contentFieldList } = body
  const url =
    typeof detailUrl === 'object' && detailUrl !== null && 'appUrl' in detailUrl ? String(detailUrl.appUrl) : ''
  const fault =
    typeof subject !== 'string' || subject === '' || subject.length > 1_024
      ? 'subject'
      : url === '' || Buffer.byteLength(url) > 1_024
        ? 'detailUrl'
        : creatorId !== unionId || operatorId !== unionId
          ? 'creatorId'
          : !Array.isArray(executorIds) || executorIds.length === 0 || executorIds.length > 100
            ? 'executorIds'
            : undefined
  if (fault !== undefined) return bad('todo.taskCreate.paramError', `${fault} is invalid`)
  if (world.todos.some((one) => one.sourceId === sourceId)) return bad('todo.taskCreate.paramError', 'task exist')
  const fields = Array.isArray(contentFieldList)
    ? contentFieldList.map((one: { fieldKey: string; fieldValue: string }) => `${one.fieldKey} ${one.fieldValue}`)
    : []
  const todo = {
    id: newId('task'),
    unionId,
    sourceId: String(sourceId),
    subject: String(subject),
    url,
    fields,
    done: false,
  }
  world.todos.push(todo)
  return ok({ id: todo.id, subject, createdTime: world.options.nowMs() })
}

/** Who somebody is, by the old API: the token stands in the query, HTTP is always 200. */
export function userAnswer(world: World, token: string, { userid }: Body): Answer {
  if ((world.tokens.get(token) ?? 0) <= world.options.nowMs())
    return ok({ errcode: 40014, errmsg: 'invalid access_token' })
  if (typeof userid !== 'string' || world.unknownPeople.has(userid))
    return ok({ errcode: 60121, errmsg: 'no such user' })
  return ok({ errcode: 0, errmsg: 'ok', result: { userid, unionid: unionIdOf(userid), name: userid } })
}

import { afterEach, beforeEach, expect, test } from 'vitest'
import { dingtalkApi } from '../../../bot/dingtalk/api.ts'
import { dingtalkTodos } from '../../../bot/dingtalk/todo.ts'
import type { TodoItem, TodoList } from '../../../src/chat/ports.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { silentLog } from '../../../src/runtime/log.ts'
import { type FakeDingtalk, startDingtalk } from '../../fakes/dingtalk-server.ts'
import { paths } from '../../fakes/dingtalk-world.ts'
import { memoryToken } from '../../fakes/memory-ports.ts'

let dingtalk: FakeDingtalk
let todos: TodoList
beforeEach(async () => {
  dingtalk = await startDingtalk()
  const sendBudget = { take: async () => ({ outcome: 'ok' as const }) }
  const sharedToken = memoryToken(systemClock.nowMs)
  todos = dingtalkTodos(
    dingtalkApi({ config: dingtalk.config, sharedToken, sendBudget, clock: systemClock, log: silentLog }),
  )
})
afterEach(async () => {
  expect(dingtalk.violations()).toEqual([])
  await dingtalk.close()
})

const item: TodoItem = {
  key: 'todo.open:TH2611220015:1:m_keeper',
  userId: 'zhou',
  title: '退货入库 TH2611220015',
  rows: [{ label: '商品', value: '纸尿裤L×2' }],
  url: 'https://desk.example/receive/abc',
}
const tasks = '/v1.0/todo/users/union-zhou/tasks'

test('stands in the list of the person with its facts and its page, and is closed by its receipt', async () => {
  const opened = await todos.open(item)
  expect(opened).toMatchObject({ outcome: 'sent', receipt: { unionId: 'union-zhou' } })
  expect(dingtalk.todosOf('zhou')).toMatchObject([
    { subject: item.title, url: item.url, fields: ['商品 纸尿裤L×2'], sourceId: item.key, done: false },
  ])
  if (opened.outcome !== 'sent' || opened.receipt === undefined) throw new Error('not opened')
  expect(await todos.close(opened.receipt)).toEqual({ outcome: 'sent' })
  expect(dingtalk.todosOf('zhou')).toMatchObject([{ done: true }])
  expect(await todos.close(opened.receipt)).toEqual({ outcome: 'sent' })
})

test('the same key twice is one to-do with the same receipt', async () => {
  const first = await todos.open(item)
  expect(await todos.open(item)).toEqual(first)
  expect(dingtalk.todosOf('zhou')).toHaveLength(1)
})

test('deleted by hand counts as closed', async () => {
  expect(await todos.close({ taskId: 'gone', unionId: 'union-zhou' })).toEqual({ outcome: 'sent' })
})

test('trouble that passes is tried again; a person DingTalk does not know is not', async () => {
  for (const code of ['todo.taskCreate.lockError', 'todo.taskCreate.flowControlError', 'todo.taskCreate.systemError']) {
    dingtalk.fail(tasks, { status: 400, body: { code } })
    expect(await todos.open(item)).toEqual({ outcome: 'retry', reason: code })
  }
  dingtalk.fail(tasks, { reset: true })
  expect(await todos.open(item)).toMatchObject({ outcome: 'retry' })
  expect(await todos.open({ ...item, userId: 'nobody' })).toMatchObject({ outcome: 'refused', alarm: false })
})

test('a dropped token is fetched anew, by the old API too', async () => {
  await todos.open(item)
  dingtalk.expireTokens()
  expect(await todos.open({ ...item, key: 'other' })).toMatchObject({ outcome: 'sent' })
  expect(dingtalk.calls(paths.token)).toHaveLength(2)
})

test('without a page DingTalk takes none: it is refused, and somebody is told', async () => {
  expect(await todos.open({ ...item, url: '' })).toMatchObject({ outcome: 'refused', alarm: true })
})

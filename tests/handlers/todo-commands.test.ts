import { beforeEach, expect, test } from 'vitest'
import { todoPort } from '../../handlers/todo-commands.ts'
import type { Delivery, TodoItem } from '../../src/chat/ports.ts'
import type { Command } from '../../src/hub/commands.ts'
import type { OutboxEntry } from '../../src/hub/outbox.ts'
import type { Receiver } from '../../src/hub/staff.ts'
import { codec } from '../kit/every-card.ts'

const keeper = (memberId: string, platform: string): Receiver => ({
  memberId,
  name: memberId,
  platform,
  userId: memberId,
})
const todo = {
  returnId: 'TH2611250015',
  orderNo: '6936476692437001',
  channel: 'douyin',
  goods: [{ name: '纸尿裤L', qty: 2 }],
}
const opening: Command = { name: 'todo.open', payload: todo }
const closing: Command = { name: 'todo.close', payload: { returnId: todo.returnId, opened: 'k1' } }
const signal = new AbortController().signal

let said: OutboxEntry[]
let opened: TodoItem[]
let closed: Readonly<Record<string, string>>[]
let answer: Delivery
beforeEach(() => {
  said = []
  opened = []
  closed = []
  answer = { outcome: 'sent', receipt: { taskId: 't1', unionId: 'u1' } }
})

type Given = { readonly keepers: readonly Receiver[]; readonly url?: string; readonly receipt?: Record<string, string> }

function portOf({ keepers, url, receipt }: Given) {
  const entry = { key: 'k1', name: 'todo.open', subject: 'return:TH2611250015', orderId: 'SO1', target: 'x', tries: 1 }
  return todoPort({
    list: {
      open: async (item) => {
        opened.push(item)
        return answer
      },
      close: async (one) => {
        closed.push(one)
        return answer
      },
    },
    keepers: async () => keepers,
    linkFor: () => url,
    ledger: {
      find: async () => ({ ...entry, state: receipt ? 'done' : 'sent', madeAtMs: 0, ...(receipt && { receipt }) }),
    },
    say: async (entries) => void said.push(...entries),
    receiptOf: async () => ({ cardId: 'c1' }),
    codec,
  })
}

const url = 'https://desk.example/receive/x'

test('a to-do for each keeper in DingTalk with a page of their own, a card for the others', async () => {
  const port = portOf({ keepers: [keeper('a', 'dingtalk'), keeper('b', 'wecom')], url })
  expect(await port.run(opening, 'k1', signal)).toEqual({
    outcome: 'done',
    receipt: { a: JSON.stringify({ taskId: 't1', unionId: 'u1' }), b: 'card' },
  })
  expect(opened).toMatchObject([{ key: 'k1:a', title: '退货入库 TH2611250015', url }])
  expect(said.map(({ key }) => key)).toEqual(['k1:b'])
})

test('without a public address, and where DingTalk refuses the person, it is a card; nobody at all is a fault', async () => {
  const keepers = [keeper('a', 'dingtalk')]
  expect(await portOf({ keepers }).run(opening, 'k1', signal)).toEqual({ outcome: 'done', receipt: { a: 'card' } })
  expect(opened).toEqual([])
  answer = { outcome: 'refused', reason: 'errcode 60121', alarm: false }
  expect(await portOf({ keepers, url }).run(opening, 'k1', signal)).toEqual({
    outcome: 'done',
    receipt: { a: 'card', list: 'errcode 60121' },
  })
  expect(said).toHaveLength(2)
  expect(await portOf({ keepers: [] }).run(opening, 'k1', signal)).toMatchObject({ outcome: 'refused' })
})

test('trouble is tried again, nothing is said meanwhile', async () => {
  answer = { outcome: 'retry', reason: 'HTTP 503' }
  expect(await portOf({ keepers: [keeper('a', 'dingtalk')], url }).run(opening, 'k1', signal)).toEqual(answer)
  expect(said).toEqual([])
})

test('closing goes by the receipt: the list is told, the card is drawn anew where it stands', async () => {
  const receipt = { a: JSON.stringify({ taskId: 't1', unionId: 'u1' }), b: 'card', c: 'card', list: 'errcode 60121' }
  const port = portOf({ keepers: [keeper('b', 'play'), keeper('c', 'wecom')], receipt })
  expect(await port.run(closing, 'k2', signal)).toEqual({
    outcome: 'done',
    // WeCom redraws only with a code of a tap
    receipt: { a: 'closed', b: 'redrawn', c: 'left' },
  })
  expect(closed).toEqual([{ taskId: 't1', unionId: 'u1' }])
  expect(said).toMatchObject([{ key: 'k2:b', payload: { reply: { kind: 'card-update', cardRef: { id: 'c1' } } } }])
})

test('what is being opened still is closed after it', async () => {
  expect(await portOf({ keepers: [] }).run(closing, 'k2', signal)).toMatchObject({ outcome: 'retry' })
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '../../../src/console/api.ts'
import { type Drawer, openOutbox, type Unsent } from '../../../src/console/outbox.ts'
import type { Answer, Attachment, Outgoing } from '../../../src/console/wire.ts'

let drawer: Drawer
let kept: Map<string, string>
let sent: Outgoing[]
let state: readonly Unsent[]
let answers: (() => Promise<Answer>)[]

beforeEach(() => {
  vi.useFakeTimers()
  kept = new Map()
  sent = []
  state = []
  answers = []
  drawer = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    key: (index) => [...kept.keys()][index] ?? null,
    get length() {
      return kept.size
    },
  }
})
afterEach(() => vi.useRealTimers())

const taken = async (): Promise<Answer> => ({ state: 'answered', lines: [] })
const gone = async (): Promise<Answer> => {
  throw new ApiError('gone', 'unreachable')
}
const refused = async (): Promise<Answer> => {
  throw new ApiError('refused', 'too-large')
}
const photo: Attachment = { id: 'blob_1', fileName: 'a.png', mime: 'image/png', bytes: 3, image: true }

function open() {
  return openOutbox({
    api: {
      send: async (message) => {
        sent.push(message)
        return (answers.shift() ?? taken)()
      },
      upload: async () => photo,
    },
    drawer,
    changed: (all) => {
      state = all
    },
    answered: () => {},
  })
}

const message = (id: string): Outgoing => ({ id, persona: 'cs', chat: 'direct', text: id })
const settle = () => vi.advanceTimersByTimeAsync(0)

test('what is taken is forgotten', async () => {
  open().add(message('one'), true)
  expect(state).toMatchObject([{ state: 'sending' }])
  await settle()
  expect([state.length, kept.size, sent.length]).toEqual([0, 0, 1])
})

test('when the desk is gone a message waits and is tried again under the same id, ever more rarely', async () => {
  answers = [gone, gone, taken]
  open().add(message('one'), true)
  await settle()
  expect(state).toMatchObject([{ state: 'waiting' }])
  await vi.advanceTimersByTimeAsync(2_000)
  expect(sent).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(sent).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(sent.map(({ id }) => id)).toEqual(['one', 'one', 'one'])
  expect(state).toEqual([])
})

test('what waited is sent in order when the desk is back, and survives a reload', async () => {
  answers = [gone, gone]
  const outbox = open()
  outbox.add(message('one'), true)
  outbox.add(message('two'), true)
  await settle()
  expect(state.map((one) => one.state)).toEqual(['waiting', 'waiting'])
  sent = []
  open()
  expect(state.map((one) => one.message.id)).toEqual(['one', 'two'])
  await settle()
  expect(sent.map(({ id }) => id)).toEqual(['one', 'two'])
  expect(kept.size).toBe(0)
})

test('what the desk refuses is not tried again by itself, but by hand, or dropped', async () => {
  answers = [refused, refused]
  const outbox = open()
  outbox.add(message('one'), true)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sent).toHaveLength(1)
  expect(state).toMatchObject([{ state: 'refused', problem: 'too-large' }])
  outbox.retry('one')
  await settle()
  expect(sent).toHaveLength(2)
  outbox.drop('one')
  expect([state.length, kept.size]).toEqual([0, 0])
})

test('a file goes up first; once it is up, only its name is sent again', async () => {
  answers = [gone]
  const outbox = open()
  outbox.add({ id: 'one', persona: 'cs', chat: 'direct' }, true, new File(['abc'], 'a.xlsx'))
  expect(kept.size).toBe(0)
  await settle()
  expect([...kept.values()].join()).toContain('blob_1')
  await vi.advanceTimersByTimeAsync(2_000)
  expect(sent.map(({ file }) => file)).toEqual(['blob_1', 'blob_1'])
})

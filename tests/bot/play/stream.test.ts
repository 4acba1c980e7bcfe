import { afterEach, beforeEach, expect, test } from 'vitest'
import { openPlay, type PlayHarness } from '../../kit/play-harness.ts'

let desk: PlayHarness
const closing: (() => void)[] = []

beforeEach(async () => {
  desk = await openPlay(async () => ({ kind: 'text', text: '在途' }))
})
afterEach(async () => {
  for (const close of closing.splice(0)) close()
  await desk.stop()
})

type SentEvent = { readonly event: string; readonly id?: string; readonly data: unknown }

/** Reads server-sent events one after the other over a real connection. */
async function follow(persona: string, since = '0.0', headers: Record<string, string> = {}) {
  const abort = new AbortController()
  closing.push(() => abort.abort())
  const response = await fetch(`${desk.url}/play/api/stream?persona=${persona}&since=${since}`, {
    signal: abort.signal,
    headers,
  })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  const next = async (): Promise<SentEvent> => {
    for (;;) {
      const end = rest.indexOf('\n\n')
      if (end >= 0) {
        const frame = rest.slice(0, end)
        rest = rest.slice(end + 2)
        return parse(frame)
      }
      const chunk = await reader?.read()
      if (chunk === undefined || chunk.done) throw new Error('the stream ended')
      rest += chunk.value
    }
  }
  const until = async (event: string): Promise<SentEvent> => {
    for (;;) {
      const one = await next()
      if (one.event === event) return one
    }
  }
  return {
    status: response.status,
    until,
    ended: () =>
      next().then(
        () => false,
        () => true,
      ),
  }
}

function parse(frame: string): SentEvent {
  const fields = Object.fromEntries(frame.split('\n').map((line) => line.split(/: ?(.*)/s).slice(0, 2)))
  return { event: fields.event ?? 'message', id: fields.id, data: fields.data ? JSON.parse(fields.data) : undefined }
}

const send = (id: string, key: string, text = key) =>
  desk.platform.outbound.send({ key, to: { platform: 'play', kind: 'direct', id }, reply: { kind: 'text', text } })

test('brings what was said before and what comes later, with the clock first', async () => {
  await send('play-cs', 'before')
  const stream = await follow('cs')
  expect(await stream.until('clock')).toMatchObject({ data: { offsetMs: 0 } })
  expect(await stream.until('entry')).toMatchObject({
    id: '1.0',
    data: { chat: 'direct', line: { entry: { text: 'before' } } },
  })
  await send('play-cs', 'after')
  expect(await stream.until('entry')).toMatchObject({ id: '2.0', data: { line: { entry: { text: 'after' } } } })
})

test('goes on where the page had read to, by address or by Last-Event-ID', async () => {
  for (const key of ['one', 'two', 'three']) await send('play-cs', key)
  const byAddress = await follow('cs', '2.0')
  expect(await byAddress.until('entry')).toMatchObject({ data: { line: { entry: { text: 'three' } } } })
  const byHeader = await follow('cs', '0.0', { 'last-event-id': '1.0' })
  expect(await byHeader.until('entry')).toMatchObject({ data: { line: { entry: { text: 'two' } } } })
})

test('carries the group to everybody and tells only that others were spoken to', async () => {
  const stream = await follow('finance')
  await stream.until('clock')
  await send('play-director', 'secret')
  expect(await stream.until('activity')).toMatchObject({ data: { persona: 'director' } })
  const to = { platform: 'play', kind: 'group', id: 'play-group' } as const
  await desk.platform.outbound.send({ key: 'all', to, reply: { kind: 'text', text: '大家好' } })
  expect(await stream.until('entry')).toMatchObject({
    id: '0.2',
    data: { chat: 'group', line: { entry: { text: '大家好' } } },
  })
})

test('tells every page when the clock is moved', async () => {
  const stream = await follow('cs')
  await stream.until('clock')
  desk.clock.setOffset(86_400_000)
  await send('play-cs', 'wake')
  expect(await stream.until('clock')).toMatchObject({ data: { offsetMs: 86_400_000 } })
})

test('ends when the desk stops, so that it does not hold the server', async () => {
  const stopping = new AbortController()
  const listening = desk.platform.listen?.(async () => ({ kind: 'none' }), stopping.signal)
  const stream = await follow('cs')
  await stream.until('clock')
  stopping.abort()
  await listening
  expect(await stream.ended()).toBe(true)
})

test('refuses the sixty-fifth, and takes one again when another has gone', async () => {
  for (let at = 0; at < 64; at += 1) await follow('cs')
  expect((await follow('cs')).status).toBe(503)
  closing.shift()?.()
  // the server learns of the closed socket a moment later
  await expect.poll(async () => (await follow('cs')).status).toBe(200)
})

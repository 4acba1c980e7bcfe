import { Hono } from 'hono'
import type { PushAnswer, PushReading, ReadPush } from './hub/channel-port.ts'
import type { TakePush } from './hub/take-push.ts'
import type { Clock } from './runtime/clock.ts'
import { BadPayload } from './runtime/errors.ts'
import { errorFields, type Log } from './runtime/log.ts'

export type FeedDoorParts = {
  readonly doors: readonly { readonly name: string; readonly readPush?: ReadPush }[]
  readonly takePush: TakePush
  readonly clock: Clock
  readonly log: Log
  /** Called when something new was stored. */
  readonly wake: () => void
}

const maxBytes = 64 * 1024

/**
 * `/callback/<connector>`: verified over the raw bytes, stored in one statement, then answered as its vendor wants. 2xx only
 * after the commit; a database that is away is a 503, and the vendor comes again.
 */
export function feedDoor(parts: FeedDoorParts): Hono {
  const door = new Hono()
  for (const { name, readPush } of parts.doors) {
    if (readPush === undefined) continue
    door.on(['GET', 'POST'], [`/callback/${name}`, `/callback/${name}/:secret`], async (context) => {
      const raw = await bodyOf(context.req.raw)
      if (raw === undefined) return context.text('at most 64 KiB are read', 413)
      const reading = read(parts, name, () =>
        readPush({
          method: context.req.method === 'GET' ? 'GET' : 'POST',
          query: new URL(context.req.url).searchParams,
          header: (wanted) => context.req.header(wanted),
          raw,
          pathSecret: context.req.param('secret') ?? '',
          nowMs: parts.clock.nowMs(),
        }),
      )
      if (reading.outcome === 'refused') {
        parts.log('warn', 'a push was refused', { connector: name, reason: reading.reason })
        return context.text('refused', reading.status)
      }
      if (reading.outcome === 'told') {
        try {
          const fresh = await parts.takePush({
            connector: name,
            hints: reading.hints,
            raw,
            receivedAtMs: parts.clock.nowMs(),
          })
          if (fresh > 0) parts.wake()
        } catch (error) {
          parts.log('error', 'a push was not stored', { connector: name, ...errorFields(error) })
          return context.text('try again', 503)
        }
      }
      return answered(reading.answer)
    })
  }
  return door
}

function read({ log }: FeedDoorParts, connector: string, reading: () => PushReading): PushReading {
  try {
    return reading()
  } catch (error) {
    if (!(error instanceof BadPayload)) throw error
    log('warn', 'a push of another shape', { connector, ...errorFields(error) })
    return { outcome: 'refused', status: 400, reason: 'another shape than documented' }
  }
}

function answered({ status, body, type }: PushAnswer): Response {
  return new Response(body, { status, headers: { 'content-type': type } })
}

async function bodyOf(request: Request): Promise<Uint8Array | undefined> {
  const announced = request.headers.get('content-length')
  if (announced !== null && Number(announced) > maxBytes) return undefined
  // HTTP ends an announced body at its length; read whole it spares node-server 2.1 a web stream, 150 µs a push
  if (announced !== null) return new Uint8Array(await request.arrayBuffer())
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength
    if (length > maxBytes) return undefined
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

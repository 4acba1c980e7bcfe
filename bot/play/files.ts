import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { MediaRef } from '../../src/chat/event.ts'
import { BadPayload, PlatformRefused } from '../../src/runtime/errors.ts'
import { type Attachment, storable } from './entry.ts'
import { maxFileBytes, maxFileNameChars } from './limits.ts'
import { isPicture, mediaTypeOf } from './media-type.ts'

/** Where bytes are kept; `get` is undefined for what is not, or no longer, there. */
export type MediaStore = {
  put(bytes: Uint8Array, meta: { readonly fileName: string; readonly mime: string }): Promise<string>
  get(
    id: string,
  ): Promise<
    { readonly bytes: Uint8Array; readonly meta: { readonly fileName: string; readonly mime: string } } | undefined
  >
}

export type FileDrawer = {
  take(bytes: Uint8Array, fileName: string): Promise<Attachment>
  find(id: string): Promise<Attachment | undefined>
  /** Throws PlatformRefused when the bytes are gone (retention). */
  bytes(ref: MediaRef): Promise<Uint8Array>
  store: MediaStore
}

export function fileDrawer(store: MediaStore): FileDrawer {
  return {
    store,
    take: async (bytes, fileName) => {
      const mime = mediaTypeOf(bytes)
      const id = await store.put(bytes, { fileName, mime })
      return { id, fileName, mime, bytes: bytes.length, image: isPicture(mime) }
    },
    find: async (id) => {
      const found = await store.get(id)
      if (found === undefined) return undefined
      const { fileName, mime } = found.meta
      return { id, fileName, mime, bytes: found.bytes.length, image: isPicture(mime) }
    },
    bytes: async (ref) => {
      const found = await store.get(ref.id)
      if (found === undefined) throw new PlatformRefused('play: the file is no longer kept', { retryable: false })
      return found.bytes
    },
  }
}

/** `PUT /?name=` keeps the body and answers the Attachment; `GET /:id` gives it back, pictures to be shown, the rest to be saved. */
export function fileRoutes(files: FileDrawer): Hono {
  const app = new Hono()
  const limit = bodyLimit({ maxSize: maxFileBytes, onError: (c) => c.json({ problem: 'too-large' }, 413) })
  // PUT: a foreign page cannot send it without a preflight, which nobody here answers
  app.put('/', limit, async (c) => {
    const bytes = new Uint8Array(await c.req.arrayBuffer())
    if (bytes.length === 0) throw new BadPayload('play file: empty')
    return c.json(await files.take(bytes, fileNameOf(c.req.query('name'))))
  })
  app.get('/:id', async (c) => serveFile(c, await files.store.get(c.req.param('id'))))
  return app
}

/** Only the last part of a path, without control characters; the start is cut, for the ending says what it is. */
function fileNameOf(name: string | undefined): string {
  const last =
    storable(name ?? '')
      .split(/[/\\]/)
      .at(-1) ?? ''
  return (
    last
      .replace(/\p{Cc}/gu, '')
      .trim()
      .slice(-maxFileNameChars) || 'file'
  )
}

function serveFile(c: Context, found: Awaited<ReturnType<MediaStore['get']>>): Response | Promise<Response> {
  if (found === undefined) return c.json({ problem: 'no-such-file' }, 404)
  const { fileName, mime } = found.meta
  const how = isPicture(mime) ? 'inline' : 'attachment'
  return c.body(new Uint8Array(found.bytes), 200, {
    'Content-Type': mime,
    'Content-Disposition': `${how}; filename*=UTF-8''${encodeURIComponent(fileName)}`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'private, max-age=3600, immutable',
  })
}

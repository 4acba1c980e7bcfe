import { Hono } from 'hono'
import type { Clock } from './runtime/clock.ts'
import { openLink, signLink } from './runtime/signed-link.ts'

/** Long enough to open it from the chat, too short to be passed around. */
export const linkMs = 10 * 60_000

export type LinkParts = { readonly key: Uint8Array; readonly clock: Clock }

export type SignedDoorParts = LinkParts & {
  /** The first part of the path, the same in `signedAddress`. */
  readonly path: string
  /** What is said for what we did not sign, what is over, and what was deleted. */
  readonly texts: { readonly noSuch: string; readonly expired: string; readonly gone: string }
  /** What a link names, with the headers of its own; undefined when it was deleted. */
  readonly find: (named: string) => Promise<{ readonly bytes: Uint8Array; readonly headers: HeadersOf } | undefined>
}

export type HeadersOf = Readonly<Record<string, string>>

/** `<base>/<path>/<token>`, good for 10 minutes; whoever makes it has checked the reader's right. */
export function signedAddress({ key, clock }: LinkParts, base: string, path: string, named: string): string {
  return `${base.replace(/\/$/, '')}/${path}/${signLink(key, named, clock.nowMs() + linkMs)}`
}

/** Serves files by signed links and by nothing else: 404 for what we did not sign, 410 when it is over or deleted. */
export function signedDoor({ key, clock, path, texts, find }: SignedDoorParts): Hono {
  const app = new Hono()
  app.get(`/${path}/:token`, async (c) => {
    const opened = openLink(key, c.req.param('token') ?? '', clock.nowMs())
    if (opened.outcome !== 'ok')
      return opened.outcome === 'forged' ? c.text(texts.noSuch, 404) : c.text(texts.expired, 410)
    const found = await find(opened.named)
    if (found === undefined) return c.text(texts.gone, 410)
    return c.body(new Uint8Array(found.bytes), 200, {
      ...found.headers,
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'private, no-store',
    })
  })
  return app
}

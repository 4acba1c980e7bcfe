import { Hono } from 'hono'
import type { Clock } from './runtime/clock.ts'
import { openLink, signLink } from './runtime/signed-link.ts'
import { photoTexts } from './text/zh-photos.ts'

/** Long enough to open it from the chat, too short to be passed around. */
const linkMs = 10 * 60_000

export type PhotoDoorParts = {
  readonly key: Uint8Array
  readonly clock: Clock
  /** The sealed file behind a photo's part; undefined when it was deleted. */
  readonly find: (photoId: string, part: 'whole' | 'crop') => Promise<Uint8Array | undefined>
}

/** `<base>/photo/<token>`, good for 10 minutes; whoever makes it has checked the reader's right. */
export function photoLink(
  { key, clock }: Pick<PhotoDoorParts, 'key' | 'clock'>,
  base: string,
  photoId: string,
  part: 'whole' | 'crop',
): string {
  return `${base.replace(/\/$/, '')}/photo/${signLink(key, `${part}:${photoId}`, clock.nowMs() + linkMs)}`
}

/** Serves pictures by signed links and by nothing else: 404 for what we did not sign, 410 when it is over or deleted. */
export function photoDoor({ key, clock, find }: PhotoDoorParts): Hono {
  const app = new Hono()
  app.get('/photo/:token', async (c) => {
    const opened = openLink(key, c.req.param('token'), clock.nowMs())
    if (opened.outcome !== 'ok')
      return opened.outcome === 'forged' ? c.text(photoTexts.noSuchPicture, 404) : c.text(photoTexts.linkExpired, 410)
    const [part, photoId] = opened.named.split(':', 2)
    const bytes = photoId === undefined ? undefined : await find(photoId, part === 'crop' ? 'crop' : 'whole')
    if (bytes === undefined) return c.text(photoTexts.pictureGone, 410)
    return c.body(new Uint8Array(bytes), 200, {
      'Content-Type': typeOf(bytes),
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'private, no-store',
    })
  })
  return app
}

/** By its first bytes: what a member sent is shown as a picture or not at all. */
function typeOf(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 12))
  if (head[0] === 0xff && head[1] === 0xd8) return 'image/jpeg'
  if (head.subarray(1, 4).toString('latin1') === 'PNG') return 'image/png'
  if (head.subarray(8, 12).toString('latin1') === 'WEBP') return 'image/webp'
  if (head.subarray(4, 8).toString('latin1') === 'ftyp')
    return head.subarray(8, 12).toString('latin1') === 'avif' ? 'image/avif' : 'image/heic'
  return 'application/octet-stream'
}

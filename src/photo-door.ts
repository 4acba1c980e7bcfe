import type { Hono } from 'hono'
import { type LinkParts, signedAddress, signedDoor } from './signed-door.ts'
import { photoTexts } from './text/zh-photos.ts'

export type PhotoDoorParts = LinkParts & {
  /** The sealed file behind a photo's part; undefined when it was deleted. */
  readonly find: (photoId: string, part: 'whole' | 'crop') => Promise<Uint8Array | undefined>
}

/** `<base>/photo/<token>`, good for 10 minutes; whoever makes it has checked the reader's right. */
export function photoLink(parts: LinkParts, base: string, photoId: string, part: 'whole' | 'crop'): string {
  return signedAddress(parts, base, 'photo', `${part}:${photoId}`)
}

/** Serves pictures by signed links and by nothing else. */
export function photoDoor({ key, clock, find }: PhotoDoorParts): Hono {
  return signedDoor({
    key,
    clock,
    path: 'photo',
    texts: { noSuch: photoTexts.noSuchPicture, expired: photoTexts.linkExpired, gone: photoTexts.pictureGone },
    find: async (named) => {
      const [part, photoId] = named.split(':', 2)
      const bytes = photoId === undefined ? undefined : await find(photoId, part === 'crop' ? 'crop' : 'whole')
      return bytes && { bytes, headers: { 'Content-Type': typeOf(bytes) } }
    },
  })
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

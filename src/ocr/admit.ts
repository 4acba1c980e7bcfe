import decodeHeic from 'heic-decode'
import sharp, { type Sharp } from 'sharp'
import { levelled, levelsOf, lightOf } from './levels.ts'
import { pixelsOf } from './picture.ts'
import { boxedSize, isFilm, kindOf, mostPhotoBytes } from './picture-kind.ts'
import type { Picture, RefusedReason } from './types.ts'

const photoLimits = {
  pixels: 24_000_000,
  sidePx: 12_000,
  /** Long side of the picture that is read; finer parts are fetched by `detail`. */
  readPx: 1920,
} as const

export type Photo = {
  readonly picture: Picture
  /** Pixels of the original to one of `picture`, 1 or more. */
  readonly finer: number
  /** Brightness of its paper as it came, 0 to 255, before dark photos were stretched. */
  readonly light: number
  /** A part of the original, given in pixels of `picture`, at most `maxPx` on its long side. */
  detail(part: { left: number; top: number; width: number; height: number }, maxPx: number): Promise<Picture>
}

export type Admission =
  | { readonly outcome: 'admitted'; readonly photo: Photo }
  | { readonly outcome: 'refused'; readonly reason: RefusedReason }

/**
 * Refuses what must not reach a decoder (too big, too many pixels, films, several pages, no photo by its first bytes), then
 * decodes: turned as EXIF says, on white, at most 1920 px on the long side, dark and faded photos stretched. Never throws for what is in the bytes.
 */
export async function admit(bytes: Uint8Array): Promise<Admission> {
  if (bytes.length > mostPhotoBytes) return refused('too-big')
  const kind = kindOf(bytes)
  if (kind === undefined) return refused('not-an-image')
  if (isFilm(bytes, kind)) return refused('many-pages')
  if (kind === 'avif' || kind === 'heic') {
    const size = boxedSize(bytes)
    if (size === undefined) return refused('broken')
    if (tooLarge(size)) return refused('too-many-pixels')
  }
  try {
    return kind === 'heic' ? await admitHeic(bytes) : await admitWithSharp(bytes)
  } catch {
    // sharp and libheif throw plain errors for damaged data, and nothing else can go wrong with bytes in memory
    return refused('broken')
  }
}

async function admitWithSharp(bytes: Uint8Array): Promise<Admission> {
  const header = await sharp(bytes, { limitInputPixels: false }).metadata()
  const { width, height } = header
  if (tooLarge({ width, height })) return refused('too-many-pixels')
  if ((header.pages ?? 1) > 1) return refused('many-pages')
  // phones write JPEG with harmless warnings; only data that ends too early counts as broken
  const open = () => sharp(bytes, { limitInputPixels: photoLimits.pixels, failOn: 'truncated' }).autoOrient()
  return { outcome: 'admitted', photo: await photoOf(open, Math.max(width, height), header.autoOrient) }
}

async function admitHeic(bytes: Uint8Array): Promise<Admission> {
  const images = await decodeHeic.all({ buffer: bytes })
  try {
    const [first] = images
    if (first === undefined) return refused('broken')
    if (images.length > 1) return refused('many-pages')
    if (tooLarge(first)) return refused('too-many-pixels')
    // libheif applies the turn itself
    const { data, width, height } = await first.decode()
    const open = () => sharp(data, { raw: { width, height, channels: 4 } })
    return { outcome: 'admitted', photo: await photoOf(open, Math.max(width, height), { width, height }) }
  } finally {
    images.dispose()
  }
}

async function photoOf(
  open: () => Sharp,
  longSide: number,
  upright: { readonly width: number; readonly height: number },
): Promise<Photo> {
  const { readPx } = photoLimits
  const plain = await pixelsOf(open().resize(readPx, readPx, { fit: 'inside', withoutEnlargement: true }))
  const levels = levelsOf(plain)
  const finer = Math.max(1, longSide / readPx)
  return {
    picture: await levelled(plain, levels),
    finer,
    light: lightOf(plain),
    detail: async ({ left, top, width, height }, maxPx) => {
      const x = Math.min(upright.width - 1, Math.max(0, Math.floor(left * finer)))
      const y = Math.min(upright.height - 1, Math.max(0, Math.floor(top * finer)))
      const region = {
        left: x,
        top: y,
        width: Math.max(1, Math.min(upright.width - x, Math.ceil(width * finer))),
        height: Math.max(1, Math.min(upright.height - y, Math.ceil(height * finer))),
      }
      const part = open().extract(region).resize(maxPx, maxPx, { fit: 'inside', withoutEnlargement: true })
      return levelled(await pixelsOf(part), levels)
    },
  }
}

function tooLarge({ width, height }: { readonly width: number; readonly height: number }): boolean {
  return width * height > photoLimits.pixels || Math.max(width, height) > photoLimits.sidePx
}

function refused(reason: RefusedReason): Admission {
  return { outcome: 'refused', reason }
}

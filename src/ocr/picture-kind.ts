/** Nothing above this reaches a decoder (R9b). */
export const mostPhotoBytes = 10 * 1024 * 1024

export type PictureKind = 'jpeg' | 'png' | 'webp' | 'avif' | 'heic'

/** By its first bytes, never by its name. undefined for everything else, pictures that also pass for a document included. */
export function kindOf(bytes: Uint8Array): PictureKind | undefined {
  const head = latin(bytes, 0, 1024)
  if (documentInside.test(head)) return undefined
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg'
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'webp'
  if (head.slice(4, 8) !== 'ftyp') return undefined
  const size = Math.min(
    256,
    ((bytes[0] ?? 0) << 24) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0),
  )
  const brands = [head.slice(8, 12)]
  for (let at = 16; at + 4 <= size; at += 4) brands.push(head.slice(at, at + 4))
  if (brands.some((brand) => brand === 'avif' || brand === 'avis')) return 'avif'
  return brands.some((brand) => heicBrands.has(brand)) ? 'heic' : undefined
}

const heicBrands = new Set(['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis'])
/** Readers of PDF, HTML and SVG look for these anywhere near the start; a camera writes none of them. */
const documentInside = /%PDF-|<svg|<html|<script|<!doctype|<\?php/i

function latin(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', from, to)
}

/** True for PNG, WebP, AVIF and HEIC files that hold a film: told from the header, without decoding a frame. */
export function isFilm(bytes: Uint8Array, kind: PictureKind): boolean {
  if (kind === 'webp') return latin(bytes, 12, 16) === 'VP8X' && ((bytes[20] ?? 0) & 2) !== 0
  // APNG says so before its first pixels; libvips shows only the first frame of it (8.18)
  if (kind === 'png') return /acTL/.test(latin(bytes, 8, 65_536).split('IDAT')[0] ?? '')
  if (kind === 'avif' || kind === 'heic') return ['avis', 'msf1', 'hevc', 'hevx'].includes(latin(bytes, 8, 12))
  return false
}

const containers = new Set(['iprp', 'ipco'])

/** Largest width × height an AVIF or HEIC header names; undefined when it names none. */
export function boxedSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let found: { width: number; height: number } | undefined
  const walk = (from: number, to: number, depth: number) => {
    for (let at = from; at + 8 <= to; ) {
      const name = latin(bytes, at + 4, at + 8)
      const told = view.getUint32(at)
      const size = told === 0 ? to - at : told
      if (size < 8 || at + size > to) return
      if (name === 'ispe' && size >= 20) {
        const [width, height] = [view.getUint32(at + 12), view.getUint32(at + 16)]
        if (found === undefined || width * height > found.width * found.height) found = { width, height }
      } else if (name === 'meta' && depth < 4) walk(at + 12, at + size, depth + 1)
      else if (containers.has(name) && depth < 4) walk(at + 8, at + size, depth + 1)
      at += size
    }
  }
  walk(0, bytes.length, 0)
  return found
}

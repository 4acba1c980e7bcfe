/** Photos phones and scanners make, recognised by their first bytes: what the browser claims is not trusted. */
const pictures: readonly { readonly mime: string; readonly at: number; readonly magic: string }[] = [
  { mime: 'image/jpeg', at: 0, magic: '\xff\xd8\xff' },
  { mime: 'image/png', at: 0, magic: '\x89PNG\r\n\x1a\n' },
  { mime: 'image/gif', at: 0, magic: 'GIF8' },
  { mime: 'image/webp', at: 8, magic: 'WEBP' },
  { mime: 'image/heic', at: 4, magic: 'ftypheic' },
]

/** The picture's type, or `application/octet-stream` for everything else (SVG too: it can carry script). */
export function mediaTypeOf(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1')
  return pictures.find(({ at, magic }) => head.startsWith(magic, at))?.mime ?? 'application/octet-stream'
}

export function isPicture(mime: string): boolean {
  return mime.startsWith('image/')
}

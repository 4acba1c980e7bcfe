import { storable } from './wire.ts'

/** Bytes of UTF-8, in which WeCom counts texts and keys. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text)
}

/** All whitespace, line breaks too, as single spaces; without what cannot be sent. */
export function oneLine(text: string): string {
  return storable(text).replace(/\s+/g, ' ').trim()
}

/** At most `chars` code points; a cut text ends in an ellipsis. */
export function fitChars(text: string, chars: number): string {
  if (text.length <= chars) return text
  const points = Array.from(text)
  return points.length <= chars ? text : `${points.slice(0, chars - 1).join('')}…`
}

/** At most `bytes` of UTF-8, cut between characters; a cut text ends in `hint`. */
export function fitBytes(text: string, bytes: number, hint: string): string {
  if (byteLength(text) <= bytes) return text
  const room = bytes - byteLength(hint)
  let used = 0
  let end = 0
  for (const point of text) {
    used += byteLength(point)
    if (used > room) break
    end += point.length
  }
  return text.slice(0, end) + hint
}

/**
 * Texts from orders and people must not turn into something else on the way: `$userName=ID$` is looked up in cards [90236],
 * `<a href>` becomes a link in messages. The sign in front is exchanged for its full-width twin.
 */
export function harmless(text: string): string {
  return text.replace(/\$(?=(?:userName|departmentName)=)/gi, '\uff04').replace(/<(?=\/?a\b)/gi, '\uff1c')
}
